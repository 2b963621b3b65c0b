/* SPDX-License-Identifier: Apache-2.0 */
/* One libcurl handle, which keeps its connection from one file to the next. */
#include "verify/fetch.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

struct fetch {
    char base[FETCH_URL_MAX];
    CURL *curl;
    struct fetch_body body; /* of the answer that is being read */
    bool too_long;
};

/* Less than all bytes taken makes libcurl end the transfer. */
static size_t take(char *data, size_t size, size_t count, void *argument)
{
    struct fetch *fetch = argument;

    assert(size == 1);
    if (count > sizeof fetch->body.bytes - fetch->body.length) {
        fetch->too_long = true;
        return 0;
    }
    memcpy(fetch->body.bytes + fetch->body.length, data, count);
    fetch->body.length += count;
    return size * count;
}

static bool set_up(struct fetch *fetch)
{
    CURL *curl = fetch->curl;

    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT, FETCH_TIMEOUT_S) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, FETCH_CONNECT_S) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_USERAGENT, "hyeopchi-verify") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, fetch) == CURLE_OK;
}

struct fetch *fetch_new(const char *base)
{
    struct fetch *fetch = NULL;
    int length;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return NULL;
    }
    fetch = calloc(1, sizeof *fetch);
    if (fetch == NULL) {
        curl_global_cleanup();
        return NULL;
    }
    length = snprintf(fetch->base, sizeof fetch->base, "%s", base);
    fetch->curl = curl_easy_init();
    if (length < 0 || length >= (int)sizeof fetch->base || fetch->curl == NULL || !set_up(fetch)) {
        fetch_free(fetch);
        return NULL;
    }
    return fetch;
}

void fetch_free(struct fetch *fetch)
{
    if (fetch == NULL) {
        return;
    }
    curl_easy_cleanup(fetch->curl);
    free(fetch);
    curl_global_cleanup();
}

enum fetch_outcome fetch_get(struct fetch *fetch, const char *path, struct fetch_body *ret,
                             struct finding *finding)
{
    char url[FETCH_URL_MAX];
    int length = snprintf(url, sizeof url, "%s/%s", fetch->base, path);
    CURLcode code;
    long status = 0;

    fetch->body.length = 0;
    fetch->too_long = false;
    if (length < 0 || length >= (int)sizeof url ||
        curl_easy_setopt(fetch->curl, CURLOPT_URL, url) != CURLE_OK) {
        (void)finding_unreadable(finding, path, "the address is too long");
        return FETCH_FAILED;
    }
    code = curl_easy_perform(fetch->curl);
    if (code != CURLE_OK) {
        (void)finding_unreadable(finding, path, "%s",
                                 fetch->too_long ? "the answer is too long"
                                                 : curl_easy_strerror(code));
        return FETCH_FAILED;
    }
    (void)curl_easy_getinfo(fetch->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == 404 || status == 410) {
        return FETCH_ABSENT;
    }
    if (status != 200) {
        (void)finding_unreadable(finding, path, "the answer is HTTP %ld", status);
        return FETCH_FAILED;
    }
    *ret = fetch->body;
    return FETCH_GOT;
}
