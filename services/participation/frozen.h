/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ballot's definition as the service works with it: decoded, indexed, with
 * the keys derived from its secret. It never changes after it was made, so any
 * thread may read it; whoever keeps it holds a reference.
 *
 * K_ballot is 32 random bytes in <ballot_keys_directory>/<ballot id>.key, made
 * with the ballot, and never in the database. With the file goes, after the
 * objection period, what leads from the roll to the box by what is stored; what
 * else there is says README.md ("What ties a vote to its hour").
 */
#ifndef HYEOPCHI_PARTICIPATION_FROZEN_H
#define HYEOPCHI_PARTICIPATION_FROZEN_H

#include "participation/domain/ballot.h"
#include "runtime/crypto.h"
#include "runtime/err.h"

#include <stdatomic.h>
#include <stdbool.h>

struct frozen {
    atomic_int references;
    struct ballot_definition definition;
    struct ballot_index index;
    uint8_t definition_hash[CRYPTO_HASH_SIZE];
    char id_text[CRYPTO_UUID_TEXT_SIZE];
    bool has_key;                            /* else the three below are zeros */
    uint8_t vtag_key[CRYPTO_HASH_SIZE];      /* k_t */
    uint8_t nullifier_key[CRYPTO_HASH_SIZE]; /* k_n */
    uint8_t request_key[CRYPTO_HASH_SIZE];   /* k_r = M(K_ballot, "key/request", ballot_id) */
    struct ballot_option options[];
};

/* A decoded definition without keys, for showing it. One block, freed with free(). */
struct definition_copy {
    struct ballot_definition definition;
    struct ballot_option options[];
};

/* Decodes canonical bytes. ERR_INVALID when they are none. Any thread. */
ERR_CHECKED enum err definition_copy_make(const uint8_t *definition, size_t length,
                                          struct definition_copy **ret_copy);

/*
 * Decodes canonical bytes and reads the ballot's key file. For work and
 * database threads, since it reads a file.
 * ERR_INVALID   the bytes are no definition.
 * ERR_INTERNAL  the key file is missing or not 32 bytes; logged.
 */
ERR_CHECKED enum err frozen_make(const uint8_t *definition, size_t length,
                                 const char *keys_directory, struct frozen **ret_frozen);

/* The same without the keys, for what needs the definition only. Reads no file. */
ERR_CHECKED enum err frozen_make_keyless(const uint8_t *definition, size_t length,
                                         struct frozen **ret_frozen);

struct frozen *frozen_hold(struct frozen *frozen);

/* Wipes the keys and frees with the last reference. Takes NULL. */
void frozen_release(struct frozen *frozen);

/* Makes a new ballot's key file, durable before it returns. ERR_CONFLICT when there is one. */
ERR_CHECKED enum err frozen_key_create(const char *keys_directory,
                                       const uint8_t ballot_id[BALLOT_ID_SIZE]);

/*
 * Destroys a ballot's key file: overwrites it, removes it, and makes both
 * durable. A file that is gone already is as good. ERR_INTERNAL when it could
 * not be done, logged: the file may be there still, and this is for trying again.
 */
ERR_CHECKED enum err frozen_key_destroy(const char *keys_directory,
                                        const uint8_t ballot_id[BALLOT_ID_SIZE]);

/* Removes the key file of a ballot that was certainly not made. What cannot be removed is logged. */
void frozen_key_remove(const char *keys_directory, const uint8_t ballot_id[BALLOT_ID_SIZE]);

#endif
