/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the arguments of watch, one after another. */
#include "verify/watch_options.h"

#include <stddef.h>
#include <string.h>

#include "verify/spell.h"

#define SECONDS_MAX      86400
#define INTERVAL_DEFAULT 60
#define SILENCE_DEFAULT  900

static int read_seconds(const char *option, const char *text, uint64_t *ret)
{
    uint64_t seconds = 0;

    if (text == NULL ||
        !spell_read_decimal((struct span){.data = (const uint8_t *)text, .length = strlen(text)},
                            &seconds) ||
        seconds < 1 || seconds > SECONDS_MAX) {
        return command_usage("1에서 86400까지의 초가 아닙니다, not 1 to 86400 seconds", option);
    }
    *ret = seconds;
    return 0;
}

static int read_text(const char *option, const char *text, const char **ret)
{
    if (text == NULL || text[0] == '\0') {
        return command_usage("값이 없습니다, a value is missing", option);
    }
    *ret = text;
    return 0;
}

static int read_argument(struct arguments *arguments, struct watch_options *options)
{
    const char *value = NULL;

    if (arguments_value(arguments, "--state", &value)) {
        return read_text("--state", value, &options->state);
    }
    if (arguments_value(arguments, "--key", &value)) {
        return read_text("--key", value, &options->key);
    }
    if (arguments_value(arguments, "--interval", &value)) {
        return read_seconds("--interval", value, &options->interval_s);
    }
    if (arguments_value(arguments, "--silence", &value)) {
        return read_seconds("--silence", value, &options->silence_s);
    }
    if (arguments_value(arguments, "--receipt", &value)) {
        if (options->receipts.count == WATCH_RECEIPT_MAX) {
            return command_usage("너무 많습니다, there are too many", "--receipt");
        }
        return read_text("--receipt", value,
                         &options->receipts.list[options->receipts.count++].path);
    }
    if (arguments_flag(arguments, "--once")) {
        options->once = true;
        return 0;
    }
    if (arguments_flag(arguments, "--quiet")) {
        options->quiet = true;
        return 0;
    }
    return arguments_only(arguments, "게시판은 하나만 지켜봅니다, one board at a time",
                          &options->url);
}

int watch_options_read(struct arguments *arguments, struct watch_options *ret_options)
{
    int status = 0;

    ret_options->interval_s = INTERVAL_DEFAULT;
    ret_options->silence_s = SILENCE_DEFAULT;
    while (status == 0 && arguments->next < arguments->argc) {
        status = read_argument(arguments, ret_options);
    }
    if (status == 0 && ret_options->url == NULL) {
        status = command_usage("지켜볼 주소가 없습니다, an address is missing", "URL");
    }
    return status;
}
