/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures of a sheet by their places, and figures that are printed twice.
 */
#include "ledger/domain/sheet_check.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/krw.h"
#include "ledger/domain/sheet_check_parts.h"

static_assert((SHEET_INDEX_SIZE & (SHEET_INDEX_SIZE - 1)) == 0, "an index is masked");
static_assert(SHEET_INDEX_SIZE >= 2 * SHEET_CELLS_MAX, "an index never fills");

static void index_figures(struct sheet_checking *checking);
static size_t slot_of(const struct sheet *sheet, const struct sheet_check *check,
                      const struct sheet_place *place);
static bool place_equal(const struct sheet_place *left, const struct sheet_place *right);
static bool is_finer(const struct sheet_figure *left, const struct sheet_figure *right);
static void check_repeated(struct sheet_checking *checking);
static enum err sum_matching(const struct sheet *sheet, const struct sheet_check *check,
                             const struct sheet_place *place, bool by_year, bool by_source,
                             int64_t *ret_amount);

void sheet_check_run(const struct sheet *sheet, struct sheet_check *ret)
{
    struct sheet_checking checking = {.sheet = sheet, .check = ret};

    assert(sheet->fault_count == 0);
    assert(ret);
    ret->count = 0;
    memset(ret->counts, 0, sizeof ret->counts);
    index_figures(&checking);
    check_repeated(&checking);
    sheet_check_sums(&checking);
    sheet_check_stages(&checking);
    sheet_check_grants(&checking);
}

size_t sheet_check_kept(const struct sheet_check *check)
{
    assert(check);
    assert(check->count >= check->counts[SHEET_GAP]);
    return check->count < SHEET_DISCREPANCIES_MAX ? check->count : SHEET_DISCREPANCIES_MAX;
}

const struct sheet_figure *sheet_check_find(const struct sheet *sheet,
                                            const struct sheet_check *check,
                                            const struct sheet_place *place)
{
    uint16_t found = check->index[slot_of(sheet, check, place)];

    assert(found <= sheet->figure_count);
    assert(place->kind != SHEET_KIND_NONE);
    return found == 0 ? NULL : &sheet->figures[found - 1];
}

enum err sheet_check_amount(const struct sheet *sheet, const struct sheet_check *check,
                            const struct sheet_place *place, int64_t *ret_amount)
{
    const struct sheet_figure *figure = sheet_check_find(sheet, check, place);
    bool all_years = place->year == 0;
    bool all_sources = place->source == 0;
    enum err err = ERR_NOT_FOUND;

    assert(place->kind != SHEET_KIND_NONE);
    assert(ret_amount);
    if (figure && figure->state == SHEET_GIVEN) {
        *ret_amount = figure->amount;
        return ERR_OK;
    }
    if (all_years) {
        err = sum_matching(sheet, check, place, true, false, ret_amount);
    }
    if (err == ERR_NOT_FOUND && all_sources) {
        err = sum_matching(sheet, check, place, false, true, ret_amount);
    }
    if (err == ERR_NOT_FOUND && all_years && all_sources) {
        err = sum_matching(sheet, check, place, true, true, ret_amount);
    }
    return err;
}

void sheet_check_note(struct sheet_checking *checking, const struct sheet_finding *finding)
{
    const struct sheet_figure *figure = finding->figure;
    struct sheet_discrepancy found = {
        .rule = finding->rule,
        .severity = finding->severity,
        .row = figure->row,
        .column = figure->column,
        .place = figure->place,
        .unit = sheet_figure_unit(checking->sheet, figure),
        .printed_given = figure->state == SHEET_GIVEN,
        .printed = figure->state == SHEET_GIVEN ? figure->amount : 0,
        .computed = finding->computed,
    };

    assert(finding->rule < SHEET_RULE_COUNT);
    assert(figure->row < checking->sheet->row_count);
    sheet_check_add(checking, &found);
}

void sheet_check_add(struct sheet_checking *checking, const struct sheet_discrepancy *found)
{
    struct sheet_check *check = checking->check;

    assert(found->severity <= SHEET_CONTRADICTION);
    assert(found->row < checking->sheet->row_count);
    if (check->count < SHEET_DISCREPANCIES_MAX) {
        check->discrepancies[check->count] = *found;
    }
    check->count++;
    check->counts[found->severity]++;
}

const struct sheet_figure *sheet_check_given(const struct sheet_checking *checking,
                                             const struct sheet_place *place)
{
    const struct sheet_figure *figure = sheet_check_find(checking->sheet, checking->check, place);

    assert(!figure || place_equal(&figure->place, place));
    assert(place->kind <= SHEET_COUNT);
    return figure && figure->state == SHEET_GIVEN ? figure : NULL;
}

const struct sheet_figure *sheet_check_other(const struct sheet_checking *checking,
                                             const struct sheet_place *place, enum sheet_kind kind)
{
    struct sheet_place other = *place;

    assert(kind != SHEET_KIND_NONE);
    assert(kind != place->kind);
    other.kind = kind;
    return sheet_check_given(checking, &other);
}

bool sheet_check_leads(const struct sheet_checking *checking, const struct sheet_figure *figure)
{
    assert(figure >= checking->sheet->figures);
    assert(figure < checking->sheet->figures + checking->sheet->figure_count);
    return sheet_check_find(checking->sheet, checking->check, &figure->place) == figure;
}

static void index_figures(struct sheet_checking *checking)
{
    const struct sheet *sheet = checking->sheet;
    struct sheet_check *check = checking->check;

    assert(sheet->figure_count <= SHEET_CELLS_MAX);
    memset(check->index, 0, sizeof check->index);
    for (size_t i = 0; i < sheet->figure_count; i++) {
        uint16_t *slot = &check->index[slot_of(sheet, check, &sheet->figures[i].place)];
        if (*slot == 0 || is_finer(&sheet->figures[i], &sheet->figures[*slot - 1])) {
            *slot = (uint16_t)(i + 1);
        }
        assert(*slot > 0);
    }
}

/* The slot that holds the place, or the empty one where it belongs. */
static size_t slot_of(const struct sheet *sheet, const struct sheet_check *check,
                      const struct sheet_place *place)
{
    uint64_t mixed = (uint64_t)place->kind;

    mixed = mixed * 211 + (uint32_t)place->year;
    mixed = mixed * 7 + (uint32_t)place->source;
    mixed = mixed * (SHEET_NAMES_MAX + 1) + (uint32_t)place->programme;
    mixed = mixed * (SHEET_NAMES_MAX + 1) + (uint32_t)place->item;
    /* The multiplier of Fibonacci hashing: 2^64 through the golden ratio. */
    mixed *= 11400714819323198485u;
    size_t slot = (size_t)(mixed >> 40) & (SHEET_INDEX_SIZE - 1);

    for (size_t i = 0; i < SHEET_INDEX_SIZE; i++) {
        uint16_t found = check->index[slot];
        if (found == 0 || place_equal(&sheet->figures[found - 1].place, place)) {
            return slot;
        }
        slot = (slot + 1) & (SHEET_INDEX_SIZE - 1);
    }
    assert(false && "an index that is full");
    return 0;
}

static bool place_equal(const struct sheet_place *left, const struct sheet_place *right)
{
    assert(left->programme >= 0);
    assert(right->programme >= 0);
    return left->kind == right->kind && left->year == right->year &&
           left->source == right->source && left->programme == right->programme &&
           left->item == right->item;
}

/* Given before missing, then the one with the smaller last digit, then the first. */
static bool is_finer(const struct sheet_figure *left, const struct sheet_figure *right)
{
    assert(left != right);
    assert(left->state <= SHEET_GIVEN);
    if (left->state != SHEET_GIVEN || right->state != SHEET_GIVEN) {
        return left->state == SHEET_GIVEN && right->state != SHEET_GIVEN;
    }
    return left->step < right->step;
}

static void check_repeated(struct sheet_checking *checking)
{
    const struct sheet *sheet = checking->sheet;

    assert(checking->check->count == 0);
    for (size_t i = 0; i < sheet->figure_count; i++) {
        const struct sheet_figure *figure = &sheet->figures[i];
        const struct sheet_figure *leader = sheet_check_given(checking, &figure->place);
        int64_t difference = 0;
        if (figure->state != SHEET_GIVEN || !leader || leader == figure ||
            leader->amount == figure->amount) {
            continue;
        }
        enum err err = krw_subtract(figure->amount, leader->amount, &difference);
        bool rounded = !err && figure->step > leader->step && difference < figure->step &&
                       difference > -figure->step;
        assert(leader->step <= figure->step);
        sheet_check_note(checking, &(const struct sheet_finding){
                                       .rule = SHEET_REPEATED_FIGURE,
                                       .severity = rounded ? SHEET_ROUNDING : SHEET_CONTRADICTION,
                                       .figure = figure,
                                       .computed = leader->amount,
                                   });
    }
}

static enum err sum_matching(const struct sheet *sheet, const struct sheet_check *check,
                             const struct sheet_place *place, bool by_year, bool by_source,
                             int64_t *ret_amount)
{
    int64_t sum = 0;
    bool any = false;

    assert(by_year || by_source);
    assert(ret_amount);
    for (size_t i = 0; i < sheet->figure_count; i++) {
        const struct sheet_figure *figure = &sheet->figures[i];
        struct sheet_place wanted = *place;
        wanted.year = by_year ? figure->place.year : place->year;
        wanted.source = by_source ? figure->place.source : place->source;
        bool part = (!by_year || figure->place.year != 0) &&
                    (!by_source || figure->place.source != 0) &&
                    place_equal(&figure->place, &wanted) && figure->state == SHEET_GIVEN &&
                    sheet_check_find(sheet, check, &wanted) == figure;
        if (part) {
            enum err err = krw_add(sum, figure->amount, &sum);
            if (err) {
                return ERR_FULL;
            }
            any = true;
        }
    }
    if (!any) {
        return ERR_NOT_FOUND;
    }
    *ret_amount = sum;
    return ERR_OK;
}
