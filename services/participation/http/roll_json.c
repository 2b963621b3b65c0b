/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON of rolls. A body that leaves an area out must never become a roll that
 * lets nobody of that area vote.
 */
#include "participation/http/roll_json.h"

#include "runtime/clock.h"
#include "runtime/json.h"

#include <stdio.h>

static const struct problem_kind AREA_UNKNOWN = {
    .status = 422,
    .code = "area-unknown",
    .ko = "이 투표의 대상 지역이 아닙니다.",
    .en = "The ballot has no such area.",
};
static const struct problem_kind AREA_REPEATED = {
    .status = 422,
    .code = "area-repeated",
    .ko = "같은 지역이 두 번 있습니다.",
    .en = "The same area is there twice.",
};
static const struct problem_kind AREA_MISSING = {
    .status = 422,
    .code = "area-missing",
    .ko = "이 투표의 대상 지역인데 명부에 없습니다. 모든 지역의 유권자 수를 보내십시오.",
    .en = "An area of the ballot is missing. Send the number of voters of every area.",
};
static const struct problem_kind VOTERS_OUT_OF_RANGE = {
    .status = 422,
    .code = "voters-out-of-range",
    .ko = "한 지역의 유권자 수는 0명부터 1억 명까지입니다.",
    .en = "An area has from 0 to 100,000,000 voters.",
};
static const struct problem_kind NOBODY = {
    .status = 422,
    .code = "roll-empty",
    .ko = "유권자가 한 명도 없는 명부입니다.",
    .en = "Nobody could vote by this roll.",
};

static const char *const ROLL_KEYS[] = {"areas", NULL};
static const char *const AREA_KEYS[] = {"area", "voters", NULL};

struct reading {
    const struct ballot_definition *definition;
    struct roll roll;
    bool met[BALLOT_AREA_MAX];
    struct problem *problem;
};

static void read_area(struct reading *reading, const json_t *json, size_t index)
{
    struct json_reader reader;
    char path[PROBLEM_FIELD_SIZE];
    char name[BALLOT_AREA_NAME_MAX + 1] = "";
    int64_t voters = 0;
    size_t place;

    (void)snprintf(path, sizeof path, "/areas/%zu", index); /* Always fits. */
    json_reader_init(&reader, json, path, reading->problem);
    json_reader_allow(&reader, AREA_KEYS);
    json_read_text(&reader, "area", 1, name, sizeof name);
    json_read_int64(&reader, "voters", INT64_MIN, INT64_MAX, &voters);
    if (!json_reader_ok(&reader)) {
        return;
    }
    place = roll_area_find(reading->definition, name);
    if (place == reading->roll.count) {
        json_reader_refuse(&reader, "area", &AREA_UNKNOWN, "areas", name);
    } else if (reading->met[place]) {
        json_reader_refuse(&reader, "area", &AREA_REPEATED, NULL, name);
    } else if (voters < 0 || voters > ROLL_VOTERS_MAX) {
        json_reader_refuse(&reader, "voters", &VOTERS_OUT_OF_RANGE, NULL, name);
    } else {
        reading->met[place] = true;
        reading->roll.voters[place] = voters;
    }
}

/* What only all areas together can tell. */
static void check_whole(struct reading *reading)
{
    enum roll_refusal refusal = ROLL_REFUSAL_NONE;
    size_t place = 0;

    for (size_t i = 0; i < reading->roll.count; i++) {
        if (!reading->met[i]) {
            problem_set(reading->problem, &AREA_MISSING, "/areas", "areas",
                        roll_area_name(reading->definition, i));
            return;
        }
    }
    /* Each number was held against its range when it was read. */
    if (roll_check(&reading->roll, &refusal, &place) != ERR_OK) {
        problem_set(reading->problem, &NOBODY, "/areas", NULL, NULL);
    }
}

enum err roll_json_read(const void *text, size_t length, const struct ballot_definition *definition,
                        struct roll *ret_roll, struct problem *ret_problem)
{
    struct reading reading = {
        .definition = definition,
        .roll = {.count = roll_area_count(definition)},
        .problem = ret_problem,
    };
    const json_t *areas = NULL;
    struct json_reader reader;
    json_t *json = NULL;

    if (json_parse(text, length, &json, ret_problem) != ERR_OK) {
        return ERR_INVALID;
    }
    json_reader_init(&reader, json, "", ret_problem);
    json_reader_allow(&reader, ROLL_KEYS);
    json_read_array(&reader, "areas", BALLOT_AREA_MAX, &areas);
    for (size_t i = 0; json_reader_ok(&reader) && i < json_array_size(areas); i++) {
        read_area(&reading, json_array_get(areas, i), i);
    }
    if (json_reader_ok(&reader)) {
        check_whole(&reading);
    }
    json_decref(json);
    if (ret_problem->kind != NULL) {
        return ERR_INVALID;
    }
    *ret_roll = reading.roll;
    return ERR_OK;
}

json_t *roll_json(const struct ballot_definition *definition, const struct roll *roll,
                  const struct roll_json_about *about)
{
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];
    char hash[2 * CRYPTO_HASH_SIZE + 1];
    char imported_at[CLOCK_TEXT_SIZE];
    json_t *areas = json_array();
    bool whole = areas != NULL;

    crypto_uuid_format(definition->ballot_id, ballot_id);
    crypto_hex(about->roll_hash, CRYPTO_HASH_SIZE, hash, sizeof hash);
    clock_format(about->imported_at_ms, imported_at);
    for (size_t i = 0; i < roll->count && whole; i++) {
        whole = json_array_append_new(areas,
                                      json_pack("{s:s, s:I}", "area", roll_area_name(definition, i),
                                                "voters", (json_int_t)roll->voters[i])) == 0;
    }
    if (!whole) {
        json_decref(areas);
        return NULL;
    }
    return json_pack("{s:s, s:I, s:s, s:s, s:o}", "ballot_id", ballot_id, "voters",
                     (json_int_t)roll_total(roll), "roll_hash", hash, "imported_at", imported_at,
                     "areas", areas);
}
