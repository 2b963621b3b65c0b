/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From META to a method. What META leaves out is not there; what it says and
 * cannot be understood must never be passed over.
 */
#include "cli/tally_terms.h"

#include "cli/key_file.h"
#include "cli/phrase.h"
#include "participation/domain/ballot.h"
#include "participation/domain/jury.h"
#include "participation/domain/tally_lot.h"
#include "runtime/crypto.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOT_PREFIX      "lot:"
#define CHANNEL_WEIGHTS "channel_weights"

bool tally_terms_present(const struct pb *pb)
{
    return pb_meta(pb, "rule") != NULL && pb_meta(pb, "satisfaction") != NULL &&
           pb_meta(pb, "completion") != NULL && pb_meta(pb, "tie") != NULL;
}

static enum err complain(const char *key, const char *value)
{
    (void)fprintf(stderr, "hyeopchi: META %s '%s': %s\n", key, value,
                  say("집계할 수 있는 값이 아닙니다", "cannot be counted with"));
    return ERR_INVALID;
}

bool tally_pair_parse(const char *text, char mark, uint32_t *ret_first, uint32_t *ret_second)
{
    unsigned long long first;
    unsigned long long second;
    char *end;

    errno = 0;
    first = strtoull(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != mark) {
        return false;
    }
    text = end + 1;
    second = strtoull(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || first > BALLOT_SHARE_MAX ||
        second > BALLOT_SHARE_MAX) {
        return false;
    }
    *ret_first = (uint32_t)first;
    *ret_second = (uint32_t)second;
    return true;
}

bool tally_share_parse(const char *text, uint32_t *ret_numerator, uint32_t *ret_denominator)
{
    return tally_pair_parse(text, '/', ret_numerator, ret_denominator) && *ret_numerator > 0 &&
           *ret_numerator <= *ret_denominator;
}

enum err tally_terms_rule(const struct pb *pb, struct tally_method *ret_method)
{
    const char *rule = pb_meta(pb, "rule");
    const char *satisfaction = pb_meta(pb, "satisfaction");
    const char *completion = pb_meta(pb, "completion");

    if (tally_rule_find(rule, &ret_method->rule)) {
        return complain("rule", rule);
    }
    if (tally_satisfaction_find(satisfaction, &ret_method->satisfaction)) {
        return complain("satisfaction", satisfaction);
    }
    return tally_completion_find(completion, &ret_method->completion)
               ? complain("completion", completion)
               : ERR_OK;
}

/* The places of "tie_order", ids between commas; options that it does not name are behind. */
static enum err read_order(const struct pb *pb, const struct election *election, uint32_t *places)
{
    const char *text = pb_meta(pb, "tie_order");

    for (uint32_t i = 0; i < election_option_count(election); i++) {
        places[i] = TALLY_NOT_DRAWN;
    }
    for (uint32_t place = 0; text != NULL && *text != '\0'; place++) {
        const char *comma = strchr(text, ',');
        size_t length = comma != NULL ? (size_t)(comma - text) : strlen(text);
        uint32_t option = 0;

        if (election_find_option(election, text, length, &option) ||
            places[option] != TALLY_NOT_DRAWN) {
            return complain("tie_order", text);
        }
        places[option] = place;
        text = comma != NULL ? comma + 1 : NULL;
    }
    return ERR_OK;
}

static enum err read_tie(const struct pb *pb, struct tally_terms *terms,
                         struct tally_method *ret_method)
{
    const struct election *election = pb_election(pb);
    const char *tie = pb_meta(pb, "tie");

    terms->order = calloc((size_t)election_option_count(election) + 1, sizeof *terms->order);
    if (terms->order == NULL) {
        return ERR_FULL;
    }
    ret_method->order = terms->order;
    if (strncmp(tie, LOT_PREFIX, strlen(LOT_PREFIX)) == 0) {
        ret_method->tie = TALLY_TIE_LOT;
        ret_method->seed = tie + strlen(LOT_PREFIX);
        return tally_lot_places(election, ret_method->seed, crypto_tagged_hash, terms->order);
    }
    if (tally_tie_rule_find(tie, &ret_method->tie) || ret_method->tie == TALLY_TIE_LOT) {
        return complain("tie", tie);
    }
    return ret_method->tie == TALLY_TIE_DRAWN ? read_order(pb, election, terms->order) : ERR_OK;
}

/* A whole number of META, 0 where there is none. */
static enum err read_whole(const struct pb *pb, const char *key, int64_t *ret_number)
{
    struct decimal number = {0};
    enum err err = pb_meta_decimal(pb, key, &number);

    if (err == ERR_NOT_FOUND) {
        *ret_number = 0;
        return ERR_OK;
    }
    if (!err) {
        err = decimal_rescale(number, 0, ret_number);
    }
    return err || *ret_number < 0 ? complain(key, pb_meta(pb, key)) : ERR_OK;
}

static enum err read_shares(const struct pb *pb, struct tally_method *ret_method)
{
    const char *fit = pb_meta(pb, "partial_fit");
    const char *share = pb_meta(pb, "quorum_share");
    enum err err = read_whole(pb, "quorum", &ret_method->quorum);

    if (!err) {
        err = read_whole(pb, "electorate", &ret_method->quorum_share.electorate);
    }
    if (!err) {
        err = read_whole(pb, "invalid_votes", &ret_method->invalid);
    }
    if (!err && fit != NULL &&
        !tally_share_parse(fit, &ret_method->partial_fit.numerator,
                           &ret_method->partial_fit.denominator)) {
        err = complain("partial_fit", fit);
    }
    if (!err && share != NULL &&
        !tally_share_parse(share, &ret_method->quorum_share.numerator,
                           &ret_method->quorum_share.denominator)) {
        err = complain("quorum_share", share);
    }
    return err;
}

/* The scores of "jury_scores", between commas in listed order. */
static enum err read_scores(const struct pb *pb, int64_t *scores)
{
    const uint32_t count = election_option_count(pb_election(pb));
    const char *text = pb_meta(pb, "jury_scores");
    uint32_t read = 0;

    while (text != NULL && read < count) {
        const char *comma = strchr(text, ',');
        size_t length = comma != NULL ? (size_t)(comma - text) : strlen(text);
        char number[DECIMAL_TEXT_SIZE] = "";

        if (length >= sizeof number) {
            return complain("jury_scores", text);
        }
        memcpy(number, text, length);
        if (jury_score_parse(number, &scores[read])) {
            return complain("jury_scores", text);
        }
        read++;
        text = comma != NULL ? comma + 1 : NULL;
    }
    return read == count && text == NULL ? ERR_OK
                                         : complain("jury_scores", text != NULL ? text : "");
}

static enum err read_jury(const struct pb *pb, struct tally_terms *terms)
{
    const char *weights = pb_meta(pb, "weights");

    if (weights == NULL) {
        return ERR_OK;
    }
    terms->weights.scores =
        calloc((size_t)election_option_count(pb_election(pb)) + 1, sizeof *terms->weights.scores);
    if (terms->weights.scores == NULL) {
        return ERR_FULL;
    }
    if (!tally_weights_parse(weights, &terms->weights.jury)) {
        return complain("weights", weights);
    }
    return read_scores(pb, terms->weights.scores);
}

static enum err read_weights(const struct pb *pb, struct tally_terms *terms,
                             struct tally_method *ret_method)
{
    const char *channels = pb_meta(pb, CHANNEL_WEIGHTS);
    enum err err = read_jury(pb, terms);

    if (err) {
        return err;
    }
    if (channels != NULL && (!tally_channel_weights_parse(channels, &terms->weights.channels) ||
                             !tally_weights_are_sound(&terms->weights))) {
        return complain(CHANNEL_WEIGHTS, channels);
    }
    ret_method->parts = tally_weights_parts(&terms->weights);
    return ERR_OK;
}

void tally_terms_groups(const struct pb *pb, struct pb_groups *ret_groups)
{
    const char *text = pb_meta(pb, CHANNEL_WEIGHTS);
    struct ballot_channel_weights channels = {.count = 0};

    /* What cannot be read is said when it is counted by. */
    if (text != NULL && tally_channel_weights_parse(text, &channels)) {
        tally_weights_groups(&channels, ret_groups);
    }
}

enum err tally_terms_read(const struct pb *pb, struct tally_terms *terms,
                          struct tally_method *ret_method)
{
    enum err err = tally_terms_rule(pb, ret_method);

    if (!err) {
        err = read_tie(pb, terms, ret_method);
    }
    if (!err) {
        err = read_shares(pb, ret_method);
    }
    if (!err) {
        err = read_weights(pb, terms, ret_method);
    }
    if (!err) {
        terms->limits = (struct tally_limits_store){.pb = pb};
        err = tally_limits_resolve(&terms->limits, pb_election(pb));
        ret_method->limits = &terms->limits.limits;
    }
    return err;
}

void tally_terms_release(struct tally_terms *terms)
{
    tally_limits_release(&terms->limits);
    free(terms->weights.scores);
    free(terms->order);
    *terms = (struct tally_terms){.order = NULL};
}

static enum err refuse_line(const char *path, size_t line, const char *what)
{
    (void)fprintf(stderr, "%s:%zu: %s\n", path, line, what);
    return ERR_INVALID;
}

/* One line of a jury's file, its end cut off. */
static enum err take_line(const struct election *election, const char *text, int64_t *scores,
                          const char **ret_what)
{
    const char *comma = strrchr(text, ',');
    uint32_t option = 0;

    if (comma == NULL || jury_score_parse(comma + 1, &scores[election_option_count(election)])) {
        *ret_what = say("번호,점수 꼴이어야 합니다 (점수는 소수점 아래 두 자리까지)",
                        "must be an id, a comma and a score with at most two decimal places");
        return ERR_INVALID;
    }
    if (election_find_option(election, text, (size_t)(comma - text), &option)) {
        *ret_what = say("이 선거에 없는 사업입니다", "there is no such option");
        return ERR_INVALID;
    }
    if (scores[option] >= 0) {
        *ret_what = say("같은 사업이 두 번 있습니다", "this option has a score already");
        return ERR_INVALID;
    }
    scores[option] = scores[election_option_count(election)];
    return ERR_OK;
}

static enum err take_lines(const struct election *election, const char *path, char *text,
                           int64_t *scores)
{
    size_t line = 0;
    enum err err = ERR_OK;

    while (text != NULL && !err) {
        char *end = strchr(text, '\n');
        size_t length = end == NULL ? strlen(text) : (size_t)(end - text);
        const char *what = "";

        line++;
        while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL) {
            length--;
        }
        text[length] = '\0';
        if (length > 0 && text[0] != '#' && take_line(election, text, scores, &what)) {
            err = refuse_line(path, line, what);
        }
        text = end == NULL ? NULL : end + 1;
    }
    for (uint32_t i = 0; i < election_option_count(election) && !err; i++) {
        if (scores[i] < 0) {
            (void)fprintf(stderr, "%s: %s: %s\n", path, election_option(election, i)->id,
                          say("점수가 없습니다", "this option has no score"));
            err = ERR_INVALID;
        }
    }
    return err;
}

enum err tally_jury_file(const struct election *election, const char *path, int64_t **ret_scores)
{
    const uint32_t count = election_option_count(election);
    int64_t *scores = calloc((size_t)count + 1, sizeof *scores);
    char *text = malloc(TALLY_JURY_SIZE_MAX);
    size_t length = 0;
    enum err err = scores == NULL || text == NULL ? ERR_FULL : ERR_OK;

    for (uint32_t i = 0; i < count && !err; i++) {
        scores[i] = -1;
    }
    if (!err && file_read_text(path, text, TALLY_JURY_SIZE_MAX, &length)) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path,
                      say("읽을 수 없거나 너무 큽니다", "cannot be read, or is too large"));
        err = ERR_INVALID;
    }
    if (!err) {
        err = take_lines(election, path, text, scores);
    }
    free(text);
    if (err) {
        free(scores);
        return err;
    }
    *ret_scores = scores;
    return ERR_OK;
}
