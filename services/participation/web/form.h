/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A submitted form (application/x-www-form-urlencoded), strictly: UTF-8, no
 * control characters, at most FORM_FIELD_MAX fields. What the fields mean is
 * the handlers' to say. Pure; any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_WEB_FORM_H
#define HYEOPCHI_PARTICIPATION_WEB_FORM_H

#include "runtime/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
    FORM_FIELD_MAX = 1100,      /* every option of the largest ballot, and what is beside them */
    FORM_BODY_MAX = 64 * 1024,  /* bytes */
    FORM_NUMBER_LENGTH_MAX = 9, /* digits */
    FORM_COOKIE_SIZE = 128,     /* of one value, with its NUL */
};

struct form_field {
    const char *name;
    const char *value;
};

struct form {
    struct form_field *fields; /* in the order they were sent */
    size_t count;
    char *text; /* what the fields point into */
};

/*
 * Parses a body.
 *
 * ERR_INVALID  it is no such form.
 * ERR_FULL     it has more fields or bytes than one may have, or there is no memory.
 *
 * *ret_form is written only on success; form_release() it.
 */
ERR_CHECKED enum err form_parse(const void *body, size_t length, struct form *ret_form);
void form_release(struct form *form); /* takes a zeroed one */

/* The value of a field; NULL when it is absent or there twice, which could mean two things. */
const char *form_value(const struct form *form, const char *name);

/* The number in a text of digits; spaces around them do not count. ERR_NOT_FOUND for a text of nothing but
 * spaces, ERR_INVALID for anything else. */
ERR_CHECKED enum err form_number(const char *text, int64_t *ret_number);

/* The value of a cookie in a Cookie header (NULL: none). ERR_NOT_FOUND, also when it is too long or
 * there twice. */
ERR_CHECKED enum err form_cookie(const char *header, const char *name,
                                 char ret_value[FORM_COOKIE_SIZE]);

#endif
