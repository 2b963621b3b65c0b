/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders: an entry that somebody asks for under an idempotency key, and the
 * answer it got.
 *
 * A key is answered once for ever, whether its entry was posted or refused:
 * the same request gets the same answer, another request under the key is
 * refused and not remembered. An entry under the key of a hold, a grant or a
 * settlement is taken for a new one, since to look there would cost each entry
 * a look; what was answered to those under the key stays as it was.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_ORDER_H
#define HYEOPCHI_LEDGER_DOMAIN_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "ledger/domain/account.h"
#include "ledger/domain/entry.h"
#include "ledger/domain/grant_book.h"
#include "ledger/domain/hold.h"
#include "ledger/domain/kind_rule.h"
#include "ledger/domain/refusal.h"

#define ORDER_HASH_SIZE    32
#define ORDER_REQUEST_SIZE 16 /* of a request's hash, remembered for good */
#define ORDER_SEAL_SIZE    8  /* binds them to the entry that they became */
#define ORDER_FIELD_SIZE   64

enum order_result {
    ORDER_PENDING = 0,
    ORDER_POSTED,   /* now; seq and the rest are filled */
    ORDER_REPEATED, /* posted before under the same key; seq names the entry */
    ORDER_REFUSED,  /* now or before; refusal says why */
};

/* A refusal in the words that are kept. */
struct order_refusal {
    enum refusal_reason reason;
    char field[ORDER_FIELD_SIZE];
    char account[ACCOUNT_CODE_SIZE]; /* account_code; "" when no account refused */
    int64_t shortfall_krw;
};

/* What is remembered of a key. */
struct order_key {
    uint8_t request[ORDER_REQUEST_SIZE]; /* how its request's hash begins */
    int64_t seq;                         /* of its entry; 0 when it was refused */
    struct order_refusal refusal;
};

struct order {
    /* Asked. */
    struct entry entry;
    uint8_t request_hash[ORDER_HASH_SIZE];
    int32_t group;    /* neighbours with the same number, not 0, are posted all or none */
    int64_t draw_krw; /* how much of hold_id it takes up, which gives it its legs; 0: of none */
    uint8_t hold_id[HOLD_ID_SIZE];
    bool has_grant;      /* it is an entry of grant_id; of a correction, posting finds out */
    bool grant_required; /* it should be, since its programme has a grant; posting finds out */
    uint8_t grant_id[ENTRY_KEY_SIZE];

    /* Answered. */
    enum order_result result;
    bool remembered; /* the key was answered before: nothing new is to be written */
    int64_t seq;
    int64_t posted_time_ms;
    uint8_t hash[ORDER_HASH_SIZE];
    uint8_t request_seal[ORDER_SEAL_SIZE];
    struct entry_posting postings[ENTRY_LEG_MAX];
    struct order_refusal refusal;
};

/*
 * Makes an order that takes up amount_krw, at least 1, of a hold, which gives its entry kind, legs and
 * period when it is loaded. The order is zeroed; its request_hash is the caller's to set. Refused
 * when a text does not fit.
 */
ERR_CHECKED enum err order_init_draw(struct order *order, const struct entry_head *head,
                                     const uint8_t hold_id[HOLD_ID_SIZE], int64_t amount_krw,
                                     struct refusal *ret_refusal);

/* Forgets any answer, so that the order can be answered anew. */
void order_reset(struct order *order);

/* Answers from what is remembered of the order's key: repeated, refused as before, or key-reused. */
void order_recall(struct order *order, const struct order_key *key);

/* What is to be remembered of an order that was answered now. */
void order_key_init(struct order_key *key, const struct order *order);

/* What the answer to an order depends on, beside balances. Borrowed. */
struct order_context {
    const struct kind_rule_set *rules;
    struct period period;     /* the worst of all fiscal years the entry touches */
    struct entry_link link;   /* entry NULL when the order names none */
    struct hold *hold;        /* that the order takes up; NULL or NONE: it is not there */
    struct grant_book *grant; /* whose entry it is; NULL: there is none */
    int64_t now_ms;           /* what deadlines are held against */
};

/*
 * Checks and posts the order's entry to its balances (see entry_post), ends the hold it takes up, and adds
 * it to its grant. Of an S40 that it takes from (grant_entry_taken) without a grant, decided_krw is filled.
 * The answer is POSTED, with seq and hash still to be filled by the caller, or REFUSED with nothing changed.
 */
void order_post(struct order *order, const struct order_context *context,
                struct account_balance *const balances[]);

/* The refusal in the words that are kept. */
void order_refusal_init(struct order_refusal *ret_refusal, const struct refusal *refusal);

/* Answers an order that is PENDING with a refusal. */
void order_refuse(struct order *order, const struct refusal *refusal);

/* Takes an answer of order_post back, because another order of its group was refused. */
void order_refuse_group(struct order *order);

#endif
