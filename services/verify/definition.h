/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ballot's definition, read from its canonical bytes by the verifier. The
 * bytes are those that ../participation/domain/ballot_encode.h tells; this is a
 * reader of its own, which must never share code with the one that wrote them.
 *
 * What is not exactly one definition's encoding is refused, by the name of its
 * fault: an unknown format, number or kind of term, a flag that is neither 0 nor
 * 1, a value behind "absent", a text that is not UTF-8 or too long, a list too
 * long, a byte too many. So is what would leave a vote's check or the count
 * without a meaning: limits that cross, options twice, a method without its
 * points. Whether a definition is wise (whether anything can be bought with the
 * budget) is not looked at. Any thread.
 */
#ifndef HYEOPCHI_VERIFY_DEFINITION_H
#define HYEOPCHI_VERIFY_DEFINITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verify/bytes.h"

#define DEFINITION_BYTES_MAX         2097152
#define DEFINITION_FORMAT            4
#define DEFINITION_OPTIONS_MAX       1000
#define DEFINITION_AREAS_MAX         100
#define DEFINITION_GROUPS_MAX        200
#define DEFINITION_NAMED_MAX         1000
#define DEFINITION_CAPS_MAX          100
#define DEFINITION_QUOTAS_MAX        100
#define DEFINITION_CHANNEL_PARTS_MAX 4
#define DEFINITION_KRW_MAX           1000000000000000LL

/* The numbers of the encoding, here and below; 0 is none of them. */
enum definition_method {
    DEFINITION_APPROVAL = 1,
    DEFINITION_CHOOSE_1,
    DEFINITION_CUMULATIVE,
    DEFINITION_SCORING,
    DEFINITION_ORDINAL,
    DEFINITION_METHOD_END,
};

enum definition_rule {
    DEFINITION_GREEDY = 1,
    DEFINITION_GREEDY_NO_SKIP,
    DEFINITION_GREEDY_THRESHOLD,
    DEFINITION_EQUAL_SHARES,
    DEFINITION_PHRAGMEN,
    DEFINITION_COMPARISON,
    DEFINITION_RULE_END,
};

enum definition_satisfaction {
    DEFINITION_BY_COST = 1,
    DEFINITION_BY_CARDINALITY,
    DEFINITION_BY_POINTS,
    DEFINITION_SATISFACTION_END,
};

enum definition_completion {
    DEFINITION_NONE = 1,
    DEFINITION_ADD1,
    DEFINITION_ADD1_EXHAUSTIVE,
    DEFINITION_ADD1U,
    DEFINITION_UTILITARIAN,
    DEFINITION_COMPLETION_END,
};

enum definition_tie {
    DEFINITION_TIE_ID = 1,
    DEFINITION_TIE_LISTED_ORDER,
    DEFINITION_TIE_LOWEST_COST_THEN_VOTES,
    DEFINITION_TIE_DRAWN,
    DEFINITION_TIE_LOT,
    DEFINITION_TIE_END,
};

enum definition_scope {
    DEFINITION_SCOPE_DISTRICT = 1, /* options without an area, or of the district's name */
    DEFINITION_SCOPE_LOCAL,        /* all others */
    DEFINITION_SCOPE_AREA,         /* those of one area */
    DEFINITION_SCOPE_END,
};

/* A number that may be absent, which differs from zero; 0 when absent. */
struct definition_number {
    bool present;
    int64_t value;
};

struct definition_option {
    struct span id;
    struct span name;
    struct span area;
    struct span field;
    struct span programme;
    int64_t cost_krw;
    int64_t min_cost_krw; /* what its cost may be adjusted to; 0: it may not be */
};

struct definition_cap {
    struct span name;
    int64_t cap_krw;
};

struct definition_quota {
    enum definition_scope scope;
    struct span area;
    uint32_t min_options;
    uint32_t max_options;
};

/* Options of which at most one is funded: count numbers from first on in definition.named. */
struct definition_group {
    size_t first;
    size_t count;
};

/* Channels whose votes are weighed together. */
struct definition_channel_part {
    uint8_t channels; /* the sum of 1 << channel */
    uint16_t weight;
};

struct definition {
    uint8_t ballot_id[16];
    struct span district;
    struct span title;
    uint16_t budget_year;
    uint8_t funding_source; /* 1 national 2 city 3 district 4 other */
    int64_t budget_krw;
    enum definition_method method;
    enum definition_rule rule;
    enum definition_satisfaction satisfaction;
    enum definition_completion completion;
    struct definition_number threshold;
    enum definition_tie tie;
    int64_t opens_at_ms;
    int64_t closes_at_ms;
    uint32_t min_options;
    uint32_t max_options;
    struct definition_number min_cost_krw;
    struct definition_number max_cost_krw;
    struct definition_number min_points;
    struct definition_number max_points;
    struct definition_number min_sum_points;
    struct definition_number max_sum_points;
    struct definition_number default_score;
    bool empty_allowed;
    uint8_t channels; /* the sum of 1 << channel */
    uint8_t bases;
    uint8_t grounds;
    struct definition_number min_age;
    struct definition_number max_age;
    struct span age_on;
    uint16_t objection_days;
    bool demonstration;
    struct span areas[DEFINITION_AREAS_MAX];
    size_t area_count;
    struct definition_option options[DEFINITION_OPTIONS_MAX]; /* number n is options[n - 1] */
    size_t option_count;
    uint32_t drawn[DEFINITION_OPTIONS_MAX]; /* numbers, the one drawn first in front */
    size_t drawn_count;
    uint32_t fit_numerator;      /* of the partial fit */
    uint32_t fit_denominator;    /* 0: there is none */
    int64_t quorum;              /* 0: there is none */
    uint32_t quorum_numerator;   /* of the roll */
    uint32_t quorum_denominator; /* 0: there is none */
    uint16_t resident_weight;
    uint16_t jury_weight;
    uint16_t jury_whole;     /* 0: there is no jury */
    uint16_t jury_max_score; /* of one juror */
    struct definition_channel_part channel_parts[DEFINITION_CHANNEL_PARTS_MAX];
    size_t channel_part_count; /* 0: every channel counts alike */
    uint16_t channel_whole;    /* what they add up to */
    bool adjustable;           /* an option has a min_cost_krw */
    struct definition_group groups[DEFINITION_GROUPS_MAX];
    size_t group_count;
    uint32_t named[DEFINITION_NAMED_MAX];
    size_t named_count;
    struct definition_cap area_caps[DEFINITION_CAPS_MAX];
    size_t area_cap_count;
    struct definition_cap field_caps[DEFINITION_CAPS_MAX];
    size_t field_cap_count;
    struct definition_quota quotas[DEFINITION_QUOTAS_MAX];
    size_t quota_count;
    uint8_t *bytes; /* a copy of the encoding, which the texts (spans) point into */
};

enum definition_fault {
    DEFINITION_OK = 0,
    DEFINITION_NO_MEMORY, /* the machine's fault, not the definition's */
    DEFINITION_CUT_SHORT,
    DEFINITION_BYTES_LEFT_OVER,
    DEFINITION_FORMAT_UNKNOWN,
    DEFINITION_VALUE_UNKNOWN, /* a number that its enumeration does not have */
    DEFINITION_FLAG_INVALID,  /* a flag above 1, or a value behind a flag of 0 */
    DEFINITION_SET_INVALID,   /* a set that is empty or has an unknown bit */
    DEFINITION_TEXT_INVALID,  /* not UTF-8, a control character, a space at its end */
    DEFINITION_TEXT_LENGTH,   /* empty where it must not be, or too long */
    DEFINITION_NUMBER_RANGE,
    DEFINITION_LIST_LENGTH,
    DEFINITION_OPTION_NUMBER,    /* options are not numbered 1 to n in order */
    DEFINITION_OPTION_DUPLICATE, /* an id or programme twice */
    DEFINITION_OPTION_UNKNOWN,   /* a term names a number that there is not */
    DEFINITION_OPTION_REPEATED,  /* a term names an option twice */
    DEFINITION_AREA_DUPLICATE,
    DEFINITION_AREA_UNKNOWN,   /* of an option, neither the district nor one listed */
    DEFINITION_LIMITS_CROSSED, /* a least above its most */
    DEFINITION_POINTS_MISSING,
    DEFINITION_POINTS_UNUSED,
    DEFINITION_SATISFACTION_UNUSED,
    DEFINITION_COMPLETION_UNUSED,
    DEFINITION_THRESHOLD_MISPLACED, /* greedy-threshold has one, other rules have none */
    DEFINITION_ZERO_SUPPORT,        /* 0 points would count as support */
    DEFINITION_AGE_INVALID,
    DEFINITION_TERM_UNKNOWN,        /* a kind of term that this verifier does not know */
    DEFINITION_TERM_ORDER,          /* terms not in the order of their kinds, or one twice */
    DEFINITION_TIE_ORDER_MISPLACED, /* not exactly what the tie rule drawn needs */
    DEFINITION_FIT_MISPLACED,       /* a partial fit of a rule without turns by score */
    DEFINITION_CAP_INVALID,         /* the same twice, or of no option */
    DEFINITION_QUOTA_INVALID,
    DEFINITION_JURY_INVALID, /* weights that do not add up, or a rule that cannot use them */
    DEFINITION_CHANNEL_WEIGHTS_INVALID, /* the same of channels, or one in no part or in two */
    DEFINITION_MIN_COST_INVALID,        /* not below the cost, or where costs cannot be adjusted */
    DEFINITION_FAULT_END,
};

/* The fault as a kebab-case word, "option-duplicate". Static. */
const char *definition_fault_name(enum definition_fault fault);

/* Reads the bytes, which are copied; the caller frees *ret. *ret is written only with DEFINITION_OK. */
enum definition_fault definition_read(const uint8_t *bytes, size_t length, struct definition **ret)
    __attribute__((warn_unused_result));

/* Takes NULL. */
void definition_free(struct definition *definition);

/* The first relation between values, in the order of the encoding, that does not hold; for definition_read. */
enum definition_fault definition_check(const struct definition *definition)
    __attribute__((warn_unused_result));

/* The order of two texts by their bytes, a beginning before what it begins: negative, 0, positive. */
int definition_text_order(struct span left, struct span right);

/* Whether the option is one of those that the quota is for. */
bool definition_quota_covers(const struct definition *definition,
                             const struct definition_quota *quota,
                             const struct definition_option *option);

/* The place of the part that weighs the votes of an accepted channel. There are parts. */
size_t definition_channel_part(const struct definition *definition, uint8_t channel);

/* Whether votes say points: cumulative and scoring. */
bool definition_has_points(const struct definition *definition);

#endif
