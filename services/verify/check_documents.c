/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is published beside votes and result: that it is what the log commits
 * to, and that what operators decided (a longer window, votes declared void,
 * options excluded) agrees with the log and with the tally.
 */
#include "verify/bundle_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "verify/spell.h"

#define EXTENSION_COUNT_MAX 3
#define EXTENSION_MAX_MS    (31ULL * 24 * 60 * 60 * 1000)
#define REASON_MAX          1000
#define VOID_COUNT_MAX      1000
#define HASH_LIST_MAX       512 /* bytes of what documents_hash is of */

static const char EXTENSIONS[] = "extensions.json";
static const char DECIDED[] = "decided.json";

/* In the order of the archive. */
static const enum archive_file DOCUMENTS[] = {ARCHIVE_ROLL, ARCHIVE_TURNOUT, ARCHIVE_EXTENSIONS,
                                              ARCHIVE_LOT,  ARCHIVE_JURY,    ARCHIVE_DECIDED};

enum { DOCUMENT_COUNT = sizeof DOCUMENTS / sizeof DOCUMENTS[0] };

/* The file as JSON, or NULL. */
static json_t *load(const struct bundle *bundle, enum archive_file file, size_t length_max)
{
    const struct span bytes = bundle->archive.files[file];

    if (bytes.length == 0 || bytes.length > length_max) {
        return NULL;
    }
    return json_loadb((const char *)bytes.data, bytes.length, JSON_REJECT_DUPLICATES, NULL);
}

/* A member that is a text; an empty span otherwise. */
static struct span text_of(const json_t *object, const char *name)
{
    const json_t *text = json_object_get(object, name);

    return (struct span){
        .data = (const uint8_t *)json_string_value(text),
        .length = json_string_length(text),
    };
}

static bool read_time(const json_t *object, const char *name, uint64_t *ret_ms)
{
    return spell_read_time(text_of(object, name), ret_ms);
}

static bool has_reason(const json_t *object)
{
    size_t length = text_of(object, "reason").length;

    return length >= 1 && length <= REASON_MAX;
}

/* One extension; *end_ms is when the window ends before it, and then after it. */
static const char *extension_fault(const json_t *extension, uint64_t *end_ms)
{
    uint64_t until_ms = 0;
    uint64_t at_ms = 0;

    if (!read_time(extension, "closes_at", &until_ms) ||
        !read_time(extension, "extended_at", &at_ms)) {
        return "a time of it is none";
    }
    if (!has_reason(extension)) {
        return "it has no reason";
    }
    if (at_ms >= *end_ms) {
        return "it was decided when the window was over";
    }
    if (until_ms <= *end_ms) {
        return "it does not make the window longer";
    }
    *end_ms = until_ms;
    return NULL;
}

static enum verdict judge_extensions(const struct bundle *bundle, const json_t *json,
                                     struct finding *finding)
{
    const json_t *list = json_object_get(json, "extensions");
    const uint64_t closes_at_ms = (uint64_t)bundle->definition->closes_at_ms;
    uint64_t end_ms = closes_at_ms;

    if (!json_is_array(list) || json_array_size(list) > EXTENSION_COUNT_MAX) {
        return finding_fail(finding, EXTENSIONS, "it is no list of at most %d extensions",
                            EXTENSION_COUNT_MAX);
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *fault = extension_fault(json_array_get(list, i), &end_ms);

        if (fault != NULL) {
            return finding_fail_at(finding, EXTENSIONS, i, "%s", fault);
        }
    }
    if (end_ms - closes_at_ms > EXTENSION_MAX_MS) {
        return finding_fail(finding, EXTENSIONS, "the window was extended by more than 31 days");
    }
    return VERDICT_GOOD;
}

enum verdict check_extensions(struct bundle *bundle, struct finding *finding)
{
    uint8_t hash[DIGEST_SIZE];
    enum verdict verdict;
    json_t *json;

    digest_begin_tagged(bundle->digest, "extensions");
    digest_add(bundle->digest, bundle->archive.files[ARCHIVE_EXTENSIONS]);
    digest_end(bundle->digest, hash);
    if (memcmp(hash, bundle->close.documents, sizeof hash) != 0) {
        return finding_fail(finding, EXTENSIONS, "its hash is not the extensions_hash of CLOSE");
    }
    json = load(bundle, ARCHIVE_EXTENSIONS, BUNDLE_JSON_MAX);
    verdict = judge_extensions(bundle, json, finding);
    json_decref(json);
    return verdict;
}

/* Adds a document's name and hash to the list. */
static size_t add_document(const struct bundle *bundle, enum archive_file file, uint8_t *list,
                           size_t length)
{
    const char *name = archive_file_name(file);
    const size_t name_length = strlen(name);

    assert(length + 2 + name_length + DIGEST_SIZE <= HASH_LIST_MAX);
    list[length] = (uint8_t)(name_length >> 8);
    list[length + 1] = (uint8_t)(name_length & 0xFF);
    memcpy(list + length + 2, name, name_length);
    length += 2 + name_length;
    digest_sha256(bundle->digest, bundle->archive.files[file], list + length);
    return length + DIGEST_SIZE;
}

enum verdict check_documents(struct bundle *bundle, struct finding *finding)
{
    uint8_t list[HASH_LIST_MAX] = {0};
    uint8_t hash[DIGEST_SIZE];
    size_t length = 2;

    for (size_t i = 0; i < DOCUMENT_COUNT; i++) {
        if (bundle->archive.present[DOCUMENTS[i]]) {
            length = add_document(bundle, DOCUMENTS[i], list, length);
            list[1]++;
        }
    }
    digest_begin_tagged(bundle->digest, "documents");
    digest_add(bundle->digest, (struct span){.data = list, .length = length});
    digest_end(bundle->digest, hash);
    if (memcmp(hash, bundle->result.documents, sizeof hash) != 0) {
        return finding_fail(finding, "",
                            "the documents are not those of RESULT's documents_hash: "
                            "roll, turnout, extensions, lot, or what was decided");
    }
    return VERDICT_GOOD;
}

/* One vote that was declared void. */
struct void_entry {
    uint8_t nullifier[BUNDLE_NULLIFIER_SIZE];
    uint16_t rev;
    uint8_t reason;
};

/* The number of a reason's word; 0 when there is none. */
static uint8_t reason_number(struct span word)
{
    static const char *const WORDS[] = {"not-cast-by-voter", "not-eligible", "cast-twice",
                                        "coerced", "other"};

    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (span_is_text(word, WORDS[i])) {
            return (uint8_t)(i + 1);
        }
    }
    return 0;
}

static bool read_void(const json_t *json, struct void_entry *ret)
{
    const json_t *rev = json_object_get(json, "rev");
    uint64_t ignored_ms = 0;

    ret->reason = reason_number(text_of(json, "reason_code"));
    if (!json_is_integer(rev) || json_integer_value(rev) < 1 ||
        json_integer_value(rev) > LEAF_REVISION_MAX || ret->reason == 0 || !has_reason(json) ||
        !read_time(json, "voided_at", &ignored_ms)) {
        return false;
    }
    ret->rev = (uint16_t)json_integer_value(rev);
    return spell_read_base64(text_of(json, "nullifier"), SPELL_BASE64URL, ret->nullifier,
                             sizeof ret->nullifier);
}

static bool is_twice(const struct void_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (entries[i].rev == entries[count].rev &&
            memcmp(entries[i].nullifier, entries[count].nullifier, BUNDLE_NULLIFIER_SIZE) == 0) {
            return true;
        }
    }
    return false;
}

/* Why an entry does not agree with the log, or NULL; *next is the VOID leaf that is to come. */
static const char *void_fault(struct bundle *bundle, const struct void_entry *entry, size_t *next)
{
    const struct bundle_cast *last = bundle_last_cast(bundle, entry->nullifier);
    const struct bundle_void *leaf = &bundle->voids[*next];

    if (last == NULL || last->rev < entry->rev) {
        return "the log has no such vote";
    }
    if (last->rev != entry->rev) {
        return NULL; /* A later vote took its place: it was void only until then. */
    }
    if (*next == bundle->void_count || leaf->rev != entry->rev || leaf->reason != entry->reason ||
        memcmp(leaf->nullifier, entry->nullifier, BUNDLE_NULLIFIER_SIZE) != 0) {
        return "the VOID leaf whose turn it is says something else";
    }
    (*next)++;
    return NULL;
}

static enum verdict judge_voids(struct bundle *bundle, const json_t *json, struct finding *finding)
{
    const json_t *list = json_object_get(json, "voids");
    struct void_entry *entries;
    const char *fault = NULL;
    size_t next = 0;
    size_t i;

    if (!json_is_array(list) || json_array_size(list) > VOID_COUNT_MAX) {
        return finding_fail(finding, DECIDED, "it has no list of at most %d voids", VOID_COUNT_MAX);
    }
    entries = calloc(json_array_size(list) + 1, sizeof *entries);
    if (entries == NULL) {
        return finding_unreadable(finding, DECIDED, "there is no memory for the voids");
    }
    for (i = 0; i < json_array_size(list) && fault == NULL; i++) {
        if (!read_void(json_array_get(list, i), &entries[i])) {
            fault = "this is no void";
        } else if (is_twice(entries, i)) {
            fault = "the same vote was declared void before";
        } else {
            fault = void_fault(bundle, &entries[i], &next);
        }
    }
    free(entries);
    if (fault != NULL) {
        return finding_fail_at(finding, DECIDED, i - 1, "%s", fault);
    }
    if (next != bundle->void_count) {
        return finding_fail_at(finding, "entries", bundle->voids[next].position,
                               "nobody decided on this VOID");
    }
    return VERDICT_GOOD;
}

/* A result with what was excluded from it. */
struct decision {
    const json_t *result;
    uint64_t total;
    uint64_t left;
    size_t place; /* of the option excluded last, and one more */
};

/* Takes an option out of what is funded. */
static const char *exclude(struct decision *decision, const json_t *exclusion)
{
    const json_t *options = json_object_get(decision->result, "options");
    const struct span wanted = text_of(exclusion, "option");
    uint64_t ignored_ms = 0;
    uint64_t granted = 0;
    const json_t *option;

    if (!has_reason(exclusion) || !read_time(exclusion, "excluded_at", &ignored_ms)) {
        return "it has no reason, or no time";
    }
    while (decision->place < json_array_size(options) &&
           !span_equal(text_of(json_array_get(options, decision->place), "id"), wanted)) {
        decision->place++;
    }
    option = json_array_get(options, decision->place);
    decision->place++;
    if (!json_is_true(json_object_get(option, "funded"))) {
        return "no option behind the one before was funded under this id";
    }
    if (!spell_read_decimal(
            text_of(option, json_object_get(option, "granted") != NULL ? "granted" : "cost"),
            &granted) ||
        granted > decision->total) {
        return "what the tally gave it is no whole number";
    }
    decision->total -= granted;
    decision->left += granted;
    return NULL;
}

static bool was_excluded(const json_t *exclusions, struct span id)
{
    for (size_t i = 0; i < json_array_size(exclusions); i++) {
        if (span_equal(text_of(json_array_get(exclusions, i), "option"), id)) {
            return true;
        }
    }
    return false;
}

/* Whether "funded" is the tally's, in its order, without what was excluded. */
static bool funded_agrees(const json_t *json, const json_t *result)
{
    const json_t *decided = json_object_get(json, "funded");
    const json_t *computed = json_object_get(result, "funded");
    const json_t *exclusions = json_object_get(json, "exclusions");
    size_t next = 0;

    for (size_t i = 0; i < json_array_size(computed); i++) {
        const json_t *id = json_array_get(computed, i);
        struct span text = {
            .data = (const uint8_t *)json_string_value(id),
            .length = json_string_length(id),
        };

        if (!was_excluded(exclusions, text)) {
            if (!json_equal(json_array_get(decided, next), id)) {
                return false;
            }
            next++;
        }
    }
    return json_is_array(decided) && next == json_array_size(decided);
}

static bool is_number(const json_t *json, const char *name, uint64_t number)
{
    uint64_t stated = 0;

    return spell_read_decimal(text_of(json, name), &stated) && stated == number;
}

static enum verdict judge_exclusions(const json_t *json, const json_t *result,
                                     struct finding *finding)
{
    const json_t *exclusions = json_object_get(json, "exclusions");
    struct decision decision = {.result = result};

    if (!json_is_array(exclusions) ||
        !spell_read_decimal(text_of(result, "total_cost"), &decision.total) ||
        !spell_read_decimal(text_of(result, "left_over"), &decision.left)) {
        return finding_fail(finding, DECIDED, "it has no exclusions, or the result no amounts");
    }
    for (size_t i = 0; i < json_array_size(exclusions); i++) {
        const char *fault = exclude(&decision, json_array_get(exclusions, i));

        if (fault != NULL) {
            return finding_fail_at(finding, DECIDED, i, "%s", fault);
        }
    }
    if (!funded_agrees(json, result) || !is_number(json, "total_cost", decision.total) ||
        !is_number(json, "left_over", decision.left)) {
        return finding_fail(finding, DECIDED,
                            "what is funded does not follow from result and exclusions");
    }
    return VERDICT_GOOD;
}

enum verdict check_decided(struct bundle *bundle, struct finding *finding)
{
    json_t *json = load(bundle, ARCHIVE_DECIDED, BUNDLE_JSON_MAX);
    json_t *result = load(bundle, ARCHIVE_RESULT, SIZE_MAX); /* Counted again to the same bytes. */
    enum verdict verdict = judge_voids(bundle, json, finding);

    if (verdict == VERDICT_GOOD) {
        verdict = judge_exclusions(json, result, finding);
    }
    json_decref(json);
    json_decref(result);
    return verdict;
}
