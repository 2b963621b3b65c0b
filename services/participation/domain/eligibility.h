/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may vote, as a ballot's frozen definition says it: by what a person
 * belongs here (주소, 직장, 학교, 등록 외국인), and an age in full years (만 나이)
 * on a stated day.
 *
 * The front end proves both, since only it sees who somebody is; it reads these
 * rules from the definition. A vote brings no more than an age band with it, and
 * the service holds that against the ages: see vote_age_bands() in vote.h.
 *
 * This module must never see a person or a clock. Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_ELIGIBILITY_H
#define HYEOPCHI_PARTICIPATION_ELIGIBILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "participation/domain/encode.h"

#define ELIGIBILITY_AGE_MIN   10  /* full years; the youngest age band begins with them */
#define ELIGIBILITY_AGE_MAX   120 /* full years */
#define ELIGIBILITY_DATE_SIZE 11  /* "2026-06-01" and a NUL */

/* The numbers are part of the canonical encoding: they never change. */
enum eligibility_ground {
    ELIGIBILITY_GROUND_MISSING = 0,
    ELIGIBILITY_GROUND_ADDRESS = 1,              /* 주소 */
    ELIGIBILITY_GROUND_WORKPLACE = 2,            /* 직장 */
    ELIGIBILITY_GROUND_SCHOOL = 3,               /* 학교 */
    ELIGIBILITY_GROUND_REGISTERED_FOREIGNER = 4, /* 등록 외국인 */
    ELIGIBILITY_GROUND_END,
};

/* An age in full years that may be absent; years is 0 when absent. */
struct eligibility_age {
    bool present;
    int64_t years;
};

struct eligibility {
    uint32_t grounds; /* set of BALLOT_BIT(enum eligibility_ground); any one of them suffices */
    struct eligibility_age min_age;     /* that old, or older */
    struct eligibility_age max_age;     /* that old, or younger */
    char age_on[ELIGIBILITY_DATE_SIZE]; /* the day the ages are for; "" without an age */
};

/* True when the rules limit the age. */
bool eligibility_has_age(const struct eligibility *eligibility);

/* True for a day of the calendar as "2026-06-01", from the year 2000 to 2100. */
bool eligibility_date_valid(const char *date);

/* "address", "registered-foreigner"; "missing" for a number without a word. Static, never NULL. */
const char *eligibility_ground_name(enum eligibility_ground ground);
enum eligibility_ground eligibility_ground_from_name(const char *name); /* 0 when there is none */

/* The part of the canonical definition that ballot_encode.h describes. */
void eligibility_encode(struct encoder *encoder, const struct eligibility *eligibility);
void eligibility_decode(struct decoder *decoder, struct eligibility *ret);

#endif
