/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi tally FILE.pb`: reads a Pabulib file in a stream, counts it, and
 * writes the result. It needs no server and no settings, and must never hold
 * the file in memory or decide anything about the count itself.
 */
#ifndef HYEOPCHI_CLI_TALLY_FILE_H
#define HYEOPCHI_CLI_TALLY_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "participation/domain/pb.h"
#include "participation/domain/tally.h"
#include "runtime/err.h"

enum tally_file_format {
    TALLY_FILE_TABLE,   /* for people */
    TALLY_FILE_JSON,    /* tally_json.h, and a line end */
    TALLY_FILE_EXPLAIN, /* for residents: round by round, Korean and then English */
};

/* The language of the table and of what is said about the file. */
enum tally_file_language {
    TALLY_FILE_KOREAN,
    TALLY_FILE_ENGLISH,
};

/* Hears how many bytes are read; total is 0 when it is not known (a pipe). */
typedef void tally_file_progress_fn(void *context, uint64_t done, uint64_t total);

/* Gives every option its place in an order that decides ties; says itself what is wrong. */
typedef enum err tally_file_order_fn(void *context, const struct election *election,
                                     uint32_t *ret_places);

/* Gives the limits of the count, which last as long as the context; says itself what is wrong. */
typedef enum err tally_file_limits_fn(void *context, const struct election *election,
                                      const struct tally_limits **ret_limits);

/* Gives the parts that are weighed, which last as long as the context; says itself what is wrong. */
typedef enum err tally_file_parts_fn(void *context, const struct election *election,
                                     const struct tally_parts **ret_parts);

/* How a file says itself that it was counted. What the method borrows lasts as long as the context. */
struct tally_file_own {
    bool (*is_there)(const struct pb *pb);
    enum err (*read)(void *context, const struct pb *pb, struct tally_method *ret_method);
    void (*groups)(const struct pb *pb, struct pb_groups *ret_groups); /* asked once META is read */
    void *context;
};

struct tally_file_options {
    const char *path;           /* "-" reads standard input */
    struct tally_method method; /* the threshold comes from the file */
    tally_file_order_fn *order; /* drawn and lot; else NULL */
    void *order_context;
    tally_file_limits_fn *limits; /* NULL: none */
    void *limits_context;
    tally_file_parts_fn *parts; /* NULL: none */
    void *parts_context;
    struct pb_groups groups; /* of votes, where parts are of channels */
    const struct tally_file_own
        *own;    /* takes the method's place where it is there; NULL: not asked */
    bool strict; /* refuse a file that contradicts itself */
    enum tally_file_format format;
    enum tally_file_language language;
    FILE *output;   /* gets the result and nothing else */
    FILE *messages; /* gets what is wrong with the file, a line each: PATH:LINE: ... */
    tally_file_progress_fn *progress; /* may be NULL; last called with done == total */
    void *context;
};

/*
 * Counts one file. Nothing is written to output unless all went well; what
 * went wrong has been said in messages by then.
 *
 * ERR_NOT_FOUND    the file cannot be opened.
 * ERR_UNAVAILABLE  reading it, or writing the result, failed on the way.
 * ERR_INVALID      it is no readable .pb file.
 * ERR_CONFLICT     strict, and it contradicts itself; or it has no budget.
 * ERR_FULL         a sum does not fit, or there is no memory.
 */
ERR_CHECKED enum err tally_file_run(struct tally_file_options *options);

#endif
