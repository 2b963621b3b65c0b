/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sequential Phragmén: funding an option is a load its supporters share, all
 * brought to the same height; the option that leaves them lowest is next. It
 * ends when an option tied for that would pass the budget. Every load is an
 * exact fraction; lower bounds in 128 bits decide where they can.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "participation/domain/tally_classes.h"
#include "participation/domain/tally_exact.h"
#include "participation/domain/tally_gate.h"
#include "participation/domain/tally_rules.h"

/* A load is below 2^63 units of money; the bounds of a sum of ten million stay in 127 bits. */
#define LOAD_SHIFT 39u
#define NOT_FUNDED UINT32_MAX
#define NO_LOAD    0u /* fraction 0 is 0: what bears on those who support nothing funded */

struct bearer {
    bool open;
    wide loads; /* of its supporters together, at least; by less than one unit for each voter */
    wide low;   /* the load it would bring each, at least and at most */
    wide high;
};

struct loader {
    const struct election *election;
    struct tally_result *result;
    struct tally_classes classes;
    struct tally_gate gate;
    uint32_t *ranks;
    uint32_t *last; /* per class: the fraction it bears */
    wide *bounds;   /* per fraction: floor of it in units of 2^-LOAD_SHIFT */
    struct bearer *bearers;
    struct tally_exact exact;
    struct tally_form forms[2];
    bool *tied;
};

static enum err loader_open(struct loader *loader)
{
    size_t options = election_option_count(loader->election);
    enum tally_satisfaction satisfaction = loader->result->method.satisfaction;
    enum err err = tally_classes_make(loader->election, satisfaction, &loader->classes);

    if (!err) {
        err = tally_ranks(loader->election, &loader->result->method, &loader->ranks);
    }
    if (!err) {
        err = tally_exact_init(&loader->exact, (uint32_t)options + 1);
    }
    if (!err) {
        err = tally_gate_open(&loader->gate, loader->election, loader->result->method.limits);
    }
    if (err) {
        return err;
    }
    loader->last = calloc((size_t)loader->classes.count + 1, sizeof *loader->last);
    loader->bounds = calloc(options + 1, sizeof *loader->bounds);
    loader->bearers = calloc(options + 1, sizeof *loader->bearers);
    loader->tied = calloc(options + 1, sizeof *loader->tied);
    loader->forms[0].factors = calloc(options + 1, sizeof(int64_t));
    loader->forms[1].factors = calloc(options + 1, sizeof(int64_t));
    if (loader->last == NULL || loader->bounds == NULL || loader->bearers == NULL ||
        loader->tied == NULL || loader->forms[0].factors == NULL ||
        loader->forms[1].factors == NULL) {
        return ERR_FULL;
    }
    tally_exact_start(&loader->exact, 0, 1);
    return ERR_OK;
}

static void loader_close(struct loader *loader)
{
    tally_exact_release(&loader->exact);
    tally_classes_release(&loader->classes);
    tally_gate_close(&loader->gate);
    free(loader->ranks);
    free(loader->last);
    free(loader->bounds);
    free(loader->bearers);
    free(loader->tied);
    free(loader->forms[0].factors);
    free(loader->forms[1].factors);
}

/* The sum of its supporters' loads and its cost: its load times their number. */
static void make_form(const struct loader *loader, uint32_t option, struct tally_form *form)
{
    const struct tally_classes *classes = &loader->classes;

    memset(form->factors, 0, loader->exact.count * sizeof *form->factors);
    form->constant = election_option(loader->election, option)->cost;
    for (uint32_t place = classes->support_first[option];
         place < classes->support_first[option + 1]; place++) {
        uint32_t class = classes->supporters[place];

        form->factors[loader->last[class]] += classes->voters[class];
    }
}

static void bound(struct loader *loader, uint32_t option)
{
    struct bearer *bearer = &loader->bearers[option];
    wide voters = loader->classes.support_voters[option];
    wide sum =
        bearer->loads + ((wide)election_option(loader->election, option)->cost << LOAD_SHIFT);

    assert(voters > 0);

    bearer->low = sum / voters;
    bearer->high = (sum + voters) / voters + 1;
}

/* Exactly: negative when the load of left is the smaller. */
static enum err compare(struct loader *loader, uint32_t left, uint32_t right, int *ret)
{
    const struct bearer *first = &loader->bearers[left];
    const struct bearer *second = &loader->bearers[right];
    struct bignum sums[2];
    enum err err;

    assert(first->open);
    assert(second->open);

    if (first->high < second->low || first->low > second->high) {
        *ret = first->high < second->low ? -1 : 1;
        return ERR_OK;
    }
    make_form(loader, left, &loader->forms[0]);
    make_form(loader, right, &loader->forms[1]);
    err = tally_exact_evaluate(&loader->exact, &loader->forms[0], &sums[0]);
    if (!err) {
        err = tally_exact_evaluate(&loader->exact, &loader->forms[1], &sums[1]);
    }
    if (!err) {
        err = bignum_multiply(&sums[0], loader->classes.support_voters[right]);
    }
    if (!err) {
        err = bignum_multiply(&sums[1], loader->classes.support_voters[left]);
    }
    if (!err) {
        *ret = bignum_compare(&sums[0], &sums[1]);
    }
    return err;
}

/* Marks the options of the least load; option_count of *ret: none is open. */
static enum err find_least(struct loader *loader, uint32_t *ret)
{
    uint32_t count = loader->classes.option_count;
    uint32_t least = count;

    for (uint32_t option = 0; option < count; option++) {
        int order = -1;
        enum err err = ERR_OK;

        loader->tied[option] = false;
        if (!loader->bearers[option].open) {
            continue;
        }
        if (least < count) {
            err = compare(loader, option, least, &order);
        }
        if (err) {
            return err;
        }
        if (order < 0) {
            memset(loader->tied, 0, option * sizeof *loader->tied);
        }
        loader->tied[option] = order <= 0;
        if (order < 0 || (order == 0 && loader->ranks[option] < loader->ranks[least])) {
            least = option;
        }
    }
    *ret = least;
    return ERR_OK;
}

static bool would_pass_budget(const struct loader *loader)
{
    for (uint32_t option = 0; option < loader->classes.option_count; option++) {
        if (loader->tied[option] &&
            election_option(loader->election, option)->cost > loader->result->left_over) {
            return true;
        }
    }
    return false;
}

static enum err note_tie(struct loader *loader)
{
    const struct tally_tie_note note = {
        .election = loader->election,
        .ranks = loader->ranks,
        .step = TALLY_STEP_LOAD,
    };
    enum err err = tally_tie_begin(loader->result);

    for (uint32_t option = 0; option < loader->classes.option_count && !err; option++) {
        if (loader->tied[option]) {
            err = tally_tie_add(loader->result, option);
        }
    }
    return err ? err : tally_tie_end(loader->result, &note);
}

/* Brings every supporter to the new load, and with them the sums of all they support. */
static void lift(struct loader *loader, uint32_t option, uint32_t load)
{
    const struct tally_classes *classes = &loader->classes;

    for (uint32_t place = classes->support_first[option];
         place < classes->support_first[option + 1]; place++) {
        uint32_t class = classes->supporters[place];
        wide before = loader->bounds[loader->last[class]];
        wide after = loader->bounds[load];

        assert(after >= before);
        loader->last[class] = load;
        for (uint32_t i = classes->first[class]; i < classes->first[class + 1]; i++) {
            loader->bearers[classes->options[i]].loads += (after - before) * classes->voters[class];
        }
    }
    for (uint32_t other = 0; other < classes->option_count; other++) {
        if (loader->bearers[other].open) {
            bound(loader, other);
        }
    }
}

/* What the limits no longer admit is out: unlike one that would pass the budget it ends nothing. */
static void bar(struct loader *loader)
{
    for (uint32_t option = 0; option < loader->classes.option_count; option++) {
        struct bearer *bearer = &loader->bearers[option];

        bearer->open = bearer->open && tally_gate_is_open(&loader->gate, option);
    }
}

static enum err fund(struct loader *loader, uint32_t option)
{
    struct tally_form *form = &loader->forms[0];
    uint32_t voters = loader->classes.support_voters[option];
    int64_t cost = election_option(loader->election, option)->cost;
    uint32_t load = loader->exact.count;
    enum err err;

    assert(cost <= loader->result->left_over);

    tally_fund(loader->result, option, cost);
    tally_note_round(loader->result, &(struct tally_round){
                                         .step = TALLY_STEP_LOAD,
                                         .option = option,
                                         .funded = true,
                                         .supporters = voters,
                                     });
    tally_gate_take(&loader->gate, option, cost);
    loader->bearers[option].open = false;
    bar(loader);
    if (voters == 0) {
        return ERR_OK;
    }
    make_form(loader, option, form);
    err = tally_exact_push(&loader->exact, form, voters);
    if (!err) {
        err = tally_exact_last(&loader->exact, LOAD_SHIFT, &loader->bounds[load]);
    }
    if (!err) {
        lift(loader, option, load);
    }
    return err;
}

/* Funds by load until one of the least would pass the budget, or none is left. */
static enum err load_all(struct loader *loader, bool *ret_stopped)
{
    uint32_t least = 0;
    enum err err = ERR_OK;

    *ret_stopped = false;
    /* Ends: every turn but the last funds an option. */
    for (;;) {
        err = find_least(loader, &least);
        if (err || least == loader->classes.option_count) {
            return err;
        }
        if (would_pass_budget(loader)) {
            *ret_stopped = true;
            return ERR_OK;
        }
        err = note_tie(loader);
        if (!err) {
            err = fund(loader, least);
        }
        if (err) {
            return err;
        }
    }
}

/* What nobody supports bears an infinite load: it comes last, all of it tied. */
static enum err load_unsupported(struct loader *loader)
{
    uint32_t count = loader->classes.option_count;
    enum err err = ERR_OK;

    for (uint32_t turn = 0; turn < count && !err; turn++) {
        uint32_t first = count;

        for (uint32_t option = 0; option < count; option++) {
            const struct election_option *row = election_option(loader->election, option);

            loader->tied[option] = loader->classes.support_voters[option] == 0 && !row->withdrawn &&
                                   row->cost <= loader->result->budget &&
                                   tally_gate_is_open(&loader->gate, option) &&
                                   !loader->result->outcomes[option].funded;
            if (loader->tied[option] &&
                (first == count || loader->ranks[option] < loader->ranks[first])) {
                first = option;
            }
        }
        if (first == count || would_pass_budget(loader)) {
            return ERR_OK;
        }
        err = note_tie(loader);
        if (!err) {
            err = fund(loader, first);
        }
    }
    return err;
}

static void give_reasons(const struct loader *loader)
{
    for (uint32_t option = 0; option < loader->result->option_count; option++) {
        const struct election_option *row = election_option(loader->election, option);
        struct tally_outcome *outcome = &loader->result->outcomes[option];

        if (!outcome->funded && !row->withdrawn &&
            !tally_gate_admits(&loader->gate, option, row->cost, &outcome->reason)) {
            continue;
        }
        if (!outcome->funded) {
            outcome->reason = row->withdrawn                          ? TALLY_WITHDRAWN
                              : row->cost > loader->result->budget    ? TALLY_OVER_BUDGET
                              : row->cost > loader->result->left_over ? TALLY_OVER_LEFT
                                                                      : TALLY_STOPPED;
        }
    }
}

enum err tally_phragmen(const struct election *election, struct tally_result *result)
{
    struct loader loader = {.election = election, .result = result};
    bool stopped = false;
    enum err err = loader_open(&loader);

    assert(result->funded_count == 0);
    assert(election_keeps_votes(election));

    for (uint32_t option = 0; option < loader.classes.option_count && !err; option++) {
        if (loader.classes.support_voters[option] > 0 &&
            election_option(election, option)->cost <= result->budget) {
            loader.bearers[option].open = true;
            bound(&loader, option);
        }
    }
    if (!err) {
        bar(&loader);
        err = load_all(&loader, &stopped);
    }
    if (!err && !stopped) {
        err = load_unsupported(&loader);
    }
    if (!err) {
        give_reasons(&loader);
    }
    loader_close(&loader);
    return err;
}
