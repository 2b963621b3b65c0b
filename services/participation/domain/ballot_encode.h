/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical bytes of a ballot's definition: what def_hash is the hash of,
 * what is stored, published and verified. One definition has exactly one
 * encoding, and every byte of it decodes to that definition again.
 *
 *   def_hash = SHA-256(T("ballot") || bytes), computed by the caller
 *
 * The bytes, in this order (types as in encode.h):
 *
 *   u16      format            4
 *   bytes16  ballot_id
 *   str      district
 *   str      title
 *   u16      budget_year
 *   u8       funding_source    1 national 2 city 3 district 4 other
 *   u64      budget_krw
 *   u8       method            1 approval 2 choose-1 3 cumulative 4 scoring 5 ordinal
 *   u8       rule              1 greedy 2 greedy-no-skip 3 greedy-threshold 4 equal-shares
 *                              5 phragmen 6 comparison
 *   u8       satisfaction      1 cost 2 cardinality 3 points
 *   u8       completion        1 none 2 add1 3 add1-exhaustive 4 add1u 5 utilitarian
 *   u8       threshold_score present (0 or 1)
 *   u64      threshold_score   0 when absent
 *   u8       tie               1 id 2 listed-order 3 lowest-cost-then-votes
 *                              4 drawn 5 lot
 *   u64      opens_at_ms       milliseconds since 1970-01-01T00:00:00Z
 *   u64      closes_at_ms
 *   u16      min_options
 *   u16      max_options
 *   u8       min_cost_krw present (0 or 1)
 *   u64      min_cost_krw      0 when absent
 *   u8       max_cost_krw present (0 or 1)
 *   u64      max_cost_krw      0 when absent
 *   5 x      min_points, max_points, min_sum_points, max_sum_points, default_score, each:
 *              u8   present    0 or 1
 *              u64  points     0 when absent
 *   u8       empty_allowed     0 or 1
 *   u8       channels          sum of 2 web, 4 kiosk, 8 booth, 16 paper
 *   u8       bases             sum of 2 resident-register, 4 certificate, 8 did, 16 manual
 *   u8       grounds           sum of 2 address, 4 workplace, 8 school, 16 registered-foreigner
 *   u8       min_age present (0 or 1)
 *   u8       min_age           full years; 0 when absent
 *   u8       max_age present (0 or 1)
 *   u8       max_age           full years; 0 when absent
 *   str      age_on            "2026-06-01"; empty without an age
 *   u16      objection_days
 *   u8       demonstration     0 or 1
 *   list     areas             each: str, in listed order
 *   list     options           in listed order, each:
 *              u32  number     1 … n
 *              str  id
 *              str  name
 *              u64  cost_krw
 *              str  area       empty: the whole district
 *              str  field      empty: not given
 *              str  programme
 *   list     terms             those that are given, in the order of their kinds, each:
 *              u8   kind, then
 *              1 tie_order     list of u32, the options' numbers as they were drawn
 *              2 partial_fit   u32 numerator, u32 denominator
 *              3 quorum        u64 voters
 *              4 incompatible  list of groups, each a list of u32, options' numbers
 *              5 area_caps     list of: str area, u64 cap_krw
 *              6 field_caps    list of: str field, u64 cap_krw
 *              7 area_quotas   list of: u8 scope (1 district 2 local 3 area), str area (empty but
 *                              for scope 3), u16 min_options, u16 max_options
 *              8 jury          u16 resident_weight, u16 jury_weight, u16 whole (their sum),
 *                              u16 max_score of one juror, u8 normalisation (1 highest)
 *              9 quorum_share  u32 numerator, u32 denominator, of the imported roll
 *             10 min_costs     list of: u32 number, strictly increasing, u64 min_cost_krw
 *             11 channel_weights  list of parts: u8 channels (a sum as above), u16 weight; then u16 whole
 *                              (their sum; with a jury its resident_weight), u8 normalisation (1 highest)
 *
 * A new kind of term leaves the bytes of every ballot without it as they are,
 * and a reader refuses kinds it does not know, so it needs no new format.
 * Another layout would be another format number; a reader refuses numbers it
 * does not know. This module must never hash or allocate. Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_BALLOT_ENCODE_H
#define HYEOPCHI_PARTICIPATION_BALLOT_ENCODE_H

#include "participation/domain/ballot.h"
#include "participation/domain/encode.h"

#define BALLOT_ENCODE_FORMAT 4

/* Bytes that hold all but the options, and any one option with its places in terms. A definition fits into
 * BALLOT_ENCODE_BASE_MAX + option_count * BALLOT_ENCODE_OPTION_MAX. */
#define BALLOT_ENCODE_BASE_MAX                                                                     \
    (360 + BALLOT_DISTRICT_MAX + BALLOT_TITLE_MAX + BALLOT_AREA_MAX * (2 + BALLOT_AREA_NAME_MAX) + \
     BALLOT_GROUP_MAX * 2 + BALLOT_NAMED_MAX * 4 +                                                 \
     2 * BALLOT_CAP_MAX * (2 + BALLOT_CAP_NAME_MAX + 8) +                                          \
     BALLOT_QUOTA_MAX * (1 + 2 + BALLOT_CAP_NAME_MAX + 4))
#define BALLOT_ENCODE_OPTION_MAX                                                                   \
    (4 + 8 + 4 + 4 + 8 + 5 * 2 + BALLOT_OPTION_ID_MAX + BALLOT_NAME_MAX + BALLOT_AREA_NAME_MAX +   \
     BALLOT_FIELD_MAX + BALLOT_PROGRAMME_MAX)

/*
 * Writes the canonical bytes of a definition that ballot_check accepts (that
 * it does is asserted where it matters for the bytes). The T("ballot") in
 * front of what is hashed is not part of them. The encoder's error is the
 * caller's to ask for.
 */
void ballot_encode(struct encoder *encoder, const struct ballot_definition *definition);

/* The memory a decoded definition's options are written to. */
struct ballot_option_store {
    struct ballot_option *options; /* the caller's; the definition borrows it */
    size_t capacity;               /* BALLOT_OPTION_MAX is always enough */
};

/* How many options the bytes say they have, for allocating a store; ERR_INVALID when the bytes
 * end before that or break the layout. */
ERR_CHECKED enum err ballot_decode_count(const uint8_t *data, size_t length,
                                         size_t *ret_option_count);

/*
 * Reads canonical bytes back; *ret borrows store->options.
 *
 * ERR_INVALID  the bytes are not the canonical bytes of a definition that
 *              ballot_check accepts.
 * ERR_FULL     more options than the store holds.
 */
ERR_CHECKED enum err ballot_decode(const uint8_t *data, size_t length,
                                   const struct ballot_option_store *store,
                                   struct ballot_definition *ret);

#endif
