/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a report to the message that says it. No decision is made here, and no
 * generated name leaves this file.
 */
#include "reporting/events.h"

#include "hyeopchi/reporting/v1/report.pb-c.h"
#include "runtime/crypto.h"
#include "runtime/event_say.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define TYPE_PUBLISHED   "kr.hyeopchi.reporting.ballot-report.published.v1"
#define REPORT_PATH      "/v1/ballot-reports/"
#define REPORT_PATH_SIZE (sizeof REPORT_PATH + CRYPTO_UUID_TEXT_SIZE)

const ProtobufCMessageDescriptor *const events_types[] = {
    &hyeopchi__reporting__v1__ballot_report_published__descriptor,
    NULL,
};

/* The numbers of the domain and of the messages are the same; they are cast, not looked up. */
static_assert((int)HYEOPCHI__LEDGER__V1__FUNDING_SOURCE__FUNDING_SOURCE_NATIONAL ==
                  (int)REPORT_SOURCE_NATIONAL,
              "national");
static_assert((int)HYEOPCHI__LEDGER__V1__FUNDING_SOURCE__FUNDING_SOURCE_OTHER ==
                  (int)REPORT_SOURCE_OTHER,
              "other");
static_assert((int)HYEOPCHI__REPORTING__V1__BALLOT_STATE__BALLOT_STATE_OPEN == (int)REPORT_OPEN,
              "open");
static_assert((int)HYEOPCHI__REPORTING__V1__BALLOT_STATE__BALLOT_STATE_CERTIFIED ==
                  (int)REPORT_CERTIFIED,
              "certified");

/* A report as its message, with the arrays that protobuf-c wants. */
struct saying {
    Hyeopchi__Reporting__V1__BallotReportPublished message;
    Hyeopchi__Reporting__V1__ReportOption *options;
    Hyeopchi__Reporting__V1__ReportOption **option_pointers;
    Hyeopchi__Reporting__V1__ReportLine *lines;
    Hyeopchi__Reporting__V1__ReportLine **line_pointers;
    char ballot_id[CRYPTO_UUID_TEXT_SIZE];
    char path[REPORT_PATH_SIZE];
};

static enum err make_saying(struct saying *saying, const struct report *report)
{
    saying->options = calloc(report->option_count + 1, sizeof *saying->options);
    saying->option_pointers = calloc(report->option_count + 1, sizeof(void *));
    saying->lines = calloc(report->line_count + 1, sizeof *saying->lines);
    saying->line_pointers = calloc(report->line_count + 1, sizeof(void *));
    return saying->options && saying->option_pointers && saying->lines && saying->line_pointers
               ? ERR_OK
               : ERR_UNAVAILABLE;
}

static void free_saying(struct saying *saying)
{
    free(saying->options);
    free(saying->option_pointers);
    free(saying->lines);
    free(saying->line_pointers);
}

static void fill_options(struct saying *saying, const struct report *report)
{
    for (size_t i = 0; i < report->option_count; i++) {
        const struct report_option *option = &report->options[i];
        Hyeopchi__Reporting__V1__ReportOption *message = &saying->options[i];

        hyeopchi__reporting__v1__report_option__init(message);
        message->option_id = event_say_text(option->option_id);
        message->name = event_say_text(option->name);
        message->cost_krw = option->cost_krw;
        message->score = option->score;
        message->funded = option->funded;
        message->reason = event_say_text(option->reason);
        saying->option_pointers[i] = message;
    }
    saying->message.n_options = report->option_count;
    saying->message.options = saying->option_pointers;
}

static void fill_lines(struct saying *saying, const struct report *report)
{
    for (size_t i = 0; i < report->line_count; i++) {
        const struct report_line *line = &report->lines[i];
        Hyeopchi__Reporting__V1__ReportLine *message = &saying->lines[i];

        hyeopchi__reporting__v1__report_line__init(message);
        message->programme = event_say_text(line->account.programme);
        message->fiscal_year = line->account.fiscal_year;
        message->funding_source = (Hyeopchi__Ledger__V1__FundingSource)line->account.funding_source;
        message->stage = event_say_text(line->account.stage);
        message->balance_krw = line->balance_krw;
        saying->line_pointers[i] = message;
    }
    saying->message.n_lines = report->line_count;
    saying->message.lines = saying->line_pointers;
}

static void fill_saying(struct saying *saying, const struct report *report)
{
    Hyeopchi__Reporting__V1__BallotReportPublished *message = &saying->message;

    hyeopchi__reporting__v1__ballot_report_published__init(message);
    crypto_uuid_format(report->ballot.ballot_id, saying->ballot_id);
    (void)snprintf(saying->path, sizeof saying->path, REPORT_PATH "%s",
                   saying->ballot_id); /* a UUID fits */
    message->ballot_id = saying->ballot_id;
    message->report_version = report->report_version;
    message->title = event_say_text(report->ballot.title);
    message->state = (Hyeopchi__Reporting__V1__BallotState)report->state;
    message->voters = report_public_voters(report->state, report_voters(report));
    message->voters_rounded = report->state == REPORT_OPEN;
    message->budget_krw = report->ballot.budget_krw;
    message->funded_krw = report->tally.funded_krw;
    message->path = saying->path;
    message->participation_seq = (uint64_t)report->participation_seq;
    message->ledger_seq = (uint64_t)report->ledger_seq;
    message->demonstration = report->ballot.demonstration;
    if (report->state == REPORT_CERTIFIED) {
        fill_options(saying, report);
    }
    fill_lines(saying, report);
    if (protobuf_c_message_get_packed_size(&message->base) > EVENTS_REPORT_SIZE_MAX) {
        message->n_lines = 0;
    }
    if (protobuf_c_message_get_packed_size(&message->base) > EVENTS_REPORT_SIZE_MAX) {
        message->n_options = 0;
    }
}

enum err events_say_report(struct writer_tx *tx, const struct report *report,
                           const struct event *cause)
{
    const struct event_cause follows = event_cause_of(cause);
    struct saying saying = {.options = NULL};
    char subject[EVENT_SUBJECT_SIZE];
    enum err err = make_saying(&saying, report);

    if (!err) {
        fill_saying(&saying, report);
        (void)snprintf(subject, sizeof subject, "ballots/%s", saying.ballot_id); /* a UUID fits */
        err = event_say(tx, &(struct event_saying){TYPE_PUBLISHED, subject, &follows},
                        &saying.message.base);
    }
    free_saying(&saying);
    return err;
}
