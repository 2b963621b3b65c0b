/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accepting votes: from the bytes of a request to durable rows and a receipt. A
 * ballot paper that is issued goes the same way, as a vote without a choice.
 *
 *   cast_prepare()   work queue     parse, check the rules, blind, hash
 *   CAST_JOB_TYPE    writer thread  once per commit: known requests, the roll,
 *                                   revisions, leaves, receipt, rows, event
 *   the job's done   loop           the handler answers
 *
 * Everything about a vote is validated before anything is consumed, and again
 * under the ballot's row lock what may have changed meanwhile: state and time.
 */
#ifndef HYEOPCHI_PARTICIPATION_CAST_H
#define HYEOPCHI_PARTICIPATION_CAST_H

#include "participation/commit_receipt.h"
#include "participation/domain/vote.h"
#include "participation/domain/vote_body.h"
#include "participation/frozen.h"
#include "runtime/json.h"
#include "runtime/problem.h"
#include "runtime/writer.h"

enum {
    CAST_LINE_COUNT_MAX = 10000,    /* votes in one batch */
    CAST_LINE_SIZE_MAX = 64 * 1024, /* bytes of one vote's JSON */
    CAST_RUN_LENGTH_MAX = 1024,     /* requests handed to one commit */

    /* Votes of one commit: the board takes a commit whole, and its leaves are one column of a row
     * (DB_COLUMN_SIZE_MAX). With more, each request is committed alone. */
    CAST_RUN_VOTE_MAX = 131072,

    /* Earlier commits whose receipts one commit reads for requests that come again. A batch was accepted
     * by one, and by one more each time that refused lines of it were mended and it came again. */
    CAST_RUN_REPEATED_COMMIT_MAX = 256,
};

enum cast_outcome {
    CAST_PENDING = 0, /* not decided yet */
    CAST_ACCEPTED,    /* durable now; answer 201 */
    CAST_REPEATED,    /* the same request was accepted before: the same answer */
    CAST_REFUSED,     /* problem says why; nothing was consumed */
};

/* One vote of a request, from its JSON to its receipt. */
struct cast_item {
    struct vote vote;
    struct vote_choice *choices; /* malloc'd; vote.choices */
    uint8_t *body;               /* malloc'd choice_body */
    size_t body_length;
    uint8_t request_key[CRYPTO_HASH_SIZE];
    uint8_t request_mac[CRYPTO_HASH_SIZE];
    uint8_t vtag[CRYPTO_HASH_SIZE];
    uint8_t nullifier[CRYPTO_HASH_SIZE];
    uint8_t blinding[CRYPTO_HASH_SIZE];
    uint8_t commitment[CRYPTO_HASH_SIZE]; /* C */
    struct problem *problem;              /* malloc'd; why it was refused */
    bool refused_early;                   /* by cast_prepare(): the writer never sees it */
    uint32_t line;                        /* its place in the request, from 1 */

    /* Set by the writer, anew each time it tries. */
    enum cast_outcome outcome;
    uint16_t rev;
    uint32_t arrival; /* its place in the commit */
    uint32_t leaf_index;
    uint8_t leaf_hash[CRYPTO_HASH_SIZE];
    struct turnout_place place;
    const struct cast_item *same_as; /* an earlier one of this commit under the same key */
    struct commit_receipt *receipt;  /* a reference */
};

/* One request, single or batch. */
struct cast {
    struct writer_job job; /* first, so that the writer's job is the cast */
    struct frozen *frozen; /* a reference */
    const struct receipt_signer *signer;
    uint8_t req_hash[CRYPTO_HASH_SIZE];
    struct cast_item *items; /* malloc'd */
    size_t item_count;
    bool tried; /* the writer's: it has been in a commit, which failed if it comes again */
};

/* What cast_prepare() works on; borrowed until it returns. */
struct cast_source {
    const uint8_t *body;
    size_t body_length;
    bool batch;                 /* NDJSON, a vote a line; else one JSON document */
    enum vote_caster caster;    /* as the signer's role has it */
    const char *front_end_role; /* the signer's: ids are given out role by role */
    const char *front_end_id;
    const char *idempotency_key;
    bool reserves; /* issues a ballot paper: one JSON document, without channel and choices */
};

/* Fills tables from the domain's texts; once at start, before any thread. */
void cast_open(void);

/*
 * Reads the request's votes into cast->items, which has cast->frozen set. Each
 * item is either ready for the writer or refused_early with its problem.
 * ERR_INVALID  the request as a whole is refused; *ret_problem says why.
 */
ERR_CHECKED enum err cast_prepare(struct cast *cast, const struct cast_source *source,
                                  struct problem *ret_problem);

/* True when no item is left for the writer. */
bool cast_is_decided(const struct cast *cast);

/* The writer's half; the handler copies it and adds its done. ERR_FULL, with nothing tried, for several
 * requests of more than CAST_RUN_VOTE_MAX votes: they are to come one by one. */
enum err cast_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count);

/* Frees what the cast owns, not the cast. */
void cast_release(struct cast *cast);

/* Turns a refusal of the domain into a problem; for cast_*.c. */
void cast_item_refuse(struct cast_item *item, const struct vote_refusal *refusal);

/* The problem of a refusal of the domain. Static. */
const struct problem_kind *cast_refusal_kind(enum vote_refusal_reason reason);

/* Reads the member "choices" into vote->choices, which is malloc'd and the caller's, also when it is
 * refused. Other problems of the reader may be known already. */
void cast_read_choices(struct json_reader *reader, const struct frozen *frozen, struct vote *vote);

/* The pseudonyms of a subject: who this is on the roll, and what the vote is called in the box. */
ERR_CHECKED enum err cast_derive_names(const struct frozen *frozen,
                                       const uint8_t subject[VOTE_SUBJECT_SIZE],
                                       uint8_t ret_vtag[CRYPTO_HASH_SIZE],
                                       uint8_t ret_nullifier[CRYPTO_HASH_SIZE]);

/* Refuses an item for a reason that is not the vote's. */
void cast_item_refuse_kind(struct cast_item *item, const struct problem_kind *kind,
                           const char *field);

#endif
