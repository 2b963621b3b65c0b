/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tables of turnout.h and their cells are called. Names are for
 * programs; pages put their own words to them.
 */
#include "participation/domain/turnout.h"

#include <assert.h>

#include "participation/domain/ballot_names.h"
#include "participation/domain/turnout_day.h"

static const char *const DIMENSIONS[] = {"area", "sex", "age_band", "channel", "basis", "day"};

static_assert(sizeof DIMENSIONS / sizeof DIMENSIONS[0] == TURNOUT_DIMENSION_END,
              "a word for every dimension");

static unsigned member_at(uint32_t set, size_t place);
static const char *or_unknown(const char *name);

const char *turnout_dimension_name(enum turnout_dimension dimension)
{
    assert(dimension < TURNOUT_DIMENSION_END);

    return DIMENSIONS[dimension];
}

void turnout_cell_name(const struct ballot_definition *definition, enum turnout_dimension dimension,
                       size_t cell, char ret_name[TURNOUT_NAME_SIZE])
{
    char date[TURNOUT_DATE_SIZE];
    const char *name = NULL;
    enum err err;

    assert(dimension < TURNOUT_DIMENSION_END);
    assert(cell < TURNOUT_CELL_MAX);

    switch (dimension) {
    case TURNOUT_DIMENSION_AREA:
        name = definition->area_count > 0 ? definition->areas[cell] : "all";
        break;
    case TURNOUT_DIMENSION_SEX:
        name = or_unknown(vote_sex_name((enum vote_sex)cell));
        break;
    case TURNOUT_DIMENSION_AGE_BAND:
        name = or_unknown(
            vote_age_band_name((enum vote_age_band)member_at(vote_age_bands(definition), cell)));
        break;
    case TURNOUT_DIMENSION_CHANNEL:
        name = ballot_channel_name((enum ballot_channel)member_at(definition->channels, cell));
        break;
    case TURNOUT_DIMENSION_BASIS:
        name = ballot_basis_name((enum ballot_basis)member_at(definition->bases, cell));
        break;
    case TURNOUT_DIMENSION_DAY:
        turnout_day_format(turnout_day(definition->opens_at_ms) + (int64_t)cell, date);
        name = date;
        break;
    case TURNOUT_DIMENSION_END:
        break;
    }
    assert(name != NULL);
    err = ballot_text_set(ret_name, TURNOUT_NAME_SIZE, name);
    assert(err == ERR_OK);
    (void)err; /* An area's name has exactly this size, every other name is shorter. */
}

/* The value at a place among the members of a set of BALLOT_BIT. */
static unsigned member_at(uint32_t set, size_t place)
{
    unsigned value = 0;
    size_t seen = (set & BALLOT_BIT(value)) != 0 ? 1 : 0;

    assert(set != 0);

    while (seen <= place) {
        value++;
        assert(value < 32);
        seen += (set & BALLOT_BIT(value)) != 0 ? 1 : 0;
    }
    return value;
}

static const char *or_unknown(const char *name)
{
    assert(name != NULL);

    return name[0] == '\0' ? "unknown" : name;
}
