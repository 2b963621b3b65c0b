/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weights as text. What cannot be read in full must be refused in full.
 */
#include "cli/tally_weights.h"

#include "cli/channel_word.h"
#include "cli/tally_terms.h"
#include "participation/domain/ballot_names.h"
#include "participation/domain/ballot_tally.h"

#include <stdlib.h>
#include <string.h>

enum { CHANNEL_WORD_SIZE = 8 };

bool tally_weights_parse(const char *text, struct ballot_jury *ret_jury)
{
    struct ballot_jury jury = {.present = true, .normalisation = BALLOT_NORMALISATION_HIGHEST};

    if (!tally_pair_parse(text, ':', &jury.resident_weight, &jury.jury_weight) ||
        jury.resident_weight < 1 || jury.jury_weight < 1 ||
        jury.resident_weight + jury.jury_weight > TALLY_WEIGHT_MAX) {
        return false;
    }
    jury.whole = jury.resident_weight + jury.jury_weight;
    *ret_jury = jury;
    return true;
}

/* One word up to length; 0 when it is none. */
static unsigned find_channel(const char *text, size_t length)
{
    char word[CHANNEL_WORD_SIZE] = "";

    if (length >= sizeof word) {
        return 0;
    }
    memcpy(word, text, length);
    return ballot_channel_from_name(word);
}

/* "web+kiosk:30" up to a comma or the end, where *ret_end then is. */
static bool parse_part(const char *text, uint32_t before, struct ballot_channel_part *ret_part,
                       const char **ret_end)
{
    struct ballot_channel_part part = {.channels = 0};
    char *end;
    unsigned long weight;

    for (;;) {
        size_t length = strcspn(text, "+:,");
        unsigned channel = find_channel(text, length);

        if (channel == 0 || ((before | part.channels) & BALLOT_BIT(channel)) != 0) {
            return false;
        }
        part.channels |= BALLOT_BIT(channel);
        text += length + 1;
        if (text[-1] == ':') {
            break;
        }
        if (text[-1] != '+') {
            return false;
        }
    }
    if (*text < '0' || *text > '9') {
        return false;
    }
    weight = strtoul(text, &end, 10);
    if (weight < 1 || weight > TALLY_WEIGHT_MAX || (*end != ',' && *end != '\0')) {
        return false;
    }
    part.weight = (uint32_t)weight;
    *ret_part = part;
    *ret_end = end;
    return true;
}

bool tally_channel_weights_parse(const char *text, struct ballot_channel_weights *ret_channels)
{
    struct ballot_channel_weights channels = {.normalisation = BALLOT_NORMALISATION_HIGHEST};
    uint32_t before = 0;

    for (bool more = true; more;) {
        struct ballot_channel_part *part = &channels.parts[channels.count];

        if (channels.count == BALLOT_CHANNEL_PART_MAX || !parse_part(text, before, part, &text)) {
            return false;
        }
        before |= part->channels;
        channels.whole += part->weight;
        channels.count++;
        more = *text == ',';
        text += more ? 1 : 0;
    }
    if (channels.whole > TALLY_WEIGHT_MAX) {
        return false;
    }
    *ret_channels = channels;
    return true;
}

bool tally_weights_are_sound(const struct tally_weights *weights)
{
    if (weights->channels.count == 0) {
        return true;
    }
    return weights->channels.count >= 2 &&
           (!weights->jury.present || weights->channels.whole == weights->jury.resident_weight);
}

void tally_weights_groups(const struct ballot_channel_weights *channels,
                          struct pb_groups *ret_groups)
{
    struct pb_groups groups = {.count = (uint32_t)channels->count};

    for (size_t i = 0; i < channels->count; i++) {
        for (size_t word = 0; word < CHANNEL_WORD_COUNT; word++) {
            if (channels->parts[i].channels & BALLOT_BIT(CHANNEL_WORDS[word].channel)) {
                groups.words[groups.word_count] = (struct pb_group_word){
                    .voting_method = CHANNEL_WORDS[word].word, .group = (uint32_t)i};
                groups.word_count++;
            }
        }
    }
    *ret_groups = groups;
}

const struct tally_parts *tally_weights_parts(struct tally_weights *weights)
{
    const struct ballot_weighed weighed = {
        .jury = &weights->jury,
        .channels = &weights->channels,
        .scores = weights->scores,
    };

    return ballot_tally_parts(&weighed, &weights->parts);
}
