/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of requests. Nothing here knows what a request is for.
 */
#include "participation/http/params.h"

#include "participation/domain/paper.h"
#include "runtime/crypto.h"

#include <string.h>
#include <strings.h>

void params_refuse(struct http_request *request, const struct problem_kind *kind, const char *field)
{
    struct problem problem = {0};

    problem_set(&problem, kind, field, NULL, NULL);
    http_respond_problem(request, &problem);
}

bool params_ballot_id(struct http_request *request, uint8_t ret_ballot_id[BALLOT_ID_SIZE])
{
    const char *text = http_request_param(request, "id");

    if (text == NULL || crypto_uuid_parse(text, ret_ballot_id) != ERR_OK) {
        params_refuse(request, &PROBLEM_NOT_FOUND, "id");
        return false;
    }
    return true;
}

bool params_batch_no(struct http_request *request, int32_t *ret_batch_no)
{
    const char *text = http_request_param(request, "batch");
    int32_t number = 0;

    for (; text != NULL && *text >= '0' && *text <= '9' && number <= PAPER_BATCH_MAX; text++) {
        number = 10 * number + (*text - '0');
    }
    if (text == NULL || *text != '\0' || number < 1 || number > PAPER_BATCH_MAX) {
        params_refuse(request, &PROBLEM_NOT_FOUND, "batch");
        return false;
    }
    *ret_batch_no = number;
    return true;
}

const char *params_idempotency_key(struct http_request *request)
{
    const char *key = http_request_header(request, "idempotency-key");

    if (key == NULL || key[0] == '\0') {
        params_refuse(request, &PROBLEM_KEY_MISSING, "idempotency-key");
        return NULL;
    }
    if (strlen(key) > HTTP_IDEMPOTENCY_KEY_LENGTH_MAX) {
        params_refuse(request, &PROBLEM_MALFORMED, "idempotency-key");
        return NULL;
    }
    return key;
}

bool params_content_type(struct http_request *request, const char *wanted)
{
    const char *type = http_request_header(request, "content-type");
    size_t length = strlen(wanted);

    /* Parameters such as charset=utf-8 may follow. */
    if (type == NULL || strncasecmp(type, wanted, length) != 0 ||
        (type[length] != '\0' && type[length] != ';' && type[length] != ' ')) {
        params_refuse(request, &PROBLEM_WRONG_TYPE, "content-type");
        return false;
    }
    return true;
}
