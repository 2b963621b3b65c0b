/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ballot's row and the roll have to say about a commit's votes: state,
 * time, and the voters' earlier votes. Must run under the ballot's row lock.
 */
#include "participation/cast_share.h"

#include <stdlib.h>
#include <string.h>

static int compare_items_by_voter(const void *a, const void *b)
{
    const struct cast_item *const *left = a;
    const struct cast_item *const *right = b;
    int order = memcmp((*left)->vtag, (*right)->vtag, CRYPTO_HASH_SIZE);

    if (order != 0) {
        return order;
    }
    return (*left)->arrival < (*right)->arrival ? -1 : (*left)->arrival > (*right)->arrival;
}

void share_check(struct share *share)
{
    const struct vote_context context = {
        .definition = &share->frozen->definition,
        .state = share->state,
        .now_ms = share->tx->now_ms,
        .extended_to_ms = share->extended_to_ms,
    };

    for (size_t i = 0; i < share->count; i++) {
        struct cast_item *item = share->items[i];
        struct vote_refusal refusal;

        if (item->outcome == CAST_PENDING && item->same_as == NULL &&
            vote_check(&context, &item->vote, &refusal) != ERR_OK) {
            cast_item_refuse(item, &refusal);
        }
    }
}

/* Whether the voter is counted: has voted, or holds a ballot paper. Who handed the paper back is on the
 * roll without a channel. */
static bool is_counted(const struct roll_row *voter)
{
    return voter->rev > 0 && voter->channel != BALLOT_CHANNEL_MISSING;
}

static void count_change(struct share *share, const struct roll_row *before,
                         const struct turnout_place *after)
{
    for (size_t d = 0; d < TURNOUT_DIMENSION_END; d++) {
        share->turnout->cells[d][after->cell[d]]++;
        if (is_counted(before)) {
            share->turnout->cells[d][before->place.cell[d]]--;
        }
    }
    share->new_voters += is_counted(before) ? 0 : 1;
    share->revisions += is_counted(before) ? 1 : 0;
}

/* Takes a place in the voter's area, where the ballot has a roll. A voter who stays in an area has
 * one there; one who moves leaves the old place free. */
static enum err take_place(struct share *share, const struct roll_row *before,
                           const struct turnout_place *after, struct vote_refusal *refusal)
{
    const size_t area = after->cell[TURNOUT_DIMENSION_AREA];
    const bool moves = is_counted(before);
    const size_t left = before->place.cell[TURNOUT_DIMENSION_AREA];

    if (!share->has_roll || (moves && left == area)) {
        return ERR_OK;
    }
    if (roll_admit(&share->standings[area], refusal) != ERR_OK) {
        return ERR_CONFLICT;
    }
    share->standings[area].taken++;
    share->standings[left].taken -= moves ? 1 : 0;
    return ERR_OK;
}

/* True if the voter's last vote was declared void. */
static bool last_is_void(const struct share *share, const struct cast_item *item,
                         const struct roll_row *voter)
{
    struct void_vote wanted = {.rev = voter->rev};

    memcpy(wanted.nullifier, item->nullifier, sizeof wanted.nullifier);
    return share->void_count > 0 && bsearch(&wanted, share->voids, share->void_count, sizeof wanted,
                                            void_vote_compare) != NULL;
}

/* Gives the item its revision and moves the voter on, or refuses it. */
static enum err revise(struct share *share, struct cast_item *item, struct roll_row *voter)
{
    const struct vote_previous previous = {
        .rev = voter->rev,
        .channel = voter->channel,
        .is_void = last_is_void(share, item, voter),
        .is_withdrawn = voter->rev > 0 && !is_counted(voter),
    };
    const struct turnout_time time = {
        .at_ms = share->tx->now_ms,
        .extended_to_ms = share->extended_to_ms,
    };
    struct vote_revision revision;
    struct vote_refusal refusal;
    enum err err;

    if (vote_revise(&previous, share->frozen->definition.channels, item->vote.channel, &revision,
                    &refusal) != ERR_OK) {
        cast_item_refuse(item, &refusal);
        return ERR_OK;
    }
    err = turnout_place_find(&share->frozen->definition, &item->vote, &time, &item->place);
    if (err) {
        return ERR_INTERNAL; /* vote_check() has found it to be one of the ballot's. */
    }
    if (take_place(share, voter, &item->place, &refusal) != ERR_OK) {
        cast_item_refuse(item, &refusal);
        return ERR_OK;
    }
    count_change(share, voter, &item->place);
    share->papers += item->vote.reserves ? 1 : 0;
    item->rev = revision.rev;
    item->outcome = CAST_ACCEPTED;
    voter->rev = revision.rev;
    voter->channel = item->vote.channel;
    voter->place = item->place;
    share->accepted[share->accepted_count] = item;
    share->accepted_count++;
    return ERR_OK;
}

/* Works through the items of each voter in order of arrival. items: sorted by voter. */
static enum err revise_voters(struct share *share, struct cast_item **items, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < count && !err; i++) {
        struct roll_row *voter;

        if (i == 0 || memcmp(items[i]->vtag, items[i - 1]->vtag, CRYPTO_HASH_SIZE) != 0) {
            struct roll_row wanted = {0};
            const struct roll_row *row;

            memcpy(wanted.vtag, items[i]->vtag, CRYPTO_HASH_SIZE);
            row = bsearch(&wanted, share->known, share->known_count, sizeof share->known[0],
                          roll_row_compare);
            share->roll[share->roll_count] = row != NULL ? *row : wanted;
            share->roll_count++;
        }
        voter = &share->roll[share->roll_count - 1];
        err = revise(share, items[i], voter);
    }
    return err;
}

enum err share_revise(struct share *share)
{
    size_t count = 0;
    struct cast_item **pending = share_pending(share, &count);
    size_t kept = 0;
    enum err err;

    if (pending == NULL) {
        return ERR_FULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (pending[i]->same_as == NULL) {
            pending[kept] = pending[i];
            kept++;
        }
    }
    qsort(pending, kept, sizeof(struct cast_item *), compare_items_by_voter);
    err = revise_voters(share, pending, kept);
    free(pending);
    return err;
}
