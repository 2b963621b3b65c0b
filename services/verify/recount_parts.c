/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts that are weighed against each other, votes by channel and a jury's
 * scores: of each part an option has its share of the highest, times the
 * part's weight. No fraction is rounded.
 */
#include <assert.h>
#include <string.h>

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

static void find_highest(const struct recount *recount, struct part *part)
{
    for (size_t i = 0; i < recount->definition->option_count; i++) {
        if (part->scores[i] > part->highest) {
            part->highest = part->scores[i];
        }
    }
}

/* The part behind those there are. */
static struct part *next_part(struct recount *recount, int64_t weight)
{
    struct part *part = &recount->parts[recount->part_count];

    assert(recount->part_count < PARTS_MAX);
    recount->part_count++;
    part->weight = weight;
    return part;
}

void recount_weigh(struct recount *recount)
{
    const struct definition *d = recount->definition;

    for (size_t i = 0; i < d->channel_part_count; i++) {
        struct part *part = next_part(recount, d->channel_parts[i].weight);
        int64_t named[OPTIONS_MAX] = {0};

        part->votes = recount_add_up(recount, i, named, part->scores);
    }
    if (recount->has_jury && d->channel_part_count == 0) {
        memcpy(next_part(recount, d->resident_weight)->scores, recount->scores,
               sizeof recount->scores);
    }
    if (recount->has_jury) {
        memcpy(next_part(recount, d->jury_weight)->scores, recount->jury, sizeof recount->jury);
    }
    for (size_t i = 0; i < recount->part_count; i++) {
        find_highest(recount, &recount->parts[i]);
    }
}

/* Where no option has any of a part, nobody has any of its weight. */
static int64_t divisor(const struct part *part)
{
    return part->highest > 0 ? part->highest : 1;
}

void recount_rank(const struct recount *recount, uint32_t option, mpz_t ret)
{
    mpz_t term;

    if (recount->part_count == 0) {
        mpz_set_si(ret, recount->scores[option]);
        return;
    }
    mpz_set_ui(ret, 0);
    mpz_init(term);
    for (size_t i = 0; i < recount->part_count; i++) {
        mpz_set_si(term, recount->parts[i].scores[option]);
        mpz_mul_si(term, term, recount->parts[i].weight);
        for (size_t k = 0; k < recount->part_count; k++) {
            if (k != i) {
                mpz_mul_si(term, term, divisor(&recount->parts[k]));
            }
        }
        mpz_add(ret, ret, term);
    }
    mpz_clear(term);
}

void recount_part(const struct recount *recount, uint32_t option, size_t part, mpq_t ret)
{
    const struct part *row = &recount->parts[part];

    assert(part < recount->part_count);
    mpz_set_si(mpq_numref(ret), row->scores[option]);
    mpz_mul_si(mpq_numref(ret), mpq_numref(ret), row->weight);
    mpz_set_si(mpq_denref(ret), divisor(row));
    mpq_canonicalize(ret);
}

void recount_combined(const struct recount *recount, uint32_t option, mpq_t ret)
{
    mpq_t part;

    mpq_set_ui(ret, 0, 1);
    mpq_init(part);
    for (size_t i = 0; i < recount->part_count; i++) {
        recount_part(recount, option, i, part);
        mpq_add(ret, ret, part);
    }
    mpq_clear(part);
}
