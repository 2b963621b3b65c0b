/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of budget sheets: what stands in column names, in front of rows and
 * in the preamble, and what each means. A word that is not here is a name.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_SHEET_WORDS_H
#define HYEOPCHI_LEDGER_DOMAIN_SHEET_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "ledger/domain/sheet.h"

/* What a word says; all zero for a name. */
struct sheet_word {
    int32_t year;
    int32_t source; /* enum funding_source */
    enum sheet_kind kind;
    enum sheet_unit unit; /* in brackets behind it */
    bool total;           /* 계, 합계: all of them */
    bool filler;          /* 구분, 사업명: names a column of names */
    bool note;            /* 비고: a column that holds no figures */
    bool term;            /* 사업기간 */
    bool due;             /* 정산기한 */
};

/* The first cell of a row of preamble. */
enum sheet_key {
    SHEET_KEY_NONE = 0,
    SHEET_KEY_TABLE,
    SHEET_KEY_DOCUMENT,
    SHEET_KEY_UNIT,
    SHEET_KEY_AS_OF,
    SHEET_KEY_YEAR,
    SHEET_KEY_PROGRAMME,
    SHEET_KEY_SOURCE,
    SHEET_KEY_KIND,
    SHEET_KEY_CAP,
    SHEET_KEY_ENDING,
    SHEET_KEY_BUSINESS,
    SHEET_KEY_PROGRESS,
};

/* Reads a word or several ("2023년 구비 확보액"). False when it is a name; *ret is then all zero. */
bool sheet_word_read(const char *text, struct sheet_word *ret);

/* True for a word that places a figure: a year, source, kind or total. */
bool sheet_word_places(const struct sheet_word *word);

/* The key that the text is, or SHEET_KEY_NONE. */
enum sheet_key sheet_key_read(const char *text);

/* The unit of a remark such as "(단위 : 백만원)"; SHEET_UNIT_NONE when it is none. */
enum sheet_unit sheet_unit_remark(const char *text);

/* The kind's stable code ("secured") and Korean name ("확보"). Static; never NULL. */
const char *sheet_kind_code(enum sheet_kind kind);
const char *sheet_kind_name_ko(enum sheet_kind kind);

#endif
