/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bounds of roll.h. It must never let an area have one voter more than its
 * number.
 */
#include "participation/domain/roll.h"

#include <assert.h>
#include <string.h>

static_assert(ROLL_VOTERS_MAX <= INT64_MAX / BALLOT_AREA_MAX, "all areas together fit");

static const char EVERYBODY[] = "all"; /* the word of turnout's table too */

size_t roll_area_count(const struct ballot_definition *definition)
{
    assert(definition != NULL);
    assert(definition->area_count <= BALLOT_AREA_MAX);

    return definition->area_count > 0 ? definition->area_count : 1;
}

const char *roll_area_name(const struct ballot_definition *definition, size_t place)
{
    assert(definition != NULL);
    assert(place < roll_area_count(definition));

    return definition->area_count > 0 ? definition->areas[place] : EVERYBODY;
}

size_t roll_area_find(const struct ballot_definition *definition, const char *name)
{
    assert(definition != NULL);
    assert(name != NULL);

    if (definition->area_count == 0) {
        return strcmp(name, EVERYBODY) == 0 ? 0 : 1;
    }
    return ballot_area_find(definition, name);
}

int64_t roll_total(const struct roll *roll)
{
    int64_t total = 0;

    assert(roll->count >= 1);
    assert(roll->count <= BALLOT_AREA_MAX);

    for (size_t i = 0; i < roll->count; i++) {
        assert(roll->voters[i] >= 0 && roll->voters[i] <= ROLL_VOTERS_MAX);
        total += roll->voters[i];
    }
    return total;
}

enum err roll_check(const struct roll *roll, enum roll_refusal *ret_refusal, size_t *ret_place)
{
    assert(roll->count >= 1 && roll->count <= BALLOT_AREA_MAX);
    assert(ret_refusal != NULL && ret_place != NULL);

    for (size_t i = 0; i < roll->count; i++) {
        if (roll->voters[i] < 0 || roll->voters[i] > ROLL_VOTERS_MAX) {
            *ret_refusal = ROLL_REFUSAL_VOTERS_OUT_OF_RANGE;
            *ret_place = i;
            return ERR_INVALID;
        }
    }
    if (roll_total(roll) == 0) {
        *ret_refusal = ROLL_REFUSAL_EMPTY;
        *ret_place = roll->count;
        return ERR_INVALID;
    }
    return ERR_OK;
}

void roll_encode(struct encoder *encoder, const struct ballot_definition *definition,
                 const struct roll *roll)
{
    assert(roll->count == roll_area_count(definition));
    assert(roll_total(roll) > 0);

    encode_bytes(encoder, definition->ballot_id, BALLOT_ID_SIZE);
    encode_count(encoder, roll->count);
    for (size_t i = 0; i < roll->count; i++) {
        encode_str(encoder, roll_area_name(definition, i));
        encode_u64(encoder, (uint64_t)roll->voters[i]);
    }
}

enum err roll_admit(const struct roll_standing *standing, struct vote_refusal *refusal)
{
    assert(standing->bound >= 0);
    assert(standing->taken >= 0);
    assert(refusal != NULL);

    if (standing->taken >= standing->bound) {
        refusal->reason = VOTE_REFUSAL_ROLL_FULL;
        refusal->choice = BALLOT_PATH_WHOLE;
        ballot_path_set(refusal->path, NULL, BALLOT_PATH_WHOLE, "area");
        return ERR_CONFLICT;
    }
    return ERR_OK;
}
