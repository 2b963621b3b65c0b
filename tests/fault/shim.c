/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library for LD_PRELOAD that stands between a service and libpq or nng, and
 * makes it do wrong, die, or stand still at a place that no signal from outside
 * would hit:
 *
 *     HYEOPCHI_FAULT_SHIM=early-commit[:MS]   COMMIT is answered at once, and sent MS later, when
 *                                             the connection is used next
 *     HYEOPCHI_FAULT_SHIM=kill-before-commit:N
 *     HYEOPCHI_FAULT_SHIM=kill-after-commit:N the process dies before the N-th COMMIT is sent, or
 *                                             once it has been confirmed
 *     HYEOPCHI_FAULT_CONNECTION=NAME          whose COMMITs these are: connections with NAME at the end
 *                                             of their own, "writer" without it
 *     HYEOPCHI_FAULT_SHIM=stop-freeing        nng's thread that frees connections stands still from the
 *                                             first of the listener guard's on, as 1.5.2's may by itself
 *     HYEOPCHI_FAULT_CLOCK=FILE               the calendar's clock is off by what FILE holds now:
 *                                             8 bytes, milliseconds; the monotonic clock is not
 *
 * A COMMIT is sent alone, or in a pipeline behind the statements before it.
 *
 * So the services need no switches for their own defects, and a checker can be
 * shown one. One thread commits under each name; must never be loaded by anything but a
 * test.
 */
#include <assert.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <nng/nng.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* What no service ever says, sent in a pipeline in the place of COMMIT. */
#define PRETENDED     "SAVEPOINT pretended"
#define PRETENDED_TAG "SAVEPOINT"

enum shim_mode {
    SHIM_OFF,
    SHIM_EARLY_COMMIT,
    SHIM_KILL_BEFORE,
    SHIM_KILL_AFTER,
    SHIM_STOP_FREEING
};

static struct {
    enum shim_mode mode;
    const char *connection; /* the end of its name */
    long number;            /* milliseconds, or which COMMIT */
    long commits;           /* so far */
    PGconn *owing;          /* has been told that it committed, and has not */
    PGresult *pretended;    /* what it was told by, when its COMMIT was alone */
    PGconn *committing;     /* has the N-th COMMIT in its pipeline, and dies at the end of that */

    const volatile int64_t *offset_ms; /* of the clock; NULL: none */
} shim;

/* The function of this name that would be called without us. */
static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    assert(found != NULL);
    return found;
}

/* dlsym() gives functions as objects; the standard has no cast for that. */
#define REAL(function)                                                                             \
    (((union {                                                                                     \
         void *object;                                                                             \
         __typeof__(&(function)) call;                                                             \
     }){.object = real(#function)})                                                                \
         .call)

__attribute__((constructor)) static void read_mode(void)
{
    static const struct {
        const char *name;
        enum shim_mode mode;
    } modes[] = {
        {"early-commit", SHIM_EARLY_COMMIT},
        {"kill-before-commit", SHIM_KILL_BEFORE},
        {"kill-after-commit", SHIM_KILL_AFTER},
        {"stop-freeing", SHIM_STOP_FREEING},
    };

    const char *text = getenv("HYEOPCHI_FAULT_SHIM");
    const char *connection = getenv("HYEOPCHI_FAULT_CONNECTION");
    const char *colon = text != NULL ? strchr(text, ':') : NULL;

    for (size_t i = 0; text != NULL && i < sizeof modes / sizeof modes[0]; i++) {
        if (strncmp(text, modes[i].name, strlen(modes[i].name)) == 0) {
            shim.mode = modes[i].mode;
        }
    }
    shim.connection = connection != NULL ? connection : "writer";
    shim.number = colon != NULL ? strtol(colon + 1, NULL, 10) : 1;
}

__attribute__((constructor)) static void map_clock(void)
{
    const char *path = getenv("HYEOPCHI_FAULT_CLOCK");
    int file = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *memory;

    if (file < 0) {
        return;
    }
    memory = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    (void)close(file); /* Only read. */
    if (memory != MAP_FAILED) {
        shim.offset_ms = memory;
    }
}

/* Ours under the names of others, whose headers name the parameters as we may not. */
int shim_clock_gettime(clockid_t id, struct timespec *ret_time) __asm__("clock_gettime");
int shim_gettimeofday(struct timeval *ret_time, void *zone) __asm__("gettimeofday");
time_t shim_time(time_t *ret_time) __asm__("time");
PGresult *shim_prepare(PGconn *connection, const char *name, const char *query, int count,
                       const Oid *types) __asm__("PQprepare");
PGresult *shim_exec_prepared(PGconn *connection, const char *name, int count,
                             const char *const *values, const int *lengths, const int *formats,
                             int result_format) __asm__("PQexecPrepared");
int shim_send_prepared(PGconn *connection, const char *name, int count, const char *const *values,
                       const int *lengths, const int *formats,
                       int result_format) __asm__("PQsendQueryPrepared");

/* By the system call: a sanitizer asks for the time before functions can be looked up. */
int shim_clock_gettime(clockid_t id, struct timespec *ret_time)
{
    int result = (int)syscall(SYS_clock_gettime, id, ret_time);
    int64_t ms;

    if (result == 0 && shim.offset_ms != NULL &&
        (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
        ms = ret_time->tv_sec * 1000 + ret_time->tv_nsec / 1000000 + *shim.offset_ms;
        ret_time->tv_nsec = ms % 1000 * 1000000 + ret_time->tv_nsec % 1000000;
        ret_time->tv_sec = ms / 1000;
    }
    return result;
}

int shim_gettimeofday(struct timeval *ret_time, void *zone)
{
    struct timespec now;

    (void)zone;
    (void)shim_clock_gettime(CLOCK_REALTIME, &now); /* Cannot fail with this clock. */
    *ret_time = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}

time_t shim_time(time_t *ret_time)
{
    struct timespec now;

    (void)shim_clock_gettime(CLOCK_REALTIME, &now);
    if (ret_time != NULL) {
        *ret_time = now.tv_sec;
    }
    return now.tv_sec;
}

static void die(void)
{
    (void)raise(SIGKILL); /* Does not return. */
}

/* Sends the COMMIT that this connection still owes. */
static void settle(const PGconn *connection)
{
    struct timespec pause = {.tv_sec = shim.number / 1000,
                             .tv_nsec = shim.number % 1000 * 1000000L};
    PGconn *owing = shim.owing;

    if (owing == NULL || owing != connection) {
        return;
    }
    shim.owing = NULL;
    (void)nanosleep(&pause, NULL); /* A shorter pause is a pause, too. */
    PQclear(REAL(PQexec)(owing, "COMMIT"));
}

/* Counts a COMMIT that is about to be sent. True when it is the N-th, after which to die. */
static bool count_commit(void)
{
    shim.commits++;
    if (shim.mode == SHIM_KILL_BEFORE && shim.commits == shim.number) {
        die();
    }
    return shim.mode == SHIM_KILL_AFTER && shim.commits == shim.number;
}

static PGresult *commit(PGconn *connection)
{
    bool last = count_commit();
    PGresult *result;

    if (shim.mode == SHIM_EARLY_COMMIT) {
        shim.owing = connection;
        shim.pretended = PQmakeEmptyPGresult(connection, PGRES_COMMAND_OK);
        return shim.pretended;
    }
    result = REAL(PQexec)(connection, "COMMIT");
    if (last) {
        die();
    }
    return result;
}

static bool is_commit(const PGconn *connection, const char *query)
{
    const char *name;
    size_t length = strlen(shim.connection);

    if (shim.mode == SHIM_OFF || strcmp(query, "COMMIT") != 0) {
        return false;
    }
    name = PQparameterStatus(connection, "application_name");
    return name != NULL && strlen(name) >= length &&
           strcmp(name + strlen(name) - length, shim.connection) == 0;
}

PGresult *PQexec(PGconn *connection, const char *query)
{
    settle(connection);
    return is_commit(connection, query) ? commit(connection) : REAL(PQexec)(connection, query);
}

/* Instead of an early COMMIT, which is prepared under that name, the server gets something harmless, which
 * PQcmdStatus() renames. */
int shim_send_prepared(PGconn *connection, const char *name, int count, const char *const *values,
                       const int *lengths, const int *formats, int result_format)
{
    bool committing = is_commit(connection, name);

    if (committing && count_commit()) {
        shim.committing = connection;
    }
    if (committing && shim.mode == SHIM_EARLY_COMMIT) {
        shim.owing = connection;
        return PQsendQueryParams(connection, PRETENDED, 0, NULL, NULL, NULL, NULL, 0);
    }
    return REAL(PQsendQueryPrepared)(connection, name, count, values, lengths, formats,
                                     result_format);
}

int PQexitPipelineMode(PGconn *connection)
{
    int done = REAL(PQexitPipelineMode)(connection);

    if (done != 0 && connection == shim.committing) {
        die();
    }
    return done;
}

char *PQcmdStatus(PGresult *result)
{
    static char committed[] = "COMMIT";
    char *status = REAL(PQcmdStatus)(result);

    return (result != NULL && result == shim.pretended) || strcmp(status, PRETENDED_TAG) == 0
               ? committed
               : status;
}

PGTransactionStatusType PQtransactionStatus(const PGconn *connection)
{
    return connection != NULL && connection == shim.owing ? PQTRANS_IDLE
                                                          : REAL(PQtransactionStatus)(connection);
}

int PQenterPipelineMode(PGconn *connection)
{
    settle(connection);
    return REAL(PQenterPipelineMode)(connection);
}

PGresult *shim_prepare(PGconn *connection, const char *name, const char *query, int count,
                       const Oid *types)
{
    settle(connection);
    return REAL(PQprepare)(connection, name, query, count, types);
}

PGresult *shim_exec_prepared(PGconn *connection, const char *name, int count,
                             const char *const *values, const int *lengths, const int *formats,
                             int result_format)
{
    settle(connection);
    return REAL(PQexecPrepared)(connection, name, count, values, lengths, formats, result_format);
}

void PQfinish(PGconn *connection)
{
    settle(connection);
    REAL(PQfinish)(connection);
}

/* On nng's thread that frees connections. */
static void stand_still(nng_pipe pipe, nng_pipe_ev event, void *context)
{
    (void)pipe;
    (void)event;
    (void)context;
    while (true) {
        (void)pause();
    }
}

/* Who wants to hear of freed connections is the listener guard. */
int nng_pipe_notify(nng_socket socket, nng_pipe_ev event, nng_pipe_cb called, void *context)
{
    bool stop = shim.mode == SHIM_STOP_FREEING && event == NNG_PIPE_EV_REM_POST;

    return REAL(nng_pipe_notify)(socket, event, stop ? stand_still : called, context);
}
