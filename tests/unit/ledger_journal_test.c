/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's bytes, written out by hand once, and what verification finds
 * when any one of them is changed.
 */
#include "../support/ledger_fixture.h"

#include <openssl/sha.h>

#include "ledger/domain/journal.h"

enum { JOURNAL_LENGTH = 40 };

/* A row of the journal as a database would hold it. */
struct journal_row {
    struct entry entry;
    struct entry_posting postings[4];
    int64_t seq;
    int64_t posted_time_ms;
    uint8_t hash[JOURNAL_HASH_SIZE];
};

struct journal_fixture {
    struct journal_row rows[JOURNAL_LENGTH];
    struct account_balance balances[4]; /* R10.main, S10, M10, M90 */
};

static void hash_row(const struct journal_row *row, const uint8_t previous[JOURNAL_HASH_SIZE],
                     uint8_t hash[JOURNAL_HASH_SIZE])
{
    uint8_t document[JOURNAL_DOCUMENT_SIZE_MAX];
    uint8_t document_hash[JOURNAL_HASH_SIZE];
    uint8_t bytes[JOURNAL_ENTRY_SIZE_MAX];
    const struct journal_position position = {
        .shard = "seongdong",
        .seq = row->seq,
        .posted_time_ms = row->posted_time_ms,
        .previous_hash = previous,
    };

    size_t size = journal_encode_document(&row->entry, document);
    SHA256(document, size, document_hash);
    size = journal_encode_entry(&position, &row->entry, document_hash, bytes);
    SHA256(bytes, size, hash);
}

/* A journal of selections and appropriations of one line, posted for real. */
static void fixture_init(struct journal_fixture *fixture)
{
    static const enum stage STAGES[] = {STAGE_R10_MAIN, STAGE_S10, STAGE_M10, STAGE_M90};
    const struct line line = fixture_line(2025, FUNDING_SOURCE_DISTRICT, "park");
    uint8_t previous[JOURNAL_HASH_SIZE] = {0};
    struct refusal refusal;

    memset(fixture, 0, sizeof *fixture);
    for (int i = 0; i < 4; i++) {
        const struct account account = {line, STAGES[i]};
        account_balance_init(&fixture->balances[i], &account);
    }
    for (int i = 0; i < JOURNAL_LENGTH; i++) {
        struct account_balance *all[] = {&fixture->balances[0], &fixture->balances[1],
                                         &fixture->balances[2], &fixture->balances[3]};
        struct account_balance *selected[] = {&fixture->balances[3], &fixture->balances[2]};
        struct journal_row *row = &fixture->rows[i];
        const uint8_t key[ENTRY_KEY_SIZE] = {(uint8_t)i, 9};
        const struct entry_head head = fixture_head(key);
        bool selects = i % 2 == 0;
        enum err err =
            selects ? entry_build_selection(&row->entry, &head, &line, 1000 + i, &refusal)
                    : entry_build_appropriation(&row->entry, &head, &line, 500 + i, &refusal);
        assert_int_equal(err, ERR_OK);
        err = entry_post(&row->entry, selects ? selected : all, row->postings, &refusal);
        assert_int_equal(err, ERR_OK);
        row->seq = i + 1;
        row->posted_time_ms = 1734000000000 + i;
        hash_row(row, previous, row->hash);
        memcpy(previous, row->hash, sizeof previous);
    }
}

/* Runs down the journal as `hyeopchi ledger verify` does; the first fault. */
static enum journal_fault verify_chain(const struct journal_fixture *fixture, int length)
{
    struct journal_check check;

    journal_check_init(&check, "seongdong");
    for (int i = 0; i < length; i++) {
        const struct journal_row *row = &fixture->rows[i];
        uint8_t computed[JOURNAL_HASH_SIZE];
        hash_row(row, check.hash, computed);
        enum journal_fault fault =
            journal_check_entry(&check, row->seq, &row->entry, computed, row->hash);
        if (fault) {
            return fault;
        }
        fault = journal_check_rules(&row->entry, NULL, fixture_rules());
        if (fault) {
            return fault;
        }
    }
    const struct journal_row *last = &fixture->rows[JOURNAL_LENGTH - 1];
    return journal_check_head(&check, last->seq, last->hash);
}

static enum journal_fault verify_account(const struct journal_fixture *fixture, int account)
{
    const struct account_balance *stored = &fixture->balances[account];
    struct balance_check check;

    balance_check_init(&check);
    for (int i = 0; i < JOURNAL_LENGTH; i++) {
        const struct journal_row *row = &fixture->rows[i];
        for (size_t leg = 0; leg < row->entry.leg_count; leg++) {
            if (!account_equal(&row->entry.legs[leg].account, &stored->account)) {
                continue;
            }
            const struct journal_posting posting = {
                .account = row->entry.legs[leg].account,
                .seq = row->seq,
                .amount_krw = row->entry.legs[leg].amount_krw,
                .version = row->postings[leg].version,
                .balance_after_krw = row->postings[leg].balance_after_krw,
            };
            enum journal_fault fault = balance_check_posting(&check, &posting);
            if (fault) {
                return fault;
            }
        }
    }
    return balance_check_account(&check, stored);
}

/* The bytes of one small entry, laid out by hand from the description in journal.h. */
static void the_layout_is_what_the_header_says(void **state)
{
    static const uint8_t EXPECTED[] = {
        'l',  'e',  'd',  'g',  'e',  'r',  '/',  '1', /* layout */
        7,    7,    7,    7,    7,    7,    7,    7,   7,    7,    7,
        7,    7,    7,    7,    7, /* previous */
        7,    7,    7,    7,    7,    7,    7,    7,   7,    7,    7,
        7,    7,    7,    7,    7,    0,    2,    'g', 'u', /* shard */
        0,    0,    0,    0,    0,    0,    1,    2,        /* seq 258 */
        1,    2,    3,    4,    5,    6,    7,    8,   9,    10,   11,
        12,   13,   14,   15,   16,                                     /* key */
        0,    0,    1,    0x93, 0xba, 0x94, 0x8c, 0,                    /* posted at */
        0,    9,    's',  'e',  'l',  'e',  'c',  't', 'i',  'o',  'n', /* kind */
        0x01, 0x34, 0xda, 0xf5,                                         /* 20241141 */
        0,    0,    0x07, 0xe9,                                         /* period 2025 */
        0,    2,                                                        /* legs */
        0,    0,    0x07, 0xe9, 0,    4,    'c',  'i', 't',  'y',       /* M90 of 2025, city, p */
        0,    1,    'p',  0,    3,    'M',  '9',  '0', 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xfe,                             /* -2 */
        0,    0,    0x07, 0xe9, 0,    4,    'c',  'i', 't',  'y', /* M10 */
        0,    1,    'p',  0,    3,    'M',  '1',  '0', 0,    0,    0,
        0,    0,    0,    0,    2, /* +2 */
        8,    8,    8,    8,    8,    8,    8,    8,   8,    8,    8,
        8,    8,    8,    8,    8, /* document */
        8,    8,    8,    8,    8,    8,    8,    8,   8,    8,    8,
        8,    8,    8,    8,    8,
    };
    const uint8_t key[ENTRY_KEY_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    const struct line line = fixture_line(2025, FUNDING_SOURCE_CITY, "p");
    struct entry_head head = fixture_head(key);
    uint8_t bytes[JOURNAL_ENTRY_SIZE_MAX];
    uint8_t previous[JOURNAL_HASH_SIZE];
    uint8_t document_hash[JOURNAL_HASH_SIZE];
    struct refusal refusal;
    struct entry entry;

    (void)state;
    memset(previous, 7, sizeof previous);
    memset(document_hash, 8, sizeof document_hash);
    head.effective_date = 20241141; /* no date; the layout does not judge */
    assert_int_equal(entry_build_selection(&entry, &head, &line, 2, &refusal), ERR_OK);
    const struct journal_position position = {
        .shard = "gu",
        .seq = 258,
        .posted_time_ms = 0x00000193ba948c00,
        .previous_hash = previous,
    };
    size_t size = journal_encode_entry(&position, &entry, document_hash, bytes);
    assert_int_equal(size, sizeof EXPECTED);
    assert_memory_equal(bytes, EXPECTED, sizeof EXPECTED);
}

static void document_and_metadata_cannot_be_mistaken_for_each_other(void **state)
{
    static const uint8_t EXPECTED[] = {0, 2, 'a', 'b', 0, 1, 'c'};
    struct entry entry = {.document = "ab", .metadata = "c"};
    uint8_t bytes[JOURNAL_DOCUMENT_SIZE_MAX];

    (void)state;
    assert_int_equal(journal_encode_document(&entry, bytes), sizeof EXPECTED);
    assert_memory_equal(bytes, EXPECTED, sizeof EXPECTED);
}

static void the_largest_entry_fits_its_buffer(void **state)
{
    static uint8_t bytes[JOURNAL_ENTRY_SIZE_MAX];
    static uint8_t document[JOURNAL_DOCUMENT_SIZE_MAX];
    const uint8_t hash[JOURNAL_HASH_SIZE] = {0};
    char programme[PROGRAMME_LENGTH_MAX + 1];
    struct entry entry;

    (void)state;
    memset(&entry, 0, sizeof entry);
    memset(programme, 'p', sizeof programme);
    programme[PROGRAMME_LENGTH_MAX] = '\0';
    memset(entry.kind, 'k', KIND_LENGTH_MAX);
    memset(entry.document, 'd', ENTRY_DOCUMENT_LENGTH_MAX);
    memset(entry.metadata, 'm', ENTRY_METADATA_LENGTH_MAX);
    entry.linked_seq = INT64_MAX;
    entry.leg_count = ENTRY_LEG_MAX;
    for (size_t i = 0; i < ENTRY_LEG_MAX; i++) {
        entry.legs[i].account.line = fixture_line(2199, FUNDING_SOURCE_NATIONAL, programme);
        entry.legs[i].account.stage = STAGE_R10_CARRYOVER_CONTINUING;
    }
    const struct journal_position position = {
        .shard = "abcdefghijklmnopqrstuvwxyz012345",
        .seq = INT64_MAX,
        .posted_time_ms = INT64_MAX,
        .previous_hash = hash,
    };
    assert_true(journal_encode_entry(&position, &entry, hash, bytes) <= sizeof bytes);
    assert_int_equal(journal_encode_document(&entry, document), sizeof document);
}

static void a_sound_journal_verifies(void **state)
{
    static struct journal_fixture fixture;

    (void)state;
    fixture_init(&fixture);
    assert_int_equal(verify_chain(&fixture, JOURNAL_LENGTH), JOURNAL_SOUND);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(verify_account(&fixture, i), JOURNAL_SOUND);
    }
}

static void rows_missing_doubled_or_cut_off_are_found(void **state)
{
    static struct journal_fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.rows[7] = fixture.rows[8];
    assert_int_equal(verify_chain(&fixture, JOURNAL_LENGTH), JOURNAL_FAULT_SEQ);
    fixture_init(&fixture);
    fixture.rows[8] = fixture.rows[7];
    assert_int_equal(verify_chain(&fixture, JOURNAL_LENGTH), JOURNAL_FAULT_SEQ);
    fixture_init(&fixture);
    assert_int_equal(verify_chain(&fixture, JOURNAL_LENGTH - 1), JOURNAL_FAULT_HEAD);
    fixture_init(&fixture);
    fixture.rows[7] = fixture.rows[9];
    fixture.rows[7].seq = 8;
    assert_int_equal(verify_chain(&fixture, JOURNAL_LENGTH), JOURNAL_FAULT_HASH);
}

/* Every bit of what a row says, one at a time. */
static void one_flipped_bit_anywhere_in_a_row_is_found(void **state)
{
    static struct journal_fixture fixture;
    struct journal_row *row = &fixture.rows[JOURNAL_LENGTH / 2 + 1];

    (void)state;
    fixture_init(&fixture);

    const struct {
        uint8_t *bytes;
        size_t size;
    } parts[] = {
        {row->entry.key, sizeof row->entry.key},
        {(uint8_t *)row->entry.kind, strlen(row->entry.kind)},
        {(uint8_t *)&row->entry.effective_date, sizeof row->entry.effective_date},
        {(uint8_t *)&row->entry.period, sizeof row->entry.period},
        {(uint8_t *)row->entry.document, strlen(row->entry.document)},
        {(uint8_t *)row->entry.metadata, strlen(row->entry.metadata)},
        {(uint8_t *)&row->entry.legs[0].amount_krw, sizeof row->entry.legs[0].amount_krw},
        {(uint8_t *)&row->entry.legs[3].amount_krw, sizeof row->entry.legs[3].amount_krw},
        {(uint8_t *)&row->entry.legs[1].account.line.fiscal_year, sizeof(int32_t)},
        {(uint8_t *)row->entry.legs[1].account.line.programme, 4},
        {(uint8_t *)&row->posted_time_ms, sizeof row->posted_time_ms},
        {row->hash, sizeof row->hash},
    };

    for (size_t part = 0; part < sizeof parts / sizeof parts[0]; part++) {
        for (size_t bit = 0; bit < 8 * parts[part].size; bit++) {
            uint8_t *byte = &parts[part].bytes[bit / 8];
            *byte = (uint8_t)(*byte ^ (1U << (bit % 8)));
            assert_int_equal(verify_chain(&fixture, JOURNAL_LENGTH), JOURNAL_FAULT_HASH);
            *byte = (uint8_t)(*byte ^ (1U << (bit % 8)));
        }
    }
    row->entry.legs[1].account.stage = STAGE_S20;
    assert_int_equal(verify_chain(&fixture, JOURNAL_LENGTH), JOURNAL_FAULT_HASH);
    row->entry.legs[1].account.stage = STAGE_S10;
    row->entry.legs[1].account.line.funding_source = FUNDING_SOURCE_CITY;
    assert_int_equal(verify_chain(&fixture, JOURNAL_LENGTH), JOURNAL_FAULT_HASH);
    row->entry.legs[1].account.line.funding_source = FUNDING_SOURCE_DISTRICT;
    assert_int_equal(verify_chain(&fixture, JOURNAL_LENGTH), JOURNAL_SOUND);
}

/* Whoever rewrites a row and every hash after it still has to obey the rules. */
static void a_rehashed_entry_that_breaks_the_rules_is_found(void **state)
{
    static struct journal_fixture fixture;
    uint8_t previous[JOURNAL_HASH_SIZE] = {0};

    (void)state;
    fixture_init(&fixture);
    fixture.rows[5].entry.legs[1].amount_krw += 1;
    for (int i = 0; i < JOURNAL_LENGTH; i++) {
        hash_row(&fixture.rows[i], previous, fixture.rows[i].hash);
        memcpy(previous, fixture.rows[i].hash, sizeof previous);
    }
    assert_int_equal(verify_chain(&fixture, JOURNAL_LENGTH), JOURNAL_FAULT_ENTRY);
}

static void balances_and_versions_that_do_not_follow_are_found(void **state)
{
    static struct journal_fixture fixture;

    (void)state;
    fixture_init(&fixture);
    fixture.rows[10].postings[1].balance_after_krw += 1;
    assert_int_equal(verify_account(&fixture, 2), JOURNAL_FAULT_BALANCE);
    fixture_init(&fixture);
    fixture.rows[10].postings[1].version += 1;
    assert_int_equal(verify_account(&fixture, 2), JOURNAL_FAULT_VERSION);
    fixture_init(&fixture);
    fixture.balances[2].balance_krw -= 1;
    assert_int_equal(verify_account(&fixture, 2), JOURNAL_FAULT_BALANCE);
    fixture_init(&fixture);
    fixture.balances[2].version += 1;
    assert_int_equal(verify_account(&fixture, 2), JOURNAL_FAULT_VERSION);
    fixture_init(&fixture);
    fixture.balances[2].held_krw = INT64_MAX;
    assert_int_equal(verify_account(&fixture, 2), JOURNAL_FAULT_FLOOR);
    fixture_init(&fixture);
    fixture.balances[2].floor_krw = -1;
    assert_int_equal(verify_account(&fixture, 2), JOURNAL_FAULT_FLOOR);
    fixture_init(&fixture);
    fixture.balances[2].has_floor = false;
    assert_int_equal(verify_account(&fixture, 2), JOURNAL_FAULT_FLOOR);
    fixture_init(&fixture);
    fixture.rows[10].seq = 3;
    assert_int_equal(verify_account(&fixture, 2), JOURNAL_FAULT_VERSION);
}

static void an_account_below_its_floor_between_entries_is_found(void **state)
{
    struct account account = {.line = fixture_line(2025, FUNDING_SOURCE_CITY, "p"),
                              .stage = STAGE_M10};
    struct journal_posting posting = {.account = account, .version = 1, .seq = 1};
    struct account_balance stored;
    struct balance_check check;

    (void)state;
    balance_check_init(&check);
    account_balance_init(&stored, &account);
    posting.amount_krw = -5;
    posting.balance_after_krw = -5;
    assert_int_equal(balance_check_posting(&check, &posting), JOURNAL_SOUND);
    posting.version = 2;
    posting.amount_krw = 5;
    posting.balance_after_krw = 0;
    struct balance_check next_entry = check;
    assert_int_equal(balance_check_posting(&check, &posting), JOURNAL_SOUND);
    posting.seq = 2;
    assert_int_equal(balance_check_posting(&next_entry, &posting), JOURNAL_FAULT_FLOOR);
    stored.version = 2;
    assert_int_equal(balance_check_account(&check, &stored), JOURNAL_SOUND);
    assert_true(check.account_count == 1);
    assert_true(check.posting_count == 2);
}

static void an_account_without_postings_is_empty_or_wrong(void **state)
{
    struct account account = {.line = fixture_line(2025, FUNDING_SOURCE_CITY, "p"),
                              .stage = STAGE_S10};
    struct account_balance stored;
    struct balance_check check;

    (void)state;
    balance_check_init(&check);
    account_balance_init(&stored, &account);
    assert_int_equal(balance_check_account(&check, &stored), JOURNAL_SOUND);
    stored.balance_krw = 1;
    assert_int_equal(balance_check_account(&check, &stored), JOURNAL_FAULT_BALANCE);
}

static void every_fault_has_a_code_of_its_own(void **state)
{
    (void)state;
    for (int i = JOURNAL_SOUND; i <= JOURNAL_FAULT_PERIOD; i++) {
        for (int j = JOURNAL_SOUND; j < i; j++) {
            assert_string_not_equal(journal_fault_code((enum journal_fault)i),
                                    journal_fault_code((enum journal_fault)j));
        }
        assert_true(strlen(journal_fault_sentence_ko((enum journal_fault)i)) > 0);
        assert_true(strlen(journal_fault_sentence_en((enum journal_fault)i)) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_layout_is_what_the_header_says),
        cmocka_unit_test(document_and_metadata_cannot_be_mistaken_for_each_other),
        cmocka_unit_test(the_largest_entry_fits_its_buffer),
        cmocka_unit_test(a_sound_journal_verifies),
        cmocka_unit_test(rows_missing_doubled_or_cut_off_are_found),
        cmocka_unit_test(one_flipped_bit_anywhere_in_a_row_is_found),
        cmocka_unit_test(a_rehashed_entry_that_breaks_the_rules_is_found),
        cmocka_unit_test(balances_and_versions_that_do_not_follow_are_found),
        cmocka_unit_test(an_account_below_its_floor_between_entries_is_found),
        cmocka_unit_test(an_account_without_postings_is_empty_or_wrong),
        cmocka_unit_test(every_fault_has_a_code_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
