/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts the verifier's recount to work on elections that a test made up. It
 * reads cases from standard input, each
 *
 *   u32 length || definition || u16 length || seed of the lot
 *   || u32 number of votes || for each: u32 how many voted so, u16 length || choice_body
 *
 * and answers each with u32 length || text: the result's JSON, or "! " and what
 * is wrong. It must never decide anything itself.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/choice.h"
#include "verify/recount.h"

static bool read_number(size_t bytes, uint32_t *ret)
{
    uint8_t data[4] = {0};

    if (fread(data, 1, bytes, stdin) != bytes) {
        return false;
    }
    *ret = 0;
    for (size_t i = 0; i < bytes; i++) {
        *ret = *ret << 8 | data[i];
    }
    return true;
}

/* A block with its length in front; the caller frees *ret, which is never NULL. */
static bool read_block(size_t bytes, uint8_t **ret, size_t *ret_length)
{
    uint32_t length = 0;
    uint8_t *block;

    if (!read_number(bytes, &length)) {
        return false;
    }
    block = malloc((size_t)length + 1);
    if (block == NULL || fread(block, 1, length, stdin) != length) {
        free(block);
        return false;
    }
    *ret = block;
    *ret_length = length;
    return true;
}

static void answer(const char *mark, struct span text)
{
    size_t length = strlen(mark) + text.length;

    for (unsigned shift = 32; shift > 0; shift -= 8) {
        (void)putchar((int)(length >> (shift - 8) & 0xff));
    }
    (void)fputs(mark, stdout);
    (void)fwrite(text.data, 1, text.length, stdout);
    (void)fflush(stdout);
}

static void complain(const char *what)
{
    answer("! ", (struct span){(const uint8_t *)what, strlen(what)});
}

/* Takes the votes of a case, or only reads past them without a recount. */
static const char *take_votes(const struct definition *definition, struct recount *recount)
{
    const char *wrong = NULL;
    uint32_t count = 0;

    if (!read_number(4, &count)) {
        return "cut short";
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t times = 0;
        uint8_t *body = NULL;
        size_t length = 0;

        if (!read_number(4, &times) || !read_block(2, &body, &length)) {
            return "cut short";
        }
        if (wrong == NULL && recount != NULL) {
            enum choice_fault fault = choice_check(definition, 1, (struct span){body, length});

            wrong = fault == CHOICE_OK ? NULL : choice_fault_name(fault);
        }
        for (uint32_t k = 0; k < times && wrong == NULL && recount != NULL; k++) {
            enum recount_err err = recount_add(recount, (struct span){body, length});

            wrong = err ? recount_err_text(err) : NULL;
        }
        free(body);
    }
    return wrong;
}

static void count(const struct definition *definition, struct span seed)
{
    struct recount *recount = NULL;
    struct span json = {0};
    enum recount_err err = recount_create(definition, &recount);
    const char *wrong = err ? recount_err_text(err) : take_votes(definition, recount);

    if (wrong == NULL) {
        err = recount_run(recount, seed, NULL, NULL);
        wrong = err ? recount_err_text(err) : NULL;
    }
    if (wrong == NULL) {
        err = recount_json(recount, &json);
        wrong = err ? recount_err_text(err) : NULL;
    }
    if (wrong == NULL) {
        answer("", json);
    } else {
        complain(wrong);
    }
    recount_free(recount);
}

int main(void)
{
    uint8_t *bytes = NULL;
    size_t length = 0;

    while (read_block(4, &bytes, &length)) {
        struct definition *definition = NULL;
        uint8_t *seed = NULL;
        size_t seed_length = 0;
        enum definition_fault fault = definition_read(bytes, length, &definition);

        free(bytes);
        if (!read_block(2, &seed, &seed_length)) {
            definition_free(definition);
            return EXIT_FAILURE;
        }
        if (fault == DEFINITION_OK) {
            count(definition, (struct span){seed_length > 0 ? seed : NULL, seed_length});
        } else {
            (void)take_votes(NULL, NULL); /* only read past */
            complain(definition_fault_name(fault));
        }
        definition_free(definition);
        free(seed);
    }
    return EXIT_SUCCESS;
}
