/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/commit_receipt: signed and restored receipts are the same bytes,
 * and every vote's path leads to the root that was signed.
 */
#include "../support/participation_fixture.h"

#include "participation/commit_receipt.h"
#include "runtime/json.h"
#include "runtime/merkle.h"

enum { LEAF_COUNT_MAX = 33, ISSUED_MS = 1655690, MERGE_DELAY_S = 60, TEXT_SIZE_MAX = 4096 };

static const char SEED[] = "IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI"; /* 32 bytes 0x22 */

static const uint8_t BALLOT_ID[BALLOT_ID_SIZE] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};

static struct receipt_signer signer;
static uint8_t leaf_hashes[LEAF_COUNT_MAX * CRYPTO_HASH_SIZE];

static int make_leaves(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEAF_COUNT_MAX; i++) {
        const uint8_t leaf = (uint8_t)i;

        merkle_leaf_hash(&leaf, 1, leaf_hashes + i * CRYPTO_HASH_SIZE);
    }
    signer.max_merge_delay_s = MERGE_DELAY_S;
    return receipt_signer_load(&signer, SEED) == ERR_OK ? 0 : -1;
}

static struct commit_receipt *sign(size_t leaf_count)
{
    const struct commit_receipt_new commit = {
        .ballot_id = BALLOT_ID,
        .leaf_hashes = leaf_hashes,
        .leaf_count = leaf_count,
        .issued_ms = ISSUED_MS,
    };
    struct commit_receipt *receipt = NULL;

    assert_int_equal(commit_receipt_sign(&signer, &commit, &receipt), ERR_OK);
    return receipt;
}

/* The text of vote index's answer; the caller frees it. */
static char *text_of(const struct commit_receipt *receipt, uint32_t index)
{
    uint8_t nullifier[CRYPTO_HASH_SIZE];
    const struct commit_receipt_vote vote = {index, 3, nullifier};
    struct buffer text;
    size_t length;

    memset(nullifier, 0x5a, sizeof nullifier);
    buffer_init(&text, TEXT_SIZE_MAX);
    buffer_append_u8(&text, '{');
    commit_receipt_write(receipt, &vote, &text);
    buffer_append_u8(&text, '}');
    buffer_append_u8(&text, '\0');
    assert_int_equal(buffer_status(&text), ERR_OK);
    return (char *)buffer_take(&text, &length);
}

static enum err verify(const struct commit_receipt *receipt)
{
    return crypto_verify(CRYPTO_ED25519, receipt->key, sizeof receipt->key, receipt->body,
                         sizeof receipt->body, receipt->signature);
}

static void the_body_says_what_was_committed_and_its_signature_verifies(void **state)
{
    struct commit_receipt *receipt = sign(5);
    struct receipt said;
    uint8_t root[MERKLE_HASH_SIZE];

    (void)state;
    assert_int_equal(receipt_decode(receipt->body, sizeof receipt->body, &said), ERR_OK);
    merkle_root(leaf_hashes, 5, root);
    assert_memory_equal(said.commit_root, root, sizeof root);
    assert_memory_equal(said.ballot_id, BALLOT_ID, sizeof said.ballot_id);
    assert_true(said.issued_ms == ISSUED_MS);
    assert_int_equal(said.max_merge_delay_s, MERGE_DELAY_S);
    assert_memory_equal(receipt->key, signer.public_key, sizeof receipt->key);
    assert_int_equal(verify(receipt), ERR_OK);
    receipt->body[20] ^= 1;
    assert_int_equal(verify(receipt), ERR_INVALID);
    commit_receipt_release(receipt);
}

static size_t read_bytes(const json_t *json, uint8_t *bytes, size_t size)
{
    size_t length = 0;

    assert_int_equal(crypto_base64url_parse(json_string_value(json), json_string_length(json),
                                            bytes, size, &length),
                     ERR_OK);
    return length;
}

static void assert_path_leads_to_root(const struct commit_receipt *receipt, uint32_t index)
{
    char *text = text_of(receipt, index);
    uint8_t path[MERKLE_PATH_LENGTH_MAX * MERKLE_HASH_SIZE];
    uint8_t leaf[MERKLE_HASH_SIZE];
    uint8_t root[MERKLE_HASH_SIZE];
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    const json_t *said = json_object_get(json_object_get(json, "receipt"), "path");
    const json_t *hashes = json_object_get(said, "hashes");

    assert_int_equal(json_integer_value(json_object_get(said, "index")), index);
    assert_int_equal(json_integer_value(json_object_get(said, "size")), receipt->leaf_count);
    for (size_t i = 0; i < json_array_size(hashes); i++) {
        assert_int_equal(
            read_bytes(json_array_get(hashes, i), path + i * MERKLE_HASH_SIZE, MERKLE_HASH_SIZE),
            MERKLE_HASH_SIZE);
    }
    assert_int_equal(
        read_bytes(json_object_get(json_object_get(json, "vote"), "leaf_hash"), leaf, sizeof leaf),
        sizeof leaf);
    assert_memory_equal(leaf, leaf_hashes + (size_t)index * MERKLE_HASH_SIZE, sizeof leaf);
    assert_int_equal(merkle_root_from_path(leaf, index, receipt->leaf_count, path,
                                           json_array_size(hashes), root),
                     ERR_OK);
    json_decref(json);
    free(text);

    merkle_root(leaf_hashes, receipt->leaf_count, leaf);
    assert_memory_equal(root, leaf, sizeof root);
}

static void every_path_of_every_size_leads_to_the_signed_root(void **state)
{
    (void)state;
    for (uint32_t count = 1; count <= LEAF_COUNT_MAX; count++) {
        struct commit_receipt *receipt = sign(count);

        for (uint32_t index = 0; index < count; index++) {
            assert_path_leads_to_root(receipt, index);
        }
        commit_receipt_release(receipt);
    }
}

static void a_restored_receipt_gives_the_same_bytes_to_everybody(void **state)
{
    struct commit_receipt *signed_once = sign(7);
    struct commit_receipt *restored = NULL;
    struct receipt_row row = {
        .leaf_hashes = leaf_hashes,
        .leaf_count = 7,
        .body = signed_once->body,
        .body_length = sizeof signed_once->body,
    };

    (void)state;
    memcpy(row.signature, signed_once->signature, sizeof row.signature);
    memcpy(row.key, signed_once->key, sizeof row.key);
    signer.max_merge_delay_s = 1; /* What the service says today must not matter. */
    assert_int_equal(commit_receipt_restore(&row, &restored), ERR_OK);
    signer.max_merge_delay_s = MERGE_DELAY_S;
    for (uint32_t index = 0; index < 7; index++) {
        char *first = text_of(signed_once, index);
        char *again = text_of(restored, index);

        assert_string_equal(first, again);
        free(first);
        free(again);
    }
    commit_receipt_release(signed_once);
    commit_receipt_release(restored);
}

static void a_row_with_a_body_of_another_length_is_refused(void **state)
{
    uint8_t body[RECEIPT_SIZE + 1] = {0};
    struct receipt_row row = {.leaf_hashes = leaf_hashes, .leaf_count = 1, .body = body};
    struct commit_receipt *restored = NULL;

    (void)state;
    for (row.body_length = 0; row.body_length <= sizeof body; row.body_length++) {
        if (row.body_length != RECEIPT_SIZE) {
            assert_int_equal(commit_receipt_restore(&row, &restored), ERR_INTERNAL);
        }
    }
    assert_null(restored);
}

static void assert_keys(const json_t *json, const char *const *names)
{
    size_t count = 0;

    for (; names[count] != NULL; count++) {
        assert_non_null(json_object_get(json, names[count]));
    }
    assert_int_equal(json_object_size(json), count);
}

static void the_answer_has_the_published_shape(void **state)
{
    static const char *const whole[] = {"vote", "receipt", NULL};
    static const char *const vote[] = {"rev", "nullifier", "leaf_hash", NULL};
    static const char *const said[] = {"code", "body", "path", "signature", "key", NULL};
    static const char *const path[] = {"index", "size", "hashes", NULL};
    struct commit_receipt *receipt = sign(2);
    char *text = text_of(receipt, 1);
    json_t *json = json_loads(text, 0, NULL);
    const json_t *code;

    (void)state;
    assert_keys(json, whole);
    assert_keys(json_object_get(json, "vote"), vote);
    assert_keys(json_object_get(json, "receipt"), said);
    assert_keys(json_object_get(json_object_get(json, "receipt"), "path"), path);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "vote"), "rev")), 3);
    code = json_object_get(json_object_get(json, "receipt"), "code");
    assert_int_equal(json_string_length(code), strlen("1234-5678-9AB"));
    assert_int_equal(json_string_value(code)[4], '-');
    assert_int_equal(json_string_value(code)[9], '-');
    json_decref(json);
    free(text);
    commit_receipt_release(receipt);
}

static void a_receipt_lives_until_its_last_reference(void **state)
{
    struct commit_receipt *receipt = sign(1);

    (void)state;
    assert_ptr_equal(commit_receipt_hold(receipt), receipt);
    commit_receipt_release(receipt);
    assert_memory_equal(commit_receipt_leaf(receipt, 0), leaf_hashes, CRYPTO_HASH_SIZE);
    commit_receipt_release(receipt);
    commit_receipt_release(NULL);
}

static void a_signing_key_that_is_not_32_bytes_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "IiIi",
        "IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIi",
        "IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIi",
        "IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIi*",
        "IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI=",
    };
    struct receipt_signer refused = {0};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(receipt_signer_load(&refused, wrong[i]), ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_body_says_what_was_committed_and_its_signature_verifies),
        cmocka_unit_test(every_path_of_every_size_leads_to_the_signed_root),
        cmocka_unit_test(a_restored_receipt_gives_the_same_bytes_to_everybody),
        cmocka_unit_test(a_row_with_a_body_of_another_length_is_refused),
        cmocka_unit_test(the_answer_has_the_published_shape),
        cmocka_unit_test(a_receipt_lives_until_its_last_reference),
        cmocka_unit_test(a_signing_key_that_is_not_32_bytes_is_refused),
    };

    if (crypto_open() != ERR_OK) {
        return EXIT_FAILURE;
    }
    return cmocka_run_group_tests_name("participation_commit_receipt", tests, make_leaves, NULL);
}
