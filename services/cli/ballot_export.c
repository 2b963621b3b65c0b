/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetching the file and writing it as it came. Nothing is written unless all of
 * it arrived.
 */
#include "cli/ballot_export.h"

#include "cli/process.h"
#include "cli/request.h"
#include "runtime/json.h"

#include <stdio.h>
#include <stdlib.h>

/* The bytes as they are, or with --json as the only member of a document. */
static bool write_out(const struct client_response *response, bool as_json)
{
    const size_t length = response->body.length;
    json_t *value;
    char *text;

    if (!as_json) {
        return fwrite(response->body.data, 1, length, stdout) == length && fflush(stdout) == 0;
    }
    value = json_pack("{s:o}", "pb", json_stringn((const char *)response->body.data, length));
    text = value != NULL ? json_text(value) : NULL;
    if (text != NULL) {
        (void)puts(text); /* asked for below */
    }
    free(text);
    json_decref(value);
    return text != NULL && fflush(stdout) == 0 && ferror(stdout) == 0;
}

enum cli_status ballot_export(const struct invocation *invocation)
{
    struct client_response response;
    char path[CLIENT_URL_SIZE];
    enum cli_status status;

    if (request_ballot_path(invocation, invocation_operand(invocation, 0), "/votes.pb", path)) {
        return CLI_USAGE;
    }
    status = request_fetch(invocation,
                           &(const struct client_request){
                               .service = CLIENT_PARTICIPATION,
                               .method = "GET",
                               .path = path,
                               .accept = "text/plain",
                           },
                           &response);
    if (status == CLI_OK) {
        if (!write_out(&response, invocation->json)) {
            (void)fprintf(stderr, "hyeopchi: %s\n", process_error());
            status = CLI_FAILED;
        }
        client_response_release(&response);
    }
    return status;
}
