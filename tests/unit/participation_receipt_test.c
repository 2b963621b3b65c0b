/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/domain/receipt: the signed body byte by byte, and bodies that
 * are not receipts.
 */
#include "../support/participation_fixture.h"

#include "participation/domain/receipt.h"
#include "runtime/crypto.h"

static const char EXPECTED[] =
    "0c706276312f72656365697074000102030405060708090a0b0c0d0e0f"
    "88251655782c4f77770d7c9d42587e34d82201e4414e26b0e050594abd2e4b04"
    "000001817ed076fb003c";

static size_t published_receipt(uint8_t *data, size_t size)
{
    struct receipt receipt = {.issued_ms = 1655690000123, .max_merge_delay_s = 60};
    struct encoder encoder;
    size_t length = 0;

    for (size_t i = 0; i < BALLOT_ID_SIZE; i++) {
        receipt.ballot_id[i] = (uint8_t)i;
    }
    assert_int_equal(
        crypto_hex_parse("88251655782c4f77770d7c9d42587e34d82201e4414e26b0e050594abd2e4b04",
                         receipt.commit_root, sizeof receipt.commit_root),
        ERR_OK);
    encoder_init(&encoder, data, size);
    receipt_encode(&encoder, &receipt);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    return length;
}

static void the_body_is_the_published_layout(void **state)
{
    uint8_t data[RECEIPT_SIZE];
    char hex[2 * RECEIPT_SIZE + 1];

    (void)state;
    assert_int_equal(published_receipt(data, sizeof data), RECEIPT_SIZE);
    crypto_hex(data, sizeof data, hex, sizeof hex);
    assert_string_equal(hex, EXPECTED);
}

static void a_receipt_is_read_back(void **state)
{
    uint8_t data[RECEIPT_SIZE];
    struct receipt receipt;

    (void)state;
    (void)published_receipt(data, sizeof data);
    assert_int_equal(receipt_decode(data, sizeof data, &receipt), ERR_OK);
    assert_true(receipt.issued_ms == 1655690000123);
    assert_int_equal(receipt.max_merge_delay_s, 60);
    assert_int_equal(receipt.ballot_id[15], 15);
    assert_int_equal(receipt.commit_root[0], 0x88);
}

static void assert_no_receipt(const uint8_t *data, size_t length)
{
    struct receipt untouched = {.issued_ms = 77};

    assert_int_equal(receipt_decode(data, length, &untouched), ERR_INVALID);
    assert_true(untouched.issued_ms == 77);
}

static void what_is_not_exactly_one_receipt_is_refused(void **state)
{
    uint8_t data[RECEIPT_SIZE + 1] = {0};
    const size_t issued_at = 13 + 16 + 32;

    (void)state;
    (void)published_receipt(data, sizeof data);
    for (size_t cut = 0; cut < RECEIPT_SIZE; cut++) {
        assert_no_receipt(data, cut);
    }
    assert_no_receipt(data, RECEIPT_SIZE + 1);
    data[5] ^= 1; /* another tag */
    assert_no_receipt(data, RECEIPT_SIZE);
    data[5] ^= 1;

    memset(data + issued_at + 8, 0, 2); /* no delay */
    assert_no_receipt(data, RECEIPT_SIZE);
    memset(data + issued_at + 8, 0xff, 2); /* 18 hours */
    assert_no_receipt(data, RECEIPT_SIZE);

    (void)published_receipt(data, sizeof data);
    memset(data + issued_at, 0, 8); /* no time */
    assert_no_receipt(data, RECEIPT_SIZE);
    memset(data + issued_at, 0xff, 8); /* past int64 */
    assert_no_receipt(data, RECEIPT_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_body_is_the_published_layout),
        cmocka_unit_test(a_receipt_is_read_back),
        cmocka_unit_test(what_is_not_exactly_one_receipt_is_refused),
    };

    if (crypto_open() != ERR_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
