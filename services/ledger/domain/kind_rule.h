/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each kind of entry may move, as data.
 *
 * A kind is one row per transfer (one debit and its credit): which class of
 * account it takes from, which it gives to, and what must hold. The rows live
 * in the table ledger.kind_rule; a new kind is new rows, never new code here.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_KIND_RULE_H
#define HYEOPCHI_LEDGER_DOMAIN_KIND_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/err.h"

#define KIND_LENGTH_MAX        32
#define STAGE_CLASS_LENGTH_MAX 32
#define KIND_RULE_MAX          128

/* The kinds that this version builds itself; kind.h names them all. */
#define KIND_SELECTION     "selection"     /* 편성요구 */
#define KIND_APPROPRIATION "appropriation" /* 본예산 */
#define KIND_REVERSAL      "reversal" /* 역분개: has no rows, its legs are another entry's */
#define KIND_CLOSING       "closing"  /* 마감 */

struct kind_rule {
    char kind[KIND_LENGTH_MAX + 1];
    int32_t transfer; /* 1 for the kind's first debit and credit; an entry keeps this order */
    char debit_class[STAGE_CLASS_LENGTH_MAX + 1];
    char credit_class[STAGE_CLASS_LENGTH_MAX + 1];
    bool required;    /* an entry of this kind without this transfer is refused */
    bool repeated;    /* may come several times, one after the other */
    bool same_line;   /* debit, credit and the entry's first transfer are in one line */
    bool same_source; /* … are in one (fiscal year, funding source) */
    bool next_year;   /* is in the line of the entry's first transfer, one fiscal year on */
    bool same_amount; /* moves exactly what the entry's first transfer moves */
    bool clearing;    /* what enters a clearing group (stage_clearing) must leave it in the entry */
    bool needs_document;
    bool needs_link; /* the entry names an expenditure that it takes back from */
    bool reversible; /* an entry of this kind may be taken back by a reversal */
    bool allowed_when_closed;
};

struct kind_rule_set {
    struct kind_rule rows[KIND_RULE_MAX]; /* ordered by kind, then transfer */
    size_t count;
};

/*
 * Adds a row, which must come in order of (kind, transfer) with transfers counting from 1.
 * ERR_INVALID when it is out of order, names no kind or an unknown class; ERR_FULL at
 * KIND_RULE_MAX.
 */
ERR_CHECKED enum err kind_rule_set_add(struct kind_rule_set *set, const struct kind_rule *rule);

/*
 * The kind's rows: ret_count of them from the returned one on, NULL and 0 when the kind is
 * unknown. Borrowed from set.
 */
const struct kind_rule *kind_rule_set_find(const struct kind_rule_set *set, const char *kind,
                                           size_t *ret_count);

/* True when entries of the kind must name an expenditure that they take back from. */
bool kind_rule_set_needs_link(const struct kind_rule_set *set, const char *kind);

#endif
