/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From figures to lines, from lines to entries. Every total that is printed is
 * held against the lines once more, so that nothing is left behind.
 */
#include "ledger/domain/sheet_entry.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/krw.h"

/* Which dimensions the sheet has at all; what it has not, the caller says. */
struct making {
    const struct sheet *sheet;
    const struct sheet_check *check;
    const struct sheet_entry_options *options;
    struct sheet_entries *entries;
    bool has_year;
    bool has_source;
    bool has_programme;
    bool is_parent[SHEET_NAMES_MAX]; /* programmes that others belong to */
};

static enum err refuse(struct making *making, enum sheet_refusal_rule rule,
                       const struct sheet_figure *figure);
static enum err look_over(struct making *making);
static void mark_parents(struct making *making, int32_t programme);
static bool is_posted(enum sheet_kind kind);
static bool counts(const struct making *making, const struct sheet_figure *figure);
static bool is_finest(const struct making *making, const struct sheet_figure *figure);
static bool has_items(const struct making *making, const struct sheet_place *place);
static enum err add_figure(struct making *making, const struct sheet_figure *figure);
static enum err find_line(struct making *making, const struct sheet_figure *figure,
                          struct sheet_line **ret_line);
static enum err fill_line(struct making *making, struct sheet_line *line);
static enum err check_total(struct making *making, const struct sheet_figure *total);
static bool is_under(const struct making *making, const struct sheet_line *line,
                     const struct sheet_place *total);
static int64_t share(const struct sheet_line *line, enum sheet_kind kind);
static int64_t share_of_both(const struct sheet_line *line);
static enum err add_entries(struct making *making, const struct sheet_line *line);
static enum err add_entry(struct making *making, const struct sheet_line *line, const char *kind,
                          const struct sheet_figure *figure, int64_t amount_krw);
static enum err name_line(struct making *making, const struct sheet_line *line,
                          struct line *ret_line);

enum err sheet_entries_make(const struct sheet *sheet, const struct sheet_check *check,
                            const struct sheet_entry_options *options, struct sheet_entries *ret)
{
    struct making making = {
        .sheet = sheet,
        .check = check,
        .options = options,
        .entries = ret,
    };

    assert(sheet->fault_count == 0);
    assert(options);
    ret->count = 0;
    ret->line_count = 0;
    if (check->counts[SHEET_CONTRADICTION] > 0 && !options->despite) {
        return refuse(&making, SHEET_REFUSED_CONTRADICTION, NULL);
    }
    enum err err = look_over(&making);
    for (size_t i = 0; !err && i < sheet->figure_count; i++) {
        if (counts(&making, &sheet->figures[i]) && is_finest(&making, &sheet->figures[i])) {
            err = add_figure(&making, &sheet->figures[i]);
        }
    }
    for (size_t i = 0; !err && i < ret->line_count; i++) {
        err = fill_line(&making, &ret->lines[i]);
    }
    for (size_t i = 0; !err && i < sheet->figure_count; i++) {
        if (counts(&making, &sheet->figures[i])) {
            err = check_total(&making, &sheet->figures[i]);
        }
    }
    for (size_t i = 0; !err && i < ret->line_count; i++) {
        err = add_entries(&making, &ret->lines[i]);
    }
    if (!err && ret->count == 0) {
        err = refuse(&making, SHEET_REFUSED_NOTHING, NULL);
    }
    return err;
}

static enum err refuse(struct making *making, enum sheet_refusal_rule rule,
                       const struct sheet_figure *figure)
{
    assert(making->entries);
    assert(rule < SHEET_REFUSAL_RULE_COUNT);
    making->entries->refusal = (struct sheet_refusal){.rule = rule, .figure = figure};
    making->entries->count = 0;
    return ERR_INVALID;
}

static enum err look_over(struct making *making)
{
    const struct sheet *sheet = making->sheet;

    assert(sheet->figure_count <= SHEET_CELLS_MAX);
    assert(sheet->name_count <= SHEET_NAMES_MAX);
    for (size_t i = 0; i < sheet->figure_count; i++) {
        const struct sheet_figure *figure = &sheet->figures[i];
        if (figure->state != SHEET_GIVEN) {
            continue;
        }
        if (figure->place.kind == SHEET_GRANTED || figure->place.kind == SHEET_RETURNED) {
            return refuse(making, SHEET_REFUSED_KIND, figure);
        }
        if (!is_posted(figure->place.kind)) {
            continue; /* a cap, a price and a count are no money of a line */
        }
        if (figure->amount < 0) {
            return refuse(making, SHEET_REFUSED_NEGATIVE, figure);
        }
        making->has_year = making->has_year || figure->place.year != 0;
        making->has_source = making->has_source || figure->place.source != 0;
        making->has_programme = making->has_programme || figure->place.programme != 0;
        mark_parents(making, figure->place.programme);
    }
    return ERR_OK;
}

static void mark_parents(struct making *making, int32_t programme)
{
    const struct sheet *sheet = making->sheet;

    assert(programme >= 0);
    assert((size_t)programme < sheet->name_count);
    while (programme != 0) {
        programme = sheet->names[programme].parent;
        making->is_parent[programme] = true;
    }
}

static bool is_posted(enum sheet_kind kind)
{
    assert(kind != SHEET_KIND_NONE);
    assert(kind <= SHEET_COUNT);
    return kind <= SHEET_EXECUTED;
}

static bool counts(const struct making *making, const struct sheet_figure *figure)
{
    assert(making->sheet);
    assert(figure);
    return figure->state == SHEET_GIVEN && is_posted(figure->place.kind) &&
           sheet_check_find(making->sheet, making->check, &figure->place) == figure;
}

/* True for a figure that nothing of the sheet is a part of. */
static bool is_finest(const struct making *making, const struct sheet_figure *figure)
{
    const struct sheet_place *place = &figure->place;
    bool broken_down = place->kind != SHEET_SECURED_AND_DEMAND && place->year != 0 &&
                       (place->source != 0 || !making->has_source);
    bool is_leaf =
        place->programme != 0 ? !making->is_parent[place->programme] : !making->has_programme;

    assert(place->programme < SHEET_NAMES_MAX);
    assert(figure->state == SHEET_GIVEN);
    return broken_down && is_leaf && (place->item != 0 || !has_items(making, place));
}

static bool has_items(const struct making *making, const struct sheet_place *place)
{
    const struct sheet *sheet = making->sheet;

    assert(place->item == 0);
    assert(place->year != 0);
    for (size_t i = 0; i < sheet->figure_count; i++) {
        const struct sheet_place *part = &sheet->figures[i].place;
        if (sheet->figures[i].state == SHEET_GIVEN && is_posted(part->kind) && part->item != 0 &&
            part->year == place->year && part->source == place->source &&
            part->programme == place->programme) {
            return true;
        }
    }
    return false;
}

static enum err add_figure(struct making *making, const struct sheet_figure *figure)
{
    struct sheet_line *line = NULL;
    enum err err = find_line(making, figure, &line);

    assert(figure->place.year != 0);
    assert(figure->amount >= 0);
    if (err) {
        return err;
    }
    switch (figure->place.kind) {
    case SHEET_BUDGET:
        line->plan = figure; /* what was voted, before what was planned */
        break;
    case SHEET_PLAN:
        line->plan = line->plan ? line->plan : figure;
        break;
    case SHEET_DEMAND:
        line->demand = figure;
        break;
    case SHEET_SECURED:
        line->secured = figure;
        break;
    case SHEET_EXECUTED:
        line->executed = figure;
        break;
    case SHEET_KIND_NONE:
    case SHEET_SECURED_AND_DEMAND:
    case SHEET_GRANTED:
    case SHEET_RETURNED:
    case SHEET_CAP:
    case SHEET_UNIT_PRICE:
    case SHEET_COUNT:
        assert(false && "no figure of a line");
        break;
    }
    return ERR_OK;
}

static enum err find_line(struct making *making, const struct sheet_figure *figure,
                          struct sheet_line **ret_line)
{
    struct sheet_entries *entries = making->entries;
    struct sheet_place place = figure->place;

    assert(entries->line_count <= SHEET_LINES_MAX);
    assert(ret_line);
    place.kind = SHEET_KIND_NONE;
    for (size_t i = 0; i < entries->line_count; i++) {
        const struct sheet_place *known = &entries->lines[i].place;
        if (known->year == place.year && known->source == place.source &&
            known->programme == place.programme && known->item == place.item) {
            *ret_line = &entries->lines[i];
            return ERR_OK;
        }
    }
    if (entries->line_count == SHEET_LINES_MAX) {
        return refuse(making, SHEET_REFUSED_TOO_MANY, figure);
    }
    *ret_line = &entries->lines[entries->line_count];
    **ret_line = (struct sheet_line){.place = place};
    entries->line_count++;
    return ERR_OK;
}

/* What is missing is at most what a later stage proves, and that only when it is wanted. */
static enum err fill_line(struct making *making, struct sheet_line *line)
{
    const bool implied = making->options->implied;
    const struct sheet_figure *last = line->executed ? line->executed : line->secured;

    assert(line->place.year != 0);
    assert(line->plan || line->demand || line->secured || line->executed);
    line->executed_krw = line->executed ? line->executed->amount : 0;
    line->secured_krw = line->secured ? line->secured->amount : line->executed_krw;
    if (!line->secured && line->executed_krw > 0 && !implied) {
        return refuse(making, SHEET_REFUSED_SECURED_MISSING, line->executed);
    }
    if (line->plan) {
        line->plan_krw = line->plan->amount;
    } else if (line->demand && line->demand->amount >= line->secured_krw) {
        line->plan_krw = line->demand->amount;
    } else {
        line->plan_krw = line->secured_krw;
        if (line->plan_krw > 0 && !implied) {
            return refuse(making, SHEET_REFUSED_PLAN_MISSING, last);
        }
    }
    if (line->executed_krw > line->secured_krw || line->secured_krw > line->plan_krw) {
        return refuse(making, SHEET_REFUSED_STAGES, last);
    }
    return ERR_OK;
}

/* The total is the sum of the lines under it, but for the last digit of what was rounded. */
static enum err check_total(struct making *making, const struct sheet_figure *total)
{
    const struct sheet_entries *entries = making->entries;
    int64_t sum = 0;
    int64_t difference = 0;
    bool exact = true;
    enum err err = ERR_OK;

    assert(total->state == SHEET_GIVEN);
    assert(total->amount >= 0);
    for (size_t i = 0; !err && i < entries->line_count; i++) {
        const struct sheet_line *line = &entries->lines[i];
        if (is_under(making, line, &total->place)) {
            int64_t part = share(line, total->place.kind);
            err = krw_add(sum, part, &sum);
            exact = exact && part % total->step == 0;
        }
    }
    if (!err) {
        err = krw_subtract(total->amount, sum, &difference);
    }
    int64_t slack = exact ? 1 : total->step;
    if (err || difference >= slack || difference <= -slack) {
        return refuse(making, making->has_year ? SHEET_REFUSED_TOTAL_ALONE : SHEET_REFUSED_YEAR,
                      total);
    }
    return ERR_OK;
}

static bool is_under(const struct making *making, const struct sheet_line *line,
                     const struct sheet_place *total)
{
    int32_t programme = line->place.programme;

    assert(programme >= 0);
    assert(total->programme >= 0);
    while (programme != total->programme && programme != 0) {
        programme = making->sheet->names[programme].parent;
    }
    return programme == total->programme && (total->year == 0 || total->year == line->place.year) &&
           (total->source == 0 || total->source == line->place.source) &&
           (total->item == 0 || total->item == line->place.item);
}

static int64_t share(const struct sheet_line *line, enum sheet_kind kind)
{
    assert(is_posted(kind));
    assert(line->plan_krw >= line->secured_krw);
    switch (kind) {
    case SHEET_PLAN:
    case SHEET_BUDGET:
        return line->plan_krw;
    case SHEET_DEMAND:
        return line->demand ? line->demand->amount : 0;
    case SHEET_SECURED:
        return line->secured_krw;
    case SHEET_SECURED_AND_DEMAND:
        return share_of_both(line);
    case SHEET_EXECUTED:
        return line->executed_krw;
    case SHEET_KIND_NONE:
    case SHEET_GRANTED:
    case SHEET_RETURNED:
    case SHEET_CAP:
    case SHEET_UNIT_PRICE:
    case SHEET_COUNT:
        break;
    }
    assert(false && "no figure of a line");
    return 0;
}

/* As the sheet has them, nothing filled in; what does not fit is more than any total. */
static int64_t share_of_both(const struct sheet_line *line)
{
    int64_t secured_krw = line->secured ? line->secured->amount : 0;
    int64_t demand_krw = line->demand ? line->demand->amount : 0;
    int64_t sum_krw = 0;
    enum err err = krw_add(secured_krw, demand_krw, &sum_krw);

    assert(secured_krw >= 0);
    assert(demand_krw >= 0);
    return err ? INT64_MAX : sum_krw;
}

/* Spending passes through its stages: what was spent was allotted and committed. */
static enum err add_entries(struct making *making, const struct sheet_line *line)
{
    const struct sheet_figure *secured = line->secured ? line->secured : line->executed;
    const struct sheet_figure *plan = line->plan ? line->plan : line->demand;
    enum err err;

    assert(line->executed_krw <= line->secured_krw);
    assert(line->secured_krw <= line->plan_krw);
    err = add_entry(making, line, "main_budget", plan ? plan : secured, line->plan_krw);
    if (!err) {
        err = add_entry(making, line, "securing", secured, line->secured_krw);
    }
    if (!err) {
        err = add_entry(making, line, "allotment", line->executed, line->executed_krw);
    }
    if (!err) {
        err = add_entry(making, line, "commitment", line->executed, line->executed_krw);
    }
    if (!err) {
        err = add_entry(making, line, "expenditure", line->executed, line->executed_krw);
    }
    return err;
}

static enum err add_entry(struct making *making, const struct sheet_line *line, const char *kind,
                          const struct sheet_figure *figure, int64_t amount_krw)
{
    struct sheet_entries *entries = making->entries;
    struct sheet_entry entry = {
        .kind = kind,
        .item = line->place.item,
        .amount_krw = amount_krw,
        .figure = figure,
    };

    assert(amount_krw >= 0);
    assert(kind);
    if (amount_krw == 0) {
        return ERR_OK; /* there is no entry of nothing */
    }
    enum err err = name_line(making, line, &entry.line);
    if (err) {
        return err;
    }
    if (entries->count == SHEET_ENTRIES_MAX) {
        return refuse(making, SHEET_REFUSED_TOO_MANY, figure);
    }
    entries->entries[entries->count] = entry;
    entries->count++;
    return ERR_OK;
}

/* The line's source and programme, from the sheet or else from the caller. */
static enum err name_line(struct making *making, const struct sheet_line *line,
                          struct line *ret_line)
{
    const struct sheet_figure *figure = line->plan ? line->plan : line->demand;
    const struct sheet_entries *entries = making->entries;
    int32_t source =
        line->place.source != 0 ? line->place.source : (int32_t)making->options->source;
    const char *programme = line->place.programme != 0
                                ? sheet_name_text(making->sheet, line->place.programme)
                                : making->options->programme;

    assert(line >= entries->lines);
    assert(line < entries->lines + entries->line_count);
    figure = figure ? figure : line->secured;
    figure = figure ? figure : line->executed;
    if (source == 0) {
        return refuse(making, SHEET_REFUSED_SOURCE, figure);
    }
    if (!programme) {
        return refuse(making, SHEET_REFUSED_PROGRAMME, figure);
    }
    for (size_t i = 0; i < entries->line_count; i++) {
        int32_t other = entries->lines[i].place.programme;
        if (other != line->place.programme &&
            strcmp(sheet_name_text(making->sheet, other), programme) == 0) {
            return refuse(making, SHEET_REFUSED_PROGRAMME_TWICE, figure);
        }
    }
    enum err err = line_init(ret_line, line->place.year, (enum funding_source)source, programme);
    return err ? refuse(making, SHEET_REFUSED_PROGRAMME_NAME, figure) : ERR_OK;
}
