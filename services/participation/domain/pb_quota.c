/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quotas of areas, which META of our own export states and other files do not
 * know: how many options of the district, of its areas or of one area a vote
 * names. They are the ballot's (ballot_terms.h), in the words of META.
 */
#include <assert.h>
#include <string.h>

#include "participation/domain/pb_state.h"

#define KEY         "area_quota."
#define AREA_PREFIX "area:"

/* "area_quota.7" */
struct key {
    char text[sizeof KEY + DECIMAL_TEXT_SIZE];
};

static struct key key_of(size_t number)
{
    struct key key = {.text = KEY};

    (void)decimal_format((int64_t)number, 0, key.text + strlen(KEY));
    return key;
}

/* The number that the text begins with, and what follows; NULL when there is none that fits. */
static const char *read_number(const char *text, uint32_t *ret_number)
{
    uint32_t number = 0;

    if (*text < '0' || *text > '9') {
        return NULL;
    }
    for (; *text >= '0' && *text <= '9'; text++) {
        if (number > ELECTION_OPTIONS_MAX) {
            return NULL;
        }
        number = 10 * number + (uint32_t)(*text - '0');
    }
    *ret_number = number;
    return text;
}

/* "district=4-4", "local=0-3" or "area:NAME=1-2". */
static bool read_quota(const char *text, struct pb_quota *ret)
{
    const char *equals = strchr(text, '=');
    const bool area = strncmp(text, AREA_PREFIX, strlen(AREA_PREFIX)) == 0;
    const char *name = area ? text + strlen(AREA_PREFIX) : text;
    const char *rest;

    /* A name may have one too. */
    for (const char *at = equals; at != NULL; at = strchr(at + 1, '=')) {
        equals = at;
    }
    if (equals == NULL || equals < name) {
        return false;
    }
    *ret = (struct pb_quota){
        .by_area = area,
        .name = {.text = name, .length = (size_t)(equals - name)},
    };
    ret->local = !area && ret->name.length == strlen("local") && strncmp(name, "local=", 6) == 0;
    if (!area && !ret->local && strncmp(name, "district=", 9) != 0) {
        return false;
    }
    rest = read_number(equals + 1, &ret->min);
    rest = rest != NULL && *rest == '-' ? read_number(rest + 1, &ret->max) : NULL;
    return rest != NULL && *rest == '\0' && ret->min <= ret->max;
}

void pb_quotas_read(struct pb *pb)
{
    assert(pb->quota_count == 0);

    for (size_t number = 1; number <= PB_QUOTAS_MAX; number++) {
        const struct key key = key_of(number);
        struct pb_place place = pb_meta_place(pb, key.text);

        if (place.line == 0) {
            break;
        }
        if (read_quota(place.value.text, &pb->quotas[pb->quota_count])) {
            pb->quota_count++;
        } else {
            pb_note(pb, PB_CONTRADICTION, PB_NOT_A_QUOTA, &place);
        }
    }
}

/* unit is what META calls the whole district; it may have no name. */
static bool covers(const struct pb_quota *quota, const char *unit,
                   const struct election_option *option)
{
    const bool whole = option->area[0] == '\0' || (unit != NULL && strcmp(option->area, unit) == 0);

    if (quota->by_area) {
        return strlen(option->area) == quota->name.length &&
               memcmp(option->area, quota->name.text, quota->name.length) == 0;
    }
    return quota->local ? !whole : whole;
}

bool pb_quotas_kept(const struct pb *pb, size_t choice_count)
{
    const char *unit = pb->quota_count > 0 ? pb_meta(pb, "unit") : NULL;

    assert(pb->quota_count <= PB_QUOTAS_MAX);
    assert(choice_count <= PB_VOTE_CHOICES_MAX);

    /* A vote that names nothing owes no quota. */
    for (size_t i = 0; i < pb->quota_count && choice_count > 0; i++) {
        const struct pb_quota *quota = &pb->quotas[i];
        uint32_t count = 0;

        for (size_t k = 0; k < choice_count; k++) {
            count +=
                covers(quota, unit, election_option(pb->election, pb->choices[k].option)) ? 1 : 0;
        }
        if (count < quota->min || count > quota->max) {
            return false;
        }
    }
    return true;
}
