/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of participation's domain share: reading a .pb text in
 * pieces, reading files, and a small random generator whose seed is printed.
 * It must never decide what is right; the tests do.
 */
#ifndef HYEOPCHI_TESTS_PARTICIPATION_HELP_H
#define HYEOPCHI_TESTS_PARTICIPATION_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "participation/domain/pb.h"

#define HELP_FILE_MAX 134217728

/* xorshift64*: enough to shuffle with, the same everywhere. */
static inline uint64_t help_random(uint64_t *state)
{
    uint64_t x = *state;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return x * 2685821657736338717u;
}

/* The seed of this run: HYEOPCHI_TEST_SEED, or a fixed one; printed, so that a failure can be run again. */
static inline uint64_t help_seed(void)
{
    const char *text = getenv("HYEOPCHI_TEST_SEED");
    uint64_t seed = text == NULL ? 20250301u : (uint64_t)strtoull(text, NULL, 10);

    print_message("seed: HYEOPCHI_TEST_SEED=%llu\n", (unsigned long long)seed);
    return seed == 0 ? 1 : seed;
}

/* Feeds the bytes in pieces of at most `piece` and finishes; returns what the reader says. */
static inline enum err help_feed(struct pb *pb, const char *bytes, size_t length, size_t piece)
{
    enum err err = ERR_OK;

    for (size_t at = 0; !err && at < length; at += piece) {
        size_t left = length - at;

        err = pb_feed(pb, bytes + at, left < piece ? left : piece);
    }
    return err ? err : pb_finish(pb);
}

/* A reader that has read the text; the caller frees it. */
static inline struct pb *help_read(const char *text, bool strict, enum err *ret_err)
{
    const struct pb_options options = {.strict = strict, .keep_votes = true};
    struct pb *pb = NULL;

    assert_int_equal(pb_new(&options, &pb), ERR_OK);
    *ret_err = help_feed(pb, text, strlen(text), strlen(text) + 1);
    return pb;
}

/* The whole file with a NUL behind it, or NULL when there is none; the caller frees it. */
static inline char *help_file(const char *path, size_t *ret_length)
{
    FILE *file = fopen(path, "rb");
    char *bytes;
    long size;

    if (file == NULL) {
        return NULL;
    }
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size = ftell(file);
    assert_true(size >= 0 && size < HELP_FILE_MAX);
    assert_int_equal(fseek(file, 0, SEEK_SET), 0);
    bytes = malloc((size_t)size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)size, file), (size_t)size);
    bytes[size] = '\0';
    *ret_length = (size_t)size;
    (void)fclose(file);
    return bytes;
}

#endif
