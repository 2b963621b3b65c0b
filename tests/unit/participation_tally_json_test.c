/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results as JSON: every byte of a small one, escaping, the order of keys,
 * and the text it is written to.
 */
#include "../support/participation_help.h"

#include <jansson.h>

#include "participation/domain/tally_json.h"

static const char ELECTION[] =
    "META\nkey;value\nbudget;100.50\nvote_type;cumulative\n"
    "PROJECTS\nproject_id;cost\na;60.25\nb;40.25\n\"c;\"\"d\"\"\";40.25\nw;999999999\nz;500\n"
    "VOTES\nvoter_id;vote;points\n1;a,z;3,0.5\n2;b,c;1,1\n3;\"c;\"\"d\"\"\";1\n";

static struct text written(const struct election *election, enum tally_tie_rule tie)
{
    const struct tally_method method = {.rule = TALLY_GREEDY, .tie = tie};
    struct tally_result result;
    struct text text;

    assert_int_equal(tally_run(election, &method, &result), ERR_OK);
    text_init(&text, TALLY_JSON_LENGTH_MAX);
    tally_json_write(election, &result, &text);
    assert_int_equal(text_err(&text), ERR_OK);
    tally_result_release(&result);
    return text;
}

static void a_result_is_written_byte_by_byte_as_the_header_says(void **state)
{
    enum err err;
    struct pb *pb = help_read(ELECTION, false, &err);
    struct text text;

    (void)state;
    assert_int_equal(err, ERR_OK);
    text = written(pb_election(pb), TALLY_TIE_LOWEST_COST_THEN_VOTES);
    assert_string_equal(
        text_bytes(&text),
        "{\"rule\":\"greedy\",\"satisfaction\":\"cost\",\"completion\":\"none\","
        "\"tie\":\"lowest-cost-then-votes\",\"budget\":\"100.5\",\"funded\":[\"a\",\"b\"],"
        "\"total_cost\":\"100.5\",\"left_over\":\"0\",\"endowment\":null,"
        "\"options\":["
        "{\"id\":\"a\",\"cost\":\"60.25\",\"score\":\"3\",\"funded\":true,\"reason\":\"funded\"},"
        "{\"id\":\"b\",\"cost\":\"40.25\",\"score\":\"1\",\"funded\":true,\"reason\":\"funded\"},"
        "{\"id\":\"c;\\\"d\\\"\",\"cost\":\"40.25\",\"score\":\"1\",\"funded\":false,"
        "\"reason\":\"over-left\"},"
        "{\"id\":\"w\",\"cost\":\"999999999\",\"score\":\"0\",\"funded\":false,"
        "\"reason\":\"withdrawn\"},"
        "{\"id\":\"z\",\"cost\":\"500\",\"score\":\"0.5\",\"funded\":false,"
        "\"reason\":\"over-budget\"}],"
        "\"rounds\":["
        "{\"option\":\"a\",\"funded\":true,\"left_over\":\"40.25\"},"
        "{\"option\":\"b\",\"funded\":true,\"left_over\":\"0\"},"
        "{\"option\":\"c;\\\"d\\\"\",\"funded\":false,\"left_over\":\"0\"},"
        "{\"option\":\"z\",\"funded\":false,\"left_over\":\"0\"}],"
        "\"ties\":[{\"options\":[\"b\",\"c;\\\"d\\\"\"],\"score\":\"1\",\"decided_by\":[\"id\"],"
        "\"decisive\":true}]}");
    text_release(&text);
    pb_free(pb);
}

/* All of what both hold goes to the first option, and the shares are whole numbers. */
static void who_pays_exactly_all_they_hold_is_told_as_spent(void **state)
{
    static const char SHARED[] =
        "META\nkey;value\nbudget;6\nvote_type;approval\n"
        "PROJECTS\nproject_id;cost\na;6\nb;3\n"
        "VOTES\nvoter_id;vote\n1;a,b\n2;a\n";
    const struct tally_method method = {.rule = TALLY_EQUAL_SHARES};
    struct tally_result result;
    enum err err;
    struct pb *pb = help_read(SHARED, true, &err);

    (void)state;
    assert_int_equal(err, ERR_OK);
    assert_int_equal(tally_run(pb_election(pb), &method, &result), ERR_OK);
    assert_int_equal(result.round_count, 2);
    assert_true(result.rounds[0].funded);
    assert_int_equal(result.rounds[0].supporters, 2);
    assert_int_equal(result.rounds[0].spent, 2);
    tally_result_release(&result);
    pb_free(pb);
}

static void the_same_election_gives_the_same_bytes_every_time(void **state)
{
    enum err err;
    struct pb *first = help_read(ELECTION, false, &err);
    struct pb *second = help_read(ELECTION, false, &err);
    struct text left = written(pb_election(first), TALLY_TIE_ID);
    struct text right = written(pb_election(second), TALLY_TIE_ID);

    (void)state;
    assert_string_equal(text_bytes(&left), text_bytes(&right));
    text_release(&left);
    text_release(&right);
    pb_free(first);
    pb_free(second);
}

static void what_is_written_is_json_with_its_keys_in_order(void **state)
{
    static const char *const keys[] = {
        "rule",       "satisfaction", "completion", "tie",     "budget", "funded",
        "total_cost", "left_over",    "endowment",  "options", "rounds", "ties",
    };
    enum err err;
    struct pb *pb = help_read(ELECTION, false, &err);
    struct text text = written(pb_election(pb), TALLY_TIE_ID);
    json_t *json = json_loads(text_bytes(&text), JSON_REJECT_DUPLICATES, NULL);
    const char *key;
    json_t *value;
    size_t next = 0;

    (void)state;
    assert_non_null(json);
    json_object_foreach(json, key, value)
    {
        assert_true(next < sizeof keys / sizeof keys[0]);
        assert_string_equal(key, keys[next]);
        next++;
    }
    assert_int_equal(next, sizeof keys / sizeof keys[0]);
    json_decref(json);
    text_release(&text);
    pb_free(pb);
}

static void every_character_survives_the_escaping(void **state)
{
    char string[0x80 + 16] = "";
    struct text text;
    json_t *json;

    (void)state;
    for (int c = 1; c < 0x80; c++) {
        string[c - 1] = (char)c;
    }
    memcpy(string + 0x7f, "한글 🌳", strlen("한글 🌳") + 1);
    text_init(&text, 4096);
    text_add_json_string(&text, string);
    assert_int_equal(text_err(&text), ERR_OK);
    json = json_loads(text_bytes(&text), JSON_DECODE_ANY, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json), string);
    json_decref(json);
    text_release(&text);
}

static void escapes_are_written_in_one_way_only(void **state)
{
    struct text text;

    (void)state;
    text_init(&text, 4096);
    text_add_json_string(&text, "\b\f\n\r\t\"\\/\x01\x1f\x7f");
    assert_string_equal(text_bytes(&text), "\"\\b\\f\\n\\r\\t\\\"\\\\/\\u0001\\u001f\x7f\"");
    text_release(&text);
}

static void a_text_that_is_full_stays_as_it_was_and_says_so(void **state)
{
    struct text text;

    (void)state;
    text_init(&text, 5);
    assert_string_equal(text_bytes(&text), "");
    text_add(&text, "abc");
    text_add(&text, "de");
    assert_int_equal(text_err(&text), ERR_OK);
    text_add(&text, "f");
    assert_int_equal(text_err(&text), ERR_FULL);
    text_add(&text, "");
    assert_int_equal(text_err(&text), ERR_FULL);
    assert_string_equal(text_bytes(&text), "abcde");
    text_release(&text);
    assert_int_equal(text_err(&text), ERR_OK);
    text_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_is_written_byte_by_byte_as_the_header_says),
        cmocka_unit_test(who_pays_exactly_all_they_hold_is_told_as_spent),
        cmocka_unit_test(the_same_election_gives_the_same_bytes_every_time),
        cmocka_unit_test(what_is_written_is_json_with_its_keys_in_order),
        cmocka_unit_test(every_character_survives_the_escaping),
        cmocka_unit_test(escapes_are_written_in_one_way_only),
        cmocka_unit_test(a_text_that_is_full_stays_as_it_was_and_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
