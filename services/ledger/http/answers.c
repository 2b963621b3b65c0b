/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shapes of openapi.yaml. Members keep the order in which people read
 * them.
 */
#include "ledger/http/answers.h"

#include "ledger/domain/kind.h"
#include "runtime/clock.h"
#include "runtime/crypto.h"
#include "runtime/json.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    HTTP_CONFLICT = 409,
    HTTP_UNPROCESSABLE = 422,
    NUMBER_LENGTH_MAX = 20, /* "-9223372036854775808" */
    KRW_SIZE = 32,          /* "9,223,372,036,854,775,807" and its NUL */
};

static const struct problem_kind *refusal_kind(enum refusal_reason reason);
static void format_krw(int64_t amount_krw, char ret_text[KRW_SIZE]);
static void append_leg(struct buffer *buffer, const struct order *order, size_t leg);
static void append_plain(struct buffer *buffer, const char *before, const char *text);
static void append_number(struct buffer *buffer, const char *before, int64_t number);

void answer_failure(struct http_request *request, const struct problem *problem, enum err err)
{
    if (problem->kind) {
        http_respond_problem(request, problem);
    } else {
        http_respond_error(request, err);
    }
}

void answer_refusal(struct http_request *request, const struct order_refusal *refusal)
{
    struct problem problem = {.kind = NULL};

    answer_problem(refusal, &problem);
    http_respond_problem(request, &problem);
}

void answer_problem(const struct order_refusal *refusal, struct problem *ret_problem)
{
    char ko[PROBLEM_DETAIL_SIZE] = "";
    char en[PROBLEM_DETAIL_SIZE] = "";
    char krw[KRW_SIZE];

    assert(refusal->reason != REFUSAL_NONE);
    problem_set(ret_problem, refusal_kind(refusal->reason), refusal->field, NULL, refusal->account);
    format_krw(refusal->shortfall_krw, krw);
    if (refusal->shortfall_krw > 0 && refusal->account[0] != '\0') {
        (void)snprintf(ko, sizeof ko, "%s 계정에서 %s원이 모자랍니다.", refusal->account, krw);
        (void)snprintf(en, sizeof en, "Account %s is short of %s won.", refusal->account, krw);
    } else if (refusal->shortfall_krw > 0) {
        (void)snprintf(ko, sizeof ko, "%s원이 모자랍니다.", krw);
        (void)snprintf(en, sizeof en, "It is short of %s won.", krw);
    }
    problem_detail(ret_problem, ko, en);
}

void answer_refusal_plain(struct http_request *request, const struct refusal *refusal)
{
    struct order_refusal told = {
        .reason = refusal->reason,
        .shortfall_krw = refusal->shortfall_krw,
    };

    assert(strlen(refusal->field) < sizeof told.field);
    memcpy(told.field, refusal->field, strlen(refusal->field));
    if (refusal->has_account) {
        account_code(&refusal->account, told.account);
    }
    answer_refusal(request, &told);
}

void answer_entry_append(struct buffer *buffer, const struct order *order)
{
    const struct entry *entry = &order->entry;
    char key[CRYPTO_UUID_TEXT_SIZE];
    char date[ENTRY_DATE_SIZE];
    char time[CLOCK_TEXT_SIZE];
    char hash[2 * CRYPTO_HASH_SIZE + 1];

    crypto_uuid_format(entry->key, key);
    entry_date_format(entry->effective_date, date);
    clock_format(order->posted_time_ms, time);
    crypto_hex(order->hash, sizeof order->hash, hash, sizeof hash);
    append_number(buffer, "{\"seq\":", order->seq);
    append_plain(buffer, ",\"key\":\"", key);
    append_plain(buffer, "\",\"kind\":\"", entry->kind);
    append_plain(buffer, "\",\"kind_name\":\"", kind_name_ko(entry->kind));
    append_plain(buffer, "\",\"effective_date\":\"", date);
    append_number(buffer, "\",\"fiscal_year\":", entry->period);
    if (entry->linked_seq > 0) {
        append_number(buffer, ",\"linked_seq\":", entry->linked_seq);
    } else {
        buffer_append_text(buffer, ",\"linked_seq\":null");
    }
    buffer_append_text(buffer, ",\"document\":");
    json_append_string(buffer, entry->document);
    buffer_append_text(buffer, ",\"metadata\":");
    json_append_string(buffer, entry->metadata);
    append_plain(buffer, ",\"posted_time\":\"", time);
    append_plain(buffer, "\",\"hash\":\"", hash);
    buffer_append_text(buffer, "\",\"legs\":[");
    for (size_t i = 0; i < entry->leg_count; i++) {
        append_leg(buffer, order, i);
    }
    buffer_append_text(buffer, "]}");
}

json_t *answer_entry(const struct order *order)
{
    struct buffer buffer;
    json_t *value = NULL;

    buffer_init(&buffer, ANSWER_ENTRY_SIZE_MAX);
    answer_entry_append(&buffer, order);
    if (!buffer_status(&buffer)) {
        value = json_loadb((const char *)buffer.data, buffer.length, 0, NULL);
    }
    buffer_release(&buffer);
    return value;
}

json_t *answer_block(const struct block *block)
{
    return json_pack("{s:I, s:I, s:I, s:o, s:o}", "number", (json_int_t)block->number, "first_seq",
                     (json_int_t)block->first_seq, "last_seq", (json_int_t)block->last_seq, "root",
                     answer_hex(block->root, sizeof block->root), "sealed_time",
                     answer_time(block->sealed_time_ms));
}

json_t *answer_envelope(const struct envelope *envelope, int64_t changed_time_ms)
{
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];

    crypto_uuid_format(envelope->ballot_id, ballot_id);
    return json_pack(
        "{s:s, s:i, s:s, s:s, s:I, s:I, s:o}", "ballot_id", ballot_id, "fiscal_year",
        (int)envelope->fiscal_year, "funding_source", funding_source_code(envelope->funding_source),
        "state", envelope_state_code(envelope->state), "amount_krw",
        (json_int_t)envelope->amount_krw, "selected_krw", (json_int_t)envelope->selected_krw,
        "changed_time", answer_time(changed_time_ms));
}

void answer_append(json_t **array, json_t *item)
{
    if (json_array_append_new(*array, item) != 0) {
        json_decref(*array);
        *array = NULL;
    }
}

json_t *answer_time(int64_t time_ms)
{
    char text[CLOCK_TEXT_SIZE];

    clock_format(time_ms, text);
    return json_string(text);
}

json_t *answer_hex(const uint8_t *bytes, size_t length)
{
    char text[2 * CRYPTO_HASH_SIZE + 1];

    assert(length <= CRYPTO_HASH_SIZE);
    crypto_hex(bytes, length, text, sizeof text);
    return json_string(text);
}

static void append_leg(struct buffer *buffer, const struct order *order, size_t leg)
{
    const struct entry_leg *row = &order->entry.legs[leg];
    const struct line *line = &row->account.line;

    append_number(buffer, leg == 0 ? "{\"fiscal_year\":" : ",{\"fiscal_year\":", line->fiscal_year);
    buffer_append_text(buffer, ",\"programme\":");
    json_append_string(buffer, line->programme);
    append_plain(buffer, ",\"funding_source\":\"", funding_source_code(line->funding_source));
    append_plain(buffer, "\",\"stage\":\"", stage_code(row->account.stage));
    append_number(buffer, "\",\"amount_krw\":", row->amount_krw);
    append_number(buffer, ",\"balance_after_krw\":", order->postings[leg].balance_after_krw);
    append_number(buffer, ",\"version\":", order->postings[leg].version);
    buffer_append_text(buffer, "}");
}

/* A text that has nothing to escape. */
static void append_plain(struct buffer *buffer, const char *before, const char *text)
{
    buffer_append_text(buffer, before);
    buffer_append_text(buffer, text);
}

static void append_number(struct buffer *buffer, const char *before, int64_t number)
{
    char digits[NUMBER_LENGTH_MAX];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    do {
        at--;
        digits[at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) {
        at--;
        digits[at] = '-';
    }
    buffer_append_text(buffer, before);
    buffer_append(buffer, digits + at, sizeof digits - at);
}

/* The problem's kind, made from the domain's table; a problem borrows it for ever. */
static const struct problem_kind *refusal_kind(enum refusal_reason reason)
{
    static struct problem_kind kinds[REFUSAL_COUNT + 1];
    struct problem_kind *kind = &kinds[reason];

    if (reason == REFUSAL_KEY_REUSED) {
        return &PROBLEM_KEY_REUSED;
    }
    kind->status = refusal_err(reason) == ERR_INVALID ? HTTP_UNPROCESSABLE : HTTP_CONFLICT;
    kind->code = refusal_code(reason);
    kind->ko = refusal_sentence_ko(reason);
    kind->en = refusal_sentence_en(reason);
    return kind;
}

/* Digits in threes, for people. */
static void format_krw(int64_t amount_krw, char ret_text[KRW_SIZE])
{
    int64_t rest = amount_krw;
    size_t at = KRW_SIZE - 1;
    int digits = 0;

    assert(amount_krw >= 0);
    ret_text[at] = '\0';
    do {
        if (digits > 0 && digits % 3 == 0) {
            ret_text[--at] = ',';
        }
        ret_text[--at] = (char)('0' + rest % 10);
        rest /= 10;
        digits++;
    } while (rest > 0);
    memmove(ret_text, ret_text + at, KRW_SIZE - at);
}
