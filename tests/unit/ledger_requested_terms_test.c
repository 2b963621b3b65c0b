/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a message asks for beside entries: what becomes the domain's own, and
 * what is refused by the member at fault, with nothing written.
 */
#include "../support/ledger_fixture.h"

#include "ledger/domain/requested_terms.h"

static const uint8_t ID[ENTRY_KEY_SIZE] = {9};

static struct requested_hold hold_asked(void)
{
    return (struct requested_hold){
        .kind = "grant_decision",
        .line = {2025, FUNDING_SOURCE_CITY, "park"},
        .amount_krw = 500,
        .expires_time_ms = 1,
        .document = "공모 공고",
    };
}

static void assert_hold_refused(const struct requested_hold *asked, enum refusal_reason reason,
                                const char *field)
{
    struct refusal refusal = {.reason = REFUSAL_NONE};
    struct hold hold;
    struct hold before;

    memset(&hold, 0x55, sizeof hold);
    before = hold;
    assert_int_equal(requested_hold_read(asked, ID, &hold, &refusal), refusal_err(reason));
    assert_string_equal(refusal_code(refusal.reason), refusal_code(reason));
    assert_string_equal(refusal.field, field);
    assert_memory_equal(&hold, &before, sizeof hold);
}

static void a_hold_has_the_account_that_its_kind_takes_from(void **state)
{
    const struct requested_hold asked = hold_asked();
    struct refusal refusal = {.reason = REFUSAL_NONE};
    struct hold hold;

    (void)state;
    assert_int_equal(requested_hold_read(&asked, ID, &hold, &refusal), ERR_OK);
    assert_memory_equal(hold.id, ID, sizeof ID);
    assert_string_equal(hold.kind, "grant_decision");
    assert_int_equal(hold.account.stage, STAGE_S30);
    assert_string_equal(hold.account.line.programme, "park");
    assert_int_equal(hold.state, HOLD_NONE);
    assert_true(hold.amount_krw == 500);
    assert_string_equal(hold.document, asked.document);
}

static void a_hold_that_can_be_none_is_refused_by_the_member_at_fault(void **state)
{
    char document[ENTRY_DOCUMENT_LENGTH_MAX + 2];
    struct requested_hold asked = hold_asked();

    (void)state;
    memset(document, 'a', sizeof document - 1);
    document[sizeof document - 1] = '\0';
    asked.document = document;
    assert_hold_refused(&asked, REFUSAL_DOCUMENT_INVALID, "/document");
    asked.document = "\t";
    assert_hold_refused(&asked, REFUSAL_DOCUMENT_INVALID, "/document");
    asked.document = "";
    assert_hold_refused(&asked, REFUSAL_DOCUMENT_MISSING, "/document");
    asked.line.funding_source = FUNDING_SOURCE_COUNT + 1;
    assert_hold_refused(&asked, REFUSAL_FUNDING_SOURCE_INVALID, "/funding_source");
    asked.kind = "";
    assert_hold_refused(&asked, REFUSAL_KIND_UNKNOWN, "/kind");
}

static struct requested_grant grant_asked(const struct requested_amount *amounts, size_t count,
                                          char *const *bodies)
{
    return (struct requested_grant){
        .instrument = "platform",
        .fiscal_year = 2025,
        .programme = "park",
        .amounts = amounts,
        .amount_count = count,
        .start_date = 20250101,
        .end_date = 20251231,
        .settlement_due_date = 20260228,
        .bodies = bodies,
        .body_count = 2,
        .document = "협약",
    };
}

static void a_grant_is_summed_by_source_each_only_once(void **state)
{
    static char lead[] = "협치네트워크";
    static char member[] = "마을공동체";
    char *const bodies[] = {lead, member};
    struct requested_amount amounts[] = {{FUNDING_SOURCE_DISTRICT, 7}, {FUNDING_SOURCE_CITY, 5}};
    struct requested_grant asked = grant_asked(amounts, 2, bodies);
    struct refusal refusal = {.reason = REFUSAL_NONE};
    struct grant grant;

    (void)state;
    assert_int_equal(requested_grant_read(&asked, ID, &grant, &refusal), ERR_OK);
    assert_true(grant.amounts_krw[FUNDING_SOURCE_DISTRICT - 1] == 7);
    assert_true(grant.amounts_krw[FUNDING_SOURCE_CITY - 1] == 5);
    assert_true(grant.amounts_krw[FUNDING_SOURCE_NATIONAL - 1] == 0);
    assert_int_equal(grant.body_count, 2);
    assert_string_equal(grant.bodies[1], member);

    amounts[1].funding_source = FUNDING_SOURCE_DISTRICT;
    assert_int_equal(requested_grant_read(&asked, ID, &grant, &refusal), ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_FUNDING_SOURCE_INVALID);
    assert_string_equal(refusal.field, "/amounts");
    asked.amount_count = 1;
    amounts[0].amount_krw = 0;
    assert_int_equal(requested_grant_read(&asked, ID, &grant, &refusal), ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_AMOUNT_INVALID);
    amounts[0].amount_krw = 1;
    asked.planning_month_count = -1;
    assert_int_equal(requested_grant_read(&asked, ID, &grant, &refusal), ERR_INVALID);
    assert_string_equal(refusal.field, "/planning_month_count");
}

static void reasons_years_and_sums_have_bounds(void **state)
{
    char reason[REQUESTED_REASON_LENGTH_MAX + 2];
    struct requested_hold_change change = {.hold = REQUESTED_ID_NAMED, .reason = reason};
    struct requested_settlement settlement = {
        .fiscal_year = 2025, .programme = "park", .document = "정산서"};
    struct requested_period period = {FISCAL_YEAR_MAX, "결산"};
    struct requested_limit limit = {FISCAL_YEAR_MIN, FUNDING_SOURCE_COUNT, 0};
    struct refusal refusal = {.reason = REFUSAL_NONE};

    (void)state;
    memset(reason, 'a', sizeof reason - 1);
    reason[sizeof reason - 1] = '\0';
    assert_int_equal(requested_hold_change_check(&change, &refusal), ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_REASON_INVALID);
    reason[sizeof reason - 2] = '\0';
    assert_int_equal(requested_hold_change_check(&change, &refusal), ERR_OK);
    change.hold = REQUESTED_ID_NONE;
    assert_int_equal(requested_hold_change_check(&change, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_HOLD_UNKNOWN);

    assert_int_equal(requested_settlement_check(&settlement, &refusal), ERR_OK);
    settlement.terms.unspent_krw = -1;
    assert_int_equal(requested_settlement_check(&settlement, &refusal), ERR_INVALID);
    assert_string_equal(refusal.field, "/unspent_krw");

    assert_int_equal(requested_closing_check(&period, &refusal), ERR_OK);
    period.document = " ";
    assert_int_equal(requested_opening_check(&period, &refusal), ERR_OK);
    assert_int_equal(requested_closing_check(&period, &refusal), ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_DOCUMENT_MISSING);
    period.fiscal_year++;
    assert_int_equal(requested_opening_check(&period, &refusal), ERR_INVALID);

    assert_int_equal(requested_limit_check(&limit, &refusal), ERR_OK);
    limit.funding_source = 0;
    assert_int_equal(requested_limit_check(&limit, &refusal), ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_FUNDING_SOURCE_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hold_has_the_account_that_its_kind_takes_from),
        cmocka_unit_test(a_hold_that_can_be_none_is_refused_by_the_member_at_fault),
        cmocka_unit_test(a_grant_is_summed_by_source_each_only_once),
        cmocka_unit_test(reasons_years_and_sums_have_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
