/* SPDX-License-Identifier: Apache-2.0 */
/* `hyeopchi-verify BUNDLE`: reads the files named, verifies, and says what came of it. */
#include "verify/command.h"

#include <stdlib.h>
#include <string.h>

#include "verify/bundle.h"
#include "verify/file.h"
#include "verify/say.h"

/* Files of one kind that were named; path i is file i. */
struct given {
    const char **paths;
    struct file *files;
    struct bundle_given *given;
    size_t count;
};

/* What the arguments ask for. */
struct request {
    const char *bundle; /* NULL until it was named */
    struct given receipts;
    struct given kept;
    bool json;
    bool quiet;
};

static bool given_init(struct given *given, size_t room)
{
    given->paths = calloc(room + 1, sizeof *given->paths);
    given->files = calloc(room + 1, sizeof *given->files);
    given->given = calloc(room + 1, sizeof *given->given);
    return given->paths != NULL && given->files != NULL && given->given != NULL;
}

static void given_release(struct given *given)
{
    for (size_t i = 0; given->files != NULL && i < given->count; i++) {
        file_close(&given->files[i]);
    }
    free(given->paths);
    free(given->files);
    free(given->given);
}

static enum verdict given_open(struct given *given, struct finding *finding)
{
    for (size_t i = 0; i < given->count; i++) {
        enum verdict verdict = file_open(&given->files[i], given->paths[i], finding);

        if (verdict != VERDICT_GOOD) {
            return verdict;
        }
        given->given[i] = (struct bundle_given){
            .name = given->paths[i],
            .bytes = given->files[i].bytes,
        };
    }
    return VERDICT_GOOD;
}

/* Takes one option's value as a path; 0, or COMMAND_USAGE. */
static int add_path(struct given *given, const char *option, const char *path)
{
    if (path == NULL || path[0] == '\0') {
        return command_usage("파일 이름이 없습니다, a file's name is missing", option);
    }
    if (given->count == BUNDLE_GIVEN_MAX) {
        return command_usage("너무 많습니다, there are too many", option);
    }
    given->paths[given->count++] = path;
    return 0;
}

static int read_argument(struct arguments *arguments, struct request *request)
{
    const char *value = NULL;

    if (arguments_value(arguments, "--receipt", &value)) {
        return add_path(&request->receipts, "--receipt", value);
    }
    if (arguments_value(arguments, "--checkpoint", &value)) {
        return add_path(&request->kept, "--checkpoint", value);
    }
    if (arguments_flag(arguments, "--json")) {
        request->json = true;
        return 0;
    }
    if (arguments_flag(arguments, "--quiet")) {
        request->quiet = true;
        return 0;
    }
    return arguments_only(arguments, "묶음은 하나만 검증합니다, one bundle at a time",
                          &request->bundle);
}

static int run(struct request *request)
{
    struct file archive = {0};
    struct bundle *bundle = NULL;
    enum check check = CHECK_ARCHIVE;
    struct finding finding = {0};
    struct bundle_observer observer;
    enum verdict verdict;
    struct say say;

    say_init(&say, request->json, request->quiet);
    observer = say_observer(&say);
    verdict = file_open(&archive, request->bundle, &finding);
    if (verdict == VERDICT_GOOD) {
        check = CHECK_RECEIPT;
        verdict = given_open(&request->receipts, &finding);
    }
    if (verdict == VERDICT_GOOD) {
        check = CHECK_KEPT;
        verdict = given_open(&request->kept, &finding);
    }
    if (verdict == VERDICT_GOOD) {
        const struct bundle_input input = {
            .archive = archive.bytes,
            .receipts = request->receipts.given,
            .receipt_count = request->receipts.count,
            .kept = request->kept.given,
            .kept_count = request->kept.count,
        };

        verdict = bundle_verify(&input, &observer, &check, &finding, &bundle);
    }
    if (verdict == VERDICT_GOOD) {
        say_verified(&say, bundle);
    } else {
        say_refused(&say, verdict, check, &finding);
    }
    bundle_free(bundle);
    file_close(&archive);
    return (int)verdict;
}

int command_verify(int argc, char **argv)
{
    struct arguments arguments = {.argc = argc, .argv = argv};
    struct request request = {0};
    int status = 0;

    if (!given_init(&request.receipts, (size_t)argc) || !given_init(&request.kept, (size_t)argc)) {
        status = VERDICT_UNREADABLE;
    }
    while (status == 0 && arguments.next < arguments.argc) {
        status = read_argument(&arguments, &request);
    }
    if (status == 0 && request.bundle == NULL) {
        status = command_usage("검증할 묶음이 없습니다, a bundle is missing", "BUNDLE");
    }
    if (status == 0) {
        status = run(&request);
    }
    given_release(&request.receipts);
    given_release(&request.kept);
    return status;
}
