/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the HTTP server share with one another and with their
 * tests; nobody else includes it.
 *
 *   http_listen      addresses and listening sockets
 *   http_server      counting, the tick, the orderly stop
 *   http_accept      how a client comes in, and how its memory goes
 *   http_connection  the bytes of one client: states, timeouts, writing
 *   http_parser      a message's bytes to head and body (http_head, http_text); no I/O
 *   http_route       which handler a path belongs to; no I/O
 *   http_exchange    one request from its head to its handler: limits, signature, roles
 *   http_metrics     what is counted, of each route too
 *   http_request     what a handler reads
 *   http_response    answers; http_stream: answers in pieces
 *
 * A connection owns its one request. The request is under way from its head
 * (or the refusal of it) until it is answered; the connection's memory lives
 * until its socket is closed and its request is not under way.
 */
#ifndef HYEOPCHI_RUNTIME_HTTP_INTERNAL_H
#define HYEOPCHI_RUNTIME_HTTP_INTERNAL_H

#include "runtime/buffer.h"
#include "runtime/http.h"
#include "runtime/http_parser.h"
#include "runtime/http_signature.h"
#include "runtime/metrics.h"

#include <stdbool.h>
#include <uv.h>

enum {
    HTTP_READ_SIZE = 64 * 1024, /* bytes taken from a socket at once */
    HTTP_RESPONSE_HEAD_SIZE_MAX = 16 * 1024,
    HTTP_RESPONSE_HEADER_SIZE_MAX = 8 * 1024, /* of all headers a handler adds */
    HTTP_REFUSED_CONNECTION_COUNT_MAX = 64,   /* being told 503; more are closed unheard */
    HTTP_LINGER_MS = 2000, /* for an answered client to close first, so that it hears the answer */
    HTTP_TICK_MS = 250,
    HTTP_LISTEN_BACKLOG = 1024,
    HTTP_DATE_SIZE = 30, /* "Mon, 19 Sep 2022 00:00:00 GMT" and its NUL */
    HTTP_ALLOW_SIZE = 64,
    HTTP_SOCKET_PATH_SIZE = 108, /* sun_path */
};

/* The limits that tests tighten; http_server_open() takes those of http.h. */
struct http_limits {
    int64_t head_timeout_ms;
    int64_t body_timeout_ms;
    int64_t idle_timeout_ms;
    int64_t send_timeout_ms;
    int64_t linger_ms;
    int64_t tick_ms;
    size_t bulk_total_size_max;
    size_t stream_backlog_max;
    int send_buffer_size; /* SO_SNDBUF of accepted sockets; 0: the system's */
};

extern const struct http_limits HTTP_LIMITS_DEFAULT;

/* http_server_open() with other limits; for tests. */
ERR_CHECKED enum err http_server_open_limited(struct loop *loop,
                                              const struct http_server_options *options,
                                              const struct http_limits *limits,
                                              struct http_server **ret_server);

/* --- http_route ----------------------------------------------------------------------------------- */

struct http_match {
    const struct http_route *route; /* NULL: no such path, or not with this method */
    size_t number;                  /* of the route among all; how many there are when NULL */
    void *context;
    bool path_known;             /* some route has the path */
    bool broken;                 /* a parameter of the path does not decode */
    char allow[HTTP_ALLOW_SIZE]; /* of a known path without this method, for Allow */
    struct http_parameter parameters[HTTP_PATH_PARAM_COUNT_MAX]; /* names end at their } */
    size_t parameter_count;
};

struct http_routes {
    const struct http_route_table *tables;
    size_t count;
};

/* ERR_INVALID when a route's pattern, limit or roles are wrong: a bug found at start, logged. */
ERR_CHECKED enum err http_route_check(const struct http_routes *routes);

/* Finds the route for the head's method and path; the one with fewer parameters wins. */
void http_route_match(const struct http_routes *routes, struct http_head *head,
                      struct http_match *ret_match);

/* How many routes the tables hold. */
size_t http_route_count(const struct http_routes *routes);

/* Value of the matched pattern's {name}; NULL when it has none. */
const char *http_route_parameter(const struct http_match *match, const char *name);

/* --- http_listen ---------------------------------------------------------------------------------- */

struct http_listener {
    int socket; /* -1 when there is none */
    int lock;   /* of a UNIX socket's path; -1 */
    bool is_unix;
    int port;                         /* 0 for a UNIX socket */
    char path[HTTP_SOCKET_PATH_SIZE]; /* of a UNIX socket, else "" */
};

/* Binds and listens. ERR_INVALID for a wrong or public address, ERR_CONFLICT when it is in use;
 * both logged as http_listen_failed. */
ERR_CHECKED enum err http_listener_open(const char *address, struct http_listener *ret_listener);

/* Removes a UNIX socket's file and its lock. The socket itself is closed here unless taken (-1). */
void http_listener_close(struct http_listener *listener);

/* --- The server. ------------------------------------------------------------------------------------ */

union http_socket {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
};

struct http_connection;

struct http_server {
    struct loop *loop;
    struct http_routes routes;
    struct http_route_metrics **route_metrics; /* by http_match.number */
    struct http_limits limits;
    struct keyring *keyring;
    struct nonce_cache *nonces;
    struct http_listener listener;
    union http_socket socket;
    uv_timer_t tick;
    struct http_connection *connections;
    int64_t connection_count;
    int64_t connection_count_max;
    int64_t refused_count; /* connections that are being told 503 */
    int64_t request_count; /* requests under way, also of clients that have gone */
    size_t bulk_size;      /* reserved for large bodies */
    bool stopping;
    int64_t cut_off_ms;  /* by the loop's clock: then nobody is waited for to take an answer */
    bool accept_waiting; /* a client that there was no memory to take; tried again at the tick */
    int open_handles;    /* listener and tick */
    struct buffer head;  /* of the answer being written */
    struct buffer overloaded; /* the answer to clients that are one too many */
    int64_t date_second;
    char date[HTTP_DATE_SIZE];
    char read_buffer[HTTP_READ_SIZE];
};

struct http_metrics {
    struct metric connections;
    struct metric bytes_received;
    struct metric bytes_sent;
    struct metric refused_connections;
    struct metric refused_bodies;
    struct metric refused_requests;
    struct metric refused_signatures;
    struct metric refused_nonces;
    struct metric timeouts;
};

extern struct http_metrics http_metrics;

void http_metrics_register(void);

enum {
    HTTP_STATUS_CLASS_COUNT = 6,  /* [2] is 2xx; [0] is answers nobody was there for */
    HTTP_ROUTE_LABELS_SIZE = 192, /* a longer pattern is a bug found at start */
};

/* What is counted of one route. They belong to the registry of metrics and are never freed. */
struct http_route_metrics {
    char route_labels[HTTP_ROUTE_LABELS_SIZE];
    char labels[HTTP_STATUS_CLASS_COUNT][HTTP_ROUTE_LABELS_SIZE];
    struct metric status[HTTP_STATUS_CLASS_COUNT];
    struct metric duration;
};

/*
 * The figures of every route in the order of the tables, and behind them those of requests that no
 * route takes. The array is the caller's to free; routes of an earlier server of this process keep
 * their figures. ERR_INTERNAL without memory.
 */
ERR_CHECKED enum err http_metrics_make(const struct http_routes *routes,
                                       struct http_route_metrics ***ret_metrics);

/* After a connection or a request has gone: lets a stopping server end. */
void http_server_settle(struct http_server *server);

/* --- One client. ------------------------------------------------------------------------------------ */

enum http_connection_state {
    HTTP_CONNECTION_IDLE,      /* between requests */
    HTTP_CONNECTION_HEAD,      /* a head has begun to arrive */
    HTTP_CONNECTION_BODY,      /* its body is arriving */
    HTTP_CONNECTION_BUSY,      /* the request is being verified or handled */
    HTTP_CONNECTION_ANSWERING, /* the answer waits for the client to read */
    HTTP_CONNECTION_STREAMING,
    HTTP_CONNECTION_LINGERING, /* answered for good; what still comes is thrown away */
    HTTP_CONNECTION_CLOSED,
};

/* A request is the part of a connection that handlers know. */
struct http_request {
    struct http_connection *connection;
    struct http_match match;
    bool under_way;
    const char *problem_code; /* of the problem it was answered with; NULL */
    size_t bulk_size;         /* this one's share of the server's */
    int64_t started_ms;
    uint64_t started_ns;

    bool is_signed;
    struct principal principal;
    uint8_t signature_hash[CRYPTO_HASH_SIZE];

    struct buffer response_headers; /* "Name: value\r\n" … */
    bool has_cache_control;
    bool has_content_security_policy;

    /* While it is a stream. */
    bool streaming;
    bool stream_chunked;
    bool stream_ending; /* there is nobody to send to: the next tick ends it */
    bool stream_whole;  /* it is of use only to its end */
    int stream_status;
    uint64_t stream_sent;
    void (*stream_closed)(void *context);
    void (*stream_drained)(void *context); /* NULL: nobody asks */
    void *stream_context;

    /* While its signature is being verified. */
    struct http_message message;
    struct http_signature signature;
    struct keyring_key key;
    int64_t verified_at_ms;
    enum err verify_error;
    struct problem verify_problem;
};

struct http_connection {
    struct http_server *server;
    struct http_connection *previous;
    struct http_connection *next;
    union http_socket socket;
    enum http_connection_state state;
    int64_t deadline_ms; /* of the state; INT64_MAX when it has none */
    bool refused;        /* one too many: told 503, never read */
    bool reading;
    bool peer_finished; /* it will send no more */
    bool processing;    /* http_connection_process() is on the stack */
    bool closed;        /* the socket's close callback has run */
    bool keep_alive;
    int write_count;       /* writes under way */
    uint64_t queued;       /* bytes ever queued, and how many of them had left at the last tick: */
    uint64_t left_at_tick; /* together they show whether the client reads */
    uv_shutdown_t shutdown;
    struct buffer input; /* bytes of later requests */
    struct http_parser parser;
    struct http_request request;
};

/* Takes a waiting client; one too many is told 503 and never read. */
void http_connection_accept(struct http_server *server);

/* Sends bytes, copying what the socket does not take at once. A client that has gone is no error. */
void http_connection_write(struct http_connection *connection, const uv_buf_t *buffers,
                           unsigned count);

/* After the last byte of an answer was given to http_connection_write(). */
void http_connection_answered(struct http_connection *connection);

/* Closes the socket; again is harmless. */
void http_connection_close(struct http_connection *connection);

/* Ends the request's stream: tells its owner, settles its accounts. */
void http_stream_finish(struct http_request *request);

/* Frees it when both its socket and its request are done. */
void http_connection_release(struct http_connection *connection);

/* The tick: times out what has passed its deadline at now_ms. */
void http_connection_tick(struct http_connection *connection, int64_t now_ms);

/* The server stops: close, or finish what is under way. */
void http_connection_stop(struct http_connection *connection);

/* The only writer of state; sets the deadline that goes with it. */
void http_connection_set_state(struct http_connection *connection,
                               enum http_connection_state state);

/* Starts or stops reading, as the state and the stored input ask for. */
void http_connection_update_reading(struct http_connection *connection);

/* --- http_exchange ---------------------------------------------------------------------------------- */

/* The head is whole. True: read the body; false: it was refused, and answered. */
bool http_exchange_head(struct http_connection *connection);

/* The message is whole: verify, then hand it to its handler. */
void http_exchange_message(struct http_connection *connection);

/* The parser refused the message, or time ran out. Answers and ends the connection. */
void http_exchange_refuse(struct http_connection *connection, const struct problem_kind *kind,
                          const char *rule);

/* Gives back what the request held, counts and logs it. Status 0: nobody was there to answer. */
void http_exchange_finish(struct http_request *request, int status, uint64_t sent);

/* --- http_response ------------------------------------------------------------------------------------ */

struct http_response {
    int status;
    const char *content_type; /* NULL for none */
    int64_t content_length;   /* -1: a stream */
    bool chunked;
};

/* Writes the head of an answer into the server's buffer; ERR_FULL when it grew too large. */
ERR_CHECKED enum err http_response_head(struct http_request *request,
                                        const struct http_response *response);

/* Writes the whole answer to a client that is one too many; made once, at start. */
ERR_CHECKED enum err http_response_overloaded(struct buffer *ret_answer);

#endif
