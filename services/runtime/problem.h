/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a request is refused: RFC 9457 problem details with a stable code, in
 * Korean and English. Modules define their own constant problem kinds; the
 * instance adds what it is about.
 *
 *     {"type": "urn:hyeopchi:problem:ballot-closed", "title": "…", "status": 409,
 *      "code": "ballot-closed", "detail": "…", "field": "/choices/2/option", "value": "17",
 *      "rule": "max_options"}
 * title and detail follow Accept-Language (Korean unless English is preferred).
 */
#ifndef HYEOPCHI_RUNTIME_PROBLEM_H
#define HYEOPCHI_RUNTIME_PROBLEM_H

#include "runtime/err.h"

#include <jansson.h>
#include <stdint.h>

enum {
    PROBLEM_FIELD_SIZE = 128,
    PROBLEM_VALUE_SIZE = 128,
    PROBLEM_DETAIL_SIZE = 512,
    PROBLEM_RETRY_AFTER_S = 1, /* of what is busy or away */
};

enum problem_language { PROBLEM_KOREAN, PROBLEM_ENGLISH };

struct problem_kind {
    int status;       /* HTTP status */
    const char *code; /* kebab-case, stable for ever */
    const char *ko;   /* one sentence: what is wrong and what to do */
    const char *en;
};

struct problem {
    const struct problem_kind *kind;     /* NULL: no problem */
    char field[PROBLEM_FIELD_SIZE];      /* JSON pointer, header or parameter name; "" when none */
    char rule[PROBLEM_FIELD_SIZE];       /* the rule's name; "" when none */
    char value[PROBLEM_VALUE_SIZE];      /* the offending value where showing it is safe; "" else */
    char detail_ko[PROBLEM_DETAIL_SIZE]; /* "" when the kind's sentence says it all */
    char detail_en[PROBLEM_DETAIL_SIZE];
    int64_t retry_after_s; /* 0: no Retry-After */
};

/* Fills *ret_problem; field, rule, value may be NULL. Too long text is cut at a character. */
void problem_set(struct problem *ret_problem, const struct problem_kind *kind, const char *field,
                 const char *rule, const char *value);

/* The usual problem for an error without further story: not-found, overloaded … */
void problem_set_error(struct problem *ret_problem, enum err err);

/* Adds what is particular to this case, in both languages. */
void problem_detail(struct problem *problem, const char *ko, const char *en);

/* The document; a new reference. */
json_t *problem_json(const struct problem *problem, enum problem_language language);

/* Reads Accept-Language; NULL means Korean. */
enum problem_language problem_language(const char *accept_language);

/* Kinds that every service needs. */
extern const struct problem_kind PROBLEM_MALFORMED;          /* 400 malformed-request */
extern const struct problem_kind PROBLEM_INVALID_JSON;       /* 400 invalid-json */
extern const struct problem_kind PROBLEM_UNKNOWN_KEY;        /* 400 unknown-key */
extern const struct problem_kind PROBLEM_MISSING_KEY;        /* 400 missing-key */
extern const struct problem_kind PROBLEM_WRONG_VALUE;        /* 400 wrong-value */
extern const struct problem_kind PROBLEM_UNSIGNED;           /* 401 signature-missing */
extern const struct problem_kind PROBLEM_BAD_SIGNATURE;      /* 401 signature-wrong */
extern const struct problem_kind PROBLEM_UNKNOWN_CREDENTIAL; /* 401 key-unknown */
extern const struct problem_kind PROBLEM_EXPIRED_CREDENTIAL; /* 401 key-expired */
extern const struct problem_kind PROBLEM_STALE_SIGNATURE;    /* 401 signature-stale */
extern const struct problem_kind PROBLEM_REPLAYED;           /* 401 nonce-replayed */
extern const struct problem_kind PROBLEM_BAD_DIGEST;         /* 400 content-digest-wrong */
extern const struct problem_kind PROBLEM_FORBIDDEN;          /* 403 role-not-allowed */
extern const struct problem_kind PROBLEM_NOT_FOUND;          /* 404 not-found */
extern const struct problem_kind PROBLEM_WRONG_METHOD;       /* 405 method-not-allowed */
extern const struct problem_kind PROBLEM_NOT_ACCEPTABLE;     /* 406 not-acceptable */
extern const struct problem_kind PROBLEM_TIMEOUT;            /* 408 request-timeout */
extern const struct problem_kind PROBLEM_KEY_REUSED;         /* 409 idempotency-key-reused */
extern const struct problem_kind PROBLEM_CONFLICT;           /* 409 conflict */
extern const struct problem_kind PROBLEM_TOO_LARGE;          /* 413 body-too-large */
extern const struct problem_kind PROBLEM_WRONG_TYPE;         /* 415 content-type-not-supported */
extern const struct problem_kind PROBLEM_HEAD_TOO_LARGE;     /* 431 head-too-large */
extern const struct problem_kind PROBLEM_KEY_MISSING;        /* 400 idempotency-key-missing */
extern const struct problem_kind PROBLEM_INTERNAL;           /* 500 internal-error */
extern const struct problem_kind PROBLEM_OVERLOADED;         /* 503 overloaded */
extern const struct problem_kind PROBLEM_UNAVAILABLE;        /* 503 database-unavailable */

#endif
