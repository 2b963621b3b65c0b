/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is voting, between identification and receipt, in memory only. A session
 * knows a subject (a keyed hash), what was chosen and what was answered; it
 * never knows who that is, and everything in it is wiped at its end.
 *
 * Sessions are bounded in number and in time, and found by the hash of what
 * the cookie holds. Loop thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_WEB_SESSION_H
#define HYEOPCHI_PARTICIPATION_WEB_SESSION_H

#include "participation/domain/ballot.h"
#include "participation/domain/vote.h"
#include "runtime/crypto.h"
#include "runtime/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SESSION_ID_TEXT_SIZE = 44, /* base64url of 32 bytes, and a NUL */
    SESSION_SEED_SIZE = 17,    /* 16 hexadecimal digits */
};

#define SESSION_PICK_NONE (-1)

/* What a person has said of each option: SESSION_PICK_NONE, or the value that the vote names. */
struct picks {
    int64_t *values; /* of option number i + 1 */
    size_t count;    /* options of the ballot */
};

/* One vote, ready to be sent; its bytes never change while it has this key. */
struct submission {
    char key[CRYPTO_UUID_TEXT_SIZE]; /* Idempotency-Key; "" when there is none */
    char *body;
    size_t length;
    bool in_doubt; /* it was sent, and what became of it is not known */
};

/* What the service answered to the last accepted vote, byte for byte. */
struct kept_receipt {
    char key[CRYPTO_UUID_TEXT_SIZE]; /* of the submission; "" when there is none */
    char *body;
    size_t length;
};

struct session {
    bool used;
    uint8_t id_hash[CRYPTO_HASH_SIZE];
    int64_t until_ms; /* monotonic */
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];
    struct vote voter;            /* all but the choices */
    char seed[SESSION_SEED_SIZE]; /* of the order in which options are shown */
    struct picks picks;           /* values NULL before the first were made */
    struct submission submission;
    struct kept_receipt receipt;
};

struct sessions {
    struct session *list;
    size_t count_max;
    int64_t lifetime_ms;
};

/* ERR_INTERNAL without memory. */
ERR_CHECKED enum err sessions_open(size_t count_max, int64_t lifetime_ms, struct sessions *ret);
void sessions_close(struct sessions *sessions); /* takes a zeroed one */

/* A new id for a cookie, from random bytes. */
void session_new_id(char ret_id[SESSION_ID_TEXT_SIZE]);

/* Begins a session under an id, with a seed of its own. Whatever the id had before ends. ERR_FULL when
 * there are too many. */
ERR_CHECKED enum err session_begin(struct sessions *sessions, const char *id, int64_t now_ms,
                                   struct session **ret_session);

/* The living session of an id for that ballot, and extends it; NULL when there is none. */
struct session *session_find(struct sessions *sessions, const char *id, const char *ballot_id,
                             int64_t now_ms);

/* Ends a session and wipes it; takes NULL. */
void session_end(struct session *session);

/* Takes over values and what was submitted; the session frees them. */
void session_take_picks(struct session *session, struct picks *picks);
void session_take_submission(struct session *session, const char *key, char **body, size_t length);

/* Keeps an answer. ERR_INTERNAL without memory. */
ERR_CHECKED enum err session_keep_receipt(struct session *session, const char *key,
                                          const void *body, size_t length);

/* How many sessions live. */
size_t session_count(const struct sessions *sessions, int64_t now_ms);

#endif
