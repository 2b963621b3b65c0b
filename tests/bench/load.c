/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_load: reads a plan as JSON from standard input, sends it, prints what
 * came back as JSON. Ends with 1 when anything could not be sent or answered;
 * a refusal is an answer and is counted.
 */
#include "load.h"

#include <stdlib.h>

static enum err send_plan(const struct load_plan *plan)
{
    struct load_request *requests = NULL;
    struct load_result result = {.answers = NULL};
    enum err err = load_requests_make(plan, &requests);

    if (!err) {
        err = load_run(plan, requests, &result);
    }
    if (!err) {
        err = load_report(plan, &result);
    }
    free(result.answers);
    load_requests_free(requests, plan->request_count);
    return err;
}

int main(void)
{
    struct load_plan plan = {.json = NULL};
    enum err err;

    if (crypto_open()) {
        return EXIT_FAILURE;
    }
    err = load_plan_read(stdin, &plan);
    if (!err) {
        err = send_plan(&plan);
    }
    load_plan_release(&plan);
    if (err) {
        (void)fprintf(stderr, "bench_load: %s\n", err_name(err));
    }
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
