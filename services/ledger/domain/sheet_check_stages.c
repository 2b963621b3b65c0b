/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is spent against what was secured, and that against what was planned;
 * sources that ended, and money that never came.
 */
#include "ledger/domain/sheet_check_parts.h"

#include <assert.h>

#define DAYS_IN_CODE 10000 /* a day as yyyymmdd divided by this is its year */

static void check_executed(struct sheet_checking *checking, const struct sheet_figure *figure);
static void check_secured(struct sheet_checking *checking, const struct sheet_figure *figure);
static void check_unsecured(struct sheet_checking *checking, const struct sheet_figure *figure);
static const struct sheet_figure *find_slot(const struct sheet_checking *checking,
                                            const struct sheet_place *place);
static void check_endings(struct sheet_checking *checking, const struct sheet_figure *figure);
static void check_own_source(struct sheet_checking *checking);
static void check_completed(struct sheet_checking *checking);
static void note_if_over(struct sheet_checking *checking, enum sheet_rule rule,
                         const struct sheet_figure *figure, const struct sheet_figure *limit);

void sheet_check_stages(struct sheet_checking *checking)
{
    const struct sheet *sheet = checking->sheet;

    assert(sheet->figure_count <= SHEET_CELLS_MAX);
    assert(sheet->ending_count <= SHEET_ENDINGS_MAX);
    for (size_t i = 0; i < sheet->figure_count; i++) {
        const struct sheet_figure *figure = &sheet->figures[i];
        if (figure->state != SHEET_GIVEN || !sheet_check_leads(checking, figure)) {
            continue;
        }
        if (figure->place.kind == SHEET_EXECUTED) {
            check_executed(checking, figure);
        } else if (figure->place.kind == SHEET_SECURED) {
            check_secured(checking, figure);
        } else if (figure->place.kind == SHEET_PLAN) {
            check_unsecured(checking, figure);
        }
        check_endings(checking, figure);
    }
    check_own_source(checking);
    check_completed(checking);
}

static void check_executed(struct sheet_checking *checking, const struct sheet_figure *figure)
{
    const struct sheet_place *place = &figure->place;
    const struct sheet_figure *secured = sheet_check_other(checking, place, SHEET_SECURED);
    const struct sheet_figure *plan = sheet_check_other(checking, place, SHEET_PLAN);

    assert(place->kind == SHEET_EXECUTED);
    assert(figure->state == SHEET_GIVEN);
    if (!secured) {
        secured = sheet_check_other(checking, place, SHEET_SECURED_AND_DEMAND);
    }
    if (!plan) {
        plan = sheet_check_other(checking, place, SHEET_BUDGET);
    }
    if (secured) {
        note_if_over(checking, SHEET_EXECUTED_OVER_SECURED, figure, secured);
    } else {
        note_if_over(checking, SHEET_EXECUTED_OVER_PLAN, figure, plan);
    }
}

static void check_secured(struct sheet_checking *checking, const struct sheet_figure *figure)
{
    const struct sheet_figure *plan = sheet_check_other(checking, &figure->place, SHEET_PLAN);

    assert(figure->place.kind == SHEET_SECURED);
    assert(figure->state == SHEET_GIVEN);
    if (!plan) {
        plan = sheet_check_other(checking, &figure->place, SHEET_BUDGET);
    }
    note_if_over(checking, SHEET_SECURED_OVER_PLAN, figure, plan);
}

/*
 * A year that is over or under way, or a source, for which money is planned and of which nothing is
 * secured, in a sheet that has a place for it.
 */
static void check_unsecured(struct sheet_checking *checking, const struct sheet_figure *figure)
{
    struct sheet_place place = figure->place;
    int64_t secured = 0;

    assert(place.kind == SHEET_PLAN);
    assert(figure->state == SHEET_GIVEN);
    if (figure->amount <= 0 || (place.year == 0 && place.source == 0) ||
        place.year > checking->sheet->as_of / DAYS_IN_CODE) {
        return;
    }
    place.kind = SHEET_SECURED;
    const struct sheet_figure *slot = find_slot(checking, &place);
    enum err err = sheet_check_amount(checking->sheet, checking->check, &place, &secured);
    if (!slot || err == ERR_FULL || (!err && secured != 0)) {
        return;
    }
    sheet_check_note(checking, &(const struct sheet_finding){
                                   .rule = SHEET_PLAN_UNSECURED,
                                   .severity = SHEET_GAP,
                                   .figure = slot,
                                   .computed = figure->amount,
                               });
}

/* Where the amount of a place stands or would: its own figure, else the first of its parts. */
static const struct sheet_figure *find_slot(const struct sheet_checking *checking,
                                            const struct sheet_place *place)
{
    const struct sheet *sheet = checking->sheet;
    const struct sheet_figure *slot = sheet_check_find(sheet, checking->check, place);

    assert(place->kind == SHEET_SECURED);
    assert(place->year != 0 || place->source != 0);
    for (size_t i = 0; !slot && i < sheet->figure_count; i++) {
        const struct sheet_place *at = &sheet->figures[i].place;
        if (at->kind == place->kind && at->programme == place->programme &&
            at->item == place->item && (place->year == 0 || at->year == place->year) &&
            (place->source == 0 || at->source == place->source)) {
            slot = &sheet->figures[i];
        }
    }
    return slot;
}

static void check_endings(struct sheet_checking *checking, const struct sheet_figure *figure)
{
    const struct sheet *sheet = checking->sheet;

    assert(figure->state == SHEET_GIVEN);
    for (size_t i = 0; i < sheet->ending_count; i++) {
        const struct sheet_ending *ending = &sheet->endings[i];
        assert(ending->year >= FISCAL_YEAR_MIN);
        if (figure->place.source == ending->source && figure->place.year >= ending->year &&
            figure->place.kind < SHEET_CAP && figure->amount != 0) {
            sheet_check_note(checking, &(const struct sheet_finding){
                                           .rule = SHEET_SOURCE_ENDED,
                                           .severity = SHEET_CONTRADICTION,
                                           .figure = figure,
                                       });
        }
    }
}

/* A business of the district's own that nobody but others pay for (DOMAIN 5.6). */
static void check_own_source(struct sheet_checking *checking)
{
    const struct sheet *sheet = checking->sheet;
    const struct sheet_figure *other = NULL;

    assert(checking->check);
    assert(sheet->figure_count <= SHEET_CELLS_MAX);
    if (!sheet->own_business) {
        return;
    }
    for (size_t i = 0; i < sheet->figure_count; i++) {
        const struct sheet_figure *figure = &sheet->figures[i];
        if (figure->state != SHEET_GIVEN || figure->amount == 0 || figure->place.source == 0) {
            continue;
        }
        if (figure->place.source == FUNDING_SOURCE_DISTRICT) {
            return;
        }
        other = other ? other : figure;
    }
    if (other) {
        sheet_check_note(checking, &(const struct sheet_finding){
                                       .rule = SHEET_OWN_SOURCE,
                                       .severity = SHEET_CONTRADICTION,
                                       .figure = other,
                                   });
    }
}

/* Said to be completed, with money left (DOMAIN 5.5). */
static void check_completed(struct sheet_checking *checking)
{
    const struct sheet_place spent = {.kind = SHEET_EXECUTED};
    const struct sheet_figure *executed = sheet_check_given(checking, &spent);
    const struct sheet_figure *whole;

    assert(checking->sheet);
    assert(checking->check);
    if (!checking->sheet->completed || !executed) {
        return;
    }
    whole = sheet_check_other(checking, &spent, SHEET_SECURED_AND_DEMAND);
    whole = whole ? whole : sheet_check_other(checking, &spent, SHEET_SECURED);
    whole = whole ? whole : sheet_check_other(checking, &spent, SHEET_PLAN);
    if (whole && executed->amount < whole->amount) {
        sheet_check_note(checking, &(const struct sheet_finding){
                                       .rule = SHEET_COMPLETED_UNSPENT,
                                       .severity = SHEET_GAP,
                                       .figure = executed,
                                       .computed = whole->amount,
                                   });
    }
}

static void note_if_over(struct sheet_checking *checking, enum sheet_rule rule,
                         const struct sheet_figure *figure, const struct sheet_figure *limit)
{
    assert(figure->state == SHEET_GIVEN);
    assert(!limit || limit->state == SHEET_GIVEN);
    if (limit && figure->amount > limit->amount) {
        sheet_check_note(checking, &(const struct sheet_finding){
                                       .rule = rule,
                                       .severity = SHEET_CONTRADICTION,
                                       .figure = figure,
                                       .computed = limit->amount,
                                   });
    }
}
