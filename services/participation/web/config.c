/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The portal's settings table; README's table and the sample env file come from
 * it.
 */
#include "participation/web/config.h"

#include <stddef.h>

#define TEXT(setting, shortest, value, meaning)                                                    \
    {                                                                                              \
        .name = #setting, .type = CONFIG_TEXT, .minimum = (shortest),                              \
        .maximum = CONFIG_TEXT_SIZE - 1, .default_value = (value), .unit = "",                     \
        .sentence = (meaning), .offset = offsetof(struct portal_config, setting)                   \
    }
#define CHOICE(setting, names, value, meaning)                                                     \
    {                                                                                              \
        .name = #setting, .type = CONFIG_CHOICE, .default_value = (value), .unit = "",             \
        .sentence = (meaning), .choices = (names),                                                 \
        .offset = offsetof(struct portal_config, setting)                                          \
    }
#define INTEGER(setting, least, most, value, measure, meaning)                                     \
    {                                                                                              \
        .name = #setting, .type = CONFIG_INTEGER, .minimum = (least), .maximum = (most),           \
        .default_value = (value), .unit = (measure), .sentence = (meaning),                        \
        .offset = offsetof(struct portal_config, setting)                                          \
    }

static const struct config_row ROWS[] = {
    TEXT(http_listen, 1, "127.0.0.1:8084",
         "Where the pages are served: a loopback or private address with its port, or unix:/path."),
    TEXT(participation_url, 1, NULL,
         "Where participation is: http://…, https://… or unix:/path; no path behind it."),
    TEXT(
        participation_public_url, 0, "",
        "Where readers of the pages reach participation, for links to board and bundle; without it "
        "participation_url is taken."),
    TEXT(reporting_public_url, 0, "",
         "Where readers of the pages reach reporting; without it the report is not linked."),
    TEXT(verifier_url, 0, "",
         "Where readers of the pages get hyeopchi-verify and the description of the formats; "
         "without it the pages only say how it is built."),
    TEXT(ca_file, 0, "",
         "Certificates that vouch for an https participation_url; without it the system's."),
    TEXT(signing_key_file, 1, NULL,
         "The front end's private key, as `hyeopchi key new --role front-end` writes it."),
    {
        .name = "join_key",
        .type = CONFIG_SECRET,
        .minimum = 43,
        .maximum = 43,
        .unit = "",
        .sentence =
            "K_join, from which voters' subjects are made: base64url of 32 bytes; the same in "
            "all front ends, and never the service's.",
        .offset = offsetof(struct portal_config, join_key),
    },
    CHOICE(stand_in_identity, "demonstration|always|off", "demonstration",
           "Which ballots the stand-in identity is good for; always is for rehearsals, since "
           "anybody can be anybody."),
    TEXT(contact, 0, "", "Whom readers of a page may ask; one line."),
    INTEGER(session_count_max, 10, 100000, "10000", "sessions",
            "How many people may be between identification and receipt at once."),
    INTEGER(session_minutes, 5, 120, "20", "min",
            "How long a session lasts without a request; each one extends it."),
    INTEGER(answer_timeout_ms, 500, 60000, "20000", "ms",
            "How long a vote whose outcome is unknown is sent again before the voter is told so."),
    TEXT(demonstration_clock_file, 0, "",
         "A file of 8 bytes that shifts the clock of a demonstration; never set it for real use."),
    CHOICE(log_level, "debug|info|warn|error", "info", "The least that is logged."),
    CHOICE(log_format, "auto|json|text", "auto",
           "How log lines look; auto is text on a terminal and JSON elsewhere."),
    INTEGER(stop_timeout_ms, 1000, 600000, "25000", "ms",
            "How long an orderly stop may take before the process ends itself with status 70."),
};

const struct config_table portal_config_table = {ROWS, sizeof ROWS / sizeof ROWS[0]};
