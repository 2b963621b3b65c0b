/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/domain/roll and its JSON: the bounds of areas, the bytes that
 * roll_hash is the hash of, and every roll that is not one.
 */
#include "../support/participation_fixture.h"

#include "participation/domain/roll.h"
#include "participation/http/roll_json.h"
#include "runtime/crypto.h"

static void an_area_takes_as_many_as_its_number_and_not_one_more(void **state)
{
    struct roll_standing standing = {.bound = 3};
    struct vote_refusal refusal = {0};

    (void)state;
    for (; standing.taken < 3; standing.taken++) {
        assert_int_equal(roll_admit(&standing, &refusal), ERR_OK);
        assert_int_equal(refusal.reason, VOTE_REFUSAL_NONE);
    }
    for (; standing.taken < 5; standing.taken++) {
        assert_int_equal(roll_admit(&standing, &refusal), ERR_CONFLICT);
        assert_int_equal(refusal.reason, VOTE_REFUSAL_ROLL_FULL);
        assert_string_equal(refusal.path, "/area");
    }
    standing = (struct roll_standing){0};
    assert_int_equal(roll_admit(&standing, &refusal), ERR_CONFLICT);
}

static void the_bytes_of_a_roll_name_its_ballot_and_each_area(void **state)
{
    static const char EXPECTED[] =
        "000102030405060708090a0b0c0d0e0f"
        "0002000eec84b1ec889831eab08031eb8f990000000000000007"
        "000dec9995ec8badeba6ac32eb8f990000000005f5e100";
    uint8_t data[ROLL_ENCODE_MAX];
    char hex[2 * sizeof data + 1];
    struct fixture fixture;
    struct roll roll = {.count = 2, .voters = {7, ROLL_VOTERS_MAX}};
    struct encoder encoder;
    size_t length = 0;

    (void)state;
    fixture_init(&fixture);
    encoder_init(&encoder, data, sizeof data);
    roll_encode(&encoder, &fixture.definition, &roll);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    crypto_hex(data, length, hex, sizeof hex);
    assert_string_equal(hex, EXPECTED);
}

static void the_longest_roll_fits_into_the_named_maximum(void **state)
{
    static uint8_t data[ROLL_ENCODE_MAX];
    struct fixture fixture;
    struct roll roll = {.count = BALLOT_AREA_MAX, .voters = {1}};
    struct encoder encoder;
    size_t length = 0;

    (void)state;
    fixture_init(&fixture);
    fixture.definition.area_count = BALLOT_AREA_MAX;
    for (size_t i = 0; i < BALLOT_AREA_MAX; i++) {
        memset(fixture.definition.areas[i], 'x', BALLOT_AREA_NAME_MAX);
    }
    encoder_init(&encoder, data, sizeof data);
    roll_encode(&encoder, &fixture.definition, &roll);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    assert_int_equal(length, sizeof data);
}

static void a_number_out_of_range_is_named_by_its_area(void **state)
{
    struct roll roll = {.count = 2, .voters = {0, 1}};
    enum roll_refusal refusal = ROLL_REFUSAL_NONE;
    size_t place = 9;

    (void)state;
    assert_int_equal(roll_check(&roll, &refusal, &place), ERR_OK);
    roll.voters[1] = ROLL_VOTERS_MAX + 1;
    assert_int_equal(roll_check(&roll, &refusal, &place), ERR_INVALID);
    assert_int_equal(refusal, ROLL_REFUSAL_VOTERS_OUT_OF_RANGE);
    assert_int_equal(place, 1);
    roll.voters[1] = -1;
    assert_int_equal(roll_check(&roll, &refusal, &place), ERR_INVALID);
    roll.voters[1] = 0;
    assert_int_equal(roll_check(&roll, &refusal, &place), ERR_INVALID);
    assert_int_equal(refusal, ROLL_REFUSAL_EMPTY);
}

static void a_ballot_without_areas_has_one_named_all(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    assert_int_equal(roll_area_count(&fixture.definition), 2);
    assert_int_equal(roll_area_find(&fixture.definition, "왕십리2동"), 1);
    assert_int_equal(roll_area_find(&fixture.definition, "all"), 2);
    fixture.definition.area_count = 0;
    assert_int_equal(roll_area_count(&fixture.definition), 1);
    assert_string_equal(roll_area_name(&fixture.definition, 0), "all");
    assert_int_equal(roll_area_find(&fixture.definition, "all"), 0);
    assert_int_equal(roll_area_find(&fixture.definition, "왕십리2동"), 1);
}

static enum err read_json(const char *text, struct roll *ret_roll, struct problem *ret_problem)
{
    struct fixture fixture;

    fixture_init(&fixture);
    *ret_problem = (struct problem){0};
    return roll_json_read(text, strlen(text), &fixture.definition, ret_roll, ret_problem);
}

#define AREAS(rest) "{\"areas\": [" rest "]}"
#define FIRST       "{\"area\": \"성수1가1동\", \"voters\": 5}"
#define SECOND      "{\"area\": \"왕십리2동\", \"voters\": 6}"

static void areas_come_in_any_order_and_go_out_in_the_ballots(void **state)
{
    const uint8_t hash[CRYPTO_HASH_SIZE] = {0xab};
    const struct roll_json_about about = {.roll_hash = hash, .imported_at_ms = 1655690000000};
    struct fixture fixture;
    struct problem problem;
    struct roll roll = {0};
    json_t *json;

    (void)state;
    assert_int_equal(read_json(AREAS(SECOND "," FIRST), &roll, &problem), ERR_OK);
    assert_int_equal(roll.count, 2);
    assert_true(roll.voters[0] == 5 && roll.voters[1] == 6);
    fixture_init(&fixture);
    json = roll_json(&fixture.definition, &roll, &about);
    assert_int_equal(json_integer_value(json_object_get(json, "voters")), 11);
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(json_object_get(json, "areas"), 0), "area")),
                        "성수1가1동");
    json_decref(json);
}

static void a_body_that_is_no_roll_is_refused_by_its_area(void **state)
{
    static const struct {
        const char *text;
        int status;
        const char *code;
        const char *field;
        const char *value;
    } WRONG[] = {
        {"[]", 400, "wrong-value", "", ""},
        {"{}", 400, "missing-key", "/areas", ""},
        {"{\"areas\": [], \"area\": 1}", 400, "unknown-key", "/area", ""},
        {AREAS(""), 422, "area-missing", "/areas", "성수1가1동"},
        {AREAS(FIRST), 422, "area-missing", "/areas", "왕십리2동"},
        {AREAS(FIRST "," FIRST), 422, "area-repeated", "/areas/1/area", "성수1가1동"},
        {AREAS(FIRST "," SECOND ", {\"area\": \"자양1동\", \"voters\": 1}"), 422, "area-unknown",
         "/areas/2/area", "자양1동"},
        {AREAS(FIRST ", {\"area\": \"왕십리2동\", \"voters\": -1}"), 422, "voters-out-of-range",
         "/areas/1/voters", "왕십리2동"},
        {AREAS(FIRST ", {\"area\": \"왕십리2동\", \"voters\": 100000001}"), 422,
         "voters-out-of-range", "/areas/1/voters", "왕십리2동"},
        {AREAS(FIRST ", {\"area\": \"왕십리2동\", \"voters\": 1.5}"), 400, "wrong-value",
         "/areas/1/voters", NULL},
        {AREAS(FIRST ", {\"area\": \"왕십리2동\"}"), 400, "missing-key", "/areas/1/voters", NULL},
        {AREAS(FIRST ", {\"area\": \"왕십리2동\", \"voters\": 1, \"name\": \"홍\"}"), 400,
         "unknown-key", "/areas/1/name", NULL},
        {AREAS("{\"area\": \"성수1가1동\", \"voters\": 0}, "
               "{\"area\": \"왕십리2동\", \"voters\": 0}"),
         422, "roll-empty", "/areas", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        struct problem problem;
        struct roll roll = {.count = 77};

        assert_int_equal(read_json(WRONG[i].text, &roll, &problem), ERR_INVALID);
        assert_string_equal(problem.kind->code, WRONG[i].code);
        assert_int_equal(problem.kind->status, WRONG[i].status);
        assert_string_equal(problem.field, WRONG[i].field);
        if (WRONG[i].value != NULL) {
            assert_string_equal(problem.value, WRONG[i].value);
        }
        assert_int_equal(roll.count, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_area_takes_as_many_as_its_number_and_not_one_more),
        cmocka_unit_test(the_bytes_of_a_roll_name_its_ballot_and_each_area),
        cmocka_unit_test(the_longest_roll_fits_into_the_named_maximum),
        cmocka_unit_test(a_number_out_of_range_is_named_by_its_area),
        cmocka_unit_test(a_ballot_without_areas_has_one_named_all),
        cmocka_unit_test(areas_come_in_any_order_and_go_out_in_the_ballots),
        cmocka_unit_test(a_body_that_is_no_roll_is_refused_by_its_area),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
