/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words by which files say how a vote was cast. An import and a count read
 * the same ones, so that neither puts a vote where the other does not.
 */
#ifndef HYEOPCHI_CLI_CHANNEL_WORD_H
#define HYEOPCHI_CLI_CHANNEL_WORD_H

#include "participation/domain/ballot.h"

#include <stddef.h>

/* One of the words; letters count alike, small or capital. */
struct channel_word {
    const char *word;
    enum ballot_channel channel;
};

extern const struct channel_word CHANNEL_WORDS[];
extern const size_t CHANNEL_WORD_COUNT;

/* The channel of a word; BALLOT_CHANNEL_MISSING where it is none, as "" is. */
enum ballot_channel channel_word_find(const char *text);

#endif
