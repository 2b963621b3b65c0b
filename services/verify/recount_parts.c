/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A jury's scores beside the residents' votes: of each part an option has its
 * share of the highest, times the part's weight. No fraction is rounded.
 */
#include <assert.h>

#include "verify/recount_internal.h"

#define JURORS_MAX 100
#define SOURCE_MAX 1000
#define HUNDREDTHS 100

/* Not empty, nothing at its ends that cannot be seen, no control character. */
static bool is_source(struct span source)
{
    if (source.length == 0 || source.length > SOURCE_MAX || !span_is_utf8(source) ||
        source.data[0] == ' ' || source.data[source.length - 1] == ' ') {
        return false;
    }
    for (size_t i = 0; i < source.length; i++) {
        if (source.data[i] < 0x20 || source.data[i] == 0x7f) {
            return false;
        }
    }
    return true;
}

enum recount_err recount_jury(struct recount *recount, struct span bytes)
{
    const struct definition *d = recount->definition;
    struct reader reader;
    struct span source;
    int64_t jurors;
    size_t count;
    bool good;

    assert(!recount->has_jury);
    assert(recount->outcome == NULL);
    reader_init(&reader, bytes);
    jurors = read_u16(&reader);
    source = read_span(&reader, read_u16(&reader));
    count = read_u16(&reader);
    good = d->jury_whole > 0 && !reader.broken && jurors >= 1 && jurors <= JURORS_MAX &&
           is_source(source) && count == d->option_count;
    for (size_t i = 0; good && i < count; i++) {
        uint64_t score = read_u64(&reader);

        good = !reader.broken && score <= (uint64_t)(jurors * d->jury_max_score * HUNDREDTHS);
        recount->jury[i] = good ? (int64_t)score : 0;
    }
    if (!good || !reader_done(&reader)) {
        return RECOUNT_NO_JURY;
    }
    recount->has_jury = true;
    return RECOUNT_OK;
}

void recount_weigh(struct recount *recount)
{
    for (size_t i = 0; i < recount->definition->option_count; i++) {
        if (recount->scores[i] > recount->highest_score) {
            recount->highest_score = recount->scores[i];
        }
        if (recount->jury[i] > recount->highest_jury) {
            recount->highest_jury = recount->jury[i];
        }
    }
}

/* Where no option has any of a part, nobody has any of its weight. */
static int64_t divisor(int64_t highest)
{
    return highest > 0 ? highest : 1;
}

void recount_rank(const struct recount *recount, uint32_t option, mpz_t ret)
{
    mpz_t jury;

    mpz_set_si(ret, recount->scores[option]);
    if (!recount->has_jury) {
        return;
    }
    mpz_mul_si(ret, ret, recount->definition->resident_weight);
    mpz_mul_si(ret, ret, divisor(recount->highest_jury));
    mpz_init_set_si(jury, recount->jury[option]);
    mpz_mul_si(jury, jury, recount->definition->jury_weight);
    mpz_mul_si(jury, jury, divisor(recount->highest_score));
    mpz_add(ret, ret, jury);
    mpz_clear(jury);
}

void recount_part(const struct recount *recount, uint32_t option, enum part part, mpq_t ret)
{
    const struct definition *d = recount->definition;
    bool jurys = part == PART_JURY;

    assert(recount->has_jury);
    if (part == PART_BOTH) {
        recount_rank(recount, option, mpq_numref(ret));
        mpz_set_si(mpq_denref(ret), divisor(recount->highest_score));
        mpz_mul_si(mpq_denref(ret), mpq_denref(ret), divisor(recount->highest_jury));
    } else {
        mpz_set_si(mpq_numref(ret), jurys ? recount->jury[option] : recount->scores[option]);
        mpz_mul_si(mpq_numref(ret), mpq_numref(ret), jurys ? d->jury_weight : d->resident_weight);
        mpz_set_si(mpq_denref(ret),
                   divisor(jurys ? recount->highest_jury : recount->highest_score));
    }
    mpq_canonicalize(ret);
}
