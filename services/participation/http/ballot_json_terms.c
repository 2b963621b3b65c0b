/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Terms as members of a ballot's JSON. Options are named by their ids there
 * and by their numbers in the definition; this must never let one stand for
 * another.
 */
#include "participation/http/ballot_json_terms.h"

#include <string.h>

/* Ids as numbers; one that is no text is refused here, one that no option has becomes 0. */
static size_t read_ids(struct json_reader *reader, const char *name,
                       const struct ballot_definition *definition, const json_t *array,
                       uint16_t *ret_numbers)
{
    struct ballot_index index;
    size_t count = json_array_size(array);

    ballot_index_build(definition, &index);
    for (size_t i = 0; i < count; i++) {
        const char *id = json_string_value(json_array_get(array, i));

        if (id == NULL) {
            json_reader_refuse(reader, name, &PROBLEM_WRONG_VALUE, NULL, NULL);
            return 0;
        }
        ret_numbers[i] = (uint16_t)ballot_option_find(definition, &index, id);
    }
    return count;
}

static void read_tie_order(struct json_reader *reader, struct ballot_definition *definition)
{
    struct ballot_tie_order *order = &definition->tie_order;
    const json_t *array = NULL;

    if (!json_reader_has(reader, "tie_order")) {
        return;
    }
    json_read_array(reader, "tie_order", BALLOT_OPTION_MAX, &array);
    if (json_reader_ok(reader)) {
        order->count = read_ids(reader, "tie_order", definition, array, order->numbers);
    }
}

void ballot_json_read_terms(struct json_reader *reader, struct ballot_definition *definition)
{
    if (!json_reader_ok(reader)) {
        return; /* there may be no options to name */
    }
    read_tie_order(reader, definition);
}

/* Ids of options in their order; NULL without memory. */
static json_t *ids_json(const struct ballot_definition *definition, const uint16_t *numbers,
                        size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count && array != NULL; i++) {
        const struct ballot_option *option = ballot_option(definition, numbers[i]);

        if (option == NULL || json_array_append_new(array, json_string(option->id)) != 0) {
            json_decref(array);
            array = NULL;
        }
    }
    return array;
}

static json_t *tie_order_json(const struct ballot_definition *definition)
{
    const struct ballot_tie_order *order = &definition->tie_order;

    return order->count > 0 ? ids_json(definition, order->numbers, order->count) : json_null();
}

bool ballot_json_add_terms(json_t *json, const struct ballot_definition *definition)
{
    return json_object_set_new(json, "tie_order", tie_order_json(definition)) == 0;
}
