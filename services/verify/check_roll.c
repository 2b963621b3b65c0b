/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many people voted, and how many may: turnout and roll as they were
 * published, held against the log and against each other.
 */
#include "verify/bundle_internal.h"

#include <assert.h>
#include <string.h>

#include <jansson.h>

static const char TURNOUT[] = "turnout.json";
static const char ROLL[] = "roll.json";
static const uint8_t NO_ROLL[DIGEST_SIZE]; /* OPEN's roll_hash of a ballot without one */

/* The file as JSON, or NULL. */
static json_t *load(struct span bytes)
{
    if (bytes.length == 0 || bytes.length > BUNDLE_JSON_MAX) {
        return NULL;
    }
    return json_loadb((const char *)bytes.data, bytes.length, JSON_REJECT_DUPLICATES, NULL);
}

/* A member that is an integer from 0 on; false otherwise. */
static bool number_of(const json_t *object, const char *name, uint64_t *ret)
{
    const json_t *number = json_object_get(object, name);

    if (!json_is_integer(number) || json_integer_value(number) < 0) {
        return false;
    }
    *ret = (uint64_t)json_integer_value(number);
    return true;
}

static struct span text_of(const json_t *text)
{
    return (struct span){
        .data = (const uint8_t *)json_string_value(text),
        .length = json_string_length(text),
    };
}

/* The table of areas, each with a name and a number or null; NULL when there is no such table. */
static const json_t *area_table(const json_t *turnout)
{
    const json_t *table = json_object_get(json_object_get(turnout, "tables"), "area");
    bool good = json_is_array(table);

    for (size_t i = 0; good && i < json_array_size(table); i++) {
        const json_t *cell = json_array_get(table, i);
        uint64_t voters = 0;

        good = json_is_string(json_object_get(cell, "name")) &&
               (number_of(cell, "voters", &voters) || json_object_get(cell, "voters") == NULL ||
                json_is_null(json_object_get(cell, "voters")));
    }
    return good ? table : NULL;
}

static enum verdict check_turnout(const struct bundle *bundle, const json_t *turnout,
                                  struct finding *finding)
{
    uint64_t number = 0;

    if (!number_of(turnout, "voters", &number) || number != bundle->close.voters) {
        return finding_fail(finding, TURNOUT, "its voters are not those of CLOSE");
    }
    if (!number_of(turnout, "revisions", &number) || number != bundle->close.revisions) {
        return finding_fail(finding, TURNOUT, "its revisions are not those of CLOSE");
    }
    if (area_table(turnout) == NULL) {
        return finding_fail(finding, TURNOUT, "it has no table of areas");
    }
    return VERDICT_GOOD;
}

/* The areas that a roll of this ballot has, in their order. */
static size_t area_count(const struct bundle *bundle)
{
    return bundle->definition->area_count == 0 ? 1 : bundle->definition->area_count;
}

static struct span area_name(const struct bundle *bundle, size_t place)
{
    static const uint8_t ALL[] = "all";

    if (bundle->definition->area_count == 0) {
        return (struct span){.data = ALL, .length = sizeof ALL - 1};
    }
    return bundle->definition->areas[place];
}

/* People who voted in an area, as far as the table says; 0 where it keeps that back. */
static uint64_t voted_in(const json_t *table, struct span area)
{
    uint64_t voted = 0;

    for (size_t i = 0; i < json_array_size(table); i++) {
        const json_t *cell = json_array_get(table, i);

        if (span_equal(text_of(json_object_get(cell, "name")), area) &&
            !number_of(cell, "voters", &voted)) {
            voted = 0;
        }
    }
    return voted;
}

static void digest_number(struct digest *digest, uint64_t number, size_t size)
{
    uint8_t bytes[8];

    assert(size <= sizeof bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(number >> (8 * (size - 1 - i)));
    }
    digest_add(digest, (struct span){.data = bytes, .length = size});
}

/* Reads the areas' numbers; false unless they are the definition's, in its order. */
static bool read_areas(const struct bundle *bundle, const json_t *roll,
                       uint64_t ret_voters[DEFINITION_AREAS_MAX], uint64_t *ret_sum)
{
    const json_t *areas = json_object_get(roll, "areas");
    uint64_t sum = 0;

    if (!json_is_array(areas) || json_array_size(areas) != area_count(bundle)) {
        return false;
    }
    for (size_t i = 0; i < area_count(bundle); i++) {
        const json_t *area = json_array_get(areas, i);
        const json_t *name = json_object_get(area, "area");

        if (!json_is_string(name) || !span_equal(text_of(name), area_name(bundle, i)) ||
            !number_of(area, "voters", &ret_voters[i]) || ret_voters[i] > INT64_MAX - sum) {
            return false;
        }
        sum += ret_voters[i];
    }
    *ret_sum = sum;
    return true;
}

/* Whether roll_hash, here and in OPEN, is H("roll", ballot_id || list of (str area || u64 voters)). */
static bool hash_matches(const struct bundle *bundle, const json_t *roll, const uint64_t *voters)
{
    const json_t *stated = json_object_get(roll, "roll_hash");
    uint8_t hash[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];

    digest_begin_tagged(bundle->digest, "roll");
    digest_add(bundle->digest,
               (struct span){.data = bundle->ballot_id, .length = sizeof bundle->ballot_id});
    digest_number(bundle->digest, area_count(bundle), 2);
    for (size_t i = 0; i < area_count(bundle); i++) {
        digest_number(bundle->digest, area_name(bundle, i).length, 2);
        digest_add(bundle->digest, area_name(bundle, i));
        digest_number(bundle->digest, voters[i], 8);
    }
    digest_end(bundle->digest, hash);
    digest_hex(hash, hex);
    return json_is_string(stated) && span_is_text(text_of(stated), hex) &&
           memcmp(hash, bundle->open.documents, sizeof hash) == 0;
}

static enum verdict compare_roll(const struct bundle *bundle, const json_t *roll,
                                 const json_t *table, struct finding *finding)
{
    const json_t *ballot = json_object_get(roll, "ballot_id");
    uint64_t voters[DEFINITION_AREAS_MAX] = {0};
    uint64_t stated = 0;
    uint64_t sum = 0;

    if (!json_is_string(ballot) || !span_equal(text_of(ballot), bundle->ballot)) {
        return finding_fail(finding, ROLL, "it is of another ballot");
    }
    if (!read_areas(bundle, roll, voters, &sum)) {
        return finding_fail(finding, ROLL, "its areas are not those of the definition");
    }
    if (!number_of(roll, "voters", &stated) || stated != sum) {
        return finding_fail(finding, ROLL, "its voters are not the sum of its areas'");
    }
    if (!hash_matches(bundle, roll, voters)) {
        return finding_fail(finding, ROLL, "its roll_hash is another, or not that of OPEN");
    }
    if (bundle->close.voters > sum) {
        return finding_fail(finding, ROLL, "%llu people voted, and only %llu may",
                            (unsigned long long)bundle->close.voters, (unsigned long long)sum);
    }
    for (size_t i = 0; i < area_count(bundle); i++) {
        struct span name = area_name(bundle, i);

        if (voted_in(table, name) > voters[i]) {
            return finding_fail_at(finding, ROLL, i, "more people of %.*s voted than may",
                                   (int)name.length, (const char *)name.data);
        }
    }
    return VERDICT_GOOD;
}

enum verdict check_roll(struct bundle *bundle, struct finding *finding)
{
    json_t *turnout = load(bundle->archive.files[ARCHIVE_TURNOUT]);
    json_t *roll = NULL;
    enum verdict verdict = check_turnout(bundle, turnout, finding);

    if (verdict == VERDICT_GOOD && !bundle->archive.present[ARCHIVE_ROLL] &&
        memcmp(bundle->open.documents, NO_ROLL, sizeof NO_ROLL) != 0) {
        verdict =
            finding_fail(finding, ROLL, "the ballot was opened with a roll, and there is none");
    }
    if (verdict == VERDICT_GOOD && bundle->archive.present[ARCHIVE_ROLL]) {
        roll = load(bundle->archive.files[ARCHIVE_ROLL]);
        verdict = compare_roll(bundle, roll, area_table(turnout), finding);
        (void)number_of(roll, "voters",
                        &bundle->electorate); /* It was looked at, if all is good. */
    }
    json_decref(turnout);
    json_decref(roll);
    return verdict;
}
