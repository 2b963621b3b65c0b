/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings of the portal, which is the ballot page's own small process.
 */
#ifndef HYEOPCHI_PARTICIPATION_WEB_CONFIG_H
#define HYEOPCHI_PARTICIPATION_WEB_CONFIG_H

#include "runtime/config.h"

struct portal_config {
    char http_listen[CONFIG_TEXT_SIZE];
    char participation_url[CONFIG_TEXT_SIZE];
    char participation_public_url[CONFIG_TEXT_SIZE]; /* "": participation_url */
    char reporting_public_url[CONFIG_TEXT_SIZE];     /* "": not linked */
    char verifier_url[CONFIG_TEXT_SIZE];             /* "": only named */
    char ca_file[CONFIG_TEXT_SIZE];
    char signing_key_file[CONFIG_TEXT_SIZE];
    char join_key[CONFIG_TEXT_SIZE]; /* secret: base64url of 32 bytes */
    char stand_in_identity[CONFIG_TEXT_SIZE];
    char contact[CONFIG_TEXT_SIZE];
    int64_t session_count_max;
    int64_t session_minutes;
    int64_t answer_timeout_ms;
    char demonstration_clock_file[CONFIG_TEXT_SIZE];
    char log_level[CONFIG_TEXT_SIZE];
    char log_format[CONFIG_TEXT_SIZE];
    int64_t stop_timeout_ms;
};

extern const struct config_table portal_config_table;

#endif
