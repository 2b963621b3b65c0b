/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every total against its parts. A total may leave out years, sources, items or
 * a level of programmes, or several of these; it is held against the parts of
 * the smallest such set that the sheet gives, so that marginals are enough and
 * half a matrix contradicts nothing.
 */
#include "ledger/domain/sheet_check_parts.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/krw.h"

enum {
    OVER_YEARS = 1,
    OVER_SOURCES = 2,
    OVER_ITEMS = 4,
    OVER_PROGRAMMES = 8,
};

/* All sets of dimensions, smaller ones first. */
static const unsigned SETS[] = {1, 2, 4, 8, 3, 5, 6, 9, 10, 12, 7, 11, 13, 14, 15};

static_assert(sizeof SETS / sizeof SETS[0] ==
                  OVER_YEARS + OVER_SOURCES + OVER_ITEMS + OVER_PROGRAMMES,
              "every set of dimensions is there");

static void check_set(struct sheet_checking *checking, unsigned set);
static bool is_part(const struct sheet_checking *checking, const struct sheet_figure *figure,
                    unsigned set);
static const struct sheet_figure *find_total(const struct sheet_checking *checking,
                                             const struct sheet_figure *figure, unsigned set,
                                             enum sheet_kind kind);
static void add_part(struct sheet_checking *checking, const struct sheet_figure *total,
                     const struct sheet_figure *part);
static bool was_smaller(const struct sheet_sum *sum, unsigned set);
static void compare(struct sheet_checking *checking, const struct sheet_figure *total,
                    const struct sheet_sum *sum, unsigned set);
static bool is_rounded(const struct sheet_figure *total, const struct sheet_sum *sum);
static enum sheet_rule rule_of(unsigned set);

void sheet_check_sums(struct sheet_checking *checking)
{
    assert(checking->sheet->figure_count <= SHEET_CELLS_MAX);
    assert(checking->check);
    memset(checking->check->sums, 0,
           checking->sheet->figure_count * sizeof checking->check->sums[0]);
    for (size_t i = 0; i < sizeof SETS / sizeof SETS[0]; i++) {
        check_set(checking, SETS[i]);
    }
}

static void check_set(struct sheet_checking *checking, unsigned set)
{
    const struct sheet *sheet = checking->sheet;
    struct sheet_sum *sums = checking->check->sums;

    for (size_t i = 0; i < sheet->figure_count; i++) {
        sums[i] = (struct sheet_sum){.seen = sums[i].seen};
    }
    for (size_t i = 0; i < sheet->figure_count; i++) {
        const struct sheet_figure *part = &sheet->figures[i];
        if (!is_part(checking, part, set)) {
            continue;
        }
        add_part(checking, find_total(checking, part, set, part->place.kind), part);
        if ((set & OVER_YEARS) != 0 &&
            (part->place.kind == SHEET_SECURED || part->place.kind == SHEET_DEMAND)) {
            add_part(checking, find_total(checking, part, set, SHEET_SECURED_AND_DEMAND), part);
        }
    }
    for (size_t i = 0; i < sheet->figure_count; i++) {
        if (sums[i].count == 0) {
            continue;
        }
        assert(sheet->figures[i].state == SHEET_GIVEN);
        assert(set < 16);
        if (!was_smaller(&sums[i], set)) {
            compare(checking, &sheet->figures[i], &sums[i], set);
        }
        sums[i].seen |= (uint16_t)(1u << set);
    }
}

static bool is_part(const struct sheet_checking *checking, const struct sheet_figure *figure,
                    unsigned set)
{
    const struct sheet_place *place = &figure->place;
    bool named = ((set & OVER_YEARS) == 0 || place->year != 0) &&
                 ((set & OVER_SOURCES) == 0 || place->source != 0) &&
                 ((set & OVER_ITEMS) == 0 || place->item != 0) &&
                 ((set & OVER_PROGRAMMES) == 0 || place->programme != 0);

    assert(set > 0);
    assert(place->kind != SHEET_KIND_NONE);
    return named && figure->state == SHEET_GIVEN && place->kind < SHEET_CAP &&
           sheet_check_leads(checking, figure);
}

/* The given total that the figure is a part of; of programmes the nearest that has one. */
static const struct sheet_figure *find_total(const struct sheet_checking *checking,
                                             const struct sheet_figure *figure, unsigned set,
                                             enum sheet_kind kind)
{
    struct sheet_place place = figure->place;
    const struct sheet_figure *total;

    place.kind = kind;
    place.year = (set & OVER_YEARS) != 0 ? 0 : place.year;
    place.source = (set & OVER_SOURCES) != 0 ? 0 : place.source;
    place.item = (set & OVER_ITEMS) != 0 ? 0 : place.item;
    if ((set & OVER_PROGRAMMES) == 0) {
        return sheet_check_given(checking, &place);
    }
    assert(place.programme != 0);
    do {
        assert(checking->sheet->names[place.programme].parent < place.programme);
        place.programme = checking->sheet->names[place.programme].parent;
        total = sheet_check_given(checking, &place);
    } while (!total && place.programme != 0);
    return total;
}

static void add_part(struct sheet_checking *checking, const struct sheet_figure *total,
                     const struct sheet_figure *part)
{
    if (!total) {
        return;
    }
    struct sheet_sum *sum = &checking->check->sums[total - checking->sheet->figures];

    assert(total != part);
    assert(part->state == SHEET_GIVEN);
    enum err err = krw_add(sum->amount, part->amount, &sum->amount);
    if (!err && part->step > total->step) {
        err = krw_add(sum->slack, part->step, &sum->slack);
    }
    sum->overflowed = sum->overflowed || err;
    sum->step = part->step > sum->step ? part->step : sum->step;
    sum->count++;
}

/* True when a part of this set of dimensions was enough to hold the total against. */
static bool was_smaller(const struct sheet_sum *sum, unsigned set)
{
    assert(set > 0);
    assert((sum->seen & 1) == 0);
    for (unsigned i = 1; i < set; i++) {
        if ((i & set) == i && (sum->seen >> i & 1) != 0) {
            return true;
        }
    }
    return false;
}

static void compare(struct sheet_checking *checking, const struct sheet_figure *total,
                    const struct sheet_sum *sum, unsigned set)
{
    struct sheet_finding finding = {
        .rule = rule_of(set),
        .severity = SHEET_CONTRADICTION,
        .figure = total,
        .computed = sum->amount,
    };

    assert(sum->count > 0);
    assert(total->state == SHEET_GIVEN);
    if (!sum->overflowed && sum->amount == total->amount) {
        return;
    }
    if (sum->overflowed) {
        finding.rule = SHEET_SUM_OVERFLOW;
        finding.computed = INT64_MAX;
    } else if (is_rounded(total, sum)) {
        finding.severity = SHEET_ROUNDING;
    }
    sheet_check_note(checking, &finding);
}

/* Off by less than the last digits of what was printed more coarsely, total or parts. */
static bool is_rounded(const struct sheet_figure *total, const struct sheet_sum *sum)
{
    int64_t difference = 0;
    int64_t slack = total->step > sum->step ? total->step : sum->slack;
    enum err err = krw_subtract(total->amount, sum->amount, &difference);

    assert(total->amount != sum->amount);
    assert(slack >= 0);
    return !err && difference < slack && difference > -slack;
}

static enum sheet_rule rule_of(unsigned set)
{
    assert(set > 0);
    assert(set < 16);
    switch (set) {
    case OVER_YEARS:
        return SHEET_SUM_OF_YEARS;
    case OVER_SOURCES:
        return SHEET_SUM_OF_SOURCES;
    case OVER_ITEMS:
        return SHEET_SUM_OF_ITEMS;
    case OVER_PROGRAMMES:
        return SHEET_SUM_OF_PROGRAMMES;
    default:
        return SHEET_SUM_OF_PARTS;
    }
}
