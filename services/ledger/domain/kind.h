/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of the kinds of entries, for people, and the plain form of those
 * that move one amount in one way. What a kind may move is not said here:
 * that is kind_rule's.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_KIND_H
#define HYEOPCHI_LEDGER_DOMAIN_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "ledger/domain/account.h"
#include "ledger/domain/entry.h"
#include "runtime/err.h"

/* The kind's name ("원인행위"), or the code itself for a kind of a later version. Never NULL. */
const char *kind_name_ko(const char *kind);
const char *kind_name_en(const char *kind);

/* The kind in this place, from 0 on; NULL after the last. Static. */
const char *kind_at(size_t place);

/* True for a kind that people and their systems may ask for; 편성요구 and 마감 the service itself posts. */
bool kind_may_be_asked(const char *kind);

/*
 * The transfers of a kind that moves one amount in one way ("securing": S10 -> S20): fills them and
 * returns how many, at most 2. 0 for a kind whose transfers must be spelled out.
 */
size_t kind_plain(const char *kind, const struct line *line, int64_t amount_krw,
                  struct entry_transfer ret_transfers[2]);

#endif
