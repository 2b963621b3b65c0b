/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Picks of the ballot page: from a form to a vote, checked by the service's own
 * rules; the order a seed gives; and how pages write texts and figures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "participation/web/ballot_read.h"
#include "participation/web/choice.h"
#include "participation/web/view.h"
#include "participation/web/voting.h"
#include "runtime/json.h"

static const char BALLOT[] =
    "{\"ballot_id\":\"01a204e2-6a11-7e3b-ab56-ed61e1e43495\",\"definition_hash\":\"00\","
    "\"district\":\"seongdong\",\"title\":\"투표\",\"state\":\"open\",\"budget_year\":2023,"
    "\"budget_krw\":100,\"method\":\"%s\",\"opens_at\":\"2022-09-19T00:00:00Z\","
    "\"closes_at\":\"2022-09-20T00:00:00Z\",\"max_merge_delay_s\":60,\"demonstration\":true,"
    "\"channels\":[\"web\"],"
    "\"bases\":[\"certificate\"],\"min_options\":1,\"max_options\":2,\"min_cost_krw\":null,"
    "\"max_cost_krw\":50,\"max_points\":5,\"max_sum_points\":6,\"empty_allowed\":false,"
    "\"areas\":[\"성수1가1동\"],\"area_quotas\":[],\"eligibility\":{\"grounds\":[\"address\"]},"
    "\"options\":[{\"id\":\"a\",\"name\":\"<가>\",\"cost_krw\":30,\"area\":\"\",\"field\":\"\"},"
    "{\"id\":\"b\",\"name\":\"나\",\"cost_krw\":20,\"area\":\"\",\"field\":\"\"},"
    "{\"id\":\"c\",\"name\":\"다\",\"cost_krw\":25,\"area\":\"\",\"field\":\"\"}]}";

static const struct vote VOTER = {
    .basis = BALLOT_BASIS_CERTIFICATE,
    .area = "성수1가1동",
    .sex = VOTE_SEX_F,
    .channel = BALLOT_CHANNEL_WEB,
};

static struct web_ballot *read_ballot(const char *method)
{
    struct web_ballot *ballot = NULL;
    struct problem problem;
    struct buffer text;
    json_t *json = NULL;

    buffer_init(&text, 4096);
    buffer_append(&text, BALLOT, (size_t)(strstr(BALLOT, "%s") - BALLOT));
    buffer_append_text(&text, method);
    buffer_append_text(&text, strstr(BALLOT, "%s") + 2);
    assert_int_equal(json_parse(text.data, text.length, &json, &problem), ERR_OK);
    assert_int_equal(web_ballot_read(json, &ballot), ERR_OK);
    json_decref(json);
    buffer_release(&text);
    return ballot;
}

/* Reads a body; the picks are the caller's. */
static enum err read_picks(const struct web_ballot *ballot, const char *body, struct picks *picks,
                           uint32_t *ret_number)
{
    struct form form;
    enum err err;

    assert_int_equal(picks_new(&ballot->definition, picks), ERR_OK);
    assert_int_equal(form_parse(body, strlen(body), &form), ERR_OK);
    err = picks_read(&ballot->definition, &form, picks, ret_number);
    form_release(&form);
    return err;
}

static enum vote_refusal_reason refusal_of(const char *method, const char *body)
{
    struct web_ballot *ballot = read_ballot(method);
    struct vote_refusal refusal;
    struct picks picks;
    uint32_t number;
    enum err err;

    assert_int_equal(read_picks(ballot, body, &picks, &number), ERR_OK);
    err = picks_check(&ballot->definition, &VOTER, &picks, &refusal, &number);
    assert_int_equal(err != ERR_OK, refusal.reason != VOTE_REFUSAL_NONE);
    picks_release(&picks);
    web_ballot_free(ballot);
    return refusal.reason;
}

static void picks_are_held_against_the_rules_of_the_service(void **state)
{
    (void)state;
    assert_int_equal(refusal_of("approval", "choice=1&choice=2"), VOTE_REFUSAL_NONE);
    assert_int_equal(refusal_of("approval", "choice=1&choice=3"), VOTE_REFUSAL_COST_TOO_HIGH);
    assert_int_equal(refusal_of("approval", "token=x"), VOTE_REFUSAL_EMPTY_NOT_ALLOWED);
    assert_int_equal(refusal_of("approval", "choice=1&choice=2&choice=3"),
                     VOTE_REFUSAL_OPTIONS_TOO_MANY);
    assert_int_equal(refusal_of("cumulative", "points-1=4&points-2=2"), VOTE_REFUSAL_NONE);
    assert_int_equal(refusal_of("cumulative", "points-1=5&points-2=2"), VOTE_REFUSAL_SUM_TOO_HIGH);
    assert_int_equal(refusal_of("cumulative", "points-1=6"), VOTE_REFUSAL_POINTS_TOO_MANY);
    assert_int_equal(refusal_of("scoring", "points-1=0&points-2="), VOTE_REFUSAL_NONE);
    assert_int_equal(refusal_of("ordinal", "place-2=1&place-1=2&place-3="), VOTE_REFUSAL_NONE);
    assert_int_equal(refusal_of("ordinal", "place-2=1&place-1=1"), VOTE_REFUSAL_PLACE_REPEATED);
}

static void what_cannot_be_read_is_named_by_its_option(void **state)
{
    static const struct {
        const char *method;
        const char *body;
        uint32_t number;
    } WRONG[] = {
        {"cumulative", "points-1=2&points-3=many", 3},
        {"cumulative", "points-4=1", 0},
        {"ordinal", "place-2=-1", 2},
        {"approval", "choice=0", 0},
        {"approval", "choice=4", 0},
        {"choose-1", "choice=", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        struct web_ballot *ballot = read_ballot(WRONG[i].method);
        struct picks picks;
        uint32_t number = 99;

        assert_int_equal(read_picks(ballot, WRONG[i].body, &picks, &number), ERR_INVALID);
        assert_int_equal(number, WRONG[i].number);
        picks_release(&picks);
        web_ballot_free(ballot);
    }
}

static void a_vote_names_options_and_nobody(void **state)
{
    struct web_ballot *ballot = read_ballot("cumulative");
    struct picks picks;
    uint32_t number;
    char *vote;

    (void)state;
    assert_int_equal(read_picks(ballot, "points-3=1&points-1=4", &picks, &number), ERR_OK);
    vote = picks_vote(&ballot->definition, &VOTER, &picks);
    assert_string_equal(
        vote,
        "{\"subject\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"basis\":"
        "\"certificate\",\"area\":\"성수1가1동\",\"sex\":\"F\",\"age_band\":null,\"channel\":"
        "\"web\",\"choices\":[{\"option\":\"a\",\"value\":4},{\"option\":\"c\",\"value\":1}]}");
    free(vote);
    picks_release(&picks);
    web_ballot_free(ballot);
}

static void a_seed_always_gives_the_same_order_and_every_option_once(void **state)
{
    struct web_ballot *ballot = read_ballot("approval");
    uint32_t first[3];
    uint32_t again[3];
    unsigned seen = 0;
    bool differs = false;

    (void)state;
    assert_int_equal(picks_order(&ballot->definition, "0123456789abcdef", first), ERR_OK);
    assert_int_equal(picks_order(&ballot->definition, "0123456789abcdef", again), ERR_OK);
    assert_memory_equal(first, again, sizeof first);
    for (char seed[] = "0123456789abcd00"; seed[15] <= '9'; seed[15]++) {
        assert_int_equal(picks_order(&ballot->definition, seed, again), ERR_OK);
        seen = 1U << again[0] | 1U << again[1] | 1U << again[2];
        assert_int_equal(seen, 0xe);
        differs = differs || memcmp(first, again, sizeof first) != 0;
    }
    assert_true(differs);
    web_ballot_free(ballot);
}

static void one_resident_has_one_subject_in_each_ballot(void **state)
{
    const uint8_t key[PORTAL_KEY_SIZE] = {1};
    const uint8_t other_key[PORTAL_KEY_SIZE] = {2};
    const uint8_t ballot[CRYPTO_UUID_SIZE] = {1};
    const uint8_t other_ballot[CRYPTO_UUID_SIZE] = {2};
    uint8_t subject[VOTE_SUBJECT_SIZE];
    uint8_t other[VOTE_SUBJECT_SIZE];

    (void)state;
    identity_subject(key, ballot, "resident-1", subject);
    identity_subject(key, ballot, "resident-1", other);
    assert_memory_equal(subject, other, sizeof subject);
    identity_subject(key, ballot, "resident-2", other);
    assert_memory_not_equal(subject, other, sizeof subject);
    identity_subject(key, other_ballot, "resident-1", other);
    assert_memory_not_equal(subject, other, sizeof subject);
    identity_subject(other_key, ballot, "resident-1", other);
    assert_memory_not_equal(subject, other, sizeof subject);
}

static void a_ballot_that_says_too_little_is_no_page(void **state)
{
    static const char *const WRONG[] = {"", "secret"};
    struct problem problem;

    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        struct web_ballot *ballot = NULL;
        json_t *json = NULL;

        assert_int_equal(json_parse(BALLOT, sizeof BALLOT - 1, &json, &problem), ERR_OK);
        assert_int_equal(json_object_set_new(json, "method", json_string(WRONG[i])), 0);
        assert_int_equal(web_ballot_read(json, &ballot), ERR_INVALID);
        assert_null(ballot);
        json_decref(json);
    }
}

static void texts_are_escaped_and_figures_are_written_for_people(void **state)
{
    struct view view = {.language = PROBLEM_KOREAN, .contact = ""};
    char text[VIEW_NUMBER_SIZE];
    char moment[VIEW_MOMENT_SIZE];

    (void)state;
    buffer_init(&view.page, 1024);
    view_text(&view, "<b a=\"1\" c='2'>&\n</b>");
    view_krw(&view, 1234567);
    assert_string_equal(buffer_text(&view.page),
                        "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp; &lt;/b&gt;1,234,567원");
    buffer_release(&view.page);
    view_number_text(INT64_MIN, text);
    assert_string_equal(text, "-9,223,372,036,854,775,808");
    view_number_text(0, text);
    assert_string_equal(text, "0");
    view_number_text(999, text);
    assert_string_equal(text, "999");
    view_moment_text(PROBLEM_KOREAN, 1663545600000, moment); /* 2022-09-19T00:00:00Z */
    assert_string_equal(moment, "2022. 9. 19.(월) 09:00");
    view_moment_text(PROBLEM_ENGLISH, 1663545600000, moment);
    assert_string_equal(moment, "Mon 2022-09-19 09:00 KST");
}

static void a_duration_is_written_as_people_say_it(void **state)
{
    static const struct {
        int64_t seconds;
        const char *ko;
        const char *en;
    } cases[] = {
        {1, "1초", "1 second"},
        {60, "1분", "1 minute"},
        {90, "1분 30초", "1 minute 30 seconds"},
        {120, "2분", "2 minutes"},
        {3600, "1시간", "1 hour"},
        {7262, "2시간 1분 2초", "2 hours 1 minute 2 seconds"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct view view = {.language = PROBLEM_KOREAN, .contact = ""};

        buffer_init(&view.page, 1024);
        view_duration(&view, cases[i].seconds);
        assert_string_equal(buffer_text(&view.page), cases[i].ko);
        buffer_clear(&view.page);
        view.language = PROBLEM_ENGLISH;
        view_duration(&view, cases[i].seconds);
        assert_string_equal(buffer_text(&view.page), cases[i].en);
        buffer_release(&view.page);
    }
}

static int open_crypto(void **state)
{
    (void)state;
    return crypto_open() == ERR_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picks_are_held_against_the_rules_of_the_service),
        cmocka_unit_test(what_cannot_be_read_is_named_by_its_option),
        cmocka_unit_test(a_vote_names_options_and_nobody),
        cmocka_unit_test(a_seed_always_gives_the_same_order_and_every_option_once),
        cmocka_unit_test(one_resident_has_one_subject_in_each_ballot),
        cmocka_unit_test(a_ballot_that_says_too_little_is_no_page),
        cmocka_unit_test(texts_are_escaped_and_figures_are_written_for_people),
        cmocka_unit_test(a_duration_is_written_as_people_say_it),
    };

    return cmocka_run_group_tests(tests, open_crypto, NULL);
}
