/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON of who may vote. Must never decide whether the rules make sense.
 */
#include "participation/http/eligibility_json.h"

#include "participation/domain/ballot.h"

#include <string.h>

static const char *const KEYS[] = {"grounds", "min_age", "max_age", "age_on", NULL};

static uint32_t all_grounds(void)
{
    uint32_t set = 0;

    for (unsigned ground = 1; ground < ELIGIBILITY_GROUND_END; ground++) {
        set |= BALLOT_BIT(ground);
    }
    return set;
}

static uint32_t read_grounds(struct json_reader *reader)
{
    const json_t *array = NULL;
    uint32_t set = 0;

    json_read_array(reader, "grounds", ELIGIBILITY_GROUND_END, &array);
    for (size_t i = 0; json_reader_ok(reader) && i < json_array_size(array); i++) {
        const char *word = json_string_value(json_array_get(array, i));
        const enum eligibility_ground ground =
            word != NULL ? eligibility_ground_from_name(word) : ELIGIBILITY_GROUND_MISSING;

        if (ground == ELIGIBILITY_GROUND_MISSING) {
            json_reader_refuse(reader, "grounds", &PROBLEM_WRONG_VALUE, NULL, word);
        }
        set |= ground != ELIGIBILITY_GROUND_MISSING ? BALLOT_BIT(ground) : 0;
    }
    return set;
}

static void read_age(struct json_reader *reader, const char *name, struct eligibility_age *age)
{
    age->present = json_reader_has(reader, name);
    if (age->present) {
        json_read_int64(reader, name, INT64_MIN, INT64_MAX, &age->years);
    }
}

void eligibility_json_read(struct json_reader *reader, struct eligibility *ret)
{
    struct json_reader own;

    *ret = (struct eligibility){.grounds = all_grounds()};
    if (!json_reader_has(reader, "eligibility")) {
        return;
    }
    json_reader_init(&own, json_object_get(reader->object, "eligibility"), "/eligibility",
                     reader->problem);
    json_reader_allow(&own, KEYS);
    if (json_reader_has(&own, "grounds")) {
        ret->grounds = read_grounds(&own);
    }
    read_age(&own, "min_age", &ret->min_age);
    read_age(&own, "max_age", &ret->max_age);
    if (json_reader_has(&own, "age_on")) {
        json_read_text(&own, "age_on", 1, ret->age_on, sizeof ret->age_on);
    }
}

static json_t *age_json(const struct eligibility_age *age)
{
    return age->present ? json_integer(age->years) : json_null();
}

json_t *eligibility_json(const struct eligibility *eligibility)
{
    json_t *grounds = json_array();

    for (unsigned ground = 1; ground < ELIGIBILITY_GROUND_END; ground++) {
        if (eligibility->grounds & BALLOT_BIT(ground)) {
            (void)json_array_append_new(/* A lack of memory shows as a gap. */
                                        grounds, json_string(eligibility_ground_name(
                                                     (enum eligibility_ground)ground)));
        }
    }
    return json_pack(
        "{s:o, s:o, s:o, s:o}", "grounds", grounds, "min_age", age_json(&eligibility->min_age),
        "max_age", age_json(&eligibility->max_age), "age_on",
        eligibility->age_on[0] != '\0' ? json_string(eligibility->age_on) : json_null());
}
