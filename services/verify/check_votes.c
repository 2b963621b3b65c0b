/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the votes say: every final vote opened, each within the rules, all of
 * them counted again.
 */
#include "verify/bundle_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "verify/choice.h"
#include "verify/recount.h"

#define PROGRESS_STEP 4096

static const char OPENINGS[] = "openings";

/* Whether C is the hash of this blinding and body. */
static bool opens(const struct bundle *bundle, const uint8_t *commit, struct span blinding,
                  struct span body)
{
    const uint8_t length[] = {(uint8_t)(body.length >> 8), (uint8_t)(body.length & 0xFF)};
    const struct span parts[] = {
        {.data = bundle->ballot_id, .length = sizeof bundle->ballot_id},
        {.data = bundle->def_hash, .length = sizeof bundle->def_hash},
        blinding,
        {.data = length, .length = sizeof length},
        body,
    };
    uint8_t hash[DIGEST_SIZE];

    digest_begin_tagged(bundle->digest, "commit");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        digest_add(bundle->digest, parts[i]);
    }
    digest_end(bundle->digest, hash);
    return memcmp(hash, commit, DIGEST_SIZE) == 0;
}

/* Reads the next opening, which must be that of the vote at this place. */
static enum verdict read_opening(struct bundle *bundle, struct reader *reader, size_t place,
                                 struct finding *finding)
{
    struct bundle_vote *vote = &bundle->votes[place];
    struct span blinding = read_span(reader, BUNDLE_BLINDING_SIZE);
    struct span body = read_prefixed(reader);

    if (reader->broken) {
        return finding_fail_at(finding, OPENINGS, place,
                               "the file ends where the opening of leaf %lu should be",
                               (unsigned long)vote->position);
    }
    if (!opens(bundle, vote->commit, blinding, body)) {
        return finding_fail_at(finding, OPENINGS, place,
                               "it does not open the commitment of leaf %lu, whose turn it is",
                               (unsigned long)vote->position);
    }
    vote->body = body;
    return VERDICT_GOOD;
}

/* Whether a CAST is a voter's final vote: the last of its nullifier, and not voided. */
static bool is_final(const struct bundle *bundle, size_t place)
{
    const struct bundle_cast *cast = &bundle->casts[place];

    return !cast->voided && cast->channel != BUNDLE_CHANNEL_ISSUE &&
           (place + 1 == bundle->cast_count ||
            memcmp(cast->nullifier, cast[1].nullifier, BUNDLE_NULLIFIER_SIZE) != 0);
}

static int compare_votes(const void *left, const void *right)
{
    const struct bundle_vote *a = left;
    const struct bundle_vote *b = right;

    if (a->prefix != b->prefix) {
        return a->prefix < b->prefix ? -1 : 1;
    }
    return memcmp(a->commit, b->commit, DIGEST_SIZE);
}

/* Lists the final votes in the order that their openings must have. */
static enum verdict list_votes(struct bundle *bundle, struct finding *finding)
{
    assert(bundle->votes == NULL);
    /* There are as many sheets as the log has room for, or check_paper() finds fewer than that. */
    bundle->votes = calloc((size_t)bundle->voters + 1, sizeof *bundle->votes);
    if (bundle->votes == NULL) {
        return finding_unreadable(finding, OPENINGS, "there is no memory for the votes");
    }
    for (size_t i = 0; i < bundle->cast_count; i++) {
        const struct bundle_cast *cast = &bundle->casts[i];
        struct leaf leaf;
        bool read = is_final(bundle, i) && leaf_read(log_leaf(&bundle->log, cast->position), &leaf);

        if (read) {
            assert(bundle->vote_count < bundle->voters);
            bundle->votes[bundle->vote_count++] = (struct bundle_vote){
                .prefix = bundle_prefix(leaf.commit),
                .commit = leaf.commit,
                .position = cast->position,
                .channel = cast->channel,
            };
        }
    }
    if (bundle->vote_count > 0) {
        qsort(bundle->votes, bundle->vote_count, sizeof *bundle->votes, compare_votes);
    }
    return VERDICT_GOOD;
}

enum verdict check_openings(struct bundle *bundle, struct finding *finding)
{
    struct reader reader;
    enum verdict verdict = list_votes(bundle, finding);

    reader_init(&reader, bundle->archive.files[ARCHIVE_OPENINGS]);
    for (size_t i = 0; verdict == VERDICT_GOOD && i < bundle->vote_count; i++) {
        verdict = read_opening(bundle, &reader, i, finding);
        if (i % PROGRESS_STEP == 0) {
            bundle_progress(bundle, i, bundle->vote_count);
        }
    }
    if (verdict == VERDICT_GOOD && !reader_done(&reader)) {
        verdict = finding_fail_at(finding, OPENINGS, bundle->vote_count,
                                  "there is more than one opening for every final vote");
    }
    return verdict;
}

enum verdict check_choices(struct bundle *bundle, struct finding *finding)
{
    for (size_t i = 0; i < bundle->vote_count; i++) {
        const struct bundle_vote *vote = &bundle->votes[i];
        enum choice_fault fault = choice_check(bundle->definition, vote->channel, vote->body);

        if (fault != CHOICE_OK) {
            return finding_fail_at(finding, OPENINGS, i,
                                   "the choices of leaf %lu break the ballot's rules: %s",
                                   (unsigned long)vote->position, choice_fault_name(fault));
        }
        if (i % PROGRESS_STEP == 0) {
            bundle_progress(bundle, i, bundle->vote_count);
        }
    }
    return VERDICT_GOOD;
}

/* The lot stands in the bundle exactly where the tie rule draws one. */
static enum verdict check_lot(const struct bundle *bundle, struct finding *finding)
{
    const char *name = archive_file_name(ARCHIVE_LOT);
    struct span lot = bundle->archive.files[ARCHIVE_LOT];
    bool present = bundle->archive.present[ARCHIVE_LOT];

    if (present != (bundle->definition->tie == DEFINITION_TIE_LOT)) {
        return finding_fail(finding, name, "%s",
                            present ? "no tie of this ballot is broken by a lot"
                                    : "ties of this ballot are broken by a lot, and there is none");
    }
    if (present && (lot.length == 0 || lot.length > RECOUNT_SEED_MAX || !span_is_utf8(lot))) {
        return finding_fail(finding, name, "this is no seed of 1 to %d bytes of UTF-8",
                            RECOUNT_SEED_MAX);
    }
    return VERDICT_GOOD;
}

/* The jury's scores stand in the bundle exactly where the definition weighs them. */
static enum verdict check_jury(const struct bundle *bundle, struct finding *finding)
{
    bool present = bundle->archive.present[ARCHIVE_JURY];

    if (present == (bundle->definition->jury_whole > 0)) {
        return VERDICT_GOOD;
    }
    return finding_fail(finding, archive_file_name(ARCHIVE_JURY), "%s",
                        present ? "this ballot weighs no jury's scores"
                                : "this ballot weighs a jury's scores, and there are none");
}

/* Hands the recount what the definition's terms need besides votes. */
static enum recount_err add_terms(struct bundle *bundle)
{
    if (bundle->archive.present[ARCHIVE_ROLL]) {
        recount_electorate(bundle->recount, (int64_t)bundle->electorate);
    }
    recount_invalid(bundle->recount, (int64_t)bundle->invalid);
    return bundle->archive.present[ARCHIVE_JURY]
               ? recount_jury(bundle->recount, bundle->archive.files[ARCHIVE_JURY])
               : RECOUNT_OK;
}

static bool tell_runs(void *context, uint64_t runs)
{
    const struct bundle *bundle = context;

    /* How many there will be nobody knows; that it goes on can be seen. */
    bundle_progress(bundle, runs, 0);
    return true;
}

/* What a count that did not come to its end means for the bundle. */
static enum verdict not_counted(enum recount_err err, struct finding *finding)
{
    const char *name = archive_file_name(ARCHIVE_RESULT);

    if (err == RECOUNT_NO_JURY) {
        name = archive_file_name(ARCHIVE_JURY);
    }
    if (err == RECOUNT_NO_LOT || err == RECOUNT_NO_JURY || err == RECOUNT_NO_ROLL) {
        return finding_fail(finding, name, "%s", recount_err_text(err));
    }
    return finding_unreadable(finding, name, "it could not be counted again: %s",
                              recount_err_text(err));
}

/* Where two results part, for whoever has to look. */
static size_t first_difference(struct span a, struct span b)
{
    size_t at = 0;

    while (at < a.length && at < b.length && a.data[at] == b.data[at]) {
        at++;
    }
    return at;
}

enum verdict check_recount(struct bundle *bundle, struct finding *finding)
{
    struct span published = bundle->archive.files[ARCHIVE_RESULT];
    struct span counted = {0};
    enum verdict verdict = check_lot(bundle, finding);
    enum recount_err err;

    if (verdict == VERDICT_GOOD) {
        verdict = check_jury(bundle, finding);
    }
    if (verdict != VERDICT_GOOD) {
        return verdict;
    }
    err = recount_create(bundle->definition, &bundle->recount);
    for (size_t i = 0; err == RECOUNT_OK && i < bundle->vote_count; i++) {
        err = recount_add(bundle->recount, bundle->votes[i].channel, bundle->votes[i].body);
    }
    if (err == RECOUNT_OK) {
        err = add_terms(bundle);
    }
    if (err == RECOUNT_OK) {
        err = recount_run(bundle->recount, bundle->archive.files[ARCHIVE_LOT], tell_runs, bundle);
    }
    if (err == RECOUNT_OK) {
        err = recount_json(bundle->recount, &counted);
    }
    if (err != RECOUNT_OK) {
        return not_counted(err, finding);
    }
    if (!span_equal(counted, published)) {
        return finding_fail(finding, archive_file_name(ARCHIVE_RESULT),
                            "counting again gives another result, from byte %zu on",
                            first_difference(counted, published));
    }
    return VERDICT_GOOD;
}

enum verdict check_sums(struct bundle *bundle, struct finding *finding)
{
    const char *name = archive_file_name(ARCHIVE_RESULT);
    struct recount_sums sums = recount_sums(bundle->recount);
    uint64_t choices = 0;
    uint64_t voided = 0;

    for (size_t i = 0; i < bundle->vote_count; i++) {
        choices += choice_count(bundle->votes[i].body);
    }
    for (size_t i = 0; i < bundle->cast_count; i++) {
        voided +=
            bundle->casts[i].voided && bundle->casts[i].channel != BUNDLE_CHANNEL_ISSUE ? 1 : 0;
    }
    if (sums.selections < 0 || (uint64_t)sums.selections != choices) {
        return finding_fail(finding, name,
                            "options were selected %lld times, and votes made %llu choices",
                            (long long)sums.selections, (unsigned long long)choices);
    }
    if (bundle->vote_count - bundle->sheets + bundle->issues + voided != bundle->voters) {
        return finding_fail(finding, name,
                            "%llu votes, %llu papers and %llu voided votes are not those of %llu"
                            " voters",
                            (unsigned long long)(bundle->vote_count - bundle->sheets),
                            (unsigned long long)bundle->issues, (unsigned long long)voided,
                            (unsigned long long)bundle->voters);
    }
    return VERDICT_GOOD;
}

enum verdict check_result(struct bundle *bundle, struct finding *finding)
{
    uint8_t hash[DIGEST_SIZE];

    digest_begin_tagged(bundle->digest, "result");
    digest_add(bundle->digest, bundle->archive.files[ARCHIVE_RESULT]);
    digest_end(bundle->digest, hash);
    if (memcmp(hash, bundle->result.hash, DIGEST_SIZE) != 0) {
        return finding_fail(finding, archive_file_name(ARCHIVE_RESULT),
                            "its hash is not the result_hash of RESULT");
    }
    return VERDICT_GOOD;
}
