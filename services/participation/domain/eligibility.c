/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words, days and bytes of eligibility.h. Whether the rules make sense
 * together is for ballot_check_eligibility.c to say.
 */
#include "participation/domain/eligibility.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/ballot_names.h"

#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

static const char *const GROUNDS[] = {"missing", "address", "workplace", "school",
                                      "registered-foreigner"};

static_assert(COUNT(GROUNDS) == ELIGIBILITY_GROUND_END, "a word for every ground");
static_assert(ELIGIBILITY_AGE_MAX <= UINT8_MAX, "an age fits into its u8");

static int64_t digits_value(const char *digits, size_t count);
static int64_t month_days(int64_t year, int64_t month);
static void encode_age(struct encoder *encoder, const struct eligibility_age *age);
static void decode_age(struct decoder *decoder, struct eligibility_age *ret);

bool eligibility_has_age(const struct eligibility *eligibility)
{
    assert(eligibility != NULL);

    return eligibility->min_age.present || eligibility->max_age.present;
}

bool eligibility_date_valid(const char *date)
{
    int64_t year;
    int64_t month;
    int64_t day;

    assert(date != NULL);

    if (strlen(date) != ELIGIBILITY_DATE_SIZE - 1 || date[4] != '-' || date[7] != '-') {
        return false;
    }
    year = digits_value(date, 4);
    month = digits_value(date + 5, 2);
    day = digits_value(date + 8, 2);
    return year >= BALLOT_YEAR_MIN && year <= BALLOT_YEAR_MAX && month >= 1 && month <= 12 &&
           day >= 1 && day <= month_days(year, month);
}

const char *eligibility_ground_name(enum eligibility_ground ground)
{
    return GROUNDS[(unsigned)ground < COUNT(GROUNDS) ? ground : ELIGIBILITY_GROUND_MISSING];
}

enum eligibility_ground eligibility_ground_from_name(const char *name)
{
    return (enum eligibility_ground)ballot_name_find(GROUNDS, COUNT(GROUNDS), name);
}

void eligibility_encode(struct encoder *encoder, const struct eligibility *eligibility)
{
    assert(eligibility->grounds <= UINT8_MAX);
    assert(eligibility_has_age(eligibility) == (eligibility->age_on[0] != '\0'));

    encode_u8(encoder, (uint8_t)eligibility->grounds);
    encode_age(encoder, &eligibility->min_age);
    encode_age(encoder, &eligibility->max_age);
    encode_str(encoder, eligibility->age_on);
}

void eligibility_decode(struct decoder *decoder, struct eligibility *ret)
{
    assert(decoder != NULL);
    assert(ret != NULL);

    ret->grounds = decode_u8(decoder);
    decode_age(decoder, &ret->min_age);
    decode_age(decoder, &ret->max_age);
    decode_str(decoder, ret->age_on, sizeof ret->age_on);
}

/* The number that the digits are, or -1 when one is none. */
static int64_t digits_value(const char *digits, size_t count)
{
    int64_t value = 0;

    assert(count <= 4);

    for (size_t i = 0; i < count; i++) {
        if (digits[i] < '0' || digits[i] > '9') {
            return -1;
        }
        value = 10 * value + (digits[i] - '0');
    }
    assert(value >= 0);
    return value;
}

static int64_t month_days(int64_t year, int64_t month)
{
    static const int64_t DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    assert(month >= 1);
    assert(month <= 12);

    return DAYS[month - 1] + (leap && month == 2 ? 1 : 0);
}

static void encode_age(struct encoder *encoder, const struct eligibility_age *age)
{
    assert(age->present || age->years == 0);
    assert(age->years >= 0 && age->years <= UINT8_MAX);

    encode_u8(encoder, age->present ? 1 : 0);
    encode_u8(encoder, (uint8_t)age->years);
}

/* An absent age that is not 0 would be a second encoding of the same rules. */
static void decode_age(struct decoder *decoder, struct eligibility_age *ret)
{
    const uint8_t present = decode_u8(decoder);
    const uint8_t years = decode_u8(decoder);

    assert(ret != NULL);

    if (present > 1 || (present == 0 && years != 0)) {
        decoder_refuse(decoder);
        return;
    }
    assert(present == 1 || years == 0);
    *ret = (struct eligibility_age){.present = present == 1, .years = years};
}
