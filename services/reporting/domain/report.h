/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report of one ballot: what participation and the ledger have said about
 * it, put side by side. Parts that were not said are missing, which differs
 * from zero. Pure; the structs are filled by whoever hears or reads.
 *
 * Every part is written by one kind of event and none needs another, so that
 * the two streams may arrive in any order and mean the same.
 */
#ifndef HYEOPCHI_REPORTING_DOMAIN_REPORT_H
#define HYEOPCHI_REPORTING_DOMAIN_REPORT_H

#include "runtime/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPORT_ID_SIZE        16 /* bytes of a ballot's UUID */
#define REPORT_HASH_SIZE      32
#define REPORT_TITLE_SIZE     301 /* texts with their NUL */
#define REPORT_OPTION_ID_SIZE 65
#define REPORT_NAME_SIZE      301
#define REPORT_PLACE_SIZE     97   /* an area, a field, a programme, a cell's name */
#define REPORT_REASON_SIZE    1001 /* why operators decided something, as they published it */
#define REPORT_WORD_SIZE      33   /* method, rule, reason, stage, dimension */
#define REPORT_WEIGHTS_SIZE   64   /* four channels in parts, each with its weight */
#define REPORT_OPTION_MAX     1000
#define REPORT_CELL_MAX       2000
#define REPORT_LINE_MAX       10000
#define REPORT_LEG_MAX        4096 /* of the entries that one event holds */

/* Numbered as the messages number them. */
enum report_source {
    REPORT_SOURCE_NATIONAL = 1,
    REPORT_SOURCE_CITY = 2,
    REPORT_SOURCE_DISTRICT = 3,
    REPORT_SOURCE_OTHER = 4,
};

/* Numbered as the messages number them; grows only. */
enum report_state {
    REPORT_MISSING = 0, /* not opened, as far as is known */
    REPORT_OPEN = 1,
    REPORT_CLOSED = 2,
    REPORT_CERTIFIED = 3,
};

/* What participation froze at opening; its end is the one it was last extended to. */
struct report_ballot {
    uint8_t ballot_id[REPORT_ID_SIZE];
    char title[REPORT_TITLE_SIZE];
    int32_t budget_year;
    enum report_source funding_source;
    int64_t budget_krw;
    int64_t opens_time_ms;
    int64_t closes_time_ms;
    uint8_t definition_hash[REPORT_HASH_SIZE];
    char method[REPORT_WORD_SIZE];
    char rule[REPORT_WORD_SIZE];
    bool demonstration;
    char extension_reason[REPORT_REASON_SIZE]; /* "" where the window was not extended */
};

/* A later end of a ballot's window. */
struct report_extension {
    int32_t number; /* 1, 2, 3 … */
    int64_t closes_time_ms;
    char reason[REPORT_REASON_SIZE];
};

struct report_option {
    int32_t number; /* 1, 2, 3 … in listed order */
    char option_id[REPORT_OPTION_ID_SIZE];
    char name[REPORT_NAME_SIZE];
    int64_t cost_krw;
    char area[REPORT_PLACE_SIZE];  /* "" for everywhere */
    char field[REPORT_PLACE_SIZE]; /* "" where none is given */
    char programme[REPORT_PLACE_SIZE];
    bool has_result; /* the rest holds only then */
    int64_t score;
    bool funded; /* as it was decided */
    char reason[REPORT_WORD_SIZE];
    char exclusion_reason[REPORT_REASON_SIZE]; /* of what the tally funded; "" else */
};

/* Voters so far, while the ballot is open; never shown as it is. */
struct report_turnout {
    int64_t batch_no;
    int64_t voters;
};

struct report_closing {
    int64_t closed_time_ms;
    int64_t voters;
    int64_t revisions;
    int32_t days;
};

struct report_cell {
    char dimension[REPORT_WORD_SIZE]; /* area, channel, sex, age_band, basis, day */
    int32_t place;                    /* 1, 2, 3 … in its table */
    char name[REPORT_PLACE_SIZE];
    bool suppressed; /* voters hold only where it is not */
    int64_t voters;
};

struct report_tally {
    int64_t certified_time_ms;
    int64_t funded_krw;
    int64_t voters;
    int64_t selections;
    int64_t voids;           /* voters whose final vote is void; not among voters */
    int32_t resident_weight; /* of their votes beside a jury's scores; 0 without a jury */
    int32_t jury_weight;     /* likewise */
    char channel_weights
        [REPORT_WEIGHTS_SIZE]; /* "web+kiosk:30,booth+paper:70"; "": all count alike */
};

struct report_envelope {
    bool was_reserved; /* reserved_krw holds */
    int64_t reserved_krw;
    bool was_released; /* the next two hold */
    int64_t released_krw;
    int64_t selected_krw;
};

/* One account of the ledger: a budget line at a stage. */
struct report_account {
    int32_t fiscal_year;
    char programme[REPORT_PLACE_SIZE];
    enum report_source funding_source;
    char stage[REPORT_WORD_SIZE];
};

struct report_line {
    struct report_account account;
    int64_t balance_krw;
    int64_t version; /* postings it has; 0 before the first */
};

/* The change of one account, as an entry's leg says it. */
struct report_leg {
    struct report_account account;
    int64_t amount_krw;
    int64_t balance_after_krw;
    int64_t version;
};

/* A block of the ledger's journal. */
struct report_block {
    int64_t number;   /* 0: none was heard */
    int64_t last_seq; /* its last entry's number */
    uint8_t root[REPORT_HASH_SIZE];
    int64_t sealed_time_ms;
};

struct report {
    struct report_ballot ballot;
    enum report_state state;
    struct report_turnout turnout; /* zeros before the first vote */
    bool was_closed;               /* closing holds; it may be missing although certified */
    struct report_closing closing;
    struct report_tally tally; /* from REPORT_CERTIFIED on */
    struct report_envelope envelope;
    struct report_option *options; /* malloc'd, in listed order */
    size_t option_count;
    struct report_cell *cells; /* malloc'd, table by table */
    size_t cell_count;
    struct report_line *lines; /* malloc'd, by year, programme, source, stage */
    size_t line_count;
    int64_t report_version; /* 0 while nothing was published */
    int64_t participation_seq;
    int64_t ledger_seq;
    struct report_block block; /* the newest, whatever it holds */
};

/* Frees the arrays; takes NULL and zeroed structs. */
void report_release(struct report *report);

/* Where a ballot stands, from what was heard of it. A later step that was heard counts even where an
 * earlier one is missing, but for the opening: without it there is nothing to report. */
enum report_state report_state(bool opened, bool closed, bool certified);

/* "open", "closed", "certified", "missing". Static. */
const char *report_state_name(enum report_state state);

/* "national", "city", "district", "other"; "" for anything else. Static. */
const char *report_source_name(enum report_source source);

/* Voters as the public may see them: rounded down to tens while the ballot is open. */
int64_t report_public_voters(enum report_state state, int64_t voters);

/* Voters so far, or at the close, not rounded; those counted where the closing is missing. */
int64_t report_voters(const struct report *report);

/*
 * What a leg makes of a line.
 *
 * ERR_OK        *ret_line is the line after it; unchanged when the leg is older than the line.
 * ERR_INVALID   the leg contradicts the line: it follows it, and balance and amount do not add up;
 *               or its version is not positive.
 * A leg that skips versions is taken as it is: what lies between may come later, and is then older.
 */
ERR_CHECKED enum err report_line_apply(const struct report_line *line, const struct report_leg *leg,
                                       struct report_line *ret_line);

/*
 * Orders the numbers (from 0) of options with results by votes, most first, listed order among
 * equals; and says each one's rank, equal votes sharing it (1, 2, 2, 4). Options without a result
 * come last with rank 0. Both arrays have option_count elements.
 */
void report_rank(const struct report_option *options, size_t option_count, uint32_t *ret_order,
                 uint32_t *ret_ranks);

/* True for accounts that say what a programme has: not for contra accounts and sources of money. */
bool report_stage_is_shown(const char *stage);

#endif
