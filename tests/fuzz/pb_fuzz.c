/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a .pb file: the reader ends in an answer, the same one
 * however the bytes are cut, and what it could read can be counted and
 * written. Within the budget, and with nothing left over that fits. Written
 * anew it is the same file, and written once more the same bytes. Read by
 * channel its parts add up to the whole.
 */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "participation/domain/pb.h"
#include "participation/domain/pb_write.h"
#include "participation/domain/tally.h"
#include "participation/domain/tally_json.h"
#include "participation/domain/tally_parts.h"

static struct pb *read_in_pieces(const uint8_t *data, size_t size, size_t piece, enum err *ret_err)
{
    const struct pb_options options = {.strict = size % 2 == 0, .keep_votes = true};
    struct pb *pb = NULL;
    enum err err = pb_new(&options, &pb);

    assert(err == ERR_OK);
    for (size_t at = 0; !err && at < size; at += piece) {
        err = pb_feed(pb, data + at, size - at < piece ? size - at : piece);
    }
    *ret_err = err ? err : pb_finish(pb);
    return pb;
}

static void assert_same_faults(const struct pb *left, const struct pb *right)
{
    size_t left_count;
    size_t right_count;
    const struct pb_fault *left_faults = pb_faults(left, &left_count);
    const struct pb_fault *right_faults = pb_faults(right, &right_count);

    assert(left_count == right_count);
    for (size_t i = 0; i < left_count; i++) {
        assert(left_faults[i].rule == right_faults[i].rule);
        assert(left_faults[i].line == right_faults[i].line);
        assert(strcmp(left_faults[i].field, right_faults[i].field) == 0);
        assert(strcmp(left_faults[i].value, right_faults[i].value) == 0);
    }
}

static void count(const struct election *election, enum tally_tie_rule tie)
{
    const struct tally_method method = {.rule = TALLY_GREEDY, .tie = tie};
    struct tally_result result;
    struct text text;

    /* A sum of default scores may still not fit. */
    if (tally_run(election, &method, &result) != ERR_OK) {
        return;
    }
    for (uint32_t i = 0; i < result.option_count; i++) {
        const struct election_option *option = election_option(election, i);

        assert(result.outcomes[i].funded || option->withdrawn || option->cost > result.left_over);
    }
    text_init(&text, TALLY_JSON_LENGTH_MAX);
    tally_json_write(election, &result, &text);
    assert(text_err(&text) == ERR_OK);
    text_release(&text);
    tally_result_release(&result);
}

/* Options and votes up to which every rule is tried; more only take longer. */
#define SMALL 64

/* Equal shares and Phragmén: no sum passes the budget, and what fills up leaves nothing that fits. */
static void count_exactly(const struct election *election, enum tally_rule rule,
                          enum tally_completion completion, enum tally_satisfaction satisfaction)
{
    const struct tally_method method = {
        .rule = rule, .completion = completion, .satisfaction = satisfaction, .tie = TALLY_TIE_ID};
    struct tally_result result;

    /* Worths or fractions may not fit. */
    if (tally_run(election, &method, &result) != ERR_OK) {
        return;
    }
    assert(result.left_over >= 0);
    assert(result.total_cost + result.left_over == result.budget);
    for (uint32_t i = 0; i < result.option_count; i++) {
        const struct election_option *option = election_option(election, i);

        assert(!result.outcomes[i].funded || !option->withdrawn);
        assert(completion != TALLY_COMPLETION_UTILITARIAN || result.outcomes[i].funded ||
               option->withdrawn || option->cost > result.left_over);
    }
    tally_result_release(&result);
}

static void count_by_every_rule(const struct election *election)
{
    if (election_option_count(election) > SMALL || election_vote_count(election) > SMALL) {
        return;
    }
    for (int satisfaction = 0; satisfaction < TALLY_SATISFACTION_COUNT; satisfaction++) {
        enum tally_satisfaction measure = (enum tally_satisfaction)satisfaction;

        count_exactly(election, TALLY_EQUAL_SHARES, TALLY_COMPLETION_NONE, measure);
        count_exactly(election, TALLY_EQUAL_SHARES, TALLY_COMPLETION_UTILITARIAN, measure);
        count_exactly(election, TALLY_PHRAGMEN, TALLY_COMPLETION_NONE, measure);
    }
    count_exactly(election, TALLY_GREEDY_NO_SKIP, TALLY_COMPLETION_NONE, TALLY_SATISFACTION_COST);
    count_exactly(election, TALLY_GREEDY_THRESHOLD, TALLY_COMPLETION_NONE, TALLY_SATISFACTION_COST);
    count_exactly(election, TALLY_COMPARISON, TALLY_COMPLETION_NONE, TALLY_SATISFACTION_COST);
}

/* Where the file has a voting_method: every part adds up, and so do the shares of each. */
static void count_by_channel(const uint8_t *data, size_t size)
{
    static const struct pb_groups groups = {
        .words = {{"web", 0}, {"internet", 0}, {"booth", 1}, {"paper", 1}},
        .word_count = 4,
        .count = 2,
    };
    const struct tally_parts parts = {
        .count = 2,
        .list = {{.of = TALLY_PART_CHANNELS, .weight = 30, .channels = {"web"}, .channel_count = 1},
                 {.of = TALLY_PART_CHANNELS,
                  .weight = 70,
                  .channels = {"booth", "paper"},
                  .channel_count = 2}},
    };
    const struct tally_method method = {.rule = TALLY_GREEDY, .tie = TALLY_TIE_ID, .parts = &parts};
    const struct pb_options options = {.groups = &groups};
    struct tally_result result;
    struct pb *pb = NULL;
    enum err err = pb_new(&options, &pb);

    assert(err == ERR_OK);
    err = pb_feed(pb, data, size);
    err = err ? err : pb_finish(pb);
    if (!err && tally_run(pb_election(pb), &method, &result) == ERR_OK) {
        const struct election *election = pb_election(pb);

        assert(election_group_votes(election, 0) + election_group_votes(election, 1) ==
               election_vote_count(election));
        for (uint32_t i = 0; i < result.option_count; i++) {
            char combined[TALLY_COMBINED_SIZE];

            assert(election_group_sums(election, 0, i)->votes +
                       election_group_sums(election, 1, i)->votes ==
                   election_option(election, i)->votes);
            tally_parts_combined(&result, i, combined);
            assert(tally_parts_hundredths(&result, i) <= 100 * 100);
        }
        tally_result_release(&result);
    }
    pb_free(pb);
}

#define REWRITTEN_MAX 16777216

/* A file that is read and written at once. */
struct rewriting {
    struct text text;
    uint64_t faults; /* but for text behind a closing quote, which is not written again */
};

static enum err take_row(void *context, const struct pb_row *row)
{
    struct rewriting *rewriting = context;

    pb_write_row(&rewriting->text, row->cells, row->count);
    return ERR_OK;
}

static void take_fault(void *context, const struct pb_fault *fault)
{
    struct rewriting *rewriting = context;

    rewriting->faults += fault->rule != PB_TEXT_AFTER_QUOTE ? 1 : 0;
}

static struct pb *rewrite(const void *bytes, size_t length, struct rewriting *rewriting)
{
    const struct pb_options options = {
        .on_row = take_row, .on_fault = take_fault, .context = rewriting};
    struct pb *pb = NULL;
    enum err err = pb_new(&options, &pb);

    assert(err == ERR_OK);
    text_init(&rewriting->text, REWRITTEN_MAX);
    rewriting->faults = 0;
    err = pb_feed(pb, bytes, length);
    assert(err == ERR_OK);
    err = pb_finish(pb);
    assert(err == ERR_OK);
    assert(text_err(&rewriting->text) == ERR_OK);
    return pb;
}

static void assert_same_election(const struct election *left, const struct election *right)
{
    assert(election_vote_count(left) == election_vote_count(right));
    assert(election_option_count(left) == election_option_count(right));
    for (uint32_t i = 0; i < election_option_count(left); i++) {
        const struct election_option *one = election_option(left, i);
        const struct election_option *other = election_option(right, i);

        assert(strcmp(one->id, other->id) == 0);
        assert(strcmp(one->name, other->name) == 0);
        assert(one->cost == other->cost);
        assert(one->votes == other->votes);
        assert(one->points == other->points);
    }
}

static void write_anew(const uint8_t *data, size_t size)
{
    struct rewriting first;
    struct rewriting second;
    struct pb *before = rewrite(data, size, &first);
    struct pb *after = rewrite(text_bytes(&first.text), text_length(&first.text), &second);

    assert(first.faults == second.faults);
    assert(strcmp(text_bytes(&first.text), text_bytes(&second.text)) == 0);
    assert_same_election(pb_election(before), pb_election(after));
    text_release(&first.text);
    text_release(&second.text);
    pb_free(before);
    pb_free(after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum err whole_err;
    enum err cut_err;
    struct pb *whole = read_in_pieces(data, size, size + 1, &whole_err);
    struct pb *cut = read_in_pieces(data, size, 1 + size % 13, &cut_err);

    assert(whole_err == cut_err);
    assert_same_faults(whole, cut);
    if (whole_err == ERR_OK || whole_err == ERR_CONFLICT) {
        for (int tie = 0; tie < TALLY_TIE_RULE_COUNT; tie++) {
            count(pb_election(whole), (enum tally_tie_rule)tie);
        }
        count_by_every_rule(pb_election(whole));
        write_anew(data, size);
    }
    count_by_channel(data, size);
    pb_free(whole);
    pb_free(cut);
    return 0;
}
