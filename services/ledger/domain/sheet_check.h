/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a budget sheet does not add up: every total against its parts, every
 * figure that is printed twice, what is spent against what there was, terms,
 * caps, prices and settlements.
 *
 * A discrepancy keeps the printed and the computed value. It never changes
 * the sheet and never refuses it: what to make of it is for people.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_SHEET_CHECK_H
#define HYEOPCHI_LEDGER_DOMAIN_SHEET_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger/domain/sheet.h"
#include "runtime/err.h"

#define SHEET_DISCREPANCIES_MAX 256   /* kept; more are only counted */
#define SHEET_INDEX_SIZE        16384 /* a power of two, twice the figures there may be */

/* The rules, in the order in which they are looked at; codes and sentences in sheet_rules.c. */
enum sheet_rule {
    SHEET_REPEATED_FIGURE,
    SHEET_SUM_OF_YEARS,
    SHEET_SUM_OF_SOURCES,
    SHEET_SUM_OF_ITEMS,
    SHEET_SUM_OF_PROGRAMMES,
    SHEET_SUM_OF_PARTS, /* over more than one of these at once */
    SHEET_SUM_OVERFLOW,
    SHEET_EXECUTED_OVER_SECURED,
    SHEET_EXECUTED_OVER_PLAN, /* where no secured figure is given */
    SHEET_SECURED_OVER_PLAN,
    SHEET_PLAN_UNSECURED,
    SHEET_PRODUCT,
    SHEET_OVER_CAP,
    SHEET_TERM_MONTHS,
    SHEET_SETTLEMENT_BALANCE,
    SHEET_SETTLEMENT_DUE,
    SHEET_SOURCE_ENDED,
    SHEET_OWN_SOURCE,
    SHEET_COMPLETED_UNSPENT,
    SHEET_RULE_COUNT,
};

enum sheet_severity {
    SHEET_ROUNDING,      /* equal but for the unit that one was printed in */
    SHEET_GAP,           /* nothing is wrong, but something is left open */
    SHEET_CONTRADICTION, /* both cannot be true */
};

#define SHEET_SEVERITY_COUNT 3

struct sheet_discrepancy {
    enum sheet_rule rule;
    enum sheet_severity severity;
    uint32_t row; /* where the printed value stands, or would */
    uint32_t column;
    struct sheet_place place;
    enum sheet_unit unit; /* of the printed value; SHEET_UNIT_NONE: plain numbers, as months are */
    bool printed_given;   /* false: nothing is printed there */
    int64_t printed;
    int64_t computed;
};

/* What the parts of a total come to, while sums are looked at. */
struct sheet_sum {
    int64_t amount;
    int64_t slack; /* what parts printed more coarsely than the total may be off by */
    int64_t step;  /* the coarsest of the parts */
    uint32_t count;
    uint16_t seen; /* dimensions that had parts, a bit for each set of them */
    bool overflowed;
};

/* Findings, and the room they are found in. Some hundred kilobytes: on the heap, or static. */
struct sheet_check {
    struct sheet_discrepancy discrepancies[SHEET_DISCREPANCIES_MAX];
    size_t count; /* all that were found, kept or not */
    size_t counts[SHEET_SEVERITY_COUNT];
    uint16_t index[SHEET_INDEX_SIZE]; /* a place's figure plus one; the finest that is given */
    struct sheet_sum sums[SHEET_CELLS_MAX];
};

/* Checks a sheet that was read without a fault. Writes all of *ret. */
void sheet_check_run(const struct sheet *sheet, struct sheet_check *ret);

/* How many discrepancies are kept. */
size_t sheet_check_kept(const struct sheet_check *check);

/* The figure of a place, the finest where it is printed several times; NULL when there is none. */
const struct sheet_figure *sheet_check_find(const struct sheet *sheet,
                                            const struct sheet_check *check,
                                            const struct sheet_place *place);

/*
 * The amount of a place: as it is printed, else the sum of the years, sources or both that are.
 * ERR_NOT_FOUND when nothing is printed; ERR_FULL when the sum does not fit.
 */
ERR_CHECKED enum err sheet_check_amount(const struct sheet *sheet, const struct sheet_check *check,
                                        const struct sheet_place *place, int64_t *ret_amount);

/* A rule as a stable code and as a sentence. Static. */
const char *sheet_rule_code(enum sheet_rule rule);
const char *sheet_rule_korean(enum sheet_rule rule);
const char *sheet_rule_english(enum sheet_rule rule);

/* "rounding", "gap" or "contradiction", and 반올림, 공백, 모순. Static. */
const char *sheet_severity_code(enum sheet_severity severity);
const char *sheet_severity_korean(enum sheet_severity severity);

#endif
