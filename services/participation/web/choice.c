/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a form to a vote. Must never guess: what cannot be read is said, and
 * never taken for something near it.
 */
#include "participation/web/choice.h"

#include "participation/domain/ballot_names.h"
#include "runtime/crypto.h"
#include "runtime/json.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUBJECT_TEXT_SIZE = 44, ORDER_INPUT_SIZE = SESSION_SEED_SIZE + BALLOT_OPTION_ID_MAX };

enum err picks_new(const struct ballot_definition *definition, struct picks *ret)
{
    int64_t *values = calloc(definition->option_count, sizeof *values);

    if (values == NULL) {
        return ERR_INTERNAL;
    }
    for (size_t i = 0; i < definition->option_count; i++) {
        values[i] = SESSION_PICK_NONE;
    }
    *ret = (struct picks){.values = values, .count = definition->option_count};
    return ERR_OK;
}

void picks_release(struct picks *picks)
{
    if (picks->values != NULL) {
        crypto_wipe(picks->values, picks->count * sizeof picks->values[0]);
        free(picks->values);
    }
    *picks = (struct picks){.values = NULL};
}

/* "7" of an option that is there; 0 otherwise. */
static uint32_t option_number(const struct picks *picks, const char *text)
{
    int64_t number = 0;

    if (form_number(text, &number) || number < 1 || number > (int64_t)picks->count) {
        return 0;
    }
    return (uint32_t)number;
}

/* Fields whose values are options. */
static enum err read_chosen(const struct form *form, struct picks *picks)
{
    for (size_t i = 0; i < form->count; i++) {
        if (strcmp(form->fields[i].name, "choice") == 0) {
            const uint32_t number = option_number(picks, form->fields[i].value);

            if (number == 0) {
                return ERR_INVALID;
            }
            picks->values[number - 1] = 1;
        }
    }
    return ERR_OK;
}

/* Fields whose names are options. */
static enum err read_named(const struct form *form, const char *prefix, struct picks *picks,
                           uint32_t *ret_number)
{
    const size_t length = strlen(prefix);
    enum err result = ERR_OK;

    for (size_t i = 0; i < form->count; i++) {
        uint32_t number;
        int64_t value = 0;
        enum err err;

        if (strncmp(form->fields[i].name, prefix, length) != 0) {
            continue;
        }
        number = option_number(picks, form->fields[i].name + length);
        err = number == 0 ? ERR_INVALID : form_number(form->fields[i].value, &value);
        if (err == ERR_INVALID && result == ERR_OK) {
            *ret_number = number;
            result = ERR_INVALID;
        }
        if (!err) {
            picks->values[number - 1] = value;
        }
    }
    return result;
}

enum err picks_read(const struct ballot_definition *definition, const struct form *form,
                    struct picks *picks, uint32_t *ret_number)
{
    assert(picks->count == definition->option_count);
    *ret_number = 0;
    if (definition->method == BALLOT_METHOD_ORDINAL) {
        return read_named(form, "place-", picks, ret_number);
    }
    if (ballot_has_points(definition)) {
        return read_named(form, "points-", picks, ret_number);
    }
    return read_chosen(form, picks);
}

struct picks_total picks_total(const struct ballot_definition *definition,
                               const struct picks *picks)
{
    struct picks_total total = {.options = 0};

    for (size_t i = 0; i < picks->count; i++) {
        if (picks->values[i] != SESSION_PICK_NONE) {
            total.options++;
            total.cost_krw += definition->options[i].cost_krw;
            total.points += picks->values[i];
        }
    }
    return total;
}

struct vote_choice *picks_choices(const struct picks *picks, size_t *ret_count)
{
    struct vote_choice *choices = calloc(picks->count + 1, sizeof *choices);
    size_t count = 0;

    for (size_t i = 0; choices != NULL && i < picks->count; i++) {
        if (picks->values[i] != SESSION_PICK_NONE) {
            choices[count].option = (uint32_t)i + 1;
            choices[count].value = (uint32_t)picks->values[i];
            count++;
        }
    }
    *ret_count = count;
    return choices;
}

enum err picks_check(const struct ballot_definition *definition, const struct vote *voter,
                     const struct picks *picks, struct vote_refusal *refusal, uint32_t *ret_number)
{
    const struct vote_context context = {
        .definition = definition,
        .state = BALLOT_STATE_OPEN,
        .now_ms = definition->opens_at_ms,
    };
    struct vote vote = *voter;
    struct vote_choice *choices = picks_choices(picks, &vote.choice_count);
    enum err err;

    *ret_number = 0;
    *refusal = (struct vote_refusal){.reason = VOTE_REFUSAL_NONE};
    if (choices == NULL) {
        return ERR_INTERNAL;
    }
    vote.choices = choices;
    err = vote_check(&context, &vote, refusal);
    if (err && refusal->choice < vote.choice_count) {
        *ret_number = choices[refusal->choice].option;
    }
    free(choices);
    crypto_wipe(&vote, sizeof vote);
    return err;
}

/* An option and where a seed puts it. */
struct place {
    uint8_t hash[CRYPTO_HASH_SIZE];
    uint32_t number;
};

static int compare_places(const void *a, const void *b)
{
    const struct place *one = a;
    const struct place *other = b;

    return memcmp(one->hash, other->hash, sizeof one->hash);
}

enum err picks_order(const struct ballot_definition *definition, const char *seed,
                     uint32_t *ret_numbers)
{
    struct place *places = calloc(definition->option_count, sizeof *places);

    if (places == NULL) {
        return ERR_INTERNAL;
    }
    for (size_t i = 0; i < definition->option_count; i++) {
        char input[ORDER_INPUT_SIZE];
        const int length = snprintf(input, sizeof input, "%s%s", seed, definition->options[i].id);

        assert(length > 0 && (size_t)length < sizeof input);
        crypto_tagged_hash("display-order", input, (size_t)length, places[i].hash);
        places[i].number = definition->options[i].number;
    }
    qsort(places, definition->option_count, sizeof *places, compare_places);
    for (size_t i = 0; i < definition->option_count; i++) {
        ret_numbers[i] = places[i].number;
    }
    free(places);
    return ERR_OK;
}

/* A word, or null where it was not given. */
static json_t *word_json(const char *word)
{
    return word[0] != '\0' ? json_string(word) : json_null();
}

char *picks_vote(const struct ballot_definition *definition, const struct vote *voter,
                 const struct picks *picks)
{
    char subject[SUBJECT_TEXT_SIZE];
    json_t *choices = json_array();
    json_t *vote;
    char *text;

    for (size_t i = 0; i < picks->count; i++) {
        if (picks->values[i] != SESSION_PICK_NONE &&
            json_array_append_new(choices,
                                  json_pack("{s:s, s:I}", "option", definition->options[i].id,
                                            "value", (json_int_t)picks->values[i])) != 0) {
            json_decref(choices);
            return NULL;
        }
    }
    crypto_base64url(voter->subject, sizeof voter->subject, subject, sizeof subject);
    vote = json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:o}", "subject", subject, "basis",
                     ballot_basis_name(voter->basis), "area", voter->area, "sex",
                     word_json(vote_sex_name(voter->sex)), "age_band",
                     word_json(vote_age_band_name(voter->age_band)), "channel",
                     ballot_channel_name(voter->channel), "choices", choices);
    text = vote != NULL ? json_text(vote) : NULL;
    json_decref(vote);
    crypto_wipe(subject, sizeof subject);
    return text;
}
