/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may do what, from one file that every service reads: a public key a
 * line, as authorized_keys is for ssh.
 *
 *     # role  id        algorithm  public key (base64url)  not before            not after
 *     front-end portal  ed25519    AbC…                    2026-01-01T00:00:00Z  2027-01-01T00:00:00Z
 *     operator  kim     ed25519    …                       2026-01-01T00:00:00Z  -
 *
 * The key's id on the wire is `<role>:<id>`; one id may have several keys while
 * they are rotated (`<role>:<id>/2`, the line then says id portal/2). Revoking is deleting the
 * line. The file is read again within KEYRING_POLL_MS of any change; a file
 * that cannot be read or has a wrong line keeps the keys of before and says so
 * in the log, except at start, where it is refused.
 */
#ifndef HYEOPCHI_RUNTIME_KEYRING_H
#define HYEOPCHI_RUNTIME_KEYRING_H

#include "runtime/crypto.h"
#include "runtime/err.h"
#include "runtime/loop.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    KEYRING_KEY_COUNT_MAX = 1024,
    KEYRING_ID_SIZE = 64,
    KEYRING_FILE_SIZE_MAX = 256 * 1024,
    KEYRING_POLL_MS = 500,
};

/* Bits, so that a route can name several. */
enum role {
    ROLE_PUBLIC = 1,
    ROLE_FRONT_END = 2,
    ROLE_STAFF = 4,
    ROLE_OPERATOR = 8,
    ROLE_AUDITOR = 16,
};

/* Who signed a request. */
struct principal {
    enum role role;
    char id[KEYRING_ID_SIZE]; /* "kim": the same person or front end under any of its keys */
    char key_id[KEYRING_ID_SIZE + 16]; /* "operator:kim/2" */
};

struct keyring_key {
    struct principal principal;
    enum crypto_algorithm algorithm;
    uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];
    size_t public_length;
    int64_t not_before_ms;
    int64_t not_after_ms; /* INT64_MAX when the line says - */
};

struct keyring;

/* Reads the file; with a loop, watches it. ERR_INVALID with the line logged. */
ERR_CHECKED enum err keyring_open(struct loop *loop, const char *path,
                                  struct keyring **ret_keyring);

/* The key with this id, copied. ERR_NOT_FOUND. Loop thread. */
ERR_CHECKED enum err keyring_find(const struct keyring *keyring, const char *key_id,
                                  struct keyring_key *ret_key);

size_t keyring_count(const struct keyring *keyring);

/* The key in this place, sorted by key id, below keyring_count(); borrowed until the loop goes on. */
const struct keyring_key *keyring_at(const struct keyring *keyring, size_t place);

/* Why the file was refused when it was last read; NULL when it was taken. Static. */
const char *keyring_problem(const struct keyring *keyring);

const char *role_name(enum role role);       /* "front-end" */
void keyring_close(struct keyring *keyring); /* takes NULL */

/* Parses one line (no newline). ERR_NOT_FOUND for blank and comment lines; ERR_INVALID. */
ERR_CHECKED enum err keyring_parse_line(const char *line, struct keyring_key *ret_key);

/* Writes one line for a key. */
void keyring_format_line(const struct keyring_key *key, char *ret_line, size_t size);

#endif
