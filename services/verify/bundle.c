/* SPDX-License-Identifier: Apache-2.0 */
/* The table of checks, run from top to bottom. */
#include "verify/bundle.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "verify/bundle_internal.h"
#include "verify/recount.h"
#include "verify/spell.h"

typedef enum verdict (*check_fn)(struct bundle *bundle, struct finding *finding);

static const struct {
    const char *name;
    check_fn run;
} CHECKS[CHECK_END] = {
    [CHECK_ARCHIVE] = {"archive", check_archive},
    [CHECK_MANIFEST] = {"manifest", check_manifest},
    [CHECK_DEFINITION] = {"definition", check_definition},
    [CHECK_CHECKPOINTS] = {"checkpoints", check_checkpoints},
    [CHECK_ROOT] = {"root", check_root},
    [CHECK_LEAVES] = {"leaves", check_leaves},
    [CHECK_BATCHES] = {"batches", check_batches},
    [CHECK_KEYS] = {"keys", check_keys},
    [CHECK_REVISIONS] = {"revisions", check_revisions},
    [CHECK_CLOSE] = {"close", check_close},
    [CHECK_EXTENSIONS] = {"extensions", check_extensions},
    [CHECK_OPENINGS] = {"openings", check_openings},
    [CHECK_CHOICES] = {"choices", check_choices},
    [CHECK_PAPER] = {"paper", check_paper},
    [CHECK_ROLL] = {"roll", check_roll},
    [CHECK_RECOUNT] = {"recount", check_recount},
    [CHECK_SUMS] = {"sums", check_sums},
    [CHECK_RESULT] = {"result", check_result},
    [CHECK_DOCUMENTS] = {"documents", check_documents},
    [CHECK_DECIDED] = {"decided", check_decided},
    [CHECK_KEPT] = {"kept", check_kept},
    [CHECK_RECEIPT] = {"receipt", check_receipt},
};

const char *check_name(enum check check)
{
    assert(check < CHECK_END);
    return CHECKS[check].name;
}

void bundle_progress(const struct bundle *bundle, uint64_t done, uint64_t total)
{
    if (bundle->observer.progress != NULL) {
        bundle->observer.progress(bundle->observer.argument, done, total);
    }
}

/* Reads what was given beside the bundle: what is no receipt at all is told before any check. */
static enum verdict read_given(struct bundle *bundle, enum check *ret_check,
                               struct finding *finding)
{
    const struct bundle_input *input = &bundle->input;

    bundle->receipts = calloc(input->receipt_count + 1, sizeof *bundle->receipts);
    bundle->kept = calloc(input->kept_count + 1, sizeof *bundle->kept);
    if (bundle->receipts == NULL || bundle->kept == NULL) {
        return finding_unreadable(finding, "", "there is no memory for the receipts");
    }
    for (size_t i = 0; i < input->receipt_count; i++) {
        if (!receipt_read(input->receipts[i].bytes, &bundle->receipts[i])) {
            *ret_check = CHECK_RECEIPT;
            return finding_unreadable(finding, input->receipts[i].name, "this is no receipt");
        }
    }
    for (size_t i = 0; i < input->kept_count; i++) {
        if (!note_read(input->kept[i].bytes, &bundle->kept[i])) {
            *ret_check = CHECK_KEPT;
            return finding_unreadable(finding, input->kept[i].name, "this is no checkpoint");
        }
    }
    return VERDICT_GOOD;
}

/* Whether a check has anything to look at. */
static bool applies(const struct bundle_input *input, enum check check)
{
    return (check != CHECK_KEPT || input->kept_count > 0) &&
           (check != CHECK_RECEIPT || input->receipt_count > 0);
}

static enum verdict run_check(struct bundle *bundle, enum check check, struct finding *finding)
{
    const struct bundle_observer *observer = &bundle->observer;
    enum verdict verdict;

    if (observer->begin != NULL) {
        observer->begin(observer->argument, check);
    }
    verdict = CHECKS[check].run(bundle, finding);
    if (observer->end != NULL) {
        observer->end(observer->argument, check, verdict, finding);
    }
    return verdict;
}

enum verdict bundle_verify(const struct bundle_input *input, const struct bundle_observer *observer,
                           enum check *ret_check, struct finding *ret_finding, struct bundle **ret)
{
    struct bundle *bundle = NULL;
    enum verdict verdict;

    assert(input->receipt_count <= BUNDLE_GIVEN_MAX);
    assert(input->kept_count <= BUNDLE_GIVEN_MAX);
    *ret_check = CHECK_ARCHIVE;
    bundle = sodium_init() < 0 ? NULL : calloc(1, sizeof *bundle);
    if (bundle == NULL) {
        return finding_unreadable(ret_finding, "", "there is no memory to begin with");
    }
    bundle->input = *input;
    bundle->observer = *observer;
    bundle->digest = digest_new();
    if (bundle->digest == NULL) {
        verdict = finding_unreadable(ret_finding, "", "there is no memory to hash with");
    } else {
        verdict = read_given(bundle, ret_check, ret_finding);
    }
    for (int i = 0; verdict == VERDICT_GOOD && i < CHECK_END; i++) {
        if (applies(input, (enum check)i)) {
            *ret_check = (enum check)i;
            verdict = run_check(bundle, (enum check)i, ret_finding);
        }
    }
    if (verdict != VERDICT_GOOD) {
        bundle_free(bundle);
        return verdict;
    }
    *ret = bundle;
    return VERDICT_GOOD;
}

void bundle_free(struct bundle *bundle)
{
    if (bundle == NULL) {
        return;
    }
    recount_free(bundle->recount);
    definition_free(bundle->definition);
    log_release(&bundle->log);
    digest_free(bundle->digest);
    free(bundle->receipts);
    free(bundle->kept);
    free(bundle->receipt_keys);
    free(bundle->checkpoints);
    free(bundle->casts);
    free(bundle->voids);
    free(bundle->votes);
    free(bundle);
}

void bundle_summary(const struct bundle *bundle, struct bundle_summary *ret)
{
    *ret = (struct bundle_summary){
        .district = bundle->definition->district,
        .title = bundle->definition->title,
        .leaves = bundle->log.count,
        .checkpoints = bundle->checkpoint_count,
        .voters = bundle->voters,
        .votes = bundle->vote_count,
        .revisions = bundle->close.revisions,
        .budget_krw = bundle->definition->budget_krw,
        .ledger_root = bundle->ledger.hash,
        .ledger_seq = bundle->ledger.position,
    };
    memcpy(ret->ballot_id, bundle->ballot_id, sizeof ret->ballot_id);
}

/* The option of an id, or NULL. */
static const struct definition_option *find_option(const struct definition *definition,
                                                   struct span id)
{
    for (size_t i = 0; i < definition->option_count; i++) {
        if (span_equal(definition->options[i].id, id)) {
            return &definition->options[i];
        }
    }
    return NULL;
}

static struct span span_of(const json_t *text)
{
    return (struct span){(const uint8_t *)json_string_value(text), json_string_length(text)};
}

static json_t *load(const struct bundle *bundle, enum archive_file file)
{
    const struct span bytes = bundle->archive.files[file];

    return json_loadb((const char *)bytes.data, bytes.length, 0, NULL);
}

/* What the tally gave the option. */
static int64_t granted_krw(const json_t *result, const struct definition_option *option)
{
    const json_t *options = json_object_get(result, "options");
    uint64_t granted = 0;

    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *one = json_array_get(options, i);

        if (span_equal(span_of(json_object_get(one, "id")), option->id)) {
            return spell_read_decimal(span_of(json_object_get(one, "granted")), &granted)
                       ? (int64_t)granted /* counted again, so no more than the budget */
                       : option->cost_krw;
        }
    }
    return option->cost_krw;
}

enum verdict bundle_each_funded(const struct bundle *bundle, bundle_funded_fn tell, void *argument)
{
    json_t *decided = load(bundle, ARCHIVE_DECIDED);
    json_t *result = load(bundle, ARCHIVE_RESULT);
    const json_t *funded = json_object_get(decided, "funded");
    bool read = decided != NULL && result != NULL;

    for (size_t i = 0; read && i < json_array_size(funded); i++) {
        const struct definition_option *option =
            find_option(bundle->definition, span_of(json_array_get(funded, i)));

        if (option != NULL) {
            tell(argument, &(const struct bundle_option){
                               .id = option->id,
                               .name = option->name,
                               .cost_krw = option->cost_krw,
                               .granted_krw = granted_krw(result, option),
                           });
        }
    }
    json_decref(decided);
    json_decref(result);
    return read ? VERDICT_GOOD : VERDICT_UNREADABLE;
}
