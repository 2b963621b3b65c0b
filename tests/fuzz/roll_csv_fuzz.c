/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a roll's CSV: the same answer and the same faults however the
 * bytes are cut, faults in the order of their lines, and a roll only from a file
 * without one, with every number in its range. The first byte says whether the
 * ballot has areas.
 */
#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "participation/domain/roll_csv.h"

struct met {
    uint64_t hash; /* of all faults, in order */
    uint64_t count;
    uint64_t line;
    bool ended; /* by too many */
};

static void mix(struct met *met, const char *text)
{
    for (; *text != '\0'; text++) {
        met->hash = (met->hash ^ (unsigned char)*text) * 1099511628211u;
    }
    met->hash = (met->hash ^ 0xffu) * 1099511628211u;
}

static void on_fault(void *context, const struct roll_csv_fault *fault)
{
    struct met *met = context;

    assert(!met->ended);
    assert(fault->rule < ROLL_CSV_RULE_END);
    assert(encode_text_valid(fault->value, strlen(fault->value)));
    assert(encode_text_valid(fault->field, strlen(fault->field)));
    assert(strlen(fault->value) < ROLL_CSV_FIELD_SIZE);
    assert(fault->line == 0 || fault->line >= met->line);
    met->line = fault->line == 0 ? met->line : fault->line;
    met->ended = fault->rule == ROLL_CSV_FAULTS_TOO_MANY;
    met->count += met->ended ? 0 : 1;
    assert(met->count <= ROLL_CSV_FAULT_MAX);
    met->hash = (met->hash ^ fault->rule) * 1099511628211u;
    met->hash = (met->hash ^ fault->line) * 1099511628211u;
    mix(met, fault->field);
    mix(met, fault->value);
}

static enum err read_in_pieces(const struct ballot_definition *definition, const uint8_t *data,
                               size_t size, size_t piece, struct met *ret_met,
                               struct roll *ret_roll)
{
    struct roll_csv csv;
    enum err err = ERR_OK;

    *ret_met = (struct met){0};
    roll_csv_init(&csv, definition, on_fault, ret_met);
    for (size_t at = 0; !err && at < size; at += piece) {
        err = roll_csv_feed(&csv, data + at, size - at < piece ? size - at : piece);
    }
    err = roll_csv_finish(&csv, ret_roll);
    assert(err == ERR_OK || err == ERR_INVALID);
    assert((err == ERR_OK) == (ret_met->count == 0));
    assert(roll_csv_faults(&csv) == ret_met->count);
    return err;
}

static void assert_sound(const struct ballot_definition *definition, const struct roll *roll)
{
    static uint8_t bytes[ROLL_ENCODE_MAX];
    enum roll_refusal refusal;
    struct encoder encoder;
    size_t length = 0;
    size_t place;
    enum err err = roll_check(roll, &refusal, &place);

    assert(err == ERR_OK);
    assert(roll->count == roll_area_count(definition));
    encoder_init(&encoder, bytes, sizeof bytes);
    roll_encode(&encoder, definition, roll);
    err = encoder_finish(&encoder, &length);
    assert(err == ERR_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ballot_definition definition;
    struct roll whole = {0};
    struct roll cut = {0};
    struct met whole_met;
    struct met cut_met;
    enum err whole_err;
    enum err cut_err;

    if (size == 0) {
        return 0;
    }
    definition.area_count = data[0] % 2 == 0 ? 2 : 0;
    memcpy(definition.areas[0], "a", sizeof "a");
    memcpy(definition.areas[1], "동", sizeof "동");
    whole_err = read_in_pieces(&definition, data + 1, size - 1, size, &whole_met, &whole);
    cut_err = read_in_pieces(&definition, data + 1, size - 1, 1 + size % 7, &cut_met, &cut);
    assert(whole_err == cut_err);
    assert(whole_met.hash == cut_met.hash && whole_met.count == cut_met.count);
    if (!whole_err) {
        assert(memcmp(&whole, &cut, sizeof whole) == 0);
        assert_sound(&definition, &whole);
    }
    return 0;
}
