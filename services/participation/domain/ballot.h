/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ballot's definition: what is voted on, by whom, when and how, and the
 * rules a definition must obey before two operators can open it. Opening
 * freezes it: its canonical bytes are hashed and nothing in it changes again.
 *
 * The same words are used in C, SQL, proto and JSON: a field is the JSON name
 * and the column name, an enum value is the kebab-case word of
 * ballot_names.h. A missing value differs from zero everywhere.
 *
 * This module must never read a clock, allocate, hash or know HTTP. Any
 * thread; everything is const or the caller's.
 */
#ifndef HYEOPCHI_PARTICIPATION_BALLOT_H
#define HYEOPCHI_PARTICIPATION_BALLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "participation/domain/ballot_path.h"
#include "participation/domain/ballot_terms.h"
#include "participation/domain/eligibility.h"
#include "runtime/err.h"

#define BALLOT_ID_SIZE            16  /* bytes: a UUID */
#define BALLOT_AREA_MAX           100 /* areas a ballot may be limited to */
#define BALLOT_YEAR_MIN           2000
#define BALLOT_YEAR_MAX           2100
#define BALLOT_KRW_MAX            1000000000000000LL /* 1,000조원: sums of 1,000 fit into int64 */
#define BALLOT_WINDOW_MIN_MS      1000LL             /* a second, for rehearsals */
#define BALLOT_WINDOW_MAX_MS      (366LL * 24 * 60 * 60 * 1000)
#define BALLOT_OBJECTION_DAYS_MAX 366             /* of 24 hours each, after certification */
#define BALLOT_TIME_MAX_MS        4133980800000LL /* 2101-01-01T00:00:00Z */
#define BALLOT_THRESHOLD_MAX      1000000000LL    /* of the least score that takes part */
#define BALLOT_POINTS_MAX         1000000LL /* of one option, or of a cumulative vote together */

/* Lengths of texts in bytes of UTF-8, without the NUL. A Hangul syllable is three. */
#define BALLOT_DISTRICT_MAX  64
#define BALLOT_TITLE_MAX     300
#define BALLOT_OPTION_ID_MAX 64
#define BALLOT_NAME_MAX      300
#define BALLOT_AREA_NAME_MAX 96
#define BALLOT_FIELD_MAX     96
#define BALLOT_PROGRAMME_MAX 64

/* The same of the texts of all options together: one event says them all. */
#define BALLOT_OPTIONS_TEXT_MAX ((size_t)208 * 1024)

/* In every enum 0 means "missing", which no check accepts. The numbers of the
 * values are part of the canonical encoding: they never change. */
enum ballot_funding_source {
    BALLOT_FUNDING_SOURCE_MISSING = 0,
    BALLOT_FUNDING_SOURCE_NATIONAL = 1, /* 국비 */
    BALLOT_FUNDING_SOURCE_CITY = 2,     /* 시비 */
    BALLOT_FUNDING_SOURCE_DISTRICT = 3, /* 구비 */
    BALLOT_FUNDING_SOURCE_OTHER = 4,    /* 기타 */
    BALLOT_FUNDING_SOURCE_END,
};

enum ballot_method {
    BALLOT_METHOD_MISSING = 0,
    BALLOT_METHOD_APPROVAL = 1,
    BALLOT_METHOD_CHOOSE_1 = 2,
    BALLOT_METHOD_CUMULATIVE = 3,
    BALLOT_METHOD_SCORING = 4,
    BALLOT_METHOD_ORDINAL = 5,
    BALLOT_METHOD_END,
};

/* How winners are found. What each rule does is told in tally.h, which spells it the same way. */
enum ballot_rule {
    BALLOT_RULE_MISSING = 0,
    BALLOT_RULE_GREEDY = 1,
    BALLOT_RULE_GREEDY_NO_SKIP = 2,
    BALLOT_RULE_GREEDY_THRESHOLD = 3,
    BALLOT_RULE_EQUAL_SHARES = 4,
    BALLOT_RULE_PHRAGMEN = 5,
    BALLOT_RULE_COMPARISON = 6,
    BALLOT_RULE_END,
};

enum ballot_satisfaction {
    BALLOT_SATISFACTION_MISSING = 0,
    BALLOT_SATISFACTION_COST = 1,
    BALLOT_SATISFACTION_CARDINALITY = 2,
    BALLOT_SATISFACTION_POINTS = 3, /* equal shares and comparison, where votes have points */
    BALLOT_SATISFACTION_END,
};

/* What follows equal shares, also within the comparison; every other rule takes none. */
enum ballot_completion {
    BALLOT_COMPLETION_MISSING = 0,
    BALLOT_COMPLETION_NONE = 1,
    BALLOT_COMPLETION_ADD1 = 2,
    BALLOT_COMPLETION_ADD1_EXHAUSTIVE = 3,
    BALLOT_COMPLETION_ADD1U = 4,
    BALLOT_COMPLETION_UTILITARIAN = 5,
    BALLOT_COMPLETION_END,
};

enum ballot_tie {
    BALLOT_TIE_MISSING = 0,
    BALLOT_TIE_ID = 1,
    BALLOT_TIE_LISTED_ORDER = 2,
    BALLOT_TIE_LOWEST_COST_THEN_VOTES = 3,
    BALLOT_TIE_DRAWN = 4, /* an order drawn in public before opening: tie_order */
    BALLOT_TIE_LOT = 5,   /* a seed that two operators publish after close */
    BALLOT_TIE_END,
};

enum ballot_channel {
    BALLOT_CHANNEL_MISSING = 0,
    BALLOT_CHANNEL_WEB = 1,
    BALLOT_CHANNEL_KIOSK = 2,
    BALLOT_CHANNEL_BOOTH = 3, /* final: voids what was cast online */
    BALLOT_CHANNEL_PAPER = 4, /* final: voids what was cast online */
    BALLOT_CHANNEL_END,
};

enum ballot_basis {
    BALLOT_BASIS_MISSING = 0,
    BALLOT_BASIS_RESIDENT_REGISTER = 1,
    BALLOT_BASIS_CERTIFICATE = 2,
    BALLOT_BASIS_DID = 3,
    BALLOT_BASIS_MANUAL = 4,
    BALLOT_BASIS_END,
};

/* The bit of a channel or basis in ballot_definition's sets. */
#define BALLOT_BIT(value) (1U << (unsigned)(value))

/* An amount that may be absent. Absent differs from zero; krw is 0 when absent. */
struct ballot_limit {
    bool present;
    int64_t krw;
};

/* A score that may be absent, which differs from zero; score is 0 when absent. */
struct ballot_threshold {
    bool present;
    int64_t score;
};

/* A number of points that may be absent; points is 0 when absent. */
struct ballot_points {
    bool present;
    int64_t points;
};

struct ballot_option {
    int64_t cost_krw;
    uint32_t number; /* 1 … n in listed order; what a vote's bytes carry */
    char id[BALLOT_OPTION_ID_MAX + 1];
    char name[BALLOT_NAME_MAX + 1];
    char area[BALLOT_AREA_NAME_MAX + 1];      /* a 동 or the 구; "" is the whole district */
    char field[BALLOT_FIELD_MAX + 1];         /* "" when not given */
    char programme[BALLOT_PROGRAMME_MAX + 1]; /* the ledger's programme a winner turns into */
};

struct ballot_definition {
    uint8_t ballot_id[BALLOT_ID_SIZE];
    char district[BALLOT_DISTRICT_MAX + 1];
    char title[BALLOT_TITLE_MAX + 1];
    int32_t budget_year;
    enum ballot_funding_source funding_source;
    int64_t budget_krw;
    enum ballot_method method;
    enum ballot_rule rule;
    enum ballot_satisfaction satisfaction;
    enum ballot_completion completion;
    struct ballot_threshold threshold; /* greedy-threshold, and no other: score to take part */
    enum ballot_tie tie;
    struct ballot_tie_order tie_order; /* of the tie rule drawn, and no other */
    struct ballot_share partial_fit;   /* of rules with turns by score */
    struct ballot_quorum quorum;
    struct ballot_share quorum_share; /* of the imported roll, which it takes */
    struct ballot_jury jury;          /* of rules by score only, and so the next */
    struct ballot_channel_weights channel_weights;
    struct ballot_min_costs min_costs;
    struct ballot_groups incompatible;
    struct ballot_caps area_caps;
    struct ballot_caps field_caps;
    struct ballot_quotas area_quotas;
    int64_t opens_at_ms;  /* UTC; the first instant a vote is accepted */
    int64_t closes_at_ms; /* UTC; the first instant a vote is late */
    uint32_t min_options; /* limits of a vote that is not empty */
    uint32_t max_options;
    struct ballot_limit min_cost_krw; /* limits of the chosen options' total cost */
    struct ballot_limit max_cost_krw;
    struct ballot_points min_points; /* cumulative and scoring: of one option that is chosen */
    struct ballot_points max_points;
    struct ballot_points min_sum_points; /* cumulative: of all that are chosen */
    struct ballot_points max_sum_points;
    struct ballot_points default_score; /* scoring: of an option that a vote does not name */
    bool empty_allowed;                 /* an empty vote is valid, whatever the limits above say */
    uint32_t channels;                  /* set of BALLOT_BIT(enum ballot_channel) */
    uint32_t bases;                     /* set of BALLOT_BIT(enum ballot_basis) */
    struct eligibility eligibility;     /* who may vote, beside bases and areas */
    char areas[BALLOT_AREA_MAX][BALLOT_AREA_NAME_MAX + 1]; /* who may vote; none means any area */
    size_t area_count;
    uint32_t objection_days; /* after certification, for which the ballot's key is kept */
    bool demonstration;      /* labelled as such wherever it is shown */
    const struct ballot_option *options; /* borrowed; in listed order */
    size_t option_count;
};

/* Why a definition is refused. The codes and sentences are in ballot_refusal_text. */
enum ballot_refusal_reason {
    BALLOT_REFUSAL_NONE = 0,
    BALLOT_REFUSAL_TEXT_EMPTY,
    BALLOT_REFUSAL_TEXT_TOO_LONG, /* for the edge: the struct itself cannot hold such a text */
    BALLOT_REFUSAL_TEXT_INVALID,
    BALLOT_REFUSAL_VALUE_MISSING,
    BALLOT_REFUSAL_VALUE_UNKNOWN,
    BALLOT_REFUSAL_POINTS_MISSING,
    BALLOT_REFUSAL_POINTS_UNUSED,
    BALLOT_REFUSAL_POINTS_OUT_OF_RANGE,
    BALLOT_REFUSAL_MIN_POINTS_ABOVE_MAX,
    BALLOT_REFUSAL_MAX_POINTS_ABOVE_SUM,
    BALLOT_REFUSAL_MIN_SUM_POINTS_UNREACHABLE,
    BALLOT_REFUSAL_MIN_POINTS_UNAFFORDABLE,
    BALLOT_REFUSAL_DEFAULT_SCORE_ABOVE_MAX,
    BALLOT_REFUSAL_ZERO_POINTS_SUPPORT,
    BALLOT_REFUSAL_SATISFACTION_UNUSED,
    BALLOT_REFUSAL_COMPLETION_UNUSED,
    BALLOT_REFUSAL_THRESHOLD_MISSING,
    BALLOT_REFUSAL_THRESHOLD_UNUSED,
    BALLOT_REFUSAL_THRESHOLD_OUT_OF_RANGE,
    BALLOT_REFUSAL_YEAR_OUT_OF_RANGE,
    BALLOT_REFUSAL_AMOUNT_NOT_POSITIVE,
    BALLOT_REFUSAL_AMOUNT_NEGATIVE,
    BALLOT_REFUSAL_AMOUNT_TOO_LARGE,
    BALLOT_REFUSAL_TIME_OUT_OF_RANGE,
    BALLOT_REFUSAL_WINDOW_EMPTY,
    BALLOT_REFUSAL_WINDOW_TOO_SHORT,
    BALLOT_REFUSAL_WINDOW_TOO_LONG,
    BALLOT_REFUSAL_AGE_OUT_OF_RANGE,
    BALLOT_REFUSAL_MIN_AGE_ABOVE_MAX,
    BALLOT_REFUSAL_AGE_DATE_MISSING,
    BALLOT_REFUSAL_AGE_DATE_UNUSED,
    BALLOT_REFUSAL_AGE_DATE_INVALID,
    BALLOT_REFUSAL_OBJECTION_DAYS_OUT_OF_RANGE,
    BALLOT_REFUSAL_AREAS_TOO_MANY,
    BALLOT_REFUSAL_AREA_DUPLICATE,
    BALLOT_REFUSAL_OPTIONS_MISSING,
    BALLOT_REFUSAL_OPTIONS_TOO_MANY,
    BALLOT_REFUSAL_OPTIONS_TEXT_TOO_LONG,
    BALLOT_REFUSAL_OPTION_NUMBER_OUT_OF_ORDER,
    BALLOT_REFUSAL_OPTION_ID_DUPLICATE,
    BALLOT_REFUSAL_PROGRAMME_DUPLICATE,
    BALLOT_REFUSAL_OPTION_AREA_UNKNOWN,
    BALLOT_REFUSAL_MAX_OPTIONS_ZERO,
    BALLOT_REFUSAL_MIN_OPTIONS_ZERO,
    BALLOT_REFUSAL_MIN_OPTIONS_ABOVE_MAX,
    BALLOT_REFUSAL_MAX_OPTIONS_ABOVE_OPTIONS,
    BALLOT_REFUSAL_CHOOSE_1_MAX_OPTIONS,
    BALLOT_REFUSAL_MIN_COST_ABOVE_MAX,
    BALLOT_REFUSAL_MAX_COST_BELOW_CHEAPEST,
    BALLOT_REFUSAL_MIN_OPTIONS_UNAFFORDABLE,
    BALLOT_REFUSAL_MIN_COST_UNREACHABLE,
    BALLOT_REFUSAL_BUDGET_BELOW_CHEAPEST,
    BALLOT_REFUSAL_OPTION_UNKNOWN, /* a term names an option that the ballot does not have */
    BALLOT_REFUSAL_TIE_ORDER_MISSING,
    BALLOT_REFUSAL_TIE_ORDER_UNUSED,
    BALLOT_REFUSAL_TIE_ORDER_INCOMPLETE,
    BALLOT_REFUSAL_TIE_ORDER_REPEATED,
    BALLOT_REFUSAL_PARTIAL_FIT_OUT_OF_RANGE,
    BALLOT_REFUSAL_PARTIAL_FIT_UNUSED,
    BALLOT_REFUSAL_QUORUM_OUT_OF_RANGE,
    BALLOT_REFUSAL_QUORUM_SHARE_OUT_OF_RANGE,
    BALLOT_REFUSAL_JURY_UNUSED,
    BALLOT_REFUSAL_JURY_WEIGHT_OUT_OF_RANGE,
    BALLOT_REFUSAL_JURY_WEIGHTS_SUM,
    BALLOT_REFUSAL_JURY_MAX_SCORE_OUT_OF_RANGE,
    BALLOT_REFUSAL_CHANNEL_WEIGHTS_UNUSED,
    BALLOT_REFUSAL_CHANNEL_WEIGHTS_ALONE,
    BALLOT_REFUSAL_CHANNEL_WEIGHT_OUT_OF_RANGE,
    BALLOT_REFUSAL_CHANNEL_WEIGHTS_SUM,
    BALLOT_REFUSAL_CHANNEL_WEIGHT_REPEATED,
    BALLOT_REFUSAL_CHANNEL_WEIGHT_NOT_ACCEPTED,
    BALLOT_REFUSAL_CHANNEL_WEIGHT_MISSING,
    BALLOT_REFUSAL_MIN_COST_UNUSED,
    BALLOT_REFUSAL_MIN_COST_NOT_BELOW_COST,
    BALLOT_REFUSAL_MIN_COST_AND_PARTIAL_FIT,
    BALLOT_REFUSAL_INCOMPATIBLE_ALONE,
    BALLOT_REFUSAL_INCOMPATIBLE_REPEATED,
    BALLOT_REFUSAL_CAP_DUPLICATE,
    BALLOT_REFUSAL_CAP_UNUSED,
    BALLOT_REFUSAL_CAP_BELOW_CHEAPEST,
    BALLOT_REFUSAL_QUOTA_AREA_UNUSED,
    BALLOT_REFUSAL_QUOTA_DUPLICATE,
    BALLOT_REFUSAL_QUOTA_ABOVE_OPTIONS,
    BALLOT_REFUSAL_QUOTA_UNAFFORDABLE,
    BALLOT_REFUSAL_QUOTAS_ABOVE_MAX_OPTIONS,
    BALLOT_REFUSAL_QUOTAS_BELOW_MIN_OPTIONS,
    BALLOT_REFUSAL_END,
};

struct ballot_refusal {
    enum ballot_refusal_reason reason;
    char path[BALLOT_PATH_SIZE]; /* the field it concerns, as "/options/3/cost_krw" */
};

/* What an answer says about a refusal. All texts are static and never NULL. */
struct ballot_refusal_text {
    const char *code;    /* stable, kebab-case */
    const char *korean;  /* one sentence for the person who made the request */
    const char *english; /* the same sentence */
};

/*
 * Checks a definition against every rule and finds the first contradiction.
 *
 * ERR_INVALID  *refusal says which rule and which field; it is written only
 *              then. A duplicate is named by its second occurrence.
 *
 * It does not look at the time: a window in the past is for ballot_state.h.
 */
ERR_CHECKED enum err ballot_check(const struct ballot_definition *definition,
                                  struct ballot_refusal *refusal);

/* The code and sentences of a reason other than BALLOT_REFUSAL_NONE. */
const struct ballot_refusal_text *ballot_refusal_text(enum ballot_refusal_reason reason);

/*
 * Copies a text into one of the arrays above, size bytes with the NUL.
 * ERR_INVALID when it does not fit (the edge answers TEXT_TOO_LONG); the array
 * is then left alone. Whether it is valid text is for ballot_check.
 */
ERR_CHECKED enum err ballot_text_set(char *to, size_t size, const char *from);

/* Option numbers of one definition sorted by id, for finding an option by its id quickly. */
struct ballot_index {
    uint16_t numbers[BALLOT_OPTION_MAX];
    size_t count;
};

/* Builds the index of a definition with at most BALLOT_OPTION_MAX options. */
void ballot_index_build(const struct ballot_definition *definition, struct ballot_index *ret);

/* The number of the option with this id, or 0 when the ballot has none. The definition is the one
 * the index was built from. */
uint32_t ballot_option_find(const struct ballot_definition *definition,
                            const struct ballot_index *index, const char *id);

/* The option with this number, or NULL when the ballot has none. Borrowed from the definition. */
const struct ballot_option *ballot_option(const struct ballot_definition *definition,
                                          uint32_t number);

/* The least that an option can be funded with: its cost, unless that may be adjusted. place from 0. */
int64_t ballot_least_krw(const struct ballot_definition *definition, size_t place);

/* The number of the first option whose id (or programme) an earlier option has too; 0 when all
 * differ. At most BALLOT_OPTION_MAX options. */
uint32_t ballot_duplicate_find(const struct ballot_definition *definition, bool by_programme);

/* The first instant a vote is late, UTC milliseconds: what the window was extended to, 0 when it was not,
 * else what the definition says. */
int64_t ballot_closes_at_ms(const struct ballot_definition *definition, int64_t extended_to_ms);

/* True where a choice says how many points its option gets: cumulative and scoring. */
bool ballot_has_points(const struct ballot_definition *definition);

/* The limits of a vote's points, with those that the definition leaves open filled in: at least 1 for an
 * option of a cumulative vote and 0 of a scoring one, no more for one option than for all together. */
struct ballot_point_limits {
    int64_t min;
    int64_t max;
    int64_t min_sum; /* cumulative */
    int64_t max_sum; /* cumulative */
};

/* The limits of a cumulative or scoring definition; of another, zeros. */
struct ballot_point_limits ballot_point_limits(const struct ballot_definition *definition);

/* The place of the part that weighs this channel's votes, which has one: every accepted channel does. */
size_t ballot_channel_part(const struct ballot_definition *definition, enum ballot_channel channel);

/* Whether the option is one of those that the quota is for. */
bool ballot_quota_covers(const struct ballot_definition *definition,
                         const struct ballot_quota *quota, const struct ballot_option *option);

/* The place of an area in the definition's list, or area_count when it is not there. */
size_t ballot_area_find(const struct ballot_definition *definition, const char *area);

#endif
