/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify/watch: a board of random growth is followed from size to size by the
 * tiles that a tlog-tiles server has; a log that forked or shrank is an alarm,
 * a board that answers badly is not.
 */
#include "verify/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

enum { LEAVES_MAX = 200000, ROUNDS = 12, TEXT_SIZE = 1024 };

static const char UUID[] = "00010203-0405-0607-0809-0a0b0c0d0e0f";
static const char NAME[] = "hyeopchi/test/00010203-0405-0607-0809-0a0b0c0d0e0f";

/* A board in memory: leaf hashes, of which the first size are published. */
struct board {
    struct digest *digest;
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    char key[TEXT_SIZE];
    uint32_t key_hash;
    uint64_t size;
    uint64_t forked_at; /* leaves from here on are others; LEAVES_MAX: none */
    bool silent;
    bool no_partial; /* partial tiles are gone: only whole ones are served */
    char broken_tile[WATCH_TILE_PATH_MAX];
    unsigned fetched; /* files */
};

static void leaf_hash(const struct board *board, uint64_t index, uint8_t ret[DIGEST_SIZE])
{
    uint64_t leaf[2] = {index, index >= board->forked_at ? 1 : 0};

    digest_leaf(board->digest, (struct span){.data = (const uint8_t *)leaf, .length = sizeof leaf},
                ret);
}

/* The root of a whole subtree, from its leaves. */
static void subtree(const struct board *board, unsigned height, uint64_t place,
                    uint8_t ret[DIGEST_SIZE])
{
    struct frontier frontier;
    uint8_t hash[DIGEST_SIZE];

    frontier_init(&frontier);
    for (uint64_t i = place << height; i < (place + 1) << height; i++) {
        leaf_hash(board, i, hash);
        assert_true(frontier_add(&frontier, board->digest, 0, hash));
    }
    frontier_root(&frontier, board->digest, ret);
}

static void root_of(const struct board *board, uint64_t size, uint8_t ret[DIGEST_SIZE])
{
    struct frontier frontier;
    uint8_t hash[DIGEST_SIZE];

    frontier_init(&frontier);
    for (uint64_t i = 0; i < size; i++) {
        leaf_hash(board, i, hash);
        assert_true(frontier_add(&frontier, board->digest, 0, hash));
    }
    frontier_root(&frontier, board->digest, ret);
}

static void serve_checkpoint(const struct board *board, struct fetch_body *ret)
{
    uint8_t root[DIGEST_SIZE];
    uint8_t bytes[4 + NOTE_SIGNATURE_SIZE] = {
        (uint8_t)(board->key_hash >> 24), (uint8_t)(board->key_hash >> 16),
        (uint8_t)(board->key_hash >> 8), (uint8_t)board->key_hash};
    char base64[SPELL_BASE64_MAX(sizeof bytes) + 1];
    char signed_text[TEXT_SIZE];

    root_of(board, board->size, root);
    spell_base64(root, sizeof root, SPELL_BASE64, base64);
    (void)snprintf(signed_text, sizeof signed_text, "%s\n%llu\n%s\n", NAME,
                   (unsigned long long)board->size, base64);
    assert_int_equal(crypto_sign_detached(bytes + 4, NULL, (const unsigned char *)signed_text,
                                          strlen(signed_text), board->secret),
                     0);
    spell_base64(bytes, sizeof bytes, SPELL_BASE64, base64);
    ret->length = (size_t)snprintf((char *)ret->bytes, sizeof ret->bytes,
                                   "%s\n\xE2\x80\x94 %s %s\n", signed_text, NAME, base64);
}

/* Reads a number and goes on behind it. */
static uint64_t take_number(const char **at)
{
    uint64_t number = 0;

    assert_true(**at >= '0' && **at <= '9');
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        number = number * 10 + (uint64_t)(**at - '0');
    }
    return number;
}

static void take_text(const char **at, const char *text)
{
    assert_memory_equal(*at, text, strlen(text));
    *at += strlen(text);
}

/* Reads a tile's path by the letter of tlog-tiles, on its own. */
static void parse_tile(const char *path, unsigned *ret_level, uint64_t *ret_number,
                       unsigned *ret_width)
{
    const char *at = path;

    take_text(&at, "tile/");
    *ret_level = (unsigned)take_number(&at);
    take_text(&at, "/");
    *ret_number = 0;
    while (*at == 'x') {
        take_text(&at, "x");
        *ret_number = *ret_number * 1000 + take_number(&at);
        take_text(&at, "/");
    }
    *ret_number = *ret_number * 1000 + take_number(&at);
    *ret_width = WATCH_TILE_WIDTH;
    if (*at != '\0') {
        take_text(&at, ".p/");
        *ret_width = (unsigned)take_number(&at);
    }
    assert_int_equal(*at, '\0');
}

static enum fetch_outcome serve(void *argument, const char *path, struct fetch_body *ret,
                                struct finding *finding)
{
    struct board *board = argument;
    unsigned level = 0;
    unsigned width = 0;
    uint64_t number = 0;

    board->fetched++;
    if (board->silent) {
        (void)finding_unreadable(finding, path, "nobody answers");
        return FETCH_FAILED;
    }
    if (strcmp(path, "key") == 0) {
        ret->length = (size_t)snprintf((char *)ret->bytes, sizeof ret->bytes, "%s\n", board->key);
        return FETCH_GOT;
    }
    if (strcmp(path, "checkpoint") == 0) {
        serve_checkpoint(board, ret);
        return FETCH_GOT;
    }
    parse_tile(path, &level, &number, &width);
    if (width < WATCH_TILE_WIDTH && board->no_partial) {
        return FETCH_ABSENT;
    }
    for (unsigned i = 0; i < width; i++) {
        subtree(board, 8 * level, number * WATCH_TILE_WIDTH + i, ret->bytes + i * DIGEST_SIZE);
    }
    ret->length = (size_t)width * DIGEST_SIZE;
    if (strcmp(path, board->broken_tile) == 0) {
        ret->bytes[0] ^= 1;
    }
    return FETCH_GOT;
}

static int set_up(void **state)
{
    static const uint8_t MIDDLE[] = {'\n', 1};
    struct board *board = calloc(1, sizeof *board);
    unsigned char seed[crypto_sign_SEEDBYTES] = {9};
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t typed[1 + NOTE_KEY_SIZE] = {1};
    uint8_t hash[DIGEST_SIZE];
    char base64[SPELL_BASE64_MAX(sizeof typed) + 1];

    assert_non_null(board);
    board->digest = digest_new();
    assert_non_null(board->digest);
    board->forked_at = LEAVES_MAX;
    assert_int_equal(crypto_sign_seed_keypair(public_key, board->secret, seed), 0);
    digest_begin(board->digest);
    digest_add(board->digest,
               (struct span){.data = (const uint8_t *)NAME, .length = sizeof NAME - 1});
    digest_add(board->digest, (struct span){.data = MIDDLE, .length = sizeof MIDDLE});
    digest_add(board->digest, (struct span){.data = public_key, .length = sizeof public_key});
    digest_end(board->digest, hash);
    board->key_hash =
        (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
    memcpy(typed + 1, public_key, sizeof public_key);
    spell_base64(typed, sizeof typed, SPELL_BASE64, base64);
    (void)snprintf(board->key, sizeof board->key, "%s+%08x+%s", NAME, board->key_hash, base64);
    *state = board;
    return 0;
}

static int tear_down(void **state)
{
    struct board *board = *state;

    digest_free(board->digest);
    free(board);
    return 0;
}

static enum verdict look(struct board *board, struct watch_state *state, struct finding *finding)
{
    struct watch_source source = {.fetch = serve, .argument = board};
    struct fetch_body *evidence = malloc(sizeof *evidence);
    enum verdict verdict;

    assert_non_null(evidence);
    memcpy(source.uuid, UUID, sizeof UUID);
    verdict = watch_look(state, &source, 1000, evidence, finding);
    if (verdict == VERDICT_FAILED) {
        assert_true(evidence->length > 0);
    }
    free(evidence);
    return verdict;
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static void a_board_that_grows_is_followed_through_every_kind_of_tile(void **state)
{
    static const uint64_t STEPS[] = {1, 1, 254, 1, 255, 512, 65000, 300, 70000};
    struct board *board = *state;
    struct watch_state seen = {0};
    struct finding finding = {0};
    char json[WATCH_STATE_MAX];
    struct watch_state again;

    for (size_t i = 0; i < sizeof STEPS / sizeof STEPS[0]; i++) {
        size_t length;

        board->size += STEPS[i];
        board->no_partial = false;
        board->fetched = 0;
        assert_int_equal(look(board, &seen, &finding), VERDICT_GOOD);
        assert_int_equal(seen.frontier.size, board->size);
        /* As few files as there are tiles at the edges, however many leaves are new. */
        assert_true(board->fetched <= 12);
        length = watch_state_write(&seen, json);
        assert_true(length > 0);
        assert_true(watch_state_read((struct span){.data = (const uint8_t *)json, .length = length},
                                     &again));
        assert_int_equal(again.frontier.size, seen.frontier.size);
        assert_memory_equal(again.frontier.subtrees, seen.frontier.subtrees,
                            seen.frontier.count * DIGEST_SIZE);
        assert_memory_equal(again.root, seen.root, DIGEST_SIZE);
        assert_string_equal(again.key, seen.key);
        assert_string_equal(again.checkpoint, seen.checkpoint);
    }
}

static void random_growth_is_consistent_and_a_fork_behind_it_is_an_alarm(void **state)
{
    struct board *board = *state;
    const char *given = getenv("VERIFY_SEED");
    uint32_t random = given == NULL ? randombytes_random() : (uint32_t)strtoul(given, NULL, 10);

    print_message("seed: VERIFY_SEED=%u\n", random);
    for (int round = 0; round < ROUNDS; round++) {
        struct watch_state seen = {0};
        struct watch_state kept;
        struct finding finding = {0};
        uint64_t before;

        board->forked_at = LEAVES_MAX;
        board->size = 1 + next_random(&random) % 3000;
        assert_int_equal(look(board, &seen, &finding), VERDICT_GOOD);
        before = board->size;
        board->size += 1 + next_random(&random) % 2000;
        kept = seen;
        board->forked_at = next_random(&random) % before;
        assert_int_equal(look(board, &seen, &finding), VERDICT_FAILED);
        assert_memory_equal(&seen, &kept, sizeof seen);
        board->forked_at = before;
        assert_int_equal(look(board, &seen, &finding), VERDICT_GOOD);
    }
}

static void another_root_of_the_same_size_is_an_alarm(void **state)
{
    struct board *board = *state;
    struct watch_state seen = {0};
    struct finding finding = {0};

    board->size = 300;
    assert_int_equal(look(board, &seen, &finding), VERDICT_GOOD);
    board->forked_at = 299;
    assert_int_equal(look(board, &seen, &finding), VERDICT_FAILED);
    assert_non_null(strstr(finding.what, "forked"));
}

static void a_log_that_shrinks_is_an_alarm(void **state)
{
    struct board *board = *state;
    struct watch_state seen = {0};
    struct finding finding = {0};

    board->size = 300;
    assert_int_equal(look(board, &seen, &finding), VERDICT_GOOD);
    board->size = 299;
    assert_int_equal(look(board, &seen, &finding), VERDICT_FAILED);
    assert_non_null(strstr(finding.what, "shrank"));
    board->size = 300;
    assert_int_equal(look(board, &seen, &finding), VERDICT_GOOD);
}

static void a_checkpoint_by_another_key_is_an_alarm(void **state)
{
    struct board *board = *state;
    struct watch_state seen = {0};
    struct finding finding = {0};
    unsigned char seed[crypto_sign_SEEDBYTES] = {10};
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];

    board->size = 3;
    assert_int_equal(look(board, &seen, &finding), VERDICT_GOOD);
    assert_int_equal(crypto_sign_seed_keypair(public_key, board->secret, seed), 0);
    assert_int_equal(look(board, &seen, &finding), VERDICT_FAILED);
}

static void a_tile_that_lies_is_an_alarm_and_one_that_is_gone_is_not(void **state)
{
    struct board *board = *state;
    struct watch_state seen = {0};
    struct finding finding = {0};

    board->size = 200;
    (void)snprintf(board->broken_tile, sizeof board->broken_tile, "tile/0/000.p/200");
    assert_int_equal(look(board, &seen, &finding), VERDICT_FAILED);
    board->broken_tile[0] = '\0';
    board->silent = true;
    assert_int_equal(look(board, &seen, &finding), VERDICT_UNREADABLE);
    assert_int_equal(seen.seen_ms, 0);
    board->silent = false;
    board->no_partial = true;
    /* The whole tile stands in for the partial one, since the log has grown meanwhile. */
    assert_int_equal(look(board, &seen, &finding), VERDICT_GOOD);
    assert_int_equal(seen.seen_ms, 1000);
}

static void tiles_are_named_as_the_specification_of_tiles_says(void **state)
{
    char path[WATCH_TILE_PATH_MAX];

    (void)state;
    watch_tile_path(0, 0, 256, path);
    assert_string_equal(path, "tile/0/000");
    watch_tile_path(0, 1234067, 256, path);
    assert_string_equal(path, "tile/0/x001/x234/067");
    watch_tile_path(2, 1000, 7, path);
    assert_string_equal(path, "tile/2/x001/000.p/7");
    watch_tile_path(WATCH_TILE_LEVEL_MAX, UINT64_MAX, 255, path);
    assert_string_equal(path, "tile/7/x018/x446/x744/x073/x709/x551/615.p/255");
}

static void a_state_that_is_not_its_own_is_refused(void **state)
{
    struct board *board = *state;
    struct watch_state seen = {0};
    struct finding finding = {0};
    char json[WATCH_STATE_MAX];
    size_t length;
    char *digit;

    board->size = 7;
    assert_int_equal(look(board, &seen, &finding), VERDICT_GOOD);
    length = watch_state_write(&seen, json);
    digit = strstr(json, "\"size\": 7");
    assert_non_null(digit);
    digit[8] = '8';
    assert_false(
        watch_state_read((struct span){.data = (const uint8_t *)json, .length = length}, &seen));
    assert_false(watch_state_read((struct span){0}, &seen));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_board_that_grows_is_followed_through_every_kind_of_tile,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            random_growth_is_consistent_and_a_fork_behind_it_is_an_alarm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_root_of_the_same_size_is_an_alarm, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_log_that_shrinks_is_an_alarm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_checkpoint_by_another_key_is_an_alarm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tile_that_lies_is_an_alarm_and_one_that_is_gone_is_not,
                                        set_up, tear_down),
        cmocka_unit_test(tiles_are_named_as_the_specification_of_tiles_says),
        cmocka_unit_test_setup_teardown(a_state_that_is_not_its_own_is_refused, set_up, tear_down),
    };

    if (sodium_init() < 0) {
        return EXIT_FAILURE;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
