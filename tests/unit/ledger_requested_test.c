/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries as a message asks for them: what becomes an order, and what is
 * refused by name.
 */
#include "../support/ledger_fixture.h"

#include "ledger/domain/requested.h"

static const uint8_t KEY[ENTRY_KEY_SIZE] = {7};

/* An allotment that becomes an order as it is. */
static struct requested_entry plain(void)
{
    return (struct requested_entry){
        .kind = "allotment",
        .document = "배정 2025-01-02",
        .line = {2025, FUNDING_SOURCE_DISTRICT, "park"},
        .amount_krw = 500,
    };
}

static struct requested_transfer transfer(const char *debit, const char *credit, int64_t amount_krw)
{
    return (struct requested_transfer){debit, credit, amount_krw, {0, 0, ""}};
}

static struct order ordered(const struct requested_entry *asked)
{
    const struct entry_head base = fixture_head(KEY);
    struct refusal refusal = {.reason = REFUSAL_NONE};
    struct order order;

    memset(&order, 0x55, sizeof order);
    assert_int_equal(requested_order(asked, &base, &order, &refusal), ERR_OK);
    assert_int_equal(refusal.reason, REFUSAL_NONE);
    return order;
}

static void assert_refused(const struct requested_entry *asked, enum refusal_reason reason,
                           const char *field)
{
    const struct entry_head base = fixture_head(KEY);
    struct refusal refusal = {.reason = REFUSAL_NONE};
    struct order order;
    struct order before;

    memset(&order, 0x55, sizeof order);
    before = order;
    assert_int_equal(requested_order(asked, &base, &order, &refusal), refusal_err(reason));
    assert_string_equal(refusal_code(refusal.reason), refusal_code(reason));
    assert_string_equal(refusal.field, field);
    assert_memory_equal(&order, &before, sizeof order);
}

static void a_plain_kind_brings_one_amount_and_becomes_its_transfers(void **state)
{
    struct requested_entry asked = plain();
    struct order order = ordered(&asked);

    (void)state;
    assert_memory_equal(order.entry.key, KEY, sizeof KEY);
    assert_string_equal(order.entry.kind, "allotment");
    assert_string_equal(order.entry.document, asked.document);
    assert_string_equal(order.entry.metadata, fixture_head(KEY).metadata);
    assert_int_equal(order.entry.period, 2025);
    assert_int_equal(order.entry.effective_date, 20241213); /* none was given */
    assert_int_equal(order.entry.leg_count, 2);
    assert_int_equal(order.entry.legs[0].account.stage, STAGE_S20);
    assert_true(order.entry.legs[0].amount_krw == -500);
    assert_int_equal(order.entry.legs[1].account.stage, STAGE_S30);
    assert_string_equal(order.entry.legs[1].account.line.programme, "park");
    assert_int_equal(order.result, ORDER_PENDING);
    assert_true(order.draw_krw == 0);

    asked.effective_date = 20250102;
    asked.linked_seq = 4;
    order = ordered(&asked);
    assert_int_equal(order.entry.effective_date, 20250102);
    assert_true(order.entry.linked_seq == 4);
}

static void a_transfer_takes_from_the_entry_what_it_does_not_name(void **state)
{
    struct requested_transfer transfers[] = {
        transfer("S20", "R10.item_transfer", 30),
        transfer("R10.item_transfer", "S20", 30),
    };
    struct requested_entry asked = plain();
    struct order order;

    (void)state;
    transfers[1].line = (struct requested_line){2026, FUNDING_SOURCE_CITY, "road"};
    asked.kind = "item_transfer";
    asked.amount_krw = 0;
    asked.transfers = transfers;
    asked.transfer_count = 2;
    order = ordered(&asked);
    assert_int_equal(order.entry.leg_count, 4);
    assert_string_equal(order.entry.legs[1].account.line.programme, "park");
    assert_int_equal(order.entry.legs[1].account.line.fiscal_year, 2025);
    assert_int_equal(order.entry.legs[1].account.stage, STAGE_R10_ITEM_TRANSFER);
    assert_string_equal(order.entry.legs[3].account.line.programme, "road");
    assert_int_equal(order.entry.legs[3].account.line.fiscal_year, 2026);
    assert_int_equal(order.entry.legs[3].account.line.funding_source, FUNDING_SOURCE_CITY);
}

static void a_reversal_brings_only_the_number_of_what_it_takes_back(void **state)
{
    const struct requested_transfer one = transfer("S20", "S30", 1);
    struct requested_entry reversal = {
        .kind = KIND_REVERSAL, .document = "정정", .line = {0, 0, ""}, .linked_seq = 9};
    struct requested_entry asked = reversal;
    struct order order = ordered(&reversal);

    (void)state;
    assert_true(order.entry.linked_seq == 9);
    assert_int_equal(order.entry.leg_count, 0);
    asked.linked_seq = 0;
    assert_refused(&asked, REFUSAL_LINK_MISSING, "/linked_seq");
    asked = reversal;
    asked.amount_krw = 1;
    assert_refused(&asked, REFUSAL_LEGS_INVALID, "/kind");
    asked = reversal;
    asked.line.programme = "park";
    assert_refused(&asked, REFUSAL_LEGS_INVALID, "/kind");
    asked = reversal;
    asked.transfers = &one;
    asked.transfer_count = 1;
    assert_refused(&asked, REFUSAL_LEGS_INVALID, "/kind");
}

static void what_takes_up_a_hold_brings_only_how_much_of_it(void **state)
{
    const struct requested_entry draw = {
        .kind = "",
        .document = "계약",
        .line = {0, 0, ""},
        .amount_krw = 70,
        .hold = REQUESTED_ID_NAMED,
        .hold_id = {1, 2, 3},
    };
    struct requested_entry asked = draw;
    struct order order = ordered(&draw);

    (void)state;
    assert_true(order.draw_krw == 70);
    assert_memory_equal(order.hold_id, draw.hold_id, sizeof order.hold_id);
    assert_int_equal(order.entry.leg_count, 0); /* the hold has them */
    asked.kind = "commitment";
    assert_refused(&asked, REFUSAL_LEGS_INVALID, "/hold_id");
    asked = draw;
    asked.line.fiscal_year = 2025;
    assert_refused(&asked, REFUSAL_LEGS_INVALID, "/hold_id");
    asked = draw;
    asked.amount_krw = 0;
    assert_refused(&asked, REFUSAL_AMOUNT_INVALID, "/amount_krw");
    asked = draw;
    asked.hold = REQUESTED_ID_UNREADABLE;
    assert_refused(&asked, REFUSAL_HOLD_UNKNOWN, "/hold_id");
}

static void an_entry_may_name_its_grant_but_a_correction_may_not(void **state)
{
    struct requested_entry asked = plain();
    struct order order;

    (void)state;
    assert_false(ordered(&asked).has_grant);
    asked.grant = REQUESTED_ID_NAMED;
    asked.grant_id[15] = 7;
    order = ordered(&asked);
    assert_true(order.has_grant);
    assert_memory_equal(order.grant_id, asked.grant_id, sizeof order.grant_id);
    asked.kind = "reversal";
    assert_refused(&asked, REFUSAL_GRANT_KIND_INVALID, "/grant_id");
    asked.grant = REQUESTED_ID_UNREADABLE;
    assert_refused(&asked, REFUSAL_GRANT_UNKNOWN, "/grant_id");
}

/* plain() with one member changed, and what is said of it. */
struct wrong {
    struct requested_entry asked;
    enum refusal_reason reason;
    const char *field;
};

static void what_cannot_be_an_entry_is_refused_by_the_member_at_fault(void **state)
{
    char long_document[ENTRY_DOCUMENT_LENGTH_MAX + 2];
    struct wrong cases[] = {
        {plain(), REFUSAL_KIND_UNKNOWN, "/kind"},
        {plain(), REFUSAL_KIND_UNKNOWN, "/kind"},
        {plain(), REFUSAL_KIND_UNKNOWN, "/kind"},
        {plain(), REFUSAL_DOCUMENT_MISSING, "/document"},
        {plain(), REFUSAL_DOCUMENT_INVALID, "/document"},
        {plain(), REFUSAL_FISCAL_YEAR_INVALID, "/fiscal_year"},
        {plain(), REFUSAL_FISCAL_YEAR_INVALID, "/fiscal_year"},
        {plain(), REFUSAL_FUNDING_SOURCE_INVALID, "/funding_source"},
        {plain(), REFUSAL_FUNDING_SOURCE_INVALID, "/funding_source"},
        {plain(), REFUSAL_PROGRAMME_INVALID, "/programme"},
        {plain(), REFUSAL_PROGRAMME_INVALID, "/programme"},
        {plain(), REFUSAL_AMOUNT_INVALID, "/amount_krw"},
        {plain(), REFUSAL_AMOUNT_INVALID, "/amount_krw"},
        {plain(), REFUSAL_LINK_UNKNOWN, "/linked_seq"},
        {plain(), REFUSAL_LEGS_INVALID, "/transfers"},
    };

    (void)state;
    memset(long_document, 'x', sizeof long_document - 1);
    long_document[sizeof long_document - 1] = '\0';
    cases[0].asked.kind = "";
    cases[1].asked.kind = KIND_SELECTION; /* a certified tally only */
    cases[2].asked.kind = "\xff\xfe";
    cases[3].asked.document = "";
    cases[4].asked.document = long_document;
    cases[5].asked.line.fiscal_year = 0;
    cases[6].asked.line.fiscal_year = INT32_MIN;
    cases[7].asked.line.funding_source = 0;
    cases[8].asked.line.funding_source = 5;
    cases[9].asked.line.programme = "";
    cases[10].asked.line.programme = "a\nb";
    cases[11].asked.amount_krw = 0;
    cases[12].asked.amount_krw = INT64_MIN;
    cases[13].asked.linked_seq = -1;
    cases[14].asked.kind = "supplementary"; /* which of them must be spelled out */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_refused(&cases[i].asked, cases[i].reason, cases[i].field);
    }
}

static void transfers_that_cannot_be_legs_are_refused(void **state)
{
    struct requested_transfer transfers[ENTRY_LEG_MAX / 2 + 1];
    struct requested_entry asked = plain();

    (void)state;
    for (size_t i = 0; i < sizeof transfers / sizeof transfers[0]; i++) {
        transfers[i] = transfer("S20", "S30", 1);
    }
    asked.transfers = transfers;
    asked.transfer_count = 1;
    assert_refused(&asked, REFUSAL_LEGS_INVALID, "/transfers"); /* and an amount beside them */
    asked.amount_krw = 0;
    assert_int_equal(ordered(&asked).entry.leg_count, 2);
    asked.transfer_count = ENTRY_LEG_MAX / 2;
    assert_int_equal(ordered(&asked).entry.leg_count, ENTRY_LEG_MAX);
    asked.transfer_count++;
    assert_refused(&asked, REFUSAL_LEGS_INVALID, "/transfers");
    asked.transfer_count = 2;
    transfers[1].credit = "S31";
    assert_refused(&asked, REFUSAL_LEGS_INVALID, "/transfers");
    transfers[1] = transfer("", "S30", 1);
    assert_refused(&asked, REFUSAL_LEGS_INVALID, "/transfers");
    transfers[1] = transfer("S20", "S30", 0);
    assert_refused(&asked, REFUSAL_AMOUNT_INVALID, "/amount_krw");
    transfers[1] = transfer("S20", "S30", 1);
    transfers[1].line.funding_source = -1;
    assert_refused(&asked, REFUSAL_FUNDING_SOURCE_INVALID, "/funding_source");
}

static void who_asked_is_named_in_text_that_can_be_kept(void **state)
{
    char name[REQUESTED_BY_LENGTH_MAX + 2];

    (void)state;
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_false(requested_by_valid(name));
    name[sizeof name - 2] = '\0';
    assert_true(requested_by_valid(name));
    assert_true(requested_by_valid("예산과-2025-0417"));
    assert_false(requested_by_valid(""));
    assert_false(requested_by_valid("  "));
    assert_false(requested_by_valid("a\tb"));
    assert_false(requested_by_valid("\xed\xa0\x80"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_kind_brings_one_amount_and_becomes_its_transfers),
        cmocka_unit_test(a_transfer_takes_from_the_entry_what_it_does_not_name),
        cmocka_unit_test(a_reversal_brings_only_the_number_of_what_it_takes_back),
        cmocka_unit_test(what_takes_up_a_hold_brings_only_how_much_of_it),
        cmocka_unit_test(an_entry_may_name_its_grant_but_a_correction_may_not),
        cmocka_unit_test(what_cannot_be_an_entry_is_refused_by_the_member_at_fault),
        cmocka_unit_test(transfers_that_cannot_be_legs_are_refused),
        cmocka_unit_test(who_asked_is_named_in_text_that_can_be_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
