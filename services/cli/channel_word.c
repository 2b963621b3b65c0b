/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table for all who read a channel from a file. A word with two meanings
 * must never stand in it.
 */
#include "cli/channel_word.h"

#include "participation/domain/pb.h"

#include <assert.h>
#include <strings.h>

const struct channel_word CHANNEL_WORDS[] = {
    {"web", BALLOT_CHANNEL_WEB},         {"internet", BALLOT_CHANNEL_WEB},
    {"online", BALLOT_CHANNEL_WEB},      {"mobile", BALLOT_CHANNEL_WEB},
    {"digital", BALLOT_CHANNEL_WEB},     {"kiosk", BALLOT_CHANNEL_KIOSK},
    {"booth", BALLOT_CHANNEL_BOOTH},     {"station", BALLOT_CHANNEL_BOOTH},
    {"in person", BALLOT_CHANNEL_BOOTH}, {"offline", BALLOT_CHANNEL_BOOTH},
    {"paper", BALLOT_CHANNEL_PAPER},
};

const size_t CHANNEL_WORD_COUNT = sizeof CHANNEL_WORDS / sizeof CHANNEL_WORDS[0];

static_assert(sizeof CHANNEL_WORDS / sizeof CHANNEL_WORDS[0] <= PB_GROUP_WORDS_MAX,
              "a count knows all words");

enum ballot_channel channel_word_find(const char *text)
{
    size_t i = 0;

    while (i < CHANNEL_WORD_COUNT && strcasecmp(CHANNEL_WORDS[i].word, text) != 0) {
        i++;
    }
    return i < CHANNEL_WORD_COUNT ? CHANNEL_WORDS[i].channel : BALLOT_CHANNEL_MISSING;
}
