/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a file that our own export wrote was counted, as its META says: rule,
 * ties, quorum, limits, weights and the jury's scores. A file of others says
 * none of it in these words and must never be taken for one of ours.
 */
#ifndef HYEOPCHI_CLI_TALLY_TERMS_H
#define HYEOPCHI_CLI_TALLY_TERMS_H

#include "cli/tally_limits.h"
#include "cli/tally_weights.h"
#include "participation/domain/pb.h"
#include "participation/domain/tally.h"
#include "runtime/err.h"

#include <stdbool.h>

/* Longest file of a jury's scores, in bytes. */
enum { TALLY_JURY_SIZE_MAX = 1024 * 1024 };

/* Whether META says how the file was counted: our export names rule, satisfaction, completion and tie. */
bool tally_terms_present(const struct pb *pb);

/* What the method borrows; begun with zeros. */
struct tally_terms {
    struct tally_limits_store limits;
    struct tally_weights weights;
    uint32_t *order;
};

/* The rule, satisfaction and completion, once META is read. ERR_INVALID when a word is none. */
ERR_CHECKED enum err tally_terms_rule(const struct pb *pb, struct tally_method *ret_method);

/* The channels that votes are weighed by, once META is read; none where it names none that can be read. */
void tally_terms_groups(const struct pb *pb, struct pb_groups *ret_groups);

/* All of the method but its threshold, once the options are read. ERR_INVALID after saying on standard
 * error which key says nothing that can be counted with. The terms are released all the same. */
ERR_CHECKED enum err tally_terms_read(const struct pb *pb, struct tally_terms *terms,
                                      struct tally_method *ret_method);
void tally_terms_release(struct tally_terms *terms);

/* "80/100": a share above 0 and up to 1. */
bool tally_share_parse(const char *text, uint32_t *ret_numerator, uint32_t *ret_denominator);

/* Two whole numbers up to BALLOT_SHARE_MAX with a mark between them. */
bool tally_pair_parse(const char *text, char mark, uint32_t *ret_first, uint32_t *ret_second);

/*
 * A jury's scores from a file of lines "ID,SCORE", of every option one; empty
 * lines and lines that begin with # are passed over. *ret_scores is the
 * caller's, in units of jury.h. ERR_INVALID after saying what is wrong.
 */
ERR_CHECKED enum err tally_jury_file(const struct election *election, const char *path,
                                     int64_t **ret_scores);

#endif
