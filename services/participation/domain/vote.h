/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One vote: who may cast it, when, and what it may say. Everything is checked
 * here before anything is consumed (a revision, an idempotency key, a row).
 * Costs come from the ballot, never from the request.
 *
 * It must never see who the voter is: `subject` is a keyed hash made by the
 * front end. Sex, age band and area are for the counts of turnout.h and are
 * never kept beside the choices. No clock, no allocation; any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_VOTE_H
#define HYEOPCHI_PARTICIPATION_VOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "participation/domain/ballot.h"
#include "participation/domain/ballot_state.h"
#include "runtime/err.h"

#define VOTE_SUBJECT_SIZE        32
#define VOTE_CHOICE_MAX          BALLOT_OPTION_MAX /* choices a request is read for; more are refused */
#define VOTE_REVISION_MAX        10                /* votes of one voter, final one included */
#define VOTE_REVISION_ONLINE_MAX 9 /* of those, where a booth or paper must always have one left */

enum vote_sex {
    VOTE_SEX_ABSENT = 0, /* not given: null in JSON, 미상 in a table */
    VOTE_SEX_F = 1,
    VOTE_SEX_M = 2,
    VOTE_SEX_X = 3,
    VOTE_SEX_END,
};

enum vote_age_band {
    VOTE_AGE_BAND_ABSENT = 0, /* not given: null in JSON, 미상 in a table */
    VOTE_AGE_BAND_10_19 = 1,
    VOTE_AGE_BAND_20_29 = 2,
    VOTE_AGE_BAND_30_39 = 3,
    VOTE_AGE_BAND_40_49 = 4,
    VOTE_AGE_BAND_50_59 = 5,
    VOTE_AGE_BAND_60_69 = 6,
    VOTE_AGE_BAND_70_UP = 7,
    VOTE_AGE_BAND_END,
};

struct vote_choice {
    uint32_t option; /* the option's number; 0 for an id the ballot does not have */
    uint32_t
        value; /* approval, choose-1: 1; cumulative, scoring: points; ordinal: 1 for the first */
};

struct vote {
    uint8_t subject[VOTE_SUBJECT_SIZE]; /* HMAC(K_join, ballot || CI), made by the front end */
    enum ballot_basis basis;
    char area[BALLOT_AREA_NAME_MAX + 1]; /* "" when not given */
    enum vote_sex sex;
    enum vote_age_band age_band;
    enum ballot_channel channel;
    bool reserves; /* takes a ballot paper instead of choosing: channel paper, without choices */
    const struct vote_choice *choices; /* borrowed; in the order of the request */
    size_t choice_count;
};

/* The kind of a refusal; the edge turns it into a status. */
enum vote_refusal_class {
    VOTE_REFUSAL_CLASS_NONE = 0,
    VOTE_REFUSAL_CLASS_CONFLICT,   /* the ballot's or the voter's state is in the way */
    VOTE_REFUSAL_CLASS_INELIGIBLE, /* this voter may not vote here, or not this way */
    VOTE_REFUSAL_CLASS_RULE,       /* the choices break a rule of the ballot */
};

enum vote_refusal_reason {
    VOTE_REFUSAL_NONE = 0,
    VOTE_REFUSAL_BALLOT_NOT_OPEN,
    VOTE_REFUSAL_BALLOT_EARLY,
    VOTE_REFUSAL_BALLOT_CLOSED,
    VOTE_REFUSAL_FINAL_VOTE_CAST,
    VOTE_REFUSAL_PAPER_ISSUED,
    VOTE_REFUSAL_REVISIONS_EXHAUSTED,
    VOTE_REFUSAL_REVISION_RESERVED,
    VOTE_REFUSAL_VOTE_VOID,
    VOTE_REFUSAL_ROLL_FULL,
    VOTE_REFUSAL_BASIS_NOT_ACCEPTED,
    VOTE_REFUSAL_AREA_NOT_ELIGIBLE,
    VOTE_REFUSAL_AGE_BAND_MISSING,
    VOTE_REFUSAL_AGE_NOT_ELIGIBLE,
    VOTE_REFUSAL_CHANNEL_NOT_ACCEPTED,
    VOTE_REFUSAL_CHANNEL_NOT_YOURS,
    VOTE_REFUSAL_PAPER_NOT_ISSUED,
    VOTE_REFUSAL_OPTION_UNKNOWN,
    VOTE_REFUSAL_OPTION_REPEATED,
    VOTE_REFUSAL_VALUE_NOT_ONE,
    VOTE_REFUSAL_POINTS_TOO_FEW,
    VOTE_REFUSAL_POINTS_TOO_MANY,
    VOTE_REFUSAL_PLACE_OUT_OF_RANGE,
    VOTE_REFUSAL_PLACE_REPEATED,
    VOTE_REFUSAL_EMPTY_NOT_ALLOWED,
    VOTE_REFUSAL_OPTIONS_TOO_FEW,
    VOTE_REFUSAL_OPTIONS_TOO_MANY,
    VOTE_REFUSAL_COST_TOO_LOW,
    VOTE_REFUSAL_COST_TOO_HIGH,
    VOTE_REFUSAL_SUM_TOO_LOW,
    VOTE_REFUSAL_SUM_TOO_HIGH,
    VOTE_REFUSAL_QUOTA_TOO_FEW,
    VOTE_REFUSAL_QUOTA_TOO_MANY,
    VOTE_REFUSAL_END,
};

struct vote_refusal {
    enum vote_refusal_reason reason;
    size_t choice;               /* index of the choice it concerns, or BALLOT_PATH_WHOLE */
    char path[BALLOT_PATH_SIZE]; /* JSON pointer, as "/choices/2/option"; "" for the whole vote */
};

/* What an answer says about a refusal. All texts are static and never NULL. */
struct vote_refusal_text {
    const char *code; /* stable, kebab-case */
    enum vote_refusal_class class;
    const char *rule;    /* the field of the definition that is broken, as "max_options"; or "" */
    const char *korean;  /* one sentence for the resident */
    const char *english; /* the same sentence */
};

/* The ballot a vote is for, at the time it arrived. */
struct vote_context {
    const struct ballot_definition *definition; /* one that ballot_check accepts; borrowed */
    enum ballot_state state;
    int64_t now_ms; /* UTC; opens_at_ms is the first instant in time, closes_at_ms the first late */
    int64_t extended_to_ms; /* the first late one instead, where the window was extended; else 0 */
};

/*
 * Checks a vote against everything that does not depend on the voter's earlier
 * votes: state and window first, then eligibility, then the choices in order,
 * then their number and total cost. Basis and channel are values of their
 * enums and not missing; the edge refuses other words as malformed. A vote that
 * reserves has no choices to check, and paper is for such votes only.
 *
 * ERR_CONFLICT  class conflict.
 * ERR_INVALID   class ineligible or rule.
 *
 * *refusal is written only when the vote is refused.
 */
ERR_CHECKED enum err vote_check(const struct vote_context *context, const struct vote *vote,
                                struct vote_refusal *refusal);

/* The choices alone: of a vote, or of a sheet of paper, of which nothing else is known. Errors and
 * *refusal as above. */
ERR_CHECKED enum err vote_check_choices(const struct ballot_definition *definition,
                                        const struct vote *vote, struct vote_refusal *refusal);

/* The age bands a voter of this ballot may have: a set of BALLOT_BIT(enum vote_age_band), with the
 * bit of VOTE_AGE_BAND_ABSENT where the ballot does not limit the age. A band that the limit cuts in
 * two is in the set. */
uint32_t vote_age_bands(const struct ballot_definition *definition);

/* The texts of a reason other than VOTE_REFUSAL_NONE. */
const struct vote_refusal_text *vote_refusal_text(enum vote_refusal_reason reason);

/* Who hands a vote in: the portal or kiosk that a resident uses, or somebody of the staff. */
enum vote_caster {
    VOTE_CASTER_MISSING = 0,
    VOTE_CASTER_FRONT_END,
    VOTE_CASTER_STAFF,
    VOTE_CASTER_END,
};

/*
 * Checks that the channel is the caster's: web and kiosk are the front ends',
 * booth and paper, whose votes nobody can take back, the staff's.
 *
 * ERR_INVALID  it is not; *refusal, written only then, names the channel.
 */
ERR_CHECKED enum err vote_check_caster(enum vote_caster caster, enum ballot_channel channel,
                                       struct vote_refusal *refusal);

/* True if a vote through this channel is final: booth and paper. */
bool vote_channel_final(enum ballot_channel channel);

/* The last vote of a voter in one ballot. rev 0 means there is none yet. */
struct vote_previous {
    uint32_t rev;
    enum ballot_channel channel; /* not looked at when rev is 0 */
    bool is_void;                /* operators declared it void; likewise */
    bool is_withdrawn;           /* it was a paper that was handed back: no vote stands; likewise */
};

struct vote_revision {
    uint16_t rev;      /* 1 for the first vote, then one more each time */
    bool first;        /* this voter had no vote before */
    bool final;        /* nothing can follow it */
    bool voids_online; /* a final vote that takes the place of an online one */
};

/*
 * The revision a vote becomes, given the voter's last one. Call it under the
 * lock of the voter's row. Behind a vote that was declared void only a final one
 * follows: somebody has to see who it is. Behind a paper that was handed back
 * anything does. channels is the definition's set: where it has a booth or paper,
 * the last revision is theirs, so that nobody can use up online what takes
 * precedence over it.
 *
 * ERR_CONFLICT  the last vote was final, or void and this one is not final, or
 *               VOTE_REVISION_MAX votes were cast, or those that are not reserved; *refusal, written only then, says which.
 */
ERR_CHECKED enum err vote_revise(const struct vote_previous *previous, uint32_t channels,
                                 enum ballot_channel channel, struct vote_revision *ret,
                                 struct vote_refusal *refusal);

/* The words of JSON and SQL: "F", "30-39", "70+". "" when absent. Static, never NULL. */
const char *vote_sex_name(enum vote_sex sex);
const char *vote_age_band_name(enum vote_age_band band);

/* The value of a word. ERR_INVALID when there is none; "" and NULL are absent. */
ERR_CHECKED enum err vote_sex_from_name(const char *name, enum vote_sex *ret);
ERR_CHECKED enum err vote_age_band_from_name(const char *name, enum vote_age_band *ret);

#endif
