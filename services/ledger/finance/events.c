/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the messages of the finance stream to the domain's structs. No decision
 * is made here, and no generated name leaves this file.
 */
#include "ledger/finance/events.h"

#include "hyeopchi/finance/v1/entry.pb-c.h"
#include "hyeopchi/finance/v1/request.pb-c.h"
#include "runtime/crypto.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Reads an unpacked message into the request. ERR_UNAVAILABLE when out of memory. */
typedef enum err (*read_fn)(const void *message, struct finance_request *request);

struct heard_type {
    const char *type;
    const ProtobufCMessageDescriptor *message;
    enum finance_kind kind;
    read_fn read;
};

static enum err read_entries(const void *unpacked, struct finance_request *request);
static enum err read_hold(const void *unpacked, struct finance_request *request);
static enum err read_hold_extension(const void *unpacked, struct finance_request *request);
static enum err read_hold_release(const void *unpacked, struct finance_request *request);
static enum err read_limit(const void *unpacked, struct finance_request *request);
static enum err read_grant(const void *unpacked, struct finance_request *request);
static enum err read_settlement(const void *unpacked, struct finance_request *request);
static enum err read_opening(const void *unpacked, struct finance_request *request);
static enum err read_closing(const void *unpacked, struct finance_request *request);
static enum err read_freeze(const void *unpacked, struct finance_request *request);
static enum err read_thaw(const void *unpacked, struct finance_request *request);
static const struct heard_type *heard_type_find(const char *type);
static struct requested_entry read_entry(const Hyeopchi__Finance__V1__RequestedEntry *message);
static enum requested_id read_id(const char *text, uint8_t ret_id[CRYPTO_UUID_SIZE]);
static struct requested_transfer
read_transfer(const Hyeopchi__Finance__V1__RequestedTransfer *message);

static const struct heard_type HEARD_TYPES[] = {
    {"kr.hyeopchi.finance.entry.requested.v1", &hyeopchi__finance__v1__entry_requested__descriptor,
     FINANCE_ENTRIES, read_entries},
    {"kr.hyeopchi.finance.hold.requested.v1", &hyeopchi__finance__v1__hold_requested__descriptor,
     FINANCE_HOLD, read_hold},
    {"kr.hyeopchi.finance.hold.extension-requested.v1",
     &hyeopchi__finance__v1__hold_extension_requested__descriptor, FINANCE_HOLD_EXTENSION,
     read_hold_extension},
    {"kr.hyeopchi.finance.hold.release-requested.v1",
     &hyeopchi__finance__v1__hold_release_requested__descriptor, FINANCE_HOLD_RELEASE,
     read_hold_release},
    {"kr.hyeopchi.finance.envelope-limit.requested.v1",
     &hyeopchi__finance__v1__envelope_limit_requested__descriptor, FINANCE_LIMIT, read_limit},
    {"kr.hyeopchi.finance.grant.requested.v1", &hyeopchi__finance__v1__grant_requested__descriptor,
     FINANCE_GRANT, read_grant},
    {"kr.hyeopchi.finance.settlement.requested.v1",
     &hyeopchi__finance__v1__settlement_requested__descriptor, FINANCE_SETTLEMENT, read_settlement},
    {"kr.hyeopchi.finance.period.opening-requested.v1",
     &hyeopchi__finance__v1__period_opening_requested__descriptor, FINANCE_OPENING, read_opening},
    {"kr.hyeopchi.finance.period.closing-requested.v1",
     &hyeopchi__finance__v1__period_closing_requested__descriptor, FINANCE_CLOSING, read_closing},
    {"kr.hyeopchi.finance.line.freeze-requested.v1",
     &hyeopchi__finance__v1__line_freeze_requested__descriptor, FINANCE_FREEZE, read_freeze},
    {"kr.hyeopchi.finance.line.thaw-requested.v1",
     &hyeopchi__finance__v1__line_thaw_requested__descriptor, FINANCE_THAW, read_thaw},
};

static_assert(sizeof HEARD_TYPES / sizeof HEARD_TYPES[0] == (size_t)FINANCE_KIND_COUNT,
              "a row for every kind");

enum err finance_hear(const struct event *event, struct finance_request *ret_request)
{
    struct finance_request request = {.kind = FINANCE_OTHER};
    const struct heard_type *type = heard_type_find(event->type);
    uint8_t event_id[CRYPTO_UUID_SIZE];

    if (!type) {
        *ret_request = request;
        return ERR_OK;
    }
    enum err err = crypto_uuid_parse(event->id, event_id);
    if (err) {
        return ERR_INVALID; /* the keys of what it asks for are made of it */
    }
    request.message =
        protobuf_c_message_unpack(type->message, NULL, event->data_length, event->data);
    if (!request.message) {
        return ERR_INVALID;
    }
    request.kind = type->kind;
    err = type->read(request.message, &request);
    if (err) {
        finance_request_release(&request);
        return err;
    }
    *ret_request = request;
    return ERR_OK;
}

void finance_request_release(struct finance_request *request)
{
    free(request->entries);
    free(request->transfers);
    free(request->amounts);
    if (request->message) {
        protobuf_c_message_free_unpacked(request->message, NULL);
    }
    memset(request, 0, sizeof *request);
}

static const struct heard_type *heard_type_find(const char *type)
{
    for (size_t i = 0; i < sizeof HEARD_TYPES / sizeof HEARD_TYPES[0]; i++) {
        if (strcmp(HEARD_TYPES[i].type, type) == 0) {
            return &HEARD_TYPES[i];
        }
    }
    return NULL;
}

/* No more entries and transfers than the event has bytes, which are bounded. */
static enum err read_entries(const void *unpacked, struct finance_request *request)
{
    const Hyeopchi__Finance__V1__EntryRequested *message = unpacked;
    size_t transfer_count = 0;

    request->requested_by = message->requested_by;
    for (size_t i = 0; i < message->n_entries; i++) {
        transfer_count += message->entries[i]->n_transfers;
    }
    request->entries = calloc(message->n_entries + 1, sizeof *request->entries);
    request->transfers = calloc(transfer_count + 1, sizeof *request->transfers);
    if (!request->entries || !request->transfers) {
        return ERR_UNAVAILABLE;
    }
    struct requested_transfer *next = request->transfers;
    for (size_t i = 0; i < message->n_entries; i++) {
        const Hyeopchi__Finance__V1__RequestedEntry *entry = message->entries[i];
        request->entries[i] = read_entry(entry);
        request->entries[i].transfers = next;
        for (size_t j = 0; j < entry->n_transfers; j++) {
            *next = read_transfer(entry->transfers[j]);
            next++;
        }
    }
    request->entry_count = message->n_entries;
    return ERR_OK;
}

static enum err read_hold(const void *unpacked, struct finance_request *request)
{
    const Hyeopchi__Finance__V1__HoldRequested *message = unpacked;

    request->requested_by = message->requested_by;
    request->asked.hold = (struct requested_hold){
        .kind = message->kind,
        .line = {message->fiscal_year, (int)message->funding_source, message->programme},
        .amount_krw = message->amount_krw,
        .expires_time_ms = message->expires_time_ms,
        .document = message->document,
    };
    return ERR_OK;
}

static enum err read_hold_extension(const void *unpacked, struct finance_request *request)
{
    const Hyeopchi__Finance__V1__HoldExtensionRequested *message = unpacked;
    struct requested_hold_change *change = &request->asked.hold_change;

    request->requested_by = message->requested_by;
    change->hold = read_id(message->hold_id, change->hold_id);
    change->expires_time_ms = message->expires_time_ms;
    change->reason = message->reason;
    return ERR_OK;
}

static enum err read_hold_release(const void *unpacked, struct finance_request *request)
{
    const Hyeopchi__Finance__V1__HoldReleaseRequested *message = unpacked;
    struct requested_hold_change *change = &request->asked.hold_change;

    request->requested_by = message->requested_by;
    change->hold = read_id(message->hold_id, change->hold_id);
    change->reason = message->reason;
    return ERR_OK;
}

static enum err read_limit(const void *unpacked, struct finance_request *request)
{
    const Hyeopchi__Finance__V1__EnvelopeLimitRequested *message = unpacked;

    request->requested_by = message->requested_by;
    request->asked.limit = (struct requested_limit){
        message->fiscal_year, (int)message->funding_source, message->limit_krw};
    return ERR_OK;
}

static enum err read_grant(const void *unpacked, struct finance_request *request)
{
    const Hyeopchi__Finance__V1__GrantRequested *message = unpacked;

    request->requested_by = message->requested_by;
    request->amounts = calloc(message->n_amounts + 1, sizeof *request->amounts);
    if (!request->amounts) {
        return ERR_UNAVAILABLE;
    }
    for (size_t i = 0; i < message->n_amounts; i++) {
        request->amounts[i].funding_source = (int)message->amounts[i]->funding_source;
        request->amounts[i].amount_krw = message->amounts[i]->amount_krw;
    }
    request->asked.grant = (struct requested_grant){
        .instrument = message->instrument,
        .fiscal_year = message->fiscal_year,
        .programme = message->programme,
        .amounts = request->amounts,
        .amount_count = message->n_amounts,
        .start_date = message->start_date,
        .end_date = message->end_date,
        .planning_month_count = message->planning_month_count,
        .settlement_due_date = message->settlement_due_date,
        .bodies = message->bodies,
        .body_count = message->n_bodies,
        .document = message->document,
    };
    return ERR_OK;
}

static enum err read_settlement(const void *unpacked, struct finance_request *request)
{
    const Hyeopchi__Finance__V1__SettlementRequested *message = unpacked;
    struct requested_settlement *settlement = &request->asked.settlement;

    request->requested_by = message->requested_by;
    *settlement = (struct requested_settlement){
        .fiscal_year = message->fiscal_year,
        .programme = message->programme,
        .terms = {message->spent_krw, message->unspent_krw, message->interest_krw},
        .effective_date = message->effective_date,
        .document = message->document,
    };
    settlement->grant = read_id(message->grant_id, settlement->grant_id);
    return ERR_OK;
}

static enum err read_opening(const void *unpacked, struct finance_request *request)
{
    const Hyeopchi__Finance__V1__PeriodOpeningRequested *message = unpacked;

    request->requested_by = message->requested_by;
    request->asked.period = (struct requested_period){message->fiscal_year, ""};
    return ERR_OK;
}

static enum err read_closing(const void *unpacked, struct finance_request *request)
{
    const Hyeopchi__Finance__V1__PeriodClosingRequested *message = unpacked;

    request->requested_by = message->requested_by;
    request->asked.period = (struct requested_period){message->fiscal_year, message->document};
    return ERR_OK;
}

static enum err read_freeze(const void *unpacked, struct finance_request *request)
{
    const Hyeopchi__Finance__V1__LineFreezeRequested *message = unpacked;

    request->requested_by = message->requested_by;
    request->asked.freeze = (struct requested_freeze){
        .line = {message->fiscal_year, (int)message->funding_source, message->programme},
        .reason = message->reason,
    };
    return ERR_OK;
}

static enum err read_thaw(const void *unpacked, struct finance_request *request)
{
    const Hyeopchi__Finance__V1__LineThawRequested *message = unpacked;

    request->requested_by = message->requested_by;
    request->asked.freeze = (struct requested_freeze){
        .line = {message->fiscal_year, (int)message->funding_source, message->programme},
        .reason = message->reason,
    };
    return ERR_OK;
}

static struct requested_entry read_entry(const Hyeopchi__Finance__V1__RequestedEntry *message)
{
    struct requested_entry entry = {
        .kind = message->kind,
        .effective_date = message->effective_date,
        .document = message->document,
        .line =
            {
                .fiscal_year = message->fiscal_year,
                .funding_source = (int)message->funding_source,
                .programme = message->programme,
            },
        .amount_krw = message->amount_krw,
        .transfer_count = message->n_transfers,
        .linked_seq = message->linked_seq,
    };

    entry.hold = read_id(message->hold_id, entry.hold_id);
    entry.grant = read_id(message->grant_id, entry.grant_id);
    return entry;
}

static enum requested_id read_id(const char *text, uint8_t ret_id[CRYPTO_UUID_SIZE])
{
    if (text[0] == '\0') {
        return REQUESTED_ID_NONE;
    }
    return crypto_uuid_parse(text, ret_id) ? REQUESTED_ID_UNREADABLE : REQUESTED_ID_NAMED;
}

static struct requested_transfer
read_transfer(const Hyeopchi__Finance__V1__RequestedTransfer *message)
{
    return (struct requested_transfer){
        .debit = message->debit,
        .credit = message->credit,
        .amount_krw = message->amount_krw,
        .line =
            {
                .fiscal_year = message->fiscal_year,
                .funding_source = (int)message->funding_source,
                .programme = message->programme,
            },
    };
}
