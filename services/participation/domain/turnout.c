/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counting of turnout.h: where a person belongs, and tables that always
 * add up. It must never count a person twice. Names and dates of cells are in
 * turnout_name.c, publication in turnout_withhold.c.
 */
#include "participation/domain/turnout.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/turnout_day.h"

static_assert(BALLOT_AREA_MAX <= TURNOUT_CELL_MAX, "an area has a cell");
static_assert(VOTE_AGE_BAND_END <= TURNOUT_CELL_MAX, "an age band has a cell");

static size_t members_count(uint32_t set, unsigned end);
static enum err member_place(uint32_t set, unsigned value, size_t *ret_cell);
static enum err area_place(const struct ballot_definition *definition, const char *area,
                           size_t *ret_cell);
static void place_check(const struct turnout *turnout, const struct turnout_place *place);

void turnout_init(struct turnout *turnout, const struct ballot_definition *definition)
{
    assert(turnout != NULL);
    assert(definition->area_count <= BALLOT_AREA_MAX);

    memset(turnout, 0, sizeof *turnout);
    turnout->cell_count[TURNOUT_DIMENSION_AREA] =
        definition->area_count > 0 ? definition->area_count : 1;
    turnout->cell_count[TURNOUT_DIMENSION_SEX] = VOTE_SEX_END;
    turnout->cell_count[TURNOUT_DIMENSION_AGE_BAND] =
        members_count(vote_age_bands(definition), VOTE_AGE_BAND_END);
    turnout->cell_count[TURNOUT_DIMENSION_CHANNEL] =
        members_count(definition->channels, BALLOT_CHANNEL_END);
    turnout->cell_count[TURNOUT_DIMENSION_BASIS] =
        members_count(definition->bases, BALLOT_BASIS_END);
    turnout->cell_count[TURNOUT_DIMENSION_DAY] = turnout_days(definition, 0);
    assert(turnout_balanced(turnout));
}

void turnout_extend(struct turnout *turnout, const struct ballot_definition *definition,
                    int64_t extended_to_ms)
{
    const size_t days = turnout_days(definition, extended_to_ms);

    assert(turnout != NULL);
    assert(days >= turnout->cell_count[TURNOUT_DIMENSION_DAY]);

    turnout->cell_count[TURNOUT_DIMENSION_DAY] = days;
}

enum err turnout_place_find(const struct ballot_definition *definition, const struct vote *vote,
                            const struct turnout_time *time, struct turnout_place *ret)
{
    const int64_t closes_at_ms = ballot_closes_at_ms(definition, time->extended_to_ms);
    struct turnout_place place = {{0}};
    enum err err;

    assert(vote->sex < VOTE_SEX_END);
    assert(vote->age_band < VOTE_AGE_BAND_END);
    assert(ret != NULL);

    if (time->at_ms < definition->opens_at_ms || time->at_ms >= closes_at_ms) {
        return ERR_INVALID;
    }
    place.cell[TURNOUT_DIMENSION_DAY] =
        (size_t)(turnout_day(time->at_ms) - turnout_day(definition->opens_at_ms));
    place.cell[TURNOUT_DIMENSION_SEX] = vote->sex;

    err = area_place(definition, vote->area, &place.cell[TURNOUT_DIMENSION_AREA]);
    if (err) {
        return err;
    }
    err = member_place(vote_age_bands(definition), vote->age_band,
                       &place.cell[TURNOUT_DIMENSION_AGE_BAND]);
    if (err) {
        return err;
    }
    err = member_place(definition->channels, vote->channel, &place.cell[TURNOUT_DIMENSION_CHANNEL]);
    if (err) {
        return err;
    }
    err = member_place(definition->bases, vote->basis, &place.cell[TURNOUT_DIMENSION_BASIS]);
    if (err) {
        return err;
    }
    *ret = place;
    return ERR_OK;
}

enum err turnout_add(struct turnout *turnout, const struct turnout_place *place)
{
    place_check(turnout, place);
    assert(turnout->voters >= 0);

    /* No cell is above the total, so that this is the only sum that can overflow. */
    if (turnout->voters == INT64_MAX) {
        return ERR_FULL;
    }
    for (size_t i = 0; i < TURNOUT_DIMENSION_END; i++) {
        assert(turnout->cells[i][place->cell[i]] <= turnout->voters);
        turnout->cells[i][place->cell[i]]++;
    }
    turnout->voters++;
    return ERR_OK;
}

enum err turnout_revise(struct turnout *turnout, const struct turnout_place *before,
                        const struct turnout_place *after)
{
    place_check(turnout, before);
    place_check(turnout, after);

    if (turnout->revisions == INT64_MAX) {
        return ERR_FULL;
    }
    for (size_t i = 0; i < TURNOUT_DIMENSION_END; i++) {
        if (turnout->cells[i][before->cell[i]] == 0) {
            return ERR_CONFLICT;
        }
    }
    for (size_t i = 0; i < TURNOUT_DIMENSION_END; i++) {
        turnout->cells[i][before->cell[i]]--;
        turnout->cells[i][after->cell[i]]++;
    }
    turnout->revisions++;
    return ERR_OK;
}

bool turnout_balanced(const struct turnout *turnout)
{
    assert(turnout != NULL);

    if (turnout->voters < 0 || turnout->revisions < 0) {
        return false;
    }
    for (size_t i = 0; i < TURNOUT_DIMENSION_END; i++) {
        int64_t left = turnout->voters;

        assert(turnout->cell_count[i] >= 1);
        assert(turnout->cell_count[i] <= TURNOUT_CELL_MAX);
        for (size_t j = 0; j < turnout->cell_count[i]; j++) {
            int64_t cell = turnout->cells[i][j];

            if (cell < 0 || cell > left) {
                return false;
            }
            left -= cell;
        }
        if (left != 0) {
            return false;
        }
    }
    return true;
}

size_t turnout_days(const struct ballot_definition *definition, int64_t extended_to_ms)
{
    const int64_t closes_at_ms = ballot_closes_at_ms(definition, extended_to_ms);
    int64_t days;

    assert(definition->opens_at_ms < definition->closes_at_ms);
    assert(closes_at_ms >= definition->closes_at_ms);

    days = turnout_day(closes_at_ms - 1) - turnout_day(definition->opens_at_ms) + 1;
    assert(days >= 1);
    assert(days <= TURNOUT_DAY_MAX);
    return (size_t)days;
}

/* How many values below end are in a set of BALLOT_BIT. */
static size_t members_count(uint32_t set, unsigned end)
{
    size_t count = 0;

    assert(set != 0);
    assert(end <= 32);

    for (unsigned value = 0; value < end; value++) {
        count += (set & BALLOT_BIT(value)) != 0;
    }
    assert(count >= 1);
    return count;
}

/* The place of a value among the members of a set. */
static enum err member_place(uint32_t set, unsigned value, size_t *ret_cell)
{
    size_t place = 0;

    assert(set != 0);
    assert(value < 32);

    if ((set & BALLOT_BIT(value)) == 0) {
        return ERR_INVALID;
    }
    for (unsigned i = 0; i < value; i++) {
        place += (set & BALLOT_BIT(i)) != 0;
    }
    *ret_cell = place;
    return ERR_OK;
}

static enum err area_place(const struct ballot_definition *definition, const char *area,
                           size_t *ret_cell)
{
    size_t place;

    assert(area != NULL);
    assert(ret_cell != NULL);

    if (definition->area_count == 0) {
        *ret_cell = 0;
        return ERR_OK;
    }
    place = ballot_area_find(definition, area);
    if (place == definition->area_count) {
        return ERR_INVALID;
    }
    *ret_cell = place;
    return ERR_OK;
}

static void place_check(const struct turnout *turnout, const struct turnout_place *place)
{
    assert(turnout != NULL);
    assert(place != NULL);

    for (size_t i = 0; i < TURNOUT_DIMENSION_END; i++) {
        assert(place->cell[i] < turnout->cell_count[i]);
    }
}
