/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a Pabulib file to a definition. Amounts must be whole won: nothing is
 * rounded. Options that the file marks as withdrawn are left out, and said.
 * What a file of ours says and what is given beside it are read apart and then
 * compared, so that neither hides the other.
 */
#include "cli/ballot_source.h"

#include "cli/ballot_terms.h"
#include "cli/ballot_window.h"
#include "cli/pb_stream.h"
#include "cli/phrase.h"
#include "cli/tally_draw.h"
#include "cli/tally_terms.h"
#include "participation/domain/ballot.h"
#include "runtime/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRAWN_PREFIX "drawn:"
#define LOT_PREFIX   "lot:"

/* Stops the reading at the first vote: by then everything wanted is known. */
static enum err stop_at_vote(void *context, const struct election *election,
                             const struct pb_vote *vote)
{
    (void)election;
    (void)vote;
    *(bool *)context = true;
    return ERR_UNAVAILABLE;
}

static enum err complain(const struct ballot_source *source, const char *what, const char *value)
{
    (void)fprintf(stderr, "hyeopchi: %s: %s%s%s\n", source->path, what, value != NULL ? ": " : "",
                  value != NULL ? value : "");
    return ERR_INVALID;
}

/* Cuts at a character, so that what is left is UTF-8. */
static json_t *text_up_to(const char *text, size_t length_max)
{
    size_t length = strlen(text);

    if (length > length_max) {
        length = length_max;
        while (length > 0 && ((unsigned char)text[length] & 0xc0U) == 0x80U) {
            length--;
        }
    }
    return json_stringn(text, length);
}

static enum err whole_krw(int64_t units, unsigned scale, int64_t *ret_krw)
{
    return decimal_rescale((struct decimal){units, scale}, 0, ret_krw);
}

static enum err add_option(const struct ballot_source *source, const struct election *election,
                           uint32_t number, json_t *options)
{
    const struct election_option *option = election_option(election, number);
    int64_t cost_krw = 0;
    const char *name;
    json_t *row;

    if (whole_krw(option->cost, election_money_scale(election), &cost_krw)) {
        return complain(source, say("비용이 원 단위 정수가 아닙니다", "a cost is not in whole won"),
                        option->id);
    }
    name = option->name[0] != '\0' ? option->name : option->id;
    row = json_pack("{s:s, s:o, s:I, s:o, s:o}", "id", option->id, "name",
                    text_up_to(name, BALLOT_NAME_MAX), "cost_krw", (json_int_t)cost_krw, "area",
                    text_up_to(option->area, BALLOT_AREA_NAME_MAX), "field",
                    text_up_to(option->category, BALLOT_FIELD_MAX));
    return json_array_append_new(options, row) == 0 ? ERR_OK : ERR_INTERNAL;
}

static enum err add_options(const struct ballot_source *source, const struct election *election,
                            json_t *ret_options)
{
    uint32_t withdrawn = 0;
    uint32_t i;

    for (i = 0; i < election_option_count(election); i++) {
        enum err err;

        if (election_option(election, i)->withdrawn) {
            withdrawn++;
            continue;
        }
        err = add_option(source, election, i, ret_options);
        if (err) {
            return err;
        }
    }
    if (withdrawn > 0) {
        (void)fprintf(stderr,
                      say("%s: 철회된 선택지 %" PRIu32 "개는 넣지 않았습니다\n",
                          "%s: left out %" PRIu32 " withdrawn options\n"),
                      source->path, withdrawn);
    }
    return ERR_OK;
}

/* A whole number from META; the fallback where there is none. */
static enum err meta_number(const struct ballot_source *source, const struct pb *pb,
                            const char *key, int64_t fallback, int64_t *ret_number)
{
    struct decimal number;
    enum err err = pb_meta_decimal(pb, key, &number);

    if (err == ERR_NOT_FOUND) {
        *ret_number = fallback;
        return ERR_OK;
    }
    if (!err) {
        err = decimal_rescale(number, 0, ret_number);
    }
    return err ? complain(source, say("정수여야 하는 값", "a value that must be a whole number"),
                          key)
               : ERR_OK;
}

/* The budget of the file, or the one that is given in place of it. */
static enum err add_budget(const struct ballot_source *source, const struct election *election,
                           int64_t given_krw, json_t *definition)
{
    int64_t budget_krw = given_krw;

    if (budget_krw == 0) {
        if (!election_has_budget(election)) {
            return complain(source,
                            say("예산이 없습니다. --budget 으로 주십시오",
                                "it has no budget; give one with --budget"),
                            NULL);
        }
        if (whole_krw(election_budget(election), election_money_scale(election), &budget_krw)) {
            return complain(source,
                            say("예산이 원 단위 정수가 아닙니다. --budget 으로 주십시오",
                                "the budget is not in whole won; give one with --budget"),
                            NULL);
        }
    }
    (void)json_object_set_new(definition, "budget_krw", json_integer(budget_krw));
    return ERR_OK;
}

/* A least number that a file of ours states apart where it lets empty votes pass. */
static enum err least_number(const struct ballot_source *source, const struct pb *pb,
                             const char *key, const char *nonempty_key, int64_t *ret_number)
{
    int64_t number = 0;

    if (meta_number(source, pb, key, *ret_number, &number) ||
        meta_number(source, pb, nonempty_key, number, &number)) {
        return ERR_INVALID;
    }
    *ret_number = number;
    return ERR_OK;
}

static enum err add_limits(const struct ballot_source *source, const struct pb *pb,
                           const struct election *election, json_t *definition)
{
    const bool single = election_vote_type(election) == ELECTION_CHOOSE_1;
    const int64_t options = (int64_t)json_array_size(json_object_get(definition, "options"));
    int64_t min_options = 1;
    int64_t max_options = 0;
    int64_t min_cost = 0;
    int64_t max_cost = 0;

    if (least_number(source, pb, "min_length", "nonempty_min_length", &min_options) ||
        meta_number(source, pb, "max_length", single ? 1 : options, &max_options) ||
        least_number(source, pb, "min_sum_cost", "nonempty_min_sum_cost", &min_cost) ||
        meta_number(source, pb, "max_sum_cost", 0, &max_cost)) {
        return ERR_INVALID;
    }
    /* A file may allow more than it lists, or nothing at all: an empty vote is a matter of its own. */
    min_options = min_options > 0 ? min_options : 1;
    max_options = max_options < options ? max_options : options;
    (void)json_object_set_new(definition, "min_options", json_integer(min_options));
    (void)json_object_set_new(definition, "max_options", json_integer(max_options));
    if (min_cost > 0) {
        (void)json_object_set_new(definition, "min_cost_krw", json_integer(min_cost));
    }
    if (max_cost > 0) {
        (void)json_object_set_new(definition, "max_cost_krw", json_integer(max_cost));
    }
    if (pb_meta(pb, "empty_allowed") != NULL) {
        (void)json_object_set_new(definition, "empty_allowed", json_true());
    }
    return ERR_OK;
}

/* The name of the tie rule, and of drawn the order of the file behind it: ids of options that are put
 * on the ballot, the first drawn in front. */
static enum err add_tie(const struct ballot_source *source, const struct election *election,
                        json_t *definition)
{
    const uint32_t count = election_option_count(election);
    uint32_t *places;
    json_t *order;
    enum err err;

    if (source->tie == NULL) {
        return ERR_OK;
    }
    if (strncmp(source->tie, DRAWN_PREFIX, strlen(DRAWN_PREFIX)) != 0) {
        return json_object_set_new(definition, "tie", json_string(source->tie)) == 0 ? ERR_OK
                                                                                     : ERR_INVALID;
    }
    places = calloc((size_t)count + 1, sizeof *places);
    order = json_array();
    err = places == NULL || order == NULL
              ? ERR_FULL
              : tally_draw_file(election, source->tie + strlen(DRAWN_PREFIX), places);
    for (uint32_t place = 0; place < count && !err; place++) {
        uint32_t option = 0;

        while (option < count && places[option] != place) {
            option++;
        }
        if (option < count && !election_option(election, option)->withdrawn) {
            (void)json_array_append_new(order, json_string(election_option(election, option)->id));
        }
    }
    free(places);
    (void)json_object_set_new(definition, "tie", json_string("drawn"));
    (void)json_object_set_new(definition, "tie_order", order);
    return err;
}

static json_t *head_json(const struct ballot_source *source, const struct pb *pb)
{
    const char *description = pb_meta(pb, "description");
    const char *title = source->title != NULL ? source->title : description;
    char opens[CLOCK_TEXT_SIZE];
    char closes[CLOCK_TEXT_SIZE];

    clock_format(source->opens_ms, opens);
    clock_format(source->closes_ms, closes);
    return json_pack("{s:o, s:I, s:s, s:s, s:s}", "title",
                     text_up_to(title != NULL ? title : source->path, BALLOT_TITLE_MAX),
                     "budget_year", (json_int_t)source->budget_year, "method",
                     election_vote_type_name(election_vote_type(pb_election(pb))), "opens_at",
                     opens, "closes_at", closes);
}

/* The limits of points that the method has, where the file has them. */
static enum err add_points(const struct ballot_source *source, const struct pb *pb,
                           const struct election *election, json_t *definition)
{
    static const char *const CUMULATIVE[] = {"min_points", "max_points", "min_sum_points",
                                             "max_sum_points", NULL};
    static const char *const SCORING[] = {"min_points", "max_points", "default_score", NULL};
    static const char *const NONE[] = {NULL};
    const enum election_vote_type type = election_vote_type(election);
    const char *const *keys = type == ELECTION_CUMULATIVE ? CUMULATIVE
                              : type == ELECTION_SCORING  ? SCORING
                                                          : NONE;

    for (; *keys != NULL; keys++) {
        int64_t points = INT64_MIN;

        if (meta_number(source, pb, *keys, INT64_MIN, &points) ||
            (strcmp(*keys, "min_sum_points") == 0 &&
             meta_number(source, pb, "nonempty_min_sum_points", points, &points))) {
            return ERR_INVALID;
        }
        if (points != INT64_MIN) { /* A negative one is for the service to refuse by name. */
            (void)json_object_set_new(definition, *keys, json_integer(points));
        }
    }
    return ERR_OK;
}

/* What the rule asks for: of greedy-threshold the least score to take part. */
static enum err add_threshold(const struct ballot_source *source, const struct pb *pb,
                              json_t *definition)
{
    const char *rule = json_string_value(json_object_get(definition, "rule"));
    int64_t score = source->threshold_score;

    if (score == 0 && pb != NULL && rule != NULL && strcmp(rule, "greedy-threshold") == 0 &&
        meta_number(source, pb, "min_project_score_threshold", 0, &score)) {
        return ERR_INVALID;
    }
    if (score > 0) {
        (void)json_object_set_new(definition, "threshold_score", json_integer(score));
    }
    return ERR_OK;
}

/* The words that are given; those that are not stay away. */
static enum err add_given_words(const struct ballot_source *source, json_t *definition)
{
    const struct {
        const char *member;
        const char *word;
    } words[] = {
        {"funding_source", source->funding_source},
        {"rule", source->rule},
        {"satisfaction", source->satisfaction},
        {"completion", source->completion},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (words[i].word != NULL &&
            json_object_set_new(definition, words[i].member, json_string(words[i].word)) != 0) {
            return ERR_INVALID; /* It is no text. */
        }
    }
    return ERR_OK;
}

/* What was given beside the file: its words, tie rule, threshold, budget and terms. */
static enum err add_given(const struct ballot_source *source, const struct election *election,
                          json_t *definition)
{
    const struct ballot_terms_source terms = {.invocation = source->invocation};
    enum err err = add_given_words(source, definition);

    if (!err) {
        err = add_tie(source, election, definition);
    }
    if (!err) {
        err = add_threshold(source, NULL, definition);
    }
    if (!err && source->budget_krw > 0) {
        err = add_budget(source, election, source->budget_krw, definition);
    }
    return err ? err : ballot_terms_add(&terms, definition);
}

/* What is taken for granted of a file of others where nobody says anything else. */
static enum err add_defaults(json_t *definition)
{
    json_t *defaults =
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "funding_source", "district", "rule", "greedy",
                  "satisfaction", "cost", "completion", "none", "tie", "lowest-cost-then-votes");
    enum err err = defaults != NULL && json_object_update_missing(definition, defaults) == 0
                       ? ERR_OK
                       : ERR_FULL;

    json_decref(defaults);
    return err;
}

/* The terms that a file of ours states. Of a lot the definition has the rule only: every ballot gets a
 * seed of its own. */
static enum err add_own(const struct pb *pb, json_t *definition)
{
    static const char *const WORDS[] = {"funding_source", "rule", "satisfaction", "completion"};
    const struct ballot_terms_source terms = {.pb = pb};
    const char *tie = pb_meta(pb, "tie");
    const bool lot = strncmp(tie, LOT_PREFIX, strlen(LOT_PREFIX)) == 0;
    enum err err = ERR_OK;

    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        const char *word = pb_meta(pb, WORDS[i]);

        if (word != NULL && json_object_set_new(definition, WORDS[i], json_string(word)) != 0) {
            err = ERR_FULL;
        }
    }
    if (!err && json_object_set_new(definition, "tie", json_string(lot ? "lot" : tie)) != 0) {
        err = ERR_FULL;
    }
    if (!err) {
        err = ballot_terms_add_order(pb, definition);
    }
    if (!err) {
        err = ballot_terms_add(&terms, definition);
    }
    return err ? err : ballot_terms_add_electorate(pb, definition);
}

/* Says which option does not agree with the file. */
static enum err refuse_option(const struct ballot_source *source, const char *option,
                              const json_t *stated)
{
    char *text = stated != NULL ? json_dumps(stated, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

    (void)fprintf(stderr,
                  say("hyeopchi: %s: --%s 은(는) 이 파일이 적고 있는 조건과 다릅니다 (파일: %s). "
                      "파일대로 만들려면 빼고, 고치려면 --print 로 받은 정의를 고쳐 "
                      "--definition 으로 주십시오\n",
                      "hyeopchi: %s: --%s contradicts the terms that this file states (it has: "
                      "%s); leave it out, or change the definition that --print writes and give "
                      "it with --definition\n"),
                  source->path, option, text != NULL ? text : say("없음", "none"));
    free(text);
    return ERR_CONFLICT;
}

/* Compares what is given with what a file of ours states. Its options are copied without their least
 * costs, which are then those that are given. */
static enum err compare_given(const struct ballot_source *source, const struct pb *pb,
                              const json_t *definition)
{
    static const struct {
        const char *option;
        const char *member;
    } MEMBERS[] = {
        {"source", "funding_source"},
        {"rule", "rule"},
        {"satisfaction", "satisfaction"},
        {"completion", "completion"},
        {"tie", "tie"},
        {"tie", "tie_order"},
        {"threshold", "threshold_score"},
        {"budget", "budget_krw"},
        {"partial-fit", "partial_fit"},
        {"quorum", "quorum_voters"},
        {"quorum-share", "quorum_share"},
        {"weights", "jury"},
        {"channel-weights", "channel_weights"},
        {"incompatible", "incompatible"},
        {"area-cap", "area_caps"},
        {"field-cap", "field_caps"},
        {"quota", "area_quotas"},
    };

    json_t *options = json_deep_copy(json_object_get(definition, "options"));
    json_t *given = json_pack("{s:O}", "options", options);
    const char *value;
    enum err err;

    for (size_t i = 0; i < json_array_size(options); i++) {
        (void)json_object_del(json_array_get(options, i), "min_cost_krw"); /* It may have none. */
    }
    err = given == NULL ? ERR_FULL : add_given(source, pb_election(pb), given);
    for (size_t i = 0; i < sizeof MEMBERS / sizeof MEMBERS[0] && !err; i++) {
        const json_t *member = json_object_get(given, MEMBERS[i].member);
        const json_t *stated = json_object_get(definition, MEMBERS[i].member);

        if (member != NULL && !json_equal(member, stated)) {
            err = refuse_option(source, MEMBERS[i].option, stated);
        }
    }
    if (!err && source->invocation != NULL &&
        invocation_texts(source->invocation, "min-cost", &value, 1) > 0 &&
        !json_equal(options, json_object_get(definition, "options"))) {
        json_t *stated = json_string(pb_meta(pb, "min_cost.1")); /* NULL where it has none. */

        err = refuse_option(source, "min-cost", stated);
        json_decref(stated);
    }
    json_decref(given);
    json_decref(options);
    return err;
}

/* Everything that follows the options. */
static enum err add_all(const struct ballot_source *source, const struct pb *pb, json_t *definition)
{
    const struct election *election = pb_election(pb);
    const bool own = tally_terms_present(pb);
    enum err err = own ? add_own(pb, definition) : add_given(source, election, definition);

    if (!err) {
        err = add_defaults(definition);
    }
    if (!err) {
        err = add_budget(source, election, own ? 0 : source->budget_krw, definition);
    }
    if (!err) {
        err = add_limits(source, pb, election, definition);
    }
    if (!err) {
        err = add_points(source, pb, election, definition);
    }
    if (!err && json_object_get(definition, "threshold_score") == NULL) {
        const struct ballot_source file = {.path = source->path};

        err = add_threshold(&file, pb, definition);
    }
    return !err && own ? compare_given(source, pb, definition) : err;
}

static enum err build(const struct ballot_source *source, const struct pb *pb, json_t **ret)
{
    const struct election *election = pb_election(pb);
    json_t *options = json_array();
    struct ballot_source dated = *source;
    json_t *definition = NULL;
    enum err err;

    if (election == NULL) {
        err = complain(source, say("선택지가 없습니다", "it has no options"), NULL);
        goto out;
    }
    err = ballot_window_take(&dated, pb);
    if (err) {
        goto out;
    }
    definition = head_json(&dated, pb);
    err = definition == NULL ? ERR_INTERNAL : add_options(source, election, options);
    if (err) {
        goto out;
    }
    (void)json_object_set(definition, "options", options); /* Nothing is in it without them. */
    err = add_all(source, pb, definition);

out:
    json_decref(options);
    if (err) {
        json_decref(definition);
        return err;
    }
    *ret = definition;
    return ERR_OK;
}

enum err ballot_source_read(const struct ballot_source *source, json_t **ret_definition)
{
    bool stopped = false;
    const struct pb_options options = {.on_vote = stop_at_vote, .context = &stopped};
    struct pb *pb = NULL;
    enum err err;

    err = pb_new(&options, &pb);
    if (err) {
        return err;
    }
    err = pb_stream_read(pb, source->path);
    if (err && !stopped) {
        pb_stream_say_faults(pb, source->path);
        goto out;
    }
    err = build(source, pb, ret_definition);

out:
    pb_free(pb);
    return err;
}
