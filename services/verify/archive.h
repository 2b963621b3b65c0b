/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bundle's archive: a ustar file of which every byte is decided by the
 * files in it and one modification time. Whatever differs is refused, so that
 * a bundle has one spelling.
 *
 * The files borrow the archive's bytes. No allocation; any thread.
 */
#ifndef HYEOPCHI_VERIFY_ARCHIVE_H
#define HYEOPCHI_VERIFY_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "verify/bytes.h"
#include "verify/verdict.h"

#define ARCHIVE_LENGTH_MAX 17179869184LL /* bytes: 16 GiB */

/* In the order of the archive. */
enum archive_file {
    ARCHIVE_DEFINITION = 0,
    ARCHIVE_KEYS,
    ARCHIVE_CHECKPOINTS,
    ARCHIVE_ENTRIES,
    ARCHIVE_OPENINGS,
    ARCHIVE_PAPER, /* may be missing */
    ARCHIVE_ROLL,  /* may be missing */
    ARCHIVE_TURNOUT,
    ARCHIVE_EXTENSIONS,
    ARCHIVE_LOT,  /* may be missing */
    ARCHIVE_JURY, /* may be missing */
    ARCHIVE_DECIDED,
    ARCHIVE_RESULT,
    ARCHIVE_MANIFEST,
    ARCHIVE_END,
};

struct archive {
    bool present[ARCHIVE_END];
    struct span files[ARCHIVE_END];
    uint64_t modified_s; /* of every file, since 1970 */
};

/* VERDICT_UNREADABLE, saying where, unless the bytes are exactly such an archive. */
VERDICT_CHECKED enum verdict archive_read(struct span bytes, struct archive *ret,
                                          struct finding *finding);

/* "entries". Static. */
const char *archive_file_name(enum archive_file file);

#endif
