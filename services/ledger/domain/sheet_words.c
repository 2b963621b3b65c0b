/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vocabulary as one table. Spaces inside a word do not count ("구 분"), and
 * a word must be met whole: "시민" is a name, "시" is a source.
 */
#include "ledger/domain/sheet_words.h"

#include <assert.h>
#include <string.h>

#define WORD_SIZE     128
#define CENTURY       2000
#define YEAR_DIGITS   4
#define UNIT_REMARK   "단위"
#define UNIT_REMARK_2 "단위:"

struct word_row {
    const char *text;
    struct sheet_word word;
};

static const struct word_row WORDS[] = {
    {"국비", {.source = FUNDING_SOURCE_NATIONAL}},
    {"국", {.source = FUNDING_SOURCE_NATIONAL}},
    {"시비", {.source = FUNDING_SOURCE_CITY}},
    {"시", {.source = FUNDING_SOURCE_CITY}},
    {"구비", {.source = FUNDING_SOURCE_DISTRICT}},
    {"구", {.source = FUNDING_SOURCE_DISTRICT}},
    {"기타", {.source = FUNDING_SOURCE_OTHER}},
    {"기타재원", {.source = FUNDING_SOURCE_OTHER}},
    {"계획", {.kind = SHEET_PLAN}},
    {"계획액", {.kind = SHEET_PLAN}},
    {"투자계획", {.kind = SHEET_PLAN}},
    {"소요예산", {.kind = SHEET_PLAN}},
    {"소요액", {.kind = SHEET_PLAN}},
    {"총사업비", {.kind = SHEET_PLAN}},
    {"사업비", {.kind = SHEET_PLAN}},
    {"투자수요", {.kind = SHEET_DEMAND}},
    {"투자수요액", {.kind = SHEET_DEMAND}},
    {"예산", {.kind = SHEET_BUDGET}},
    {"예산액", {.kind = SHEET_BUDGET}},
    {"편성", {.kind = SHEET_BUDGET}},
    {"편성액", {.kind = SHEET_BUDGET}},
    {"본예산", {.kind = SHEET_BUDGET}},
    {"확보", {.kind = SHEET_SECURED}},
    {"확보액", {.kind = SHEET_SECURED}},
    {"확보액및투자수요", {.kind = SHEET_SECURED_AND_DEMAND}},
    {"집행", {.kind = SHEET_EXECUTED}},
    {"집행액", {.kind = SHEET_EXECUTED}},
    {"지출", {.kind = SHEET_EXECUTED}},
    {"지출액", {.kind = SHEET_EXECUTED}},
    {"교부", {.kind = SHEET_GRANTED}},
    {"교부액", {.kind = SHEET_GRANTED}},
    {"지원액", {.kind = SHEET_GRANTED}},
    {"지원(교부)액", {.kind = SHEET_GRANTED}},
    {"반납", {.kind = SHEET_RETURNED}},
    {"반납액", {.kind = SHEET_RETURNED}},
    {"한도", {.kind = SHEET_CAP}},
    {"한도액", {.kind = SHEET_CAP}},
    {"단가", {.kind = SHEET_UNIT_PRICE}},
    {"수량", {.kind = SHEET_COUNT}},
    {"횟수", {.kind = SHEET_COUNT}},
    {"개소", {.kind = SHEET_COUNT}},
    {"계", {.total = true}},
    {"합계", {.total = true}},
    {"총계", {.total = true}},
    {"총합", {.total = true}},
    {"총액", {.total = true}},
    {"소계", {.total = true}},
    {"금액", {.total = true}}, /* of whatever the table is about */
    {"구분", {.filler = true}},
    {"재원", {.filler = true}},
    {"재원별", {.filler = true}},
    {"사업명", {.filler = true}},
    {"세부사업", {.filler = true}},
    {"세부사업명", {.filler = true}},
    {"단위사업", {.filler = true}},
    {"정책사업", {.filler = true}},
    {"자치구", {.filler = true}},
    {"자치구명", {.filler = true}},
    {"내역", {.filler = true}},
    {"연도", {.filler = true}},
    {"연도별", {.filler = true}},
    {"과목", {.filler = true}},
    {"통계목", {.filler = true}},
    {"비고", {.note = true}},
    {"연번", {.note = true}},
    {"분야", {.note = true}},
    {"지원사항", {.note = true}},
    {"내용", {.note = true}},
    {"근거", {.note = true}},
    {"산출근거", {.note = true}},
    {"담당부서", {.note = true}},
    {"사업기간", {.term = true}},
    {"지원기간", {.term = true}},
    {"정산기한", {.due = true}},
};

enum { WORD_COUNT = sizeof WORDS / sizeof WORDS[0] };

struct key_row {
    const char *text;
    enum sheet_key key;
};

static const struct key_row KEYS[] = {
    {"표", SHEET_KEY_TABLE},          {"문서", SHEET_KEY_DOCUMENT},
    {"단위", SHEET_KEY_UNIT},         {"기준일", SHEET_KEY_AS_OF},
    {"회계연도", SHEET_KEY_YEAR},     {"사업", SHEET_KEY_PROGRAMME},
    {"재원", SHEET_KEY_SOURCE},       {"항목", SHEET_KEY_KIND},
    {"한도", SHEET_KEY_CAP},          {"재원종료", SHEET_KEY_ENDING},
    {"사업유형", SHEET_KEY_BUSINESS}, {"추진상황", SHEET_KEY_PROGRESS},
};

struct kind_name {
    const char *code;
    const char *name_ko;
};

static const struct kind_name KINDS[] = {
    [SHEET_KIND_NONE] = {"none", "없음"},
    [SHEET_PLAN] = {"plan", "계획"},
    [SHEET_DEMAND] = {"demand", "투자수요"},
    [SHEET_BUDGET] = {"budget", "예산"},
    [SHEET_SECURED] = {"secured", "확보"},
    [SHEET_SECURED_AND_DEMAND] = {"secured_and_demand", "확보 및 투자수요"},
    [SHEET_EXECUTED] = {"executed", "집행"},
    [SHEET_GRANTED] = {"granted", "교부"},
    [SHEET_RETURNED] = {"returned", "반납"},
    [SHEET_CAP] = {"cap", "한도"},
    [SHEET_UNIT_PRICE] = {"unit_price", "단가"},
    [SHEET_COUNT] = {"count", "수량"},
};

static bool pack(const char *text, size_t length, char ret_packed[WORD_SIZE]);
static void take_unit(char *packed, enum sheet_unit *ret_unit);
static const char *take_year(const char *packed, int32_t *ret_year);
static bool read_packed(const char *packed, struct sheet_word *ret);
static bool read_several(const char *text, struct sheet_word *ret);
static bool merge(struct sheet_word *into, const struct sheet_word *from);

bool sheet_word_read(const char *text, struct sheet_word *ret)
{
    char packed[WORD_SIZE];
    enum sheet_unit unit = SHEET_UNIT_NONE;
    bool known = false;

    assert(text);
    assert(ret);
    memset(ret, 0, sizeof *ret);
    if (!pack(text, strlen(text), packed)) {
        return false;
    }
    known = read_packed(packed, ret);
    if (!known) {
        take_unit(packed, &unit);
        known = read_packed(packed, ret) || read_several(text, ret);
        ret->unit = known ? unit : SHEET_UNIT_NONE;
    }
    return known;
}

bool sheet_word_places(const struct sheet_word *word)
{
    assert(word);
    assert(word->kind <= SHEET_COUNT);
    return word->year != 0 || word->source != 0 || word->kind != SHEET_KIND_NONE || word->total;
}

enum sheet_key sheet_key_read(const char *text)
{
    char packed[WORD_SIZE];

    assert(text);
    if (!pack(text, strlen(text), packed)) {
        return SHEET_KEY_NONE;
    }
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++) {
        assert(KEYS[i].key != SHEET_KEY_NONE);
        if (strcmp(KEYS[i].text, packed) == 0) {
            return KEYS[i].key;
        }
    }
    return SHEET_KEY_NONE;
}

enum sheet_unit sheet_unit_remark(const char *text)
{
    char packed[WORD_SIZE];
    enum sheet_unit unit = SHEET_UNIT_NONE;
    const char *at = packed;

    assert(text);
    assert(unit == SHEET_UNIT_NONE);
    if (!pack(text, strlen(text), packed)) {
        return SHEET_UNIT_NONE;
    }
    size_t length = strlen(packed);
    if (length > 2 && packed[0] == '(' && packed[length - 1] == ')') {
        packed[length - 1] = '\0';
        at++;
    }
    if (strncmp(at, UNIT_REMARK_2, sizeof UNIT_REMARK_2 - 1) == 0) {
        at += sizeof UNIT_REMARK_2 - 1;
    } else if (strncmp(at, UNIT_REMARK, sizeof UNIT_REMARK - 1) == 0) {
        at += sizeof UNIT_REMARK - 1;
    } else {
        return SHEET_UNIT_NONE;
    }
    enum err err = sheet_unit_parse(at, &unit);
    return err ? SHEET_UNIT_NONE : unit;
}

const char *sheet_kind_code(enum sheet_kind kind)
{
    assert((int)kind >= 0);
    assert((int)kind <= SHEET_KIND_COUNT);
    return KINDS[kind].code;
}

const char *sheet_kind_name_ko(enum sheet_kind kind)
{
    assert((int)kind >= 0);
    assert((int)kind <= SHEET_KIND_COUNT);
    return KINDS[kind].name_ko;
}

/* The text without spaces; false when it is empty or longer than any word. */
static bool pack(const char *text, size_t length, char ret_packed[WORD_SIZE])
{
    size_t size = 0;

    assert(text);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ' ') {
            continue;
        }
        if (size + 1 == WORD_SIZE) {
            return false;
        }
        ret_packed[size] = text[i];
        size++;
    }
    assert(size < WORD_SIZE);
    ret_packed[size] = '\0';
    return size > 0;
}

/* Cuts "(백만원)" off the end, when it is a unit. */
static void take_unit(char *packed, enum sheet_unit *ret_unit)
{
    size_t length = strlen(packed);
    char *open = strchr(packed, '(');

    assert(length > 0);
    assert(*ret_unit == SHEET_UNIT_NONE);
    if (!open || open == packed || packed[length - 1] != ')') {
        return;
    }
    packed[length - 1] = '\0';
    enum err err = sheet_unit_parse(open + 1, ret_unit);
    packed[length - 1] = ')';
    if (!err) {
        *open = '\0';
    }
}

/* Passes over "2022년도", "2022년", "2022" or "'22년"; the text itself when there is no year. */
static const char *take_year(const char *packed, int32_t *ret_year)
{
    static const char *const quotes[] = {"'", "‘", "’"};
    static const char *const endings[] = {"년도", "년"};
    const char *at = packed;
    size_t digits = YEAR_DIGITS;
    int32_t year = 0;

    assert(packed);
    assert(*ret_year == 0);
    for (size_t i = 0; i < sizeof quotes / sizeof quotes[0]; i++) {
        if (strncmp(packed, quotes[i], strlen(quotes[i])) == 0) {
            at += strlen(quotes[i]);
            digits = 2;
            break;
        }
    }
    size_t found = strspn(at, "0123456789");
    if (found != digits) {
        return packed;
    }
    for (size_t i = 0; i < digits; i++) {
        year = year * 10 + (at[i] - '0');
    }
    year += digits == 2 ? CENTURY : 0;
    if (year < FISCAL_YEAR_MIN || year > FISCAL_YEAR_MAX) {
        return packed;
    }
    at += digits;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (strncmp(at, endings[i], strlen(endings[i])) == 0) {
            at += strlen(endings[i]);
            break;
        }
    }
    *ret_year = year;
    return at;
}

/* A year, a word of the table, or a year and a word in one. */
static bool read_packed(const char *packed, struct sheet_word *ret)
{
    int32_t year = 0;
    const char *rest = take_year(packed, &year);

    assert(rest >= packed);
    assert(ret);
    if (*rest == '\0' && year != 0) {
        ret->year = year;
        return true;
    }
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (strcmp(WORDS[i].text, rest) == 0) {
            *ret = WORDS[i].word;
            ret->year = year;
            return true;
        }
    }
    return false;
}

/* Words between spaces, each of them known and each saying something else. */
static bool read_several(const char *text, struct sheet_word *ret)
{
    struct sheet_word whole = {.year = 0};
    char packed[WORD_SIZE];
    const char *at = text;

    assert(text);
    while (*at != '\0') {
        size_t length = strcspn(at, " ");
        struct sheet_word word = {.year = 0};
        if (length > 0) {
            if (!pack(at, length, packed) || !read_packed(packed, &word) || !merge(&whole, &word)) {
                return false;
            }
        }
        at += length;
        at += *at == ' ' ? 1 : 0;
    }
    assert(*at == '\0');
    *ret = whole;
    return true;
}

static bool merge(struct sheet_word *into, const struct sheet_word *from)
{
    bool twice = (into->year != 0 && from->year != 0) || (into->source != 0 && from->source != 0) ||
                 (into->kind != SHEET_KIND_NONE && from->kind != SHEET_KIND_NONE);

    assert(into != from);
    assert(from->unit == SHEET_UNIT_NONE);
    if (twice || from->filler || from->note || from->term || from->due) {
        return false;
    }
    into->year = from->year != 0 ? from->year : into->year;
    into->source = from->source != 0 ? from->source : into->source;
    into->kind = from->kind != SHEET_KIND_NONE ? from->kind : into->kind;
    into->total = into->total || from->total;
    return true;
}
