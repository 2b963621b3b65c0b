/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Votes on paper: when an envelope may be counted, what a sheet says once two
 * people have entered it, and when a batch reconciles (envelopes = sheets =
 * agreed entries). Papers are issued to voters elsewhere (vote.h): nothing here
 * knows a voter, and nothing must ever lead from a sheet to one.
 *
 * Values in, values out. Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_PAPER_H
#define HYEOPCHI_PARTICIPATION_PAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "participation/domain/ballot_state.h"
#include "runtime/err.h"

#define PAPER_BATCH_MAX 2000 /* batches of one ballot */
#define PAPER_SHEET_MAX 500  /* envelopes, and so sheets, of one batch */
#define PAPER_ENTRY_MAX 10   /* entries of one sheet, and counts of one batch */

/* What a sheet is. The numbers are stored and published: they never change. */
enum paper_kind {
    PAPER_KIND_MISSING = 0,
    PAPER_KIND_VOTE = 1,         /* a vote that obeys the ballot's rules */
    PAPER_KIND_BLANK = 2,        /* nothing is marked: an abstention */
    PAPER_KIND_UNCLEAR = 3,      /* nobody can tell what is meant */
    PAPER_KIND_RULE_BROKEN = 4,  /* too many options, say */
    PAPER_KIND_NOT_OFFICIAL = 5, /* not the ballot's paper */
    PAPER_KIND_EMPTY = 6,        /* the envelope has no sheet */
    PAPER_KIND_END,
};

/* The words of JSON: "vote", "blank", "unclear", "rule-broken", "not-official", "empty-envelope".
 * "missing" for any other number. Static, never NULL. */
const char *paper_kind_name(enum paper_kind kind);

/* The value of a word; PAPER_KIND_MISSING when there is none. */
enum paper_kind paper_kind_from_name(const char *name);

/* Of so many sheets of each kind, how many are a turnout without a vote that counts: blank and invalid
 * ones. Whoever handed in an empty envelope handed in no paper, and did not vote. */
int64_t paper_invalid(const int64_t sheets[PAPER_KIND_END]);

/* What somebody read from a sheet. Borrowed. */
struct paper_entry {
    const char *staff_id;
    enum paper_kind kind;
    const uint8_t *choice; /* choice_body of a vote; else nothing */
    size_t choice_length;
};

enum paper_sheet_state {
    PAPER_SHEET_MISSING = 0, /* nobody entered it */
    PAPER_SHEET_ONCE,        /* one person did */
    PAPER_SHEET_DISAGREEING, /* several did, and no two of them the same */
    PAPER_SHEET_AGREED,      /* two people entered the same */
};

/* "missing", "once", "disagreeing", "agreed". Static. */
const char *paper_sheet_state_name(enum paper_sheet_state state);

/* Judges a sheet by its entries, at most PAPER_ENTRY_MAX of them in their order. When two people agree,
 * *ret_agreed is the place of an entry that says what they did; else it is left alone. */
enum paper_sheet_state paper_sheet_judge(const struct paper_entry *entries, size_t count,
                                         size_t *ret_agreed);

/* Why something about paper is refused. */
enum paper_refusal {
    PAPER_REFUSAL_NONE = 0,
    PAPER_REFUSAL_WRONG_STATE,      /* the ballot does not take it now */
    PAPER_REFUSAL_ENDED,            /* voting has ended: no paper is taken back */
    PAPER_REFUSAL_NOT_ISSUED,       /* the voter holds no paper */
    PAPER_REFUSAL_OTHER_PAPER,      /* the voter holds another than the one that is named */
    PAPER_REFUSAL_LAST_REVISION,    /* without this paper its voter could not vote any more */
    PAPER_REFUSAL_ENVELOPE_COUNTED, /* so many envelopes are counted as there are papers */
    PAPER_REFUSAL_ENVELOPES_MANY,   /* more envelopes than papers were issued */
    PAPER_REFUSAL_BATCH_NOT_FOUND,
    PAPER_REFUSAL_BATCH_SEALED,
    PAPER_REFUSAL_REASON_MISSING, /* envelopes counted anew need a reason */
    PAPER_REFUSAL_SHEETS_BEYOND,  /* sheets were entered beyond that number of envelopes */
    PAPER_REFUSAL_COUNTS_MANY,    /* envelopes were counted too often */
    PAPER_REFUSAL_SHEET_UNKNOWN,  /* its number is beyond the envelopes */
    PAPER_REFUSAL_SAME_PERSON,    /* who entered a sheet first cannot enter it the second time */
    PAPER_REFUSAL_SHEET_AGREED,   /* two people agreed already, on something else */
    PAPER_REFUSAL_ENTRIES_MANY,   /* entered too often */
    PAPER_REFUSAL_END,
};

struct paper_refusal_text {
    const char *code; /* stable, kebab-case */
    int status;       /* what an HTTP answer says: 404, 409 or 422 */
    const char *korean;
    const char *english;
};

/* Of any but PAPER_REFUSAL_NONE. Static. */
const struct paper_refusal_text *paper_refusal_text(enum paper_refusal refusal);

/*
 * Whether an entry may be added behind the sheet's others. *ret_repeated says
 * that this person has entered the very same before, or two others have, which
 * adds nothing.
 *
 * ERR_CONFLICT  it may not; *ret_refusal says why.
 */
ERR_CHECKED enum err paper_entry_admit(const struct paper_entry *entries, size_t count,
                                       const struct paper_entry *entry, bool *ret_repeated,
                                       enum paper_refusal *ret_refusal);

/* How a ballot's paper stands; as its row has it. */
struct paper_standing {
    enum ballot_state state;
    bool completed;    /* operators said that no more envelopes will come */
    int64_t issued;    /* papers that voters hold */
    int64_t envelopes; /* in all batches */
    int64_t batches;
    int64_t sealed; /* of them */
};

/* Whether a ballot takes envelopes and sheets now: once open, until it is counted or complete. */
bool paper_takes_sheets(const struct paper_standing *standing);

/* Whether the envelopes of all batches may become that many more. ERR_CONFLICT with *ret_refusal. */
ERR_CHECKED enum err paper_envelopes_admit(const struct paper_standing *standing, int64_t more,
                                           enum paper_refusal *ret_refusal);

/* A paper that is to be taken back, and what its voter holds. */
struct paper_return {
    uint32_t rev;         /* of the paper, as it was issued */
    bool held;            /* the voter holds a paper */
    uint32_t held_rev;    /* the voter's last revision: that paper's, where one is held */
    int64_t now_ms;       /* UTC, as is the next */
    int64_t closes_at_ms; /* when voting ends, with its extension */
};

/* Whether the paper may be taken back: the one its voter holds, before the end, and not for the voter's
 * last revision, behind which there is no vote. ERR_CONFLICT with *ret_refusal. */
ERR_CHECKED enum err paper_cancel_admit(const struct paper_standing *standing,
                                        const struct paper_return *paper,
                                        enum paper_refusal *ret_refusal);

/* True while a closed ballot cannot be counted: a batch is not sealed, or envelopes are missing and
 * nobody said that none will come. */
bool paper_is_awaited(const struct paper_standing *standing);

#endif
