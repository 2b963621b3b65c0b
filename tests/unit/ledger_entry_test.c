/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building, checking and posting entries: every rule by name, and a random
 * run against a model that knows nothing of accounts.
 */
#include "../support/ledger_fixture.h"

#include "ledger/domain/krw.h"

static const uint8_t KEY[ENTRY_KEY_SIZE] = {1, 2, 3};

static struct entry selection(int64_t amount_krw)
{
    const struct line line = fixture_line(2025, FUNDING_SOURCE_DISTRICT, "park");
    const struct entry_head head = fixture_head(KEY);
    struct refusal refusal;
    struct entry entry;

    assert_int_equal(entry_build_selection(&entry, &head, &line, amount_krw, &refusal), ERR_OK);
    return entry;
}

static struct entry appropriation(int64_t amount_krw)
{
    const struct line line = fixture_line(2025, FUNDING_SOURCE_DISTRICT, "park");
    const struct entry_head head = fixture_head(KEY);
    struct refusal refusal;
    struct entry entry;

    assert_int_equal(entry_build_appropriation(&entry, &head, &line, amount_krw, &refusal), ERR_OK);
    return entry;
}

static void assert_refused(const struct entry *entry, enum period_state period,
                           enum refusal_reason reason, const char *field)
{
    struct refusal refusal = {0};

    assert_int_equal(entry_check(entry, fixture_rules(), (struct period){2025, period}, &refusal),
                     refusal_err(reason));
    assert_string_equal(refusal_code(refusal.reason), refusal_code(reason));
    assert_string_equal(refusal.field, field);
}

static void selection_moves_the_contra_account_to_the_request(void **state)
{
    struct entry entry = selection(5000);
    struct refusal refusal;

    (void)state;
    assert_int_equal(entry.leg_count, 2);
    assert_int_equal(entry.legs[0].account.stage, STAGE_M90);
    assert_true(entry.legs[0].amount_krw == -5000);
    assert_int_equal(entry.legs[1].account.stage, STAGE_M10);
    assert_true(entry.legs[1].amount_krw == 5000);
    assert_int_equal(entry.period, 2025);
    assert_int_equal(
        entry_check(&entry, fixture_rules(), (struct period){2025, PERIOD_OPEN}, &refusal), ERR_OK);
}

static void appropriation_posts_the_budget_and_takes_the_request_back(void **state)
{
    static const enum stage STAGES[] = {STAGE_R10_MAIN, STAGE_S10, STAGE_M10, STAGE_M90};
    struct entry entry = appropriation(5000);
    struct refusal refusal;

    (void)state;
    assert_int_equal(entry.leg_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(entry.legs[i].account.stage, STAGES[i]);
        assert_true(entry.legs[i].amount_krw == (i % 2 == 0 ? -5000 : 5000));
    }
    assert_int_equal(
        entry_check(&entry, fixture_rules(), (struct period){2025, PERIOD_OPEN}, &refusal), ERR_OK);
}

static void an_amount_below_one_won_is_refused(void **state)
{
    const struct line line = fixture_line(2025, FUNDING_SOURCE_CITY, "p");
    const struct entry_head head = fixture_head(KEY);
    const int64_t amounts[] = {0, -1, INT64_MIN};
    struct entry entry = {.leg_count = 99};
    struct refusal refusal;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(entry_build_selection(&entry, &head, &line, amounts[i], &refusal),
                         ERR_INVALID);
        assert_int_equal(refusal.reason, REFUSAL_AMOUNT_INVALID);
        assert_int_equal(entry_build_appropriation(&entry, &head, &line, amounts[i], &refusal),
                         ERR_INVALID);
        assert_int_equal(refusal.reason, REFUSAL_AMOUNT_INVALID);
        assert_int_equal(entry.leg_count, 99);
    }
}

static void a_document_that_is_absent_too_long_or_has_control_characters_is_refused(void **state)
{
    const struct line line = fixture_line(2025, FUNDING_SOURCE_CITY, "p");
    struct entry_head head = fixture_head(KEY);
    struct entry entry = appropriation(10);
    char longest[ENTRY_DOCUMENT_LENGTH_MAX + 2];
    struct refusal refusal;

    (void)state;
    memset(longest, 'd', sizeof longest);
    longest[ENTRY_DOCUMENT_LENGTH_MAX + 1] = '\0';
    head.document = longest;
    assert_int_equal(entry_build_appropriation(&entry, &head, &line, 1, &refusal), ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_DOCUMENT_INVALID);
    longest[ENTRY_DOCUMENT_LENGTH_MAX] = '\0';
    assert_int_equal(entry_build_appropriation(&entry, &head, &line, 1, &refusal), ERR_OK);

    memcpy(entry.document, "", 1);
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_DOCUMENT_MISSING, "/document");
    memcpy(entry.document, "   ", 4);
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_DOCUMENT_MISSING, "/document");
    memcpy(entry.document, "a\nb", 4);
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_DOCUMENT_INVALID, "/document");
    memcpy(entry.document, "a\x7f", 3);
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_DOCUMENT_INVALID, "/document");
}

static void only_days_of_the_calendar_are_dates(void **state)
{
    static const int32_t VALID[] = {20000101, 20240229, 20250228, 21991231, 20000229};
    static const int32_t INVALID[] = {0,        -20240101, 19991231, 20250229, 20250431,
                                      20251301, 20250100,  22000101, 21000229, INT32_MAX};
    struct entry entry = selection(1);

    (void)state;
    for (size_t i = 0; i < sizeof VALID / sizeof VALID[0]; i++) {
        assert_true(entry_date_valid(VALID[i]));
    }
    for (size_t i = 0; i < sizeof INVALID / sizeof INVALID[0]; i++) {
        assert_false(entry_date_valid(INVALID[i]));
        entry.effective_date = INVALID[i];
        assert_refused(&entry, PERIOD_OPEN, REFUSAL_DATE_INVALID, "/effective_date");
    }
}

static void days_are_read_and_written_as_people_do(void **state)
{
    static const char *const WRONG[] = {"",           "2024-2-29",   "2023-02-29",
                                        "20240229",   "2024-02-29 ", "2024/02/29",
                                        "0x24-02-29", "2024-02-3-"};
    char text[ENTRY_DATE_SIZE];
    int32_t day = 7;

    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_int_equal(entry_date_parse(WRONG[i], &day), ERR_INVALID);
        assert_int_equal(day, 7);
    }
    assert_int_equal(entry_date_parse("2024-02-29", &day), ERR_OK);
    assert_int_equal(day, 20240229);
    entry_date_format(day, text);
    assert_string_equal(text, "2024-02-29");
}

static void an_unknown_kind_is_refused(void **state)
{
    struct entry entry = selection(1);

    (void)state;
    memcpy(entry.kind, "spend", 6);
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_KIND_UNKNOWN, "/kind");
}

static void legs_that_are_not_the_kind_s_own_are_refused(void **state)
{
    struct entry entry = appropriation(10);

    (void)state;
    entry.leg_count = 2;
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_LEGS_INVALID, "/transfers");
    entry.leg_count = 3;
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_LEGS_INVALID, "/transfers");
    entry.leg_count = 0;
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_LEGS_INVALID, "/transfers");
    entry.leg_count = ENTRY_LEG_MAX + 2;
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_LEGS_INVALID, "/transfers");
    entry = appropriation(10);
    entry.legs[0].account.stage = STAGE_R10_SUPPLEMENTARY1;
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_LEGS_INVALID, "/transfers");
    entry = appropriation(10);
    entry.legs[4] = entry.legs[2];
    entry.legs[5] = entry.legs[3];
    entry.leg_count = 6;
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_LEGS_INVALID, "/transfers");
}

static void legs_that_do_not_balance_are_refused(void **state)
{
    struct entry entry = appropriation(10);

    (void)state;
    entry.legs[1].amount_krw = 11;
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_LEGS_UNBALANCED, "/amount_krw");
    entry = appropriation(10);
    entry.legs[2].amount_krw = -9;
    entry.legs[3].amount_krw = 9;
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_LEGS_UNBALANCED, "/amount_krw");
    entry = appropriation(10);
    entry.legs[0].amount_krw = 10;
    entry.legs[1].amount_krw = -10;
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_AMOUNT_INVALID, "/amount_krw");
    entry.legs[0].amount_krw = -10;
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_AMOUNT_INVALID, "/amount_krw");
    entry = selection(10);
    entry.legs[0].amount_krw = INT64_MIN;
    entry.legs[1].amount_krw = INT64_MAX;
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_LEGS_UNBALANCED, "/amount_krw");
}

static void money_may_not_change_line_source_or_year(void **state)
{
    struct entry entry = appropriation(10);

    (void)state;
    entry.legs[1].account.line.programme[0] = 'q';
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_LINE_MISMATCH, "/transfers");
    entry = appropriation(10);
    entry.legs[2].account.line.funding_source = FUNDING_SOURCE_CITY;
    entry.legs[3].account.line.funding_source = FUNDING_SOURCE_CITY;
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_LINE_MISMATCH, "/transfers");
    entry = appropriation(10);
    entry.period = 2026;
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_FISCAL_YEAR_INVALID, "/fiscal_year");
}

static void a_year_that_is_not_open_is_named_by_its_account(void **state)
{
    struct entry entry = appropriation(10);
    struct refusal refusal = {0};

    (void)state;
    memcpy(entry.kind, "carryover_explicit", sizeof "carryover_explicit");
    entry.legs[0].account.stage = STAGE_S30;
    entry.legs[1].account.stage = STAGE_S80_EXPLICIT;
    entry.legs[2].account.stage = STAGE_R10_CARRYOVER_EXPLICIT;
    entry.legs[2].account.line.fiscal_year = 2026;
    entry.legs[3].account.stage = STAGE_S30;
    entry.legs[3].account.line.fiscal_year = 2026;
    assert_int_equal(
        entry_check(&entry, fixture_rules(), (struct period){2026, PERIOD_MISSING}, &refusal),
        ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_PERIOD_MISSING);
    assert_true(refusal.has_account);
    assert_true(account_equal(&refusal.account, &entry.legs[2].account));
}

static void what_is_carried_over_comes_to_its_own_stage(void **state)
{
    struct entry entry = appropriation(10);
    struct refusal refusal = {0};

    (void)state;
    memcpy(entry.kind, "carryover_continuing", sizeof "carryover_continuing");
    entry.legs[0].account.stage = STAGE_S30;
    entry.legs[1].account.stage = STAGE_S80_CONTINUING;
    entry.legs[2].account.stage = STAGE_R10_CARRYOVER_CONTINUING;
    entry.legs[2].account.line.fiscal_year = 2026;
    entry.legs[3].account.stage = STAGE_S40;
    entry.legs[3].account.line.fiscal_year = 2026;
    assert_refused(&entry, PERIOD_OPEN, REFUSAL_CLEARING_UNBALANCED, "/amount_krw");
    entry.legs[3].account.stage = STAGE_S30;
    assert_int_equal(
        entry_check(&entry, fixture_rules(), (struct period){2025, PERIOD_OPEN}, &refusal), ERR_OK);
}

/* A kind whose rows allow anything still may not take money out of a line or a source. */
static void sums_hold_even_where_the_kind_allows_other_lines(void **state)
{
    static struct kind_rule_set loose;
    const struct kind_rule row = {.kind = "selection",
                                  .transfer = 1,
                                  .debit_class = "M90",
                                  .credit_class = "M10",
                                  .required = true};
    struct entry entry = selection(10);
    struct refusal refusal = {0};

    (void)state;
    loose.count = 0;
    assert_int_equal(kind_rule_set_add(&loose, &row), ERR_OK);
    entry.legs[1].account.line.programme[0] = 'q';
    assert_int_equal(entry_check(&entry, &loose, (struct period){2025, PERIOD_OPEN}, &refusal),
                     ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_LINE_UNBALANCED);
    entry.legs[1].account.line.funding_source = FUNDING_SOURCE_CITY;
    assert_int_equal(entry_check(&entry, &loose, (struct period){2025, PERIOD_OPEN}, &refusal),
                     ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_SOURCE_UNBALANCED);
    assert_true(refusal.has_account);
}

static void optional_transfers_may_be_left_out_but_not_reordered(void **state)
{
    static struct kind_rule_set set;
    struct kind_rule row = {.kind = "spend",
                            .transfer = 1,
                            .debit_class = "S40",
                            .credit_class = "S50",
                            .required = true,
                            .same_line = true,
                            .same_source = true,
                            .allowed_when_closed = true};
    struct entry entry = selection(10);
    struct refusal refusal = {0};

    (void)state;
    set.count = 0;
    assert_int_equal(kind_rule_set_add(&set, &row), ERR_OK);
    row.transfer = 2;
    row.required = false;
    memcpy(row.credit_class, "S30", 4);
    assert_int_equal(kind_rule_set_add(&set, &row), ERR_OK);
    memcpy(entry.kind, "spend", 6);
    memset(entry.document, 0, sizeof entry.document);
    entry.legs[0].account.stage = STAGE_S40;
    entry.legs[1].account.stage = STAGE_S50;
    assert_int_equal(entry_check(&entry, &set, (struct period){2025, PERIOD_CLOSED}, &refusal),
                     ERR_OK);
    entry.legs[2] = entry.legs[0];
    entry.legs[3] = entry.legs[1];
    entry.legs[3].account.stage = STAGE_S30;
    entry.leg_count = 4;
    assert_int_equal(entry_check(&entry, &set, (struct period){2025, PERIOD_OPEN}, &refusal),
                     ERR_OK);
    entry.legs[1].account.stage = STAGE_S30;
    entry.legs[3].account.stage = STAGE_S50;
    assert_int_equal(entry_check(&entry, &set, (struct period){2025, PERIOD_OPEN}, &refusal),
                     ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_LEGS_INVALID);
}

static void a_year_that_is_not_open_takes_no_entry(void **state)
{
    struct entry entry = selection(10);

    (void)state;
    assert_refused(&entry, PERIOD_MISSING, REFUSAL_PERIOD_MISSING, "/fiscal_year");
    assert_refused(&entry, PERIOD_CLOSED, REFUSAL_PERIOD_CLOSED, "/fiscal_year");
    assert_int_equal(refusal_err(REFUSAL_PERIOD_CLOSED), ERR_CONFLICT);
}

static void a_year_that_is_being_closed_takes_closing_entries_only(void **state)
{
    const struct entry_transfer transfer = {selection(1).legs[0].account.line, STAGE_S90,
                                            STAGE_R10_MAIN, 10};
    const uint8_t key[ENTRY_KEY_SIZE] = {1};
    const struct entry_head head = {
        .key = key, .effective_date = 20251231, .document = "d", .metadata = "{}"};
    struct refusal refusal = {0};
    struct entry entry = selection(10);

    (void)state;
    assert_refused(&entry, PERIOD_CLOSING, REFUSAL_PERIOD_CLOSING, "/fiscal_year");
    assert_int_equal(entry_build(&entry, &head, KIND_CLOSING, &transfer, 1, &refusal), ERR_OK);
    assert_int_equal(
        entry_check(&entry, fixture_rules(), (struct period){2025, PERIOD_CLOSING}, &refusal),
        ERR_OK);
    assert_refused(&entry, PERIOD_CLOSED, REFUSAL_PERIOD_CLOSED, "/fiscal_year");
}

/* Balances of the entry's legs, all new. */
static void balances_init(const struct entry *entry, struct account_balance balances[],
                          struct account_balance *pointers[])
{
    for (size_t i = 0; i < entry->leg_count; i++) {
        account_balance_init(&balances[i], &entry->legs[i].account);
        pointers[i] = &balances[i];
    }
}

static void appropriation_refuses_one_won_too_many_and_changes_nothing(void **state)
{
    struct entry entry = appropriation(1001);
    struct account_balance balances[4];
    struct account_balance before[4];
    struct account_balance *pointers[4];
    struct entry_posting postings[4] = {{77, 77}};
    struct refusal refusal = {0};

    (void)state;
    balances_init(&entry, balances, pointers);
    balances[2].balance_krw = 1000;
    memcpy(before, balances, sizeof before);
    assert_int_equal(entry_post(&entry, pointers, postings, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_BALANCE_SHORT);
    assert_true(refusal.shortfall_krw == 1);
    assert_true(refusal.has_account);
    assert_int_equal(refusal.account.stage, STAGE_M10);
    assert_memory_equal(before, balances, sizeof before);
    assert_true(postings[0].version == 77);

    balances[2].balance_krw = 1001;
    assert_int_equal(entry_post(&entry, pointers, postings, &refusal), ERR_OK);
    assert_true(balances[0].balance_krw == -1001);
    assert_true(balances[1].balance_krw == 1001);
    assert_true(balances[2].balance_krw == 0);
    assert_true(balances[3].balance_krw == 1001);
    for (size_t i = 0; i < 4; i++) {
        assert_true(postings[i].version == 1);
        assert_true(postings[i].balance_after_krw == balances[i].balance_krw);
    }
}

static void what_is_held_cannot_be_spent(void **state)
{
    struct entry entry = appropriation(10);
    struct account_balance balances[4];
    struct account_balance *pointers[4];
    struct entry_posting postings[4];
    struct refusal refusal = {0};

    (void)state;
    balances_init(&entry, balances, pointers);
    balances[2].balance_krw = 15;
    balances[2].held_krw = 8;
    assert_int_equal(entry_post(&entry, pointers, postings, &refusal), ERR_CONFLICT);
    assert_true(refusal.shortfall_krw == 3);
    balances[2].held_krw = 5;
    assert_int_equal(entry_post(&entry, pointers, postings, &refusal), ERR_OK);
}

static void a_balance_beyond_int64_is_refused_and_changes_nothing(void **state)
{
    struct entry entry = selection(2);
    struct account_balance balances[2];
    struct account_balance before[2];
    struct account_balance *pointers[2];
    struct entry_posting postings[2];
    struct refusal refusal = {0};

    (void)state;
    balances_init(&entry, balances, pointers);
    balances[1].balance_krw = INT64_MAX - 1;
    memcpy(before, balances, sizeof before);
    assert_int_equal(entry_post(&entry, pointers, postings, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_BALANCE_OVERFLOW);
    assert_int_equal(refusal.account.stage, STAGE_M10);
    assert_memory_equal(before, balances, sizeof before);
}

static void legs_of_one_account_are_posted_one_after_the_other(void **state)
{
    struct entry entry = selection(10);
    struct account_balance shared;
    struct account_balance other;
    struct account_balance *pointers[4] = {&shared, &other, &shared, &other};
    struct entry_posting postings[4];
    struct refusal refusal = {0};

    (void)state;
    entry.legs[0].account.stage = STAGE_S40;
    entry.legs[1].account.stage = STAGE_S30;
    entry.legs[2] = (struct entry_leg){entry.legs[0].account, 4};
    entry.legs[3] = (struct entry_leg){entry.legs[1].account, -4};
    entry.leg_count = 4;
    account_balance_init(&shared, &entry.legs[0].account);
    account_balance_init(&other, &entry.legs[1].account);
    shared.balance_krw = 6;
    shared.version = 3;
    assert_int_equal(entry_post(&entry, pointers, postings, &refusal), ERR_OK);
    assert_true(postings[0].version == 4);
    assert_true(postings[0].balance_after_krw == -4);
    assert_true(postings[2].version == 5);
    assert_true(postings[2].balance_after_krw == 0);
    assert_true(shared.version == 5);
    assert_true(shared.balance_krw == 0);
    assert_true(other.balance_krw == 6);
    assert_true(other.version == 2);

    shared.balance_krw = 5;
    assert_int_equal(entry_post(&entry, pointers, postings, &refusal), ERR_CONFLICT);
    assert_true(refusal.shortfall_krw == 1);
    assert_true(shared.balance_krw == 5);
}

enum { MODEL_LINE_COUNT = 12, MODEL_STEP_COUNT = 60000 };

/* The model keeps two numbers a line and no accounts. */
struct model_line {
    struct line line;
    int64_t requested_krw; /* selected and not yet appropriated */
    int64_t appropriated_krw;
    int64_t entries;
    struct account_balance balances[4]; /* R10.main, S10, M10, M90: the tested code's */
};

static void model_compare(const struct model_line *line)
{
    const struct account_balance *balances = line->balances;

    assert_true(balances[0].balance_krw == -line->appropriated_krw);
    assert_true(balances[1].balance_krw == line->appropriated_krw);
    assert_true(balances[2].balance_krw == line->requested_krw);
    assert_true(balances[3].balance_krw == -line->requested_krw);
    assert_true(balances[0].version == balances[1].version);
    assert_true(balances[2].version == balances[3].version);
    assert_true(balances[2].version == line->entries);
}

static enum err model_selects(struct model_line *line, int64_t amount_krw)
{
    if (amount_krw < 1) {
        return ERR_INVALID;
    }
    if (krw_add(line->requested_krw, amount_krw, &line->requested_krw)) {
        return ERR_CONFLICT;
    }
    line->entries++;
    return ERR_OK;
}

static enum err model_appropriates(struct model_line *line, int64_t amount_krw)
{
    if (amount_krw < 1) {
        return ERR_INVALID;
    }
    if (amount_krw > line->requested_krw || amount_krw > INT64_MAX - line->appropriated_krw) {
        return ERR_CONFLICT;
    }
    line->requested_krw -= amount_krw;
    line->appropriated_krw += amount_krw;
    line->entries++;
    return ERR_OK;
}

static int64_t model_amount(uint64_t *seed, const struct model_line *line)
{
    switch (fixture_below(seed, 12)) {
    case 0:
        return 0;
    case 1:
        return -1 - (int64_t)(fixture_random(seed) >> 1);
    case 2:
        return INT64_MAX - fixture_below(seed, 2);
    case 3:
        return line->requested_krw;
    case 4:
        return line->requested_krw == INT64_MAX ? INT64_MAX : line->requested_krw + 1;
    case 5:
        return line->requested_krw / 2 + 1;
    default:
        return 1 + fixture_below(seed, 1000000);
    }
}

static enum err post_built(struct entry *entry, struct model_line *line, bool selects)
{
    struct account_balance *pointers[4] = {&line->balances[0], &line->balances[1],
                                           &line->balances[2], &line->balances[3]};
    struct account_balance *selected[2] = {&line->balances[3], &line->balances[2]};
    struct entry_posting postings[4];
    struct refusal refusal = {0};
    enum err err =
        entry_check(entry, fixture_rules(), (struct period){2025, PERIOD_OPEN}, &refusal);

    assert_int_equal(err, ERR_OK);
    err = entry_post(entry, selects ? selected : pointers, postings, &refusal);
    assert_int_equal(err, err ? refusal_err(refusal.reason) : ERR_OK);
    return err;
}

static enum err post_one(struct model_line *line, bool selects, int64_t amount_krw)
{
    const struct entry_head head = fixture_head(KEY);
    struct account_balance before[4];
    struct refusal refusal = {0};
    struct entry entry;
    enum err err = ERR_OK;

    memcpy(before, line->balances, sizeof before);
    err = selects ? entry_build_selection(&entry, &head, &line->line, amount_krw, &refusal)
                  : entry_build_appropriation(&entry, &head, &line->line, amount_krw, &refusal);
    if (!err) {
        err = post_built(&entry, line, selects);
    }
    if (err) {
        assert_memory_equal(before, line->balances, sizeof before);
    }
    return err;
}

static void random_postings_agree_with_the_model_and_refusals_change_nothing(void **state)
{
    static struct model_line lines[MODEL_LINE_COUNT];

    static const enum stage STAGES[] = {STAGE_R10_MAIN, STAGE_S10, STAGE_M10, STAGE_M90};

    uint64_t seed = fixture_seed();
    int refused = 0;

    (void)state;
    memset(lines, 0, sizeof lines);
    for (int i = 0; i < MODEL_LINE_COUNT; i++) {
        char programme[] = {'p', (char)('a' + i), '\0'};
        lines[i].line = fixture_line(2024 + i % 2, (enum funding_source)(1 + i % 4), programme);
        for (int j = 0; j < 4; j++) {
            const struct account account = {lines[i].line, STAGES[j]};
            account_balance_init(&lines[i].balances[j], &account);
        }
    }
    for (int step = 0; step < MODEL_STEP_COUNT; step++) {
        struct model_line *line = &lines[fixture_below(&seed, MODEL_LINE_COUNT)];
        bool selects = fixture_below(&seed, 2) == 0;
        int64_t amount_krw = model_amount(&seed, line);
        enum err expected =
            selects ? model_selects(line, amount_krw) : model_appropriates(line, amount_krw);
        assert_int_equal(post_one(line, selects, amount_krw), expected);
        model_compare(line);
        refused += expected ? 1 : 0;
    }
    assert_true(refused > MODEL_STEP_COUNT / 20);
    assert_true(refused < MODEL_STEP_COUNT);
}

static void every_refusal_has_a_code_of_its_own_and_two_sentences(void **state)
{
    (void)state;
    for (int i = 1; i <= REFUSAL_COUNT; i++) {
        enum refusal_reason reason = REFUSAL_NONE;
        const char *code = refusal_code((enum refusal_reason)i);
        assert_int_equal(strspn(code, "abcdefghijklmnopqrstuvwxyz-"), strlen(code));
        assert_int_equal(refusal_parse(code, &reason), ERR_OK);
        assert_int_equal(reason, i);
        assert_true(strlen(refusal_sentence_ko(reason)) > 0);
        assert_true(strlen(refusal_sentence_en(reason)) > 0);
        assert_int_not_equal(refusal_err(reason), ERR_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selection_moves_the_contra_account_to_the_request),
        cmocka_unit_test(appropriation_posts_the_budget_and_takes_the_request_back),
        cmocka_unit_test(an_amount_below_one_won_is_refused),
        cmocka_unit_test(a_document_that_is_absent_too_long_or_has_control_characters_is_refused),
        cmocka_unit_test(only_days_of_the_calendar_are_dates),
        cmocka_unit_test(days_are_read_and_written_as_people_do),
        cmocka_unit_test(an_unknown_kind_is_refused),
        cmocka_unit_test(legs_that_are_not_the_kind_s_own_are_refused),
        cmocka_unit_test(legs_that_do_not_balance_are_refused),
        cmocka_unit_test(money_may_not_change_line_source_or_year),
        cmocka_unit_test(a_year_that_is_not_open_is_named_by_its_account),
        cmocka_unit_test(what_is_carried_over_comes_to_its_own_stage),
        cmocka_unit_test(sums_hold_even_where_the_kind_allows_other_lines),
        cmocka_unit_test(optional_transfers_may_be_left_out_but_not_reordered),
        cmocka_unit_test(a_year_that_is_not_open_takes_no_entry),
        cmocka_unit_test(a_year_that_is_being_closed_takes_closing_entries_only),
        cmocka_unit_test(appropriation_refuses_one_won_too_many_and_changes_nothing),
        cmocka_unit_test(what_is_held_cannot_be_spent),
        cmocka_unit_test(a_balance_beyond_int64_is_refused_and_changes_nothing),
        cmocka_unit_test(legs_of_one_account_are_posted_one_after_the_other),
        cmocka_unit_test(random_postings_agree_with_the_model_and_refusals_change_nothing),
        cmocka_unit_test(every_refusal_has_a_code_of_its_own_and_two_sentences),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
