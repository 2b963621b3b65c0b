/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small files over HTTP or HTTPS, by libcurl: bounded in bytes and time, from
 * exactly the address that was named (redirects are not followed: who watches
 * a board has named it).
 *
 * A source belongs to one thread.
 */
#ifndef HYEOPCHI_VERIFY_FETCH_H
#define HYEOPCHI_VERIFY_FETCH_H

#include <stddef.h>
#include <stdint.h>

#include "verify/verdict.h"

#define FETCH_LENGTH_MAX 16384 /* bytes of one answer; a full tile has 8,192 */
#define FETCH_URL_MAX    2048  /* bytes, with the NUL */
#define FETCH_TIMEOUT_S  30L
#define FETCH_CONNECT_S  10L

enum fetch_outcome {
    FETCH_GOT = 0,
    FETCH_ABSENT, /* 404 or 410: there is no such file */
    FETCH_FAILED, /* no answer, another status, or too long */
};

/* An answer's body. */
struct fetch_body {
    uint8_t bytes[FETCH_LENGTH_MAX];
    size_t length;
};

struct fetch;

/* NULL when there is no memory. base is the address in front of "/checkpoint", and is copied. */
struct fetch *fetch_new(const char *base);

/* Takes NULL. */
void fetch_free(struct fetch *fetch);

/* Fetches base/path. *ret is written only with FETCH_GOT; with FETCH_FAILED *finding says why. */
enum fetch_outcome fetch_get(struct fetch *fetch, const char *path, struct fetch_body *ret,
                             struct finding *finding) __attribute__((warn_unused_result));

#endif
