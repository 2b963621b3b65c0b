/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that close nng sockets or connections, one for each, so that a close
 * that hangs or waits inside nng holds up nobody. It must never be called from
 * such a thread.
 */
#include "runtime/bus_internal.h"
#include "runtime/log.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

struct disposal {
    void (*dispose)(void *endpoint);
    void *endpoint;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_gone = PTHREAD_COND_INITIALIZER;
static int pending;

static void *dispose_main(void *argument)
{
    struct disposal *disposal = argument;

    disposal->dispose(disposal->endpoint);
    free(disposal);
    pthread_mutex_lock(&mutex);
    pending--;
    if (pending == 0) {
        pthread_cond_broadcast(&all_gone);
    }
    pthread_mutex_unlock(&mutex);
    return NULL;
}

void bus_dispose(void (*dispose)(void *endpoint), void *endpoint)
{
    struct disposal *disposal = malloc(sizeof *disposal);
    pthread_t thread;

    if (disposal == NULL) {
        log_error("bus_dispose_failed", log_str("action", "leaving the endpoint open"));
        return;
    }
    *disposal = (struct disposal){.dispose = dispose, .endpoint = endpoint};
    pthread_mutex_lock(&mutex);
    pending++;
    pthread_mutex_unlock(&mutex);
    if (pthread_create(&thread, NULL, dispose_main, disposal) != 0) {
        log_error("bus_dispose_failed", log_str("action", "leaving the endpoint open"));
        free(disposal);
        pthread_mutex_lock(&mutex);
        pending--;
        pthread_mutex_unlock(&mutex);
        return;
    }
    (void)pthread_detach(thread); /* A thread just made can be detached. */
}

bool bus_wait_closed(int64_t timeout_ms)
{
    struct timespec deadline;
    int result = 0;
    bool gone;

    (void)clock_gettime(CLOCK_REALTIME, &deadline); /* Cannot fail for this clock. */
    deadline.tv_sec += (time_t)(timeout_ms / 1000);
    deadline.tv_nsec += (long)(timeout_ms % 1000) * 1000000L;
    if (deadline.tv_nsec >= 1000000000L) {
        deadline.tv_sec++;
        deadline.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&mutex);
    while (pending > 0 && result != ETIMEDOUT) {
        result = pthread_cond_timedwait(&all_gone, &mutex, &deadline);
    }
    gone = pending == 0;
    pthread_mutex_unlock(&mutex);
    return gone;
}
