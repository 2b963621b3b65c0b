/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads of the read model that is shown, and what was published of it. One
 * function a statement.
 *
 * Reader threads, or the writer thread where said. A whole report takes several
 * statements: run them in one snapshot (store_snapshot()) or on the writer.
 */
#ifndef HYEOPCHI_REPORTING_STORE_REPORT_H
#define HYEOPCHI_REPORTING_STORE_REPORT_H

#include "reporting/domain/report.h"
#include "reporting/store/model.h"
#include "runtime/db.h"
#include "runtime/err.h"

#include <stddef.h>
#include <stdint.h>

enum { STORE_REPORT_MAX = 200 }; /* reports in one list */

/* Makes the transaction that has just begun see one moment only. */
ERR_CHECKED enum err store_snapshot(struct db *db);

/* Reports without options, cells and lines, newest ballot first: those whose ids lie within both
 * bounds (inclusive). At most limit, which is at most STORE_REPORT_MAX. */
struct store_range {
    const char *district;
    uint8_t low[REPORT_ID_SIZE];
    uint8_t high[REPORT_ID_SIZE];
    int64_t limit;
};
ERR_CHECKED enum err store_report_list(struct db *db, const struct store_range *range,
                                       struct report *ret_reports, size_t *ret_count);

/* The whole report of a ballot, to be freed by report_release(). ERR_NOT_FOUND before its opening was
 * heard. */
ERR_CHECKED enum err store_report_read(struct db *db, const struct store_key *key,
                                       struct report *ret_report);

/*
 * Notes that an event was about the ballot: versions is 1 when its report changed by it, 0 when there
 * is none yet. One of the two seqs is the event's, the other 0. Writer thread.
 */
struct store_publication {
    int64_t versions;
    int64_t participation_seq;
    int64_t ledger_seq;
};
ERR_CHECKED enum err store_publication_note(struct db *db, const struct store_key *key,
                                            const struct store_publication *publication);

#endif
