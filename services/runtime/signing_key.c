/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads and writes private keys as text. Must never keep a copy of a secret
 * beyond the struct it is read into.
 */
#include "runtime/signing_key.h"

#include <stdio.h>
#include <string.h>

enum { SECRET_TEXT_SIZE = 64 };

static const char ED25519[] = "ed25519";
static const char ECDSA_P256[] = "ecdsa-p256-sha256";

/* "id operator:kim": the rest of the line after the name, or NULL. */
static const char *line_value(const char *text, const char *name, size_t *ret_length)
{
    const size_t name_length = strlen(name);
    const char *line = text;

    while (line != NULL && *line != '\0') {
        if (strncmp(line, name, name_length) == 0 && line[name_length] == ' ') {
            const char *value = line + name_length + 1;

            *ret_length = strcspn(value, "\r\n");
            return value;
        }
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return NULL;
}

static bool is_word(const char *text, size_t length, const char *word)
{
    return length == strlen(word) && memcmp(text, word, length) == 0;
}

enum err signing_key_parse(const char *text, struct signing_key *ret_key)
{
    struct signing_key key = {.algorithm = CRYPTO_ED25519};
    size_t id_length = 0;
    size_t algorithm_length = 0;
    size_t secret_length = 0;
    size_t length = 0;
    const char *id = line_value(text, "id", &id_length);
    const char *algorithm = line_value(text, "algorithm", &algorithm_length);
    const char *secret = line_value(text, "secret", &secret_length);

    if (id == NULL || algorithm == NULL || secret == NULL || id_length == 0 ||
        id_length >= sizeof key.key_id) {
        return ERR_INVALID;
    }
    memcpy(key.key_id, id, id_length);
    key.key_id[id_length] = '\0';
    if (is_word(algorithm, algorithm_length, ECDSA_P256)) {
        key.algorithm = CRYPTO_ECDSA_P256;
    } else if (!is_word(algorithm, algorithm_length, ED25519)) {
        return ERR_INVALID;
    }
    if (crypto_base64url_parse(secret, secret_length, key.secret, sizeof key.secret, &length) ||
        length != sizeof key.secret) {
        signing_key_wipe(&key);
        return ERR_INVALID;
    }
    *ret_key = key;
    signing_key_wipe(&key);
    return ERR_OK;
}

void signing_key_format(const struct signing_key *key, char ret_text[SIGNING_KEY_TEXT_SIZE])
{
    char secret[SECRET_TEXT_SIZE];

    crypto_base64url(key->secret, sizeof key->secret, secret, sizeof secret);
    (void)snprintf(ret_text, SIGNING_KEY_TEXT_SIZE, /* Always fits. */
                   "# hyeopchi private key: keep it secret\nid %s\nalgorithm %s\nsecret %s\n",
                   key->key_id, key->algorithm == CRYPTO_ED25519 ? ED25519 : ECDSA_P256, secret);
    crypto_wipe(secret, sizeof secret);
}

static enum role role_of(const char *key_id, size_t length)
{
    for (enum role role = ROLE_FRONT_END; role <= ROLE_AUDITOR; role = (enum role)(role * 2)) {
        if (is_word(key_id, length, role_name(role))) {
            return role;
        }
    }
    return (enum role)0;
}

enum err signing_key_line(const struct signing_key *key, const struct keyring_key *validity,
                          char ret_line[SIGNING_KEY_LINE_SIZE])
{
    struct keyring_key public_key = *validity;
    struct keyring_key read_back;
    const char *colon = strchr(key->key_id, ':');

    if (colon == NULL || crypto_public(key->algorithm, key->secret, public_key.public_key,
                                       &public_key.public_length)) {
        return ERR_INVALID;
    }
    (void)snprintf(public_key.principal.key_id, sizeof public_key.principal.key_id, "%s",
                   key->key_id);
    public_key.algorithm = key->algorithm;
    public_key.principal.role = role_of(key->key_id, (size_t)(colon - key->key_id));
    keyring_format_line(&public_key, ret_line, SIGNING_KEY_LINE_SIZE);
    return keyring_parse_line(ret_line, &read_back);
}

void signing_key_wipe(struct signing_key *key)
{
    crypto_wipe(key->secret, sizeof key->secret);
}
