/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a row of a Pabulib file to a vote. Words the service does not know become
 * null rather than something near: a count must not be made up.
 */
#include "cli/vote_line.h"

#include "cli/channel_word.h"
#include "cli/key_file.h"
#include "cli/phrase.h"
#include "participation/domain/ballot_names.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    SUBJECT_KEY_FILE_MAX = 4096,
    SUBJECT_KEY_LENGTH_MIN = 32, /* characters: less is no secret */
    VOTER_ID_LENGTH_MAX = 4096,
    AGE_MAX = 130,
};

/* Words of files and of the service, in pairs; the last pair is NULL. */
struct word_pair {
    const char *from;
    const char *to;
};

static const char *find_word(const struct word_pair *pairs, const char *text)
{
    for (; pairs->from != NULL; pairs++) {
        if (strcasecmp(pairs->from, text) == 0) {
            return pairs->to;
        }
    }
    return NULL;
}

/* A file lays each vote beside its voter: one on paper is handed in like one of a booth, since a sheet
 * that comes by `hyeopchi paper` is nobody's. */
const char *vote_channel_word(const char *text)
{
    const enum ballot_channel channel = channel_word_find(text);

    if (channel == BALLOT_CHANNEL_MISSING) {
        return NULL;
    }
    return ballot_channel_name(channel == BALLOT_CHANNEL_PAPER ? BALLOT_CHANNEL_BOOTH : channel);
}

const char *vote_sex_word(const char *text)
{
    static const struct word_pair PAIRS[] = {
        {"F", "F"},    {"K", "F"},  {"female", "F"}, {"여", "F"}, {"여성", "F"}, {"M", "M"},
        {"male", "M"}, {"남", "M"}, {"남성", "M"},   {"X", "X"},  {"O", "X"},    {NULL, NULL},
    };

    return find_word(PAIRS, text);
}

const char *vote_age_band_word(const char *text)
{
    static const char *const BANDS[] = {"10-19", "20-29", "30-39", "40-49",
                                        "50-59", "60-69", "70+"};
    char *end = NULL;
    long age;
    size_t i;

    for (i = 0; i < sizeof BANDS / sizeof BANDS[0]; i++) {
        if (strcmp(text, BANDS[i]) == 0) {
            return BANDS[i];
        }
    }
    if (text[0] < '0' || text[0] > '9') {
        return NULL;
    }
    age = strtol(text, &end, 10);
    if (*end != '\0' || age < 10 || age > AGE_MAX) {
        return NULL;
    }
    return age >= 70 ? BANDS[6] : BANDS[age / 10 - 1];
}

void vote_subject(const struct vote_terms *terms, const char *voter_id,
                  uint8_t ret_subject[CRYPTO_HASH_SIZE])
{
    uint8_t input[CRYPTO_UUID_SIZE + CRYPTO_HASH_SIZE];

    /* Hashed first, so that every id has the same length however long it is. */
    memcpy(input, terms->ballot_id, CRYPTO_UUID_SIZE);
    crypto_sha256(voter_id, strlen(voter_id), input + CRYPTO_UUID_SIZE);
    crypto_tagged_mac(terms->subject_key, "import/subject", input, sizeof input, ret_subject);
}

/* The value of the next choice: its points, its place behind `before` others, or 1. Points that are no
 * whole number become -1, which the service refuses by name. */
static int64_t value_of(const struct election *election, const struct election_choice *choice,
                        size_t before)
{
    const enum election_vote_type type = election_vote_type(election);
    int64_t points = 0;

    if (type == ELECTION_ORDINAL) {
        return (int64_t)before + 1;
    }
    if (type != ELECTION_CUMULATIVE && type != ELECTION_SCORING) {
        return 1;
    }
    return decimal_rescale(choice->points, 0, &points) == ERR_OK ? points : -1;
}

static json_t *choices_json(const struct election *election, const struct pb_vote *vote)
{
    json_t *choices = json_array();

    for (size_t i = 0; i < vote->choice_count; i++) {
        const struct election_choice *choice = &vote->choices[i];
        const struct election_option *option = election_option(election, choice->option);

        /* A withdrawn option is not on the ballot; naming it chooses nothing. */
        if (!option->withdrawn) {
            const int64_t value = value_of(election, choice, json_array_size(choices));

            (void)json_array_append_new(
                choices, json_pack("{s:s, s:I}", "option", option->id, "value", (json_int_t)value));
        }
    }
    return choices;
}

/* A column of its own, for files made for this system; else what holds for the whole import. */
static const char *basis_of(const struct vote_terms *terms, const struct pb_vote *vote)
{
    static const char *const BASES[] = {"resident-register", "certificate", "did", "manual"};
    size_t i;
    size_t j;

    for (i = 0; i < vote->field_count; i++) {
        for (j = 0; j < sizeof BASES / sizeof BASES[0]; j++) {
            if (strcmp(vote->fields[i].name, "basis") == 0 &&
                strcmp(vote->fields[i].value, BASES[j]) == 0) {
                return BASES[j];
            }
        }
    }
    return terms->basis;
}

const char *vote_line_channel(const struct vote_terms *terms, const struct pb_vote *vote)
{
    const char *named = vote_channel_word(vote->voting_method);

    if (terms->channel != NULL) {
        return terms->channel;
    }
    return named != NULL ? named : "web";
}

enum vote_channel_fault vote_line_channel_fault(const struct vote_terms *terms,
                                                const struct pb_vote *vote)
{
    const enum ballot_channel channel = channel_word_find(vote->voting_method);

    if (terms->channel != NULL || !terms->weighed) {
        return VOTE_CHANNEL_SOUND;
    }
    if (channel == BALLOT_CHANNEL_MISSING) {
        return VOTE_CHANNEL_UNKNOWN;
    }
    return channel == BALLOT_CHANNEL_PAPER && terms->paper_apart ? VOTE_CHANNEL_PAPER_APART
                                                                 : VOTE_CHANNEL_SOUND;
}

json_t *vote_line(const struct vote_terms *terms, const struct election *election,
                  const struct pb_vote *vote)
{
    const char *area = vote->neighborhood[0] != '\0' ? vote->neighborhood : vote->district;
    uint8_t subject[CRYPTO_HASH_SIZE];
    char text[2 * CRYPTO_HASH_SIZE];

    vote_subject(terms, vote->voter_id, subject);
    crypto_base64url(subject, sizeof subject, text, sizeof text);
    return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s, s:o}", "subject", text, "basis",
                     basis_of(terms, vote), "area", area, "sex", vote_sex_word(vote->sex),
                     "age_band", vote_age_band_word(vote->age), "channel",
                     vote_line_channel(terms, vote), "choices", choices_json(election, vote));
}

enum err vote_subject_key_read(const char *path, uint8_t ret_key[VOTE_SUBJECT_KEY_SIZE])
{
    char text[SUBJECT_KEY_FILE_MAX];
    size_t length = 0;

    if (file_read_text(path, text, sizeof text, &length)) {
        (void)fprintf(stderr,
                      say("hyeopchi: 비밀값 파일 %s 을(를) 읽을 수 없습니다\n",
                          "hyeopchi: cannot read the secret in %s\n"),
                      path);
        return ERR_INVALID;
    }
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r')) {
        length--;
    }
    if (length < SUBJECT_KEY_LENGTH_MIN) {
        (void)fprintf(
            stderr,
            say("hyeopchi: %s 의 비밀값은 32자 이상이어야 합니다. 예: openssl rand -hex 32\n",
                "hyeopchi: the secret in %s must have 32 characters or more; make one "
                "with: openssl rand -hex 32\n"),
            path);
        crypto_wipe(text, sizeof text);
        return ERR_INVALID;
    }
    crypto_tagged_hash("import/subject-key", text, length, ret_key);
    crypto_wipe(text, sizeof text);
    return ERR_OK;
}
