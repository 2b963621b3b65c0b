/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_receipt COMMITS LEAVES: what receipts take. Makes the receipts of so
 * many commits of so many votes each as the service does, from the commitment
 * to the text of the answer, and prints the processor time for each vote as
 * JSON. Everything else that a vote takes is none of its business.
 */
#include "participation/commit_receipt.h"
#include "participation/commitment.h"
#include "runtime/buffer.h"
#include "runtime/merkle.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    COMMITS_MAX = 10000000,
    LEAVES_MAX = 10000,
    BODY_SIZE = 3 + 8 * 4, /* four options chosen */
    TEXT_SIZE_MAX = 4096 * LEAVES_MAX,
    NS_PER_SECOND = 1000000000,
};

struct bench {
    struct receipt_signer signer;
    struct buffer text;
    uint8_t *hashes;
    size_t leaves;
    uint64_t number; /* of votes so far; what is random in a real one follows from it */
};

/* Ends the program: half a measurement is of no use. */
static void need(bool holds, const char *what)
{
    if (!holds) {
        (void)fprintf(stderr, "bench_receipt: %s\n", what);
        exit(EXIT_FAILURE);
    }
}

static int64_t processor_ns(void)
{
    struct timespec used;

    need(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0, "no processor clock");
    return (int64_t)used.tv_sec * NS_PER_SECOND + used.tv_nsec;
}

static int compare_hashes(const void *a, const void *b)
{
    return memcmp(a, b, MERKLE_HASH_SIZE);
}

/* The hash of the leaf of the next vote. */
static void make_leaf(struct bench *bench, uint8_t ret_hash[MERKLE_HASH_SIZE])
{
    static const uint8_t no_ct[1];
    uint8_t body[BODY_SIZE] = {1, 0, 4};
    uint8_t bytes[LEAF_CAST_SIZE];
    struct leaf_cast cast = {.batch_no = 1, .rev = 1, .channel = BALLOT_CHANNEL_WEB};
    struct leaf_commit commit = {.body = body, .body_length = sizeof body};
    struct encoder encoder;
    size_t length = 0;

    bench->number++;
    memcpy(cast.nullifier, &bench->number, sizeof bench->number);
    commit.ballot_id = cast.ballot_id;
    commit.def_hash = cast.req_hash;
    commit.blinding = cast.nullifier;
    need(commitment_make(&commit, cast.commit) == ERR_OK, "no commitment");
    crypto_tagged_hash(LEAF_TAG_CT, no_ct, 0, cast.ct_hash);
    encoder_init(&encoder, bytes, sizeof bytes);
    leaf_cast_encode(&encoder, &cast);
    need(encoder_finish(&encoder, &length) == ERR_OK, "no leaf");
    merkle_leaf_hash(bytes, length, ret_hash);
}

/* One commit: its leaves in order, its receipt, and the answer to each vote. */
static void make_commit(struct bench *bench)
{
    static const uint8_t ballot_id[BALLOT_ID_SIZE];
    const struct commit_receipt_new commit = {
        .ballot_id = ballot_id,
        .leaf_hashes = bench->hashes,
        .leaf_count = bench->leaves,
        .issued_ms = 1,
    };
    struct commit_receipt *receipt = NULL;

    for (size_t i = 0; i < bench->leaves; i++) {
        make_leaf(bench, bench->hashes + i * MERKLE_HASH_SIZE);
    }
    qsort(bench->hashes, bench->leaves, MERKLE_HASH_SIZE, compare_hashes);
    need(commit_receipt_sign(&bench->signer, &commit, &receipt) == ERR_OK, "no receipt");
    buffer_clear(&bench->text);
    for (size_t i = 0; i < bench->leaves; i++) {
        const struct commit_receipt_vote vote = {
            .leaf_index = (uint32_t)i,
            .rev = 1,
            .nullifier = bench->hashes + i * MERKLE_HASH_SIZE,
        };

        commit_receipt_write(receipt, &vote, &bench->text);
    }
    need(buffer_status(&bench->text) == ERR_OK, "no room for the answers");
    commit_receipt_release(receipt);
}

/* A whole number from 1 to most; anything else ends the program. */
static size_t number(const char *text, unsigned long most)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);

    need(end != text && *end == '\0' && value > 0 && value <= most, "what number is that?");
    return value;
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    uint8_t seed[CRYPTO_ED25519_SECRET_SIZE] = {1};
    char text[64];
    size_t commits;
    int64_t started_ns;
    int64_t used_ns;

    need(argc == 3, "usage: bench_receipt COMMITS LEAVES");
    commits = number(argv[1], COMMITS_MAX);
    bench.leaves = number(argv[2], LEAVES_MAX);
    bench.hashes = malloc(bench.leaves * MERKLE_HASH_SIZE);
    need(bench.hashes != NULL, "no memory");
    crypto_base64url(seed, sizeof seed, text, sizeof text);
    need(receipt_signer_load(&bench.signer, text) == ERR_OK, "no key");
    bench.signer.max_merge_delay_s = 60;
    buffer_init(&bench.text, TEXT_SIZE_MAX);

    started_ns = processor_ns();
    for (size_t i = 0; i < commits; i++) {
        make_commit(&bench);
    }
    used_ns = processor_ns() - started_ns;
    printf("{\"commits\": %zu, \"leaves\": %zu, \"processor_us_per_vote\": %" PRId64 ".%03" PRId64
           "}\n",
           commits, bench.leaves, used_ns / (int64_t)(commits * bench.leaves) / 1000,
           used_ns / (int64_t)(commits * bench.leaves) % 1000);
    buffer_release(&bench.text);
    free(bench.hashes);
    return EXIT_SUCCESS;
}
