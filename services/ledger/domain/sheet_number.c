/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures digit by digit in integers; it must never see a floating point
 * number, nor round one.
 */
#include "ledger/domain/sheet_number.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/entry.h"

#define GROUP_SIZE     3
#define DIGITS_MAX     19
#define YEAR_DIGITS    4
#define PERMILLE       1000
#define MONTHS_OF_YEAR 12

struct unit_row {
    const char *word;
    int64_t krw;
};

static const struct unit_row UNITS[] = {
    [SHEET_UNIT_NONE] = {"", 1},           [SHEET_WON] = {"원", 1},
    [SHEET_THOUSAND] = {"천원", 1000},     [SHEET_TEN_THOUSAND] = {"만원", 10000},
    [SHEET_MILLION] = {"백만원", 1000000}, [SHEET_HUNDRED_MILLION] = {"억원", 100000000},
};

enum { UNIT_COUNT = sizeof UNITS / sizeof UNITS[0] };

static const char *const SIGNS[] = {
    [SHEET_PLUS] = "",
    [SHEET_MINUS] = "-",
    [SHEET_TRIANGLE] = "△",
    [SHEET_BLACK_TRIANGLE] = "▲",
};

enum { SIGN_COUNT = sizeof SIGNS / sizeof SIGNS[0] };

/* A number being read: digits so far, of which some stand behind the point. */
struct digits {
    const char *at;
    uint64_t units;
    unsigned count; /* in front of the point */
    unsigned decimals;
    bool grouped;
    bool too_large;
};

static void take_digit(struct digits *digits);
static enum err read_whole(struct digits *digits);
static enum err read_decimals(struct digits *digits);
static enum err read_unit(const char *text, enum sheet_unit *ret_unit);
static enum err scale(const struct digits *digits, enum sheet_unit unit, int64_t *ret_amount,
                      int64_t *ret_step);
static size_t put(char *text, size_t at, const char *piece);
static size_t put_whole(char *text, size_t at, uint64_t whole, bool grouped);
static bool is_digit(char c);
static int32_t read_number(const char **at, unsigned digits_max);
static void skip_between(const char **at);

const char *sheet_unit_word(enum sheet_unit unit)
{
    assert((unsigned)unit < UNIT_COUNT);
    assert(UNITS[unit].word);
    return UNITS[unit].word;
}

int64_t sheet_unit_krw(enum sheet_unit unit)
{
    assert((unsigned)unit < UNIT_COUNT);
    assert(UNITS[unit].krw > 0);
    return UNITS[unit].krw;
}

enum err sheet_unit_parse(const char *word, enum sheet_unit *ret_unit)
{
    char packed[SHEET_NUMBER_SIZE];
    size_t length = 0;

    assert(word);
    assert(ret_unit);
    for (const char *at = word; *at != '\0'; at++) {
        if (*at == ' ') {
            continue;
        }
        if (length + 1 == sizeof packed) {
            return ERR_INVALID;
        }
        packed[length] = *at;
        length++;
    }
    packed[length] = '\0';
    for (int i = SHEET_WON; i < UNIT_COUNT; i++) {
        if (strcmp(UNITS[i].word, packed) == 0) {
            *ret_unit = (enum sheet_unit)i;
            return ERR_OK;
        }
    }
    return ERR_INVALID;
}

enum err sheet_number_parse(const char *text, enum sheet_unit unit, int64_t *ret_amount,
                            int64_t *ret_step, struct sheet_print *ret_print)
{
    struct digits digits = {.at = text};
    struct sheet_print print = {.sign = SHEET_PLUS};
    int64_t amount = 0;
    int64_t step = 0;

    assert(text);
    assert(ret_amount);
    for (int i = SHEET_MINUS; i < SIGN_COUNT; i++) {
        size_t length = strlen(SIGNS[i]);
        if (strncmp(digits.at, SIGNS[i], length) == 0) {
            print.sign = (enum sheet_sign)i;
            digits.at += length;
            break;
        }
    }
    enum err err = read_whole(&digits);
    if (!err) {
        err = read_decimals(&digits);
    }
    if (!err) {
        err = read_unit(digits.at, &print.unit);
    }
    if (err) {
        return err;
    }
    err = scale(&digits, print.unit != SHEET_UNIT_NONE ? print.unit : unit, &amount, &step);
    if (err) {
        return err;
    }
    if (print.sign != SHEET_PLUS && amount == 0) {
        return ERR_INVALID; /* there is no zero below zero */
    }
    print.decimals = (uint8_t)digits.decimals;
    print.grouped = digits.grouped;
    *ret_amount = print.sign == SHEET_PLUS ? amount : -amount;
    *ret_step = step;
    *ret_print = print;
    return ERR_OK;
}

void sheet_number_format(int64_t amount, enum sheet_unit unit, const struct sheet_print *print,
                         char ret_text[SHEET_NUMBER_SIZE])
{
    enum sheet_unit own = print->unit != SHEET_UNIT_NONE ? print->unit : unit;
    uint64_t magnitude = amount < 0 ? (uint64_t)0 - (uint64_t)amount : (uint64_t)amount;
    uint64_t krw = (uint64_t)sheet_unit_krw(own);
    uint64_t rest = magnitude % krw;
    size_t length = 0;

    assert(print->decimals <= SHEET_DECIMALS_MAX);
    assert((amount < 0) == (print->sign != SHEET_PLUS));
    length = put(ret_text, length, SIGNS[print->sign]);
    length = put_whole(ret_text, length, magnitude / krw, print->grouped);
    if (print->decimals > 0) {
        length = put(ret_text, length, ".");
    }
    for (unsigned i = 0; i < print->decimals; i++) {
        krw = krw < 10 ? 1 : krw / 10;
        ret_text[length] = (char)('0' + rest / krw % 10);
        length++;
        rest %= krw;
    }
    length = put(ret_text, length, sheet_unit_word(print->unit));
    assert(length < SHEET_NUMBER_SIZE);
}

void sheet_number_show(int64_t amount, enum sheet_unit unit, char ret_text[SHEET_NUMBER_SIZE])
{
    struct sheet_print print = {
        .sign = amount < 0 ? SHEET_MINUS : SHEET_PLUS,
        .grouped = true,
    };
    int64_t step = sheet_unit_krw(unit);

    assert(step > 0);
    for (; amount % step != 0; step /= 10) {
        print.decimals++;
    }
    assert(print.decimals <= SHEET_DECIMALS_MAX);
    sheet_number_format(amount, unit, &print, ret_text);
}

enum err sheet_permille(int64_t part, int64_t whole, int64_t *ret_permille)
{
    assert(ret_permille);
    if (part < 0 || whole <= 0 || part > (INT64_MAX - whole) / PERMILLE) {
        return ERR_INVALID;
    }
    /* Half of an odd whole is cut, which changes nothing: no remainder is just half of it. */
    *ret_permille = (part * PERMILLE + whole / 2) / whole;
    assert(*ret_permille >= 0);
    return ERR_OK;
}

enum err sheet_date_find(const char **at, int32_t *ret_yyyymmdd)
{
    const char *from = *at;

    assert(from);
    assert(ret_yyyymmdd);
    while (*from != '\0') {
        if (!is_digit(*from)) {
            from++;
            continue;
        }
        const char *to = from;
        int32_t year = read_number(&to, YEAR_DIGITS);
        bool is_year = to - from == YEAR_DIGITS && (*to == '.' || *to == '-');
        if (!is_year) {
            while (is_digit(*from)) {
                from++;
            }
            continue;
        }
        skip_between(&to);
        int32_t month = read_number(&to, 2);
        skip_between(&to);
        int32_t day = read_number(&to, 2);
        int32_t found = year * 10000 + month * 100 + day;
        if (is_digit(*to) || month > MONTHS_OF_YEAR || !entry_date_valid(found)) {
            return ERR_INVALID;
        }
        *at = to;
        *ret_yyyymmdd = found;
        return ERR_OK;
    }
    return ERR_NOT_FOUND;
}

int32_t sheet_months(int32_t start, int32_t end)
{
    int32_t years = end / 10000 - start / 10000;
    int32_t months = end / 100 % 100 - start / 100 % 100;

    assert(start > 0);
    assert(end >= start);
    return years * MONTHS_OF_YEAR + months + (end % 100 >= start % 100 ? 1 : 0);
}

static void take_digit(struct digits *digits)
{
    unsigned digit = (unsigned)(*digits->at - '0');

    assert(digit <= 9);
    if (digits->units > ((uint64_t)INT64_MAX - digit) / 10) {
        digits->too_large = true;
    } else {
        digits->units = digits->units * 10 + digit;
    }
    digits->at++;
}

/* Digits in front of the point: 0, or no leading zero; commas after every third or nowhere. */
static enum err read_whole(struct digits *digits)
{
    const char *first = digits->at;
    unsigned group = 0;

    assert(digits->count == 0);
    for (; is_digit(*digits->at) || (*digits->at == ',' && digits->count > 0);) {
        if (*digits->at == ',') {
            bool wrong = digits->grouped ? group != GROUP_SIZE : group > GROUP_SIZE;
            if (wrong) {
                return ERR_INVALID;
            }
            digits->grouped = true;
            group = 0;
            digits->at++;
            continue;
        }
        take_digit(digits);
        digits->count++;
        group++;
    }
    assert(digits->at >= first);
    if (digits->count == 0 || (digits->grouped && group != GROUP_SIZE) ||
        (*first == '0' && digits->count > 1)) {
        return ERR_INVALID;
    }
    return ERR_OK;
}

static enum err read_decimals(struct digits *digits)
{
    assert(digits->count > 0);
    assert(digits->decimals == 0);
    if (*digits->at != '.') {
        return ERR_OK;
    }
    digits->at++;
    while (is_digit(*digits->at)) {
        if (digits->decimals > SHEET_DECIMALS_MAX) {
            return ERR_CONFLICT;
        }
        take_digit(digits);
        digits->decimals++;
    }
    return digits->decimals > 0 ? ERR_OK : ERR_INVALID;
}

/* What stands behind the number: nothing, or a unit. */
static enum err read_unit(const char *text, enum sheet_unit *ret_unit)
{
    assert(text);
    assert(ret_unit);
    *ret_unit = SHEET_UNIT_NONE;
    if (*text == '\0') {
        return ERR_OK;
    }
    /* A space in between would not come out again. */
    return strchr(text, ' ') ? ERR_INVALID : sheet_unit_parse(text, ret_unit);
}

static enum err scale(const struct digits *digits, enum sheet_unit unit, int64_t *ret_amount,
                      int64_t *ret_step)
{
    int64_t step = sheet_unit_krw(unit);

    assert(digits->count > 0);
    for (unsigned i = 0; i < digits->decimals; i++) {
        if (step % 10 != 0) {
            return ERR_CONFLICT;
        }
        step /= 10;
    }
    assert(step > 0);
    if (digits->too_large || digits->units > (uint64_t)(INT64_MAX / step)) {
        return ERR_FULL;
    }
    *ret_amount = (int64_t)digits->units * step;
    *ret_step = step;
    return ERR_OK;
}

static size_t put(char *text, size_t at, const char *piece)
{
    size_t length = strlen(piece);

    assert(at + length < SHEET_NUMBER_SIZE);
    memcpy(text + at, piece, length + 1);
    assert(text[at + length] == '\0');
    return at + length;
}

static size_t put_whole(char *text, size_t at, uint64_t whole, bool grouped)
{
    char reversed[2 * DIGITS_MAX];
    size_t length = 0;
    unsigned digits = 0;

    do {
        if (grouped && digits > 0 && digits % GROUP_SIZE == 0) {
            reversed[length] = ',';
            length++;
        }
        reversed[length] = (char)('0' + whole % 10);
        length++;
        digits++;
        whole /= 10;
    } while (whole > 0);
    assert(length < sizeof reversed);
    assert(at + length < SHEET_NUMBER_SIZE);
    for (size_t i = 0; i < length; i++) {
        text[at + i] = reversed[length - 1 - i];
    }
    text[at + length] = '\0';
    return at + length;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* At most so many digits as a number; 0 when there is none. */
static int32_t read_number(const char **at, unsigned digits_max)
{
    int32_t number = 0;

    assert(digits_max <= YEAR_DIGITS);
    for (unsigned i = 0; i < digits_max && is_digit(**at); i++) {
        number = number * 10 + (**at - '0');
        (*at)++;
    }
    assert(number >= 0);
    return number;
}

/* One point or hyphen, and the spaces behind it. */
static void skip_between(const char **at)
{
    assert(at);
    assert(*at);
    if (**at == '.' || **at == '-') {
        (*at)++;
    }
    while (**at == ' ') {
        (*at)++;
    }
}
