/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a roll from CSV, in a stream and with named limits: UTF-8 with or
 * without a BOM, lines that end in LF or CRLF, quoted fields with doubled
 * quotes, a header that names the columns in any order.
 *
 *   area     an area of the ballot; may be missing where the ballot has none
 *   voters   how many people of that area may vote. Every area has one line.
 *
 * Without the column `voters` each line is one person, and lines of an area
 * add up: an extract from a register that has kept nothing but the area. Any
 * other column is refused by its name, so that nobody hands over a register of
 * persons by mistake. The header may be in Korean: 지역, 유권자수.
 *
 * What is wrong is said fault by fault, each with its line and column, and
 * reading goes on to find them all, up to ROLL_CSV_FAULT_MAX; a file with a
 * fault is no roll. Only a header that cannot be understood ends it at once.
 *
 * It must never allocate or keep a line. One reader belongs to one thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_ROLL_CSV_H
#define HYEOPCHI_PARTICIPATION_ROLL_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "participation/domain/ballot.h"
#include "participation/domain/roll.h"
#include "runtime/err.h"

#define ROLL_CSV_FAULT_MAX  1000      /* faults said; then reading ends */
#define ROLL_CSV_LINE_MAX   100000000 /* lines of a file */
#define ROLL_CSV_FIELD_SIZE 128       /* bytes of a field that are looked at, with a NUL */
#define ROLL_CSV_LENGTH_MAX 65536     /* bytes of one line */

enum roll_csv_rule {
    ROLL_CSV_NOT_UTF8,
    ROLL_CSV_LINE_TOO_LONG,
    ROLL_CSV_QUOTE_OPEN,
    ROLL_CSV_QUOTE_MISPLACED,
    ROLL_CSV_HEADER_MISSING,
    ROLL_CSV_COLUMN_UNKNOWN,
    ROLL_CSV_COLUMN_REPEATED,
    ROLL_CSV_COLUMN_MISSING,
    ROLL_CSV_FIELD_COUNT,
    ROLL_CSV_FIELD_EMPTY,
    ROLL_CSV_AREA_UNKNOWN,
    ROLL_CSV_AREA_REPEATED,
    ROLL_CSV_AREA_MISSING,
    ROLL_CSV_NOT_A_NUMBER,
    ROLL_CSV_NUMBER_TOO_LARGE,
    ROLL_CSV_NOBODY,
    ROLL_CSV_LINES_TOO_MANY,
    ROLL_CSV_FAULTS_TOO_MANY,
    ROLL_CSV_RULE_END,
};

/* One thing that is wrong; borrowed for the call. */
struct roll_csv_fault {
    enum roll_csv_rule rule;
    uint64_t line;     /* from 1; 0 when it is about the file as a whole */
    const char *field; /* "area", "voters"; "" for a whole line */
    const char *value; /* what stood there, cut between characters and valid UTF-8; or "" */
};

typedef void roll_csv_fault_fn(void *context, const struct roll_csv_fault *fault);

/* The state of the reading, private from roll_csv_init() on. */
struct roll_csv {
    const struct ballot_definition *definition;
    roll_csv_fault_fn *on_fault;
    void *context;
    struct roll roll;
    uint64_t first_line[BALLOT_AREA_MAX]; /* of each area; 0: none yet */
    uint64_t line;                        /* that is being read */
    uint64_t rows;                        /* behind the header */
    uint64_t faults;
    size_t line_length;
    size_t field_length; /* as it stands in the file, perhaps longer than what is kept */
    size_t field_count;  /* of the line so far */
    int area_column;     /* -1: none */
    int voters_column;
    size_t column_count;
    unsigned bom; /* bytes of a byte order mark that were met */
    unsigned state;
    bool after_cr;
    bool started;     /* a byte was met that is no part of a mark */
    bool has_header;  /* it was read */
    bool line_broken; /* one fault of this line was said that makes the rest of it meaningless */
    bool stopped;     /* nothing behind this can be understood */
    bool has_text;    /* a field of this line is not empty */
    bool has_unnamed; /* a column of the header is */
    char field[ROLL_CSV_FIELD_SIZE];
    char area[ROLL_CSV_FIELD_SIZE];
    char voters[ROLL_CSV_FIELD_SIZE];
};

/* Starts reading. Of the definition only the areas are looked at; it is borrowed until the end. */
void roll_csv_init(struct roll_csv *csv, const struct ballot_definition *definition,
                   roll_csv_fault_fn *on_fault, void *context);

/* Takes the next bytes, cut anywhere. ERR_INVALID when reading has ended early: no more are looked
 * at. */
ERR_CHECKED enum err roll_csv_feed(struct roll_csv *csv, const void *bytes, size_t length);

/* Ends the file. ERR_INVALID when there was any fault; *ret is then left alone. */
ERR_CHECKED enum err roll_csv_finish(struct roll_csv *csv, struct roll *ret);

/* Lines behind the header that were read, blank ones left out; faults that were said. */
uint64_t roll_csv_rows(const struct roll_csv *csv);
uint64_t roll_csv_faults(const struct roll_csv *csv);

/* A rule's code, and its sentences. Static, never NULL. */
const char *roll_csv_code(enum roll_csv_rule rule);
const char *roll_csv_korean(enum roll_csv_rule rule);
const char *roll_csv_english(enum roll_csv_rule rule);

#endif
