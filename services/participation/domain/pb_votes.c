/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VOTES of a .pb file, and the counts that can be compared once they are
 * read. Lists hold one vote at a time; it must never remember who chose what.
 */
#include <assert.h>
#include <string.h>

#include "participation/domain/pb_state.h"

static_assert(PB_VOTE_CHOICES_MAX <= ELECTION_OPTIONS_MAX, "an election takes every vote");

/* A list of values between commas; an empty text is an empty list. */
struct list {
    const char *at;
    const char *end;
    bool more;
};

static struct list list_of(struct pb_slice slice)
{
    return (struct list){
        .at = slice.text,
        .end = slice.text + slice.length,
        .more = slice.length > 0,
    };
}

/* The next value, without spaces around it; false when there is none. */
static bool list_next(struct list *list, struct pb_slice *ret)
{
    const char *comma;
    const char *end;

    if (!list->more) {
        return false;
    }
    comma = memchr(list->at, ',', (size_t)(list->end - list->at));
    end = comma == NULL ? list->end : comma;
    *ret = pb_trim((struct pb_slice){.text = list->at, .length = (size_t)(end - list->at)});
    list->more = comma != NULL;
    list->at = comma == NULL ? list->end : comma + 1;
    return true;
}

/* A vote while it is read. */
struct reading {
    const struct pb_row *row;
    struct list options;
    struct list points;
    size_t named; /* values that are not empty, known or not */
    size_t count; /* choices so far */
    bool points_missing;
};

static struct pb_place place_of(const struct reading *reading, enum pb_column column,
                                struct pb_slice value)
{
    return (struct pb_place){
        .line = reading->row->line,
        .field = pb_column_name(column),
        .value = value,
    };
}

/* The points that belong to the option just read; none are 0, and a contradiction. */
static enum err read_points(struct pb *pb, struct reading *reading, struct decimal *ret)
{
    struct pb_slice text;
    struct pb_place place;

    *ret = (struct decimal){.units = 0};
    if (!pb->points_used) {
        return ERR_OK;
    }
    if (!list_next(&reading->points, &text)) {
        reading->points_missing = true;
        return ERR_OK;
    }
    place = place_of(reading, PB_POINTS, text);
    return pb_number(pb, &place, ret);
}

static void check_points(struct pb *pb, const struct reading *reading, struct decimal points)
{
    const struct pb_bounds *bounds = &pb->bounds;
    char text[DECIMAL_TEXT_SIZE];
    struct pb_slice value = {.text = text,
                             .length = decimal_format(points.units, points.scale, text)};
    const struct pb_place place = place_of(reading, PB_POINTS, value);

    if ((bounds->points_min.set && decimal_compare(points, bounds->points_min.value) < 0) ||
        (bounds->points_max.set && decimal_compare(points, bounds->points_max.value) > 0)) {
        pb_note(pb, PB_CONTRADICTION, PB_POINTS_RANGE, &place);
    }
    if (points.units < 0 && election_vote_type(pb->election) == ELECTION_CUMULATIVE) {
        pb_note(pb, PB_CONTRADICTION, PB_NEGATIVE, &place);
    }
}

/* One value of the vote's list, with its points. */
static enum err read_choice(struct pb *pb, struct reading *reading, struct pb_slice id)
{
    const struct pb_place place = place_of(reading, PB_VOTE, id);
    struct election_choice choice;
    enum err err = read_points(pb, reading, &choice.points);

    assert(reading->count <= PB_VOTE_CHOICES_MAX);

    if (err) {
        return err;
    }
    if (id.length == 0) {
        pb_note(pb, PB_CONTRADICTION, PB_OPTION_EMPTY, &place);
        return ERR_OK;
    }
    reading->named++;
    if (election_find_option(pb->election, id.text, id.length, &choice.option) != ERR_OK) {
        pb_note(pb, PB_CONTRADICTION, PB_OPTION_UNKNOWN, &place);
        return ERR_OK;
    }
    if (pb->points_used) {
        check_points(pb, reading, choice.points);
    }
    if (reading->count == PB_VOTE_CHOICES_MAX) {
        return pb_fail(pb, PB_TOO_LARGE, &place);
    }
    pb->choices[reading->count] = choice;
    reading->count++;
    return ERR_OK;
}

static enum err read_choices(struct pb *pb, struct reading *reading)
{
    struct pb_slice text;
    enum err err;

    while (list_next(&reading->options, &text)) {
        err = read_choice(pb, reading, text);
        if (err) {
            return err;
        }
    }
    if (pb->points_used && (reading->points_missing || reading->points.more)) {
        const struct pb_place place =
            place_of(reading, PB_POINTS, pb_cell(pb, reading->row, PB_POINTS));

        pb_note(pb, PB_CONTRADICTION, PB_POINTS_COUNT, &place);
    }
    return ERR_OK;
}

/*
 * Names the first option that is there again. The distinct choices are the
 * known values of the list in order, so the first that is not the next of
 * them is the repeated one.
 */
static void note_repeated(struct pb *pb, const struct reading *reading, size_t distinct)
{
    struct list list = list_of(pb_cell(pb, reading->row, PB_VOTE));
    struct pb_slice id = {.text = "", .length = 0};
    size_t next = 0;
    uint32_t option;

    assert(distinct < reading->count);

    while (list_next(&list, &id)) {
        if (election_find_option(pb->election, id.text, id.length, &option) != ERR_OK) {
            continue;
        }
        if (next == distinct || pb->choices[next].option != option) {
            break;
        }
        next++;
    }
    const struct pb_place place = place_of(reading, PB_VOTE, id);

    pb_note(pb, PB_CONTRADICTION, PB_OPTION_REPEATED, &place);
}

static void check_length(struct pb *pb, const struct reading *reading, size_t length)
{
    const struct pb_place place = place_of(reading, PB_VOTE, pb_cell(pb, reading->row, PB_VOTE));
    const struct decimal number = {.units = (int64_t)length};
    struct pb_bound max = pb->bounds.length_max;

    if (election_vote_type(pb->election) == ELECTION_CHOOSE_1 && !max.set) {
        max = (struct pb_bound){.set = true, .value = {.units = 1}};
    }
    if (pb->bounds.length_min.set && decimal_compare(number, pb->bounds.length_min.value) < 0) {
        pb_note(pb, PB_CONTRADICTION, PB_VOTE_TOO_SHORT, &place);
    }
    if (max.set && decimal_compare(number, max.value) > 0) {
        pb_note(pb, PB_CONTRADICTION, PB_VOTE_TOO_LONG, &place);
    }
}

/* Whether the sum lies outside its bounds; one too large to add up is above every maximum. */
static bool outside(const struct pb_bound *min, const struct pb_bound *max, struct decimal sum,
                    bool overflow)
{
    if (overflow) {
        return max->set;
    }
    return (min->set && decimal_compare(sum, min->value) < 0) ||
           (max->set && decimal_compare(sum, max->value) > 0);
}

/* The sums of costs and points of the distinct choices against META. */
static void check_sums(struct pb *pb, const struct reading *reading, size_t distinct)
{
    const struct pb_bounds *bounds = &pb->bounds;
    struct decimal cost = {.units = 0, .scale = election_money_scale(pb->election)};
    struct decimal points = {.units = 0};
    bool cost_overflow = false;
    bool points_overflow = false;

    for (size_t i = 0; i < distinct; i++) {
        const struct election_option *option = election_option(pb->election, pb->choices[i].option);

        cost_overflow =
            cost_overflow || __builtin_add_overflow(cost.units, option->cost, &cost.units);
        points_overflow =
            points_overflow ||
            (pb->points_used && decimal_add(points, pb->choices[i].points, &points) != ERR_OK);
    }
    if (outside(&bounds->cost_min, &bounds->cost_max, cost, cost_overflow)) {
        const struct pb_place place =
            place_of(reading, PB_VOTE, pb_cell(pb, reading->row, PB_VOTE));

        pb_note(pb, PB_CONTRADICTION, PB_VOTE_COST, &place);
    }
    if (pb->points_used &&
        outside(&bounds->points_sum_min, &bounds->points_sum_max, points, points_overflow)) {
        const struct pb_place place =
            place_of(reading, PB_POINTS, pb_cell(pb, reading->row, PB_POINTS));

        pb_note(pb, PB_CONTRADICTION, PB_POINTS_SUM, &place);
    }
}

static enum err check_voter(struct pb *pb, const struct reading *reading)
{
    const struct pb_slice id = pb_cell(pb, reading->row, PB_VOTER_ID);
    const struct pb_place place = place_of(reading, PB_VOTER_ID, id);
    uint32_t number;
    bool added;

    if (!pb_has(pb, PB_VOTER_ID)) {
        return ERR_OK;
    }
    if (id.length == 0) {
        pb_note(pb, PB_CONTRADICTION, PB_VALUE_MISSING, &place);
        return ERR_OK;
    }
    if (text_set_add(&pb->voters, id.text, id.length, &added, &number) != ERR_OK) {
        return pb_fail(pb, PB_TOO_LARGE, &place);
    }
    if (!added) {
        pb_note(pb, PB_CONTRADICTION, PB_VOTER_DUPLICATE, &place);
    }
    return ERR_OK;
}

static enum err show_vote(struct pb *pb, const struct reading *reading, size_t distinct)
{
    const struct pb_row *row = reading->row;
    const struct pb_vote vote = {
        .line = row->line,
        .voter_id = pb_cell(pb, row, PB_VOTER_ID).text,
        .age = pb_cell(pb, row, PB_AGE).text,
        .sex = pb_cell(pb, row, PB_SEX).text,
        .voting_method = pb_cell(pb, row, PB_VOTING_METHOD).text,
        .district = pb_cell(pb, row, PB_DISTRICT).text,
        .neighborhood = pb_cell(pb, row, PB_NEIGHBORHOOD).text,
        .choices = pb->choices,
        .choice_count = distinct,
        .fields = pb_fields(pb, row),
        .field_count = pb->header.count,
    };

    assert(pb->options.on_vote != NULL);

    return pb->options.on_vote(pb->options.context, pb->election, &vote);
}

static char small_letter(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

/* Letters of ASCII count alike, small or capital. */
static bool is_same_word(const char *word, const char *text)
{
    while (*word != '\0' && small_letter(*word) == small_letter(*text)) {
        word++;
        text++;
    }
    return *word == '\0' && *text == '\0';
}

/* The vote with its group, where there are groups. */
static enum err add_vote(struct pb *pb, const struct reading *reading, size_t distinct)
{
    const struct pb_place place = place_of(reading, PB_VOTE, pb_cell(pb, reading->row, PB_VOTE));
    const struct pb_slice method = pb_cell(pb, reading->row, PB_VOTING_METHOD);
    const struct pb_groups *groups = pb->options.groups;
    size_t word = 0;
    enum err err;

    if (pb_has_groups(pb)) {
        while (word < groups->word_count &&
               !is_same_word(groups->words[word].voting_method, method.text)) {
            word++;
        }
        if (word == groups->word_count) {
            const struct pb_place channel = place_of(reading, PB_VOTING_METHOD, method);

            return pb_fail(pb, PB_VOTE_CHANNEL, &channel);
        }
        err = election_add_vote_of(pb->election, groups->words[word].group, pb->choices, distinct);
    } else {
        err = election_add_vote(pb->election, pb->choices, distinct);
    }
    return err ? pb_fail(pb, pb->points_used ? PB_NUMBER_TOO_LARGE : PB_TOO_LARGE, &place) : ERR_OK;
}

enum err pb_vote_row(struct pb *pb, const struct pb_row *row)
{
    struct reading reading = {
        .row = row,
        .options = list_of(pb_cell(pb, row, PB_VOTE)),
        .points = list_of(pb_cell(pb, row, PB_POINTS)),
    };
    const struct pb_place place = place_of(&reading, PB_VOTE, pb_cell(pb, row, PB_VOTE));
    size_t distinct;
    enum err err;

    assert(pb->election != NULL);
    assert(pb->choices != NULL);

    if (pb->vote_count == ELECTION_VOTES_MAX) {
        return pb_fail(pb, PB_TOO_MANY_VOTES, &place);
    }
    pb->vote_count++;
    err = check_voter(pb, &reading);
    if (!err) {
        err = read_choices(pb, &reading);
    }
    if (err) {
        return err;
    }
    distinct = election_distinct(pb->election, pb->choices, reading.count);
    if (distinct < reading.count) {
        note_repeated(pb, &reading, distinct);
    }
    check_length(pb, &reading, reading.named - (reading.count - distinct));
    check_sums(pb, &reading, distinct);
    if (!pb_quotas_kept(pb, distinct)) {
        pb_note(pb, PB_CONTRADICTION, PB_VOTE_QUOTA, &place);
    }
    err = add_vote(pb, &reading, distinct);
    if (err) {
        return err;
    }
    return pb->options.on_vote == NULL ? ERR_OK : show_vote(pb, &reading, distinct);
}

/* Compares a count with what META claims it to be, if it does. */
static void compare_meta(struct pb *pb, const char *key, uint32_t count, enum pb_rule rule)
{
    const struct decimal counted = {.units = (int64_t)count};
    struct pb_place place = pb_meta_place(pb, key);
    struct pb_bound claimed = {.set = false};

    pb_number_optional(pb, &place, &claimed);
    if (claimed.set && decimal_compare(claimed.value, counted) != 0) {
        pb_note(pb, PB_CONTRADICTION, rule, &place);
    }
}

static void compare_claim(struct pb *pb, uint64_t line, enum pb_column column,
                          const struct pb_bound *claim, struct decimal counted)
{
    struct pb_place place = {.line = line, .field = pb_column_name(column)};
    char text[DECIMAL_TEXT_SIZE];

    assert(column == PB_PROJECT_VOTES || column == PB_SCORE);

    if (!claim->set || decimal_compare(claim->value, counted) == 0) {
        return;
    }
    place.value.text = text;
    place.value.length = decimal_format(claim->value.units, claim->value.scale, text);
    pb_note(pb, PB_CONTRADICTION, column == PB_SCORE ? PB_OPTION_SCORE : PB_OPTION_VOTES, &place);
}

/* Whether a `score` column can only mean what this code adds up. */
static bool score_comparable(const struct pb *pb)
{
    const char *function = pb_meta(pb, "scoring_fn");

    switch (election_vote_type(pb->election)) {
    case ELECTION_APPROVAL:
    case ELECTION_CHOOSE_1:
        return false;
    case ELECTION_CUMULATIVE:
        return true;
    case ELECTION_SCORING:
        return election_default_score(pb->election) == 0;
    case ELECTION_ORDINAL:
        return function == NULL || strcmp(function, "Borda") == 0;
    case ELECTION_VOTE_TYPE_COUNT:
        break;
    }
    return false;
}

void pb_compare_counts(struct pb *pb)
{
    bool scores = score_comparable(pb);
    bool borda = election_vote_type(pb->election) == ELECTION_ORDINAL;

    assert(pb->election != NULL);
    assert(pb->finished);

    compare_meta(pb, "num_projects", election_option_count(pb->election), PB_OPTION_COUNT);
    compare_meta(pb, "num_votes", pb->vote_count, PB_VOTE_COUNT);
    for (uint32_t i = 0; i < election_option_count(pb->election); i++) {
        const struct election_option *option = election_option(pb->election, i);
        const struct pb_claim *claim = &pb->claims[i];
        const struct decimal votes = {.units = option->votes};
        const struct decimal score = {
            .units = borda ? option->borda : option->points,
            .scale = borda ? 0 : election_points_scale(pb->election),
        };

        compare_claim(pb, claim->line, PB_PROJECT_VOTES, &claim->votes, votes);
        if (scores) {
            compare_claim(pb, claim->line, PB_SCORE, &claim->score, score);
        }
    }
}
