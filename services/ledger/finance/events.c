/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the messages of the finance stream to the domain's structs. No decision
 * is made here, and no generated name leaves this file.
 */
#include "ledger/finance/events.h"

#include "hyeopchi/finance/v1/entry.pb-c.h"
#include "runtime/crypto.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_ENTRY_REQUESTED "kr.hyeopchi.finance.entry.requested.v1"

static enum err read_message(const Hyeopchi__Finance__V1__EntryRequested *message,
                             struct finance_request *request);
static struct requested_entry read_entry(const Hyeopchi__Finance__V1__RequestedEntry *message);
static enum requested_id read_id(const char *text, uint8_t ret_id[CRYPTO_UUID_SIZE]);
static struct requested_transfer
read_transfer(const Hyeopchi__Finance__V1__RequestedTransfer *message);

enum err finance_hear(const struct event *event, struct finance_request *ret_request)
{
    struct finance_request request = {.is_request = false};
    Hyeopchi__Finance__V1__EntryRequested *message = NULL;
    uint8_t event_id[CRYPTO_UUID_SIZE];

    if (strcmp(event->type, TYPE_ENTRY_REQUESTED) != 0) {
        *ret_request = request;
        return ERR_OK;
    }
    enum err err = crypto_uuid_parse(event->id, event_id);
    if (err) {
        return ERR_INVALID; /* the keys of its entries are made of it */
    }
    message = hyeopchi__finance__v1__entry_requested__unpack(NULL, event->data_length, event->data);
    if (!message) {
        return ERR_INVALID;
    }
    request.is_request = true;
    request.message = message;
    request.requested_by = message->requested_by;
    err = read_message(message, &request);
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
    if (request->message) {
        hyeopchi__finance__v1__entry_requested__free_unpacked(request->message, NULL);
    }
    memset(request, 0, sizeof *request);
}

/* No more entries and transfers than the event has bytes, which are bounded. */
static enum err read_message(const Hyeopchi__Finance__V1__EntryRequested *message,
                             struct finance_request *request)
{
    size_t transfer_count = 0;

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
