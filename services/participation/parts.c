/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What service.h names, opened in order and stopped in reverse. Must never
 * serve: that is the host's, once all of it is open.
 */
#include "participation/parts.h"

#include "participation/board.h"
#include "participation/decide.h"
#include "participation/gateway/gateway.h"

static enum err open_board(struct participation *service, const struct participation_config *config)
{
    const struct board_options options = {
        .db = host_db_options(&service->host, "participation board"),
        .db_results = host_db_options(&service->host, "participation results"),
        .signer = &service->board_signer,
        .interval_ms = config->board_interval_ms,
    };
    enum err err = board_signer_load(&service->board_signer, config->board_key);

    service->board_signer.district = service->host.config.district;
    service->board_signer.receipts = &service->signer;
    if (!err) {
        err = loop_on_stop(&service->host.loop, board_stop, &service->board);
    }
    return err ? err : board_open(&options, &service->board);
}

enum err parts_open(struct participation *service, const struct participation_config *config)
{
    const struct subscriber_options ledger = {
        .consumer = service->host.options.service,
        .stream = "ledger",
        .sub_url = config->ledger_pub_url,
        .fetch_url = config->ledger_fetch_url,
        .policy = SUBSCRIBER_HALT,
        .apply = decide_apply,
    };
    const struct counter_options counter = {
        .loop = &service->host.loop,
        .db = host_db_options(&service->host, "participation count"),
        .writer = service->host.writer,
    };
    const struct ballots_options ballots = {
        .loop = &service->host.loop,
        .reader = service->host.reader,
        .keys_directory = config->ballot_keys_directory,
    };
    enum err err = receipt_signer_load(&service->signer, config->receipt_key);

    service->signer.max_merge_delay_s = (uint16_t)config->max_merge_delay_s;
    service->keys_directory = config->ballot_keys_directory;
    if (!err) {
        err = ballots_open(&ballots, &service->ballots);
    }
    if (!err) {
        err = loop_on_stop(&service->host.loop, ballots_stop, service->ballots);
    }
    if (!err) {
        err = loop_on_stop(&service->host.loop, counter_stop, &service->counter);
    }
    if (!err) {
        err = counter_open(&counter, &service->counter);
    }
    if (!err) {
        err = open_board(service, config);
    }
    if (!err) {
        err = loop_on_stop(&service->host.loop, gateway_stop, &service->gateway);
    }
    if (!err) {
        err = gateway_open(service, config->gateway_url, &service->gateway);
    }
    return err ? err : host_subscribe(&service->host, &ledger);
}

void parts_stop(struct participation *service)
{
    gateway_stop(&service->gateway);
    counter_stop(&service->counter);
    if (service->ballots != NULL) {
        ballots_stop(service->ballots);
    }
    board_stop(&service->board);
}
