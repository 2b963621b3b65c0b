/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of paper.h. One person must never count as two, and what is in
 * doubt must never be counted.
 */
#include "participation/domain/paper.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/ballot_names.h"
#include "participation/domain/vote.h"

#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

static const char *const KINDS[] = {"missing",     "vote",         "blank",         "unclear",
                                    "rule-broken", "not-official", "empty-envelope"};
static const char *const STATES[] = {"missing", "once", "disagreeing", "agreed"};

static const struct paper_refusal_text TEXTS[] = {
    [PAPER_REFUSAL_NONE] = {"none", 500, "거절 사유가 없습니다.", "Nothing is refused."},
    [PAPER_REFUSAL_WRONG_STATE] = {"wrong-state", 409,
                                   "투표의 현재 상태에서는 할 수 없는 작업입니다.",
                                   "The ballot's current state does not allow this."},
    [PAPER_REFUSAL_ENDED] = {"ballot-closed", 409,
                             "투표 기간이 끝나 투표용지를 돌려받을 수 없습니다.",
                             "Voting has ended, so no ballot paper can be taken back."},
    [PAPER_REFUSAL_NOT_ISSUED] = {"paper-not-issued", 409,
                                  "이 사람에게 교부된 투표용지가 없습니다.",
                                  "No ballot paper is issued to this voter."},
    [PAPER_REFUSAL_OTHER_PAPER] =
        {"other-paper", 409,
         "이 사람이 지금 가지고 있는 투표용지가 아닙니다. 교부할 때 받은 rev를 확인하십시오.",
         "This is not the ballot paper that the voter holds; look up the rev it was issued with."},
    [PAPER_REFUSAL_LAST_REVISION] =
        {"paper-last-revision", 409,
         "이 용지를 취소하면 이 사람은 더는 투표할 수 없습니다. 교부를 취소하지 말고 훼손된 용지만 "
         "새 용지로 바꾸어 주십시오.",
         "Without this paper its voter could not vote any more: do not cancel it, but swap the "
         "spoilt sheet for a new one."},
    [PAPER_REFUSAL_ENVELOPE_COUNTED] =
        {"paper-counted", 409,
         "교부된 용지 수만큼 봉투가 이미 집계되어 용지를 돌려받을 수 없습니다.",
         "As many envelopes are counted as papers are out, so none can be handed back."},
    [PAPER_REFUSAL_ENVELOPES_MANY] =
        {"envelopes-too-many", 409, "봉투가 교부된 투표용지보다 많습니다. 봉투를 다시 세십시오.",
         "There are more envelopes than ballot papers were issued; count them again."},
    [PAPER_REFUSAL_BATCH_NOT_FOUND] = {"batch-not-found", 404, "그 번호의 묶음이 없습니다.",
                                       "There is no batch of that number."},
    [PAPER_REFUSAL_BATCH_SEALED] = {"batch-sealed", 409, "이미 봉인된 묶음이라 바꿀 수 없습니다.",
                                    "The batch is sealed and cannot change."},
    [PAPER_REFUSAL_REASON_MISSING] = {"recount-reason-missing", 422,
                                      "봉투 수를 고치려면 사유를 적으십시오.",
                                      "Counting the envelopes anew takes a reason."},
    [PAPER_REFUSAL_SHEETS_BEYOND] =
        {"sheets-beyond-envelopes", 409,
         "그 봉투 수를 넘는 번호의 투표지가 이미 입력되어 있습니다.",
         "Sheets are entered already whose numbers are beyond that many envelopes."},
    [PAPER_REFUSAL_COUNTS_MANY] = {"recounts-too-many", 409,
                                   "봉투 수는 열 번까지만 다시 셀 수 있습니다.",
                                   "The envelopes of a batch are counted at most ten times."},
    [PAPER_REFUSAL_SHEET_UNKNOWN] = {"sheet-beyond-envelopes", 422,
                                     "투표지 번호가 묶음의 봉투 수를 넘습니다.",
                                     "The sheet's number is beyond the envelopes of its batch."},
    [PAPER_REFUSAL_SAME_PERSON] =
        {"same-person", 409,
         "처음 입력한 사람은 같은 투표지를 다시 입력할 수 없습니다. 다른 사람이 입력하십시오.",
         "Who entered a sheet first cannot enter it the second time; somebody else must."},
    [PAPER_REFUSAL_SHEET_AGREED] =
        {"sheet-agreed", 409, "두 사람의 입력이 이미 일치한 투표지이며, 지금 입력은 그와 다릅니다.",
         "Two people agree on this sheet already, and not on what is entered now."},
    [PAPER_REFUSAL_ENTRIES_MANY] = {"entries-too-many", 409,
                                    "한 투표지는 열 번까지만 입력할 수 있습니다.",
                                    "A sheet is entered at most ten times."},
};

static_assert(COUNT(KINDS) == PAPER_KIND_END, "a word for every kind");
static_assert(COUNT(STATES) == PAPER_SHEET_AGREED + 1, "a word for every state");
static_assert(COUNT(TEXTS) == PAPER_REFUSAL_END, "a text for every refusal");
static_assert(PAPER_ENTRY_MAX == 10, "the sentences say ten");

static bool same_content(const struct paper_entry *a, const struct paper_entry *b);
static bool same_person(const struct paper_entry *a, const struct paper_entry *b);

const char *paper_kind_name(enum paper_kind kind)
{
    return KINDS[(unsigned)kind < COUNT(KINDS) ? kind : PAPER_KIND_MISSING];
}

int64_t paper_invalid(const int64_t sheets[PAPER_KIND_END])
{
    int64_t invalid = 0;

    for (int kind = PAPER_KIND_VOTE + 1; kind < PAPER_KIND_EMPTY; kind++) {
        assert(sheets[kind] >= 0);
        invalid += sheets[kind];
    }
    assert(invalid >= 0);
    return invalid;
}

enum paper_kind paper_kind_from_name(const char *name)
{
    return (enum paper_kind)ballot_name_find(KINDS, COUNT(KINDS), name);
}

const char *paper_sheet_state_name(enum paper_sheet_state state)
{
    return STATES[(unsigned)state < COUNT(STATES) ? state : PAPER_SHEET_MISSING];
}

const struct paper_refusal_text *paper_refusal_text(enum paper_refusal refusal)
{
    assert(refusal > PAPER_REFUSAL_NONE);
    assert(refusal < PAPER_REFUSAL_END);

    return &TEXTS[refusal];
}

enum paper_sheet_state paper_sheet_judge(const struct paper_entry *entries, size_t count,
                                         size_t *ret_agreed)
{
    assert(count <= PAPER_ENTRY_MAX);
    assert(ret_agreed != NULL);

    for (size_t later = 1; later < count; later++) {
        for (size_t earlier = 0; earlier < later; earlier++) {
            if (same_content(&entries[earlier], &entries[later]) &&
                !same_person(&entries[earlier], &entries[later])) {
                *ret_agreed = later;
                return PAPER_SHEET_AGREED;
            }
        }
    }
    if (count == 0) {
        return PAPER_SHEET_MISSING;
    }
    return count == 1 ? PAPER_SHEET_ONCE : PAPER_SHEET_DISAGREEING;
}

enum err paper_entry_admit(const struct paper_entry *entries, size_t count,
                           const struct paper_entry *entry, bool *ret_repeated,
                           enum paper_refusal *ret_refusal)
{
    size_t agreed = 0;

    assert(entry->kind > PAPER_KIND_MISSING && entry->kind < PAPER_KIND_END);
    assert((entry->kind == PAPER_KIND_VOTE) == (entry->choice_length > 0));
    assert(ret_repeated != NULL && ret_refusal != NULL);

    for (size_t i = 0; i < count; i++) {
        if (same_content(&entries[i], entry) && same_person(&entries[i], entry)) {
            *ret_repeated = true;
            return ERR_OK;
        }
    }
    if (paper_sheet_judge(entries, count, &agreed) == PAPER_SHEET_AGREED) {
        *ret_repeated = same_content(&entries[agreed], entry);
        *ret_refusal = PAPER_REFUSAL_SHEET_AGREED;
        return *ret_repeated ? ERR_OK : ERR_CONFLICT;
    }
    if (count == 1 && same_person(&entries[0], entry)) {
        *ret_refusal = PAPER_REFUSAL_SAME_PERSON;
        return ERR_CONFLICT;
    }
    if (count >= PAPER_ENTRY_MAX) {
        *ret_refusal = PAPER_REFUSAL_ENTRIES_MANY;
        return ERR_CONFLICT;
    }
    *ret_repeated = false;
    return ERR_OK;
}

bool paper_takes_sheets(const struct paper_standing *standing)
{
    assert(standing != NULL);
    assert(standing->state > BALLOT_STATE_MISSING && standing->state < BALLOT_STATE_END);

    return standing->state == BALLOT_STATE_OPEN ||
           (standing->state == BALLOT_STATE_CLOSED && !standing->completed);
}

enum err paper_envelopes_admit(const struct paper_standing *standing, int64_t more,
                               enum paper_refusal *ret_refusal)
{
    assert(standing->envelopes >= 0 && standing->envelopes <= standing->issued);
    assert(more >= -(int64_t)PAPER_SHEET_MAX && more <= PAPER_SHEET_MAX);

    if (!paper_takes_sheets(standing)) {
        *ret_refusal = PAPER_REFUSAL_WRONG_STATE;
        return ERR_CONFLICT;
    }
    if (more > standing->issued - standing->envelopes) {
        *ret_refusal = PAPER_REFUSAL_ENVELOPES_MANY;
        return ERR_CONFLICT;
    }
    return ERR_OK;
}

enum err paper_cancel_admit(const struct paper_standing *standing, const struct paper_return *paper,
                            enum paper_refusal *ret_refusal)
{
    enum paper_refusal refusal = PAPER_REFUSAL_NONE;

    assert(standing->envelopes >= 0 && standing->envelopes <= standing->issued);
    assert(ret_refusal != NULL);
    assert(paper->closes_at_ms > 0);
    assert(paper->held_rev <= VOTE_REVISION_MAX);

    if (standing->state != BALLOT_STATE_OPEN) {
        refusal = PAPER_REFUSAL_WRONG_STATE;
    } else if (paper->now_ms >= paper->closes_at_ms) {
        refusal = PAPER_REFUSAL_ENDED; /* Also while the row still says that the ballot is open. */
    } else if (!paper->held) {
        refusal = PAPER_REFUSAL_NOT_ISSUED;
    } else if (paper->rev != paper->held_rev) {
        refusal = PAPER_REFUSAL_OTHER_PAPER;
    } else if (paper->rev == VOTE_REVISION_MAX) {
        refusal = PAPER_REFUSAL_LAST_REVISION;
    } else if (standing->envelopes == standing->issued) {
        refusal = PAPER_REFUSAL_ENVELOPE_COUNTED;
    }
    if (refusal == PAPER_REFUSAL_NONE) {
        return ERR_OK;
    }
    *ret_refusal = refusal;
    return ERR_CONFLICT;
}

bool paper_is_awaited(const struct paper_standing *standing)
{
    assert(standing->envelopes <= standing->issued);
    assert(standing->sealed <= standing->batches);

    return standing->sealed < standing->batches ||
           (standing->envelopes < standing->issued && !standing->completed);
}

static bool same_content(const struct paper_entry *a, const struct paper_entry *b)
{
    assert(a->choice != NULL || a->choice_length == 0);
    assert(b->choice != NULL || b->choice_length == 0);

    return a->kind == b->kind && a->choice_length == b->choice_length &&
           (a->choice_length == 0 || memcmp(a->choice, b->choice, a->choice_length) == 0);
}

static bool same_person(const struct paper_entry *a, const struct paper_entry *b)
{
    assert(a->staff_id != NULL);
    assert(b->staff_id != NULL);

    return strcmp(a->staff_id, b->staff_id) == 0;
}
