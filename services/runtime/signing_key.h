/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private signing key as text, and the public line that belongs to it:
 *
 *     # hyeopchi private key: keep it secret
 *     id operator:kim
 *     algorithm ed25519
 *     secret <base64url of 32 bytes>
 *
 * Where the text comes from, and who else may read it, is the caller's to see
 * to. The secret must never appear in messages or logs. Any thread.
 */
#ifndef HYEOPCHI_RUNTIME_SIGNING_KEY_H
#define HYEOPCHI_RUNTIME_SIGNING_KEY_H

#include "runtime/crypto.h"
#include "runtime/err.h"
#include "runtime/keyring.h"

enum {
    SIGNING_KEY_TEXT_SIZE = 512, /* what signing_key_format() writes, with its NUL */
    SIGNING_KEY_LINE_SIZE = 512, /* of the public line, with its NUL */
};

struct signing_key {
    char key_id[KEYRING_ID_SIZE + 16]; /* "operator:kim" */
    enum crypto_algorithm algorithm;
    uint8_t secret[32];
};

/* ERR_INVALID when the text is no such key; nothing of the secret is left behind then. */
ERR_CHECKED enum err signing_key_parse(const char *text, struct signing_key *ret_key);

/* The text; wipe it after use. */
void signing_key_format(const struct signing_key *key, char ret_text[SIGNING_KEY_TEXT_SIZE]);

/* The line of a keys file for this key, valid as validity says (its other members are not read),
 * checked by reading it as a service does. ERR_INVALID when the key's id is none. */
ERR_CHECKED enum err signing_key_line(const struct signing_key *key,
                                      const struct keyring_key *validity,
                                      char ret_line[SIGNING_KEY_LINE_SIZE]);

/* Overwrites the secret. */
void signing_key_wipe(struct signing_key *key);

#endif
