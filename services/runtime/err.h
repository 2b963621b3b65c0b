/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one error type. Every function that can fail returns it; ERR_OK is
 * zero, so `if (err)` reads "if it failed".
 *
 * The list is short on purpose. A value exists only where callers act
 * differently on it: retry, refuse, or stop. What happened in detail is
 * logged where it happened. Results leave through `ret_` parameters and are
 * written only on success.
 *
 * This header stands alone: it is the only one of runtime that a domain may
 * include, and it needs nothing to link.
 */
#ifndef HYEOPCHI_RUNTIME_ERR_H
#define HYEOPCHI_RUNTIME_ERR_H

/* Goes in front of every function that returns an error: dropping one is a compile error. */
#define ERR_CHECKED __attribute__((warn_unused_result))

enum err {
    ERR_OK = 0,
    ERR_INVALID,     /* the request breaks a rule; retrying cannot help */
    ERR_NOT_FOUND,   /* the thing named in the request does not exist */
    ERR_CONFLICT,    /* valid alone, refused by the current state */
    ERR_FULL,        /* a named limit (queue, buffer, table) is reached */
    ERR_UNAVAILABLE, /* database or peer is away; safe to retry */
    ERR_INTERNAL,    /* our fault; logged where it was found */
};

/* The value's name in lower case ("conflict"), for logs. Static; never NULL. Any thread. */
static inline const char *err_name(enum err err)
{
    static const char *const names[] = {
        "ok", "invalid", "not_found", "conflict", "full", "unavailable", "internal",
    };

    return (unsigned)err < sizeof names / sizeof names[0] ? names[err] : "unknown";
}

#endif
