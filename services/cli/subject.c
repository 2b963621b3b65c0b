/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subjects on the command line. A voter's id must never be sent or printed.
 */
#include "cli/subject.h"

#include "cli/vote_line.h"
#include "runtime/crypto.h"

#include <stdio.h>
#include <string.h>

enum cli_status subject_text(const struct invocation *invocation, const uint8_t *ballot_id,
                             char ret_text[SUBJECT_TEXT_SIZE])
{
    const char *given = invocation_text(invocation, "subject");
    const char *voter = invocation_text(invocation, "voter");
    const char *key_file = invocation_text(invocation, "subject-key-file");
    struct vote_terms terms = {.basis = NULL};
    uint8_t subject[CRYPTO_HASH_SIZE];

    if (given != NULL) {
        (void)snprintf(ret_text, SUBJECT_TEXT_SIZE, "%s", given);
        return CLI_OK;
    }
    if (voter == NULL || key_file == NULL) {
        return usage_error(invocation,
                           say("--subject, 또는 --voter 와 --subject-key-file 을 주십시오",
                               "give --subject, or --voter with --subject-key-file"));
    }
    if (vote_subject_key_read(key_file, terms.subject_key)) {
        return CLI_FAILED;
    }
    memcpy(terms.ballot_id, ballot_id, CRYPTO_UUID_SIZE);
    vote_subject(&terms, voter, subject);
    crypto_wipe(&terms, sizeof terms);
    crypto_base64url(subject, sizeof subject, ret_text, SUBJECT_TEXT_SIZE);
    return CLI_OK;
}
