/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of the keys file, read and written. Never accepts what it would not
 * write itself, but for blanks between the fields.
 */
#include "runtime/clock.h"
#include "runtime/keyring.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    FIELD_COUNT = 6,
    FIELD_LENGTH_MAX = 127,
    ROTATION_DIGITS_MAX = 4,
};

static const char BLANKS[] = " \t\r";
static const char ID_CHARACTERS[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

static const enum role ROLES[] = {ROLE_PUBLIC, ROLE_FRONT_END, ROLE_STAFF, ROLE_OPERATOR,
                                  ROLE_AUDITOR};

/* The longest role, ":", an id, "/" and the rotation's number fit. */
static_assert(sizeof "front-end:" - 1 + KEYRING_ID_SIZE + 1 + ROTATION_DIGITS_MAX <=
                  sizeof((struct principal *)0)->key_id,
              "key ids are never cut");

const char *role_name(enum role role)
{
    switch (role) {
    case ROLE_PUBLIC:
        return "public";
    case ROLE_FRONT_END:
        return "front-end";
    case ROLE_STAFF:
        return "staff";
    case ROLE_OPERATOR:
        return "operator";
    case ROLE_AUDITOR:
        return "auditor";
    default:
        return "unknown";
    }
}

/* ROLE_PUBLIC needs no key, so no line may give it one. */
static enum err parse_role(const char *text, enum role *ret_role)
{
    size_t i;

    for (i = 0; i < sizeof ROLES / sizeof ROLES[0]; i++) {
        if (ROLES[i] != ROLE_PUBLIC && strcmp(text, role_name(ROLES[i])) == 0) {
            *ret_role = ROLES[i];
            return ERR_OK;
        }
    }
    return ERR_INVALID;
}

/* "portal" or "portal/2"; the id is what stands before the slash. */
static enum err parse_id(const char *text, struct principal *principal)
{
    const size_t length = strspn(text, ID_CHARACTERS);
    const char *rotation = text + length;

    if (length == 0 || length >= KEYRING_ID_SIZE) {
        return ERR_INVALID;
    }
    if (rotation[0] == '/') {
        const size_t digits = strspn(rotation + 1, "0123456789");

        if (digits == 0 || digits > ROTATION_DIGITS_MAX || rotation[1] == '0' ||
            rotation[1 + digits] != '\0') {
            return ERR_INVALID;
        }
    } else if (rotation[0] != '\0') {
        return ERR_INVALID;
    }

    (void)snprintf(principal->id, sizeof principal->id, "%.*s", (int)length, text);
    (void)snprintf(principal->key_id, sizeof principal->key_id, "%s:%.*s",
                   role_name(principal->role), (int)strlen(text), text);
    return ERR_OK;
}

static enum err parse_key(const char *algorithm, const char *text, struct keyring_key *key)
{
    size_t expected;

    if (strcmp(algorithm, "ed25519") == 0) {
        key->algorithm = CRYPTO_ED25519;
        expected = CRYPTO_ED25519_PUBLIC_SIZE;
    } else if (strcmp(algorithm, "ecdsa-p256-sha256") == 0) {
        key->algorithm = CRYPTO_ECDSA_P256;
        expected = CRYPTO_P256_PUBLIC_SIZE;
    } else {
        return ERR_INVALID;
    }
    if (crypto_base64url_parse(text, strlen(text), key->public_key, sizeof key->public_key,
                               &key->public_length) ||
        key->public_length != expected) {
        return ERR_INVALID;
    }
    return ERR_OK;
}

static enum err parse_validity(const char *from, const char *to, struct keyring_key *key)
{
    if (clock_parse(from, &key->not_before_ms)) {
        return ERR_INVALID;
    }
    key->not_after_ms = INT64_MAX;
    if (strcmp(to, "-") != 0 && clock_parse(to, &key->not_after_ms)) {
        return ERR_INVALID;
    }
    return key->not_before_ms < key->not_after_ms ? ERR_OK : ERR_INVALID;
}

/* Splits at blanks. ERR_NOT_FOUND when there is nothing to read; ERR_INVALID unless exactly six. */
static enum err split(const char *line, char ret_fields[FIELD_COUNT][FIELD_LENGTH_MAX + 1])
{
    const char *cursor = line + strspn(line, BLANKS);
    size_t count = 0;

    if (*cursor == '\0' || *cursor == '#') {
        return ERR_NOT_FOUND;
    }
    while (*cursor != '\0') {
        const size_t length = strcspn(cursor, BLANKS);

        if (count == FIELD_COUNT || length > FIELD_LENGTH_MAX) {
            return ERR_INVALID;
        }
        memcpy(ret_fields[count], cursor, length);
        ret_fields[count][length] = '\0';
        count++;
        cursor += length;
        cursor += strspn(cursor, BLANKS);
    }
    return count == FIELD_COUNT ? ERR_OK : ERR_INVALID;
}

enum err keyring_parse_line(const char *line, struct keyring_key *ret_key)
{
    char fields[FIELD_COUNT][FIELD_LENGTH_MAX + 1];
    struct keyring_key key = {.public_length = 0};
    enum err err;

    err = split(line, fields);
    if (err) {
        return err;
    }
    if (parse_role(fields[0], &key.principal.role) || parse_id(fields[1], &key.principal) ||
        parse_key(fields[2], fields[3], &key) || parse_validity(fields[4], fields[5], &key)) {
        return ERR_INVALID;
    }
    *ret_key = key;
    return ERR_OK;
}

void keyring_format_line(const struct keyring_key *key, char *ret_line, size_t size)
{
    char public_text[CRYPTO_P256_PUBLIC_SIZE * 2];
    char from[CLOCK_TEXT_SIZE];
    char to[CLOCK_TEXT_SIZE] = "-";
    const char *id = strchr(key->principal.key_id, ':');

    assert(id != NULL);
    crypto_base64url(key->public_key, key->public_length, public_text, sizeof public_text);
    clock_format(key->not_before_ms, from);
    if (key->not_after_ms != INT64_MAX) {
        clock_format(key->not_after_ms, to);
    }
    (void)snprintf(ret_line, size, "%s %s %s %s %s %s", role_name(key->principal.role), id + 1,
                   key->algorithm == CRYPTO_ED25519 ? "ed25519" : "ecdsa-p256-sha256", public_text,
                   from, to);
}
