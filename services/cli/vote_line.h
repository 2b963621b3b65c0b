/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One vote as the service takes it, made from what a file or a command line
 * says. Pure: a subject is a keyed hash, so no voter's id leaves this command.
 */
#ifndef HYEOPCHI_CLI_VOTE_LINE_H
#define HYEOPCHI_CLI_VOTE_LINE_H

#include "participation/domain/pb.h"
#include "runtime/crypto.h"
#include "runtime/err.h"

#include <jansson.h>
#include <stdbool.h>

enum { VOTE_SUBJECT_KEY_SIZE = 32 };

/* What is the same for all votes of an import; texts are borrowed. */
struct vote_terms {
    uint8_t ballot_id[CRYPTO_UUID_SIZE];
    uint8_t subject_key[VOTE_SUBJECT_KEY_SIZE];
    const char *basis;
    const char *channel; /* NULL: from the vote, else web */
    bool weighed;        /* the ballot weighs votes by channel: a vote must say its own */
    bool paper_apart;    /* … and those on paper otherwise than those of a booth */
};

/* Why a vote cannot be handed in with the channel that its file says. */
enum vote_channel_fault {
    VOTE_CHANNEL_SOUND = 0,
    VOTE_CHANNEL_UNKNOWN,     /* it would count as one of the web */
    VOTE_CHANNEL_PAPER_APART, /* it would count as one of a booth */
};

/* M(key, "import/subject", ballot || voter id): the same voter, ballot and key give the same. */
void vote_subject(const struct vote_terms *terms, const char *voter_id,
                  uint8_t ret_subject[CRYPTO_HASH_SIZE]);

/* How the vote was cast: the channel of the import, else the vote's own, else web. */
const char *vote_line_channel(const struct vote_terms *terms, const struct pb_vote *vote);

/* Asked first: where votes are weighed none is handed in as what its file does not say it is. */
enum vote_channel_fault vote_line_channel_fault(const struct vote_terms *terms,
                                                const struct pb_vote *vote);

/* The vote as JSON; a new reference, NULL when a text is no UTF-8. */
json_t *vote_line(const struct vote_terms *terms, const struct election *election,
                  const struct pb_vote *vote);

/* The words of the service for what files say; NULL where there is none. */
const char *vote_channel_word(const char *text);  /* "internet" -> "web" */
const char *vote_sex_word(const char *text);      /* "K" -> "F" */
const char *vote_age_band_word(const char *text); /* "34" -> "30-39" */

/* Derives the key from a secret file of at least 32 characters (a trailing newline does not count).
 * ERR_INVALID after saying what is wrong. */
ERR_CHECKED enum err vote_subject_key_read(const char *path,
                                           uint8_t ret_key[VOTE_SUBJECT_KEY_SIZE]);

#endif
