/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of reports. Each part of a report comes from one kind of event;
 * only the state looks at several of them.
 */
#include "reporting/domain/report.h"

#include "reporting/domain/number.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void report_release(struct report *report)
{
    if (!report) {
        return;
    }
    free(report->options);
    free(report->cells);
    free(report->lines);
    report->options = NULL;
    report->cells = NULL;
    report->lines = NULL;
    report->option_count = 0;
    report->cell_count = 0;
    report->line_count = 0;
}

enum report_state report_state(bool opened, bool closed, bool certified)
{
    static_assert(REPORT_OPEN < REPORT_CLOSED, "states grow");
    static_assert(REPORT_CLOSED < REPORT_CERTIFIED, "states grow");

    if (!opened) {
        return REPORT_MISSING;
    }
    if (certified) {
        return REPORT_CERTIFIED;
    }
    return closed ? REPORT_CLOSED : REPORT_OPEN;
}

const char *report_state_name(enum report_state state)
{
    static const char *const names[] = {"missing", "open", "closed", "certified"};

    assert((size_t)state < sizeof names / sizeof names[0]);
    assert(names[state] != NULL);
    return names[state];
}

const char *report_source_name(enum report_source source)
{
    static const char *const names[] = {"", "national", "city", "district", "other"};

    static_assert(sizeof names / sizeof names[0] == REPORT_SOURCE_OTHER + 1, "a word each");
    return (size_t)source < sizeof names / sizeof names[0] ? names[source] : names[0];
}

int64_t report_public_voters(enum report_state state, int64_t voters)
{
    assert(state != REPORT_MISSING);
    assert(voters >= 0);

    return state == REPORT_OPEN ? number_round_down(voters) : voters;
}

int64_t report_voters(const struct report *report)
{
    assert(report != NULL);
    assert(report->turnout.voters >= 0);

    if (report->state == REPORT_OPEN) {
        return report->turnout.voters;
    }
    return report->was_closed ? report->closing.voters : report->tally.voters;
}

static bool adds_up(const struct report_line *line, const struct report_leg *leg)
{
    int64_t before = line->balance_krw;

    if ((leg->amount_krw > 0 && before > INT64_MAX - leg->amount_krw) ||
        (leg->amount_krw < 0 && before < INT64_MIN - leg->amount_krw)) {
        return false;
    }
    return before + leg->amount_krw == leg->balance_after_krw;
}

enum err report_line_apply(const struct report_line *line, const struct report_leg *leg,
                           struct report_line *ret_line)
{
    assert(line != NULL);
    assert(leg != NULL);
    assert(ret_line != NULL);
    assert(line->version >= 0);

    if (leg->version <= 0) {
        return ERR_INVALID;
    }
    if (leg->version <= line->version) {
        *ret_line = *line;
        return ERR_OK;
    }
    if (leg->version == line->version + 1 && !adds_up(line, leg)) {
        return ERR_INVALID;
    }
    *ret_line = (struct report_line){
        .account = leg->account,
        .balance_krw = leg->balance_after_krw,
        .version = leg->version,
    };
    return ERR_OK;
}

/* An option by what it is ordered by. */
struct place {
    int64_t score;
    uint32_t number;
    bool has_result;
};

static int place_compare(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;

    if (a->has_result != b->has_result) {
        return a->has_result ? -1 : 1;
    }
    if (a->has_result && a->score != b->score) {
        return a->score > b->score ? -1 : 1;
    }
    return a->number < b->number ? -1 : 1;
}

void report_rank(const struct report_option *options, size_t option_count, uint32_t *ret_order,
                 uint32_t *ret_ranks)
{
    struct place places[REPORT_OPTION_MAX];
    uint32_t rank = 0;

    assert(option_count <= REPORT_OPTION_MAX);
    assert(option_count == 0 || options != NULL);
    for (size_t i = 0; i < option_count; i++) {
        places[i] = (struct place){options[i].score, (uint32_t)i, options[i].has_result};
    }
    qsort(places, option_count, sizeof places[0], place_compare);
    for (size_t i = 0; i < option_count; i++) {
        if (i == 0 || places[i].score != places[i - 1].score) {
            rank = (uint32_t)i + 1;
        }
        ret_order[i] = places[i].number;
        ret_ranks[i] = places[i].has_result ? rank : 0;
    }
}

bool report_stage_is_shown(const char *stage)
{
    assert(stage != NULL);
    assert(strlen(stage) < REPORT_WORD_SIZE);

    return stage[0] != 'R' && strcmp(stage, "M90") != 0 && strcmp(stage, "I20") != 0;
}
