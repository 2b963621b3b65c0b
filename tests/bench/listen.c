/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_listen STREAM PUB-URL [STREAM PUB-URL …]: hears buses as a system
 * downstream would, and prints one JSON line for each event with the time it
 * came, by the same clock as bench_load's trace. "listening" is printed when it
 * hears all of them. Ends with SIGTERM. Must never ask for an event again: what
 * the bus drops is missing here.
 */
#include "hyeopchi/participation/v1/ballot.pb-c.h"
#include "hyeopchi/reporting/v1/report.pb-c.h"
#include "runtime/bus.h"
#include "runtime/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_COUNT_MAX = 3, STOP_TIMEOUT_MS = 20000, CLOSE_TIMEOUT_MS = 2000 };

static const char VOTES_ACCEPTED[] = "kr.hyeopchi.participation.votes.accepted.v1";
static const char REPORT_PUBLISHED[] = "kr.hyeopchi.reporting.ballot-report.published.v1";

struct ear {
    const char *stream;
    struct bus_sub *sub;
    bool heard; /* anything, a heartbeat at least */
};

struct listener {
    struct loop loop;
    struct ear ears[STREAM_COUNT_MAX];
    size_t ear_count;
    bool all_heard;
};

static struct listener listener;

/* The numbers by which an event can be laid beside a vote. */
static void print_numbers(const struct event *event)
{
    if (strcmp(event->type, VOTES_ACCEPTED) == 0) {
        Hyeopchi__Participation__V1__VotesAccepted *votes =
            hyeopchi__participation__v1__votes_accepted__unpack(NULL, event->data_length,
                                                                event->data);

        if (votes != NULL) {
            (void)printf(",\"batch_no\":%lld", (long long)votes->batch_no);
        }
        hyeopchi__participation__v1__votes_accepted__free_unpacked(votes, NULL);
    } else if (strcmp(event->type, REPORT_PUBLISHED) == 0) {
        Hyeopchi__Reporting__V1__BallotReportPublished *report =
            hyeopchi__reporting__v1__ballot_report_published__unpack(NULL, event->data_length,
                                                                     event->data);

        if (report != NULL) {
            (void)printf(",\"participation_seq\":%llu",
                         (unsigned long long)report->participation_seq);
        }
        hyeopchi__reporting__v1__ballot_report_published__free_unpacked(report, NULL);
    }
}

static void print_event(const struct event_frame *frame, uint64_t heard_ns)
{
    struct event event = {.owner = NULL};

    if (event_decode(frame->payload, frame->payload_length, &event)) {
        return;
    }
    (void)printf(
        "{\"heard_ns\":%llu,\"stream\":\"%s\",\"seq\":%llu,\"type\":\"%s\","
        "\"subject\":\"%s\",\"id\":\"%s\",\"causation_id\":\"%s\"",
        (unsigned long long)heard_ns, frame->stream, (unsigned long long)frame->seq, event.type,
        event.subject, event.id, event.causation_id);
    print_numbers(&event);
    (void)printf("}\n");
    event_release(&event);
}

static void note_heard(struct ear *ear)
{
    bool all = true;

    ear->heard = true;
    for (size_t i = 0; i < listener.ear_count; i++) {
        all = all && listener.ears[i].heard;
    }
    if (all && !listener.all_heard) {
        listener.all_heard = true;
        (void)printf("listening\n");
    }
}

static void on_message(const void *data, size_t length, void *context)
{
    uint64_t heard_ns = uv_hrtime();
    struct event_frame frame;

    if (event_frame_decode(data, length, &frame)) {
        return;
    }
    note_heard(context);
    if (frame.kind == EVENT_FRAME_EVENT) {
        print_event(&frame, heard_ns);
    }
}

static void on_stop(void *context)
{
    (void)context;
    for (size_t i = 0; i < listener.ear_count; i++) {
        bus_sub_close(listener.ears[i].sub);
    }
}

static enum err listen_to(const char *stream, const char *url)
{
    struct ear *ear = &listener.ears[listener.ear_count];
    const struct bus_sub_options options = {
        .url = url,
        .topic = stream,
        .on_message = on_message,
        .context = ear,
    };

    ear->stream = stream;
    listener.ear_count++;
    return bus_sub_open(&listener.loop, &options, &ear->sub);
}

int main(int argc, char **argv)
{
    enum err err;

    if (argc < 3 || argc % 2 == 0 || argc > 1 + 2 * STREAM_COUNT_MAX) {
        (void)fprintf(stderr, "usage: bench_listen STREAM PUB-URL [STREAM PUB-URL ...]\n");
        return EXIT_FAILURE;
    }
    (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    loop_block_signals();
    err = loop_open(&listener.loop, STOP_TIMEOUT_MS);
    if (err) {
        return EXIT_FAILURE;
    }
    err = loop_on_stop(&listener.loop, on_stop, NULL);
    for (int i = 1; i < argc && !err; i += 2) {
        err = listen_to(argv[i], argv[i + 1]);
    }
    if (!err) {
        loop_run(&listener.loop);
        loop_close(&listener.loop);
        (void)bus_wait_closed(CLOSE_TIMEOUT_MS); /* What hangs inside nng ends with us. */
    }
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
