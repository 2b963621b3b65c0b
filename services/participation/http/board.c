/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/ballots/{id}/board/…: the public board as C2SP tlog-tiles, where a
 * receipt's code stands on it, and its key. Must never show what is under no
 * checkpoint.
 */
#include "participation/board_batch.h"
#include "participation/domain/code.h"
#include "participation/http/board_path.h"
#include "participation/http/params.h"
#include "participation/http/routes.h"
#include "participation/store/board_page.h"

#include <stdlib.h>
#include <string.h>

#define CACHE_NEVER_CHANGES "public, max-age=31536000, immutable"
#define CACHE_CHANGES       "public, max-age=2"

static const struct problem_kind CODE_NOT_ON_BOARD = {
    .status = 404,
    .code = "code-not-on-board",
    .ko =
        "이 확인 코드의 표가 게시판에 없습니다. 코드를 다시 확인하시고, 방금 투표하셨다면 "
        "접수증에 적힌 시간이 지난 뒤에 다시 조회해 주십시오.",
    .en =
        "No vote with this code is on the board. Check the code; if you have just voted, look "
        "again after the time that your receipt names.",
};

/* One request. */
struct board_get {
    struct reader_job job; /* first */
    struct http_request *request;
    const char *district;
    uint8_t ballot_id[BALLOT_ID_SIZE];
    struct board_tile tile;
    bool entries;
    uint64_t code;
    const char *content_type;
    const char *cache;
    const struct problem_kind *absent; /* what ERR_NOT_FOUND means */
    struct buffer answer;
};

static void get_done(struct reader_job *job)
{
    struct board_get *get = (struct board_get *)job;

    if (job->err == ERR_NOT_FOUND) {
        params_refuse(get->request, get->absent, "");
    } else if (job->err) {
        http_respond_error(get->request, job->err);
    } else {
        http_response_header(get->request, "cache-control", get->cache);
        http_respond(get->request, 200, get->content_type, get->answer.data, get->answer.length);
    }
    buffer_release(&get->answer);
    free(get);
}

/* NULL when the request was answered. */
static struct board_get *get_new(struct http_request *request, const struct participation *service)
{
    uint8_t ballot_id[BALLOT_ID_SIZE];
    struct board_get *get;

    if (!params_ballot_id(request, ballot_id)) {
        return NULL;
    }
    get = calloc(1, sizeof *get);
    if (get == NULL) {
        http_respond_error(request, ERR_FULL);
        return NULL;
    }
    memcpy(get->ballot_id, ballot_id, sizeof get->ballot_id);
    get->request = request;
    get->district = service->host.config.district;
    get->absent = &PROBLEM_NOT_FOUND;
    get->content_type = "text/plain; charset=utf-8";
    get->cache = CACHE_CHANGES;
    buffer_init(&get->answer, STORE_TILE_ENTRIES_SIZE_MAX);
    return get;
}

static void get_start(struct board_get *get, const struct participation *service,
                      enum err (*work)(struct db *, struct reader_job *))
{
    get->job.work = work;
    get->job.done = get_done;
    if (reader_submit(service->host.reader, &get->job) != ERR_OK) {
        http_respond_error(get->request, ERR_FULL);
        buffer_release(&get->answer);
        free(get);
    }
}

/* On a reader thread. */
static enum err checkpoint_work(struct db *db, struct reader_job *job)
{
    struct board_get *get = (struct board_get *)job;

    return db == NULL ? ERR_UNAVAILABLE : store_board_checkpoint(db, get->ballot_id, &get->answer);
}

void handle_board_checkpoint(struct http_request *request, void *context)
{
    struct board_get *get = get_new(request, context);

    if (get != NULL) {
        get_start(get, context, checkpoint_work);
    }
}

/* On a reader thread. */
static enum err tile_work(struct db *db, struct reader_job *job)
{
    struct board_get *get = (struct board_get *)job;
    struct board_head head;
    enum err err = db == NULL ? ERR_UNAVAILABLE : store_board_read(db, get->ballot_id, &head);

    if (!err && !board_tile_is_within(&get->tile, head.signed_size)) {
        err = ERR_NOT_FOUND;
    }
    if (!err) {
        err = get->entries ? store_board_entries(db, get->ballot_id, &get->tile, &get->answer)
                           : store_board_tile(db, get->ballot_id, &get->tile, &get->answer);
    }
    return err;
}

void handle_board_tile(struct http_request *request, void *context)
{
    struct board_get *get = get_new(request, context);
    struct board_path path;

    if (get == NULL) {
        return;
    }
    path = (struct board_path){
        .level = http_request_param(request, "level"),
        .pieces = {http_request_param(request, "first"), http_request_param(request, "second"),
                   http_request_param(request, "third")},
    };
    if (!board_path_parse(&path, &get->tile, &get->entries)) {
        params_refuse(request, &PROBLEM_NOT_FOUND, "tile");
        buffer_release(&get->answer);
        free(get);
        return;
    }
    get->content_type = "application/octet-stream";
    get->cache = CACHE_NEVER_CHANGES;
    get_start(get, context, tile_work);
}

/* The tiles that a path goes through: of each level the leaf's own and the last one. */
struct tile_walk {
    struct db *db;
    const uint8_t *ballot_id;
    int64_t size;

    struct {
        int64_t number;
        struct buffer hashes; /* empty: not read yet */
    } tiles[MERKLE_TILE_LEVEL_MAX][2];
};

static void walk_release(struct tile_walk *walk)
{
    for (size_t level = 0; level < MERKLE_TILE_LEVEL_MAX; level++) {
        buffer_release(&walk->tiles[level][0].hashes);
        buffer_release(&walk->tiles[level][1].hashes);
    }
    free(walk);
}

/* The hashes of a tile, as many as the tree has. */
static enum err walk_tile(struct tile_walk *walk, unsigned level, int64_t number,
                          const struct buffer **ret_hashes)
{
    const int64_t hashes = walk->size >> (MERKLE_TILE_HEIGHT * level);
    const int64_t left = hashes - number * MERKLE_TILE_WIDTH;
    struct board_tile tile = {
        .level = level,
        .number = number,
        .width = left < MERKLE_TILE_WIDTH ? (size_t)left : MERKLE_TILE_WIDTH,
    };
    const size_t slot = left <= MERKLE_TILE_WIDTH ? 1 : 0;
    struct buffer *kept = &walk->tiles[level][slot].hashes;
    enum err err = ERR_OK;

    if (kept->length == 0 || walk->tiles[level][slot].number != number) {
        buffer_release(kept);
        buffer_init(kept, (size_t)MERKLE_TILE_WIDTH * MERKLE_HASH_SIZE);
        walk->tiles[level][slot].number = number;
        err = store_board_tile(walk->db, walk->ballot_id, &tile, kept);
    }
    *ret_hashes = kept;
    return err;
}

/* A merkle_subtree_fn. */
static enum err walk_subtree(void *context, unsigned height, uint64_t index,
                             uint8_t ret_hash[MERKLE_HASH_SIZE])
{
    struct tile_walk *walk = context;
    const unsigned level = height / MERKLE_TILE_HEIGHT;
    const size_t width = (size_t)1 << height % MERKLE_TILE_HEIGHT;
    const int64_t first = (int64_t)index * (int64_t)width;
    const struct buffer *hashes = NULL;
    enum err err = walk_tile(walk, level, first / MERKLE_TILE_WIDTH, &hashes);

    if (!err) {
        const size_t at = (size_t)(first % MERKLE_TILE_WIDTH) * MERKLE_HASH_SIZE;

        merkle_root(hashes->data + at, width, ret_hash);
    }
    return err;
}

/* "name":"base64url", or only the text in an array. */
static void write_hash(struct buffer *answer, const char *before, const uint8_t *hash)
{
    char text[64];

    crypto_base64url(hash, MERKLE_HASH_SIZE, text, sizeof text);
    buffer_append_format(answer, "%s\"%s\"", before, text);
}

static enum err write_place(struct board_get *get, struct tile_walk *walk, int64_t position)
{
    uint8_t path[MERKLE_PATH_LENGTH_MAX * MERKLE_HASH_SIZE];
    uint8_t leaf_hash[MERKLE_HASH_SIZE];
    char code[CODE_SIZE];
    size_t length = 0;
    enum err err = walk_subtree(walk, 0, (uint64_t)position, leaf_hash);

    if (!err) {
        err = merkle_path_read((uint64_t)walk->size, (uint64_t)position, walk_subtree, walk, path,
                               &length);
    }
    if (err) {
        return err;
    }
    code_format(get->code, code);
    buffer_append_format(&get->answer, "{\"code\":\"%s\"", code);
    write_hash(&get->answer, ",\"leaf_hash\":", leaf_hash);
    buffer_append_format(&get->answer, ",\"position\":%lld,\"size\":%lld,\"path\":[",
                         (long long)position, (long long)walk->size);
    for (size_t i = 0; i < length; i++) {
        write_hash(&get->answer, i == 0 ? "" : ",", path + i * MERKLE_HASH_SIZE);
    }
    buffer_append_text(&get->answer, "]}");
    return buffer_status(&get->answer);
}

/* On a reader thread. */
static enum err code_work(struct db *db, struct reader_job *job)
{
    struct board_get *get = (struct board_get *)job;
    struct tile_walk *walk;
    struct board_head head;
    int64_t position = 0;
    enum err err = db == NULL ? ERR_UNAVAILABLE : store_board_read(db, get->ballot_id, &head);

    if (err) {
        return err;
    }
    walk = calloc(1, sizeof *walk);
    if (walk == NULL) {
        return ERR_FULL;
    }
    walk->db = db;
    walk->ballot_id = get->ballot_id;
    walk->size = head.signed_size;
    err = store_board_find(db, get->ballot_id, get->code, walk->size, &position);
    if (!err) {
        err = write_place(get, walk, position);
    }
    walk_release(walk);
    return err;
}

void handle_board_code(struct http_request *request, void *context)
{
    struct board_get *get = get_new(request, context);

    if (get == NULL) {
        return;
    }
    if (code_parse(http_request_param(request, "code"), &get->code) != ERR_OK) {
        params_refuse(request, &CODE_NOT_ON_BOARD, "code");
        buffer_release(&get->answer);
        free(get);
        return;
    }
    get->absent = &CODE_NOT_ON_BOARD;
    get->content_type = "application/json";
    get_start(get, context, code_work);
}

/* On a reader thread. */
static enum err key_work(struct db *db, struct reader_job *job)
{
    struct board_get *get = (struct board_get *)job;
    char name[CHECKPOINT_NAME_SIZE];
    char text[CHECKPOINT_VERIFIER_SIZE];
    uint8_t key_hash[CHECKPOINT_KEY_HASH_SIZE];
    struct board_head head;
    enum err err = db == NULL ? ERR_UNAVAILABLE : store_board_read(db, get->ballot_id, &head);

    if (err) {
        return err;
    }
    checkpoint_name(get->district, get->ballot_id, name);
    board_key_hash(name, head.key, key_hash);
    checkpoint_verifier(name, key_hash, head.key, text);
    buffer_append_text(&get->answer, text);
    return buffer_status(&get->answer);
}

void handle_board_key(struct http_request *request, void *context)
{
    struct board_get *get = get_new(request, context);

    if (get != NULL) {
        get_start(get, context, key_work);
    }
}
