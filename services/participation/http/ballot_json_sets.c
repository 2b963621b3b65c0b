/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words to bits and back. A word that is none must never be passed over.
 */
#include "participation/http/ballot_json_sets.h"

#include "participation/domain/ballot_names.h"

uint32_t ballot_json_read_set(struct json_reader *reader, const char *name, unsigned end,
                              unsigned (*from_name)(const char *))
{
    const json_t *array = NULL;
    uint32_t set = 0;

    if (!json_reader_has(reader, name)) {
        for (unsigned value = 1; value < end; value++) {
            set |= BALLOT_BIT(value);
        }
        return set;
    }
    json_read_array(reader, name, end, &array);
    for (size_t i = 0; json_reader_ok(reader) && i < json_array_size(array); i++) {
        const char *word = json_string_value(json_array_get(array, i));
        unsigned value = word != NULL ? from_name(word) : 0;

        if (value == 0) {
            json_reader_refuse(reader, name, &PROBLEM_WRONG_VALUE, NULL, word);
        }
        set |= value != 0 ? BALLOT_BIT(value) : 0;
    }
    return set;
}

json_t *ballot_json_set(uint32_t set, unsigned end, const char *(*name)(unsigned))
{
    json_t *array = json_array();

    for (unsigned value = 1; value < end; value++) {
        if (set & BALLOT_BIT(value)) {
            (void)json_array_append_new(array, json_string(name(value))); /* Shows as a gap. */
        }
    }
    return array;
}

static unsigned channel_value(const char *name)
{
    return ballot_channel_from_name(name);
}

uint32_t ballot_json_read_channels(struct json_reader *reader)
{
    return ballot_json_read_set(reader, "channels", BALLOT_CHANNEL_END, channel_value);
}

static const char *channel_word(unsigned value)
{
    return ballot_channel_name((enum ballot_channel)value);
}

json_t *ballot_json_channels(uint32_t set)
{
    return ballot_json_set(set, BALLOT_CHANNEL_END, channel_word);
}
