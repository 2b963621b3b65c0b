/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands that post one entry of the journal. Each puts what was given
 * into the shape of POST /v1/entries; whether it is allowed is the ledger's to
 * say.
 */
#include "cli/ledger_commands.h"

#include "cli/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SUPPLEMENTARY_MAX = 9, STAGE_SIZE = 32 };

/* An entry under way; the body is NULL once memory or UTF-8 failed. */
struct draft {
    const struct invocation *invocation;
    json_t *body;
    bool wrong; /* and it was said */
};

/* One debit and its credit; the programme NULL means the entry's own. */
struct draft_transfer {
    const char *debit;
    const char *credit;
    int64_t amount_krw;
    const char *programme;
    int64_t fiscal_year; /* 0: the entry's own */
};

static void draft_open(struct draft *draft, const struct invocation *invocation, const char *kind);
static int64_t draft_number(struct draft *draft, const char *name, int64_t minimum);
static void draft_add(struct draft *draft, const struct draft_transfer *transfer);
static void draft_need_part(struct draft *draft, const char *options);
static void draft_link(struct draft *draft);
static enum cli_status draft_send(struct draft *draft);
static void draft_plain(struct draft *draft, const struct invocation *invocation, const char *kind);
static void draft_grant(struct draft *draft);
static enum cli_status post_plain(const struct invocation *invocation, const char *kind);
static enum cli_status post_granted(const struct invocation *invocation, const char *kind);
static bool has(const struct invocation *invocation, const char *name);
static enum cli_status misplaced(const struct invocation *invocation, const char *name,
                                 const char *with);

enum cli_status ledger_plan(const struct invocation *invocation)
{
    const char *origin = invocation_text(invocation, "origin");
    char stage[STAGE_SIZE];
    struct draft draft;

    if (strcmp(origin, "supplementary") != 0) {
        if (has(invocation, "nth")) {
            return misplaced(invocation, "nth", "--origin supplementary");
        }
        return post_plain(invocation, strcmp(origin, "main") == 0 ? "main_budget" : origin);
    }
    draft_open(&draft, invocation, "supplementary");
    (void)snprintf(stage, sizeof stage, "R10.supplementary.%" PRId64,
                   draft_number(&draft, "nth", 1));
    draft_add(&draft, &(const struct draft_transfer){
                          .debit = stage,
                          .credit = "S10",
                          .amount_krw = draft_number(&draft, "amount", 1),
                      });
    return draft_send(&draft);
}

enum cli_status ledger_cut(const struct invocation *invocation)
{
    char stage[STAGE_SIZE];
    struct draft draft;

    draft_open(&draft, invocation, "supplementary_cut");
    (void)snprintf(stage, sizeof stage, "R10.supplementary.%" PRId64,
                   draft_number(&draft, "nth", 1));
    draft_add(&draft, &(const struct draft_transfer){
                          .debit = invocation_text(invocation, "stage"),
                          .credit = stage,
                          .amount_krw = draft_number(&draft, "amount", 1),
                      });
    return draft_send(&draft);
}

enum cli_status ledger_secure(const struct invocation *invocation)
{
    return post_plain(invocation, "securing");
}

enum cli_status ledger_allot(const struct invocation *invocation)
{
    return post_plain(invocation,
                      invocation_switch(invocation, "back") ? "allotment_return" : "allotment");
}

enum cli_status ledger_commit(const struct invocation *invocation)
{
    if (invocation_switch(invocation, "cancel")) {
        return post_granted(invocation, "commitment_cancel");
    }
    return post_granted(invocation,
                        invocation_switch(invocation, "grant") ? "grant_decision" : "commitment");
}

enum cli_status ledger_pay(const struct invocation *invocation)
{
    return post_granted(invocation, "grant_payment");
}

enum cli_status ledger_execute(const struct invocation *invocation)
{
    struct draft draft;

    if (invocation_switch(invocation, "grant")) {
        if (has(invocation, "saving")) {
            return usage_error(invocation, say("--saving과 --grant를 함께 쓸 수 없습니다",
                                               "--saving and --grant do not go together"));
        }
        return post_granted(invocation, "grant_expenditure");
    }
    draft_open(&draft, invocation, "expenditure");
    draft_add(&draft, &(const struct draft_transfer){
                          .debit = "S40",
                          .credit = "S50",
                          .amount_krw = draft_number(&draft, "amount", 1),
                      });
    if (has(invocation, "saving")) {
        draft_add(&draft, &(const struct draft_transfer){
                              .debit = "S40",
                              .credit = "S30",
                              .amount_krw = draft_number(&draft, "saving", 1),
                          });
    }
    draft_grant(&draft);
    return draft_send(&draft);
}

enum cli_status ledger_take_back(const struct invocation *invocation)
{
    const char *stage = invocation_text(invocation, "stage");
    struct draft draft;

    draft_open(&draft, invocation, "expenditure_return");
    draft_link(&draft);
    draft_add(&draft, &(const struct draft_transfer){
                          .debit = "S50",
                          .credit = stage ? stage : "S30",
                          .amount_krw = draft_number(&draft, "amount", 1),
                      });
    return draft_send(&draft);
}

enum cli_status ledger_settle(const struct invocation *invocation)
{
    static const struct {
        const char *option;
        const char *debit;
        const char *credit;
    } PARTS[] = {
        {"spent", "S50", "S60"},
        {"unspent", "S45", "S70"},
        {"interest", "I20", "I10"},
    };
    struct draft draft;

    draft_open(&draft, invocation, "settlement");
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
        if (has(invocation, PARTS[i].option)) {
            draft_add(&draft, &(const struct draft_transfer){
                                  .debit = PARTS[i].debit,
                                  .credit = PARTS[i].credit,
                                  .amount_krw = draft_number(&draft, PARTS[i].option, 1),
                              });
        }
    }
    draft_grant(&draft);
    draft_need_part(&draft, "--spent, --unspent, --interest");
    return draft_send(&draft);
}

enum cli_status ledger_refund(const struct invocation *invocation)
{
    struct draft draft;

    draft_open(&draft, invocation, "refund");
    if (has(invocation, "amount")) {
        draft_add(&draft, &(const struct draft_transfer){
                              .debit = "S70",
                              .credit = "S75",
                              .amount_krw = draft_number(&draft, "amount", 1),
                          });
    }
    if (has(invocation, "interest")) {
        draft_add(&draft, &(const struct draft_transfer){
                              .debit = "I10",
                              .credit = "I20",
                              .amount_krw = draft_number(&draft, "interest", 1),
                          });
    }
    draft_grant(&draft);
    draft_need_part(&draft, "--amount, --interest");
    return draft_send(&draft);
}

enum cli_status ledger_transfer(const struct invocation *invocation)
{
    const char *stage = invocation_text(invocation, "stage");
    const char *into = invocation_text(invocation, "into");
    char kind[STAGE_SIZE];
    char origin[2 * STAGE_SIZE];
    struct draft draft;

    (void)snprintf(kind, sizeof kind, "%.8s_transfer", invocation_text(invocation, "kind"));
    (void)snprintf(origin, sizeof origin, "R10.%s", kind);
    draft_open(&draft, invocation, kind);
    int64_t amount_krw = draft_number(&draft, "amount", 1);
    draft_add(&draft, &(const struct draft_transfer){
                          .debit = stage ? stage : "S30",
                          .credit = origin,
                          .amount_krw = amount_krw,
                      });
    draft_add(&draft, &(const struct draft_transfer){
                          .debit = origin,
                          .credit = into ? into : "S30",
                          .amount_krw = amount_krw,
                          .programme = invocation_text(invocation, "to"),
                      });
    return draft_send(&draft);
}

enum cli_status ledger_carry_over(const struct invocation *invocation)
{
    const char *given = invocation_text(invocation, "kind");
    const char *stage = strcmp(given, "accident") == 0 ? "S40" : "S30";
    char kind[STAGE_SIZE];
    char sent[STAGE_SIZE];
    char origin[2 * STAGE_SIZE];
    struct draft draft;

    (void)snprintf(kind, sizeof kind, "carryover_%.12s", given);
    (void)snprintf(sent, sizeof sent, "S80.%.12s", given);
    (void)snprintf(origin, sizeof origin, "R10.%s", kind);
    if (has(invocation, "stage")) {
        if (strcmp(given, "continuing") != 0) {
            return misplaced(invocation, "stage", "--kind continuing");
        }
        stage = invocation_text(invocation, "stage");
    }
    draft_open(&draft, invocation, kind);
    int64_t amount_krw = draft_number(&draft, "amount", 1);
    draft_add(&draft, &(const struct draft_transfer){
                          .debit = stage,
                          .credit = sent,
                          .amount_krw = amount_krw,
                      });
    draft_add(&draft, &(const struct draft_transfer){
                          .debit = origin,
                          .credit = stage,
                          .amount_krw = amount_krw,
                          .fiscal_year = draft_number(&draft, "year", LEDGER_YEAR_MIN) + 1,
                      });
    draft_grant(&draft);
    return draft_send(&draft);
}

enum cli_status ledger_lapse(const struct invocation *invocation)
{
    struct draft draft;

    draft_open(&draft, invocation, "lapse");
    draft_add(&draft, &(const struct draft_transfer){
                          .debit = invocation_text(invocation, "stage"),
                          .credit = "S90",
                          .amount_krw = draft_number(&draft, "amount", 1),
                      });
    draft_grant(&draft);
    return draft_send(&draft);
}

enum cli_status ledger_reverse(const struct invocation *invocation)
{
    struct draft draft = {.invocation = invocation};
    const char *date = invocation_text(invocation, "date");

    draft.body = json_pack("{s:s, s:s}", "kind", "reversal", "document",
                           invocation_text(invocation, "document"));
    if (date) {
        (void)json_object_set_new(draft.body, "effective_date", json_string(date));
    }
    draft_link(&draft);
    return draft_send(&draft);
}

static enum cli_status post_plain(const struct invocation *invocation, const char *kind)
{
    struct draft draft;

    draft_plain(&draft, invocation, kind);
    return draft_send(&draft);
}

static enum cli_status post_granted(const struct invocation *invocation, const char *kind)
{
    struct draft draft;

    draft_plain(&draft, invocation, kind);
    draft_grant(&draft);
    return draft_send(&draft);
}

/* An entry of one amount. */
static void draft_plain(struct draft *draft, const struct invocation *invocation, const char *kind)
{
    draft_open(draft, invocation, kind);
    (void)json_object_del(draft->body, "transfers");
    (void)json_object_set_new(draft->body, "amount_krw",
                              json_integer((json_int_t)draft_number(draft, "amount", 1)));
}

/* The members that every entry of a line has. */
static void draft_open(struct draft *draft, const struct invocation *invocation, const char *kind)
{
    const char *date = invocation_text(invocation, "date");

    draft->invocation = invocation;
    draft->wrong = false;
    draft->body = json_pack("{s:s, s:I, s:s, s:s, s:s, s:[]}", "kind", kind, "fiscal_year",
                            (json_int_t)draft_number(draft, "year", LEDGER_YEAR_MIN), "programme",
                            invocation_text(invocation, "programme"), "funding_source",
                            invocation_text(invocation, "source"), "document",
                            invocation_text(invocation, "document"), "transfers");
    if (date) {
        (void)json_object_set_new(draft->body, "effective_date", json_string(date));
    }
}

/* The grant it belongs to, of the commands that have that option. */
static void draft_grant(struct draft *draft)
{
    const char *grant_id = invocation_text(draft->invocation, "grant-id");

    if (grant_id) {
        (void)json_object_set_new(draft->body, "grant_id", json_string(grant_id));
    }
}

/* The value of a numeric option, at least `minimum`; 0 and `wrong` when it is missing or no such. */
static int64_t draft_number(struct draft *draft, const char *name, int64_t minimum)
{
    int64_t maximum = INT64_MAX;
    int64_t number = 0;

    if (strcmp(name, "year") == 0) {
        maximum = LEDGER_YEAR_MAX;
    } else if (strcmp(name, "nth") == 0) {
        maximum = SUPPLEMENTARY_MAX;
    }
    if (draft->wrong) {
        return 0; /* one complaint is enough */
    }
    enum err err = invocation_number(draft->invocation, name, minimum, maximum, &number);
    if (err == ERR_NOT_FOUND) {
        (void)usage_error(draft->invocation, say("--%s가 있어야 합니다", "--%s is needed"), name);
    }
    draft->wrong = err != ERR_OK;
    return err ? 0 : number;
}

static void draft_add(struct draft *draft, const struct draft_transfer *transfer)
{
    json_t *row = json_pack("{s:s, s:s, s:I}", "debit", transfer->debit, "credit", transfer->credit,
                            "amount_krw", (json_int_t)transfer->amount_krw);

    if (row && transfer->programme) {
        (void)json_object_set_new(row, "programme", json_string(transfer->programme));
    }
    if (row && transfer->fiscal_year > 0) {
        (void)json_object_set_new(row, "fiscal_year",
                                  json_integer((json_int_t)transfer->fiscal_year));
    }
    (void)json_array_append_new(json_object_get(draft->body, "transfers"), row);
}

/* An entry of parts has at least one of them. */
static void draft_need_part(struct draft *draft, const char *options)
{
    if (!draft->wrong && json_array_size(json_object_get(draft->body, "transfers")) == 0) {
        (void)usage_error(draft->invocation,
                          say("%s 가운데 하나는 있어야 합니다", "one of %s is needed"), options);
        draft->wrong = true;
    }
}

/* The entry's number, which is the command's operand. */
static void draft_link(struct draft *draft)
{
    const char *text = invocation_operand(draft->invocation, 0);
    int64_t seq = 0;

    for (const char *at = text; *at >= '0' && *at <= '9' && seq < INT64_MAX / 100; at++) {
        seq = seq * 10 + (*at - '0');
    }
    if (seq < 1 || strspn(text, "0123456789") != strlen(text)) {
        (void)usage_error(draft->invocation,
                          say("'%s': 전표 번호여야 합니다 ('hyeopchi ledger journal'로 봅니다)",
                              "'%s': it must be an entry's number, as 'hyeopchi ledger journal' "
                              "shows it"),
                          text);
        draft->wrong = true;
    }
    (void)json_object_set_new(draft->body, "linked_seq", json_integer((json_int_t)seq));
}

static enum cli_status draft_send(struct draft *draft)
{
    const struct invocation *invocation = draft->invocation;

    if (draft->wrong) {
        json_decref(draft->body);
        return CLI_USAGE;
    }
    return request_run_json(invocation,
                            &(const struct client_request){
                                .service = CLIENT_LEDGER,
                                .method = "POST",
                                .path = "/v1/entries",
                                .idempotency_key = invocation_text(invocation, "idempotency-key"),
                            },
                            draft->body);
}

static bool has(const struct invocation *invocation, const char *name)
{
    return invocation_text(invocation, name) != NULL;
}

/* What is given is never passed over. */
static enum cli_status misplaced(const struct invocation *invocation, const char *name,
                                 const char *with)
{
    return usage_error(invocation, say("--%s: %s일 때만 쓸 수 있습니다", "--%s only goes with %s"),
                       name, with);
}
