/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers of routes.c. Each answers its request exactly once; context is
 * the struct ledger. Loop thread.
 */
#ifndef HYEOPCHI_LEDGER_HTTP_HANDLERS_H
#define HYEOPCHI_LEDGER_HTTP_HANDLERS_H

#include "runtime/http.h"

enum { ENTRY_BATCH_BODY_SIZE_MAX = 1024 * 1024 };

void entry_post_start(struct http_request *request, void *context);
void entry_batch_start(struct http_request *request, void *context);
void entry_get_start(struct http_request *request, void *context);
void balance_get_start(struct http_request *request, void *context);
void journal_get_start(struct http_request *request, void *context);
void block_list_start(struct http_request *request, void *context);
void line_list_start(struct http_request *request, void *context);
void line_freeze_start(struct http_request *request, void *context);
void line_thaw_start(struct http_request *request, void *context);
void grant_post_start(struct http_request *request, void *context);
void grant_list_start(struct http_request *request, void *context);
void grant_rule_list_start(struct http_request *request, void *context);
void settlement_post_start(struct http_request *request, void *context);
void sheet_post_start(struct http_request *request, void *context);
void sheet_list_start(struct http_request *request, void *context);
void sheet_get_start(struct http_request *request, void *context);
void hold_place_start(struct http_request *request, void *context);
void hold_list_start(struct http_request *request, void *context);
void hold_get_start(struct http_request *request, void *context);
void hold_extend_start(struct http_request *request, void *context);
void hold_commit_start(struct http_request *request, void *context);
void hold_release_start(struct http_request *request, void *context);
void period_list_start(struct http_request *request, void *context);
void period_open_start(struct http_request *request, void *context);
void period_close_start(struct http_request *request, void *context);
void limit_put_start(struct http_request *request, void *context);
void limit_list_start(struct http_request *request, void *context);
void envelope_list_start(struct http_request *request, void *context);
void envelope_release_start(struct http_request *request, void *context);
void verification_get_start(struct http_request *request, void *context);
void verification_progress_get_start(struct http_request *request, void *context);

#endif
