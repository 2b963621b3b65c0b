/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of sessions. Must never let anybody out to make room for somebody
 * else: a full table refuses, and time makes room.
 */
#include "participation/web/session.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SEED_BYTES = (SESSION_SEED_SIZE - 1) / 2, ID_BYTES = 32 };

enum err sessions_open(size_t count_max, int64_t lifetime_ms, struct sessions *ret)
{
    struct session *list = calloc(count_max, sizeof *list);

    assert(count_max > 0);
    assert(lifetime_ms > 0);
    if (list == NULL) {
        return ERR_INTERNAL;
    }
    *ret = (struct sessions){.list = list, .count_max = count_max, .lifetime_ms = lifetime_ms};
    return ERR_OK;
}

void sessions_close(struct sessions *sessions)
{
    for (size_t i = 0; i < sessions->count_max; i++) {
        session_end(&sessions->list[i]);
    }
    free(sessions->list);
    *sessions = (struct sessions){.count_max = 0};
}

void session_new_id(char ret_id[SESSION_ID_TEXT_SIZE])
{
    uint8_t bytes[ID_BYTES];

    crypto_random(bytes, sizeof bytes);
    crypto_base64url(bytes, sizeof bytes, ret_id, SESSION_ID_TEXT_SIZE);
    crypto_wipe(bytes, sizeof bytes);
}

static void hash_id(const char *id, uint8_t ret_hash[CRYPTO_HASH_SIZE])
{
    crypto_sha256(id, strlen(id), ret_hash);
}

static struct session *find(struct sessions *sessions, const char *id, int64_t now_ms)
{
    uint8_t hash[CRYPTO_HASH_SIZE];

    hash_id(id, hash);
    for (size_t i = 0; i < sessions->count_max; i++) {
        struct session *session = &sessions->list[i];

        if (session->used && memcmp(session->id_hash, hash, sizeof hash) == 0) {
            if (session->until_ms > now_ms) {
                return session;
            }
            session_end(session);
        }
    }
    return NULL;
}

/* A place that is free, or whose session's time is over; NULL when there is none. */
static struct session *find_place(struct sessions *sessions, int64_t now_ms)
{
    for (size_t i = 0; i < sessions->count_max; i++) {
        struct session *session = &sessions->list[i];

        if (session->used && session->until_ms <= now_ms) {
            session_end(session);
        }
        if (!session->used) {
            return session;
        }
    }
    return NULL;
}

enum err session_begin(struct sessions *sessions, const char *id, int64_t now_ms,
                       struct session **ret_session)
{
    uint8_t seed[SEED_BYTES];
    struct session *session;

    session_end(find(sessions, id, now_ms));
    session = find_place(sessions, now_ms);
    if (session == NULL) {
        return ERR_FULL;
    }
    *session = (struct session){.used = true, .until_ms = now_ms + sessions->lifetime_ms};
    hash_id(id, session->id_hash);
    crypto_random(seed, sizeof seed);
    crypto_hex(seed, sizeof seed, session->seed, sizeof session->seed);
    *ret_session = session;
    return ERR_OK;
}

struct session *session_find(struct sessions *sessions, const char *id, const char *ballot_id,
                             int64_t now_ms)
{
    struct session *session = id[0] != '\0' ? find(sessions, id, now_ms) : NULL;

    if (session == NULL || strcmp(session->ballot_id, ballot_id) != 0) {
        return NULL;
    }
    session->until_ms = now_ms + sessions->lifetime_ms;
    return session;
}

static void wipe_text(char **text, size_t length)
{
    if (*text != NULL) {
        crypto_wipe(*text, length);
        free(*text);
        *text = NULL;
    }
}

static void release_picks(struct picks *picks)
{
    if (picks->values != NULL) {
        crypto_wipe(picks->values, picks->count * sizeof picks->values[0]);
        free(picks->values);
    }
    *picks = (struct picks){.values = NULL};
}

void session_end(struct session *session)
{
    if (session == NULL || !session->used) {
        return;
    }
    release_picks(&session->picks);
    wipe_text(&session->submission.body, session->submission.length);
    wipe_text(&session->receipt.body, session->receipt.length);
    crypto_wipe(session, sizeof *session);
}

void session_take_picks(struct session *session, struct picks *picks)
{
    release_picks(&session->picks);
    session->picks = *picks;
    *picks = (struct picks){.values = NULL};
}

void session_take_submission(struct session *session, const char *key, char **body, size_t length)
{
    assert(strlen(key) < sizeof session->submission.key);
    wipe_text(&session->submission.body, session->submission.length);
    memcpy(session->submission.key, key, strlen(key) + 1);
    session->submission.body = *body;
    session->submission.length = length;
    session->submission.in_doubt = false;
    *body = NULL;
}

enum err session_keep_receipt(struct session *session, const char *key, const void *body,
                              size_t length)
{
    char *copy = malloc(length + 1);

    assert(strlen(key) < sizeof session->receipt.key);
    if (copy == NULL) {
        return ERR_INTERNAL;
    }
    memcpy(copy, body, length);
    copy[length] = '\0';
    wipe_text(&session->receipt.body, session->receipt.length);
    memcpy(session->receipt.key, key, strlen(key) + 1);
    session->receipt.body = copy;
    session->receipt.length = length;
    return ERR_OK;
}

size_t session_count(const struct sessions *sessions, int64_t now_ms)
{
    size_t count = 0;

    for (size_t i = 0; i < sessions->count_max; i++) {
        count += sessions->list[i].used && sessions->list[i].until_ms > now_ms ? 1 : 0;
    }
    return count;
}
