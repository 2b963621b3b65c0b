/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/domain/vote and vote_body: every rule refuses at its edge and
 * accepts one step before it; revisions; choices as bytes, whatever the order
 * they were given in; padding.
 */
#include "../support/participation_fixture.h"

#include "participation/domain/vote_body.h"
#include "runtime/crypto.h"

static void assert_accepted(const struct fixture *fixture)
{
    struct vote_refusal refusal = {0};

    if (vote_check(&fixture->context, &fixture->vote, &refusal) != ERR_OK) {
        fail_msg("%s at '%s'", vote_refusal_text(refusal.reason)->code, refusal.path);
    }
}

static void assert_refused(const struct fixture *fixture, enum vote_refusal_reason reason,
                           const char *path)
{
    struct vote_refusal refusal = {0};
    enum err err = vote_check(&fixture->context, &fixture->vote, &refusal);

    assert_string_equal(vote_refusal_text(refusal.reason)->code, vote_refusal_text(reason)->code);
    assert_string_equal(refusal.path, path);
    assert_int_equal(err, vote_refusal_text(reason)->class == VOTE_REFUSAL_CLASS_CONFLICT
                              ? ERR_CONFLICT
                              : ERR_INVALID);
}

static void choose(struct fixture *fixture, size_t count, const uint32_t *options)
{
    for (size_t i = 0; i < count; i++) {
        fixture->choices[i] = (struct vote_choice){.option = options[i], .value = 1};
    }
    fixture->vote.choice_count = count;
}

static void a_vote_is_early_until_the_window_opens_and_late_from_when_it_closes(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.context.now_ms = FIXTURE_OPENS_AT_MS - 1;
    assert_refused(&fixture, VOTE_REFUSAL_BALLOT_EARLY, "");
    fixture.context.now_ms = FIXTURE_OPENS_AT_MS;
    assert_accepted(&fixture);
    fixture.context.now_ms = FIXTURE_CLOSES_AT_MS - 1;
    assert_accepted(&fixture);
    fixture.context.now_ms = FIXTURE_CLOSES_AT_MS;
    assert_refused(&fixture, VOTE_REFUSAL_BALLOT_CLOSED, "");
    fixture.context.extended_to_ms = FIXTURE_CLOSES_AT_MS + 1;
    assert_accepted(&fixture);
    fixture.context.now_ms++;
    assert_refused(&fixture, VOTE_REFUSAL_BALLOT_CLOSED, "");
}

static void only_an_open_ballot_accepts_votes(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    for (int i = BALLOT_STATE_DRAFT; i < BALLOT_STATE_END; i++) {
        fixture.context.state = (enum ballot_state)i;
        if (i < BALLOT_STATE_OPEN) {
            assert_refused(&fixture, VOTE_REFUSAL_BALLOT_NOT_OPEN, "");
        } else if (i > BALLOT_STATE_OPEN) {
            assert_refused(&fixture, VOTE_REFUSAL_BALLOT_CLOSED, "");
        } else {
            assert_accepted(&fixture);
        }
    }
}

static void the_ballot_is_the_first_thing_refused_and_the_choices_the_last(void **state)
{
    static const uint32_t UNKNOWN[] = {99};
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    choose(&fixture, 1, UNKNOWN);
    fixture.vote.basis = BALLOT_BASIS_MANUAL;
    fixture.context.state = BALLOT_STATE_CLOSED;
    assert_refused(&fixture, VOTE_REFUSAL_BALLOT_CLOSED, "");
    fixture.context.state = BALLOT_STATE_OPEN;
    assert_refused(&fixture, VOTE_REFUSAL_BASIS_NOT_ACCEPTED, "/basis");
    fixture.vote.basis = BALLOT_BASIS_CERTIFICATE;
    assert_refused(&fixture, VOTE_REFUSAL_OPTION_UNKNOWN, "/choices/0/option");
}

static void only_the_ballots_bases_channels_and_areas_are_eligible(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.vote.basis = BALLOT_BASIS_DID;
    assert_refused(&fixture, VOTE_REFUSAL_BASIS_NOT_ACCEPTED, "/basis");

    fixture_init(&fixture);
    fixture.vote.channel = BALLOT_CHANNEL_PAPER;
    assert_refused(&fixture, VOTE_REFUSAL_CHANNEL_NOT_ACCEPTED, "/channel");

    fixture_init(&fixture);
    fixture_text(fixture.vote.area, sizeof fixture.vote.area, "자양1동");
    assert_refused(&fixture, VOTE_REFUSAL_AREA_NOT_ELIGIBLE, "/area");
    fixture.vote.area[0] = '\0';
    assert_refused(&fixture, VOTE_REFUSAL_AREA_NOT_ELIGIBLE, "/area");
}

/* The band that a limit cuts in two is the front end's to look into. */
static void an_age_limit_needs_a_band_and_refuses_those_outside_of_it(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture_ages(&fixture.definition, 20, 39);
    for (int band = VOTE_AGE_BAND_10_19; band < VOTE_AGE_BAND_END; band++) {
        fixture.vote.age_band = (enum vote_age_band)band;
        if (band == VOTE_AGE_BAND_20_29 || band == VOTE_AGE_BAND_30_39) {
            assert_accepted(&fixture);
        } else {
            assert_refused(&fixture, VOTE_REFUSAL_AGE_NOT_ELIGIBLE, "/age_band");
        }
    }
    fixture.vote.age_band = VOTE_AGE_BAND_ABSENT;
    assert_refused(&fixture, VOTE_REFUSAL_AGE_BAND_MISSING, "/age_band");
    fixture_ages(&fixture.definition, 0, 0);
    assert_accepted(&fixture);
}

static void the_bands_of_every_age_limit_are_those_it_touches(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    assert_int_equal(vote_age_bands(&fixture.definition), 0xff);
    for (int64_t min = ELIGIBILITY_AGE_MIN; min <= ELIGIBILITY_AGE_MAX; min++) {
        for (int64_t max = min; max <= ELIGIBILITY_AGE_MAX; max++) {
            uint32_t expected = 0;

            for (int64_t age = min; age <= max; age++) {
                expected |= BALLOT_BIT(age < 70 ? age / 10 : 7);
            }
            fixture_ages(&fixture.definition, min, max);
            assert_int_equal(vote_age_bands(&fixture.definition), expected);
        }
    }
}

static void a_ballot_without_areas_is_for_every_area(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.definition.area_count = 0;
    fixture_text(fixture.vote.area, sizeof fixture.vote.area, "자양1동");
    assert_accepted(&fixture);
    fixture.vote.area[0] = '\0';
    assert_accepted(&fixture);
}

static void sex_and_age_may_be_absent(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.vote.sex = VOTE_SEX_ABSENT;
    fixture.vote.age_band = VOTE_AGE_BAND_ABSENT;
    assert_accepted(&fixture);
}

static void unknown_repeated_and_weighted_choices_are_named_by_their_place(void **state)
{
    static const uint32_t UNKNOWN[] = {1, 4};
    static const uint32_t ZERO[] = {0};
    static const uint32_t TWICE[] = {2, 3, 2};
    struct vote_refusal refusal = {0};
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    choose(&fixture, 2, UNKNOWN);
    assert_refused(&fixture, VOTE_REFUSAL_OPTION_UNKNOWN, "/choices/1/option");
    assert_int_equal(vote_check(&fixture.context, &fixture.vote, &refusal), ERR_INVALID);
    assert_int_equal(refusal.choice, 1);

    choose(&fixture, 1, ZERO);
    assert_refused(&fixture, VOTE_REFUSAL_OPTION_UNKNOWN, "/choices/0/option");

    choose(&fixture, 3, TWICE);
    assert_refused(&fixture, VOTE_REFUSAL_OPTION_REPEATED, "/choices/2/option");

    choose(&fixture, 1, TWICE);
    fixture.choices[0].value = 2;
    assert_refused(&fixture, VOTE_REFUSAL_VALUE_NOT_ONE, "/choices/0/value");
    fixture.choices[0].value = 0;
    assert_refused(&fixture, VOTE_REFUSAL_VALUE_NOT_ONE, "/choices/0/value");
}

/* The values of the first choices, in their order. */
static void value(struct fixture *fixture, const uint32_t *values)
{
    for (size_t i = 0; i < fixture->vote.choice_count; i++) {
        fixture->choices[i].value = values[i];
    }
}

static void points_are_held_to_the_limits_of_one_option(void **state)
{
    static const uint32_t OPTIONS[] = {3, 1};
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture_points(&fixture, BALLOT_METHOD_SCORING);
    choose(&fixture, 2, OPTIONS);
    value(&fixture, (const uint32_t[]){10, 0});
    assert_accepted(&fixture);
    value(&fixture, (const uint32_t[]){10, 11});
    assert_refused(&fixture, VOTE_REFUSAL_POINTS_TOO_MANY, "/choices/1/value");
    value(&fixture, (const uint32_t[]){UINT32_MAX, 1});
    assert_refused(&fixture, VOTE_REFUSAL_POINTS_TOO_MANY, "/choices/0/value");
    fixture.definition.min_points = (struct ballot_points){true, 2};
    value(&fixture, (const uint32_t[]){1, 2});
    assert_refused(&fixture, VOTE_REFUSAL_POINTS_TOO_FEW, "/choices/0/value");
}

static void points_to_share_out_are_held_to_their_sum(void **state)
{
    static const uint32_t OPTIONS[] = {2, 1};
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture_points(&fixture, BALLOT_METHOD_CUMULATIVE);
    fixture.definition.min_sum_points = (struct ballot_points){true, 4};
    choose(&fixture, 2, OPTIONS);
    value(&fixture, (const uint32_t[]){9, 1});
    assert_accepted(&fixture);
    value(&fixture, (const uint32_t[]){9, 2});
    assert_refused(&fixture, VOTE_REFUSAL_SUM_TOO_HIGH, "/choices");
    value(&fixture, (const uint32_t[]){2, 1});
    assert_refused(&fixture, VOTE_REFUSAL_SUM_TOO_LOW, "/choices");
    /* To give nothing is not to choose. */
    value(&fixture, (const uint32_t[]){9, 0});
    assert_refused(&fixture, VOTE_REFUSAL_POINTS_TOO_FEW, "/choices/1/value");
    fixture.definition.empty_allowed = true;
    choose(&fixture, 0, OPTIONS);
    assert_accepted(&fixture);
}

static void a_ranking_gives_every_place_once(void **state)
{
    static const uint32_t OPTIONS[] = {3, 1, 2};
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.definition.method = BALLOT_METHOD_ORDINAL;
    fixture.definition.max_cost_krw = (struct ballot_limit){.present = false};
    fixture.definition.max_options = 3;
    choose(&fixture, 3, OPTIONS);
    value(&fixture, (const uint32_t[]){2, 3, 1});
    assert_accepted(&fixture);
    value(&fixture, (const uint32_t[]){2, 2, 1});
    assert_refused(&fixture, VOTE_REFUSAL_PLACE_REPEATED, "/choices/1/value");
    value(&fixture, (const uint32_t[]){2, 4, 1});
    assert_refused(&fixture, VOTE_REFUSAL_PLACE_OUT_OF_RANGE, "/choices/1/value");
    value(&fixture, (const uint32_t[]){0, 2, 1});
    assert_refused(&fixture, VOTE_REFUSAL_PLACE_OUT_OF_RANGE, "/choices/0/value");
}

static void the_number_of_choices_is_held_to_both_limits(void **state)
{
    static const uint32_t ALL[] = {1, 2, 3};
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.definition.max_cost_krw = (struct ballot_limit){.present = false};
    choose(&fixture, 2, ALL);
    assert_accepted(&fixture);
    choose(&fixture, 3, ALL);
    assert_refused(&fixture, VOTE_REFUSAL_OPTIONS_TOO_MANY, "/choices/2");

    fixture.definition.min_options = 2;
    choose(&fixture, 1, ALL);
    assert_refused(&fixture, VOTE_REFUSAL_OPTIONS_TOO_FEW, "/choices");
}

static void the_total_cost_is_taken_from_the_ballot_and_held_to_both_limits(void **state)
{
    static const uint32_t DEAR[] = {1, 3}; /* 300,000,000 */
    static const uint32_t CHEAP[] = {2};   /* 45,000,000 */
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    choose(&fixture, 2, DEAR);
    assert_accepted(&fixture);
    fixture.definition.max_cost_krw.krw = 299999999;
    assert_refused(&fixture, VOTE_REFUSAL_COST_TOO_HIGH, "/choices");

    fixture.definition.min_cost_krw = (struct ballot_limit){.present = true, .krw = 45000000};
    choose(&fixture, 1, CHEAP);
    assert_accepted(&fixture);
    fixture.definition.min_cost_krw.krw = 45000001;
    assert_refused(&fixture, VOTE_REFUSAL_COST_TOO_LOW, "/choices");
}

static void an_empty_vote_is_valid_only_where_the_ballot_allows_it(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.vote.choice_count = 0;
    fixture.vote.choices = NULL;
    assert_refused(&fixture, VOTE_REFUSAL_EMPTY_NOT_ALLOWED, "/choices");
    fixture.definition.empty_allowed = true;
    fixture.definition.min_options = 2;
    fixture.definition.min_cost_krw = (struct ballot_limit){.present = true, .krw = 1};
    assert_accepted(&fixture);
}

static void every_refusal_has_a_class_a_code_of_its_own_and_two_sentences(void **state)
{
    (void)state;
    for (int i = VOTE_REFUSAL_NONE + 1; i < VOTE_REFUSAL_END; i++) {
        const struct vote_refusal_text *text = vote_refusal_text((enum vote_refusal_reason)i);

        fixture_assert_texts(text->code, text->korean, text->english);
        assert_true(text->class != VOTE_REFUSAL_CLASS_NONE);
        assert_non_null(text->rule);
        for (int j = VOTE_REFUSAL_NONE + 1; j < i; j++) {
            assert_string_not_equal(text->code,
                                    vote_refusal_text((enum vote_refusal_reason)j)->code);
        }
    }
    assert_string_equal(vote_refusal_text(VOTE_REFUSAL_BALLOT_CLOSED)->code, "ballot-closed");
}

/* Ballots without a booth or paper, and with them. */
#define ONLINE (BALLOT_BIT(BALLOT_CHANNEL_WEB) | BALLOT_BIT(BALLOT_CHANNEL_KIOSK))
#define BOOTH  (ONLINE | BALLOT_BIT(BALLOT_CHANNEL_BOOTH))
#define PAPER  (ONLINE | BALLOT_BIT(BALLOT_CHANNEL_PAPER))

static void revisions_count_from_one_without_a_gap_up_to_ten(void **state)
{
    struct vote_previous previous = {0};
    struct vote_refusal refusal = {0};
    struct vote_revision revision;

    (void)state;
    for (uint32_t expected = 1; expected <= VOTE_REVISION_MAX; expected++) {
        assert_int_equal(vote_revise(&previous, ONLINE, BALLOT_CHANNEL_WEB, &revision, &refusal),
                         ERR_OK);
        assert_int_equal(revision.rev, expected);
        assert_int_equal(revision.first, expected == 1);
        assert_false(revision.final);
        assert_false(revision.voids_online);
        previous = (struct vote_previous){.rev = revision.rev, .channel = BALLOT_CHANNEL_WEB};
    }
    assert_int_equal(vote_revise(&previous, ONLINE, BALLOT_CHANNEL_KIOSK, &revision, &refusal),
                     ERR_CONFLICT);
    assert_int_equal(refusal.reason, VOTE_REFUSAL_REVISIONS_EXHAUSTED);
    assert_int_equal(revision.rev, VOTE_REVISION_MAX);
}

static void the_last_revision_is_left_for_a_booth_or_paper(void **state)
{
    static const struct {
        uint32_t channels;
        enum ballot_channel channel;
    } CASES[] = {{BOOTH, BALLOT_CHANNEL_BOOTH}, {PAPER, BALLOT_CHANNEL_PAPER}};

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct vote_previous previous = {0};
        struct vote_refusal refusal = {0};
        struct vote_revision revision;

        for (uint32_t expected = 1; expected <= VOTE_REVISION_ONLINE_MAX; expected++) {
            assert_int_equal(
                vote_revise(&previous, CASES[i].channels, BALLOT_CHANNEL_WEB, &revision, &refusal),
                ERR_OK);
            previous = (struct vote_previous){.rev = revision.rev, .channel = BALLOT_CHANNEL_WEB};
        }
        for (int channel = BALLOT_CHANNEL_WEB; channel <= BALLOT_CHANNEL_KIOSK; channel++) {
            refusal.reason = VOTE_REFUSAL_NONE;
            assert_int_equal(vote_revise(&previous, CASES[i].channels, (enum ballot_channel)channel,
                                         &revision, &refusal),
                             ERR_CONFLICT);
            assert_int_equal(refusal.reason, VOTE_REFUSAL_REVISION_RESERVED);
            assert_string_equal(refusal.path, "/channel");
        }
        /* Its voter may also have been wronged: then nothing but this is left. */
        previous.is_void = i == 0;
        assert_int_equal(
            vote_revise(&previous, CASES[i].channels, CASES[i].channel, &revision, &refusal),
            ERR_OK);
        assert_int_equal(revision.rev, VOTE_REVISION_MAX);
        assert_true(revision.final && revision.voids_online);
    }
}

static void a_booth_or_paper_vote_is_final_and_voids_the_online_one(void **state)
{
    static const enum ballot_channel FINAL[] = {BALLOT_CHANNEL_BOOTH, BALLOT_CHANNEL_PAPER};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct vote_previous online = {.rev = 3, .channel = BALLOT_CHANNEL_KIOSK};
        const struct vote_previous none = {0};
        struct vote_refusal refusal = {0};
        struct vote_previous after;
        struct vote_revision revision;

        assert_int_equal(vote_revise(&none, BOOTH, FINAL[i], &revision, &refusal), ERR_OK);
        assert_true(revision.first && revision.final && !revision.voids_online);
        assert_int_equal(vote_revise(&online, BOOTH, FINAL[i], &revision, &refusal), ERR_OK);
        assert_int_equal(revision.rev, 4);
        assert_true(!revision.first && revision.final && revision.voids_online);

        after = (struct vote_previous){.rev = revision.rev, .channel = FINAL[i]};
        for (int channel = BALLOT_CHANNEL_WEB; channel < BALLOT_CHANNEL_END; channel++) {
            refusal.reason = VOTE_REFUSAL_NONE;
            assert_int_equal(
                vote_revise(&after, BOOTH, (enum ballot_channel)channel, &revision, &refusal),
                ERR_CONFLICT);
            assert_int_equal(refusal.reason, FINAL[i] == BALLOT_CHANNEL_PAPER
                                                 ? VOTE_REFUSAL_PAPER_ISSUED
                                                 : VOTE_REFUSAL_FINAL_VOTE_CAST);
        }
    }
}

static void behind_a_paper_that_was_handed_back_anything_follows_as_a_first_vote(void **state)
{
    const struct vote_previous previous = {.rev = 2, .is_withdrawn = true};

    (void)state;
    for (int channel = BALLOT_CHANNEL_WEB; channel < BALLOT_CHANNEL_END; channel++) {
        struct vote_refusal refusal = {0};
        struct vote_revision revision;

        assert_int_equal(
            vote_revise(&previous, BOOTH, (enum ballot_channel)channel, &revision, &refusal),
            ERR_OK);
        assert_int_equal(revision.rev, 3);
        assert_true(revision.first);
        assert_false(revision.voids_online);
    }
}

static void paper_takes_reservations_only_and_looks_at_no_choice_of_theirs(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.definition.channels |= BALLOT_BIT(BALLOT_CHANNEL_PAPER);
    fixture.vote.channel = BALLOT_CHANNEL_PAPER;
    assert_refused(&fixture, VOTE_REFUSAL_PAPER_NOT_ISSUED, "/channel");
    fixture.vote.reserves = true;
    fixture.vote.choice_count = 0;
    fixture.definition.empty_allowed = false;
    assert_accepted(&fixture);
    fixture.vote.basis = BALLOT_BASIS_DID;
    assert_refused(&fixture, VOTE_REFUSAL_BASIS_NOT_ACCEPTED, "/basis");
}

static void behind_a_void_vote_only_a_final_one_follows(void **state)
{
    struct vote_previous previous = {.rev = 1, .channel = BALLOT_CHANNEL_WEB, .is_void = true};
    struct vote_refusal refusal = {.reason = VOTE_REFUSAL_NONE};
    struct vote_revision revision;

    (void)state;
    assert_int_equal(vote_revise(&previous, BOOTH, BALLOT_CHANNEL_WEB, &revision, &refusal),
                     ERR_CONFLICT);
    assert_int_equal(refusal.reason, VOTE_REFUSAL_VOTE_VOID);
    assert_string_equal(refusal.path, "/channel");
    assert_int_equal(vote_revise(&previous, BOOTH, BALLOT_CHANNEL_BOOTH, &revision, &refusal),
                     ERR_OK);
    assert_int_equal(revision.rev, 2);
    /* A booth's vote that is void stays the last one. */
    previous.channel = BALLOT_CHANNEL_BOOTH;
    assert_int_equal(vote_revise(&previous, BOOTH, BALLOT_CHANNEL_BOOTH, &revision, &refusal),
                     ERR_CONFLICT);
    assert_int_equal(refusal.reason, VOTE_REFUSAL_FINAL_VOTE_CAST);
}

static void web_and_kiosk_are_the_front_ends_and_booth_and_paper_the_staffs(void **state)
{
    (void)state;
    for (int i = BALLOT_CHANNEL_WEB; i < BALLOT_CHANNEL_END; i++) {
        const enum ballot_channel channel = (enum ballot_channel)i;
        const bool staff = channel == BALLOT_CHANNEL_BOOTH || channel == BALLOT_CHANNEL_PAPER;
        struct vote_refusal refusal = {.reason = VOTE_REFUSAL_NONE};

        assert_int_equal(
            vote_check_caster(staff ? VOTE_CASTER_STAFF : VOTE_CASTER_FRONT_END, channel, &refusal),
            ERR_OK);
        assert_int_equal(refusal.reason, VOTE_REFUSAL_NONE);
        assert_int_equal(
            vote_check_caster(staff ? VOTE_CASTER_FRONT_END : VOTE_CASTER_STAFF, channel, &refusal),
            ERR_INVALID);
        assert_int_equal(refusal.reason, VOTE_REFUSAL_CHANNEL_NOT_YOURS);
        assert_string_equal(refusal.path, "/channel");
    }
}

static void words_for_sex_and_age_are_read_and_absence_is_not_an_error(void **state)
{
    enum vote_sex sex = VOTE_SEX_END;
    enum vote_age_band band = VOTE_AGE_BAND_END;

    (void)state;
    for (unsigned i = 0; i < VOTE_SEX_END; i++) {
        assert_int_equal(vote_sex_from_name(vote_sex_name((enum vote_sex)i), &sex), ERR_OK);
        assert_int_equal(sex, i);
    }
    for (unsigned i = 0; i < VOTE_AGE_BAND_END; i++) {
        assert_int_equal(vote_age_band_from_name(vote_age_band_name((enum vote_age_band)i), &band),
                         ERR_OK);
        assert_int_equal(band, i);
    }
    assert_int_equal(vote_sex_from_name(NULL, &sex), ERR_OK);
    assert_int_equal(sex, VOTE_SEX_ABSENT);
    assert_int_equal(vote_sex_from_name("f", &sex), ERR_INVALID);
    assert_int_equal(vote_age_band_from_name("30-40", &band), ERR_INVALID);
    assert_int_equal(vote_age_band_from_name("30-39", &band), ERR_OK);
    assert_int_equal(band, VOTE_AGE_BAND_30_39);
}

static size_t body_of(const struct vote_choice *choices, size_t count, uint8_t *data, size_t size)
{
    struct encoder encoder;
    size_t length = 0;

    encoder_init(&encoder, data, size);
    vote_body_encode(&encoder, VOTE_BODY_METHOD_APPROVE, choices, count);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    return length;
}

static void the_body_is_the_published_vector(void **state)
{
    static const struct vote_choice CHOICES[] = {{30, 1}, {7, 1}, {12, 1}};
    uint8_t data[VOTE_BODY_SIZE(3)];
    char hex[2 * sizeof data + 1];

    (void)state;
    assert_int_equal(body_of(CHOICES, 3, data, sizeof data), sizeof data);
    crypto_hex(data, sizeof data, hex, sizeof hex);
    assert_string_equal(hex, "01000300000007000000010000000c000000010000001e00000001");
}

static void a_limit_on_the_total_cost_makes_the_method_knapsack(void **state)
{
    struct fixture fixture;

    (void)state;
    fixture_init(&fixture);
    assert_int_equal(vote_body_method(&fixture.definition), VOTE_BODY_METHOD_KNAPSACK);
    fixture.definition.max_cost_krw = (struct ballot_limit){.present = false};
    assert_int_equal(vote_body_method(&fixture.definition), VOTE_BODY_METHOD_APPROVE);
    fixture.definition.min_cost_krw.present = true;
    assert_int_equal(vote_body_method(&fixture.definition), VOTE_BODY_METHOD_KNAPSACK);
}

static void any_order_of_the_same_choices_is_the_same_body_and_comes_back_sorted(void **state)
{
    static struct vote_choice choices[VOTE_CHOICE_MAX];
    static uint8_t data[VOTE_BODY_MAX];
    static uint8_t again[VOTE_BODY_MAX];
    static struct vote_body body;
    struct fixture_random random = fixture_random_start();

    (void)state;
    for (int round = 0; round < 300; round++) {
        size_t count = 0;
        uint32_t among = 1 + fixture_random_below(&random, VOTE_CHOICE_MAX);
        size_t length;

        for (uint32_t option = 1; option <= among; option++) {
            if (fixture_random_below(&random, 3) == 0) {
                choices[count++] = (struct vote_choice){.option = option, .value = 1};
            }
        }
        length = body_of(choices, count, data, sizeof data);
        assert_int_equal(length, VOTE_BODY_SIZE(count));
        for (size_t i = count; i > 1; i--) {
            size_t j = fixture_random_below(&random, (uint32_t)i);
            struct vote_choice swapped = choices[j];

            choices[j] = choices[i - 1];
            choices[i - 1] = swapped;
        }
        assert_int_equal(body_of(choices, count, again, sizeof again), length);
        assert_memory_equal(again, data, length);

        assert_int_equal(vote_body_decode(data, length, &body), ERR_OK);
        assert_int_equal(body.count, count);
        for (size_t i = 1; i < count; i++) {
            assert_true(body.choices[i - 1].option < body.choices[i].option);
        }
        assert_int_equal(body_of(body.choices, count, again, sizeof again), length);
        assert_memory_equal(again, data, length);
    }
}

/* Writes choices and reads them back. */
static void there_and_back(enum vote_body_method method, const struct vote_choice *choices,
                           size_t count, struct vote_body *ret_body)
{
    uint8_t data[VOTE_BODY_SIZE(3)];
    struct encoder encoder;
    size_t length = 0;

    encoder_init(&encoder, data, sizeof data);
    vote_body_encode(&encoder, method, choices, count);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    assert_int_equal(vote_body_decode(data, length, ret_body), ERR_OK);
}

/* Points of 0 are points; a place decides where an option stands, not its number. */
static void points_and_places_come_back_from_their_body(void **state)
{
    static const struct vote_choice POINTS[] = {{.option = 9, .value = 0},
                                                {.option = 4, .value = 7}};
    static const struct vote_choice PLACES[] = {
        {.option = 9, .value = 2}, {.option = 4, .value = 3}, {.option = 30, .value = 1}};
    static struct vote_body body;
    uint32_t ranked[VOTE_CHOICE_MAX];

    (void)state;
    there_and_back(VOTE_BODY_METHOD_POINTS, POINTS, 2, &body);
    assert_int_equal(body.choices[0].value, 7);
    assert_int_equal(body.choices[1].option, 9);
    assert_int_equal(body.choices[1].value, 0);

    there_and_back(VOTE_BODY_METHOD_RANK, PLACES, 3, &body);
    assert_int_equal(vote_body_ranked(&body, ranked), ERR_OK);
    assert_int_equal(ranked[0], 30);
    assert_int_equal(ranked[1], 9);
    assert_int_equal(ranked[2], 4);
    body.choices[0].value = 1;
    assert_int_equal(vote_body_ranked(&body, ranked), ERR_INVALID);
    body.choices[0].value = 4;
    assert_int_equal(vote_body_ranked(&body, ranked), ERR_INVALID);
}

static void a_body_that_is_not_the_only_encoding_of_its_choices_is_refused(void **state)
{
    static const char *const BAD[] = {
        "",
        "01",
        "0100",
        "010001",                                 /* a choice announced, none given */
        "01000000",                               /* a byte left over */
        "000000",                                 /* no method */
        "050000",                                 /* unknown method */
        "0100010000000700000000",                 /* value 0 */
        "0100010000000700000002",                 /* value 2 in an approval */
        "0400010000000700000002",                 /* and in a knapsack */
        "0100010000000000000001",                 /* option 0 */
        "010001000003e900000001",                 /* option 1,001 */
        "01000200000007000000010000000700000001", /* the same option twice */
        "0100020000000c000000010000000700000001", /* decreasing */
        "0300010000000700000000",                 /* no place */
    };

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        static struct vote_body body;
        uint8_t data[32];
        size_t length = strlen(BAD[i]) / 2;

        assert_int_equal(crypto_hex_parse(BAD[i], data, length), ERR_OK);
        body.count = 77;
        if (vote_body_decode(data, length, &body) != ERR_INVALID) {
            fail_msg("accepted: %s", BAD[i]);
        }
        assert_int_equal(body.count, 77);
    }
}

static void points_and_ranks_keep_their_values(void **state)
{
    static const struct vote_choice CHOICES[] = {{9, UINT32_MAX}, {2, 3}};
    static struct vote_body body;

    (void)state;
    there_and_back(VOTE_BODY_METHOD_POINTS, CHOICES, 2, &body);
    assert_int_equal(body.method, VOTE_BODY_METHOD_POINTS);
    assert_int_equal(body.choices[0].option, 2);
    assert_int_equal(body.choices[0].value, 3);
    assert_true(body.choices[1].value == UINT32_MAX);
}

static void every_vote_of_a_ballot_has_the_same_padded_length(void **state)
{
    static const uint32_t MAX_CHOICES[] = {0, 1, 3, 4, 15, VOTE_CHOICE_MAX};
    static const size_t EXPECTED[] = {32, 32, 32, 64, 128, 8032};
    static uint8_t padded[VOTE_BODY_PADDED_SIZE(VOTE_CHOICE_MAX)];
    static uint8_t data[VOTE_BODY_MAX];
    static struct vote_choice choices[VOTE_CHOICE_MAX];

    (void)state;
    for (uint32_t i = 0; i < VOTE_CHOICE_MAX; i++) {
        choices[i] = (struct vote_choice){.option = i + 1, .value = 1};
    }
    for (size_t i = 0; i < sizeof EXPECTED / sizeof EXPECTED[0]; i++) {
        for (uint32_t count = 0; count <= MAX_CHOICES[i]; count += 1 + count / 3) {
            size_t length = body_of(choices, count, data, sizeof data);
            struct encoder encoder;
            size_t padded_length = 0;
            size_t found = 0;

            encoder_init(&encoder, padded, sizeof padded);
            vote_body_pad(&encoder, data, length, MAX_CHOICES[i]);
            assert_int_equal(encoder_finish(&encoder, &padded_length), ERR_OK);
            assert_int_equal(padded_length, EXPECTED[i]);
            assert_int_equal(padded[length], 0x80);
            assert_int_equal(vote_body_unpad(padded, padded_length, MAX_CHOICES[i], &found),
                             ERR_OK);
            assert_int_equal(found, length);
            assert_memory_equal(padded, data, length);
        }
    }
}

static void padding_that_is_not_exactly_the_published_one_is_refused(void **state)
{
    uint8_t padded[64] = {0};
    size_t length = 77;

    (void)state;
    assert_int_equal(vote_body_unpad(padded, 32, 3, &length), ERR_INVALID); /* no 0x80 */
    padded[3] = 0x80;
    assert_int_equal(vote_body_unpad(padded, 32, 3, &length), ERR_OK);
    assert_int_equal(length, 3);
    assert_int_equal(vote_body_unpad(padded, 64, 3, &length), ERR_INVALID); /* too long */
    assert_int_equal(vote_body_unpad(padded, 31, 3, &length), ERR_INVALID);
    padded[31] = 0x01;
    assert_int_equal(vote_body_unpad(padded, 32, 3, &length), ERR_INVALID);
    padded[31] = 0x80; /* would leave a body longer than 3 choices can be */
    assert_int_equal(vote_body_unpad(padded, 32, 3, &length), ERR_INVALID);
}

/* Options 1 and 3 are of the whole 구, option 2 of 왕십리2동. */
static void quotas_of_areas_are_kept_by_every_vote_that_is_not_empty(void **state)
{
    struct fixture fixture;
    struct ballot_quotas *quotas = &fixture.definition.area_quotas;

    (void)state;
    fixture_init(&fixture);
    quotas->list[0] =
        (struct ballot_quota){.scope = BALLOT_SCOPE_DISTRICT, .min_options = 1, .max_options = 1};
    quotas->list[1] =
        (struct ballot_quota){.scope = BALLOT_SCOPE_LOCAL, .min_options = 1, .max_options = 1};
    quotas->count = 2;
    assert_refused(&fixture, VOTE_REFUSAL_QUOTA_TOO_MANY, "/choices/1/option");
    fixture.choices[1].option = 2;
    assert_accepted(&fixture);
    fixture.vote.choice_count = 1;
    assert_refused(&fixture, VOTE_REFUSAL_QUOTA_TOO_FEW, "/choices");
    fixture.vote.choice_count = 0;
    fixture.definition.empty_allowed = true;
    assert_accepted(&fixture);
    fixture.vote.choice_count = 2;
    quotas->list[1] = (struct ballot_quota){
        .scope = BALLOT_SCOPE_AREA, .area = "성수1가1동", .min_options = 1, .max_options = 1};
    assert_refused(&fixture, VOTE_REFUSAL_QUOTA_TOO_FEW, "/choices");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_vote_is_early_until_the_window_opens_and_late_from_when_it_closes),
        cmocka_unit_test(only_an_open_ballot_accepts_votes),
        cmocka_unit_test(the_ballot_is_the_first_thing_refused_and_the_choices_the_last),
        cmocka_unit_test(only_the_ballots_bases_channels_and_areas_are_eligible),
        cmocka_unit_test(an_age_limit_needs_a_band_and_refuses_those_outside_of_it),
        cmocka_unit_test(the_bands_of_every_age_limit_are_those_it_touches),
        cmocka_unit_test(a_ballot_without_areas_is_for_every_area),
        cmocka_unit_test(sex_and_age_may_be_absent),
        cmocka_unit_test(unknown_repeated_and_weighted_choices_are_named_by_their_place),
        cmocka_unit_test(points_are_held_to_the_limits_of_one_option),
        cmocka_unit_test(points_to_share_out_are_held_to_their_sum),
        cmocka_unit_test(a_ranking_gives_every_place_once),
        cmocka_unit_test(the_number_of_choices_is_held_to_both_limits),
        cmocka_unit_test(the_total_cost_is_taken_from_the_ballot_and_held_to_both_limits),
        cmocka_unit_test(an_empty_vote_is_valid_only_where_the_ballot_allows_it),
        cmocka_unit_test(quotas_of_areas_are_kept_by_every_vote_that_is_not_empty),
        cmocka_unit_test(every_refusal_has_a_class_a_code_of_its_own_and_two_sentences),
        cmocka_unit_test(revisions_count_from_one_without_a_gap_up_to_ten),
        cmocka_unit_test(the_last_revision_is_left_for_a_booth_or_paper),
        cmocka_unit_test(a_booth_or_paper_vote_is_final_and_voids_the_online_one),
        cmocka_unit_test(behind_a_void_vote_only_a_final_one_follows),
        cmocka_unit_test(behind_a_paper_that_was_handed_back_anything_follows_as_a_first_vote),
        cmocka_unit_test(paper_takes_reservations_only_and_looks_at_no_choice_of_theirs),
        cmocka_unit_test(web_and_kiosk_are_the_front_ends_and_booth_and_paper_the_staffs),
        cmocka_unit_test(words_for_sex_and_age_are_read_and_absence_is_not_an_error),
        cmocka_unit_test(the_body_is_the_published_vector),
        cmocka_unit_test(a_limit_on_the_total_cost_makes_the_method_knapsack),
        cmocka_unit_test(any_order_of_the_same_choices_is_the_same_body_and_comes_back_sorted),
        cmocka_unit_test(points_and_places_come_back_from_their_body),
        cmocka_unit_test(a_body_that_is_not_the_only_encoding_of_its_choices_is_refused),
        cmocka_unit_test(points_and_ranks_keep_their_values),
        cmocka_unit_test(every_vote_of_a_ballot_has_the_same_padded_length),
        cmocka_unit_test(padding_that_is_not_exactly_the_published_one_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
