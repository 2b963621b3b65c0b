/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every kind of entry against the rules that the ledger ships: what it may
 * move, and by which name anything else is refused.
 */
#include "../support/ledger_fixture.h"

#include "ledger/domain/kind.h"

static const uint8_t KEY[ENTRY_KEY_SIZE] = {9};

/* One row of a story: where, from, to, how much. */
struct move {
    char programme;
    int32_t year;
    enum stage debit;
    enum stage credit;
    int64_t amount_krw;
};

static enum err build(struct entry *entry, const char *kind, const struct move *moves, size_t count)
{
    struct entry_transfer transfers[ENTRY_LEG_MAX / 2];
    const struct entry_head head = fixture_head(KEY);
    struct refusal refusal = {0};

    for (size_t i = 0; i < count; i++) {
        const char programme[] = {moves[i].programme, '\0'};
        transfers[i] = (struct entry_transfer){
            .line = fixture_line(moves[i].year, FUNDING_SOURCE_DISTRICT, programme),
            .debit = moves[i].debit,
            .credit = moves[i].credit,
            .amount_krw = moves[i].amount_krw,
        };
    }
    return entry_build(entry, &head, kind, transfers, count, &refusal);
}

static enum refusal_reason check(const struct entry *entry)
{
    struct refusal refusal = {0};
    enum err err =
        entry_check(entry, fixture_rules(), (struct period){entry->period, PERIOD_OPEN}, &refusal);

    assert_int_equal(err, err ? refusal_err(refusal.reason) : ERR_OK);
    return err ? refusal.reason : REFUSAL_NONE;
}

struct kind_case {
    const char *kind;
    struct move moves[4];
    size_t count;
    enum refusal_reason reason;
};

#define A    'a', 2025
#define B    'b', 2025
#define NEXT 'a', 2026

static const struct kind_case CASES[] = {
    {"selection", {{A, STAGE_M90, STAGE_M10, 5}}, 1, REFUSAL_NONE},
    {"appropriation",
     {{A, STAGE_R10_MAIN, STAGE_S10, 5}, {A, STAGE_M10, STAGE_M90, 5}},
     2,
     REFUSAL_NONE},
    {"main_budget", {{A, STAGE_R10_MAIN, STAGE_S10, 5}}, 1, REFUSAL_NONE},
    {"supplementary", {{A, STAGE_R10_SUPPLEMENTARY1, STAGE_S10, 5}}, 1, REFUSAL_NONE},
    {"supplementary",
     {{A, STAGE_R10_SUPPLEMENTARY9, STAGE_S10, 5}, {A, STAGE_M10, STAGE_M90, 5}},
     2,
     REFUSAL_NONE},
    {"supplementary",
     {{A, STAGE_R10_SUPPLEMENTARY9, STAGE_S10, 5}, {A, STAGE_M10, STAGE_M90, 4}},
     2,
     REFUSAL_LEGS_UNBALANCED},
    {"supplementary", {{A, STAGE_R10_MAIN, STAGE_S10, 5}}, 1, REFUSAL_LEGS_INVALID},
    {"supplementary_cut", {{A, STAGE_S10, STAGE_R10_SUPPLEMENTARY2, 5}}, 1, REFUSAL_NONE},
    {"supplementary_cut",
     {{A, STAGE_S20, STAGE_R10_SUPPLEMENTARY2, 5}, {A, STAGE_S30, STAGE_R10_SUPPLEMENTARY2, 2}},
     2,
     REFUSAL_NONE},
    {"supplementary_cut", {{A, STAGE_S40, STAGE_R10_SUPPLEMENTARY2, 5}}, 1, REFUSAL_LEGS_INVALID},
    {"pre_approval", {{A, STAGE_R10_PRE_APPROVAL, STAGE_S10, 5}}, 1, REFUSAL_NONE},
    {"reserve_use", {{A, STAGE_R10_RESERVE, STAGE_S10, 5}}, 1, REFUSAL_NONE},
    {"securing", {{A, STAGE_S10, STAGE_S20, 5}}, 1, REFUSAL_NONE},
    {"securing", {{A, STAGE_S10, STAGE_S30, 5}}, 1, REFUSAL_LEGS_INVALID},
    {"securing",
     {{A, STAGE_S10, STAGE_S20, 5}, {A, STAGE_S10, STAGE_S20, 5}},
     2,
     REFUSAL_LEGS_INVALID},
    {"allotment", {{A, STAGE_S20, STAGE_S30, 5}}, 1, REFUSAL_NONE},
    {"allotment_return", {{A, STAGE_S30, STAGE_S20, 5}}, 1, REFUSAL_NONE},
    {"commitment", {{A, STAGE_S30, STAGE_S40, 5}}, 1, REFUSAL_NONE},
    {"commitment_cancel", {{A, STAGE_S40, STAGE_S30, 5}}, 1, REFUSAL_NONE},
    {"grant_decision", {{A, STAGE_S30, STAGE_S40, 5}}, 1, REFUSAL_NONE},
    {"grant_payment", {{A, STAGE_S40, STAGE_S45, 5}}, 1, REFUSAL_NONE},
    {"expenditure", {{A, STAGE_S40, STAGE_S50, 5}}, 1, REFUSAL_NONE},
    {"expenditure", {{A, STAGE_S40, STAGE_S50, 5}, {A, STAGE_S40, STAGE_S30, 2}}, 2, REFUSAL_NONE},
    {"expenditure", {{A, STAGE_S40, STAGE_S30, 2}}, 1, REFUSAL_LEGS_INVALID},
    {"expenditure", {{A, STAGE_S30, STAGE_S50, 2}}, 1, REFUSAL_LEGS_INVALID},
    {"expenditure",
     {{A, STAGE_S40, STAGE_S50, 5}, {B, STAGE_S40, STAGE_S30, 2}},
     2,
     REFUSAL_LINE_MISMATCH},
    {"grant_expenditure", {{A, STAGE_S45, STAGE_S50, 5}}, 1, REFUSAL_NONE},
    {"expenditure_return", {{A, STAGE_S50, STAGE_S30, 5}}, 1, REFUSAL_NONE},
    {"expenditure_return", {{A, STAGE_S50, STAGE_S40, 5}}, 1, REFUSAL_NONE},
    {"reclassification",
     {{A, STAGE_S50, STAGE_S30, 5}, {B, STAGE_S30, STAGE_S50, 5}},
     2,
     REFUSAL_NONE},
    {"reclassification",
     {{A, STAGE_S50, STAGE_S30, 5}, {B, STAGE_S30, STAGE_S50, 6}},
     2,
     REFUSAL_LEGS_UNBALANCED},
    {"reclassification",
     {{A, STAGE_S50, STAGE_S30, 5}, {NEXT, STAGE_S30, STAGE_S50, 5}},
     2,
     REFUSAL_SOURCE_MISMATCH},
    {"settlement",
     {{A, STAGE_S50, STAGE_S60, 5}, {A, STAGE_S45, STAGE_S70, 2}, {A, STAGE_I20, STAGE_I10, 1}},
     3,
     REFUSAL_NONE},
    {"settlement", {{A, STAGE_S45, STAGE_S70, 2}}, 1, REFUSAL_NONE},
    {"settlement",
     {{A, STAGE_S45, STAGE_S70, 2}, {A, STAGE_S50, STAGE_S60, 5}},
     2,
     REFUSAL_LEGS_INVALID},
    {"refund", {{A, STAGE_S70, STAGE_S75, 5}, {A, STAGE_I10, STAGE_I20, 1}}, 2, REFUSAL_NONE},
    {"refund", {{A, STAGE_S75, STAGE_S70, 5}}, 1, REFUSAL_LEGS_INVALID},
    {"item_transfer",
     {{A, STAGE_S20, STAGE_R10_ITEM_TRANSFER, 5}, {B, STAGE_R10_ITEM_TRANSFER, STAGE_S30, 5}},
     2,
     REFUSAL_NONE},
    {"item_transfer",
     {{A, STAGE_S20, STAGE_R10_ITEM_TRANSFER, 5},
      {A, STAGE_S30, STAGE_R10_ITEM_TRANSFER, 3},
      {B, STAGE_R10_ITEM_TRANSFER, STAGE_S20, 7},
      {'c', 2025, STAGE_R10_ITEM_TRANSFER, STAGE_S20, 1}},
     4,
     REFUSAL_NONE},
    {"item_transfer",
     {{A, STAGE_S20, STAGE_R10_ITEM_TRANSFER, 5}, {B, STAGE_R10_ITEM_TRANSFER, STAGE_S20, 6}},
     2,
     REFUSAL_CLEARING_UNBALANCED},
    {"item_transfer", {{B, STAGE_R10_ITEM_TRANSFER, STAGE_S20, 6}}, 1, REFUSAL_CLEARING_UNBALANCED},
    {"item_transfer",
     {{A, STAGE_S20, STAGE_R10_ITEM_TRANSFER, 5}, {A, STAGE_R10_ITEM_TRANSFER, STAGE_S30, 5}},
     2,
     REFUSAL_CLEARING_WITHIN_LINE},
    {"item_transfer",
     {{A, STAGE_S20, STAGE_R10_ITEM_TRANSFER, 5}, {NEXT, STAGE_R10_ITEM_TRANSFER, STAGE_S20, 5}},
     2,
     REFUSAL_SOURCE_MISMATCH},
    {"policy_transfer",
     {{A, STAGE_S30, STAGE_R10_POLICY_TRANSFER, 5}, {B, STAGE_R10_POLICY_TRANSFER, STAGE_S30, 5}},
     2,
     REFUSAL_NONE},
    {"body_transfer",
     {{A, STAGE_S30, STAGE_R10_BODY_TRANSFER, 5}, {B, STAGE_R10_BODY_TRANSFER, STAGE_S30, 5}},
     2,
     REFUSAL_NONE},
    {"body_transfer",
     {{A, STAGE_S30, STAGE_R10_ITEM_TRANSFER, 5}, {B, STAGE_R10_ITEM_TRANSFER, STAGE_S30, 5}},
     2,
     REFUSAL_LEGS_INVALID},
    {"carryover_explicit",
     {{A, STAGE_S30, STAGE_S80_EXPLICIT, 5}, {NEXT, STAGE_R10_CARRYOVER_EXPLICIT, STAGE_S30, 5}},
     2,
     REFUSAL_NONE},
    {"carryover_explicit",
     {{A, STAGE_S30, STAGE_S80_EXPLICIT, 5}, {NEXT, STAGE_R10_CARRYOVER_EXPLICIT, STAGE_S30, 4}},
     2,
     REFUSAL_CLEARING_UNBALANCED},
    {"carryover_explicit",
     {{A, STAGE_S30, STAGE_S80_EXPLICIT, 5},
      {'b', 2026, STAGE_R10_CARRYOVER_EXPLICIT, STAGE_S30, 5}},
     2,
     REFUSAL_LINE_MISMATCH},
    {"carryover_explicit",
     {{A, STAGE_S30, STAGE_S80_EXPLICIT, 5},
      {'a', 2027, STAGE_R10_CARRYOVER_EXPLICIT, STAGE_S30, 5}},
     2,
     REFUSAL_LINE_MISMATCH},
    {"carryover_explicit", {{A, STAGE_S30, STAGE_S80_EXPLICIT, 5}}, 1, REFUSAL_LEGS_INVALID},
    {"carryover_accident",
     {{A, STAGE_S40, STAGE_S80_ACCIDENT, 5}, {NEXT, STAGE_R10_CARRYOVER_ACCIDENT, STAGE_S40, 5}},
     2,
     REFUSAL_NONE},
    {"carryover_accident",
     {{A, STAGE_S30, STAGE_S80_ACCIDENT, 5}, {NEXT, STAGE_R10_CARRYOVER_ACCIDENT, STAGE_S40, 5}},
     2,
     REFUSAL_LEGS_INVALID},
    {"carryover_continuing",
     {{A, STAGE_S30, STAGE_S80_CONTINUING, 5},
      {A, STAGE_S40, STAGE_S80_CONTINUING, 2},
      {NEXT, STAGE_R10_CARRYOVER_CONTINUING, STAGE_S30, 5},
      {NEXT, STAGE_R10_CARRYOVER_CONTINUING, STAGE_S40, 2}},
     4,
     REFUSAL_NONE},
    {"lapse", {{A, STAGE_S10, STAGE_S90, 1}, {A, STAGE_S40, STAGE_S90, 2}}, 2, REFUSAL_NONE},
    {"lapse", {{A, STAGE_S50, STAGE_S90, 1}}, 1, REFUSAL_LEGS_INVALID},
    {"closing",
     {{A, STAGE_M10, STAGE_M90, 1},
      {A, STAGE_R10_ITEM_TRANSFER, STAGE_R10_MAIN, 1},
      {A, STAGE_S60, STAGE_R10_MAIN, 2},
      {A, STAGE_S60, STAGE_R10_SUPPLEMENTARY1, 2}},
     4,
     REFUSAL_NONE},
    {"spend", {{A, STAGE_S40, STAGE_S50, 1}}, 1, REFUSAL_KIND_UNKNOWN},
};

static void every_kind_moves_what_its_rules_say_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct entry entry;
        assert_int_equal(build(&entry, CASES[i].kind, CASES[i].moves, CASES[i].count), ERR_OK);
        enum refusal_reason reason = check(&entry);
        if (reason != CASES[i].reason) {
            fail_msg("case %zu (%s): %s, not %s", i, CASES[i].kind, refusal_code(reason),
                     refusal_code(CASES[i].reason));
        }
    }
}

static void every_kind_of_the_rules_has_a_name_and_an_accepted_case(void **state)
{
    const struct kind_rule_set *rules = fixture_rules();

    (void)state;
    for (size_t i = 0; i < rules->count; i++) {
        bool accepted = false;
        for (size_t j = 0; j < sizeof CASES / sizeof CASES[0]; j++) {
            accepted = accepted || (strcmp(CASES[j].kind, rules->rows[i].kind) == 0 &&
                                    CASES[j].reason == REFUSAL_NONE);
        }
        assert_true(accepted);
        assert_string_not_equal(kind_name_ko(rules->rows[i].kind), rules->rows[i].kind);
        assert_string_not_equal(kind_name_en(rules->rows[i].kind), rules->rows[i].kind);
    }
    assert_string_equal(kind_name_ko("expenditure_return"), "여입");
    assert_string_equal(kind_name_ko("of_a_later_version"), "of_a_later_version");
}

static void a_plain_kind_is_one_amount_and_passes_its_own_rules(void **state)
{
    const struct line line = fixture_line(2025, FUNDING_SOURCE_CITY, "p");
    const struct entry_head head = fixture_head(KEY);
    int plain_count = 0;

    (void)state;
    for (size_t i = 0; kind_at(i); i++) {
        struct entry_transfer transfers[2];
        struct refusal refusal = {0};
        struct entry entry;
        size_t count = kind_plain(kind_at(i), &line, 7, transfers);
        if (count == 0) {
            continue;
        }
        plain_count++;
        assert_int_equal(entry_build(&entry, &head, kind_at(i), transfers, count, &refusal),
                         ERR_OK);
        assert_int_equal(check(&entry), REFUSAL_NONE);
    }
    assert_true(plain_count > 12);
    assert_false(kind_may_be_asked("selection"));
    assert_false(kind_may_be_asked("closing"));
    assert_false(kind_may_be_asked("securin"));
    assert_true(kind_may_be_asked("securing"));
}

static void transfers_are_counted_and_measured_before_anything_is_built(void **state)
{
    struct entry_transfer transfers[ENTRY_LEG_MAX / 2 + 1];
    const struct entry_head head = fixture_head(KEY);
    struct entry entry = {.leg_count = 99};
    struct refusal refusal = {0};

    (void)state;
    for (size_t i = 0; i < ENTRY_LEG_MAX / 2 + 1; i++) {
        transfers[i] = (struct entry_transfer){fixture_line(2025, FUNDING_SOURCE_CITY, "p"),
                                               STAGE_S10, STAGE_S20, 1};
    }
    assert_int_equal(entry_build(&entry, &head, "securing", transfers, 0, &refusal), ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_LEGS_INVALID);
    assert_int_equal(
        entry_build(&entry, &head, "securing", transfers, ENTRY_LEG_MAX / 2 + 1, &refusal),
        ERR_INVALID);
    assert_int_equal(entry.leg_count, 99);
    transfers[3].amount_krw = 0;
    assert_int_equal(entry_build(&entry, &head, "securing", transfers, 4, &refusal), ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_AMOUNT_INVALID);
    assert_int_equal(entry.leg_count, 99);
}

static void a_frozen_line_takes_nothing_and_gives_nothing(void **state)
{
    const struct move move = {A, STAGE_S10, STAGE_S20, 5};
    struct account_balance balances[2];
    struct account_balance before[2];
    struct account_balance *pointers[2] = {&balances[0], &balances[1]};
    struct entry_posting postings[2];
    struct refusal refusal = {0};
    struct entry entry;

    (void)state;
    assert_int_equal(build(&entry, "securing", &move, 1), ERR_OK);
    account_balance_init(&balances[0], &entry.legs[0].account);
    account_balance_init(&balances[1], &entry.legs[1].account);
    balances[0].balance_krw = 5;
    balances[1].frozen = true;
    memcpy(before, balances, sizeof before);
    assert_int_equal(entry_post(&entry, pointers, postings, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_LINE_FROZEN);
    assert_memory_equal(before, balances, sizeof before);
    balances[1].frozen = false;
    assert_int_equal(entry_post(&entry, pointers, postings, &refusal), ERR_OK);
}

static enum refusal_reason check_link(const struct entry *entry, const struct entry_link *link)
{
    struct refusal refusal = {0};
    enum err err = entry_check_link(entry, fixture_rules(), link, &refusal);

    assert_int_equal(err, err ? refusal_err(refusal.reason) : ERR_OK);
    return err ? refusal.reason : REFUSAL_NONE;
}

static void a_return_takes_no_won_more_than_is_left_of_its_expenditure(void **state)
{
    const struct move spent = {A, STAGE_S40, STAGE_S50, 100};
    const struct move back = {A, STAGE_S50, STAGE_S30, 41};
    const struct move elsewhere = {B, STAGE_S50, STAGE_S30, 1};
    struct entry_link link = {.taken_krw = 59};
    struct entry expenditure;
    struct entry entry;

    (void)state;
    assert_int_equal(build(&expenditure, "expenditure", &spent, 1), ERR_OK);
    assert_int_equal(build(&entry, "expenditure_return", &back, 1), ERR_OK);
    assert_int_equal(check_link(&entry, &link), REFUSAL_LINK_MISSING);
    entry.linked_seq = 4;
    assert_int_equal(check_link(&entry, &link), REFUSAL_LINK_UNKNOWN);
    link.entry = &expenditure;
    assert_int_equal(check_link(&entry, &link), REFUSAL_NONE);
    link.taken_krw = 60;
    struct refusal refusal = {0};
    assert_int_equal(entry_check_link(&entry, fixture_rules(), &link, &refusal), ERR_CONFLICT);
    assert_int_equal(refusal.reason, REFUSAL_LINK_EXCEEDED);
    assert_true(refusal.shortfall_krw == 1);
    link.reversed = true;
    assert_int_equal(check_link(&entry, &link), REFUSAL_LINK_REVERSED);
    link.reversed = false;
    assert_int_equal(build(&entry, "expenditure_return", &elsewhere, 1), ERR_OK);
    entry.linked_seq = 4;
    assert_int_equal(check_link(&entry, &link), REFUSAL_LINK_INVALID);
}

static void a_reversal_mirrors_one_entry_once_and_nothing_else(void **state)
{
    const struct move moves[] = {{A, STAGE_S40, STAGE_S50, 100}, {A, STAGE_S40, STAGE_S30, 7}};
    const struct entry_head nothing = fixture_head(KEY);
    struct entry_head head = nothing;
    struct entry_link link = {.taken_krw = 0};
    struct refusal refusal = {0};
    struct entry original;
    struct entry entry;

    (void)state;
    assert_int_equal(build(&original, "expenditure", moves, 2), ERR_OK);
    assert_int_equal(entry_build_reversal(&entry, &nothing, &refusal), ERR_INVALID);
    assert_int_equal(refusal.reason, REFUSAL_LINK_MISSING);
    head.linked_seq = 12;
    assert_int_equal(entry_build_reversal(&entry, &head, &refusal), ERR_OK);
    assert_int_equal(check_link(&entry, &link), REFUSAL_LINK_UNKNOWN);
    link.entry = &original;
    assert_int_equal(check_link(&entry, &link), REFUSAL_LEGS_INVALID);
    entry_mirror(&entry, &original);
    assert_int_equal(check_link(&entry, &link), REFUSAL_NONE);
    assert_int_equal(check(&entry), REFUSAL_NONE);
    assert_int_equal(entry.legs[0].account.stage, STAGE_S50);
    assert_true(entry.legs[0].amount_krw == -100);
    assert_int_equal(entry.legs[3].account.stage, STAGE_S40);
    assert_true(entry.legs[3].amount_krw == 7);
    entry.legs[0].amount_krw = -99;
    entry.legs[1].amount_krw = 99;
    assert_int_equal(check_link(&entry, &link), REFUSAL_LEGS_INVALID);
    entry_mirror(&entry, &original);
    link.taken_krw = 1;
    assert_int_equal(check_link(&entry, &link), REFUSAL_LINK_USED);
    link.reversed = true;
    assert_int_equal(check_link(&entry, &link), REFUSAL_LINK_REVERSED);
    link = (struct entry_link){.entry = &entry};
    head.linked_seq = 13;
    struct entry again;
    assert_int_equal(entry_build_reversal(&again, &head, &refusal), ERR_OK);
    entry_mirror(&again, &entry);
    assert_int_equal(check_link(&again, &link), REFUSAL_LINK_INVALID);
    memcpy(entry.document, " ", 2);
    assert_int_equal(check(&entry), REFUSAL_DOCUMENT_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_moves_what_its_rules_say_and_nothing_else),
        cmocka_unit_test(every_kind_of_the_rules_has_a_name_and_an_accepted_case),
        cmocka_unit_test(a_plain_kind_is_one_amount_and_passes_its_own_rules),
        cmocka_unit_test(transfers_are_counted_and_measured_before_anything_is_built),
        cmocka_unit_test(a_frozen_line_takes_nothing_and_gives_nothing),
        cmocka_unit_test(a_return_takes_no_won_more_than_is_left_of_its_expenditure),
        cmocka_unit_test(a_reversal_mirrors_one_entry_once_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
