/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parsing a command line against the table. Options may stand anywhere, as
 * --name VALUE or --name=VALUE; -- ends them. Must never run anything: the
 * command itself is dispatch.c's to call.
 */
#include "cli/invocation.h"

#include "cli/process.h"
#include "cli/suggest.h"
#include "runtime/clock.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 64, TIME_TEXT_SIZE = 64, DIGIT_GROUP = 3 };

static void print_command_name(const struct invocation *invocation)
{
    const bool has_verb = invocation->command->verb[0] != '\0';

    (void)fprintf(stderr, "hyeopchi %s%s%s", invocation->noun->noun, has_verb ? " " : "",
                  invocation->command->verb);
}

enum cli_status usage_error(const struct invocation *invocation, const char *format, ...)
{
    va_list arguments;

    (void)fputs("hyeopchi: ", stderr);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fprintf(stderr, "\n%s: ", say("도움말", "help"));
    print_command_name(invocation);
    (void)fputs(" --help\n", stderr);
    return CLI_USAGE;
}

static const struct command_option *find_in(const struct command_option *table, const char *name,
                                            size_t length)
{
    for (; table != NULL && table->name != NULL; table++) {
        if (strlen(table->name) == length && memcmp(table->name, name, length) == 0) {
            return table;
        }
    }
    return NULL;
}

static const struct command_option *find_option(const struct command *command, const char *name,
                                                size_t length)
{
    const struct command_option *option = find_in(command->options, name, length);

    if (option == NULL) {
        option = find_in(command->shared, name, length);
    }
    return option != NULL ? option : find_in(COMMON_OPTIONS, name, length);
}

static void suggest_from(const struct command_option *table, struct suggestion *suggestion)
{
    for (; table != NULL && table->name != NULL; table++) {
        suggestion_offer(suggestion, table->name);
    }
}

static enum err unknown_option(const struct invocation *invocation, const char *name)
{
    struct suggestion suggestion;

    suggestion_init(&suggestion, name);
    suggest_from(invocation->command->options, &suggestion);
    suggest_from(invocation->command->shared, &suggestion);
    suggest_from(COMMON_OPTIONS, &suggestion);
    if (suggestion.best != NULL) {
        (void)usage_error(invocation,
                          say("알 수 없는 옵션 --%s. 혹시 --%s 인가요?",
                              "unknown option --%s. Did you mean --%s?"),
                          name, suggestion.best);
    } else {
        (void)usage_error(invocation, say("알 수 없는 옵션 --%s", "unknown option --%s"), name);
    }
    return ERR_INVALID;
}

static bool given(const struct invocation *invocation, const struct command_option *option)
{
    size_t i;

    for (i = 0; i < invocation->value_count; i++) {
        if (invocation->values[i].option == option) {
            return true;
        }
    }
    return false;
}

/* "web|kiosk" */
static bool is_choice(const char *choices, const char *value)
{
    const size_t length = strlen(value);

    while (choices != NULL && *choices != '\0') {
        const size_t name = strcspn(choices, "|");

        if (name == length && memcmp(choices, value, length) == 0) {
            return true;
        }
        choices += name;
        choices += *choices == '|' ? 1 : 0;
    }
    return false;
}

static enum err add_value(struct invocation *invocation, const struct command_option *option,
                          const char *value)
{
    if (option->choices != NULL && !is_choice(option->choices, value)) {
        (void)usage_error(
            invocation,
            say("--%s 값 '%s': 다음 중 하나여야 합니다: %s", "--%s '%s': it must be one of %s"),
            option->name, value, option->choices);
        return ERR_INVALID;
    }
    if (!option->repeated && given(invocation, option)) {
        (void)usage_error(invocation,
                          say("--%s 옵션을 두 번 쓸 수 없습니다", "--%s is given twice"),
                          option->name);
        return ERR_INVALID;
    }
    if (invocation->value_count == INVOCATION_VALUE_COUNT_MAX) {
        (void)usage_error(invocation, say("옵션이 너무 많습니다", "too many options"));
        return ERR_INVALID;
    }
    invocation->values[invocation->value_count] = (struct invocation_value){option, value};
    invocation->value_count++;
    return ERR_OK;
}

/* One flag; *place moves on when its value is the next argument. */
static enum err take_option(struct invocation *invocation, int argc, const char *const *argv,
                            int *place)
{
    const char *name = argv[*place] + 2;
    const size_t length = strcspn(name, "=");
    const struct command_option *option = find_option(invocation->command, name, length);
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    char shown[NAME_SIZE];

    (void)snprintf(shown, sizeof shown, "%.*s", (int)(length < NAME_SIZE ? length : NAME_SIZE - 1),
                   name);
    if (option == NULL) {
        return unknown_option(invocation, shown);
    }
    if (option->argument == NULL) {
        if (value != NULL) {
            (void)usage_error(invocation,
                              say("--%s 옵션은 값을 받지 않습니다", "--%s takes no value"), shown);
            return ERR_INVALID;
        }
        return add_value(invocation, option, "");
    }
    if (value == NULL) {
        if (*place + 1 >= argc) {
            (void)usage_error(invocation,
                              say("--%s 옵션에 값(%s)이 필요합니다", "--%s needs a value (%s)"),
                              shown, option->argument);
            return ERR_INVALID;
        }
        (*place)++;
        value = argv[*place];
    }
    return add_value(invocation, option, value);
}

static size_t operand_count_max(const struct command *command)
{
    const struct command_operand *operand = command->operands;
    size_t count = 0;
    bool repeated = false;

    for (; operand != NULL && operand->name != NULL; operand++) {
        repeated = operand->repeated;
        count++;
    }
    assert(count <= INVOCATION_OPERAND_COUNT_MAX);
    return repeated ? INVOCATION_OPERAND_COUNT_MAX : count;
}

static enum err take_operand(struct invocation *invocation, const char *operand)
{
    if (invocation->operand_count == operand_count_max(invocation->command)) {
        (void)usage_error(invocation, say("남는 인자 '%s'", "unexpected argument '%s'"), operand);
        return ERR_INVALID;
    }
    invocation->operands[invocation->operand_count] = operand;
    invocation->operand_count++;
    return ERR_OK;
}

static enum err check_operands(const struct invocation *invocation)
{
    const struct command_operand *operand;
    size_t place = 0;

    for (operand = invocation->command->operands; operand != NULL && operand->name != NULL;
         operand++) {
        if (!operand->optional && place >= invocation->operand_count) {
            (void)usage_error(invocation, say("%s 인자가 없습니다: %s", "%s is missing: %s"),
                              operand->name, phrase_text(operand->sentence));
            return ERR_INVALID;
        }
        place++;
    }
    return ERR_OK;
}

static enum err check_required(const struct invocation *invocation,
                               const struct command_option *table)
{
    for (; table != NULL && table->name != NULL; table++) {
        if (table->required && invocation_text(invocation, table->name) == NULL) {
            (void)usage_error(invocation, say("--%s 옵션이 필요합니다: %s", "--%s is required: %s"),
                              table->name, phrase_text(table->sentence));
            return ERR_INVALID;
        }
    }
    return ERR_OK;
}

enum err invocation_parse(const struct command_noun *noun, const struct command *command, int argc,
                          const char *const *argv, struct invocation *ret_invocation)
{
    struct invocation *invocation = ret_invocation;
    bool options_end = false;
    enum err err = ERR_OK;
    int place;

    *invocation = (struct invocation){.noun = noun, .command = command};
    for (place = 0; place < argc && !err; place++) {
        const char *argument = argv[place];

        if (!options_end && strcmp(argument, "--") == 0) {
            options_end = true;
        } else if (!options_end && strcmp(argument, "-h") == 0) {
            invocation->help = true;
        } else if (!options_end && strncmp(argument, "--", 2) == 0) {
            err = take_option(invocation, argc, argv, &place);
        } else if (!options_end && argument[0] == '-' && argument[1] != '\0') {
            (void)usage_error(invocation, say("알 수 없는 옵션 %s", "unknown option %s"), argument);
            err = ERR_INVALID;
        } else {
            err = take_operand(invocation, argument);
        }
    }
    invocation->json = invocation_switch(invocation, "json");
    invocation->help = invocation->help || invocation_switch(invocation, "help");
    if (err || invocation->help) {
        return invocation->help ? ERR_OK : err;
    }

    err = check_operands(invocation);
    if (!err) {
        err = check_required(invocation, command->options);
    }
    if (!err) {
        err = check_required(invocation, command->shared);
    }
    return err;
}

const char *invocation_operand(const struct invocation *invocation, size_t place)
{
    return place < invocation->operand_count ? invocation->operands[place] : NULL;
}

const char *invocation_text(const struct invocation *invocation, const char *name)
{
    const struct command_option *option = find_option(invocation->command, name, strlen(name));
    const char *value;
    size_t i;

    assert(option != NULL);
    for (i = invocation->value_count; i > 0; i--) {
        if (invocation->values[i - 1].option == option) {
            return invocation->values[i - 1].value;
        }
    }
    value = option->environment != NULL ? process_environment(option->environment) : NULL;
    return value != NULL && value[0] != '\0' ? value : NULL;
}

size_t invocation_texts(const struct invocation *invocation, const char *name,
                        const char **ret_values, size_t count_max)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < invocation->value_count && count < count_max; i++) {
        if (strcmp(invocation->values[i].option->name, name) == 0) {
            ret_values[count] = invocation->values[i].value;
            count++;
        }
    }
    return count;
}

bool invocation_switch(const struct invocation *invocation, const char *name)
{
    const char *value;

    return invocation_texts(invocation, name, &value, 1) > 0;
}

/* Digits, in threes where _ or , separates them: "1,00" may be meant as 100, as 1,000 or as 1.00. */
static bool digits_valid(const char *text)
{
    static const char digits[] = "0123456789";
    const size_t first = strspn(text, digits);
    const char *at = text + first;

    if (first == 0 || (*at != '\0' && first > DIGIT_GROUP)) {
        return false;
    }
    while ((*at == '_' || *at == ',') && strspn(at + 1, digits) == DIGIT_GROUP) {
        at += 1 + DIGIT_GROUP;
    }
    return *at == '\0';
}

static enum err parse_number(const char *text, int64_t *ret_number)
{
    const bool negative = *text == '-';
    int64_t number = 0;

    text += negative ? 1 : 0;
    if (!digits_valid(text)) {
        return ERR_INVALID;
    }
    for (; *text != '\0'; text++) {
        if (*text == '_' || *text == ',') {
            continue;
        }
        if (number > (INT64_MAX - (*text - '0')) / 10) {
            return ERR_INVALID;
        }
        number = number * 10 + (*text - '0');
    }
    *ret_number = negative ? -number : number;
    return ERR_OK;
}

enum err invocation_number(const struct invocation *invocation, const char *name, int64_t minimum,
                           int64_t maximum, int64_t *ret_number)
{
    const char *text = invocation_text(invocation, name);
    int64_t number = 0;

    if (text == NULL) {
        return ERR_NOT_FOUND;
    }
    if (parse_number(text, &number) || number < minimum || number > maximum) {
        (void)usage_error(invocation,
                          say("--%s 값 '%s': %" PRId64 "~%" PRId64
                              " 범위의 정수여야 합니다 (쉼표는 세 자리마다)",
                              "--%s '%s': it must be a whole number from %" PRId64 " to %" PRId64
                              " (commas stand between groups of three digits)"),
                          name, text, minimum, maximum);
        return ERR_INVALID;
    }
    *ret_number = number;
    return ERR_OK;
}

enum err invocation_time(const struct invocation *invocation, const char *name,
                         int64_t *ret_time_ms)
{
    const char *text = invocation_text(invocation, name);
    char whole[TIME_TEXT_SIZE];

    if (text == NULL) {
        return ERR_NOT_FOUND;
    }
    (void)snprintf(whole, sizeof whole, "%.40s%s", text,
                   strlen(text) == strlen("2026-09-19") ? "T00:00:00+09:00" : "");
    if (clock_parse(whole, ret_time_ms)) {
        (void)usage_error(invocation,
                          say("--%s 값 '%s': 2026-09-19 또는 2026-09-19T09:00:00+09:00 형식의 "
                              "시각이어야 합니다",
                              "--%s '%s': it must be a time such as 2026-09-19 (its start in "
                              "Korea) or 2026-09-19T09:00:00+09:00"),
                          name, text);
        return ERR_INVALID;
    }
    return ERR_OK;
}
