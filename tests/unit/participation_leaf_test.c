/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/domain/leaf: the published vectors from the ballot's key to
 * the commitment, a leaf an independent program computed, and leaves that are
 * not leaves.
 */
#include "../support/participation_fixture.h"

#include "participation/domain/leaf.h"
#include "participation/domain/vote_body.h"
#include "runtime/crypto.h"
#include "runtime/merkle.h"

static void assert_hex(const uint8_t *data, size_t length, const char *expected)
{
    char text[2 * LEAF_CAST_SIZE + 1];

    crypto_hex(data, length, text, sizeof text);
    assert_string_equal(text, expected);
}

struct vector {
    uint8_t ballot_id[BALLOT_ID_SIZE];
    uint8_t ballot_key[32];
    uint8_t subject[VOTE_SUBJECT_SIZE];
    uint8_t def_hash[ENCODE_HASH_SIZE];
    uint8_t blinding[LEAF_BLINDING_SIZE];
    uint8_t ct[160];
};

static struct vector published_inputs(void)
{
    struct vector vector;

    for (size_t i = 0; i < BALLOT_ID_SIZE; i++) {
        vector.ballot_id[i] = (uint8_t)i;
    }
    memset(vector.ballot_key, 0x11, sizeof vector.ballot_key);
    crypto_sha256("subject-1", 9, vector.subject);
    crypto_sha256("ballot-def", 10, vector.def_hash);
    memset(vector.blinding, 0x22, sizeof vector.blinding);
    memset(vector.ct, 0x33, sizeof vector.ct);
    return vector;
}

static void keys_of(const struct vector *vector, uint8_t *ret_k_t, uint8_t *ret_k_n)
{
    uint8_t x[BALLOT_ID_SIZE];
    struct encoder encoder;
    size_t length = 0;

    encoder_init(&encoder, x, sizeof x);
    leaf_key_encode(&encoder, vector->ballot_id);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    crypto_tagged_mac(vector->ballot_key, LEAF_TAG_KEY_VTAG, x, length, ret_k_t);
    crypto_tagged_mac(vector->ballot_key, LEAF_TAG_KEY_NULL, x, length, ret_k_n);
}

static void nullifier_of(const struct vector *vector, uint8_t *ret_vtag, uint8_t *ret_nullifier)
{
    uint8_t x[BALLOT_ID_SIZE + ENCODE_HASH_SIZE];
    uint8_t k_t[32];
    uint8_t k_n[32];
    struct encoder encoder;
    size_t length = 0;

    keys_of(vector, k_t, k_n);
    encoder_init(&encoder, x, sizeof x);
    leaf_vtag_encode(&encoder, vector->ballot_id, vector->subject);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    crypto_tagged_mac(k_t, LEAF_TAG_VTAG, x, length, ret_vtag);

    encoder_init(&encoder, x, sizeof x);
    leaf_nullifier_encode(&encoder, vector->ballot_id, ret_vtag);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    crypto_tagged_mac(k_n, LEAF_TAG_NULLIFIER, x, length, ret_nullifier);
}

static void commit_of(const struct vector *vector, uint8_t *ret_commit)
{
    static const struct vote_choice CHOICES[] = {{12, 1}, {30, 1}, {7, 1}};
    uint8_t body[VOTE_BODY_SIZE(3)];
    uint8_t x[LEAF_COMMIT_SIZE(VOTE_BODY_SIZE(3))];
    struct encoder encoder;
    size_t body_length = 0;
    size_t length = 0;

    encoder_init(&encoder, body, sizeof body);
    vote_body_encode(&encoder, VOTE_BODY_METHOD_APPROVE, CHOICES, 3);
    assert_int_equal(encoder_finish(&encoder, &body_length), ERR_OK);

    encoder_init(&encoder, x, sizeof x);
    leaf_commit_encode(&encoder, &(struct leaf_commit){.ballot_id = vector->ballot_id,
                                                       .def_hash = vector->def_hash,
                                                       .blinding = vector->blinding,
                                                       .body = body,
                                                       .body_length = body_length});
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    assert_int_equal(length, sizeof x);
    crypto_tagged_hash(LEAF_TAG_COMMIT, x, length, ret_commit);
}

static struct leaf_cast published_leaf(void)
{
    struct vector vector = published_inputs();
    struct leaf_cast cast = {.batch_no = 42, .rev = 3, .channel = BALLOT_CHANNEL_KIOSK};
    uint8_t vtag[32];

    memcpy(cast.ballot_id, vector.ballot_id, sizeof cast.ballot_id);
    nullifier_of(&vector, vtag, cast.nullifier);
    commit_of(&vector, cast.commit);
    crypto_tagged_hash(LEAF_TAG_CT, vector.ct, sizeof vector.ct, cast.ct_hash);
    crypto_sha256("request", 7, cast.req_hash);
    return cast;
}

static size_t leaf_of(const struct leaf_cast *cast, uint8_t *data, size_t size)
{
    struct encoder encoder;
    size_t length = 0;

    encoder_init(&encoder, data, size);
    leaf_cast_encode(&encoder, cast);
    assert_int_equal(encoder_finish(&encoder, &length), ERR_OK);
    return length;
}

static void keys_vtag_and_nullifier_are_the_published_vectors(void **state)
{
    struct vector vector = published_inputs();
    uint8_t k_t[32];
    uint8_t k_n[32];
    uint8_t vtag[32];
    uint8_t nullifier[32];

    (void)state;
    keys_of(&vector, k_t, k_n);
    nullifier_of(&vector, vtag, nullifier);
    assert_hex(k_t, 32, "6e193790cdbf76f374a6dde42fbb49f95191135be5c027a74ec302760f919b51");
    assert_hex(k_n, 32, "fd799b9629ac841021fc8a0ddc13b1cb345de0caf1427a722d56481d9e4eca5d");
    assert_hex(vtag, 32, "71ef0ed9042cc2f9a8d8c0dd0e9c0da2ecc012d4292e4ea19c1bd34202abf1f6");
    assert_hex(nullifier, 32, "8780a22ead80e32cc86f6bcf458c14e7ed0493c8274e0890056bc05c4e265042");
}

static void the_commitment_and_the_sealed_texts_hash_are_the_published_vectors(void **state)
{
    struct leaf_cast cast = published_leaf();
    uint8_t empty[32];

    (void)state;
    assert_hex(cast.commit, 32, "2681e73fa06bc2e878423bc6a57095adf879577cc6d22784945f325bdb1e5f8d");
    assert_hex(cast.ct_hash, 32,
               "8e65ceee092d111b4cb5cafe4aa4a1d4bff58b763bbc80ad180e8c84f65cb648");
    crypto_tagged_hash(LEAF_TAG_CT, "", 0, empty);
    assert_hex(empty, 32, "a7796573fe9b7adc48416a40d2ef95f69fdc10ead3aeaa32122c624e7970fda5");
}

static void a_leaf_hashes_to_what_an_independent_program_computed(void **state)
{
    struct leaf_cast cast = published_leaf();
    uint8_t data[LEAF_CAST_SIZE];
    uint8_t hash[32];

    (void)state;
    assert_int_equal(leaf_of(&cast, data, sizeof data), LEAF_CAST_SIZE);
    merkle_leaf_hash(data, sizeof data, hash);
    assert_hex(hash, 32, "88251655782c4f77770d7c9d42587e34d82201e4414e26b0e050594abd2e4b04");
}

static void another_subject_ballot_or_key_leads_to_another_nullifier(void **state)
{
    struct vector base = published_inputs();
    uint8_t nullifiers[4][32];
    uint8_t vtag[32];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct vector other = base;

        other.subject[0] ^= i == 1;
        other.ballot_id[0] ^= i == 2;
        other.ballot_key[0] ^= i == 3;
        nullifier_of(&other, vtag, nullifiers[i]);
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(nullifiers[i], nullifiers[j], 32);
        }
    }
}

static void random_leaves_come_back_as_they_went_in(void **state)
{
    struct fixture_random random = fixture_random_start();

    (void)state;
    for (int round = 0; round < 500; round++) {
        struct leaf_cast cast;
        struct leaf_cast back;
        uint8_t data[LEAF_CAST_SIZE];
        uint8_t again[LEAF_CAST_SIZE];

        for (size_t i = 0; i < sizeof cast; i++) {
            ((uint8_t *)&cast)[i] = (uint8_t)fixture_random_below(&random, 256);
        }
        cast.rev = (uint16_t)(1 + fixture_random_below(&random, VOTE_REVISION_MAX));
        cast.channel = (enum ballot_channel)(1 + fixture_random_below(&random, 4));
        assert_int_equal(leaf_of(&cast, data, sizeof data), sizeof data);
        assert_int_equal(leaf_cast_decode(data, sizeof data, &back), ERR_OK);
        assert_int_equal(back.rev, cast.rev);
        assert_true(back.batch_no == cast.batch_no);
        assert_int_equal(leaf_of(&back, again, sizeof again), sizeof again);
        assert_memory_equal(again, data, sizeof data);
    }
}

static void assert_no_leaf(const uint8_t *data, size_t length)
{
    struct leaf_cast untouched = {.batch_no = 77};

    assert_int_equal(leaf_cast_decode(data, length, &untouched), ERR_INVALID);
    assert_true(untouched.batch_no == 77);
}

static void what_is_not_exactly_one_cast_leaf_is_refused(void **state)
{
    struct leaf_cast cast = published_leaf();
    uint8_t data[LEAF_CAST_SIZE + 1] = {0};
    const size_t rev_at = 10 + 1 + 16 + 8 + 32;

    (void)state;
    (void)leaf_of(&cast, data, sizeof data);
    for (size_t cut = 0; cut < LEAF_CAST_SIZE; cut++) {
        assert_no_leaf(data, cut);
    }
    assert_no_leaf(data, LEAF_CAST_SIZE + 1);

    for (size_t i = 0; i < 10; i++) {
        data[i] ^= 1; /* another tag */
        assert_no_leaf(data, LEAF_CAST_SIZE);
        data[i] ^= 1;
    }
    for (unsigned type = 0; type < 256; type++) {
        if (type != LEAF_TYPE_CAST) {
            data[10] = (uint8_t)type;
            assert_no_leaf(data, LEAF_CAST_SIZE);
        }
    }
    data[10] = LEAF_TYPE_CAST;

    data[rev_at + 1] = 0;
    assert_no_leaf(data, LEAF_CAST_SIZE);
    data[rev_at + 1] = VOTE_REVISION_MAX + 1;
    assert_no_leaf(data, LEAF_CAST_SIZE);
    data[rev_at + 1] = 1;
    data[rev_at + 2] = 0;
    assert_no_leaf(data, LEAF_CAST_SIZE);
    data[rev_at + 2] = BALLOT_CHANNEL_END;
    assert_no_leaf(data, LEAF_CAST_SIZE);
    data[rev_at + 2] = BALLOT_CHANNEL_PAPER;
    assert_int_equal(leaf_cast_decode(data, LEAF_CAST_SIZE, &cast), ERR_OK);
    assert_int_equal(cast.channel, BALLOT_CHANNEL_PAPER);
}

/* The leaf hash of what was encoded last; starts anew. */
static void assert_leaf(struct encoder *encoder, const char *leaf_hash)
{
    uint8_t hash[MERKLE_HASH_SIZE];
    size_t length = 0;

    assert_int_equal(encoder_finish(encoder, &length), ERR_OK);
    assert_true(length <= LEAF_SIZE_MAX);
    merkle_leaf_hash(encoder->data, length, hash);
    assert_hex(hash, sizeof hash, leaf_hash);
    encoder_init(encoder, encoder->data, LEAF_SIZE_MAX);
}

/* The hashes were computed by a few lines of Python from services/verify/README.md. */
static void the_other_leaves_are_what_an_independent_program_computed(void **state)
{
    struct vector vector = published_inputs();
    uint8_t data[LEAF_SIZE_MAX];
    uint8_t hash[ENCODE_HASH_SIZE];
    uint8_t other[ENCODE_HASH_SIZE];
    struct encoder encoder;

    (void)state;
    encoder_init(&encoder, data, sizeof data);
    memset(hash, 0xaa, sizeof hash);
    memset(other, 0xab, sizeof other);
    leaf_open_encode(
        &encoder, vector.ballot_id,
        &(struct leaf_open){.def_hash = hash, .roll_hash = other, .opened_at_ms = 1700000000001});
    assert_leaf(&encoder, "0848d56e261f6ff75e9ce953d63eb41a2b5c8db6aae5fc2fd941fe038d3c192c");
    memset(other, 0xba, sizeof other);
    leaf_close_encode(&encoder, vector.ballot_id,
                      &(struct leaf_close){.closed_at_ms = 1700000000004,
                                           .voters = 1000001,
                                           .revisions = 77,
                                           .extensions_hash = other});
    assert_leaf(&encoder, "b37cde67043986687eba0fa75b6c423116a8cf076ad9c3dbf6c10a706c760763");
    memset(hash, 0xbb, sizeof hash);
    memset(other, 0xbc, sizeof other);
    leaf_result_encode(&encoder, vector.ballot_id,
                       &(struct leaf_result){.result_hash = hash,
                                             .documents_hash = other,
                                             .counted_at_ms = 1700000000006});
    assert_leaf(&encoder, "6237d4a060d31411a2d67703a5f057baa42408c81465f327d1f45a501dfcbb59");
    memset(hash, 0xcc, sizeof hash);
    leaf_anchor_encode(
        &encoder, vector.ballot_id,
        &(struct leaf_anchor){.stream = "participation", .position = 4242, .hash = hash});
    assert_leaf(&encoder, "f7e262850b8f72a5bf4b458cecd58c8793ce00030679cdc6191d83137f2a680e");
    memset(hash, 0xdd, sizeof hash);
    leaf_receipt_key_encode(&encoder, vector.ballot_id, hash, 1700000000002);
    assert_leaf(&encoder, "35e49fe85fdaa9b21f3a5205d744938926bf2fdea41390ec6fdd1c7aa083daf1");
    memset(hash, 0xee, sizeof hash);
    leaf_void_encode(&encoder, vector.ballot_id,
                     &(struct leaf_void){.nullifier = hash, .rev = 10, .reason = 3});
    assert_leaf(&encoder, "0aca1f3e729b33e195073699d14128b29a995a0a49acb0d50c956867f257efe5");
    memset(hash, 0xe3, sizeof hash);
    leaf_paper_encode(
        &encoder, vector.ballot_id,
        &(struct leaf_paper){.batch_no = 3, .envelopes = 120, .counted = 118, .sheets_hash = hash});
    assert_leaf(&encoder, "5204d90046de348ceb47639cdef4c318caeffd2118c237226212b1f866e28089");
}

/* The hash was computed likewise. */
static void a_paper_that_is_issued_is_a_leaf_without_a_commitment(void **state)
{
    struct vector vector = published_inputs();
    struct leaf_cast cast = {.batch_no = 7, .rev = 2, .channel = BALLOT_CHANNEL_PAPER};
    uint8_t data[LEAF_SIZE_MAX];
    struct encoder encoder;

    (void)state;
    memcpy(cast.ballot_id, vector.ballot_id, sizeof cast.ballot_id);
    memset(cast.nullifier, 0xe1, sizeof cast.nullifier);
    memset(cast.req_hash, 0xe2, sizeof cast.req_hash);
    assert_true(leaf_cast_issues(&cast));
    encoder_init(&encoder, data, sizeof data);
    leaf_issue_encode(&encoder, &cast);
    assert_int_equal(encoder.length, LEAF_ISSUE_SIZE);
    assert_leaf(&encoder, "830014a950b7f5723d765fcb0566a97ad1e823d52ca2e0959a311094d4cd4848");
    cast.commit[31] = 1;
    assert_false(leaf_cast_issues(&cast));
    cast.commit[31] = 0;
    cast.channel = BALLOT_CHANNEL_BOOTH;
    assert_false(leaf_cast_issues(&cast));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_other_leaves_are_what_an_independent_program_computed),
        cmocka_unit_test(a_paper_that_is_issued_is_a_leaf_without_a_commitment),
        cmocka_unit_test(keys_vtag_and_nullifier_are_the_published_vectors),
        cmocka_unit_test(the_commitment_and_the_sealed_texts_hash_are_the_published_vectors),
        cmocka_unit_test(a_leaf_hashes_to_what_an_independent_program_computed),
        cmocka_unit_test(another_subject_ballot_or_key_leads_to_another_nullifier),
        cmocka_unit_test(random_leaves_come_back_as_they_went_in),
        cmocka_unit_test(what_is_not_exactly_one_cast_leaf_is_refused),
    };

    if (crypto_open() != ERR_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
