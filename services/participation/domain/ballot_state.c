/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transitions of ballot_state.h and what one approval does. It must never
 * let one operator count as two, nor an approval of one content count for
 * another.
 */
#include "participation/domain/ballot_state.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/ballot.h"
#include "participation/domain/ballot_names.h"
#include "participation/domain/void.h"

#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

static const struct ballot_transition TRANSITIONS[] = {
    {BALLOT_STATE_DRAFT, BALLOT_ACTION_OPEN, BALLOT_STATE_OPENING, BALLOT_ACTOR_OPERATOR,
     BALLOT_APPROVALS_NEEDED},
    {BALLOT_STATE_OPENING, BALLOT_ACTION_ENVELOPE_REFUSED, BALLOT_STATE_DRAFT, BALLOT_ACTOR_LEDGER,
     0},
    {BALLOT_STATE_OPENING, BALLOT_ACTION_ENVELOPE_RESERVED, BALLOT_STATE_OPEN, BALLOT_ACTOR_LEDGER,
     0},
    {BALLOT_STATE_OPEN, BALLOT_ACTION_EXTEND, BALLOT_STATE_OPEN, BALLOT_ACTOR_OPERATOR,
     BALLOT_APPROVALS_NEEDED},
    {BALLOT_STATE_OPEN, BALLOT_ACTION_CLOSE, BALLOT_STATE_CLOSED, BALLOT_ACTOR_OPERATOR,
     BALLOT_APPROVALS_NEEDED},
    {BALLOT_STATE_OPEN, BALLOT_ACTION_VOID, BALLOT_STATE_OPEN, BALLOT_ACTOR_OPERATOR,
     BALLOT_APPROVALS_NEEDED},
    {BALLOT_STATE_CLOSED, BALLOT_ACTION_VOID, BALLOT_STATE_CLOSED, BALLOT_ACTOR_OPERATOR,
     BALLOT_APPROVALS_NEEDED},
    {BALLOT_STATE_OPEN, BALLOT_ACTION_SEAL_PAPER, BALLOT_STATE_OPEN, BALLOT_ACTOR_OPERATOR,
     BALLOT_APPROVALS_NEEDED},
    {BALLOT_STATE_CLOSED, BALLOT_ACTION_SEAL_PAPER, BALLOT_STATE_CLOSED, BALLOT_ACTOR_OPERATOR,
     BALLOT_APPROVALS_NEEDED},
    {BALLOT_STATE_CLOSED, BALLOT_ACTION_COMPLETE_PAPER, BALLOT_STATE_CLOSED, BALLOT_ACTOR_OPERATOR,
     BALLOT_APPROVALS_NEEDED},
    {BALLOT_STATE_CLOSED, BALLOT_ACTION_LOT, BALLOT_STATE_CLOSED, BALLOT_ACTOR_OPERATOR,
     BALLOT_APPROVALS_NEEDED},
    {BALLOT_STATE_OPEN, BALLOT_ACTION_JURY, BALLOT_STATE_OPEN, BALLOT_ACTOR_OPERATOR,
     BALLOT_APPROVALS_NEEDED},
    {BALLOT_STATE_CLOSED, BALLOT_ACTION_JURY, BALLOT_STATE_CLOSED, BALLOT_ACTOR_OPERATOR,
     BALLOT_APPROVALS_NEEDED},
    {BALLOT_STATE_CLOSED, BALLOT_ACTION_COUNT, BALLOT_STATE_COUNTED, BALLOT_ACTOR_SERVICE, 0},
    {BALLOT_STATE_COUNTED, BALLOT_ACTION_EXCLUDE, BALLOT_STATE_COUNTED, BALLOT_ACTOR_OPERATOR,
     BALLOT_APPROVALS_NEEDED},
    {BALLOT_STATE_COUNTED, BALLOT_ACTION_CERTIFY, BALLOT_STATE_CERTIFIED, BALLOT_ACTOR_OPERATOR,
     BALLOT_APPROVALS_NEEDED},
    {BALLOT_STATE_CERTIFIED, BALLOT_ACTION_DESTROY_KEY, BALLOT_STATE_CERTIFIED,
     BALLOT_ACTOR_OPERATOR, BALLOT_APPROVALS_NEEDED},
};

static const char *const STATES[] = {"missing", "draft",   "opening",  "open",
                                     "closed",  "counted", "certified"};
static const char *const ACTIONS[] = {"missing",
                                      "open",
                                      "envelope-reserved",
                                      "envelope-refused",
                                      "close",
                                      "count",
                                      "certify",
                                      "lot",
                                      "destroy-key",
                                      "extend",
                                      "void",
                                      "exclude",
                                      "seal-paper",
                                      "complete-paper",
                                      "jury"};

static const struct ballot_verdict_text VERDICT_TEXTS[] = {
    [BALLOT_VERDICT_NONE] = {"none", "승인 결과가 없습니다.", "Nothing was decided."},
    [BALLOT_VERDICT_RECORDED] = {"approval-recorded",
                                 "승인을 기록했습니다. 다른 담당자 1명의 승인이 더 필요합니다.",
                                 "The approval is recorded; another operator must approve too."},
    [BALLOT_VERDICT_COMPLETES] = {"approval-complete",
                                  "필요한 승인이 모두 완료되어 처리를 진행합니다.",
                                  "All approvals are given and the action goes ahead."},
    [BALLOT_VERDICT_REPEATED] = {"approval-repeated",
                                 "이미 승인하셨습니다. 다른 담당자의 승인이 필요합니다.",
                                 "You have already approved this; another operator must approve."},
    [BALLOT_VERDICT_NOT_OPERATOR] = {"not-operator", "운영 담당자만 승인할 수 있습니다.",
                                     "Only operators may approve."},
    [BALLOT_VERDICT_WRONG_STATE] = {"wrong-state", "투표의 현재 상태에서는 할 수 없는 작업입니다.",
                                    "The ballot's current state does not allow this."},
    [BALLOT_VERDICT_NEEDS_NO_APPROVAL] = {"needs-no-approval", "담당자가 승인하는 작업이 아닙니다.",
                                          "This is not for operators to approve."},
    [BALLOT_VERDICT_WINDOW_OVER] = {"window-over", "투표 기간이 이미 끝나 투표를 열 수 없습니다.",
                                    "The voting window is over, so the ballot cannot be opened."},
    [BALLOT_VERDICT_WINDOW_NOT_OVER] =
        {"window-not-over", "투표 기간이 끝나지 않아 마감할 수 없습니다.",
         "The voting window is not over, so the ballot cannot be closed."},
    [BALLOT_VERDICT_LOT_NOT_AWAITED] =
        {"lot-not-awaited", "동점을 추첨 난수로 가리는 투표가 아니거나 난수가 이미 공개되었습니다.",
         "No lot breaks this ballot's ties, or its seed is published already."},
    [BALLOT_VERDICT_JURY_NOT_AWAITED] =
        {"jury-not-awaited",
         "심사 점수를 반영하는 투표가 아니거나 심사 점수가 이미 공개되었습니다.",
         "This ballot has no jury, or its scores are published already."},
    [BALLOT_VERDICT_ROLL_MISSING] =
        {"roll-missing", "정족수가 선거인 수에 대한 비율이므로 먼저 선거인 수를 등록해야 합니다.",
         "The quorum is a share of the electorate, so a roll must be imported first."},
    [BALLOT_VERDICT_OBJECTION_NOT_OVER] =
        {"objection-not-over", "이의신청 기간이 끝나지 않아 키를 파기할 수 없습니다.",
         "The objection period is not over, so the key cannot be destroyed."},
    [BALLOT_VERDICT_EXTENSION_TOO_LATE] =
        {"extension-too-late", "투표 기간이 이미 끝나 연장할 수 없습니다.",
         "The voting window is over already, so it cannot be extended."},
    [BALLOT_VERDICT_EXTENSION_SHORTENS] = {"extension-shortens",
                                           "새 마감 시각은 현재 마감 시각보다 늦어야 합니다.",
                                           "The new end must be later than the present one."},
    [BALLOT_VERDICT_EXTENSION_TOO_LONG] =
        {"extension-too-long",
         "연장은 처음 정한 마감 시각부터 모두 31일까지, 투표 기간 전체로 366일까지 할 수 있습니다.",
         "A window is extended by at most 31 days beyond its first end, and to 366 days in all."},
    [BALLOT_VERDICT_EXTENSION_TOO_OFTEN] = {"extension-too-often",
                                            "투표 기간은 세 번까지만 연장할 수 있습니다.",
                                            "A window is extended at most three times."},
    [BALLOT_VERDICT_OPTION_NOT_FOUND] = {"option-not-found", "이 투표에 없는 의제입니다.",
                                         "The ballot has no option of that id."},
    [BALLOT_VERDICT_OPTION_NOT_FUNDED] =
        {"option-not-funded", "개표에서 선정되지 않은 의제는 제외할 것이 없습니다.",
         "The tally did not fund this option, so it cannot be excluded."},
    [BALLOT_VERDICT_OPTION_ALREADY_EXCLUDED] = {"option-already-excluded",
                                                "이미 제외하기로 결정한 의제입니다.",
                                                "This option is excluded already."},
    [BALLOT_VERDICT_EXCLUSION_REASONS_TOO_LONG] =
        {"exclusion-reasons-too-long",
         "한 투표의 제외 사유는 모두 합하여 49,152바이트(한글 약 16,000자)까지입니다. 더 짧게 적고 "
         "자세한 "
         "내용은 문서를 가리켜 주십시오.",
         "The reasons of a ballot's exclusions together have at most 49,152 bytes. Write a shorter "
         "one "
         "that refers to a document."},
    [BALLOT_VERDICT_VOTE_NOT_FOUND] = {"vote-not-found", "그 익명 번호와 차수의 표가 없습니다.",
                                       "There is no vote of that nullifier and revision."},
    [BALLOT_VERDICT_VOTE_NOT_FINAL] =
        {"vote-not-final", "그 뒤에 다시 투표하여 집계되지 않는 표입니다.",
         "The voter has voted again since, so this vote is not counted anyway."},
    [BALLOT_VERDICT_VOTE_ALREADY_VOID] = {"vote-already-void", "이미 무효로 처리된 표입니다.",
                                          "This vote is void already."},
    [BALLOT_VERDICT_VOIDS_TOO_MANY] = {"voids-too-many",
                                       "한 투표에서 무효로 처리할 수 있는 표는 1,000표까지입니다.",
                                       "At most 1,000 votes of a ballot can be declared void."},
    [BALLOT_VERDICT_VOTE_ON_PAPER] =
        {"vote-on-paper",
         "투표용지를 받은 기록이라 무효로 처리할 수 없습니다. 누구의 투표지인지 알 수 없습니다.",
         "This is a ballot paper that was issued: which sheet is its voter's nobody can tell."},
    [BALLOT_VERDICT_BATCH_NOT_FOUND] = {"batch-not-found", "그 번호의 묶음이 없습니다.",
                                        "There is no batch of that number."},
    [BALLOT_VERDICT_BATCH_SEALED] = {"batch-sealed", "이미 봉인된 묶음입니다.",
                                     "This batch is sealed already."},
    [BALLOT_VERDICT_BATCH_NOT_RECONCILED] =
        {"batch-not-reconciled",
         "봉투 수와 투표지 수, 두 사람의 입력이 모두 맞아야 봉인할 수 있습니다. 입력되지 않았거나 "
         "일치하지 않는 투표지가 있습니다.",
         "A batch is sealed once its envelopes, its sheets and two people's entries agree; some "
         "sheets are missing or disagree."},
    [BALLOT_VERDICT_BATCH_NOT_SEALED] =
        {"batch-not-sealed", "봉인하지 않은 묶음이 있어 종이투표 정리를 마칠 수 없습니다.",
         "A batch is not sealed, so the paper is not complete."},
    [BALLOT_VERDICT_PAPER_NOT_AWAITED] = {"paper-not-awaited",
                                          "기다리는 봉투가 없거나 이미 정리를 마쳤습니다.",
                                          "No envelope is missing, or it was declared already."},
    [BALLOT_VERDICT_PAPER_AWAITED] =
        {"paper-awaited",
         "종이투표가 정리되지 않아 집계하지 않았습니다. 묶음을 모두 봉인하거나 남은 봉투가 없다고 "
         "두 사람이 확인하십시오.",
         "The ballot is not counted, since its paper is not complete: seal every batch, or declare "
         "that no more envelopes will come."},
};

static_assert(COUNT(STATES) == BALLOT_STATE_END, "a word for every state");
static_assert(COUNT(ACTIONS) == BALLOT_ACTION_END, "a word for every action");
static_assert(COUNT(VERDICT_TEXTS) == BALLOT_VERDICT_END, "a text for every verdict");
static_assert(BALLOT_APPROVALS_NEEDED == 2, "the sentences speak of one other operator");
static_assert(VOID_COUNT_MAX == 1000, "the sentence says 1,000");
static_assert(BALLOT_EXTENSION_COUNT_MAX == 3, "the sentence says three times");
static_assert(BALLOT_EXTENSION_MAX_MS == 2678400000LL, "the sentence says 31 days");
static_assert(BALLOT_WINDOW_MAX_MS == 31622400000LL, "the sentence says 366 days");

static enum ballot_verdict verdict_without_count(const struct ballot_standing *standing,
                                                 enum ballot_action action,
                                                 enum ballot_actor actor);
static enum ballot_verdict extension_verdict(const struct ballot_standing *standing);
static enum ballot_verdict void_verdict(const struct ballot_standing *standing);
static enum ballot_verdict exclusion_verdict(const struct ballot_standing *standing);
static enum ballot_verdict paper_verdict(const struct ballot_standing *standing,
                                         enum ballot_action action);
static unsigned approvers_count(const struct ballot_standing *standing,
                                const struct ballot_approval *approval, bool *ret_repeated);
static bool same_subject(const struct ballot_approval *a, const struct ballot_approval *b);
static bool seen_before(const struct ballot_approval *approvals, size_t index);
static enum err verdict_err(enum ballot_verdict verdict);

const struct ballot_transition *ballot_transitions(size_t *ret_count)
{
    assert(ret_count != NULL);
    static_assert(COUNT(TRANSITIONS) > 0, "there are transitions");

    *ret_count = COUNT(TRANSITIONS);
    return TRANSITIONS;
}

const struct ballot_transition *ballot_transition_find(enum ballot_state from,
                                                       enum ballot_action action)
{
    assert(from > BALLOT_STATE_MISSING && from < BALLOT_STATE_END);
    assert(action > BALLOT_ACTION_MISSING && action < BALLOT_ACTION_END);

    for (size_t i = 0; i < COUNT(TRANSITIONS); i++) {
        if (TRANSITIONS[i].from == from && TRANSITIONS[i].action == action) {
            return &TRANSITIONS[i];
        }
    }
    return NULL;
}

enum err ballot_transit(enum ballot_state from, enum ballot_action action, enum ballot_actor actor,
                        enum ballot_state *ret_state)
{
    const struct ballot_transition *transition = ballot_transition_find(from, action);

    assert(ret_state != NULL);

    if (transition == NULL) {
        return ERR_CONFLICT;
    }
    /* What operators decide goes through ballot_approve, which counts them. */
    if (transition->approvals > 0 || transition->actor != actor) {
        return ERR_INVALID;
    }
    *ret_state = transition->to;
    return ERR_OK;
}

enum err ballot_approve(const struct ballot_standing *standing,
                        const struct ballot_approval *approval, enum ballot_actor actor,
                        struct ballot_decision *ret)
{
    const struct ballot_transition *transition;
    bool repeated = false;

    assert(standing->approvals != NULL || standing->approval_count == 0);
    assert(approval->operator_id[0] != '\0');
    assert(ret != NULL);

    *ret = (struct ballot_decision){
        .verdict = verdict_without_count(standing, approval->action, actor),
        .to = standing->state,
    };
    if (ret->verdict != BALLOT_VERDICT_NONE) {
        return verdict_err(ret->verdict);
    }

    transition = ballot_transition_find(standing->state, approval->action);
    assert(transition != NULL && transition->approvals > 0);
    ret->approvals = approvers_count(standing, approval, &repeated);
    if (ret->approvals >= transition->approvals) {
        /* Also when it is repeated: the second approval may have been recorded by a request that
         * was lost before it could act on it. */
        ret->verdict = BALLOT_VERDICT_COMPLETES;
        ret->to = transition->to;
    } else {
        ret->verdict = repeated ? BALLOT_VERDICT_REPEATED : BALLOT_VERDICT_RECORDED;
    }
    return verdict_err(ret->verdict);
}

const struct ballot_verdict_text *ballot_verdict_text(enum ballot_verdict verdict)
{
    assert(verdict > BALLOT_VERDICT_NONE);
    assert(verdict < BALLOT_VERDICT_END);

    return &VERDICT_TEXTS[verdict];
}

const char *ballot_state_name(enum ballot_state state)
{
    return STATES[(unsigned)state < COUNT(STATES) ? state : BALLOT_STATE_MISSING];
}

const char *ballot_action_name(enum ballot_action action)
{
    return ACTIONS[(unsigned)action < COUNT(ACTIONS) ? action : BALLOT_ACTION_MISSING];
}

enum ballot_state ballot_state_from_name(const char *name)
{
    return (enum ballot_state)ballot_name_find(STATES, COUNT(STATES), name);
}

enum ballot_action ballot_action_from_name(const char *name)
{
    return (enum ballot_action)ballot_name_find(ACTIONS, COUNT(ACTIONS), name);
}

/* Everything that refuses an approval whoever else approved; NONE when nothing does. */
static enum ballot_verdict verdict_without_count(const struct ballot_standing *standing,
                                                 enum ballot_action action, enum ballot_actor actor)
{
    const struct ballot_transition *transition = ballot_transition_find(standing->state, action);

    assert(standing->now_ms > 0);
    assert(standing->closes_at_ms > 0);

    if (actor != BALLOT_ACTOR_OPERATOR) {
        return BALLOT_VERDICT_NOT_OPERATOR;
    }
    if (standing->state == BALLOT_STATE_CLOSED && action == BALLOT_ACTION_CERTIFY &&
        standing->paper.awaited) {
        return BALLOT_VERDICT_PAPER_AWAITED;
    }
    if (transition == NULL) {
        return BALLOT_VERDICT_WRONG_STATE;
    }
    if (transition->approvals == 0) {
        return BALLOT_VERDICT_NEEDS_NO_APPROVAL;
    }
    if (action == BALLOT_ACTION_OPEN && standing->now_ms >= standing->closes_at_ms) {
        return BALLOT_VERDICT_WINDOW_OVER;
    }
    /* The window is part of the frozen definition; only a rehearsal may cut it short. */
    if (action == BALLOT_ACTION_CLOSE && standing->now_ms < standing->closes_at_ms &&
        !standing->demonstration) {
        return BALLOT_VERDICT_WINDOW_NOT_OVER;
    }
    if (action == BALLOT_ACTION_OPEN && standing->roll_missing) {
        return BALLOT_VERDICT_ROLL_MISSING;
    }
    if (action == BALLOT_ACTION_JURY && !standing->jury_awaited) {
        return BALLOT_VERDICT_JURY_NOT_AWAITED;
    }
    if (action == BALLOT_ACTION_LOT && !standing->lot_awaited) {
        return BALLOT_VERDICT_LOT_NOT_AWAITED;
    }
    if (action == BALLOT_ACTION_DESTROY_KEY && standing->now_ms < standing->objection_ends_at_ms) {
        return BALLOT_VERDICT_OBJECTION_NOT_OVER;
    }
    if (action == BALLOT_ACTION_VOID) {
        return void_verdict(standing);
    }
    if (action == BALLOT_ACTION_EXCLUDE) {
        return exclusion_verdict(standing);
    }
    if (action == BALLOT_ACTION_SEAL_PAPER || action == BALLOT_ACTION_COMPLETE_PAPER) {
        return paper_verdict(standing, action);
    }
    return action == BALLOT_ACTION_EXTEND ? extension_verdict(standing) : BALLOT_VERDICT_NONE;
}

static enum ballot_verdict paper_verdict(const struct ballot_standing *standing,
                                         enum ballot_action action)
{
    const struct ballot_paper *paper = &standing->paper;

    assert(paper->known || !paper->sealed);
    assert(paper->awaited || !paper->unsealed);

    if (action == BALLOT_ACTION_COMPLETE_PAPER) {
        if (paper->unsealed) {
            return BALLOT_VERDICT_BATCH_NOT_SEALED;
        }
        return paper->awaited ? BALLOT_VERDICT_NONE : BALLOT_VERDICT_PAPER_NOT_AWAITED;
    }
    if (!paper->known) {
        return BALLOT_VERDICT_BATCH_NOT_FOUND;
    }
    if (paper->sealed) {
        return BALLOT_VERDICT_BATCH_SEALED;
    }
    return paper->reconciled ? BALLOT_VERDICT_NONE : BALLOT_VERDICT_BATCH_NOT_RECONCILED;
}

static enum ballot_verdict exclusion_verdict(const struct ballot_standing *standing)
{
    const struct ballot_exclusion *exclusion = &standing->exclusion;

    assert(exclusion->known || !exclusion->computed);
    assert(exclusion->computed || !exclusion->already);

    if (!exclusion->known) {
        return BALLOT_VERDICT_OPTION_NOT_FOUND;
    }
    if (!exclusion->computed) {
        return BALLOT_VERDICT_OPTION_NOT_FUNDED;
    }
    if (exclusion->already) {
        return BALLOT_VERDICT_OPTION_ALREADY_EXCLUDED;
    }
    static_assert(BALLOT_EXCLUSION_REASONS_MAX == 49152, "as the refusal says");
    return exclusion->reasons_length > BALLOT_EXCLUSION_REASONS_MAX
               ? BALLOT_VERDICT_EXCLUSION_REASONS_TOO_LONG
               : BALLOT_VERDICT_NONE;
}

static enum ballot_verdict void_verdict(const struct ballot_standing *standing)
{
    const struct ballot_void *voiding = &standing->voiding;

    assert(voiding->before <= VOID_COUNT_MAX);
    assert(!voiding->already || voiding->last_rev > 0);

    if (voiding->rev == 0 || voiding->rev > voiding->last_rev) {
        return BALLOT_VERDICT_VOTE_NOT_FOUND;
    }
    if (voiding->already) {
        return BALLOT_VERDICT_VOTE_ALREADY_VOID;
    }
    if (voiding->rev < voiding->last_rev) {
        return BALLOT_VERDICT_VOTE_NOT_FINAL;
    }
    if (voiding->on_paper) {
        return BALLOT_VERDICT_VOTE_ON_PAPER;
    }
    return voiding->before == VOID_COUNT_MAX ? BALLOT_VERDICT_VOIDS_TOO_MANY : BALLOT_VERDICT_NONE;
}

int64_t ballot_extension_latest_ms(int64_t opens_at_ms, int64_t frozen_closes_at_ms)
{
    int64_t latest_ms = frozen_closes_at_ms + BALLOT_EXTENSION_MAX_MS;

    assert(opens_at_ms > 0 && opens_at_ms < frozen_closes_at_ms);
    assert(frozen_closes_at_ms <= BALLOT_TIME_MAX_MS);

    if (latest_ms > opens_at_ms + BALLOT_WINDOW_MAX_MS) {
        latest_ms = opens_at_ms + BALLOT_WINDOW_MAX_MS;
    }
    return latest_ms < BALLOT_TIME_MAX_MS ? latest_ms : BALLOT_TIME_MAX_MS;
}

/* Whoever came at the present end was turned away, so that nobody may vote after it as if it had not
 * been: an extension is in force before the end it moves, or not at all. */
static enum ballot_verdict extension_verdict(const struct ballot_standing *standing)
{
    const struct ballot_extension *extension = &standing->extension;

    assert(extension->opens_at_ms > 0);
    assert(extension->before <= BALLOT_EXTENSION_COUNT_MAX);

    if (standing->now_ms >= standing->closes_at_ms) {
        return BALLOT_VERDICT_EXTENSION_TOO_LATE;
    }
    if (extension->to_ms <= standing->closes_at_ms) {
        return BALLOT_VERDICT_EXTENSION_SHORTENS;
    }
    if (extension->before == BALLOT_EXTENSION_COUNT_MAX) {
        return BALLOT_VERDICT_EXTENSION_TOO_OFTEN;
    }
    if (extension->to_ms >
        ballot_extension_latest_ms(extension->opens_at_ms, extension->frozen_closes_at_ms)) {
        return BALLOT_VERDICT_EXTENSION_TOO_LONG;
    }
    return BALLOT_VERDICT_NONE;
}

/* Different operators who approve the same action on the same content, with the one at hand. */
static unsigned approvers_count(const struct ballot_standing *standing,
                                const struct ballot_approval *approval, bool *ret_repeated)
{
    unsigned count = 1;
    bool repeated = false;

    for (size_t i = 0; i < standing->approval_count; i++) {
        const struct ballot_approval *earlier = &standing->approvals[i];

        if (!same_subject(earlier, approval)) {
            continue;
        }
        if (strcmp(earlier->operator_id, approval->operator_id) == 0) {
            repeated = true;
        } else if (!seen_before(standing->approvals, i)) {
            count++;
        }
    }
    assert(count >= 1);
    assert(count <= standing->approval_count + 1);
    *ret_repeated = repeated;
    return count;
}

static bool same_subject(const struct ballot_approval *a, const struct ballot_approval *b)
{
    assert(a != NULL);
    assert(b != NULL);

    return a->action == b->action && memcmp(a->content, b->content, sizeof a->content) == 0;
}

/* True if an earlier approval of the list is the same operator's on the same subject. */
static bool seen_before(const struct ballot_approval *approvals, size_t index)
{
    assert(approvals != NULL);

    for (size_t i = 0; i < index; i++) {
        if (same_subject(&approvals[i], &approvals[index]) &&
            strcmp(approvals[i].operator_id, approvals[index].operator_id) == 0) {
            return true;
        }
    }
    return false;
}

static enum err verdict_err(enum ballot_verdict verdict)
{
    static const enum err ERRS[] = {
        [BALLOT_VERDICT_NONE] = ERR_INTERNAL,
        [BALLOT_VERDICT_RECORDED] = ERR_OK,
        [BALLOT_VERDICT_COMPLETES] = ERR_OK,
        [BALLOT_VERDICT_REPEATED] = ERR_OK,
        [BALLOT_VERDICT_NOT_OPERATOR] = ERR_INVALID,
        [BALLOT_VERDICT_WRONG_STATE] = ERR_CONFLICT,
        [BALLOT_VERDICT_NEEDS_NO_APPROVAL] = ERR_INVALID,
        [BALLOT_VERDICT_WINDOW_OVER] = ERR_CONFLICT,
        [BALLOT_VERDICT_WINDOW_NOT_OVER] = ERR_CONFLICT,
        [BALLOT_VERDICT_LOT_NOT_AWAITED] = ERR_CONFLICT,
        [BALLOT_VERDICT_JURY_NOT_AWAITED] = ERR_CONFLICT,
        [BALLOT_VERDICT_ROLL_MISSING] = ERR_CONFLICT,
        [BALLOT_VERDICT_OBJECTION_NOT_OVER] = ERR_CONFLICT,
        [BALLOT_VERDICT_EXTENSION_TOO_LATE] = ERR_CONFLICT,
        [BALLOT_VERDICT_EXTENSION_SHORTENS] = ERR_CONFLICT,
        [BALLOT_VERDICT_EXTENSION_TOO_LONG] = ERR_CONFLICT,
        [BALLOT_VERDICT_EXTENSION_TOO_OFTEN] = ERR_CONFLICT,
        [BALLOT_VERDICT_OPTION_NOT_FOUND] = ERR_CONFLICT,
        [BALLOT_VERDICT_OPTION_NOT_FUNDED] = ERR_CONFLICT,
        [BALLOT_VERDICT_OPTION_ALREADY_EXCLUDED] = ERR_CONFLICT,
        [BALLOT_VERDICT_EXCLUSION_REASONS_TOO_LONG] = ERR_CONFLICT,
        [BALLOT_VERDICT_VOTE_NOT_FOUND] = ERR_CONFLICT,
        [BALLOT_VERDICT_VOTE_NOT_FINAL] = ERR_CONFLICT,
        [BALLOT_VERDICT_VOTE_ALREADY_VOID] = ERR_CONFLICT,
        [BALLOT_VERDICT_VOIDS_TOO_MANY] = ERR_CONFLICT,
        [BALLOT_VERDICT_VOTE_ON_PAPER] = ERR_CONFLICT,
        [BALLOT_VERDICT_BATCH_NOT_FOUND] = ERR_CONFLICT,
        [BALLOT_VERDICT_BATCH_SEALED] = ERR_CONFLICT,
        [BALLOT_VERDICT_BATCH_NOT_RECONCILED] = ERR_CONFLICT,
        [BALLOT_VERDICT_BATCH_NOT_SEALED] = ERR_CONFLICT,
        [BALLOT_VERDICT_PAPER_NOT_AWAITED] = ERR_CONFLICT,
        [BALLOT_VERDICT_PAPER_AWAITED] = ERR_CONFLICT,
    };

    static_assert(COUNT(ERRS) == BALLOT_VERDICT_END, "an error for every verdict");
    assert(verdict > BALLOT_VERDICT_NONE);
    assert(verdict < BALLOT_VERDICT_END);

    return ERRS[verdict];
}
