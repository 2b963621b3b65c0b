/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants and their rules: read and registered. One function a statement. What
 * writes: writer thread, inside the writer's transaction; the rest any database
 * thread.
 */
#ifndef HYEOPCHI_LEDGER_STORE_GRANT_H
#define HYEOPCHI_LEDGER_STORE_GRANT_H

#include "ledger/domain/grant.h"
#include "ledger/domain/order.h"
#include "ledger/store/hold.h"
#include "ledger/store/list.h"
#include "runtime/db.h"

#include <stdbool.h>

/* The rule of an instrument. ERR_NOT_FOUND when there is none. */
ERR_CHECKED enum err store_grant_rule_load(struct db *db, const char *instrument,
                                           struct grant_rule *ret_rule);

/* The hash of the request that registered a grant. ERR_NOT_FOUND when there is no such grant. */
ERR_CHECKED enum err store_grant_hash(struct db *db, const char *shard,
                                      const uint8_t grant_id[ENTRY_KEY_SIZE],
                                      uint8_t ret_hash[ORDER_HASH_SIZE]);

/* Writes a grant that was checked; its bodies are next. */
ERR_CHECKED enum err store_grant_insert(struct db *db, const char *shard, const struct grant *grant,
                                        const struct store_placing *placing);

ERR_CHECKED enum err store_grant_body_insert(struct db *db, const char *shard,
                                             const struct grant *grant);

enum store_grant_rule_column {
    STORE_GRANT_RULE_INSTRUMENT,
    STORE_GRANT_RULE_NAME_KO,
    STORE_GRANT_RULE_CAP,
    STORE_GRANT_RULE_CAP_MONTH_COUNT,
    STORE_GRANT_RULE_MONTH_MAX,
    STORE_GRANT_RULE_PLANNING_MONTH_MAX,
    STORE_GRANT_RULE_BASIS,
};

/* All rules, in order of their codes. */
ERR_CHECKED enum err store_grant_rule_rows(struct db *db, struct db_rows **ret_rows);

enum store_grant_column {
    STORE_GRANT_ID,
    STORE_GRANT_INSTRUMENT,
    STORE_GRANT_INSTRUMENT_NAME_KO,
    STORE_GRANT_FISCAL_YEAR,
    STORE_GRANT_PROGRAMME,
    STORE_GRANT_NATIONAL, /* and the other sources, in the order of enum funding_source */
    STORE_GRANT_CITY,
    STORE_GRANT_DISTRICT,
    STORE_GRANT_OTHER,
    STORE_GRANT_CAP, /* of the rule, with the months that it is for */
    STORE_GRANT_CAP_MONTH_COUNT,
    STORE_GRANT_START_DATE,
    STORE_GRANT_END_DATE,
    STORE_GRANT_MONTH_COUNT,
    STORE_GRANT_PLANNING_MONTH_COUNT,
    STORE_GRANT_SETTLEMENT_DUE_DATE,
    STORE_GRANT_DOCUMENT,
    STORE_GRANT_REGISTERED_BY,
    STORE_GRANT_REGISTERED_TIME,
    STORE_GRANT_UNSETTLED, /* of the programme in that year: S45 */
    STORE_GRANT_TO_REFUND, /* S70 and I10 */
    STORE_GRANT_DECIDED,   /* of the grant's own entries, from here on */
    STORE_GRANT_PAID,
    STORE_GRANT_SPENT,
    STORE_GRANT_SETTLED,
    STORE_GRANT_TO_RETURN,
    STORE_GRANT_RETURNED,
    STORE_GRANT_INTEREST, /* settled and not paid back yet */
    STORE_GRANT_BODY_NAME,
};

/* Which grants, beside year and limit of a store_filter. */
struct store_grant_filter {
    const uint8_t *after; /* ENTRY_KEY_SIZE bytes: those with a greater id */
    const uint8_t *only;  /* ENTRY_KEY_SIZE bytes: this one; NULL: all */
};

/* Grants in order of their ids, a row for each performing body, the leading one first. */
ERR_CHECKED enum err store_grant_rows(struct db *db, const char *shard,
                                      const struct store_filter *filter,
                                      const struct store_grant_filter *grants,
                                      struct db_rows **ret_rows);

#endif
