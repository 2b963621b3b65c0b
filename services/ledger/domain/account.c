/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of sources and stages, and what can be asked of a line or an
 * account. Balances change only in entry.c; nothing here posts.
 */
#include "ledger/domain/account.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/krw.h"
#include "ledger/domain/text.h"

struct funding_source_row {
    const char *code;
    const char *name_ko;
};

struct stage_row {
    const char *code;
    const char *name_ko;
    bool has_floor;
    int64_t floor_krw;
    int clearing;
};

/* Clearing groups: what enters one must leave it in the same entry. */
enum {
    CLEARING_NONE = 0,
    CLEARING_ITEM_TRANSFER,
    CLEARING_POLICY_TRANSFER,
    CLEARING_BODY_TRANSFER,
    CLEARING_CARRYOVER_EXPLICIT,
    CLEARING_CARRYOVER_ACCIDENT,
    CLEARING_CARRYOVER_CONTINUING,
};

static const struct funding_source_row FUNDING_SOURCE_ROWS[] = {
    [FUNDING_SOURCE_NATIONAL] = {"national", "국비"},
    [FUNDING_SOURCE_CITY] = {"city", "시비"},
    [FUNDING_SOURCE_DISTRICT] = {"district", "구비"},
    [FUNDING_SOURCE_OTHER] = {"other", "기타"},
};

/*
 * R10 is where appropriated money comes from and M90 and I20 are contra accounts: they go negative
 * by design, so they have no floor. Every other account must not fall below zero.
 */
static const struct stage_row STAGE_ROWS[] = {
    [STAGE_M10] = {"M10", "편성요구", true, 0, CLEARING_NONE},
    [STAGE_M90] = {"M90", "편성요구 상대계정", false, 0, CLEARING_NONE},
    [STAGE_R10_MAIN] = {"R10.main", "본예산", false, 0, CLEARING_NONE},
    [STAGE_R10_SUPPLEMENTARY1] = {"R10.supplementary.1", "제1회 추가경정예산", false, 0,
                                  CLEARING_NONE},
    [STAGE_R10_SUPPLEMENTARY2] = {"R10.supplementary.2", "제2회 추가경정예산", false, 0,
                                  CLEARING_NONE},
    [STAGE_R10_SUPPLEMENTARY3] = {"R10.supplementary.3", "제3회 추가경정예산", false, 0,
                                  CLEARING_NONE},
    [STAGE_R10_SUPPLEMENTARY4] = {"R10.supplementary.4", "제4회 추가경정예산", false, 0,
                                  CLEARING_NONE},
    [STAGE_R10_SUPPLEMENTARY5] = {"R10.supplementary.5", "제5회 추가경정예산", false, 0,
                                  CLEARING_NONE},
    [STAGE_R10_SUPPLEMENTARY6] = {"R10.supplementary.6", "제6회 추가경정예산", false, 0,
                                  CLEARING_NONE},
    [STAGE_R10_SUPPLEMENTARY7] = {"R10.supplementary.7", "제7회 추가경정예산", false, 0,
                                  CLEARING_NONE},
    [STAGE_R10_SUPPLEMENTARY8] = {"R10.supplementary.8", "제8회 추가경정예산", false, 0,
                                  CLEARING_NONE},
    [STAGE_R10_SUPPLEMENTARY9] = {"R10.supplementary.9", "제9회 추가경정예산", false, 0,
                                  CLEARING_NONE},
    [STAGE_R10_PRE_APPROVAL] = {"R10.pre_approval", "성립전 예산", false, 0, CLEARING_NONE},
    [STAGE_R10_RESERVE] = {"R10.reserve", "예비비", false, 0, CLEARING_NONE},
    [STAGE_R10_ITEM_TRANSFER] = {"R10.item_transfer", "전용", false, 0, CLEARING_ITEM_TRANSFER},
    [STAGE_R10_POLICY_TRANSFER] = {"R10.policy_transfer", "이용", false, 0,
                                   CLEARING_POLICY_TRANSFER},
    [STAGE_R10_BODY_TRANSFER] = {"R10.body_transfer", "이체", false, 0, CLEARING_BODY_TRANSFER},
    [STAGE_R10_CARRYOVER_EXPLICIT] = {"R10.carryover_explicit", "명시이월 재원", false, 0,
                                      CLEARING_CARRYOVER_EXPLICIT},
    [STAGE_R10_CARRYOVER_ACCIDENT] = {"R10.carryover_accident", "사고이월 재원", false, 0,
                                      CLEARING_CARRYOVER_ACCIDENT},
    [STAGE_R10_CARRYOVER_CONTINUING] = {"R10.carryover_continuing", "계속비이월 재원", false, 0,
                                        CLEARING_CARRYOVER_CONTINUING},
    [STAGE_S10] = {"S10", "편성", true, 0, CLEARING_NONE},
    [STAGE_S20] = {"S20", "확보", true, 0, CLEARING_NONE},
    [STAGE_S30] = {"S30", "배정", true, 0, CLEARING_NONE},
    [STAGE_S40] = {"S40", "지출원인행위", true, 0, CLEARING_NONE},
    [STAGE_S45] = {"S45", "교부", true, 0, CLEARING_NONE},
    [STAGE_S50] = {"S50", "집행", true, 0, CLEARING_NONE},
    [STAGE_S60] = {"S60", "정산확정", true, 0, CLEARING_NONE},
    [STAGE_S70] = {"S70", "반납예정", true, 0, CLEARING_NONE},
    [STAGE_S75] = {"S75", "반납완료", true, 0, CLEARING_NONE},
    [STAGE_S80_EXPLICIT] = {"S80.explicit", "명시이월", true, 0, CLEARING_CARRYOVER_EXPLICIT},
    [STAGE_S80_ACCIDENT] = {"S80.accident", "사고이월", true, 0, CLEARING_CARRYOVER_ACCIDENT},
    [STAGE_S80_CONTINUING] = {"S80.continuing", "계속비이월", true, 0,
                              CLEARING_CARRYOVER_CONTINUING},
    [STAGE_S90] = {"S90", "불용", true, 0, CLEARING_NONE},
    [STAGE_I10] = {"I10", "이자(반납대상)", true, 0, CLEARING_NONE},
    [STAGE_I20] = {"I20", "이자 상대계정", false, 0, CLEARING_NONE},
};

static_assert(sizeof FUNDING_SOURCE_ROWS / sizeof FUNDING_SOURCE_ROWS[0] ==
                  FUNDING_SOURCE_COUNT + 1,
              "a row for every source");
static_assert(sizeof STAGE_ROWS / sizeof STAGE_ROWS[0] == (size_t)STAGE_I20 + 1,
              "a row for every stage");

static char *append(char *at, const char *end, const char *text);
static const struct stage_row *stage_row(enum stage stage);
static const struct funding_source_row *funding_source_row(enum funding_source source);

const char *funding_source_code(enum funding_source source)
{
    return funding_source_row(source)->code;
}

const char *funding_source_name_ko(enum funding_source source)
{
    return funding_source_row(source)->name_ko;
}

enum err funding_source_parse(const char *code, enum funding_source *ret_source)
{
    assert(code);
    assert(ret_source);
    for (int i = 1; i <= FUNDING_SOURCE_COUNT; i++) {
        if (strcmp(FUNDING_SOURCE_ROWS[i].code, code) == 0) {
            *ret_source = (enum funding_source)i;
            return ERR_OK;
        }
    }
    return ERR_INVALID;
}

const char *stage_code(enum stage stage)
{
    return stage_row(stage)->code;
}

const char *stage_name_ko(enum stage stage)
{
    return stage_row(stage)->name_ko;
}

enum err stage_parse(const char *code, enum stage *ret_stage)
{
    assert(code);
    assert(ret_stage);
    for (int i = 1; i <= STAGE_COUNT; i++) {
        if (strcmp(STAGE_ROWS[i].code, code) == 0) {
            *ret_stage = (enum stage)i;
            return ERR_OK;
        }
    }
    return ERR_INVALID;
}

bool stage_floor(enum stage stage, int64_t *ret_floor_krw)
{
    const struct stage_row *row = stage_row(stage);

    assert(ret_floor_krw);
    if (row->has_floor) {
        *ret_floor_krw = row->floor_krw;
    }
    return row->has_floor;
}

int stage_clearing(enum stage stage)
{
    const struct stage_row *row = stage_row(stage);

    assert(row->clearing >= CLEARING_NONE);
    assert(row->clearing <= CLEARING_CARRYOVER_CONTINUING);
    return row->clearing;
}

bool stage_in_class(enum stage stage, const char *class_code)
{
    const char *code = stage_row(stage)->code;
    size_t length = 0;

    assert(class_code);
    length = strlen(class_code);
    if (length == 0 || strncmp(code, class_code, length) != 0) {
        return false;
    }
    return code[length] == '\0' || code[length] == '.';
}

bool stage_class_exists(const char *class_code)
{
    assert(class_code);
    for (int i = 1; i <= STAGE_COUNT; i++) {
        if (stage_in_class((enum stage)i, class_code)) {
            return true;
        }
    }
    return false;
}

bool programme_valid(const char *programme)
{
    assert(programme);
    size_t blanks = strspn(programme, " ");
    assert(blanks <= strlen(programme));
    return programme[blanks] != '\0' && strlen(programme) <= PROGRAMME_LENGTH_MAX &&
           text_valid(programme);
}

enum err line_init(struct line *line, int32_t fiscal_year, enum funding_source funding_source,
                   const char *programme)
{
    assert(line);
    assert(programme);
    if (fiscal_year < FISCAL_YEAR_MIN || fiscal_year > FISCAL_YEAR_MAX) {
        return ERR_INVALID;
    }
    if (funding_source < FUNDING_SOURCE_NATIONAL || funding_source > FUNDING_SOURCE_OTHER) {
        return ERR_INVALID;
    }
    if (!programme_valid(programme)) {
        return ERR_INVALID;
    }
    /* The whole structure is written, so that equal lines are equal bytes too. */
    memset(line, 0, sizeof *line);
    line->fiscal_year = fiscal_year;
    line->funding_source = funding_source;
    memcpy(line->programme, programme, strlen(programme));
    return ERR_OK;
}

bool line_equal(const struct line *left, const struct line *right)
{
    assert(left);
    assert(right);
    return left->fiscal_year == right->fiscal_year &&
           left->funding_source == right->funding_source &&
           strcmp(left->programme, right->programme) == 0;
}

bool account_equal(const struct account *left, const struct account *right)
{
    assert(left);
    assert(right);
    return left->stage == right->stage && line_equal(&left->line, &right->line);
}

int account_compare(const struct account *left, const struct account *right)
{
    assert(left);
    assert(right);
    if (left->line.fiscal_year != right->line.fiscal_year) {
        return left->line.fiscal_year < right->line.fiscal_year ? -1 : 1;
    }
    if (left->line.funding_source != right->line.funding_source) {
        return left->line.funding_source < right->line.funding_source ? -1 : 1;
    }
    int order = strcmp(left->line.programme, right->line.programme);
    if (order != 0) {
        return order;
    }
    return (left->stage > right->stage) - (left->stage < right->stage);
}

void account_code(const struct account *account, char code[ACCOUNT_CODE_SIZE])
{
    char year[] = "0000";
    const char *end = code + ACCOUNT_CODE_SIZE;
    char *at = code;

    assert(account);
    assert(account->line.fiscal_year >= FISCAL_YEAR_MIN);
    assert(account->line.fiscal_year <= FISCAL_YEAR_MAX);
    for (int i = 3, rest = account->line.fiscal_year; i >= 0; i--, rest /= 10) {
        year[i] = (char)('0' + rest % 10);
    }
    at = append(at, end, year);
    at = append(at, end, "/");
    at = append(at, end, funding_source_code(account->line.funding_source));
    at = append(at, end, "/");
    at = append(at, end, account->line.programme);
    at = append(at, end, "/");
    (void)append(at, end, stage_code(account->stage)); /* nothing follows it */
}

void account_balance_init(struct account_balance *balance, const struct account *account)
{
    assert(balance);
    assert(account);
    memset(balance, 0, sizeof *balance);
    balance->account = *account;
    balance->has_floor = stage_floor(account->stage, &balance->floor_krw);
    assert(balance->balance_krw == 0);
}

int64_t account_balance_available(const struct account_balance *balance)
{
    int64_t available_krw = 0;
    enum err err = ERR_OK;

    assert(balance);
    assert(balance->held_krw >= 0);
    if (!balance->has_floor) {
        return INT64_MAX;
    }
    err = krw_subtract(balance->balance_krw, balance->floor_krw, &available_krw);
    if (err) {
        return balance->balance_krw > 0 ? INT64_MAX : INT64_MIN;
    }
    err = krw_subtract(available_krw, balance->held_krw, &available_krw);
    return err ? INT64_MIN : available_krw;
}

/* Copies text to `at` with a NUL and returns where that NUL stands. */
static char *append(char *at, const char *end, const char *text)
{
    size_t length = strlen(text);

    assert(at < end);
    assert(length < (size_t)(end - at));
    memcpy(at, text, length + 1);
    return at + length;
}

static const struct stage_row *stage_row(enum stage stage)
{
    assert(stage >= STAGE_M10);
    assert(stage <= STAGE_I20);
    return &STAGE_ROWS[stage];
}

static const struct funding_source_row *funding_source_row(enum funding_source source)
{
    assert(source >= FUNDING_SOURCE_NATIONAL);
    assert(source <= FUNDING_SOURCE_OTHER);
    return &FUNDING_SOURCE_ROWS[source];
}
