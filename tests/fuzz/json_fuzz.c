/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as JSON: refused with a problem that is itself valid JSON, or read
 * into a value that is no deeper than allowed and survives being written and
 * read again. Its members are then read as a vote's would be.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "runtime/json.h"

enum { TEXT_SIZE = 64, BYTES = 32 };

static void check_problem(const struct problem *problem)
{
    json_t *document = problem_json(problem, PROBLEM_ENGLISH);
    char *text = json_text(document);

    assert(problem->kind != NULL);
    assert(text != NULL);
    free(text);
    json_decref(document);
}

static void read_members(const json_t *value)
{
    static const char *const NAMES[] = {"subject", "area",    "rev",   "final",
                                        "at",      "choices", "basis", NULL};
    static const char *const BASES[] = {"did", "manual", NULL};
    struct problem problem = {.kind = NULL};
    char area[TEXT_SIZE] = "";
    uint8_t subject[BYTES];
    const json_t *choices = NULL;
    struct json_reader reader;
    int64_t rev = -1;
    int64_t at_ms = 0;
    bool final = false;
    int basis = -1;

    json_reader_init(&reader, value, "", &problem);
    json_reader_allow(&reader, NAMES);
    json_read_base64url(&reader, "subject", subject, sizeof subject);
    json_read_text(&reader, "area", 1, area, sizeof area);
    json_read_int64(&reader, "rev", 0, 10, &rev);
    json_read_bool(&reader, "final", &final);
    json_read_time(&reader, "at", &at_ms);
    json_read_array(&reader, "choices", 4, &choices);
    json_read_choice(&reader, "basis", BASES, &basis);
    if (json_reader_ok(&reader)) {
        assert(strlen(area) >= 1 && strlen(area) < sizeof area);
        assert(rev >= 0 && rev <= 10);
        assert(json_array_size(choices) <= 4);
        assert(basis == 0 || basis == 1);
    } else {
        check_problem(&problem);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct problem problem = {.kind = NULL};
    json_t *value = NULL;
    json_t *again = NULL;
    char *text;

    if (json_parse(data, size, &value, &problem)) {
        assert(value == NULL);
        check_problem(&problem);
        return 0;
    }
    text = json_text(value);
    assert(text != NULL);
    assert(json_parse(text, strlen(text), &again, &problem) == ERR_OK);
    assert(json_equal(value, again));
    free(text);
    json_decref(again);
    read_members(value);
    json_decref(value);
    return 0;
}
