/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures as sheets print them: "1,956", "5.7", "△30", "200,000천원". Each is
 * read into whole won with all that is needed to print it again as it was.
 * Nothing is rounded: what is finer than a won is refused.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_SHEET_NUMBER_H
#define HYEOPCHI_LEDGER_DOMAIN_SHEET_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/err.h"

/* Decimal places that may be printed: 억원 has eight down to the won. */
#define SHEET_DECIMALS_MAX 8

/* Enough for any figure that sheet_number_format writes: sign, digits, commas, unit, NUL. */
#define SHEET_NUMBER_SIZE 64

enum sheet_unit {
    SHEET_UNIT_NONE = 0,   /* a plain number, or not known yet */
    SHEET_WON,             /* 원 */
    SHEET_THOUSAND,        /* 천원 */
    SHEET_TEN_THOUSAND,    /* 만원 */
    SHEET_MILLION,         /* 백만원 */
    SHEET_HUNDRED_MILLION, /* 억원 */
};

enum sheet_sign {
    SHEET_PLUS = 0,
    SHEET_MINUS,          /* -5 */
    SHEET_TRIANGLE,       /* △5 */
    SHEET_BLACK_TRIANGLE, /* ▲5 */
};

/* How a figure was printed. */
struct sheet_print {
    enum sheet_sign sign;
    enum sheet_unit unit; /* stood behind the number; SHEET_UNIT_NONE: the table's */
    uint8_t decimals;
    bool grouped; /* 1,956 and not 1956 */
};

/* The unit's word ("백만원"; "" for none), and how many won it has (1 for none). */
const char *sheet_unit_word(enum sheet_unit unit);
int64_t sheet_unit_krw(enum sheet_unit unit);

/* The unit that the word names, spaces aside. ERR_INVALID when there is none. */
ERR_CHECKED enum err sheet_unit_parse(const char *word, enum sheet_unit *ret_unit);

/*
 * Reads a figure in this unit, unless it names its own. ret_step: what its last digit is worth.
 *
 * ERR_INVALID   it is no figure, or its commas are in the wrong places.
 * ERR_FULL      it does not fit.
 * ERR_CONFLICT  it is finer than one won (or than one, without a unit).
 */
ERR_CHECKED enum err sheet_number_parse(const char *text, enum sheet_unit unit, int64_t *ret_amount,
                                        int64_t *ret_step, struct sheet_print *ret_print);

/* Writes an amount the way print says, in this unit unless print has one: the inverse of reading. */
void sheet_number_format(int64_t amount, enum sheet_unit unit, const struct sheet_print *print,
                         char ret_text[SHEET_NUMBER_SIZE]);

/*
 * Writes any amount in this unit, exactly, with commas and as few decimals as it takes: for amounts
 * that were computed.
 */
void sheet_number_show(int64_t amount, enum sheet_unit unit, char ret_text[SHEET_NUMBER_SIZE]);

/* part of whole in tenths of a percent, half rounded up. ERR_INVALID below zero or of zero. */
ERR_CHECKED enum err sheet_permille(int64_t part, int64_t whole, int64_t *ret_permille);

/*
 * Finds the next day from *at on that is written 2016-11-01, 2016.11.01. or 2016. 11. 1., and moves
 * *at behind it. ERR_NOT_FOUND when there is none; ERR_INVALID when it is no day of the calendar.
 */
ERR_CHECKED enum err sheet_date_find(const char **at, int32_t *ret_yyyymmdd);

/* Months that a term has begun, both days included: 2016-11-01 to 2017-05-30 has 7. */
int32_t sheet_months(int32_t start, int32_t end);

#endif
