/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budget lines, the stages their money passes through, and account balances.
 *
 * A line is (fiscal year, programme, funding source); an account is a line at
 * one stage. Balances are credit-positive whole won. The stages and their
 * overdraft floors are one table here; no caller may hold its own copy.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_ACCOUNT_H
#define HYEOPCHI_LEDGER_DOMAIN_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/err.h"

#define FISCAL_YEAR_MIN 2000
#define FISCAL_YEAR_MAX 2199

/* Bytes of a programme code; it is text of the district's own. */
#define PROGRAMME_LENGTH_MAX 96

/* Enough for account_code: year, source, programme and stage with their separators. */
#define ACCOUNT_CODE_SIZE (PROGRAMME_LENGTH_MAX + 48)

enum funding_source {
    FUNDING_SOURCE_NATIONAL = 1, /* 국비 */
    FUNDING_SOURCE_CITY,         /* 시비 */
    FUNDING_SOURCE_DISTRICT,     /* 구비 */
    FUNDING_SOURCE_OTHER,        /* 기타 */
};

#define FUNDING_SOURCE_COUNT 4

enum stage {
    STAGE_M10 = 1,
    STAGE_M90,
    STAGE_R10_MAIN,
    STAGE_R10_SUPPLEMENTARY1,
    STAGE_R10_SUPPLEMENTARY2,
    STAGE_R10_SUPPLEMENTARY3,
    STAGE_R10_SUPPLEMENTARY4,
    STAGE_R10_SUPPLEMENTARY5,
    STAGE_R10_SUPPLEMENTARY6,
    STAGE_R10_SUPPLEMENTARY7,
    STAGE_R10_SUPPLEMENTARY8,
    STAGE_R10_SUPPLEMENTARY9,
    STAGE_R10_PRE_APPROVAL,
    STAGE_R10_RESERVE,
    STAGE_R10_ITEM_TRANSFER,
    STAGE_R10_POLICY_TRANSFER,
    STAGE_R10_BODY_TRANSFER,
    STAGE_R10_CARRYOVER_EXPLICIT,
    STAGE_R10_CARRYOVER_ACCIDENT,
    STAGE_R10_CARRYOVER_CONTINUING,
    STAGE_S10,
    STAGE_S20,
    STAGE_S30,
    STAGE_S40,
    STAGE_S45,
    STAGE_S50,
    STAGE_S60,
    STAGE_S70,
    STAGE_S75,
    STAGE_S80_EXPLICIT,
    STAGE_S80_ACCIDENT,
    STAGE_S80_CONTINUING,
    STAGE_S90,
    STAGE_I10,
    STAGE_I20,
};

#define STAGE_COUNT ((int)STAGE_I20)

struct line {
    int32_t fiscal_year;
    enum funding_source funding_source;
    char programme[PROGRAMME_LENGTH_MAX + 1];
};

struct account {
    struct line line;
    enum stage stage;
};

/* What the writer knows of one account. A new account is all zero with its stage's floor. */
struct account_balance {
    struct account account;
    int64_t balance_krw; /* credit-positive */
    int64_t held_krw;    /* promised, not yet posted; never negative */
    int64_t decided_krw; /* of an S40: decided for grants, where that was asked for */
    int64_t version;     /* postings so far */
    bool has_floor;
    int64_t floor_krw; /* meaningful only with has_floor */
    bool frozen;       /* its line is: nothing may be posted to it */
};

/* The source's code ("district") and Korean name ("구비"). Static; never NULL. */
const char *funding_source_code(enum funding_source source);
const char *funding_source_name_ko(enum funding_source source);

/* The source with this code. ERR_INVALID when there is none. */
ERR_CHECKED enum err funding_source_parse(const char *code, enum funding_source *ret_source);

/* The stage's code ("R10.main") and Korean name. Static; never NULL. */
const char *stage_code(enum stage stage);
const char *stage_name_ko(enum stage stage);

/* The stage with this code. ERR_INVALID when there is none. */
ERR_CHECKED enum err stage_parse(const char *code, enum stage *ret_stage);

/* True when the stage has an overdraft floor, which is then written to ret_floor_krw. */
bool stage_floor(enum stage stage, int64_t *ret_floor_krw);

/*
 * The group of stages that money only passes through (전용, 이용, 이체, and each kind of 이월 with
 * its next year's origin): what enters a group must leave it in the same entry. 0: in no group.
 */
int stage_clearing(enum stage stage);

/*
 * True when the stage belongs to the class: a class is a stage's code ("R10.main") or the part of
 * it before a dot ("R10", which covers every origin of appropriated money, or
 * "R10.supplementary", which covers every 추가경정예산).
 */
bool stage_in_class(enum stage stage, const char *class_code);

/* True when at least one stage belongs to the class. */
bool stage_class_exists(const char *class_code);

/* True for a programme code: 1 to PROGRAMME_LENGTH_MAX bytes of text, not all of them spaces. */
bool programme_valid(const char *programme);

/* Fills a line. ERR_INVALID when the year, the source or the programme is not one. */
ERR_CHECKED enum err line_init(struct line *line, int32_t fiscal_year,
                               enum funding_source funding_source, const char *programme);

bool line_equal(const struct line *left, const struct line *right);
bool account_equal(const struct account *left, const struct account *right);

/* Orders accounts by year, source, programme and stage: negative, zero or positive. */
int account_compare(const struct account *left, const struct account *right);

/*
 * Writes "2025/district/2025-park/S10" and a NUL into code[ACCOUNT_CODE_SIZE], for people and logs.
 * Cannot fail on an account that line_init made.
 */
void account_code(const struct account *account, char code[ACCOUNT_CODE_SIZE]);

/* A new account's balance: zero, version 0, its stage's floor. */
void account_balance_init(struct account_balance *balance, const struct account *account);

/*
 * What a debit may still take: balance - held - floor, at most INT64_MAX. INT64_MAX without a
 * floor.
 */
int64_t account_balance_available(const struct account_balance *balance);

#endif
