/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A roll's CSV file, read in a stream with progress on a terminal, every fault
 * said as it is met. What leaves this module are numbers: no line of the file
 * is kept, sent or written anywhere but in the fault that names it.
 */
#ifndef HYEOPCHI_CLI_ROLL_FILE_H
#define HYEOPCHI_CLI_ROLL_FILE_H

#include "participation/domain/roll_csv.h"
#include "runtime/err.h"

#include <jansson.h>
#include <stdbool.h>

struct roll_file {
    const char *path; /* "-": standard input */
    bool json;        /* faults as JSON lines on standard output, and no progress */
    const struct ballot_definition *definition; /* of which only the areas are looked at */

    /* Filled by the reading. */
    struct roll roll;
    uint64_t rows;
};

/* Reads the file. ERR_INVALID after saying what is wrong with it. */
ERR_CHECKED enum err roll_file_read(struct roll_file *file);

/* The body that imports the roll: {"areas": [{"area", "voters"}]}; a new reference. */
json_t *roll_file_json(const struct roll_file *file);

#endif
