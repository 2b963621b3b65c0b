/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/cast_run: a request's course when there is no memory to hand a
 * step of it to the work queue. The loop, the ballots and the writer of these
 * tests do at once what they are asked.
 */
#include "participation/ballots.h"
#include "participation/cast_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { NEVER, PREPARING, WRITING };

/* NOLINTBEGIN(readability-identifier-naming): the linker's names. */
enum err __wrap_loop_work(struct loop *loop, loop_work_fn work, loop_work_fn done, void *context);
enum err __wrap_cast_prepare(struct cast *cast, const struct cast_source *source,
                             struct problem *ret_problem);
enum err __wrap_writer_submit(struct writer *writer, struct writer_job *job);

/* NOLINTEND(readability-identifier-naming) */

static int refused_step; /* that loop_work() refuses */
static int step;
static bool committed;

void ballots_find(struct ballots *ballots, const uint8_t ballot_id[BALLOT_ID_SIZE],
                  ballots_found_fn found, void *context)
{
    static struct frozen frozen;

    (void)ballots;
    (void)ballot_id;
    frozen.references = 1; /* Ours: it is never freed. */
    found(&frozen, ERR_OK, context);
}

enum err __wrap_loop_work(struct loop *loop, loop_work_fn work, loop_work_fn done, void *context)
{
    (void)loop;
    step++;
    if (step == refused_step) {
        return ERR_INTERNAL;
    }
    work(context);
    done(context);
    return ERR_OK;
}

enum err __wrap_cast_prepare(struct cast *cast, const struct cast_source *source,
                             struct problem *ret_problem)
{
    (void)source;
    (void)ret_problem;
    cast->items = calloc(1, sizeof *cast->items);
    assert_non_null(cast->items);
    cast->item_count = 1;
    return ERR_OK;
}

enum err cast_work(struct writer_tx *tx, struct writer_job *const *jobs, size_t count)
{
    struct cast *cast = (struct cast *)jobs[0];

    (void)tx;
    assert_int_equal(count, 1);
    committed = true;
    cast_item_refuse_kind(&cast->items[0], &PROBLEM_NOT_FOUND, "");
    return ERR_OK;
}

enum err __wrap_writer_submit(struct writer *writer, struct writer_job *job)
{
    (void)writer;
    job->err = job->type->work(NULL, &job, 1);
    job->type->done(job);
    return ERR_OK;
}

/* --- A batch from its start to its end. --------------------------------------------------------- */

struct ended {
    struct cast_run run; /* first, so that the run is the ended */
    int answered;
    int refused;
    int status;
    int64_t retry_after_s;
};

static void on_refused(struct cast_run *run, const struct problem *problem)
{
    struct ended *ended = (struct ended *)run;

    ended->refused++;
    ended->status = problem->kind->status;
    ended->retry_after_s = problem->retry_after_s;
}

static void on_answered(struct cast_run *run)
{
    struct ended *ended = (struct ended *)run;

    ended->answered++;
}

static void run_batch(int refuse_step, struct ended *ret_ended)
{
    static const struct cast_run_type type = {.refused = on_refused, .answered = on_answered};
    static const uint8_t ballot_id[BALLOT_ID_SIZE];
    static const struct principal principal = {.role = ROLE_FRONT_END, .id = "portal"};
    struct participation *service = calloc(1, sizeof *service);

    assert_non_null(service);
    *ret_ended = (struct ended){.answered = 0};
    refused_step = refuse_step;
    step = 0;
    committed = false;
    cast_run_init(&ret_ended->run, service, &type, &principal);
    ret_ended->run.source.batch = true;
    cast_run_start(&ret_ended->run, ballot_id);
    cast_run_release(&ret_ended->run);
    free(service);
}

static void a_batch_is_prepared_committed_and_answered(void **state)
{
    struct ended ended;

    (void)state;
    run_batch(NEVER, &ended);
    assert_true(committed);
    assert_int_equal(ended.answered, 1);
    assert_int_equal(ended.refused, 0);
}

static void a_batch_that_cannot_be_prepared_is_refused_and_not_committed(void **state)
{
    struct ended ended;

    (void)state;
    run_batch(PREPARING, &ended);
    assert_false(committed);
    assert_int_equal(ended.answered, 0);
    assert_int_equal(ended.refused, 1);
}

/* It was answered 500 without a time to come again, though its votes were counted: who heard that could
 * only think that they were not. */
static void who_cannot_be_given_the_receipts_of_durable_votes_is_told_to_come_again(void **state)
{
    struct ended ended;

    (void)state;
    run_batch(WRITING, &ended);
    assert_true(committed);
    assert_int_equal(ended.answered, 0);
    assert_int_equal(ended.refused, 1);
    assert_int_equal(ended.status, 503);
    assert_true(ended.retry_after_s > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_prepared_committed_and_answered),
        cmocka_unit_test(a_batch_that_cannot_be_prepared_is_refused_and_not_committed),
        cmocka_unit_test(who_cannot_be_given_the_receipts_of_durable_votes_is_told_to_come_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
