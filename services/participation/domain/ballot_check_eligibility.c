/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of ballot_check() about who may vote, and how long they may object. A rule that nobody could obey,
 * or that would not decide anything, must never be frozen.
 */
#include "participation/domain/ballot_check_parts.h"

#include <assert.h>

#include "participation/domain/eligibility.h"

static enum err check_age(const struct eligibility_age *age, const char *field,
                          struct ballot_refusal *refusal)
{
    assert(age->present || age->years == 0);
    assert(refusal != NULL);

    if (age->present && (age->years < ELIGIBILITY_AGE_MIN || age->years > ELIGIBILITY_AGE_MAX)) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_AGE_OUT_OF_RANGE, field);
    }
    return ERR_OK;
}

static enum err check_date(const struct eligibility *eligibility, struct ballot_refusal *refusal)
{
    const bool has_date = eligibility->age_on[0] != '\0';

    assert(refusal != NULL);

    if (eligibility_has_age(eligibility) != has_date) {
        return ballot_refuse(
            refusal, has_date ? BALLOT_REFUSAL_AGE_DATE_UNUSED : BALLOT_REFUSAL_AGE_DATE_MISSING,
            "eligibility/age_on");
    }
    if (has_date && !eligibility_date_valid(eligibility->age_on)) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_AGE_DATE_INVALID, "eligibility/age_on");
    }
    return ERR_OK;
}

enum err ballot_check_eligibility(const struct ballot_definition *definition,
                                  struct ballot_refusal *refusal)
{
    const struct eligibility *eligibility = &definition->eligibility;
    const uint32_t known = BALLOT_BIT(ELIGIBILITY_GROUND_END) - 2;
    enum err err;

    assert(definition != NULL);
    assert(refusal != NULL);

    if (eligibility->grounds == 0) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_VALUE_MISSING, "eligibility/grounds");
    }
    if ((eligibility->grounds & ~known) != 0) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_VALUE_UNKNOWN, "eligibility/grounds");
    }
    err = check_age(&eligibility->min_age, "eligibility/min_age", refusal);
    if (!err) {
        err = check_age(&eligibility->max_age, "eligibility/max_age", refusal);
    }
    if (err) {
        return err;
    }
    if (eligibility->min_age.present && eligibility->max_age.present &&
        eligibility->min_age.years > eligibility->max_age.years) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_MIN_AGE_ABOVE_MAX, "eligibility/min_age");
    }
    return check_date(eligibility, refusal);
}

enum err ballot_check_objection(const struct ballot_definition *definition,
                                struct ballot_refusal *refusal)
{
    assert(definition != NULL);
    assert(refusal != NULL);

    if (definition->objection_days < 1 || definition->objection_days > BALLOT_OBJECTION_DAYS_MAX) {
        return ballot_refuse(refusal, BALLOT_REFUSAL_OBJECTION_DAYS_OUT_OF_RANGE, "objection_days");
    }
    return ERR_OK;
}
