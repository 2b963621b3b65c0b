/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/domain/turnout: tables that always add up, people counted once
 * and moved by their revisions, days in Seoul, and the withholding of small
 * cells: tried on every table of up to five cells, asking what somebody who
 * knows the rule could work out.
 */
#include "../support/participation_fixture.h"

#include "participation/domain/turnout.h"
#include "participation/domain/turnout_day.h"

static enum err find_place(const struct fixture *fixture, int64_t at_ms, struct turnout_place *ret)
{
    const struct turnout_time time = {.at_ms = at_ms};

    return turnout_place_find(&fixture->definition, &fixture->vote, &time, ret);
}

static void every_table_adds_up_to_the_voters(void **state)
{
    struct fixture_random random = fixture_random_start();
    static struct turnout turnout;
    static struct turnout_place places[400];
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    turnout_init(&turnout, &fixture.definition);
    for (size_t i = 0; i < 400; i++) {
        for (size_t d = 0; d < TURNOUT_DIMENSION_END; d++) {
            places[i].cell[d] = fixture_random_below(&random, (uint32_t)turnout.cell_count[d]);
        }
        assert_int_equal(turnout_add(&turnout, &places[i]), ERR_OK);
        assert_true(turnout_balanced(&turnout));
    }
    for (size_t i = 0; i < 400; i++) {
        size_t to = fixture_random_below(&random, 400);

        assert_int_equal(turnout_revise(&turnout, &places[i], &places[to]), ERR_OK);
        places[i] = places[to];
        assert_true(turnout_balanced(&turnout));
    }
    assert_int_equal(turnout.voters, 400);
    assert_int_equal(turnout.revisions, 400);
}

static void a_person_is_counted_where_the_final_revision_was_cast(void **state)
{
    static struct turnout turnout;
    struct turnout_place online;
    struct turnout_place booth;
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    turnout_init(&turnout, &fixture.definition);
    assert_int_equal(find_place(&fixture, FIXTURE_OPENS_AT_MS, &online), ERR_OK);
    fixture.vote.channel = BALLOT_CHANNEL_BOOTH;
    assert_int_equal(find_place(&fixture, FIXTURE_CLOSES_AT_MS - 1, &booth), ERR_OK);
    assert_int_equal(turnout_add(&turnout, &online), ERR_OK);
    assert_int_equal(turnout_revise(&turnout, &online, &booth), ERR_OK);

    assert_int_equal(turnout.voters, 1);
    assert_int_equal(turnout.cells[TURNOUT_DIMENSION_CHANNEL][0], 0);
    assert_int_equal(turnout.cells[TURNOUT_DIMENSION_CHANNEL][2], 1);
    assert_int_equal(turnout.cells[TURNOUT_DIMENSION_DAY][0], 0);
    assert_int_equal(turnout.cells[TURNOUT_DIMENSION_DAY][4], 1);
    assert_int_equal(turnout.cells[TURNOUT_DIMENSION_SEX][VOTE_SEX_F], 1);
    assert_int_equal(turnout.cells[TURNOUT_DIMENSION_AGE_BAND][VOTE_AGE_BAND_30_39], 1);
}

static void revising_somebody_who_is_not_counted_changes_nothing(void **state)
{
    static struct turnout turnout;
    static struct turnout before;
    struct turnout_place place = {{0}};
    struct turnout_place elsewhere = {{0}};
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    turnout_init(&turnout, &fixture.definition);
    assert_int_equal(turnout_add(&turnout, &place), ERR_OK);
    elsewhere.cell[TURNOUT_DIMENSION_DAY] = 3;
    before = turnout;
    assert_int_equal(turnout_revise(&turnout, &elsewhere, &place), ERR_CONFLICT);
    assert_memory_equal(&turnout, &before, sizeof turnout);
}

static void the_last_countable_person_is_refused_and_changes_nothing(void **state)
{
    static struct turnout turnout;
    struct turnout_place place = {{0}};
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    turnout_init(&turnout, &fixture.definition);
    turnout.voters = INT64_MAX;
    for (size_t d = 0; d < TURNOUT_DIMENSION_END; d++) {
        turnout.cells[d][0] = INT64_MAX;
    }
    assert_int_equal(turnout_add(&turnout, &place), ERR_FULL);
    assert_true(turnout_balanced(&turnout));
}

static void tables_that_do_not_add_up_are_noticed(void **state)
{
    static struct turnout turnout;
    struct turnout_place place = {{0}};
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    turnout_init(&turnout, &fixture.definition);
    assert_int_equal(turnout_add(&turnout, &place), ERR_OK);
    turnout.cells[TURNOUT_DIMENSION_DAY][1] = 1;
    assert_false(turnout_balanced(&turnout));
    turnout.cells[TURNOUT_DIMENSION_DAY][1] = -1;
    turnout.cells[TURNOUT_DIMENSION_DAY][0] = 2;
    assert_false(turnout_balanced(&turnout));
    turnout.cells[TURNOUT_DIMENSION_DAY][1] = 0;
    turnout.cells[TURNOUT_DIMENSION_DAY][0] = 0;
    assert_false(turnout_balanced(&turnout));
}

static void a_vote_of_another_ballot_has_no_place(void **state)
{
    struct turnout_place place;
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    assert_int_equal(find_place(&fixture, FIXTURE_OPENS_AT_MS - 1, &place), ERR_INVALID);
    assert_int_equal(find_place(&fixture, FIXTURE_CLOSES_AT_MS, &place), ERR_INVALID);
    fixture.vote.channel = BALLOT_CHANNEL_PAPER;
    assert_int_equal(find_place(&fixture, FIXTURE_NOW_MS, &place), ERR_INVALID);
    fixture_init(&fixture);
    fixture.vote.basis = BALLOT_BASIS_MANUAL;
    assert_int_equal(find_place(&fixture, FIXTURE_NOW_MS, &place), ERR_INVALID);
    fixture_init(&fixture);
    fixture_text(fixture.vote.area, sizeof fixture.vote.area, "자양1동");
    assert_int_equal(find_place(&fixture, FIXTURE_NOW_MS, &place), ERR_INVALID);
    fixture.definition.area_count = 0;
    assert_int_equal(find_place(&fixture, FIXTURE_NOW_MS, &place), ERR_OK);
    assert_int_equal(place.cell[TURNOUT_DIMENSION_AREA], 0);
}

/* A cell that can only be empty would give away what is withheld beside it. */
static void an_age_limit_leaves_only_cells_that_somebody_can_be_in(void **state)
{
    static struct turnout turnout;
    struct turnout_place place;
    struct fixture fixture;
    char name[TURNOUT_NAME_SIZE];

    (void)state;
    fixture_init(&fixture);
    fixture_ages(&fixture.definition, 18, 39);
    turnout_init(&turnout, &fixture.definition);
    assert_int_equal(turnout.cell_count[TURNOUT_DIMENSION_AGE_BAND], 3);
    turnout_cell_name(&fixture.definition, TURNOUT_DIMENSION_AGE_BAND, 0, name);
    assert_string_equal(name, "10-19");
    turnout_cell_name(&fixture.definition, TURNOUT_DIMENSION_AGE_BAND, 2, name);
    assert_string_equal(name, "30-39");
    assert_int_equal(find_place(&fixture, FIXTURE_NOW_MS, &place), ERR_OK);
    assert_int_equal(place.cell[TURNOUT_DIMENSION_AGE_BAND], 2);
    fixture.vote.age_band = VOTE_AGE_BAND_ABSENT;
    assert_int_equal(find_place(&fixture, FIXTURE_NOW_MS, &place), ERR_INVALID);
    fixture_ages(&fixture.definition, 0, 0);
    turnout_cell_name(&fixture.definition, TURNOUT_DIMENSION_AGE_BAND, 0, name);
    assert_string_equal(name, "unknown");
    assert_int_equal(find_place(&fixture, FIXTURE_NOW_MS, &place), ERR_OK);
    assert_int_equal(place.cell[TURNOUT_DIMENSION_AGE_BAND], 0);
}

static void days_change_at_midnight_in_seoul(void **state)
{
    char date[TURNOUT_DATE_SIZE];

    (void)state;
    turnout_day_format(turnout_day(1655737199999LL), date); /* 2022-06-20 23:59:59.999 */
    assert_string_equal(date, "2022-06-20");
    turnout_day_format(turnout_day(1655737200000LL), date);
    assert_string_equal(date, "2022-06-21");
    turnout_day_format(turnout_day(1709132400000LL), date);
    assert_string_equal(date, "2024-02-29");
    turnout_day_format(turnout_day(1709218800000LL), date);
    assert_string_equal(date, "2024-03-01");
    turnout_day_format(0, date);
    assert_string_equal(date, "1970-01-01");
    turnout_day_format(47540, date);
    assert_string_equal(date, "2100-02-28");
    turnout_day_format(47541, date);
    assert_string_equal(date, "2100-03-01");
    turnout_day_format(2932896, date);
    assert_string_equal(date, "9999-12-31");
}

static void a_window_touches_every_day_it_begins_or_ends_in(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    assert_int_equal(turnout_days(&fixture.definition, 0), 5);
    /* Until midnight is not into the next day. */
    fixture.definition.closes_at_ms = 1655737200000LL;
    assert_int_equal(turnout_days(&fixture.definition, 0), 1);
    fixture.definition.closes_at_ms++;
    assert_int_equal(turnout_days(&fixture.definition, 0), 2);
    fixture.definition.closes_at_ms = FIXTURE_OPENS_AT_MS + BALLOT_WINDOW_MAX_MS;
    assert_int_equal(turnout_days(&fixture.definition, 0), TURNOUT_DAY_MAX);
}

/* A ballot of five days is extended by two: the days that were keep their cells, so that what is
 * counted in them stays where it is. */
static void an_extended_window_has_more_days_behind_those_it_had(void **state)
{
    const int64_t day_ms = 24LL * 60 * 60 * 1000;
    struct turnout_time time = {.at_ms = FIXTURE_CLOSES_AT_MS - 1};
    static struct turnout turnout;
    struct turnout_place place;
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    turnout_init(&turnout, &fixture.definition);
    assert_int_equal(find_place(&fixture, FIXTURE_CLOSES_AT_MS - 1, &place), ERR_OK);
    assert_int_equal(place.cell[TURNOUT_DIMENSION_DAY], 4);
    assert_int_equal(turnout_add(&turnout, &place), ERR_OK);

    turnout_extend(&turnout, &fixture.definition, 0);
    assert_int_equal(turnout.cell_count[TURNOUT_DIMENSION_DAY], 5);
    time.extended_to_ms = FIXTURE_CLOSES_AT_MS + 2 * day_ms;
    turnout_extend(&turnout, &fixture.definition, time.extended_to_ms);
    assert_int_equal(turnout.cell_count[TURNOUT_DIMENSION_DAY], 7);
    assert_int_equal(turnout_days(&fixture.definition, time.extended_to_ms), 7);
    assert_int_equal(turnout.cells[TURNOUT_DIMENSION_DAY][4], 1);
    assert_true(turnout_balanced(&turnout));

    time.at_ms = time.extended_to_ms - 1;
    assert_int_equal(turnout_place_find(&fixture.definition, &fixture.vote, &time, &place), ERR_OK);
    assert_int_equal(place.cell[TURNOUT_DIMENSION_DAY], 6);
    assert_int_equal(turnout_add(&turnout, &place), ERR_OK);
    time.at_ms = time.extended_to_ms;
    assert_int_equal(turnout_place_find(&fixture.definition, &fixture.vote, &time, &place),
                     ERR_INVALID);
    time.extended_to_ms = FIXTURE_OPENS_AT_MS + BALLOT_WINDOW_MAX_MS;
    turnout_extend(&turnout, &fixture.definition, time.extended_to_ms);
    assert_int_equal(turnout.cell_count[TURNOUT_DIMENSION_DAY], TURNOUT_DAY_MAX);
}

static void assert_name(const struct fixture *fixture, enum turnout_dimension dimension,
                        size_t cell, const char *expected)
{
    char name[TURNOUT_NAME_SIZE];

    turnout_cell_name(&fixture->definition, dimension, cell, name);
    assert_string_equal(name, expected);
}

static void every_cell_has_a_name(void **state)
{
    static struct turnout turnout;
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    turnout_init(&turnout, &fixture.definition);
    assert_int_equal(turnout.cell_count[TURNOUT_DIMENSION_CHANNEL], 3);
    assert_int_equal(turnout.cell_count[TURNOUT_DIMENSION_BASIS], 2);
    assert_name(&fixture, TURNOUT_DIMENSION_AREA, 1, "왕십리2동");
    assert_name(&fixture, TURNOUT_DIMENSION_SEX, 0, "unknown");
    assert_name(&fixture, TURNOUT_DIMENSION_SEX, 3, "X");
    assert_name(&fixture, TURNOUT_DIMENSION_AGE_BAND, 7, "70+");
    assert_name(&fixture, TURNOUT_DIMENSION_CHANNEL, 2, "booth");
    assert_name(&fixture, TURNOUT_DIMENSION_BASIS, 1, "certificate");
    assert_name(&fixture, TURNOUT_DIMENSION_DAY, 4, "2022-06-24");
    assert_string_equal(turnout_dimension_name(TURNOUT_DIMENSION_AGE_BAND), "age_band");

    fixture.definition.area_count = 0;
    assert_name(&fixture, TURNOUT_DIMENSION_AREA, 0, "all");
    fixture.definition.bases = BALLOT_BIT(BALLOT_BASIS_MANUAL);
    assert_name(&fixture, TURNOUT_DIMENSION_BASIS, 0, "manual");
}

static void open_ballots_show_tens_only(void **state)
{
    (void)state;
    assert_int_equal(turnout_round(0), 0);
    assert_int_equal(turnout_round(9), 0);
    assert_int_equal(turnout_round(10), 10);
    assert_int_equal(turnout_round(1577), 1570);
    assert_true(turnout_round(INT64_MAX) == 9223372036854775800LL);
}

static void assert_withheld(const char *expected, size_t count, const int64_t *cells)
{
    bool withheld[16];

    turnout_withhold(cells, count, withheld);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(withheld[i], expected[i] == '#');
    }
}

static void small_cells_and_what_gives_them_away_are_withheld(void **state)
{
    (void)state;
    assert_withheld("...", 3, (const int64_t[]){0, 5, 900});
    /* One small cell alone would be the total less the others. */
    assert_withheld("##..", 4, (const int64_t[]){3, 400, 500, 600});
    assert_withheld("#..#", 4, (const int64_t[]){400, 500, 600, 3});
    /* An empty cell hides nothing: the next one with people in it does. */
    assert_withheld("#.#.", 4, (const int64_t[]){3, 0, 500, 600});
    assert_withheld("#.#.", 4, (const int64_t[]){3, 400, 2, 600});
    /* A sum of 2 or of 8 tells what two small cells are. */
    assert_withheld("###.", 4, (const int64_t[]){1, 1, 500, 600});
    assert_withheld("#.##", 4, (const int64_t[]){500, 600, 4, 4});
    /* 3 + 5 is 8 again, which would say 4 and 4 to some and 3 and 5 to others who know better. */
    assert_withheld("###", 3, (const int64_t[]){3, 5, 90});
    /* Few people altogether: nothing but the total. */
    assert_withheld("####", 4, (const int64_t[]){1, 0, 0, 15});
    assert_withheld("#", 1, (const int64_t[]){4});
    assert_withheld(".", 1, (const int64_t[]){5});
}

enum { EVERY_CELL_MAX = 5, EVERY_TABLE_MAX = 60000 };

struct seen_table {
    int8_t cells[EVERY_CELL_MAX];
    int8_t published[EVERY_CELL_MAX]; /* -1 where withheld */
};

static struct seen_table seen[EVERY_TABLE_MAX];

static int seen_order(const void *a, const void *b)
{
    return memcmp(((const struct seen_table *)a)->published,
                  ((const struct seen_table *)b)->published, EVERY_CELL_MAX);
}

/* The number of tables of count cells that add up to total: total + count - 1 over count - 1. */
static size_t tables_expected(size_t count, int total)
{
    size_t expected = 1;

    for (size_t i = 1; i < count; i++) {
        expected = expected * ((size_t)total + i) / i;
    }
    return expected;
}

/* Every table of count cells that add up to total, as it is and as it is published. */
static size_t every_table(size_t count, int total)
{
    int64_t cells[EVERY_CELL_MAX] = {0};
    size_t found = 0;

    cells[count - 1] = total;
    for (;;) {
        bool withheld[EVERY_CELL_MAX] = {false};
        size_t at;

        assert_true(found < EVERY_TABLE_MAX);
        memset(&seen[found], 0, sizeof seen[found]);
        turnout_withhold(cells, count, withheld);
        for (size_t i = 0; i < count; i++) {
            seen[found].cells[i] = (int8_t)cells[i];
            seen[found].published[i] = (int8_t)(withheld[i] ? -1 : cells[i]);
        }
        found++;

        /* The next one in order: one more in the last place before something that can give it. */
        at = count - 1;
        while (at > 0 && cells[at] == 0) {
            at--;
        }
        if (at == 0) {
            return found;
        }
        cells[at - 1]++;
        cells[count - 1] = cells[at] - 1;
        if (at != count - 1) {
            cells[at] = 0;
        }
    }
}

/* Among tables published alike, every withheld cell must have two values at least. */
static void assert_group_says_nothing(size_t from, size_t to, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool differs = seen[from].published[i] != -1;

        for (size_t j = from + 1; j < to && !differs; j++) {
            differs = seen[j].cells[i] != seen[from].cells[i];
        }
        if (!differs) {
            fail_msg("%zu cells: cell %zu of this publication can only be %d", count, i,
                     seen[from].cells[i]);
        }
    }
}

static void nobody_who_knows_the_rule_can_work_out_a_withheld_cell(void **state)
{
    static const struct {
        size_t count;
        int total_max;
    } CASES[] = {{2, 100}, {3, 60}, {4, 36}, {5, 26}};

    (void)state;
    for (size_t c = 0; c < sizeof CASES / sizeof CASES[0]; c++) {
        for (int total = 0; total <= CASES[c].total_max; total++) {
            size_t found = every_table(CASES[c].count, total);
            size_t from = 0;

            assert_int_equal(found, tables_expected(CASES[c].count, total));
            qsort(seen, found, sizeof seen[0], seen_order);
            for (size_t to = 1; to <= found; to++) {
                if (to == found || seen_order(&seen[to], &seen[from]) != 0) {
                    assert_group_says_nothing(from, to, CASES[c].count);
                    from = to;
                }
            }
        }
    }
}

static void random_tables_publish_no_small_cell_and_never_withhold_one_alone(void **state)
{
    struct fixture_random random = fixture_random_start();

    (void)state;
    for (int round = 0; round < 3000; round++) {
        int64_t cells[TURNOUT_CELL_MAX];
        bool withheld[TURNOUT_CELL_MAX];
        size_t count = 2 + fixture_random_below(&random, 40);
        uint32_t bound = 1 + fixture_random_below(&random, 1000);
        size_t withheld_count = 0;
        size_t small_count = 0;

        for (size_t i = 0; i < count; i++) {
            cells[i] = fixture_random_below(&random, 4) == 0 ? fixture_random_below(&random, 6)
                                                             : fixture_random_below(&random, bound);
            small_count += cells[i] >= 1 && cells[i] <= TURNOUT_SMALL_MAX;
        }
        turnout_withhold(cells, count, withheld);
        for (size_t i = 0; i < count; i++) {
            withheld_count += withheld[i];
            assert_true(withheld[i] || cells[i] == 0 || cells[i] > TURNOUT_SMALL_MAX);
        }
        assert_int_equal(withheld_count == 0, small_count == 0);
        assert_int_not_equal(withheld_count, 1);
        /* Not more than needed: one more than the small ones, or all. */
        assert_true(withheld_count <= small_count + 1 || withheld_count == count);
    }
}

static void a_published_table_shows_no_number_where_it_withholds_one(void **state)
{
    static struct turnout turnout;
    static struct turnout_table table;
    struct turnout_place place = {{0}};
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    turnout_init(&turnout, &fixture.definition);
    for (int i = 0; i < 60; i++) {
        place.cell[TURNOUT_DIMENSION_SEX] = i < 3 ? VOTE_SEX_X : i < 30 ? VOTE_SEX_F : VOTE_SEX_M;
        assert_int_equal(turnout_add(&turnout, &place), ERR_OK);
    }
    turnout_publish(&turnout, TURNOUT_DIMENSION_SEX, &table);
    assert_int_equal(table.count, VOTE_SEX_END);
    assert_true(table.withheld[VOTE_SEX_X]);
    assert_true(table.withheld[VOTE_SEX_F]); /* the next one behind it, starting over */
    assert_false(table.withheld[VOTE_SEX_M]);
    assert_false(table.withheld[VOTE_SEX_ABSENT]);
    assert_int_equal(table.voters[VOTE_SEX_X], 0);
    assert_int_equal(table.voters[VOTE_SEX_F], 0);
    assert_int_equal(table.voters[VOTE_SEX_M], 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_adds_up_to_the_voters),
        cmocka_unit_test(a_person_is_counted_where_the_final_revision_was_cast),
        cmocka_unit_test(revising_somebody_who_is_not_counted_changes_nothing),
        cmocka_unit_test(the_last_countable_person_is_refused_and_changes_nothing),
        cmocka_unit_test(tables_that_do_not_add_up_are_noticed),
        cmocka_unit_test(a_vote_of_another_ballot_has_no_place),
        cmocka_unit_test(an_age_limit_leaves_only_cells_that_somebody_can_be_in),
        cmocka_unit_test(days_change_at_midnight_in_seoul),
        cmocka_unit_test(a_window_touches_every_day_it_begins_or_ends_in),
        cmocka_unit_test(an_extended_window_has_more_days_behind_those_it_had),
        cmocka_unit_test(every_cell_has_a_name),
        cmocka_unit_test(open_ballots_show_tens_only),
        cmocka_unit_test(small_cells_and_what_gives_them_away_are_withheld),
        cmocka_unit_test(nobody_who_knows_the_rule_can_work_out_a_withheld_cell),
        cmocka_unit_test(random_tables_publish_no_small_cell_and_never_withhold_one_alone),
        cmocka_unit_test(a_published_table_shows_no_number_where_it_withholds_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
