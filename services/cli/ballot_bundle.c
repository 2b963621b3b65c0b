/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetching a bundle into a file. It has its name only when all of it is there:
 * half a bundle must never be taken for a whole one. Checks nothing of what it
 * says, which is the verifier's.
 */
#include "cli/ballot_bundle.h"

#include "cli/print.h"
#include "cli/process.h"
#include "cli/progress.h"
#include "cli/request.h"
#include "runtime/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BLOCK_SIZE = 512,
    LENGTH_AT = 124,
    LENGTH_DIGITS = 11,
    PATH_SIZE = 4096,
};

/* A download. */
struct fetch {
    FILE *file;
    struct bundle_end end;
    struct progress progress;
    int64_t bytes;
    bool whole;
    bool failed; /* to write */
};

static bool is_zero(const uint8_t *block)
{
    size_t i = 0;

    while (i < BLOCK_SIZE && block[i] == 0) {
        i++;
    }
    return i == BLOCK_SIZE;
}

/* Reads a whole header: what follows it. */
static void read_header(struct bundle_end *end)
{
    uint64_t length = 0;

    end->filled = 0;
    if (is_zero(end->block)) {
        end->zero_blocks++;
        return;
    }
    end->zero_blocks = 0;
    for (size_t i = 0; i < LENGTH_DIGITS; i++) {
        length = length << 3 | (end->block[LENGTH_AT + i] & 7U);
    }
    end->left = (length + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE;
}

bool bundle_end_take(struct bundle_end *end, const char *data, size_t length, size_t *ret_taken)
{
    size_t taken = 0;

    while (taken < length && end->zero_blocks < 2) {
        const size_t rest = length - taken;

        if (end->left > 0) {
            const size_t skipped = rest < end->left ? rest : (size_t)end->left;

            end->left -= skipped;
            taken += skipped;
            continue;
        }
        {
            const size_t room = BLOCK_SIZE - end->filled;
            const size_t copied = rest < room ? rest : room;

            memcpy(end->block + end->filled, data + taken, copied);
            end->filled += copied;
            taken += copied;
        }
        if (end->filled == BLOCK_SIZE) {
            read_header(end);
        }
    }
    *ret_taken = taken;
    return end->zero_blocks == 2;
}

static bool on_piece(const char *data, size_t length, void *context)
{
    struct fetch *fetch = context;
    size_t taken = 0;

    fetch->whole = bundle_end_take(&fetch->end, data, length, &taken);
    fetch->failed = fwrite(data, 1, taken, fetch->file) != taken;
    fetch->bytes += (int64_t)taken;
    progress_update(&fetch->progress, fetch->bytes);
    return !fetch->whole && !fetch->failed;
}

/* Fetches into the open file. */
static enum cli_status fetch_into(const struct invocation *invocation, const char *path,
                                  struct fetch *fetch)
{
    struct client *client = NULL;
    json_t *problem = NULL;
    int status = 0;
    enum cli_status result = client_open(invocation, &client);
    enum err err;

    if (result != CLI_OK) {
        return result;
    }
    progress_begin(&fetch->progress, say("받는 중 (바이트)", "fetching (bytes)"), 0, false);
    err = client_stream(client,
                        &(const struct client_request){
                            .service = CLIENT_PARTICIPATION,
                            .method = "GET",
                            .path = path,
                            .accept = "application/x-tar, application/problem+json",
                            .is_public = true,
                        },
                        NULL, on_piece, fetch, &status, &problem);
    progress_end(&fetch->progress, fetch->bytes);
    if (status != 0 && status != 200) {
        request_refused(invocation,
                        &(const struct client_response){.status = status, .json = problem});
        result = CLI_FAILED;
    } else if (fetch->failed) {
        (void)fprintf(stderr, "hyeopchi: %s\n", process_error());
        result = CLI_FAILED;
    } else if (err || !fetch->whole) {
        (void)fprintf(stderr,
                      say("hyeopchi: %s 에서 끝까지 받지 못했습니다. 다시 실행해 주십시오\n",
                          "hyeopchi: %s did not give all of it; run this again\n"),
                      client_url(client, CLIENT_PARTICIPATION));
        result = CLI_FAILED;
    }
    json_decref(problem);
    client_close(client);
    return result;
}

/* Gives the file its name once it is on the disk. */
static bool keep(FILE *file, const char *part, const char *name)
{
    const bool synced = fflush(file) == 0 && fsync(fileno(file)) == 0;

    return fclose(file) == 0 && synced && rename(part, name) == 0;
}

static void say_kept(const struct invocation *invocation, const char *name, int64_t bytes)
{
    json_t *json;
    char *text;

    if (!invocation->json) {
        (void)printf(say("%s (%" PRId64 "바이트)\n검증: hyeopchi-verify %s\n",
                         "%s (%" PRId64 " bytes)\nto check it: hyeopchi-verify %s\n"),
                     name, bytes, name);
        return;
    }
    json = json_pack("{s:s, s:I}", "file", name, "bytes", (json_int_t)bytes);
    text = json != NULL ? json_text(json) : NULL;
    (void)printf("%s\n", text != NULL ? text : "{}");
    free(text);
    json_decref(json);
}

enum cli_status ballot_bundle(const struct invocation *invocation)
{
    const char *id = invocation_operand(invocation, 0);
    const char *output = invocation_text(invocation, "output");
    struct fetch fetch = {.bytes = 0};
    char path[CLIENT_URL_SIZE];
    char name[PATH_SIZE];
    char part[PATH_SIZE + 8];
    enum cli_status status;
    int length;

    if (request_ballot_path(invocation, id, "/bundle", path)) {
        return CLI_USAGE;
    }
    length = output != NULL ? snprintf(name, sizeof name, "%s", output)
                            : snprintf(name, sizeof name, "%s.tar", id);
    if (length < 0 || (size_t)length >= sizeof name) {
        return usage_error(invocation, say("--output 이 너무 깁니다", "--output is too long"));
    }
    (void)snprintf(part, sizeof part, "%s.part", name); /* There is room for it. */
    fetch.file = fopen(part, "wb");
    if (fetch.file == NULL) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", part, process_error());
        return CLI_FAILED;
    }
    status = fetch_into(invocation, path, &fetch);
    if (status != CLI_OK) {
        (void)fclose(fetch.file); /* It is thrown away. */
        (void)unlink(part);
        return status;
    }
    if (!keep(fetch.file, part, name)) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", name, process_error());
        (void)unlink(part);
        return CLI_FAILED;
    }
    say_kept(invocation, name, fetch.bytes);
    return CLI_OK;
}
