/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a checked budget sheet can be posted: 본예산, 확보 and 집행 of every
 * line that it breaks its totals down to. A sheet is taken whole or refused by
 * name. Nothing is invented: totals without their parts are refused, and so is
 * spending of which it is not said that it was planned and secured, unless the
 * caller wants just as much to count as planned and secured.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_SHEET_ENTRY_H
#define HYEOPCHI_LEDGER_DOMAIN_SHEET_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger/domain/account.h"
#include "ledger/domain/sheet.h"
#include "ledger/domain/sheet_check.h"
#include "runtime/err.h"

/* As many as are posted together, all or none. */
#define SHEET_ENTRIES_MAX 256

/* Lines of one sheet; each makes an entry at least. */
#define SHEET_LINES_MAX SHEET_ENTRIES_MAX

/* Why a sheet is not posted; codes and sentences in sheet_entry_rules.c. */
enum sheet_refusal_rule {
    SHEET_REFUSED_CONTRADICTION,
    SHEET_REFUSED_KIND,
    SHEET_REFUSED_YEAR,
    SHEET_REFUSED_SOURCE,
    SHEET_REFUSED_PROGRAMME,
    SHEET_REFUSED_PROGRAMME_NAME,
    SHEET_REFUSED_PROGRAMME_TWICE,
    SHEET_REFUSED_NEGATIVE,
    SHEET_REFUSED_TOTAL_ALONE,
    SHEET_REFUSED_PLAN_MISSING,
    SHEET_REFUSED_SECURED_MISSING,
    SHEET_REFUSED_STAGES,
    SHEET_REFUSED_TOO_MANY,
    SHEET_REFUSED_NOTHING,
    SHEET_REFUSAL_RULE_COUNT,
};

struct sheet_refusal {
    enum sheet_refusal_rule rule;
    const struct sheet_figure *figure; /* whose; NULL: of the sheet as a whole */
};

/* What the sheet leaves open. */
struct sheet_entry_options {
    enum funding_source source; /* of a sheet that names none; 0: not said */
    const char *programme;      /* the same; NULL: not said */
    bool implied;               /* what was spent was planned and secured */
    bool despite;               /* contradictions that leave the totals whole do not matter */
};

/* One entry of one transfer. */
struct sheet_entry {
    const char *kind; /* "main_budget"; static */
    struct line line;
    int32_t item; /* place in the sheet's names; 0: none */
    int64_t amount_krw;
    const struct sheet_figure *figure; /* where it stands */
};

/* What a line of the sheet says, the missing filled in where that is wanted. */
struct sheet_line {
    struct sheet_place place;
    const struct sheet_figure *plan;
    const struct sheet_figure *demand;
    const struct sheet_figure *secured;
    const struct sheet_figure *executed;
    int64_t plan_krw;
    int64_t secured_krw;
    int64_t executed_krw;
};

/* The entries of a sheet in the order in which they must be posted. Tens of kilobytes. */
struct sheet_entries {
    struct sheet_entry entries[SHEET_ENTRIES_MAX];
    size_t count;
    struct sheet_line lines[SHEET_LINES_MAX];
    size_t line_count;
    struct sheet_refusal refusal; /* when it is refused */
};

/*
 * Makes the entries of a sheet that was read and checked; figures are borrowed from it. ERR_INVALID
 * with ret->refusal filled.
 */
ERR_CHECKED enum err sheet_entries_make(const struct sheet *sheet, const struct sheet_check *check,
                                        const struct sheet_entry_options *options,
                                        struct sheet_entries *ret);

/* A rule as a stable code and as a sentence. Static. */
const char *sheet_refusal_code(enum sheet_refusal_rule rule);
const char *sheet_refusal_korean(enum sheet_refusal_rule rule);
const char *sheet_refusal_english(enum sheet_refusal_rule rule);

#endif
