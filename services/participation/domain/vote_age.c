/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which age bands a ballot's rule on age leaves. A band that the limit cuts in
 * two must stay: which side of it a person is on only the front end can tell.
 */
#include "participation/domain/vote.h"

#include <assert.h>

#include "participation/domain/eligibility.h"

/* The youngest of each band; a band ends below the next one, the last one never. */
static const int64_t YOUNGEST[] = {
    [VOTE_AGE_BAND_10_19] = 10, [VOTE_AGE_BAND_20_29] = 20, [VOTE_AGE_BAND_30_39] = 30,
    [VOTE_AGE_BAND_40_49] = 40, [VOTE_AGE_BAND_50_59] = 50, [VOTE_AGE_BAND_60_69] = 60,
    [VOTE_AGE_BAND_70_UP] = 70,
};

static_assert(sizeof YOUNGEST / sizeof YOUNGEST[0] == VOTE_AGE_BAND_END, "an age for every band");
static_assert(ELIGIBILITY_AGE_MIN == 10, "no age limit below the first band, which starts at 10");

uint32_t vote_age_bands(const struct ballot_definition *definition)
{
    const struct eligibility *eligibility = &definition->eligibility;
    uint32_t bands = 0;

    assert(definition != NULL);

    if (!eligibility_has_age(eligibility)) {
        return BALLOT_BIT(VOTE_AGE_BAND_END) - 1;
    }
    for (unsigned band = VOTE_AGE_BAND_10_19; band < VOTE_AGE_BAND_END; band++) {
        const bool last = band + 1 == VOTE_AGE_BAND_END;
        const bool too_young = eligibility->min_age.present && !last &&
                               YOUNGEST[band + 1] <= eligibility->min_age.years;
        const bool too_old =
            eligibility->max_age.present && YOUNGEST[band] > eligibility->max_age.years;

        bands |= too_young || too_old ? 0 : BALLOT_BIT(band);
    }
    assert(bands != 0); /* min_age is at most max_age, and each age has a band. */
    return bands;
}
