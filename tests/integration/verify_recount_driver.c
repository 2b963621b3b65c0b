/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts elections that a test made up twice: with the verifier's recount, and
 * with what the service counts with. It reads cases from standard input, each
 *
 *   u32 length || definition || u16 length || seed of the lot || u16 length || jury's scores
 *   || u32 electorate || u32 how many voted without a vote that counts
 *   || u32 number of votes || for each: u32 how many voted so, u8 channel, u16 length || choice_body
 *
 * and answers each with two texts, u32 length || text, the verifier's first: the
 * result's JSON, or "! " and what is wrong: a definition ("! definition: ..."),
 * the jury's scores ("! jury: ..."), a vote ("! vote N: ...", counted from 0), the count. It must never decide
 * anything itself, nor let one of the two see what the other found.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "participation/domain/ballot_encode.h"
#include "participation/domain/ballot_tally.h"
#include "participation/domain/jury.h"
#include "participation/domain/tally_json.h"
#include "participation/domain/tally_lot.h"
#include "participation/domain/vote_body.h"
#include "runtime/crypto.h"
#include "verify/choice.h"
#include "verify/recount.h"

#define WRONG_SIZE 200

/* Votes of the same body. */
struct bundle {
    uint32_t times;
    uint32_t channel;
    uint8_t *body;
    size_t length;
};

struct election_case {
    uint8_t *definition;
    size_t definition_length;
    uint8_t *seed; /* ended by NUL */
    size_t seed_length;
    uint8_t *jury;
    size_t jury_length;
    uint32_t electorate;
    uint32_t invalid;
    struct bundle *bundles;
    uint32_t bundle_count;
    char wrong[WRONG_SIZE]; /* "" while nothing is */
};

static bool read_number(size_t bytes, uint32_t *ret)
{
    uint8_t data[4] = {0};

    if (fread(data, 1, bytes, stdin) != bytes) {
        return false;
    }
    *ret = 0;
    for (size_t i = 0; i < bytes; i++) {
        *ret = *ret << 8 | data[i];
    }
    return true;
}

/* A block with its length in front, and a NUL behind it that is not counted. */
static bool read_block(size_t bytes, uint8_t **ret, size_t *ret_length)
{
    uint32_t length = 0;
    uint8_t *block;

    if (!read_number(bytes, &length)) {
        return false;
    }
    block = calloc(1, (size_t)length + 1);
    if (block == NULL || fread(block, 1, length, stdin) != length) {
        free(block);
        return false;
    }
    *ret = block;
    *ret_length = length;
    return true;
}

static void case_release(struct election_case *what)
{
    free(what->definition);
    free(what->seed);
    free(what->jury);
    for (uint32_t i = 0; i < what->bundle_count; i++) {
        free(what->bundles[i].body);
    }
    free(what->bundles);
    memset(what, 0, sizeof *what);
}

static bool case_read(struct election_case *ret)
{
    uint32_t count = 0;

    memset(ret, 0, sizeof *ret);
    if (!read_block(4, &ret->definition, &ret->definition_length) ||
        !read_block(2, &ret->seed, &ret->seed_length) ||
        !read_block(2, &ret->jury, &ret->jury_length) || !read_number(4, &ret->electorate) ||
        !read_number(4, &ret->invalid) || !read_number(4, &count)) {
        return false;
    }
    ret->bundles = calloc((size_t)count + 1, sizeof *ret->bundles);
    for (uint32_t i = 0; i < count && ret->bundles != NULL; i++) {
        struct bundle *bundle = &ret->bundles[i];

        if (!read_number(4, &bundle->times) || !read_number(1, &bundle->channel) ||
            !read_block(2, &bundle->body, &bundle->length)) {
            return false;
        }
        ret->bundle_count++;
    }
    return ret->bundles != NULL;
}

static void answer(const char *mark, const char *text, size_t length)
{
    size_t whole = strlen(mark) + length;

    for (unsigned shift = 32; shift > 0; shift -= 8) {
        (void)putchar((int)(whole >> (shift - 8) & 0xff));
    }
    (void)fputs(mark, stdout);
    (void)fwrite(text, 1, length, stdout);
}

/* What is wrong, the first time it is said. */
static void complain(struct election_case *what, const char *kind, long place, const char *name)
{
    char number[24] = "";

    if (place >= 0) {
        (void)snprintf(number, sizeof number, " %ld", place);
    }
    if (what->wrong[0] == '\0') {
        (void)snprintf(what->wrong, sizeof what->wrong, "%s%s: %s", kind, number, name);
    }
}

static void recount_votes(struct election_case *what, const struct definition *definition,
                          struct recount *recount)
{
    for (uint32_t i = 0; i < what->bundle_count && what->wrong[0] == '\0'; i++) {
        const struct bundle *bundle = &what->bundles[i];
        const struct span body = {bundle->body, bundle->length};
        enum choice_fault fault = choice_check(definition, (uint8_t)bundle->channel, body);
        enum recount_err err = RECOUNT_OK;

        if (fault != CHOICE_OK) {
            complain(what, "vote", (long)i, choice_fault_name(fault));
            return;
        }
        for (uint32_t k = 0; k < bundle->times && !err; k++) {
            err = recount_add(recount, (uint8_t)bundle->channel, body);
        }
        if (err) {
            complain(what, "count", -1, recount_err_text(err));
        }
    }
}

/* The verifier's side. */
static void count_again(struct election_case *what)
{
    struct definition *definition = NULL;
    struct recount *recount = NULL;
    struct span json = {0};
    const struct span seed = {what->seed_length > 0 ? what->seed : NULL, what->seed_length};
    enum recount_err err = RECOUNT_OK;
    enum definition_fault fault =
        definition_read(what->definition, what->definition_length, &definition);

    if (fault != DEFINITION_OK) {
        complain(what, "definition", -1, definition_fault_name(fault));
        return;
    }
    err = recount_create(definition, &recount);
    if (!err) {
        recount_electorate(recount, what->electorate);
        recount_invalid(recount, what->invalid);
    }
    if (!err) {
        recount_votes(what, definition, recount);
    }
    if (!err && what->wrong[0] == '\0' && what->jury_length > 0 &&
        recount_jury(recount, (struct span){what->jury, what->jury_length}) != RECOUNT_OK) {
        complain(what, "jury", -1, "refused");
    }
    if (!err && what->wrong[0] == '\0') {
        err = recount_run(recount, seed, NULL, NULL);
    }
    if (!err && what->wrong[0] == '\0') {
        err = recount_json(recount, &json);
    }
    if (err) {
        complain(what, "count", -1, recount_err_text(err));
    } else if (what->wrong[0] == '\0') {
        answer("", (const char *)json.data, json.length);
    }
    recount_free(recount);
    definition_free(definition);
}

static struct decimal won(int64_t amount_krw)
{
    return (struct decimal){.units = amount_krw, .scale = 0};
}

/* The service's side: an election with the definition's options. */
static enum err make_election(const struct ballot_definition *definition, struct election **ret)
{
    enum err err = election_new(ballot_tally_vote_type(definition), true, ret);

    if (!err) {
        err = election_set_budget(*ret, won(definition->budget_krw));
    }
    if (!err) {
        err = election_set_default_score(*ret, won(definition->default_score.points));
    }
    for (size_t i = 0; i < definition->option_count && !err; i++) {
        const struct ballot_option *option = &definition->options[i];
        const struct election_entry entry = {.id = option->id,
                                             .name = option->name,
                                             .category = option->field,
                                             .area = option->area,
                                             .cost = won(option->cost_krw),
                                             .selected = ELECTION_SELECTED_UNKNOWN};
        uint32_t number = 0;

        err = election_add_option(*ret, &entry, &number);
    }
    if (!err && definition->channel_weights.count > 0) {
        err = election_set_groups(*ret, (uint32_t)definition->channel_weights.count);
    }
    return err;
}

static enum err add_vote(const struct ballot_definition *definition, struct election *election,
                         const struct bundle *bundle)
{
    static struct vote_body body;
    static struct election_choice choices[VOTE_CHOICE_MAX];
    static uint32_t ranked[VOTE_CHOICE_MAX];
    enum err err = vote_body_decode(bundle->body, bundle->length, &body);
    const bool ordinal = definition->method == BALLOT_METHOD_ORDINAL;

    if (!err && ordinal) {
        err = vote_body_ranked(&body, ranked);
    }
    for (size_t i = 0; i < body.count && !err; i++) {
        const struct vote_choice *choice = &body.choices[i];

        choices[i].option = (ordinal ? ranked[i] : choice->option) - 1;
        choices[i].points = won(choice->value);
    }
    for (uint32_t k = 0; k < bundle->times && !err; k++) {
        err = definition->channel_weights.count == 0
                  ? election_add_vote(election, choices, body.count)
                  : election_add_vote_of(election,
                                         (uint32_t)ballot_channel_part(
                                             definition, (enum ballot_channel)bundle->channel),
                                         choices, body.count);
    }
    return err;
}

/* Whether the service would have accepted the body. */
static bool is_accepted(const struct ballot_definition *definition, const struct bundle *bundle)
{
    static struct vote_body body;
    struct vote_refusal refusal;
    struct vote vote = {.basis = BALLOT_BASIS_RESIDENT_REGISTER,
                        .channel = (enum ballot_channel)bundle->channel};
    const struct vote_context context = {
        .definition = definition, .state = BALLOT_STATE_OPEN, .now_ms = definition->opens_at_ms};

    if (vote_body_decode(bundle->body, bundle->length, &body) != ERR_OK ||
        body.method != vote_body_method(definition)) {
        return false;
    }
    if (definition->area_count > 0) {
        memcpy(vote.area, definition->areas[0], sizeof vote.area);
    }
    if (vote_age_bands(definition) != 0) {
        vote.age_band = VOTE_AGE_BAND_30_39;
    }
    vote.choices = body.choices;
    vote.choice_count = body.count;
    if (vote.channel ==
        BALLOT_CHANNEL_PAPER) { /* It comes as a sheet, of which nothing else is known. */
        return (definition->channels & BALLOT_BIT(BALLOT_CHANNEL_PAPER)) != 0 &&
               vote_check_choices(definition, &vote, &refusal) == ERR_OK;
    }
    return vote_check(&context, &vote, &refusal) == ERR_OK;
}

static enum err make_order(const struct ballot_definition *definition,
                           const struct election *election, const char *seed, uint32_t *places,
                           struct tally_method *method)
{
    if (definition->tie == BALLOT_TIE_DRAWN) {
        ballot_tally_drawn(definition, places);
        method->order = places;
    } else if (definition->tie == BALLOT_TIE_LOT) {
        method->order = places;
        method->seed = seed;
        return tally_lot_places(election, seed, crypto_tagged_hash, places);
    }
    return ERR_OK;
}

static enum err count_election(const struct ballot_definition *definition,
                               const struct election *election, struct election_case *what)
{
    static struct ballot_tally_store store;
    static struct jury_scores scores;
    struct tally_parts parts;
    const char *seed = (const char *)what->seed;
    static uint32_t places[BALLOT_OPTION_MAX];
    struct tally_method method = ballot_tally_method(definition);
    struct tally_result result = {0};
    struct text text;
    enum err err = make_order(definition, election, seed, places, &method);

    text_init(&text, TALLY_JSON_LENGTH_MAX);
    method.limits = ballot_tally_limits(definition, &store);
    method.quorum_share.electorate = what->electorate;
    method.invalid = what->invalid;
    if (!err && definition->jury.present) {
        err = jury_scores_decode(definition, what->jury, what->jury_length, &scores);
    }
    if (err) {
        complain(what, "jury", -1, "refused");
        err = ERR_OK;
    } else {
        method.parts = ballot_tally_parts(
            &(const struct ballot_weighed){
                .jury = &definition->jury,
                .channels = &definition->channel_weights,
                .scores = definition->jury.present ? scores.scores : NULL,
            },
            &parts);
        err = tally_run(election, &method, &result);
    }
    if (!err && what->wrong[0] == '\0') {
        tally_json_write(election, &result, &text);
        err = text_err(&text);
    }
    if (!err && what->wrong[0] == '\0') {
        answer("", text_bytes(&text), text_length(&text));
    }
    text_release(&text);
    tally_result_release(&result);
    return err;
}

static void count_as_the_service(struct election_case *what)
{
    static struct ballot_option options[BALLOT_OPTION_MAX];
    static struct ballot_definition definition;
    const struct ballot_option_store store = {options, BALLOT_OPTION_MAX};
    struct election *election = NULL;
    enum err err = ballot_decode(what->definition, what->definition_length, &store, &definition);

    if (err) {
        complain(what, "definition", -1, "refused");
        return;
    }
    err = make_election(&definition, &election);
    for (uint32_t i = 0; i < what->bundle_count && !err && what->wrong[0] == '\0'; i++) {
        if (is_accepted(&definition, &what->bundles[i])) {
            err = add_vote(&definition, election, &what->bundles[i]);
        } else {
            complain(what, "vote", (long)i, "refused");
        }
    }
    if (!err && what->wrong[0] == '\0') {
        err = count_election(&definition, election, what);
    }
    if (err) {
        complain(what, "count", -1, "failed");
    }
    election_free(election);
}

int main(void)
{
    struct election_case what;

    while (case_read(&what)) {
        count_again(&what);
        if (what.wrong[0] != '\0') {
            answer("! ", what.wrong, strlen(what.wrong));
        }
        what.wrong[0] = '\0';
        count_as_the_service(&what);
        if (what.wrong[0] != '\0') {
            answer("! ", what.wrong, strlen(what.wrong));
        }
        (void)fflush(stdout);
        case_release(&what);
    }
    case_release(&what);
    return EXIT_SUCCESS;
}
