/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is woken when the stream has grown: a list, from which a follower may take
 * itself while it is gone through.
 */
#include "runtime/publisher_internal.h"

#include <assert.h>

enum err publisher_follow(struct publisher *publisher, struct publisher_follower *follower)
{
    assert(follower->wake != NULL);
    if (publisher->follower_count >= PUBLISHER_FOLLOWER_COUNT_MAX) {
        return ERR_FULL;
    }
    follower->previous = NULL;
    follower->next = publisher->followers;
    if (publisher->followers != NULL) {
        publisher->followers->previous = follower;
    }
    publisher->followers = follower;
    publisher->follower_count++;
    return ERR_OK;
}

void publisher_unfollow(struct publisher *publisher, struct publisher_follower *follower)
{
    assert(publisher->follower_count > 0);
    if (follower->previous != NULL) {
        follower->previous->next = follower->next;
    } else {
        publisher->followers = follower->next;
    }
    if (follower->next != NULL) {
        follower->next->previous = follower->previous;
    }
    follower->previous = NULL;
    follower->next = NULL;
    publisher->follower_count--;
}

void publisher_wake_followers(struct publisher *publisher)
{
    struct publisher_follower *follower;
    struct publisher_follower *next;

    for (follower = publisher->followers; follower != NULL; follower = next) {
        next = follower->next; /* It may stop following. */
        follower->wake(follower);
    }
}
