/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budget sheets: the tables in which offices print money by year, funding
 * source and 계획/확보/집행, read from CSV as they stand.
 *
 * A sheet keeps every figure as whole won with the unit and decimals it was
 * printed with, so that it can be written again as it was. A cell without a
 * figure is missing, which is never zero. Nothing here corrects a figure: what
 * does not add up is sheet_check.h's to say. No floating point anywhere.
 *
 * How a sheet looks: rows of preamble ("단위,백만원"), then column names in one
 * to four rows, then rows of figures; an empty row or a row that begins with
 * "표" ends a table. Words name the dimensions: years, sources, kinds (계획,
 * 확보, 집행…) and totals (계, 합계…); other words in front of a row are
 * programmes, one level deeper in each column, and other column names are
 * expense items (통계목). What a figure's row and column do not name it is the
 * total of. An empty name repeats the one before it, as merged cells do.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_SHEET_H
#define HYEOPCHI_LEDGER_DOMAIN_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ledger/domain/account.h"
#include "ledger/domain/sheet_number.h"
#include "runtime/err.h"

#define SHEET_SIZE_MAX         262144 /* bytes of a sheet in UTF-8 */
#define SHEET_ROWS_MAX         2048
#define SHEET_COLUMNS_MAX      64
#define SHEET_CELLS_MAX        8192 /* of all rows together */
#define SHEET_CELL_LENGTH_MAX  600
#define SHEET_TABLES_MAX       32
#define SHEET_HEADERS_MAX      4 /* rows of column names of one table */
#define SHEET_NAMES_MAX        1024
#define SHEET_ENDINGS_MAX      8   /* sources that ended in some year */
#define SHEET_FAULTS_MAX       100 /* faults kept; more are only counted */
#define SHEET_FIELD_LENGTH_MAX 63

/* What a figure is an amount of. Codes and Korean names are in sheet_words.c. */
enum sheet_kind {
    SHEET_KIND_NONE = 0,
    SHEET_PLAN,               /* 투자계획, 소요예산, 총사업비 */
    SHEET_DEMAND,             /* 투자수요 */
    SHEET_BUDGET,             /* 예산, 편성 */
    SHEET_SECURED,            /* 확보 */
    SHEET_SECURED_AND_DEMAND, /* 확보액 및 투자수요: a sum of both over the years */
    SHEET_EXECUTED,           /* 집행 */
    SHEET_GRANTED,            /* 교부, 지원 */
    SHEET_RETURNED,           /* 반납 */
    SHEET_CAP,                /* 한도 */
    SHEET_UNIT_PRICE,         /* 단가 */
    SHEET_COUNT,              /* 수량: a plain number */
};

#define SHEET_KIND_COUNT ((int)SHEET_COUNT)

enum sheet_state {
    SHEET_MISSING = 0, /* the cell is empty */
    SHEET_DASH,        /* the cell says "-": none, and no zero either */
    SHEET_GIVEN,
};

/* Why a sheet cannot be read; codes and sentences are in sheet_rules.c. */
enum sheet_fault_rule {
    SHEET_NOT_TEXT,
    SHEET_TOO_LARGE,
    SHEET_TOO_MANY_ROWS,
    SHEET_TOO_MANY_CELLS,
    SHEET_CELL_TOO_LONG,
    SHEET_UNCLOSED_QUOTE,
    SHEET_TEXT_AFTER_QUOTE,
    SHEET_TOO_MANY_TABLES,
    SHEET_TOO_MANY_HEADERS,
    SHEET_TOO_MANY_NAMES,
    SHEET_NO_TABLE,
    SHEET_HEADER_MISSING,
    SHEET_COLUMN_UNNAMED,
    SHEET_UNIT_MISSING,
    SHEET_UNIT_UNKNOWN,
    SHEET_KIND_MISSING,
    SHEET_NOT_A_FIGURE,
    SHEET_FIGURE_TOO_LARGE,
    SHEET_BELOW_ONE_WON,
    SHEET_NOT_A_DATE,
    SHEET_NOT_A_YEAR,
    SHEET_SOURCE_UNKNOWN,
    SHEET_WORD_TWICE,
    SHEET_FAULT_RULE_COUNT,
};

struct sheet_fault {
    enum sheet_fault_rule rule;
    uint32_t line;   /* 0 when it is about the sheet as a whole */
    uint32_t column; /* from 1; 0 for a whole row */
    char field[SHEET_FIELD_LENGTH_MAX + 1];
    char value[SHEET_FIELD_LENGTH_MAX + 1];
};

/* Where a figure belongs. 0 stands for all of them: the figure is a total over that dimension. */
struct sheet_place {
    enum sheet_kind kind;
    int32_t year;
    int32_t source;    /* enum funding_source, or 0 */
    int32_t programme; /* place in names; 0: all */
    int32_t item;      /* place in names; 0: all */
};

struct sheet_figure {
    struct sheet_place place;
    enum sheet_state state;
    int64_t amount; /* won, or a plain number for SHEET_COUNT; only when given */
    int64_t step;   /* won of the last digit that was printed */
    struct sheet_print print;
    uint32_t row;
    uint32_t column;
};

/* A programme or an item; of place 0 there is none. */
struct sheet_name {
    uint32_t text;  /* place in the sheet's text */
    int32_t parent; /* the programme above it; 0: none */
    bool is_item;
};

/* What a row says besides figures: "2016.11.01.부터 2017.06.30.까지 (8개월)". 0: not said. */
struct sheet_term {
    int32_t start; /* yyyymmdd */
    int32_t end;
    int32_t months;
    int32_t due;            /* 정산기한 */
    uint32_t months_column; /* where the term stands */
    uint32_t due_column;
};

enum sheet_role {
    SHEET_BLANK = 0,
    SHEET_TITLE,
    SHEET_PREAMBLE,
    SHEET_HEADER,
    SHEET_BODY,
};

struct sheet_cell {
    uint32_t text;   /* place in the sheet's text, where it ends in NUL */
    uint32_t figure; /* place in figures plus one; 0: the cell is text */
};

struct sheet_row {
    uint32_t line; /* of the file, from 1 */
    uint32_t cell; /* its first */
    uint32_t count;
    int32_t table; /* -1: none */
    enum sheet_role role;
    int32_t programme; /* of a body row; 0: all */
    struct sheet_term term;
};

/* A table of the sheet, with what its preamble said or the tables above it did. */
struct sheet_table {
    uint32_t title; /* place in text; 0: none */
    enum sheet_unit unit;
    enum sheet_kind kind; /* 항목: where neither row nor column say one */
    int32_t year;         /* 회계연도: the same */
    int32_t source;       /* 재원: the same */
    int32_t programme;    /* 사업: what all rows belong to */
    bool has_cap;         /* 한도 for cap_months months */
    int64_t cap_krw;
    int32_t cap_months;   /* 0: for any term */
    uint32_t header;      /* its first row of column names */
    uint32_t body;        /* its first row of figures */
    uint32_t end;         /* the row after its last */
    uint32_t label_count; /* columns of names in front of the figures */
    uint32_t width;       /* columns in all */
};

/* From this year on, the source gives nothing (DOMAIN B9). */
struct sheet_ending {
    int32_t source;
    int32_t year;
};

/*
 * All of one sheet. About a megabyte: on the heap, or static. It owns its text; every number called
 * text is a place in it. Filled by sheet_read() only.
 */
struct sheet {
    char text[SHEET_SIZE_MAX + 2];
    size_t text_length;
    struct sheet_cell cells[SHEET_CELLS_MAX];
    size_t cell_count;
    struct sheet_row rows[SHEET_ROWS_MAX + 1]; /* the last is never used */
    size_t row_count;
    struct sheet_table tables[SHEET_TABLES_MAX];
    size_t table_count;
    struct sheet_figure figures[SHEET_CELLS_MAX];
    size_t figure_count;
    struct sheet_name names[SHEET_NAMES_MAX]; /* the first is nobody's */
    size_t name_count;
    struct sheet_ending endings[SHEET_ENDINGS_MAX];
    size_t ending_count;
    struct sheet_fault faults[SHEET_FAULTS_MAX];
    size_t fault_count; /* all that were met, kept or not */
    uint32_t document;  /* 문서; place in text; 0: not said */
    int32_t as_of;      /* 기준일, yyyymmdd; 0: not said */
    bool own_business;  /* 사업유형 says 자체: nobody else's money */
    bool completed;     /* 추진상황 says 완료 */
};

/*
 * Reads a sheet, UTF-8 with or without a BOM, LF, CRLF or CR. ERR_INVALID when it cannot be
 * understood; sheet->faults then says where and why, all that is wrong and not only the first.
 */
ERR_CHECKED enum err sheet_read(struct sheet *sheet, const char *bytes, size_t length);

/* A text of the sheet by its place. */
const char *sheet_text(const struct sheet *sheet, uint32_t text);

/* The text of a cell; "" where the row has none. */
const char *sheet_cell_text(const struct sheet *sheet, uint32_t row, uint32_t column);

/* What a row of column names says of a column, by itself or as merged cells do; "" for nothing. */
const char *sheet_header_text(const struct sheet *sheet, uint32_t row, uint32_t column);

/* The name of a programme or item; "" for 0. */
const char *sheet_name_text(const struct sheet *sheet, int32_t name);

/* The unit that a figure was printed in. */
enum sheet_unit sheet_figure_unit(const struct sheet *sheet, const struct sheet_figure *figure);

/* Notes a fault of a cell, a row (column 0) or the sheet (line 0). For the reader's parts. */
void sheet_fault_add(struct sheet *sheet, const struct sheet_fault *fault);

/* A rule as a stable code and as a sentence. Static. */
const char *sheet_fault_code(enum sheet_fault_rule rule);
const char *sheet_fault_korean(enum sheet_fault_rule rule);
const char *sheet_fault_english(enum sheet_fault_rule rule);

#endif
