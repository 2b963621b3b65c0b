/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers that routes.c names. Each answers once; context is the struct
 * reporting. Loop thread.
 */
#ifndef HYEOPCHI_REPORTING_HTTP_HANDLERS_H
#define HYEOPCHI_REPORTING_HTTP_HANDLERS_H

#include "runtime/http.h"

void index_get_start(struct http_request *request, void *context);
void report_list_start(struct http_request *request, void *context);
void report_get_start(struct http_request *request, void *context);
void style_get_start(struct http_request *request, void *context);
void rebuild_check_start(struct http_request *request, void *context);
void rebuild_get_start(struct http_request *request, void *context);

#endif
