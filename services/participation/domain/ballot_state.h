/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a ballot, as a table:
 *
 *   draft    --open-------------> opening    two operators
 *   opening  --envelope-refused-> draft      the ledger, with its reason
 *   opening  --envelope-reserved> open       the ledger
 *   open     --extend-----------> open       two operators: a later end, before the present one
 *   open     --close------------> closed     two operators, once the window is over
 *   open     --void-------------> open       two operators: one vote is not counted
 *   closed   --void-------------> closed     the same, before the count
 *   open     --seal-paper-------> open       two operators: a batch of sheets is final
 *   closed   --seal-paper-------> closed     the same, before the count
 *   closed   --complete-paper---> closed     two operators: no more envelopes will come
 *   closed   --lot--------------> closed     two operators: the seed that breaks ties
 *   open     --jury-------------> open       two operators: the jury's scores, once
 *   closed   --jury-------------> closed     the same, before the count
 *   closed   --count------------> counted    the service, with the seed, the jury's scores and the
 *                                            paper there must be
 *   counted  --exclude----------> counted    two operators: an option is not carried out
 *   counted  --certify----------> certified  two operators
 *   certified --destroy-key-----> certified  two operators, once nobody may object any more
 *
 * There is no way back from open. An approval names the exact content it is
 * for (the definition's hash, or the result's), so that nothing can be changed
 * between the first signature and the second. Two approvals by one operator
 * are one.
 *
 * This module decides; it must never store, notify or read a clock. Any
 * thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_BALLOT_STATE_H
#define HYEOPCHI_PARTICIPATION_BALLOT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/err.h"

#define BALLOT_APPROVALS_NEEDED 2
#define BALLOT_OPERATOR_MAX     64   /* bytes of an operator's id */
#define BALLOT_CONTENT_SIZE     32   /* bytes of the hash an approval is for */
#define BALLOT_REASON_MAX       1000 /* bytes of a reason that operators publish */

/* The same of the reasons of all exclusions of a ballot together: one event says them all. */
#define BALLOT_EXCLUSION_REASONS_MAX ((size_t)48 * 1024)

/* How often a window may be extended, and how far beyond its frozen end altogether. */
#define BALLOT_EXTENSION_COUNT_MAX 3
#define BALLOT_EXTENSION_MAX_MS    (31LL * 24 * 60 * 60 * 1000)

/* The numbers are stored: they never change. */
enum ballot_state {
    BALLOT_STATE_MISSING = 0,
    BALLOT_STATE_DRAFT = 1,
    BALLOT_STATE_OPENING = 2, /* waiting for the ledger's envelope; still not a single vote */
    BALLOT_STATE_OPEN = 3,
    BALLOT_STATE_CLOSED = 4,
    BALLOT_STATE_COUNTED = 5,
    BALLOT_STATE_CERTIFIED = 6,
    BALLOT_STATE_END,
};

enum ballot_action {
    BALLOT_ACTION_MISSING = 0,
    BALLOT_ACTION_OPEN = 1,
    BALLOT_ACTION_ENVELOPE_RESERVED = 2,
    BALLOT_ACTION_ENVELOPE_REFUSED = 3,
    BALLOT_ACTION_CLOSE = 4,
    BALLOT_ACTION_COUNT = 5,
    BALLOT_ACTION_CERTIFY = 6,
    BALLOT_ACTION_LOT = 7,
    BALLOT_ACTION_DESTROY_KEY = 8,
    BALLOT_ACTION_EXTEND = 9,
    BALLOT_ACTION_VOID = 10,
    BALLOT_ACTION_EXCLUDE = 11,
    BALLOT_ACTION_SEAL_PAPER = 12,
    BALLOT_ACTION_COMPLETE_PAPER = 13,
    BALLOT_ACTION_JURY = 14,
    BALLOT_ACTION_END,
};

/* Who may make something happen. */
enum ballot_actor {
    BALLOT_ACTOR_MISSING = 0,
    BALLOT_ACTOR_OPERATOR,
    BALLOT_ACTOR_LEDGER,
    BALLOT_ACTOR_SERVICE,
    BALLOT_ACTOR_OTHER, /* front ends, staff, auditors, the public */
};

struct ballot_transition {
    enum ballot_state from;
    enum ballot_action action;
    enum ballot_state to;
    enum ballot_actor actor;
    unsigned approvals; /* how many different operators it takes; 0 when it is not operators' */
};

/* The row for an action in a state, or NULL when the state does not know the action. */
const struct ballot_transition *ballot_transition_find(enum ballot_state from,
                                                       enum ballot_action action);

/* All rows, for printing them and for tests; the number is written to *ret_count. */
const struct ballot_transition *ballot_transitions(size_t *ret_count);

/*
 * The state an action leads to, for actions that need no approvals.
 *
 * ERR_CONFLICT  the state does not know the action (a repeated or late message).
 * ERR_INVALID   this actor may not do it.
 */
ERR_CHECKED enum err ballot_transit(enum ballot_state from, enum ballot_action action,
                                    enum ballot_actor actor, enum ballot_state *ret_state);

/* One operator's approval of one action on one content. */
struct ballot_approval {
    enum ballot_action action;
    char operator_id[BALLOT_OPERATOR_MAX + 1];
    uint8_t content[BALLOT_CONTENT_SIZE]; /* def_hash to open and close, the result's to certify,
                                             the seed's for a lot, the scores' of a jury, of end
                                             and reason to extend */
};

/* An extension of the window that is asked for. Times are UTC milliseconds. */
struct ballot_extension {
    int64_t to_ms;               /* the end it asks for */
    int64_t opens_at_ms;         /* the definition's */
    int64_t frozen_closes_at_ms; /* likewise */
    unsigned before;             /* extensions that the ballot has had */
};

/* A vote that is to be declared void. */
struct ballot_void {
    uint16_t rev;      /* the revision that is named */
    uint16_t last_rev; /* of that nullifier's votes; 0: there are none */
    bool already;      /* it is void */
    bool on_paper;     /* the last of that nullifier is a ballot paper that was issued */
    unsigned before;   /* votes that are void */
};

/* An option that is to be excluded from a counted result. */
struct ballot_exclusion {
    bool known;            /* the ballot has it */
    bool computed;         /* the tally funded it */
    bool already;          /* it is excluded */
    size_t reasons_length; /* bytes of the reasons of all exclusions, this one's included */
};

/* A batch of paper that is to be sealed, or all of it declared complete. */
struct ballot_paper {
    bool known;      /* the ballot has the batch */
    bool sealed;     /* it is sealed already */
    bool reconciled; /* two people agree on every sheet of it */
    bool unsealed;   /* some batch of the ballot is not sealed */
    bool awaited;    /* the ballot cannot be counted yet, as paper.h has it */
};

/* The latest end that a window of these frozen times can be extended to. */
int64_t ballot_extension_latest_ms(int64_t opens_at_ms, int64_t frozen_closes_at_ms);

/* Where the ballot stands when an approval arrives. */
struct ballot_standing {
    enum ballot_state state;
    int64_t now_ms;
    int64_t closes_at_ms;                    /* as it was last extended to */
    bool demonstration;                      /* may be closed before its window is over */
    int64_t objection_ends_at_ms;            /* of a certified ballot: then its key may go */
    bool lot_awaited;                        /* the tie rule is lot, and there is no seed yet */
    bool jury_awaited;                       /* it has a jury, and no scores of it yet */
    bool roll_missing;                       /* a share of the roll is needed, and there is none */
    struct ballot_extension extension;       /* of an extension; else not looked at */
    struct ballot_void voiding;              /* of a void; else not looked at */
    struct ballot_exclusion exclusion;       /* of an exclusion; else not looked at */
    struct ballot_paper paper;               /* of paper's actions; awaited is looked at always */
    const struct ballot_approval *approvals; /* recorded so far in this state; borrowed */
    size_t approval_count;
};

enum ballot_verdict {
    BALLOT_VERDICT_NONE = 0,
    BALLOT_VERDICT_RECORDED,           /* keep it; another operator is still needed */
    BALLOT_VERDICT_COMPLETES,          /* keep it and go to ret->to */
    BALLOT_VERDICT_REPEATED,           /* this operator already approved this: nothing changes */
    BALLOT_VERDICT_NOT_OPERATOR,       /* refused: only operators approve */
    BALLOT_VERDICT_WRONG_STATE,        /* refused: the state does not know the action */
    BALLOT_VERDICT_NEEDS_NO_APPROVAL,  /* refused: the action is not the operators' */
    BALLOT_VERDICT_WINDOW_OVER,        /* refused: opening a ballot nobody could vote in */
    BALLOT_VERDICT_WINDOW_NOT_OVER,    /* refused: closing while residents may still vote */
    BALLOT_VERDICT_LOT_NOT_AWAITED,    /* refused: no lot breaks ties, or its seed is published */
    BALLOT_VERDICT_JURY_NOT_AWAITED,   /* refused: there is no jury, or its scores are published */
    BALLOT_VERDICT_ROLL_MISSING,       /* refused: a quorum is a share of a roll not imported yet */
    BALLOT_VERDICT_OBJECTION_NOT_OVER, /* refused: somebody may still object, and need the key */
    BALLOT_VERDICT_EXTENSION_TOO_LATE, /* refused: residents were told already that it is over */
    BALLOT_VERDICT_EXTENSION_SHORTENS, /* refused: the new end is not later than the present one */
    BALLOT_VERDICT_EXTENSION_TOO_LONG, /* refused: the new end is later than it may be */
    BALLOT_VERDICT_OPTION_NOT_FOUND,   /* refused: the ballot has no such option */
    BALLOT_VERDICT_OPTION_NOT_FUNDED,  /* refused: there is nothing to exclude it from */
    BALLOT_VERDICT_OPTION_ALREADY_EXCLUDED,    /* refused: it is excluded as it is */
    BALLOT_VERDICT_EXCLUSION_REASONS_TOO_LONG, /* refused: no event could say them all */
    BALLOT_VERDICT_VOTE_NOT_FOUND,             /* refused: the box has no such vote */
    BALLOT_VERDICT_VOTE_NOT_FINAL,             /* refused: the voter has voted again since */
    BALLOT_VERDICT_VOTE_ALREADY_VOID,          /* refused: it is not counted as it is */
    BALLOT_VERDICT_VOIDS_TOO_MANY,       /* refused: so many void votes are no longer exceptions */
    BALLOT_VERDICT_EXTENSION_TOO_OFTEN,  /* refused: it was extended as often as it may be */
    BALLOT_VERDICT_VOTE_ON_PAPER,        /* refused: which sheet is this voter's, nobody can tell */
    BALLOT_VERDICT_BATCH_NOT_FOUND,      /* refused: there is no such batch of paper */
    BALLOT_VERDICT_BATCH_SEALED,         /* refused: it is sealed as it is */
    BALLOT_VERDICT_BATCH_NOT_RECONCILED, /* refused: not every sheet is entered twice the same */
    BALLOT_VERDICT_BATCH_NOT_SEALED,     /* refused: some batch is not sealed */
    BALLOT_VERDICT_PAPER_NOT_AWAITED,    /* refused: no envelope is missing */
    BALLOT_VERDICT_PAPER_AWAITED,        /* refused: the paper is not there to be counted */
    BALLOT_VERDICT_END,
};

struct ballot_decision {
    enum ballot_verdict verdict;
    enum ballot_state to; /* the state after it; the same as before unless it completes */
    unsigned approvals;   /* different operators who approve this content, this one included */
};

/*
 * What an approval does. Approvals of other actions or of other content do not
 * count towards it.
 *
 * ERR_OK        recorded, completes, or repeated (which changes nothing).
 * ERR_CONFLICT  refused by the state or the window.
 * ERR_INVALID   refused because of who asks or what for.
 *
 * *ret is always written: the verdict names the reason of a refusal.
 */
ERR_CHECKED enum err ballot_approve(const struct ballot_standing *standing,
                                    const struct ballot_approval *approval, enum ballot_actor actor,
                                    struct ballot_decision *ret);

/* What an answer says about a verdict. All texts are static and never NULL. */
struct ballot_verdict_text {
    const char *code;    /* stable, kebab-case */
    const char *korean;  /* one sentence for the person who approved */
    const char *english; /* the same sentence */
};

const struct ballot_verdict_text *ballot_verdict_text(enum ballot_verdict verdict);

/* The words of JSON, SQL and messages: "draft", "envelope-reserved". "missing" for any other
 * number. Static, never NULL. */
const char *ballot_state_name(enum ballot_state state);
const char *ballot_action_name(enum ballot_action action);

/* The value of a word; 0 when there is none. */
enum ballot_state ballot_state_from_name(const char *name);
enum ballot_action ballot_action_from_name(const char *name);

#endif
