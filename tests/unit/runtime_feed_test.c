/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The feed over HTTP, served from the publisher's ring: its three forms, its
 * cursors, waiting, following, and clients that do not read. The database is
 * away here, so that what the ring no longer has cannot be had; what comes from
 * the log is tested with a real one.
 */
#include "runtime_http_support.h"

#include "runtime/bus.h"
#include "runtime/crypto.h"
#include "runtime/feed_internal.h"

#include <inttypes.h>

#define GET(query) "GET /v1/events" query " HTTP/1.1\r\nHost: a\r\n"

enum { BUS_TIMEOUT_MS = 10000 };

struct fixture {
    struct support_server server;
    struct reader *reader;
    struct publisher *publisher;
    struct feed *feed;
    struct eventlog_head head;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool called;
    size_t client_count;
    uv_prepare_t rounds;
    int round_count;     /* of the loop */
    int64_t retry_at_ms; /* of the client that reads */
    bool reader_is_last;
    size_t render_count; /* events that the feed keeps as text */

    /* What commit() commits. */
    int commit_count;
    size_t data_length;
};

static void handle(struct http_request *request, void *context)
{
    struct fixture *fixture = context;

    feed_handle(request, fixture->feed);
}

static const struct http_route routes[] = {
    {.method = "GET", .path = "/v1/events", .roles = ROLE_PUBLIC, .handler = handle},
};

/* --- On the server's thread. ---------------------------------------------------------------------- */

static void open_parts(void *context)
{
    struct fixture *fixture = context;
    const struct reader_options reader_options = {
        /* Nothing listens there. */
        .db = {.conninfo = "host=/nonexistent dbname=none",
               .password = "",
               .application_name = "feed test",
               .statement_timeout_ms = 1000},
        .thread_count = 1,
    };
    struct publisher_options publisher_options = {
        .stream = "test",
        .pub_url = "inproc://feed-test-pub",
        .fetch_url = "inproc://feed-test-fetch",
    };
    struct feed_options feed_options = {.loop = &fixture->server.loop, .stream = "test"};

    assert_int_equal(reader_open(&fixture->server.loop, &reader_options, &fixture->reader), ERR_OK);
    publisher_options.reader = fixture->reader;
    assert_int_equal(publisher_open(&fixture->server.loop, &publisher_options, &fixture->publisher),
                     ERR_OK);
    feed_options.publisher = fixture->publisher;
    feed_options.reader = fixture->reader;
    assert_int_equal(feed_open(&feed_options, &fixture->feed), ERR_OK);
}

static void close_parts(void *context)
{
    struct fixture *fixture = context;

    feed_close(fixture->feed);
    feed_close(NULL);
    fixture->feed = NULL;
    reader_close(fixture->reader);
    publisher_close(fixture->publisher);
}

static void lead(void *context)
{
    struct fixture *fixture = context;
    const struct eventlog_entries none = {.count = 0};

    (void)snprintf(fixture->head.stream, sizeof fixture->head.stream, "test");
    fixture->head.epoch = 1;
    fixture->head.low_seq = 1;
    publisher_committed(&fixture->head, &none, fixture->publisher);
}

static void commit(void *context)
{
    struct fixture *fixture = context;

    for (int i = 0; i < fixture->commit_count; i++) {
        char type[EVENT_TYPE_SIZE];
        struct event_draft draft = {
            .type = type, .subject = "things/1", .dataschema = "test.Thing"};
        struct event_number number = {
            .event_id = "01890000-0000-7000-8000-000000000000",
            .source = "//hyeopchi/test/test",
            .time_ms = 1663545600000,
            .epoch = 1,
            .seq = fixture->head.seq + 1,
        };
        struct buffer envelope;
        struct eventlog_entry entry = {.seq = number.seq};
        const struct eventlog_entries entries = {.entries = &entry, .count = 1};

        (void)snprintf(type, sizeof type, "kr.test.%s.v1", number.seq % 2 == 0 ? "even" : "odd");
        draft.data = calloc(1, fixture->data_length + 1);
        assert_non_null(draft.data);
        draft.data_length = fixture->data_length;
        buffer_init(&envelope, EVENT_ENVELOPE_SIZE_MAX);
        assert_int_equal(event_encode(&draft, &number, &envelope), ERR_OK);
        free(draft.data);
        entry.envelope = envelope.data;
        entry.envelope_length = envelope.length;
        event_chain(fixture->head.chain, entry.seq, entry.envelope, entry.envelope_length);
        fixture->head.seq = entry.seq;
        publisher_committed(&fixture->head, &entries, fixture->publisher);
        buffer_release(&envelope);
    }
}

static void count_clients(void *context)
{
    struct fixture *fixture = context;

    fixture->client_count = fixture->feed->client_count;
}

static void on_round(uv_prepare_t *rounds)
{
    struct fixture *fixture = rounds->data;

    fixture->round_count++;
}

static void rounds_begin(void *context)
{
    struct fixture *fixture = context;

    fixture->round_count = 0;
    assert_int_equal(uv_prepare_init(&fixture->server.loop.uv, &fixture->rounds), 0);
    fixture->rounds.data = fixture;
    assert_int_equal(uv_prepare_start(&fixture->rounds, on_round), 0);
}

static void rounds_end(void *context)
{
    struct fixture *fixture = context;

    uv_close((uv_handle_t *)&fixture->rounds, NULL);
}

static void find_the_reader(void *context)
{
    struct fixture *fixture = context;

    for (struct feed_client *client = fixture->feed->first; client; client = client->next) {
        if (client->retry_at_ms > 0) { /* A read of its has come back. */
            fixture->retry_at_ms = client->retry_at_ms;
            fixture->reader_is_last = client == fixture->feed->last;
        }
    }
}

/* --- On the test's. ------------------------------------------------------------------------------- */

struct call {
    struct fixture *fixture;
    void (*called)(void *context);
};

static void run_call(void *context)
{
    struct call *call = context;

    call->called(call->fixture);
    (void)pthread_mutex_lock(&call->fixture->mutex);
    call->fixture->called = true;
    (void)pthread_cond_signal(&call->fixture->changed);
    (void)pthread_mutex_unlock(&call->fixture->mutex);
}

/* Runs a function on the server's thread, and waits for it. */
static void on_loop(struct fixture *fixture, void (*called)(void *context))
{
    struct call call = {fixture, called};

    fixture->called = false;
    support_call(&fixture->server, run_call, &call);
    (void)pthread_mutex_lock(&fixture->mutex);
    while (!fixture->called) {
        (void)pthread_cond_wait(&fixture->changed, &fixture->mutex);
    }
    (void)pthread_mutex_unlock(&fixture->mutex);
}

static void wait_for_clients(struct fixture *fixture, size_t count)
{
    do {
        on_loop(fixture, count_clients);
    } while (fixture->client_count != count);
}

static void commit_events(struct fixture *fixture, int count, size_t data_length)
{
    fixture->commit_count = count;
    fixture->data_length = data_length;
    on_loop(fixture, commit);
}

static struct fixture *start_unled(void)
{
    static struct http_route_table table = {.routes = routes, .count = 1};
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct http_server_options options = {
        .listen = "127.0.0.1:0", .tables = &table, .table_count = 1};
    struct http_limits limits = HTTP_LIMITS_DEFAULT;

    assert_non_null(fixture);
    table.context = fixture;
    limits.send_buffer_size = 16384;
    assert_int_equal(pthread_mutex_init(&fixture->mutex, NULL), 0);
    assert_int_equal(pthread_cond_init(&fixture->changed, NULL), 0);
    support_start(&fixture->server, &options, &limits);
    support_on_stopping(&fixture->server, close_parts, fixture);
    on_loop(fixture, open_parts);
    return fixture;
}

static struct fixture *start(void)
{
    struct fixture *fixture = start_unled();

    on_loop(fixture, lead);
    return fixture;
}

static void end(struct fixture *fixture)
{
    assert_true(bus_wait_closed(BUS_TIMEOUT_MS));
    assert_int_equal(pthread_cond_destroy(&fixture->changed), 0);
    assert_int_equal(pthread_mutex_destroy(&fixture->mutex), 0);
    free(fixture);
}

static void stop(struct fixture *fixture)
{
    support_stop(&fixture->server);
    end(fixture);
}

static const char *ask(struct fixture *fixture, const char *request, struct buffer *ret_answer)
{
    support_exchange(&fixture->server, request, strlen(request), SIZE_MAX, ret_answer);
    return buffer_text(ret_answer);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

static void cursors_are_two_numbers_and_nothing_else(void **state)
{
    static const char *const wrong[] = {"",     "-",    "1",    "1-",
                                        "-1",   "1-x",  "x-1",  "1-1-1",
                                        " 1-1", "1- 1", "+1-1", "1-18446744073709551616"};
    uint64_t epoch = 0;
    uint64_t seq = 0;

    (void)state;
    assert_int_equal(feed_cursor_parse("7-18446744073709551615", &epoch, &seq), ERR_OK);
    assert_true(epoch == 7 && seq == UINT64_MAX);
    assert_int_equal(feed_cursor_parse("0-0", &epoch, &seq), ERR_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(feed_cursor_parse(wrong[i], &epoch, &seq), ERR_INVALID);
    }
}

static void accept_chooses_the_form(void **state)
{
    static const struct {
        const char *accept;
        enum err err;
        enum feed_form form;
    } cases[] = {
        {NULL, ERR_OK, FEED_BATCH},
        {"*/*", ERR_OK, FEED_BATCH},
        {"application/*", ERR_OK, FEED_BATCH},
        {"text/event-stream", ERR_OK, FEED_EVENT_STREAM},
        {"Text/Event-Stream; q=0.5", ERR_OK, FEED_EVENT_STREAM},
        {"application/x-ndjson, */*;q=0.1", ERR_OK, FEED_NDJSON},
        {"text/html, application/cloudevents-batch+json", ERR_OK, FEED_BATCH},
        {"text/event-stream;q=0, application/x-ndjson", ERR_OK, FEED_NDJSON},
        {"text/event-stream;q=0.0", ERR_INVALID, FEED_BATCH},
        {"text/html", ERR_INVALID, FEED_BATCH},
        {"application/json", ERR_INVALID, FEED_BATCH},
        {"", ERR_INVALID, FEED_BATCH},
        {",,", ERR_INVALID, FEED_BATCH},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum feed_form form = FEED_BATCH;

        assert_int_equal(feed_form_of(cases[i].accept, &form), cases[i].err);
        assert_int_equal(form, cases[i].form);
    }
}

static void a_batch_holds_what_follows_the_cursor(void **state)
{
    struct fixture *fixture = start();
    struct buffer answer;
    const char *text;

    (void)state;
    text = ask(fixture, GET("") "\r\n", &answer);
    assert_non_null(strstr(text, "\r\nNext-After: 1-0\r\n"));
    assert_string_equal(text + strlen(text) - 6, "\r\n\r\n[]");
    buffer_release(&answer);

    commit_events(fixture, 5, 10);
    text = ask(fixture, GET("") "\r\n", &answer);
    assert_non_null(strstr(text, "\r\nContent-Type: application/cloudevents-batch+json\r\n"));
    assert_non_null(strstr(text, "\r\nNext-After: 1-5\r\n"));
    assert_int_equal(count_of(text, "\"specversion\":\"1.0\""), 5);
    assert_true(strstr(text, "\"seq\":\"1\"") < strstr(text, "\"seq\":\"5\""));
    buffer_release(&answer);

    text = ask(fixture, GET("?after=1-3") "\r\n", &answer);
    assert_int_equal(count_of(text, "\"specversion\""), 2);
    assert_non_null(strstr(text, "\"seq\":\"4\""));
    buffer_release(&answer);

    text = ask(fixture, GET("?limit=2") "Accept: application/x-ndjson\r\n\r\n", &answer);
    assert_non_null(strstr(text, "\r\nContent-Type: application/x-ndjson\r\n"));
    assert_non_null(strstr(text, "\r\nNext-After: 1-2\r\n"));
    assert_int_equal(count_of(strstr(text, "\r\n\r\n") + 4, "}\n"), 2);
    buffer_release(&answer);

    text = ask(fixture, GET("?types=kr.test.even.v1,kr.test.none.v1") "\r\n", &answer);
    assert_int_equal(count_of(text, "\"type\":\"kr.test.even.v1\""), 2);
    assert_null(strstr(text, "kr.test.odd.v1"));
    assert_non_null(strstr(text, "\r\nNext-After: 1-5\r\n"));
    buffer_release(&answer);

    text = ask(fixture, "HEAD /v1/events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n",
               &answer);
    assert_non_null(strstr(text, "\r\nContent-Type: text/event-stream\r\n"));
    buffer_release(&answer);
    stop(fixture);
}

static void count_renders(void *context)
{
    struct fixture *fixture = context;

    fixture->render_count = 0;
    for (size_t i = 0; i < FEED_CACHE_LENGTH; i++) {
        fixture->render_count += fixture->feed->cache[i].seq > 0;
    }
}

static void an_event_that_nobody_asks_for_is_not_rendered(void **state)
{
    struct fixture *fixture = start();
    struct buffer answer;
    const char *text;

    (void)state;
    commit_events(fixture, 10, 10);
    text = ask(fixture, GET("?types=kr.test.none.v1") "\r\n", &answer);
    assert_non_null(strstr(text, "\r\nNext-After: 1-10\r\n"));
    buffer_release(&answer);
    on_loop(fixture, count_renders);
    assert_int_equal(fixture->render_count, 0);

    text = ask(fixture, GET("?types=kr.test.odd.v1") "\r\n", &answer);
    assert_int_equal(count_of(text, "\"type\":\"kr.test.odd.v1\""), 5);
    buffer_release(&answer);
    on_loop(fixture, count_renders);
    assert_int_equal(fixture->render_count, 5);
    stop(fixture);
}

static void wrong_questions_are_refused_by_name(void **state)
{
    static const struct {
        const char *request;
        const char *status;
        const char *field;
    } cases[] = {
        {GET("?after=7") "\r\n", "400", "\"field\":\"after\""},
        {GET("?after=1-1") "Last-Event-ID: x\r\n\r\n", "400", "\"field\":\"Last-Event-ID\""},
        {GET("?limit=0") "\r\n", "400", "\"field\":\"limit\""},
        {GET("?limit=1001") "\r\n", "400", "\"field\":\"limit\""},
        {GET("?limit=ten") "\r\n", "400", "\"field\":\"limit\""},
        {GET("?wait=21") "\r\n", "400", "\"field\":\"wait\""},
        {GET("?types=") "\r\n", "400", "\"field\":\"types\""},
        {GET("?types=a,,b") "\r\n", "400", "\"field\":\"types\""},
        {GET("?types=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q") "\r\n", "400", "\"field\":\"types\""},
        {GET("") "Accept: text/html\r\n\r\n", "406", "\"field\":\"Accept\""},
    };
    struct fixture *fixture = start();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer answer;
        const char *text = ask(fixture, cases[i].request, &answer);

        assert_memory_equal(text + 9, cases[i].status, 3);
        assert_non_null(strstr(text, cases[i].field));
        buffer_release(&answer);
    }
    stop(fixture);
}

static void before_the_log_was_read_no_cursor_is_judged(void **state)
{
    struct fixture *fixture = start_unled();
    struct buffer answer;

    (void)state;
    assert_memory_equal(ask(fixture, GET("?after=1-5") "\r\n", &answer) + 9, "503", 3);
    buffer_release(&answer);
    stop(fixture);
}

static void what_neither_ring_nor_database_has_is_unavailable(void **state)
{
    struct fixture *fixture = start();
    struct buffer answer;

    (void)state;
    commit_events(fixture, 3, 10);
    /* Of another epoch, and ahead of everything: only the log knows where to go on from. */
    assert_memory_equal(ask(fixture, GET("?after=2-1") "\r\n", &answer) + 9, "503", 3);
    buffer_release(&answer);
    assert_memory_equal(ask(fixture, GET("?after=1-4") "\r\n", &answer) + 9, "503", 3);
    buffer_release(&answer);
    stop(fixture);
}

static void the_loop_does_other_work_between_a_clients_turns(void **state)
{
    enum { TURNS = 30, EVENTS_A_TURN = 200 };
    struct fixture *fixture = start();
    struct buffer answer;
    const char *text;

    (void)state;
    commit_events(fixture, TURNS * EVENTS_A_TURN, 10);
    on_loop(fixture, rounds_begin);
    text = ask(fixture, GET("?types=kr.test.none.v1") "\r\n", &answer);
    assert_non_null(strstr(text, "\r\nNext-After: 1-6000\r\n"));
    buffer_release(&answer);
    on_loop(fixture, rounds_end);
    assert_true(fixture->round_count >= TURNS);
    stop(fixture);
}

static void who_has_read_the_log_stands_behind_the_others(void **state)
{
    struct fixture *fixture = start();
    int reads = support_connect(&fixture->server);
    int follows = support_connect(&fixture->server);
    int64_t before_ms;

    (void)state;
    /* Of another epoch: the log is asked, and again while it is not there. */
    support_send_text(reads, GET("?after=2-1") "Accept: text/event-stream\r\n\r\n");
    wait_for_clients(fixture, 1);
    support_send_text(follows, GET("") "Accept: text/event-stream\r\n\r\n");
    wait_for_clients(fixture, 2);
    on_loop(fixture, find_the_reader);
    before_ms = fixture->retry_at_ms;
    do {
        on_loop(fixture, find_the_reader);
    } while (fixture->retry_at_ms == before_ms);
    assert_true(fixture->reader_is_last);
    assert_int_equal(close(reads), 0);
    assert_int_equal(close(follows), 0);
    stop(fixture);
}

static void who_waits_is_answered_by_the_next_event(void **state)
{
    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    struct buffer answer;

    (void)state;
    commit_events(fixture, 1, 10);
    support_send_text(client, GET("?after=1-1&wait=20&types=kr.test.odd.v1") "\r\n");
    wait_for_clients(fixture, 1);
    commit_events(fixture, 1, 10); /* even: not for this client */
    wait_for_clients(fixture, 1);
    commit_events(fixture, 1, 10);
    buffer_init(&answer, SUPPORT_ANSWER_SIZE_MAX);
    support_read_until(client, "}]", &answer);
    assert_non_null(strstr(buffer_text(&answer), "\"seq\":\"3\""));
    assert_null(strstr(buffer_text(&answer), "\"seq\":\"2\""));
    assert_non_null(strstr(buffer_text(&answer), "\r\nNext-After: 1-3\r\n"));
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    stop(fixture);
}

static void a_wait_ends_with_nothing(void **state)
{
    struct fixture *fixture = start();
    struct buffer answer;
    const char *text = ask(fixture, GET("?wait=1") "\r\n", &answer);

    (void)state;
    assert_memory_equal(text + 9, "200", 3);
    assert_string_equal(text + strlen(text) - 2, "[]");
    buffer_release(&answer);
    stop(fixture);
}

static void a_stream_shows_what_was_and_then_what_comes(void **state)
{
    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    struct buffer answer;
    const char *text;

    (void)state;
    commit_events(fixture, 3, 10);
    buffer_init(&answer, SUPPORT_ANSWER_SIZE_MAX);
    /* The header is newer than the address. */
    support_send_text(client, GET("?after=1-0") "Accept: text/event-stream\r\n"
                                                "Last-Event-ID: 1-1\r\n\r\n");
    support_read_until(client, "id: 1-3\n", &answer);
    commit_events(fixture, 1, 10);
    support_read_until(client, "id: 1-4\n", &answer);
    text = buffer_text(&answer);
    assert_non_null(strstr(text, "\r\nContent-Type: text/event-stream\r\n"));
    assert_non_null(strstr(text, "\r\nTransfer-Encoding: chunked\r\n"));
    assert_non_null(strstr(text, "\r\nX-Accel-Buffering: no\r\n"));
    assert_null(strstr(text, "id: 1-1\n"));
    assert_non_null(strstr(text, "id: 1-2\nevent: kr.test.even.v1\ndata: {\"specversion\""));
    buffer_release(&answer);

    /* A client that leaves is forgotten. */
    assert_int_equal(close(client), 0);
    wait_for_clients(fixture, 0);
    commit_events(fixture, 1, 10);
    stop(fixture);
}

/*
 * One client follows the stream and reads nothing, while thousands of events
 * come; another reads along. The second must not notice the first, the first
 * must cost no queue of events, and when it reads after all it must find every
 * event, once, in order.
 */
static void a_client_that_does_not_read_loses_nothing_and_holds_up_nobody(void **state)
{
    enum { COUNT = 1000, DATA_LENGTH = 4096 };

    struct fixture *fixture = start();
    int slow = support_connect(&fixture->server);
    int quick = support_connect(&fixture->server);
    struct buffer answer;
    char last[32];
    uint64_t expected = 1;

    (void)state;
    support_send_text(slow, GET("") "Accept: text/event-stream\r\n\r\n");
    support_send_text(quick, GET("") "Accept: text/event-stream\r\n\r\n");
    wait_for_clients(fixture, 2);
    (void)snprintf(last, sizeof last, "id: 1-%d\n", COUNT);
    for (int i = 0; i < COUNT / 100; i++) {
        commit_events(fixture, 100, DATA_LENGTH);
    }
    buffer_init(&answer, SUPPORT_ANSWER_SIZE_MAX);
    support_read_until(quick, last, &answer);
    buffer_clear(&answer);
    support_read_until(slow, last, &answer);
    for (const char *at = strstr(buffer_text(&answer), "id: 1-"); at;
         at = strstr(at + 1, "id: 1-")) {
        assert_true(strtoull(at + 6, NULL, 10) == expected);
        expected++;
    }
    assert_true(expected == COUNT + 1);
    buffer_release(&answer);
    assert_int_equal(close(slow), 0);
    assert_int_equal(close(quick), 0);
    stop(fixture);
}

static void the_largest_event_passes_in_pieces(void **state)
{
    enum { DATA_LENGTH = 250 * 1024 };

    struct fixture *fixture = start();
    int client = support_connect(&fixture->server);
    struct buffer answer;

    (void)state;
    commit_events(fixture, 4, DATA_LENGTH);
    support_send_text(client, GET("") "Accept: text/event-stream\r\n\r\n");
    buffer_init(&answer, SUPPORT_ANSWER_SIZE_MAX);
    support_read_until(client, "id: 1-4\n", &answer);
    support_read_until(client, "\n\n\r\n", &answer);
    buffer_release(&answer);

    /* An answer ends before it grows past its size. */
    assert_non_null(strstr(ask(fixture, GET("") "\r\n", &answer), "\r\nNext-After: 1-4\r\n"));
    assert_true(answer.length > FEED_ANSWER_SIZE_MAX);
    buffer_release(&answer);
    commit_events(fixture, 4, DATA_LENGTH);
    assert_non_null(strstr(ask(fixture, GET("") "\r\n", &answer), "\r\nNext-After: 1-4\r\n"));
    buffer_release(&answer);
    assert_int_equal(close(client), 0);
    stop(fixture);
}

static void closing_ends_streams_and_answers_who_waits(void **state)
{
    struct fixture *fixture = start();
    int stream = support_connect(&fixture->server);
    int waiting = support_connect(&fixture->server);
    struct buffer answer;

    (void)state;
    support_send_text(stream, GET("") "Accept: text/event-stream\r\n\r\n");
    support_send_text(waiting, GET("?wait=20") "\r\n");
    wait_for_clients(fixture, 2);
    support_stop_begin(&fixture->server);
    support_read_end(stream, &answer);
    assert_string_equal(buffer_text(&answer) + answer.length - 5, "0\r\n\r\n");
    buffer_release(&answer);
    support_read_end(waiting, &answer);
    assert_string_equal(buffer_text(&answer) + answer.length - 2, "[]");
    buffer_release(&answer);
    support_stop_wait(&fixture->server);
    assert_int_equal(close(stream), 0);
    assert_int_equal(close(waiting), 0);
    end(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cursors_are_two_numbers_and_nothing_else),
        cmocka_unit_test(accept_chooses_the_form),
        cmocka_unit_test(a_batch_holds_what_follows_the_cursor),
        cmocka_unit_test(an_event_that_nobody_asks_for_is_not_rendered),
        cmocka_unit_test(wrong_questions_are_refused_by_name),
        cmocka_unit_test(before_the_log_was_read_no_cursor_is_judged),
        cmocka_unit_test(what_neither_ring_nor_database_has_is_unavailable),
        cmocka_unit_test(the_loop_does_other_work_between_a_clients_turns),
        cmocka_unit_test(who_has_read_the_log_stands_behind_the_others),
        cmocka_unit_test(who_waits_is_answered_by_the_next_event),
        cmocka_unit_test(a_wait_ends_with_nothing),
        cmocka_unit_test(a_stream_shows_what_was_and_then_what_comes),
        cmocka_unit_test(a_client_that_does_not_read_loses_nothing_and_holds_up_nobody),
        cmocka_unit_test(the_largest_event_passes_in_pieces),
        cmocka_unit_test(closing_ends_streams_and_answers_who_waits),
    };

    if (crypto_open()) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
