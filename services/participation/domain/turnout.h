/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many people voted: tables by area, sex, age band, channel, basis and
 * day. Each person is counted once, by the final revision of the vote, in one
 * cell of every table, so that every table has the same known total.
 *
 * What may be published:
 *
 *   while the ballot is open   totals and cells rounded down to tens, and no
 *                              more often than the service publishes them
 *   after it is closed         exact totals; cells as turnout_withhold says
 *
 * No choice comes near this module: it must never see one. No allocation, no
 * clock; the structs belong to the caller and are not shared between threads.
 */
#ifndef HYEOPCHI_PARTICIPATION_TURNOUT_H
#define HYEOPCHI_PARTICIPATION_TURNOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "participation/domain/ballot.h"
#include "participation/domain/vote.h"
#include "runtime/err.h"

#define TURNOUT_ROUND_TO  10  /* what public figures are rounded down to while a ballot is open */
#define TURNOUT_SMALL_MAX 4   /* people; cells of 1 to 4 are withheld */
#define TURNOUT_DAY_MAX   367 /* calendar days that a window of 366 x 24 hours can touch */
#define TURNOUT_CELL_MAX  TURNOUT_DAY_MAX
#define TURNOUT_NAME_SIZE (BALLOT_AREA_NAME_MAX + 1)

enum turnout_dimension {
    TURNOUT_DIMENSION_AREA = 0, /* the ballot's areas; one cell "all" when it names none */
    TURNOUT_DIMENSION_SEX,      /* unknown, F, M, X */
    TURNOUT_DIMENSION_AGE_BAND, /* unknown, 10-19 … 70+; those of vote_age_bands() */
    TURNOUT_DIMENSION_CHANNEL,  /* the channels the ballot accepts */
    TURNOUT_DIMENSION_BASIS,    /* the bases the ballot accepts */
    TURNOUT_DIMENSION_DAY, /* calendar days in Seoul from the first to the last of the window */
    TURNOUT_DIMENSION_END,
};

/* The cell of each table that one person is counted in. Only cells that can be other than zero
 * exist: a cell known to be empty would give away what is withheld beside it. */
struct turnout_place {
    size_t cell[TURNOUT_DIMENSION_END];
};

struct turnout {
    int64_t voters;    /* people; the total of every table */
    int64_t revisions; /* votes that replaced an earlier one of the same person */
    size_t cell_count[TURNOUT_DIMENSION_END];
    int64_t cells[TURNOUT_DIMENSION_END][TURNOUT_CELL_MAX];
};

/* Empty tables for a ballot that ballot_check accepts. */
void turnout_init(struct turnout *turnout, const struct ballot_definition *definition);

/* Makes room for the days until a later end than the definition's, where the window was extended;
 * extended_to_ms is 0 where it was not. Cells of days that there are keep their place. */
void turnout_extend(struct turnout *turnout, const struct ballot_definition *definition,
                    int64_t extended_to_ms);

/* When a vote was accepted, and until when the ballot accepted any. UTC milliseconds. */
struct turnout_time {
    int64_t at_ms;
    int64_t extended_to_ms; /* 0: the window was not extended */
};

/*
 * Finds the cells of a vote accepted at that time.
 *
 * ERR_INVALID  the vote is not one of this ballot: its area, channel, basis or
 *              time is outside of it. *ret is then left alone.
 */
ERR_CHECKED enum err turnout_place_find(const struct ballot_definition *definition,
                                        const struct vote *vote, const struct turnout_time *time,
                                        struct turnout_place *ret);

/* Counts a person who had not voted before. ERR_FULL when no more can be counted; nothing is
 * changed then. */
ERR_CHECKED enum err turnout_add(struct turnout *turnout, const struct turnout_place *place);

/*
 * Moves a person who changed the vote from one place to another; the total
 * stays.
 *
 * ERR_CONFLICT  nobody is counted at `before`: the tables and the votes
 *               disagree. Nothing is changed then.
 */
ERR_CHECKED enum err turnout_revise(struct turnout *turnout, const struct turnout_place *before,
                                    const struct turnout_place *after);

/* True if every table adds up to the voters and no cell is negative; for tables read back from a
 * store. */
bool turnout_balanced(const struct turnout *turnout);

/* A count as the public may see it while the ballot is open: rounded down to TURNOUT_ROUND_TO. */
int64_t turnout_round(int64_t count);

/*
 * Decides which of count cells (at most TURNOUT_CELL_MAX, none negative) are
 * withheld from publication when their sum is published too.
 *
 *   1  Without a cell of 1 to 4 people nothing is withheld.
 *   2  With at most 4 people per cell on average everything is withheld.
 *   3  Otherwise the cells of 1 to 4 are withheld. That suffices when there
 *      are two or more of them and they are not all 1 or all 4, which their
 *      sum would show.
 *   4  If it does not suffice, the next cell of 5 or more behind the first
 *      small one is withheld too, in listed order and starting over at the
 *      front. Which one it is depends on no count but on which cells are
 *      small, so that it cannot be inferred from the others. Should the
 *      withheld cells now add up to 4 each on average, everything is withheld.
 *
 * For two or more cells somebody who knows this rule, the total and all that
 * is published still has at least two possible values for every withheld cell.
 * One cell alone is the total.
 */
void turnout_withhold(const int64_t *cells, size_t count, bool *ret_withheld);

/* One table as it may be published after the ballot is closed. */
struct turnout_table {
    size_t count;
    int64_t voters[TURNOUT_CELL_MAX]; /* 0 where withheld, which is not a count of zero */
    bool withheld[TURNOUT_CELL_MAX];
};

void turnout_publish(const struct turnout *turnout, enum turnout_dimension dimension,
                     struct turnout_table *ret);

/* "area", "sex", "age_band", "channel", "basis", "day". Static, never NULL. */
const char *turnout_dimension_name(enum turnout_dimension dimension);

/* The name of a cell: an area, "F", "30-39", "web", "resident-register", a date as "2022-06-20";
 * "unknown" for a sex or age that was not given. */
void turnout_cell_name(const struct ballot_definition *definition, enum turnout_dimension dimension,
                       size_t cell, char ret_name[TURNOUT_NAME_SIZE]);

/* Calendar days in Seoul that the window touches, first and last included; extended_to_ms is 0 where
 * it was not extended. */
size_t turnout_days(const struct ballot_definition *definition, int64_t extended_to_ms);

#endif
