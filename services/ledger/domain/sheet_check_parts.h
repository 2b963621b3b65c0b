/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the sheet check share. Nobody else includes this.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_SHEET_CHECK_PARTS_H
#define HYEOPCHI_LEDGER_DOMAIN_SHEET_CHECK_PARTS_H

#include "ledger/domain/sheet_check.h"

/* A check under way. */
struct sheet_checking {
    const struct sheet *sheet;
    struct sheet_check *check;
};

/* What is printed, and what it should be. */
struct sheet_finding {
    enum sheet_rule rule;
    enum sheet_severity severity;
    const struct sheet_figure *figure;
    int64_t computed;
};

/* Notes a discrepancy of a figure; a missing one counts as not printed. */
void sheet_check_note(struct sheet_checking *checking, const struct sheet_finding *finding);

/* Notes any discrepancy. */
void sheet_check_add(struct sheet_checking *checking, const struct sheet_discrepancy *found);

/* The given figure of a place, or NULL. */
const struct sheet_figure *sheet_check_given(const struct sheet_checking *checking,
                                             const struct sheet_place *place);

/* The same of another kind. */
const struct sheet_figure *sheet_check_other(const struct sheet_checking *checking,
                                             const struct sheet_place *place, enum sheet_kind kind);

/* True for the figure that stands for its place. */
bool sheet_check_leads(const struct sheet_checking *checking, const struct sheet_figure *figure);

/* The groups of rules. */
void sheet_check_sums(struct sheet_checking *checking);
void sheet_check_stages(struct sheet_checking *checking);
void sheet_check_grants(struct sheet_checking *checking);

#endif
