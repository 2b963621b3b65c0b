/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi-verify watch URL`: looks at a board once or again and again, keeps
 * what it saw in a file, and ends with an alarm when the log is not the one it
 * saw before, or the board has been silent for too long.
 */
#include "verify/command.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "verify/fetch.h"
#include "verify/file.h"
#include "verify/spell.h"
#include "verify/verdict.h"
#include "verify/watch.h"
#include "verify/watch_options.h"
#include "verify/watch_receipt.h"

#define MOVES_MAX 10 /* times that the board may answer of another size for one receipt */
#define MOVE_PAUSE_S                                                                               \
    1 /* before each look after that: what stands between may keep answers for 2 s */

/* One board that is watched. */
struct watcher {
    struct watch_options *options;
    char base[FETCH_URL_MAX];
    char path[FILE_PATH_MAX]; /* of the state */
    struct fetch *fetch;
    struct watch_source source;
    struct watch_state state;
    uint64_t good_ms; /* of the last look that got every answer; before the first: of the start */
    sigset_t signals; /* that ask to end */
    bool ending;
};

static uint64_t now_ms(void)
{
    struct timespec now = {0};
    int done = clock_gettime(CLOCK_REALTIME, &now);

    assert(done == 0);
    (void)done;
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The UUID in front of "/board" at the address's end, or "". */
static void find_uuid(const char *base, char ret_uuid[SPELL_UUID_LENGTH + 1])
{
    static const char TAIL[] = "/board";
    const size_t tail = sizeof TAIL - 1;
    size_t length = strlen(base);
    uint8_t bytes[SPELL_UUID_BYTES];

    ret_uuid[0] = '\0';
    if (length > tail + SPELL_UUID_LENGTH && strcmp(base + length - tail, TAIL) == 0) {
        const char *uuid = base + length - tail - SPELL_UUID_LENGTH;

        if (spell_read_uuid(
                (struct span){.data = (const uint8_t *)uuid, .length = SPELL_UUID_LENGTH}, bytes)) {
            memcpy(ret_uuid, uuid, SPELL_UUID_LENGTH);
            ret_uuid[SPELL_UUID_LENGTH] = '\0';
        }
    }
}

/* Fills in addresses and names; 0, or COMMAND_USAGE. */
static int name_things(struct watcher *watcher)
{
    const struct watch_options *options = watcher->options;
    size_t length;

    assert(options->url != NULL);
    length = strlen(options->url);
    if (strncmp(options->url, "http://", 7) != 0 && strncmp(options->url, "https://", 8) != 0) {
        return command_usage("http나 https 주소가 아닙니다, no http or https address",
                             options->url);
    }
    if (length >= sizeof watcher->base) {
        return command_usage("주소가 너무 깁니다, the address is too long", options->url);
    }
    memcpy(watcher->base, options->url, length + 1);
    while (length > 0 && watcher->base[length - 1] == '/') {
        watcher->base[--length] = '\0';
    }
    find_uuid(watcher->base, watcher->source.uuid);
    if (options->state == NULL && watcher->source.uuid[0] == '\0') {
        return command_usage(
            "…/v1/ballots/{id}/board 가 아니면 --state가 필요합니다, "
            "an address of another form needs --state",
            options->url);
    }
    if (options->state != NULL) {
        if (strlen(options->state) >= sizeof watcher->path) {
            return command_usage("파일 이름이 너무 깁니다, the file's name is too long", "--state");
        }
        memcpy(watcher->path, options->state, strlen(options->state) + 1);
    } else {
        (void)snprintf(watcher->path, sizeof watcher->path, "%s.watch", watcher->source.uuid);
    }
    return 0;
}

/* Takes up what was seen before, if anything. */
static enum verdict load_state(struct watcher *watcher, struct finding *finding)
{
    const struct watch_options *options = watcher->options;
    struct file file = {0};
    enum verdict verdict = VERDICT_GOOD;

    if (file_exists(watcher->path)) {
        verdict = file_open(&file, watcher->path, finding);
        if (verdict == VERDICT_GOOD && !watch_state_read(file.bytes, &watcher->state)) {
            verdict = finding_unreadable(finding, watcher->path, "this is no state of a watch");
        }
        file_close(&file);
    }
    if (verdict == VERDICT_GOOD && options->key != NULL) {
        if (strlen(options->key) >= sizeof watcher->state.key) {
            return finding_unreadable(finding, "--key", "this is no verifier key");
        }
        if (watcher->state.key[0] != '\0' && strcmp(watcher->state.key, options->key) != 0) {
            return finding_unreadable(finding, watcher->path,
                                      "it was made with another key than --key");
        }
        memcpy(watcher->state.key, options->key, strlen(options->key) + 1);
    }
    return verdict;
}

static enum verdict save_state(const struct watcher *watcher, struct finding *finding)
{
    const char *checkpoint = watcher->state.checkpoint;
    char path[FILE_PATH_MAX + 16];
    char json[WATCH_STATE_MAX];
    size_t length = watch_state_write(&watcher->state, json);
    enum verdict verdict;

    if (length == 0) {
        return finding_unreadable(finding, watcher->path, "there is no memory to write it");
    }
    /* By itself too, for `--checkpoint` when the bundle comes out. */
    (void)snprintf(path, sizeof path, "%s.checkpoint", watcher->path);
    verdict = file_replace(
        path, (struct span){.data = (const uint8_t *)checkpoint, .length = strlen(checkpoint)},
        finding);
    if (verdict == VERDICT_GOOD) {
        verdict = file_replace(
            watcher->path, (struct span){.data = (const uint8_t *)json, .length = length}, finding);
    }
    return verdict;
}

/* Nothing can be done where printing fails, so what it returns is dropped. */
static void say_seen(const struct watcher *watcher, bool first, bool learned, uint64_t before)
{
    const struct watch_state *state = &watcher->state;

    if (watcher->options->quiet) {
        return;
    }
    if (learned) {
        (void)printf(
            "게시판이 보낸 키를 처음이라 그대로 믿고 보관합니다. 다른 경로로 받은 키가 있으면 "
            "--key로 주십시오.\n"
            "The board's key is taken on trust, this first time; give --key if you have "
            "it from elsewhere.\n  %s\n",
            state->key);
    }
    if (first) {
        (void)printf("처음 봅니다: 항목 %" PRIu64 "개. First look: %" PRIu64 " leaves.\n",
                     state->frontier.size, state->frontier.size);
    } else if (state->frontier.size == before) {
        (void)printf("그대로입니다: 항목 %" PRIu64 "개. Unchanged: %" PRIu64 " leaves.\n",
                     state->frontier.size, state->frontier.size);
    } else {
        (void)printf("이어졌습니다: 항목 %" PRIu64 "개에서 %" PRIu64
                     "개로. Consistent: from %" PRIu64 " leaves to %" PRIu64 ".\n",
                     before, state->frontier.size, before, state->frontier.size);
    }
    (void)fflush(stdout);
}

static void say_finding(const char *what, const struct finding *finding)
{
    (void)fprintf(stderr, "%s%s%s: %s.\n", what, finding->file[0] == '\0' ? "" : " ", finding->file,
                  finding->what);
}

/* Keeps the checkpoint that an alarm is about, for others to see. */
static void keep_evidence(const struct watcher *watcher, const struct fetch_body *evidence)
{
    struct finding finding = {0};
    char path[FILE_PATH_MAX + 16];

    (void)snprintf(path, sizeof path, "%s.alarm", watcher->path);
    if (evidence->length == 0) {
        return;
    }
    if (file_replace(path, (struct span){.data = evidence->bytes, .length = evidence->length},
                     &finding) == VERDICT_GOOD) {
        (void)fprintf(stderr,
                      "받은 체크포인트를 %s에 두었습니다. 앞서 본 것은 %s.checkpoint에 있습니다.\n"
                      "The checkpoint is kept in %s, the one seen before in %s.checkpoint.\n",
                      path, watcher->path, path, watcher->path);
    } else {
        say_finding("경보의 증거를 두지 못했습니다. The evidence could not be kept:", &finding);
    }
}

/* A board that does not answer: an alarm once it has been silent for too long. */
static enum verdict judge_silence(const struct watcher *watcher, uint64_t at_ms,
                                  const struct finding *finding)
{
    uint64_t since = watcher->good_ms;
    uint64_t silent_s = at_ms > since ? (at_ms - since) / 1000 : 0;

    if (silent_s < watcher->options->silence_s) {
        say_finding("게시판을 읽을 수 없습니다. The board cannot be read:", finding);
        return VERDICT_UNREADABLE;
    }
    (void)fprintf(stderr,
                  "경보: 게시판이 %" PRIu64
                  "초 동안 응답하지 않았습니다. ALARM: the board has been "
                  "silent for %" PRIu64 " seconds.\n",
                  silent_s, silent_s);
    say_finding("  마지막 까닭, last reason:", finding);
    return VERDICT_FAILED;
}

static void say_receipt(const struct watcher *watcher, const struct watch_receipt *one)
{
    if (!watcher->options->quiet) {
        (void)printf(one->seen
                         ? "접수증의 표가 게시판에 있습니다. On the board: the vote of %s\n"
                         : "접수증의 표가 아직 없고, 약속한 시간은 남았습니다. Not yet, and not "
                           "yet due: the vote of %s\n",
                     one->path);
        (void)fflush(stdout);
    }
}

/* Looks for one receipt's vote; *ret_moved says that the answer is of another size of the log. */
static enum verdict look_for(struct watcher *watcher, struct watch_receipt *one, bool *ret_moved)
{
    enum watch_place place = WATCH_PLACE_WAITING;
    struct finding finding = {0};
    uint64_t at_ms = now_ms();
    enum verdict verdict =
        watch_receipt_look(one, &watcher->state, &watcher->source, at_ms, &place, &finding);

    switch (verdict) {
    case VERDICT_GOOD:
        *ret_moved = place == WATCH_PLACE_MOVED;
        if (!*ret_moved) {
            say_receipt(watcher, one);
        }
        break;
    case VERDICT_FAILED:
        say_finding("경보: 접수증의 약속이 지켜지지 않았습니다. ALARM:", &finding);
        break;
    case VERDICT_UNREADABLE:
    default:
        verdict = judge_silence(watcher, at_ms, &finding);
        break;
    }
    return verdict;
}

static bool has_receipts_to_look_for(const struct watcher *watcher)
{
    const struct watch_receipts *receipts = &watcher->options->receipts;

    for (size_t i = 0; i < receipts->count; i++) {
        if (!receipts->list[i].seen) {
            return true;
        }
    }
    return false;
}

/* Keeps what was seen, with the time of the last look that got every answer. */
static enum verdict keep_seen(struct watcher *watcher)
{
    struct finding finding = {0};
    enum verdict verdict;

    watcher->state.seen_ms = watcher->good_ms;
    verdict = save_state(watcher, &finding);
    if (verdict != VERDICT_GOOD) {
        say_finding("본 것을 두지 못했습니다. What was seen could not be kept:", &finding);
    }
    return verdict;
}

/* Looks once and says what was seen. While receipts are still to be asked for it is not yet good. */
static enum verdict look(struct watcher *watcher)
{
    struct fetch_body *evidence = malloc(sizeof *evidence);
    uint64_t before = watcher->state.frontier.size;
    bool first = watcher->state.seen_ms == 0;
    bool learned = watcher->state.key[0] == '\0';
    struct finding finding = {0};
    uint64_t at_ms = now_ms();
    enum verdict verdict;

    if (evidence == NULL) {
        (void)fprintf(stderr, "메모리가 부족합니다. There is no memory.\n");
        return VERDICT_UNREADABLE;
    }
    verdict = watch_look(&watcher->state, &watcher->source, at_ms, evidence, &finding);
    switch (verdict) {
    case VERDICT_GOOD:
        say_seen(watcher, first, learned, before);
        if (!has_receipts_to_look_for(watcher)) {
            watcher->good_ms = at_ms;
        }
        verdict = keep_seen(watcher);
        break;
    case VERDICT_FAILED:
        say_finding("경보: 게시판의 기록을 믿을 수 없습니다. ALARM:", &finding);
        keep_evidence(watcher, evidence);
        break;
    case VERDICT_UNREADABLE:
    default:
        verdict = judge_silence(watcher, at_ms, &finding);
        break;
    }
    free(evidence);
    return verdict;
}

/* Waits; false when a signal asks to end. */
static bool wait_seconds(struct watcher *watcher, uint64_t seconds)
{
    const struct timespec interval = {.tv_sec = (time_t)seconds};
    int caught;

    do {
        caught = sigtimedwait(&watcher->signals, NULL, &interval);
    } while (caught < 0 && errno == EINTR);
    watcher->ending = caught >= 0;
    return !watcher->ending;
}

/* Looks for a receipt until the board answers of the log that was seen: while somebody is voting it may
 * have grown between the two, and what stands between may keep one longer than the other. */
static enum verdict look_until_found(struct watcher *watcher, struct watch_receipt *one)
{
    bool moved = false;
    enum verdict verdict = look_for(watcher, one, &moved);

    for (int moves = 0; verdict == VERDICT_GOOD && moved && moves < MOVES_MAX; moves++) {
        if (!wait_seconds(watcher, MOVE_PAUSE_S)) {
            return VERDICT_GOOD;
        }
        verdict = look(watcher);
        if (verdict == VERDICT_GOOD) {
            verdict = look_for(watcher, one, &moved);
        }
    }
    if (verdict == VERDICT_GOOD && moved) {
        (void)fprintf(stderr,
                      "경보: 게시판의 증명과 서명의 크기가 늘 다릅니다. ALARM: the board's proof "
                      "of %s is never of the size of its checkpoint.\n",
                      one->path);
        verdict = VERDICT_FAILED;
    }
    return verdict;
}

/* Looks at the board, and for every receipt whose vote was not seen yet. */
static enum verdict look_at_all(struct watcher *watcher)
{
    struct watch_receipts *receipts = &watcher->options->receipts;
    const bool asks = has_receipts_to_look_for(watcher);
    uint64_t at_ms = now_ms();
    enum verdict verdict = look(watcher);

    for (size_t i = 0; verdict == VERDICT_GOOD && !watcher->ending && i < receipts->count; i++) {
        if (!receipts->list[i].seen) {
            verdict = look_until_found(watcher, &receipts->list[i]);
        }
    }
    if (verdict == VERDICT_GOOD && !watcher->ending && asks) {
        watcher->good_ms = at_ms;
        verdict = keep_seen(watcher);
    }
    return verdict;
}

/* Looks until an alarm or a signal. A board that cannot be read just now is looked at again. */
static enum verdict watch(struct watcher *watcher)
{
    enum verdict verdict;

    (void)sigemptyset(&watcher->signals);
    (void)sigaddset(&watcher->signals, SIGINT);
    (void)sigaddset(&watcher->signals, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &watcher->signals,
                          NULL); /* These four only fail for no signal at all. */
    do {
        verdict = look_at_all(watcher);
    } while (verdict != VERDICT_FAILED && !watcher->options->once && !watcher->ending &&
             wait_seconds(watcher, watcher->options->interval_s));
    return verdict;
}

static enum fetch_outcome fetch(void *argument, const char *path, struct fetch_body *ret,
                                struct finding *finding)
{
    return fetch_get(argument, path, ret, finding);
}

static int run(struct watch_options *options)
{
    struct watcher *watcher = calloc(1, sizeof *watcher);
    struct finding finding = {0};
    int status = VERDICT_UNREADABLE;

    if (watcher == NULL || sodium_init() < 0) {
        goto out;
    }
    watcher->options = options;
    status = name_things(watcher);
    if (status != 0) {
        goto out;
    }
    status = (int)load_state(watcher, &finding);
    if (status == VERDICT_GOOD) {
        status = (int)watch_receipts_read(&options->receipts, &finding);
    }
    if (status != VERDICT_GOOD) {
        say_finding("지켜볼 수 없습니다. It cannot be watched:", &finding);
        goto out;
    }
    watcher->fetch = fetch_new(watcher->base);
    if (watcher->fetch == NULL) {
        (void)fprintf(stderr, "메모리가 부족합니다. There is no memory.\n");
        status = VERDICT_UNREADABLE;
        goto out;
    }
    watcher->good_ms = watcher->state.seen_ms == 0 ? now_ms() : watcher->state.seen_ms;
    watcher->source.fetch = fetch;
    watcher->source.argument = watcher->fetch;
    status = (int)watch(watcher);

out:
    if (watcher != NULL) {
        fetch_free(watcher->fetch);
    }
    free(watcher);
    return status;
}

int command_watch(int argc, char **argv)
{
    struct arguments arguments = {.argc = argc, .argv = argv};
    struct watch_options *options = calloc(1, sizeof *options);
    int status;

    if (options == NULL) {
        (void)fprintf(stderr, "메모리가 부족합니다. There is no memory.\n");
        return VERDICT_UNREADABLE;
    }
    status = watch_options_read(&arguments, options);
    if (status == 0) {
        status = run(options);
    }
    free(options);
    return status;
}
