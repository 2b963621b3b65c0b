/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a sound bundle of any number of votes, to measure how bundles and
 * their verification grow:
 *
 *   bench_bundle VOTERS FILE [equal-shares]
 *
 * Everything in it follows from VOTERS alone. One voter in fifty votes twice;
 * checkpoints are as far apart as sixty seconds are at 33 votes a second. It
 * knows the formats from services/verify/README.md and stands on the verifier's
 * own code; a mistake they shared would not show here, but in tests/verify.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "verify/archive.h"
#include "verify/definition.h"
#include "verify/digest.h"
#include "verify/note.h"
#include "verify/recount.h"
#include "verify/spell.h"
#include "verify/tree.h"

enum {
    VOTERS_MAX = 10000000,
    OPTIONS = 50,
    CHOSEN = 5,
    BODY_SIZE = 3 + 8 * CHOSEN,
    BATCH = 2000,
    REVISED_EVERY = 50,
    CAST_SIZE = 166,
    SMALL_SIZE = 8192,
    BLOCK_SIZE = 512,
};

#define OPENED_AT_MS 1800000000000ULL
#define CLOSED_AT_MS (OPENED_AT_MS + 3600000ULL)

static const char NAME[] = "hyeopchi/성동구/00010203-0405-0607-0809-0a0b0c0d0e0f";
static const uint8_t NO_ROLL[DIGEST_SIZE]; /* OPEN says that there is none */
static const char UUID[] = "00010203-0405-0607-0809-0a0b0c0d0e0f";

/* Bytes that grow as they are written. */
struct bytes {
    uint8_t *data;
    size_t length;
    size_t capacity;
};

/* The last vote of one voter. */
struct vote {
    uint8_t nullifier[32];
    uint8_t commit[DIGEST_SIZE];
    uint8_t blinding[32];
    uint8_t body[BODY_SIZE];
};

/* One CAST until its batch is sorted. */
struct cast {
    uint8_t hash[DIGEST_SIZE];
    uint8_t leaf[CAST_SIZE];
};

struct maker {
    struct digest *digest;
    struct frontier frontier;
    unsigned char board_secret[crypto_sign_SECRETKEYBYTES];
    unsigned char board_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char receipt_key[crypto_sign_PUBLICKEYBYTES];
    uint32_t key_hash;
    uint8_t def_hash[DIGEST_SIZE];
    size_t voters;
    bool by_equal_shares; /* with add1; else greedy */
    size_t revisions;
    struct vote *votes;
    struct cast batch[BATCH];
    size_t batch_count;
    uint64_t batch_no;
    uint64_t drawn; /* random blocks so far */
    struct bytes files[ARCHIVE_END];
};

/* Ends the program: a measurement has no use for half a bundle. */
static void need(bool holds, const char *what)
{
    if (!holds) {
        (void)fprintf(stderr, "bench_bundle: %s\n", what);
        exit(EXIT_FAILURE);
    }
}

static void put(struct bytes *bytes, const void *data, size_t length)
{
    if (length > bytes->capacity - bytes->length) {
        size_t capacity = 2 * bytes->capacity + length + SMALL_SIZE;
        uint8_t *grown = realloc(bytes->data, capacity);

        need(grown != NULL, "no memory");
        bytes->data = grown;
        bytes->capacity = capacity;
    }
    memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
}

static void put_number(struct bytes *bytes, uint64_t number, size_t size)
{
    uint8_t big_endian[8];

    for (size_t i = 0; i < size; i++) {
        big_endian[i] = (uint8_t)(number >> (8 * (size - 1 - i)));
    }
    put(bytes, big_endian, size);
}

static void put_text(struct bytes *bytes, const char *text)
{
    put(bytes, text, strlen(text));
}

static void put_str(struct bytes *bytes, const char *text)
{
    put_number(bytes, strlen(text), 2);
    put_text(bytes, text);
}

static struct span span_of(const struct bytes *bytes)
{
    return (struct span){.data = bytes->data, .length = bytes->length};
}

/* The next block of a sequence that only its place decides. */
static void draw(struct maker *maker, uint8_t *ret, size_t size)
{
    uint8_t seed[randombytes_SEEDBYTES] = {0};

    memcpy(seed, &maker->drawn, sizeof maker->drawn);
    maker->drawn++;
    randombytes_buf_deterministic(ret, size, seed);
}

static void make_definition(struct maker *maker)
{
    struct bytes *to = &maker->files[ARCHIVE_DEFINITION];
    char text[64];

    put_number(to, DEFINITION_FORMAT, 2);
    for (uint8_t i = 0; i < 16; i++) {
        put_number(to, i, 1);
    }
    put_str(to, "성동구");
    put_str(to, "측정용 투표");
    put_number(to, 2027, 2);
    put_number(to, 3, 1);
    put_number(to, 1000000000, 8);
    put_number(to, DEFINITION_APPROVAL, 1);
    put_number(to, maker->by_equal_shares ? DEFINITION_EQUAL_SHARES : DEFINITION_GREEDY, 1);
    put_number(to, DEFINITION_BY_COST, 1);
    put_number(to, maker->by_equal_shares ? DEFINITION_ADD1 : DEFINITION_NONE, 1);
    put_number(to, 0, 1); /* no threshold */
    put_number(to, 0, 8);
    put_number(to, DEFINITION_TIE_LOWEST_COST_THEN_VOTES, 1);
    put_number(to, OPENED_AT_MS, 8);
    put_number(to, CLOSED_AT_MS, 8);
    put_number(to, 1, 2);
    put_number(to, CHOSEN, 2);
    for (int i = 0; i < 7; i++) {
        put_number(to, 0, 1); /* no limits of cost or points */
        put_number(to, 0, 8);
    }
    put_number(to, 0, 1);
    put_number(to, 2, 1); /* web */
    put_number(to, 2, 1); /* resident register */
    put_number(to, 2, 1); /* address */
    put_number(to, 0, 2); /* no ages */
    put_number(to, 0, 2);
    put_number(to, 0, 2); /* no text for a day */
    put_number(to, 30, 2);
    put_number(to, 1, 1);
    put_number(to, 0, 2); /* no areas */
    put_number(to, OPTIONS, 2);
    for (unsigned i = 1; i <= OPTIONS; i++) {
        put_number(to, i, 4);
        (void)snprintf(text, sizeof text, "p%u", i);
        put_str(to, text);
        (void)snprintf(text, sizeof text, "사업 %u", i);
        put_str(to, text);
        put_number(to, 10000000 + 1000000 * (uint64_t)i, 8);
        put_str(to, "");
        put_str(to, "");
        (void)snprintf(text, sizeof text, "2027-%03u", i);
        put_str(to, text);
    }
    put_number(to, 0, 2); /* no terms */
    digest_begin_tagged(maker->digest, "ballot");
    digest_add(maker->digest, span_of(to));
    digest_end(maker->digest, maker->def_hash);
}

static void make_keys(struct maker *maker)
{
    static const uint8_t MIDDLE[] = {'\n', 1};
    unsigned char seed[crypto_sign_SEEDBYTES] = {1};
    unsigned char unused[crypto_sign_SECRETKEYBYTES];
    struct span name = {.data = (const uint8_t *)NAME, .length = sizeof NAME - 1};
    uint8_t hash[DIGEST_SIZE];
    uint8_t typed[1 + NOTE_KEY_SIZE] = {1};
    char board[SPELL_BASE64_MAX(sizeof typed) + 1];
    char receipt[SPELL_BASE64_MAX(NOTE_KEY_SIZE) + 1];
    char text[SMALL_SIZE];

    need(crypto_sign_seed_keypair(maker->board_key, maker->board_secret, seed) == 0, "no key");
    seed[0] = 2;
    need(crypto_sign_seed_keypair(maker->receipt_key, unused, seed) == 0, "no key");
    digest_begin(maker->digest);
    digest_add(maker->digest, name);
    digest_add(maker->digest, (struct span){.data = MIDDLE, .length = sizeof MIDDLE});
    digest_add(maker->digest,
               (struct span){.data = maker->board_key, .length = sizeof maker->board_key});
    digest_end(maker->digest, hash);
    maker->key_hash =
        (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
    memcpy(typed + 1, maker->board_key, NOTE_KEY_SIZE);
    spell_base64(typed, sizeof typed, SPELL_BASE64, board);
    spell_base64(maker->receipt_key, NOTE_KEY_SIZE, SPELL_BASE64URL, receipt);
    (void)snprintf(text, sizeof text, "{\"board\":\"%s+%08" PRIx32 "+%s\",\"receipts\":[\"%s\"]}",
                   NAME, maker->key_hash, board, receipt);
    put_text(&maker->files[ARCHIVE_KEYS], text);
}

/* What every leaf begins with. */
static void begin_leaf(struct bytes *leaf, unsigned type)
{
    leaf->length = 0;
    put_number(leaf, 9, 1);
    put_text(leaf, "pbv1/leaf");
    put_number(leaf, type, 1);
    for (uint8_t i = 0; i < 16; i++) {
        put_number(leaf, i, 1);
    }
}

static void append(struct maker *maker, struct span leaf, const uint8_t hash[DIGEST_SIZE])
{
    put_number(&maker->files[ARCHIVE_ENTRIES], leaf.length, 2);
    put(&maker->files[ARCHIVE_ENTRIES], leaf.data, leaf.length);
    need(frontier_add(&maker->frontier, maker->digest, 0, hash), "too many leaves");
}

static void append_leaf(struct maker *maker, const struct bytes *leaf)
{
    uint8_t hash[DIGEST_SIZE];

    digest_leaf(maker->digest, span_of(leaf), hash);
    append(maker, span_of(leaf), hash);
}

static void sign_checkpoint(struct maker *maker)
{
    struct bytes *to = &maker->files[ARCHIVE_CHECKPOINTS];
    uint8_t root[DIGEST_SIZE];
    uint8_t bytes[4 + NOTE_SIGNATURE_SIZE] = {
        (uint8_t)(maker->key_hash >> 24), (uint8_t)(maker->key_hash >> 16),
        (uint8_t)(maker->key_hash >> 8), (uint8_t)maker->key_hash};
    char base64[SPELL_BASE64_MAX(sizeof bytes) + 1];
    char text[SMALL_SIZE];
    char note[2 * SMALL_SIZE];

    frontier_root(&maker->frontier, maker->digest, root);
    spell_base64(root, sizeof root, SPELL_BASE64, base64);
    (void)snprintf(text, sizeof text, "%s\n%" PRIu64 "\n%s\n", NAME, maker->frontier.size, base64);
    need(crypto_sign_detached(bytes + 4, NULL, (const unsigned char *)text, strlen(text),
                              maker->board_secret) == 0,
         "no signature");
    spell_base64(bytes, sizeof bytes, SPELL_BASE64, base64);
    (void)snprintf(note, sizeof note, "%s\n\xE2\x80\x94 %s %s\n", text, NAME, base64);
    put_str(to, note);
}

static int compare_hashes(const void *left, const void *right)
{
    const struct cast *a = left;
    const struct cast *b = right;

    return memcmp(a->hash, b->hash, DIGEST_SIZE);
}

static void end_batch(struct maker *maker)
{
    if (maker->batch_count > 0) {
        qsort(maker->batch, maker->batch_count, sizeof maker->batch[0], compare_hashes);
    }
    for (size_t i = 0; i < maker->batch_count; i++) {
        append(maker, (struct span){.data = maker->batch[i].leaf, .length = CAST_SIZE},
               maker->batch[i].hash);
    }
    maker->batch_count = 0;
    maker->batch_no++;
    sign_checkpoint(maker);
}

/* Five options out of fifty, the first ones more often than the last. */
static void choose(struct maker *maker, uint8_t body[BODY_SIZE])
{
    struct bytes to = {.data = body, .capacity = BODY_SIZE};
    uint8_t random[OPTIONS];
    unsigned left = CHOSEN;

    draw(maker, random, sizeof random);
    put_number(&to, 1, 1);
    put_number(&to, CHOSEN, 2);
    for (unsigned i = 0; i < OPTIONS && left > 0; i++) {
        if (random[i] < 40 - i / 2 || OPTIONS - i == left) {
            put_number(&to, i + 1, 4);
            put_number(&to, 1, 4);
            left--;
        }
    }
    need(to.length == BODY_SIZE, "a body of another length");
}

static void commit(struct maker *maker, const struct vote *vote, uint8_t ret[DIGEST_SIZE])
{
    static const uint8_t LENGTH[] = {0, BODY_SIZE};
    uint8_t id[16];

    for (size_t i = 0; i < sizeof id; i++) {
        id[i] = (uint8_t)i;
    }
    digest_begin_tagged(maker->digest, "commit");
    digest_add(maker->digest, (struct span){.data = id, .length = sizeof id});
    digest_add(maker->digest, (struct span){.data = maker->def_hash, .length = DIGEST_SIZE});
    digest_add(maker->digest, (struct span){.data = vote->blinding, .length = 32});
    digest_add(maker->digest, (struct span){.data = LENGTH, .length = sizeof LENGTH});
    digest_add(maker->digest, (struct span){.data = vote->body, .length = BODY_SIZE});
    digest_end(maker->digest, ret);
}

static void cast_vote(struct maker *maker, struct vote *vote, unsigned rev, struct bytes *leaf)
{
    struct cast *cast = &maker->batch[maker->batch_count];
    uint8_t hash[DIGEST_SIZE];

    draw(maker, vote->blinding, sizeof vote->blinding);
    choose(maker, vote->body);
    commit(maker, vote, hash);
    memcpy(vote->commit, hash, sizeof vote->commit);
    begin_leaf(leaf, 2);
    put_number(leaf, maker->batch_no + 1, 8);
    put(leaf, vote->nullifier, sizeof vote->nullifier);
    put_number(leaf, rev, 2);
    put_number(leaf, 1, 1);
    put(leaf, hash, sizeof hash);
    digest_begin_tagged(maker->digest, "ct");
    digest_end(maker->digest, hash);
    put(leaf, hash, sizeof hash);
    draw(maker, hash, sizeof hash);
    put(leaf, hash, sizeof hash);
    need(leaf->length == CAST_SIZE, "a leaf of another length");
    memcpy(cast->leaf, leaf->data, CAST_SIZE);
    digest_leaf(maker->digest, span_of(leaf), cast->hash);
    maker->batch_count++;
    if (maker->batch_count == BATCH) {
        end_batch(maker);
    }
}

static int compare_votes(const void *left, const void *right)
{
    const struct vote *a = left;
    const struct vote *b = right;

    return memcmp(a->commit, b->commit, sizeof a->commit);
}

static void make_votes(struct maker *maker, struct bytes *leaf)
{
    struct bytes *openings = &maker->files[ARCHIVE_OPENINGS];

    for (size_t i = 0; i < maker->voters; i++) {
        draw(maker, maker->votes[i].nullifier, sizeof maker->votes[i].nullifier);
        cast_vote(maker, &maker->votes[i], 1, leaf);
        if (i % REVISED_EVERY == REVISED_EVERY - 1) {
            cast_vote(maker, &maker->votes[i], 2, leaf);
            maker->revisions++;
        }
    }
    if (maker->batch_count > 0) {
        end_batch(maker);
    }
    qsort(maker->votes, maker->voters, sizeof maker->votes[0], compare_votes);
    for (size_t i = 0; i < maker->voters; i++) {
        put(openings, maker->votes[i].blinding, 32);
        put_number(openings, BODY_SIZE, 2);
        put(openings, maker->votes[i].body, BODY_SIZE);
    }
}

static void make_result(struct maker *maker)
{
    struct definition *definition = NULL;
    struct recount *recount = NULL;
    struct span json = {0};

    need(definition_read(maker->files[ARCHIVE_DEFINITION].data,
                         maker->files[ARCHIVE_DEFINITION].length, &definition) == DEFINITION_OK,
         "the definition is none");
    need(recount_create(definition, &recount) == RECOUNT_OK, "no count");
    for (size_t i = 0; i < maker->voters; i++) {
        need(recount_add(recount, 1,
                         (struct span){.data = maker->votes[i].body, .length = BODY_SIZE}) ==
                 RECOUNT_OK,
             "a vote that does not count");
    }
    need(recount_run(recount, (struct span){0}, NULL, NULL) == RECOUNT_OK, "no result");
    need(recount_json(recount, &json) == RECOUNT_OK, "no result");
    put(&maker->files[ARCHIVE_RESULT], json.data, json.length);
    recount_free(recount);
    definition_free(definition);
}

static void make_turnout(struct maker *maker)
{
    char text[SMALL_SIZE];

    (void)snprintf(text, sizeof text,
                   "{\"state\":\"certified\",\"voters\":%zu,\"rounded\":false,\"revisions\":%zu,"
                   "\"tables\":{\"area\":[{\"name\":\"all\",\"voters\":%zu,"
                   "\"suppressed\":false}]}}",
                   maker->voters, maker->revisions, maker->voters);
    put_text(&maker->files[ARCHIVE_TURNOUT], text);
}

/* Nothing was extended, declared void or excluded: what is decided is what was counted. */
static void make_documents(struct maker *maker)
{
    const struct bytes *counted = &maker->files[ARCHIVE_RESULT];
    struct bytes *to = &maker->files[ARCHIVE_DECIDED];
    json_t *result =
        json_loadb((const char *)counted->data, counted->length, JSON_REJECT_DUPLICATES, NULL);
    json_t *decided = json_pack("{s:[], s:O, s:O, s:O, s:[]}", "voids", "funded",
                                json_object_get(result, "funded"), "total_cost",
                                json_object_get(result, "total_cost"), "left_over",
                                json_object_get(result, "left_over"), "exclusions");
    char *text = json_dumps(decided, JSON_COMPACT);

    need(text != NULL, "nothing was decided");
    put_text(to, text);
    put_text(&maker->files[ARCHIVE_EXTENSIONS], "{\"extensions\":[]}");
    make_turnout(maker);
    free(text);
    json_decref(decided);
    json_decref(result);
}

static void hash_tagged(struct maker *maker, const char *name, struct span bytes,
                        uint8_t ret[DIGEST_SIZE])
{
    digest_begin_tagged(maker->digest, name);
    digest_add(maker->digest, bytes);
    digest_end(maker->digest, ret);
}

/* What RESULT says of the documents: u16 count, then each name and hash. */
static void hash_documents(struct maker *maker, uint8_t ret[DIGEST_SIZE])
{
    static const enum archive_file DOCUMENTS[] = {ARCHIVE_TURNOUT, ARCHIVE_EXTENSIONS,
                                                  ARCHIVE_DECIDED};

    const size_t count = sizeof DOCUMENTS / sizeof DOCUMENTS[0];
    struct bytes list = {0};

    put_number(&list, count, 2);
    for (size_t i = 0; i < count; i++) {
        uint8_t hash[DIGEST_SIZE];

        put_str(&list, archive_file_name(DOCUMENTS[i]));
        digest_sha256(maker->digest, span_of(&maker->files[DOCUMENTS[i]]), hash);
        put(&list, hash, sizeof hash);
    }
    hash_tagged(maker, "documents", span_of(&list), ret);
    free(list.data);
}

static void make_log(struct maker *maker)
{
    struct bytes leaf = {0};
    uint8_t hash[DIGEST_SIZE];

    begin_leaf(&leaf, 1);
    put(&leaf, maker->def_hash, DIGEST_SIZE);
    put(&leaf, NO_ROLL, DIGEST_SIZE);
    put_number(&leaf, OPENED_AT_MS, 8);
    append_leaf(maker, &leaf);
    begin_leaf(&leaf, 8);
    put_number(&leaf, 1, 1);
    put(&leaf, maker->receipt_key, NOTE_KEY_SIZE);
    put_number(&leaf, OPENED_AT_MS, 8);
    append_leaf(maker, &leaf);
    end_batch(maker);
    make_votes(maker, &leaf);
    begin_leaf(&leaf, 4);
    put_number(&leaf, CLOSED_AT_MS, 8);
    put_number(&leaf, maker->voters, 8);
    put_number(&leaf, maker->revisions, 8);
    make_result(maker);
    make_documents(maker);
    hash_tagged(maker, "extensions", span_of(&maker->files[ARCHIVE_EXTENSIONS]), hash);
    put(&leaf, hash, DIGEST_SIZE);
    append_leaf(maker, &leaf);
    hash_tagged(maker, "result", span_of(&maker->files[ARCHIVE_RESULT]), hash);
    begin_leaf(&leaf, 6);
    put(&leaf, hash, DIGEST_SIZE);
    hash_documents(maker, hash);
    put(&leaf, hash, DIGEST_SIZE);
    put_number(&leaf, CLOSED_AT_MS + 1, 8);
    append_leaf(maker, &leaf);
    end_batch(maker);
    free(leaf.data);
}

static bool absent(int file)
{
    return file == ARCHIVE_PAPER || file == ARCHIVE_ROLL || file == ARCHIVE_LOT ||
           file == ARCHIVE_JURY;
}

static void make_manifest(struct maker *maker)
{
    struct bytes *to = &maker->files[ARCHIVE_MANIFEST];
    const char *separator = "";
    char text[SMALL_SIZE];

    (void)snprintf(text, sizeof text,
                   "{\"format\":\"hyeopchi-bundle/2\",\"ballot\":\"%s\",\"files\":[", UUID);
    put_text(to, text);
    for (int i = 0; i < ARCHIVE_MANIFEST; i++) {
        uint8_t hash[DIGEST_SIZE];
        char hex[DIGEST_HEX_SIZE];

        if (absent(i)) {
            continue;
        }
        digest_sha256(maker->digest, span_of(&maker->files[i]), hash);
        digest_hex(hash, hex);
        (void)snprintf(text, sizeof text, "%s{\"name\":\"%s\",\"bytes\":%zu,\"sha256\":\"%s\"}",
                       separator, archive_file_name((enum archive_file)i), maker->files[i].length,
                       hex);
        put_text(to, text);
        separator = ",";
    }
    put_text(to, "]}");
}

/* One file of a ustar archive, as README.md lists a header's bytes. */
static void write_file(FILE *out, const char *name, const struct bytes *file)
{
    static const uint8_t ZEROS[BLOCK_SIZE];
    char header[BLOCK_SIZE] = {0};
    unsigned sum = 0;

    memcpy(header, name, strlen(name));
    memcpy(header + 100, "0000644", 7);
    memcpy(header + 108, "0000000", 7);
    memcpy(header + 116, "0000000", 7);
    (void)snprintf(header + 124, 12, "%011zo", file->length);
    (void)snprintf(header + 136, 12, "%011llo", (unsigned long long)(CLOSED_AT_MS / 1000));
    memset(header + 148, ' ', 8);
    header[156] = '0';
    memcpy(header + 257,
           "ustar\0"
           "00",
           8);
    for (size_t i = 0; i < sizeof header; i++) {
        sum += (unsigned char)header[i];
    }
    (void)snprintf(header + 148, 7, "%06o", sum);
    need(fwrite(header, 1, sizeof header, out) == sizeof header &&
             fwrite(file->data, 1, file->length, out) == file->length &&
             fwrite(ZEROS, 1, (BLOCK_SIZE - file->length % BLOCK_SIZE) % BLOCK_SIZE, out) ==
                 (BLOCK_SIZE - file->length % BLOCK_SIZE) % BLOCK_SIZE,
         "the file cannot be written");
}

static void write_archive(const struct maker *maker, const char *path)
{
    static const uint8_t END[2 * BLOCK_SIZE];
    FILE *out = fopen(path, "wb");

    need(out != NULL, "the file cannot be written");
    for (int i = 0; i < ARCHIVE_END; i++) {
        if (!absent(i)) {
            write_file(out, archive_file_name((enum archive_file)i), &maker->files[i]);
        }
    }
    need(fwrite(END, 1, sizeof END, out) == sizeof END && fclose(out) == 0,
         "the file cannot be written");
}

int main(int argc, char **argv)
{
    struct maker *maker = calloc(1, sizeof *maker);
    uint64_t voters = 0;

    need((argc == 3 || (argc == 4 && strcmp(argv[3], "equal-shares") == 0)) &&
             spell_read_decimal(
                 (struct span){.data = (const uint8_t *)argv[1], .length = strlen(argv[1])},
                 &voters) &&
             voters >= 1 && voters <= VOTERS_MAX,
         "usage: bench_bundle VOTERS FILE [equal-shares], at most 10000000 voters");
    need(maker != NULL && sodium_init() >= 0, "no memory");
    maker->digest = digest_new();
    maker->voters = (size_t)voters;
    maker->by_equal_shares = argc == 4;
    maker->votes = calloc(maker->voters, sizeof *maker->votes);
    need(maker->digest != NULL && maker->votes != NULL, "no memory");
    make_definition(maker);
    make_keys(maker);
    make_log(maker);
    make_manifest(maker);
    write_archive(maker, argv[2]);
    (void)printf("{\"voters\": %zu, \"leaves\": %" PRIu64 "}\n", maker->voters,
                 maker->frontier.size);
    for (int i = 0; i < ARCHIVE_END; i++) {
        free(maker->files[i].data);
    }
    free(maker->votes);
    digest_free(maker->digest);
    free(maker);
    return EXIT_SUCCESS;
}
