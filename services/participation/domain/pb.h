/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads Pabulib .pb files (VOTING 5), in a stream and with named limits.
 *
 * Bytes are fed as they come, cut anywhere. META and PROJECTS go into an
 * election; each vote is added to it and shown to the caller's on_vote, so
 * that a caller who passes votes on need not hold them. What is wrong is
 * collected as faults that name the line, the field and the rule broken:
 *
 *   error          the file cannot be read; reading ends there.
 *   contradiction  it can be read, but disagrees with itself or its own
 *                  rules. Reading goes on: an unknown option is left out,
 *                  an option named twice counts once, a voter's second line
 *                  counts like the first. Strict reading refuses the file,
 *                  at the end, so that all contradictions are known.
 *   warning        accepted without harm, like a decimal comma.
 *
 * The reader must never keep a voter beside a choice: it remembers voter
 * ids only to see one twice. One reader belongs to one thread at a time.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_PB_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_PB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "participation/domain/decimal.h"
#include "participation/domain/election.h"
#include "runtime/err.h"

#define PB_ROW_LENGTH_MAX   1048576    /* bytes of one row, quotes resolved */
#define PB_CELLS_MAX        256        /* cells of one row */
#define PB_META_MAX         1024       /* rows of META */
#define PB_META_LENGTH_MAX  4194304    /* bytes of all keys and values of META and column names */
#define PB_VOTER_LENGTH_MAX 1073741824 /* bytes of all voter ids */
#define PB_VOTE_CHOICES_MAX 16384      /* options named in one vote */
#define PB_FAULTS_MAX       100        /* faults kept; more are only counted */
#define PB_WARNINGS_MAX     20         /* of those, at most so many warnings */
#define PB_FIELD_NAME_MAX   63         /* bytes of a fault's field name */
#define PB_FAULT_VALUE_MAX  127        /* bytes of a fault's value */

/* A cost that marks an option as withdrawn. */
#define PB_COST_WITHDRAWN 999999999

enum pb_severity {
    PB_WARNING,
    PB_CONTRADICTION,
    PB_ERROR,
};

/* The rules; code and sentences are in pb_rules.c. */
enum pb_rule {
    PB_NOT_UTF8,
    PB_NUL_BYTE,
    PB_ROW_TOO_LONG,
    PB_TOO_MANY_CELLS,
    PB_UNCLOSED_QUOTE,
    PB_TEXT_AFTER_QUOTE,
    PB_OUTSIDE_SECTION,
    PB_SECTION_MISSING,
    PB_SECTION_REPEATED,
    PB_SECTION_ORDER,
    PB_HEADER_MISSING,
    PB_COLUMN_MISSING,
    PB_COLUMN_REPEATED,
    PB_EXTRA_CELL,
    PB_VALUE_MISSING,
    PB_VALUE_TOO_LONG,
    PB_NOT_A_NUMBER,
    PB_NUMBER_TOO_LARGE,
    PB_NEGATIVE,
    PB_DECIMAL_COMMA,
    PB_VOTE_TYPE_UNKNOWN,
    PB_TOO_MANY_META,
    PB_TOO_MANY_OPTIONS,
    PB_TOO_MANY_VOTES,
    PB_TOO_LARGE,
    PB_KEY_REPEATED,
    PB_OPTION_DUPLICATE,
    PB_SELECTED_UNKNOWN,
    PB_VOTER_DUPLICATE,
    PB_OPTION_UNKNOWN,
    PB_OPTION_REPEATED,
    PB_OPTION_EMPTY,
    PB_POINTS_COUNT,
    PB_POINTS_RANGE,
    PB_POINTS_SUM,
    PB_VOTE_TOO_SHORT,
    PB_VOTE_TOO_LONG,
    PB_VOTE_COST,
    PB_VOTE_QUOTA,
    PB_VOTE_CHANNEL,
    PB_NOT_A_QUOTA,
    PB_OPTION_COUNT,
    PB_VOTE_COUNT,
    PB_OPTION_VOTES,
    PB_OPTION_SCORE,
    PB_RULE_COUNT,
};

/* One thing that is wrong. */
struct pb_fault {
    enum pb_severity severity;
    enum pb_rule rule;
    uint64_t line;                      /* 0 when it is about the file as a whole */
    char field[PB_FIELD_NAME_MAX + 1];  /* column, META key or section; "" for a whole row */
    char value[PB_FAULT_VALUE_MAX + 1]; /* what stood there, cut between characters */
};

/* A cell as it stands in a row: without its quotes and the spaces around it; ends in NUL. */
struct pb_cell {
    const char *text;
    size_t length;
};

/* A row, borrowed for the call. line is where it starts, from 1. */
struct pb_row {
    uint64_t line;
    const struct pb_cell *cells;
    size_t count;
    bool text_after_quote; /* a cell goes on behind its closing quote: taken as part of it */
};

/* A cell with the name of its column, as the file spells it. */
struct pb_field {
    const char *name;
    const char *value;
};

/* One vote, borrowed for the call. Texts are "" where the file has no such column. */
struct pb_vote {
    uint64_t line;
    const char *voter_id;
    const char *age;
    const char *sex;
    const char *voting_method;
    const char *district;
    const char *neighborhood;
    const struct election_choice *choices; /* known options, each once, in the order named */
    size_t choice_count;
    const struct pb_field *fields; /* every column of the row, known or not */
    size_t field_count;
};

/* An option as its row has it, borrowed for the call. */
struct pb_option {
    uint64_t line;
    uint32_t option; /* its number in the election */
    const struct pb_field *fields;
    size_t field_count;
};

/* Takes a vote or an option; an error ends the reading and comes back from pb_feed. */
typedef enum err pb_vote_fn(void *context, const struct election *election,
                            const struct pb_vote *vote);
typedef enum err pb_option_fn(void *context, const struct election *election,
                              const struct pb_option *option);

/* Takes every row that is not empty, names of sections and columns too, before it is understood. */
typedef enum err pb_row_fn(void *context, const struct pb_row *row);

/* Hears of every fault when it is met, those beyond the maxima too. */
typedef void pb_fault_fn(void *context, const struct pb_fault *fault);

struct pb;

/* Whether the election is to keep the votes, asked once META is read; pb is the reader. */
typedef bool pb_keep_fn(void *context, const struct pb *pb);

/* Which group of the election a vote of this voting_method is of. */
struct pb_group_word {
    const char *voting_method; /* borrowed; letters count alike, small or capital */
    uint32_t group;
};

#define PB_GROUP_WORDS_MAX 16

/* Groups that votes are added up by; count 0: none. A vote of another voting_method is an error. */
struct pb_groups {
    struct pb_group_word words[PB_GROUP_WORDS_MAX];
    size_t word_count;
    uint32_t count;
};

/* How to read. Functions may be NULL. */
struct pb_options {
    bool strict;
    bool keep_votes;     /* the election keeps the votes; false: it only counts them */
    pb_keep_fn *on_meta; /* says it in place of keep_votes */
    const struct pb_groups
        *groups; /* looked at from VOTES on, so that on_meta can write it; or NULL */
    pb_row_fn *on_row;
    pb_fault_fn *on_fault;
    pb_option_fn *on_option;
    pb_vote_fn *on_vote;
    void *context;
};

/* Makes a reader; the caller frees it. ERR_FULL when there is no memory. */
ERR_CHECKED enum err pb_new(const struct pb_options *options, struct pb **ret);

/* Frees the reader and its election, if it was not taken. Takes NULL. */
void pb_free(struct pb *pb);

/*
 * Reads the next bytes. After an error every further call returns it again.
 *
 * ERR_INVALID  the file cannot be read: the last fault says why.
 * ERR_FULL     there is no memory.
 * Else what on_row, on_option or on_vote returned.
 */
ERR_CHECKED enum err pb_feed(struct pb *pb, const void *bytes, size_t length);

/*
 * The file ends here: reads the last row and compares the counts. Errors as
 * above; ERR_CONFLICT when reading is strict and there are contradictions.
 */
ERR_CHECKED enum err pb_finish(struct pb *pb);

/*
 * The election read so far, owned by the reader; NULL before the options are
 * read. Complete after pb_finish, and sound too when that said ERR_CONFLICT.
 */
const struct election *pb_election(const struct pb *pb);

/* Hands the election over to the caller, who frees it. NULL as above. */
struct election *pb_take_election(struct pb *pb);

/* The value of a META key ("description", "date_begin"), or NULL when the file has none. */
const char *pb_meta(const struct pb *pb, const char *key);

/* The number a META key has. ERR_NOT_FOUND: no such key, or empty. ERR_INVALID: not a number. */
ERR_CHECKED enum err pb_meta_decimal(const struct pb *pb, const char *key, struct decimal *ret);

/* The META rows in the order of the file, with their keys as name. *ret_count may be 0. */
const struct pb_field *pb_meta_all(const struct pb *pb, size_t *ret_count);

/* The faults kept, in the order they were met; an error, if any, is the last. */
const struct pb_fault *pb_faults(const struct pb *pb, size_t *ret_count);

/* How many faults of this severity were met, kept or not. */
uint64_t pb_fault_count(const struct pb *pb, enum pb_severity severity);

/* Lines read so far. */
uint64_t pb_lines(const struct pb *pb);

/* A rule as a stable code ("unknown-option") and as a sentence. Static. */
const char *pb_rule_code(enum pb_rule rule);
const char *pb_rule_korean(enum pb_rule rule);
const char *pb_rule_english(enum pb_rule rule);

/* "warning", "contradiction" or "error". Static. */
const char *pb_severity_name(enum pb_severity severity);

#endif
