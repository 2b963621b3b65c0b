/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of commands and what is made from it: every row is complete, every
 * example parses, help and completion know every word, and wrong command lines
 * are told what is wrong. Runs no command that would need a service.
 */
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/dispatch.h"
#include "cli/help.h"
#include "cli/invocation.h"
#include "cli/suggest.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORD_COUNT_MAX = 64, LINE_SIZE = 1024, OUTPUT_SIZE = 8192 };

/* Standard error while a test looks at it. */
struct capture {
    int kept;
    FILE *file;
};

static void capture_begin(struct capture *capture)
{
    (void)fflush(stderr);
    capture->kept = dup(STDERR_FILENO);
    capture->file = tmpfile();
    assert_non_null(capture->file);
    assert_true(dup2(fileno(capture->file), STDERR_FILENO) >= 0);
}

static void capture_end(struct capture *capture, char ret_text[OUTPUT_SIZE])
{
    size_t length;

    (void)fflush(stderr);
    assert_true(dup2(capture->kept, STDERR_FILENO) >= 0);
    (void)close(capture->kept);
    rewind(capture->file);
    length = fread(ret_text, 1, OUTPUT_SIZE - 1, capture->file);
    ret_text[length] = '\0';
    (void)fclose(capture->file);
}

/* Cuts a command line into words, as a shell does with blanks and single or double quotes. */
static int split(char line[LINE_SIZE], const char *ret_words[WORD_COUNT_MAX])
{
    char *from = line;
    int count = 0;

    while (*from != '\0' && count < WORD_COUNT_MAX) {
        char *to = from;
        char quote = '\0';

        ret_words[count] = to;
        count++;
        for (; *from != '\0' && (quote != '\0' || *from != ' '); from++) {
            if (quote == '\0' && (*from == '\'' || *from == '"')) {
                quote = *from;
            } else if (quote != '\0' && *from == quote) {
                quote = '\0';
            } else {
                *to = *from;
                to++;
            }
        }
        from += *from == ' ' ? 1 : 0;
        *to = '\0';
    }
    return count;
}

static const char *phrase_of(struct phrase phrase, enum problem_language language)
{
    phrase_set_language(language);
    return phrase_text(phrase);
}

static void assert_phrase(struct phrase phrase)
{
    assert_non_null(phrase.ko);
    assert_non_null(phrase.en);
    assert_true(strlen(phrase_of(phrase, PROBLEM_KOREAN)) > 0);
    assert_true(strlen(phrase_of(phrase, PROBLEM_ENGLISH)) > 0);
}

static void assert_options(const struct command_option *option)
{
    for (; option != NULL && option->name != NULL; option++) {
        assert_phrase(option->sentence);
        assert_true(strspn(option->name, "abcdefghijklmnopqrstuvwxyz-") == strlen(option->name));
        if (option->required || option->choices != NULL || option->repeated) {
            assert_non_null(option->argument);
        }
        if (option->environment != NULL) {
            assert_int_equal(strncmp(option->environment, "HYEOPCHI_", 9), 0);
        }
    }
}

static void every_row_of_the_table_is_complete(void **state)
{
    const struct command_noun *const *noun;
    size_t i;

    (void)state;
    for (noun = NOUNS; *noun != NULL; noun++) {
        assert_phrase((*noun)->summary);
        assert_ptr_equal(command_noun_find((*noun)->noun), *noun);
        for (i = 0; i < (*noun)->count; i++) {
            const struct command *command = &(*noun)->commands[i];
            const struct command_operand *operand;

            assert_phrase(command->summary);
            assert_non_null(command->run);
            assert_non_null(command->examples);
            assert_non_null(command->examples[0]);
            assert_options(command->options);
            assert_options(command->shared);
            for (operand = command->operands; operand != NULL && operand->name != NULL; operand++) {
                assert_phrase(operand->sentence);
            }
        }
    }
    phrase_set_language(PROBLEM_ENGLISH);
}

/* The first command of an example: what a shell would hand to this program. */
static void assert_example_parses(const struct command_noun *noun, const struct command *command,
                                  const char *example)
{
    const char *const begin = strstr(example, "hyeopchi ");
    const char *words[WORD_COUNT_MAX];
    char line[LINE_SIZE];
    struct invocation invocation;
    const struct command *found;
    int verb_words = 0;
    int count;

    assert_non_null(begin);
    (void)snprintf(line, sizeof line, "%s", begin);
    line[strcspn(line, "|<>)")] = '\0';
    if (strstr(line, " && ") != NULL) {
        *strstr(line, " && ") = '\0';
    }
    count = split(line, words);
    assert_true(count >= 2);
    assert_string_equal(words[1], noun->noun);
    found = dispatch_find(noun, count - 2, words + 2, &verb_words);
    assert_ptr_equal(found, command);
    if (invocation_parse(noun, command, count - 2 - verb_words, words + 2 + verb_words,
                         &invocation)) {
        fail_msg("this example does not parse: %s", example);
    }
}

static void every_example_parses(void **state)
{
    const struct command_noun *const *noun;
    const char *const *example;
    size_t i;

    (void)state;
    assert_int_equal(setenv("HYEOPCHI_KEYS_FILE", "keys", 1), 0);
    for (noun = NOUNS; *noun != NULL; noun++) {
        for (i = 0; i < (*noun)->count; i++) {
            for (example = (*noun)->commands[i].examples; *example != NULL; example++) {
                /* A command within a command is that command's own example. */
                if (strstr(*example, "$(") == NULL) {
                    assert_example_parses(*noun, &(*noun)->commands[i], *example);
                }
            }
        }
    }
    assert_int_equal(unsetenv("HYEOPCHI_KEYS_FILE"), 0);
}

static void assert_contains(struct buffer *buffer, const char *text)
{
    if (strstr(buffer_text(buffer), text) == NULL) {
        fail_msg("'%s' is not in:\n%s", text, buffer_text(buffer));
    }
}

static void help_names_every_command_option_and_example(void **state)
{
    const struct command_noun *const *noun;
    struct buffer overview;
    size_t i;

    (void)state;
    buffer_init(&overview, HELP_SIZE_MAX);
    help_overview(&overview);
    for (noun = NOUNS; *noun != NULL; noun++) {
        struct buffer of_noun;

        buffer_init(&of_noun, HELP_SIZE_MAX);
        help_noun(*noun, &of_noun);
        for (i = 0; i < (*noun)->count; i++) {
            const struct command *command = &(*noun)->commands[i];
            const struct command_option *option;
            struct buffer of_command;
            char name[LINE_SIZE];

            (void)snprintf(name, sizeof name, "%s%s%s", (*noun)->noun,
                           command->verb[0] != '\0' ? " " : "", command->verb);
            assert_contains(&overview, name);
            assert_contains(&of_noun, name);
            assert_contains(&of_noun, command->examples[0]);
            buffer_init(&of_command, HELP_SIZE_MAX);
            help_command(*noun, command, &of_command);
            assert_contains(&of_command, command->examples[0]);
            assert_contains(&of_command, "--json");
            for (option = command->options; option != NULL && option->name != NULL; option++) {
                (void)snprintf(name, sizeof name, "--%s", option->name);
                assert_contains(&of_command, name);
            }
            buffer_release(&of_command);
        }
        buffer_release(&of_noun);
    }
    buffer_release(&overview);
}

static void completion_knows_every_word_of_the_table(void **state)
{
    const struct command_noun *const *noun;
    struct buffer bash;
    struct buffer zsh;
    size_t i;

    (void)state;
    buffer_init(&bash, COMPLETION_SIZE_MAX);
    buffer_init(&zsh, COMPLETION_SIZE_MAX);
    completion_bash(&bash);
    completion_zsh(&zsh);
    assert_contains(&zsh, "#compdef hyeopchi");
    for (noun = NOUNS; *noun != NULL; noun++) {
        for (i = 0; i < (*noun)->count; i++) {
            const struct command *command = &(*noun)->commands[i];
            char line[LINE_SIZE];

            (void)snprintf(line, sizeof line, "'%s%s%s')", (*noun)->noun,
                           command->verb[0] != '\0' ? " " : "", command->verb);
            assert_contains(&bash, line);
            assert_contains(&zsh, line);
        }
    }
    buffer_release(&bash);
    buffer_release(&zsh);
}

/* Runs a command line; returns its status and what it said on standard error. */
static enum cli_status run(const char *text, char ret_said[OUTPUT_SIZE])
{
    const char *words[WORD_COUNT_MAX];
    struct capture capture;
    char line[LINE_SIZE];
    enum cli_status status;
    int count;

    (void)snprintf(line, sizeof line, "%s", text);
    count = split(line, words);
    capture_begin(&capture);
    status = dispatch(count, words);
    capture_end(&capture, ret_said);
    return status;
}

static void wrong_command_lines_are_told_what_is_wrong(void **state)
{
    static const struct {
        const char *line;
        const char *said;
    } CASES[] = {
        {"hyeopchi", "usage"},
        {"hyeopchi balot list", "Did you mean 'ballot'?"},
        {"hyeopchi zebra", "there is no 'zebra'"},
        {"hyeopchi ballot", "ballot create"},
        {"hyeopchi ballot creat", "Did you mean 'ballot create'?"},
        {"hyeopchi ledger limit", "ledger has no 'limit'"},
        {"hyeopchi ballot create --titel x", "Did you mean --title?"},
        {"hyeopchi ballot create --qqqqqq x", "unknown option --qqqqqq"},
        {"hyeopchi ballot create -x", "unknown option -x"},
        {"hyeopchi ballot create --title", "--title needs a value (TEXT)"},
        {"hyeopchi ballot create --title a --title b", "--title is given twice"},
        {"hyeopchi ballot create --print=yes", "--print takes no value"},
        {"hyeopchi ballot create", "give either --from or --definition"},
        {"hyeopchi ballot create --source moon", "it must be one of national|city|district|other"},
        {"hyeopchi ballot show", "BALLOT is missing"},
        {"hyeopchi ballot show a b", "unexpected argument 'b'"},
        {"hyeopchi ballot show 17", "a ballot is named by its UUID"},
        {"hyeopchi ballot wait x", "--state is required"},
        {"hyeopchi ledger limit set --year 1 --source city --amount 1", "from 2000 to 2199"},
        {"hyeopchi ledger limit set --year 2026 --source city --amount 1,00", "groups of three"},
        {"hyeopchi ledger plan --year 2026 --source city --programme p --document d --amount 5"
         " --origin main --nth 1",
         "--nth only goes with --origin supplementary"},
        {"hyeopchi ledger execute --year 2026 --source city --programme p --document d --amount 5"
         " --grant --saving 1",
         "--saving and --grant do not go together"},
        {"hyeopchi ledger carry-over --year 2026 --source city --programme p --document d"
         " --amount 5 --kind explicit --stage S40",
         "--stage only goes with --kind continuing"},
        {"hyeopchi ledger settle --year 2026 --source city --programme p --document d",
         "one of --spent, --unspent, --interest is needed"},
        {"hyeopchi ledger refund --year 2026 --source city --programme p --document d",
         "one of --amount, --interest is needed"},
        {"hyeopchi ledger limit set --year 2026 --source city --amount 1.5", "a whole number"},
        {"hyeopchi ballot create --from x --year 2026 --opens monday --closes x", "2026-09-19"},
        {"hyeopchi events tail --from x", "an event's number"},
        {"hyeopchi events tail --participation-url ftp://x", "it must be http://"},
        {"hyeopchi events tail --ledger-url http://a/b", "it must be http://"},
        {"hyeopchi ballot list --ca-file absent.pem", "absent.pem"},
        {"hyeopchi completion fish", "it must be bash or zsh"},
        {"hyeopchi tally x.pb --rule zebra", "it must be one of greedy"},
        {"hyeopchi vote receipt verify x --service-key AAAA", "32 bytes in base64url"},
    };

    char said[OUTPUT_SIZE];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_int_equal(run(CASES[i].line, said), CLI_USAGE);
        if (strstr(said, CASES[i].said) == NULL) {
            fail_msg("%s said:\n%s", CASES[i].line, said);
        }
    }
}

/* A Pabulib file with these rows of META, as `ballot create` takes it. */
static void write_pb(char path[], const char *meta)
{
    const int descriptor = mkstemp(path);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;

    assert_non_null(file);
    assert_true(
        fprintf(file,
                "META\nkey;value\nbudget;9\nvote_type;approval\n%sPROJECTS\nproject_id;cost\n"
                "a;4\nVOTES\nvoter_id;vote\n1;a\n",
                meta) > 0);
    assert_int_equal(fclose(file), 0);
}

/* An option is missing where neither it nor the file says something: that is the command line's fault.
 * What the file says and cannot be read is the file's. */
static void a_ballot_needs_by_option_what_its_file_does_not_say(void **state)
{
    static const struct {
        const char *meta;
        enum cli_status status;
        const char *said;
    } CASES[] = {
        {"instance;2024\ndate_end;02.03.2023\n", CLI_USAGE, "needs --opens"},
        {"instance;2024\ndate_begin;01.03.2023\n", CLI_USAGE, "needs --closes"},
        {"date_begin;01.03.2023\ndate_end;02.03.2023\n", CLI_USAGE, "needs --year"},
        {"instance;2024\ndate_begin;2023-03-01\ndate_end;02.03.2023\n", CLI_FAILED,
         "date_begin '2023-03-01': it must be a day such as 19.09.2022; mend it or give --opens"},
        {"instance;2024\ndate_begin;01.03.2023\ndate_end;31.02.2023\n", CLI_FAILED,
         "date_end '31.02.2023': it must be a day such as 19.09.2022; mend it or give --closes"},
        {"instance;2024\nopens_at;soon\ndate_end;02.03.2023\n", CLI_FAILED,
         "opens_at 'soon': it must be a time such as 2026-09-19T09:00:00+09:00; mend it or give "
         "--opens"},
        {"instance;24\ndate_begin;01.03.2023\ndate_end;02.03.2023\n", CLI_FAILED,
         "instance '24': it must be a year from 2000 to 2100; mend it or give --year"},
        {"instance;one\ndate_begin;01.03.2023\ndate_end;02.03.2023\n", CLI_FAILED,
         "instance 'one': it must be a year from 2000 to 2100; mend it or give --year"},
    };

    char said[OUTPUT_SIZE];
    char line[LINE_SIZE];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char path[] = "/tmp/cli-command-XXXXXX";

        write_pb(path, CASES[i].meta);
        (void)snprintf(line, sizeof line, "hyeopchi ballot create --print --from %s", path);
        assert_int_equal(run(line, said), CASES[i].status);
        (void)unlink(path);
        if (strstr(said, path) == NULL || strstr(said, CASES[i].said) == NULL) {
            fail_msg("%s said:\n%s", CASES[i].meta, said);
        }
    }
}

static enum cli_status remember(const struct invocation *invocation)
{
    (void)invocation;
    return CLI_OK;
}

static const struct command_option TEST_OPTIONS[] = {
    {.name = "number", .argument = "N", .sentence = {"수", "number"}},
    {.name = "time", .argument = "T", .sentence = {"때", "time"}},
    {.name = "many", .argument = "M", .repeated = true, .sentence = {"여럿", "many"}},
    {.name = "place",
     .argument = "P",
     .environment = "HYEOPCHI_TEST_PLACE",
     .sentence = {"곳", "place"}},
    {.name = "flag", .sentence = {"깃발", "flag"}},
    {.name = NULL},
};

static const struct command_operand TEST_OPERANDS[] = {
    {.name = "FIRST", .sentence = {"첫째", "first"}},
    {.name = "SECOND", .optional = true, .sentence = {"둘째", "second"}},
    {.name = NULL},
};

static const struct command TEST_COMMAND = {
    .verb = "do",
    .summary = {"하기", "do"},
    .operands = TEST_OPERANDS,
    .options = TEST_OPTIONS,
    .run = remember,
};

static const struct command_noun TEST_NOUN = {
    .noun = "test",
    .summary = {"시험", "test"},
    .commands = &TEST_COMMAND,
    .count = 1,
};

static enum err parse(const char *text, struct invocation *ret_invocation)
{
    static char line[LINE_SIZE];
    static const char *words[WORD_COUNT_MAX];
    int count;

    (void)snprintf(line, sizeof line, "%s", text);
    count = split(line, words);
    return invocation_parse(&TEST_NOUN, &TEST_COMMAND, count, words, ret_invocation);
}

static void values_are_read_in_either_form_and_anywhere(void **state)
{
    struct invocation invocation;
    const char *many[4];
    int64_t number = 0;
    int64_t time_ms = 0;

    (void)state;
    assert_int_equal(
        parse("--many a one --number=1,234_567 --flag --many=b=c -- --two", &invocation), ERR_OK);
    assert_string_equal(invocation_operand(&invocation, 0), "one");
    assert_string_equal(invocation_operand(&invocation, 1), "--two");
    assert_null(invocation_operand(&invocation, 2));
    assert_int_equal(invocation_texts(&invocation, "many", many, 4), 2);
    assert_string_equal(many[0], "a");
    assert_string_equal(many[1], "b=c");
    assert_string_equal(invocation_text(&invocation, "many"), "b=c");
    assert_true(invocation_switch(&invocation, "flag"));
    assert_false(invocation.json);
    assert_int_equal(invocation_number(&invocation, "number", 0, INT64_MAX, &number), ERR_OK);
    assert_int_equal(number, 1234567);
    assert_int_equal(invocation_time(&invocation, "time", &time_ms), ERR_NOT_FOUND);

    assert_int_equal(parse("one --json --time 2022-09-19 --number -5", &invocation), ERR_OK);
    assert_true(invocation.json);
    assert_null(invocation_operand(&invocation, 1));
    assert_int_equal(invocation_time(&invocation, "time", &time_ms), ERR_OK);
    assert_int_equal(time_ms, INT64_C(1663513200000));
    assert_int_equal(invocation_number(&invocation, "number", -5, 5, &number), ERR_OK);
    assert_int_equal(number, -5);
}

static void numbers_that_do_not_fit_are_refused(void **state)
{
    static const char *const WRONG[] = {
        "one --number 9223372036854775808",
        "one --number 99999999999999999999",
        "one --number ''",
        "one --number -",
        "one --number ,5",
        "one --number 1,00",
        "one --number 1,0000",
        "one --number 1,000,",
        "one --number 1000,000",
        "one --number 1,,000",
        "one --number 5x",
        "one --number 1e3",
        "one --number 0x10",
    };
    struct invocation invocation;
    char said[OUTPUT_SIZE];
    int64_t number = 7;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        struct capture capture;
        enum err err;

        capture_begin(&capture);
        assert_int_equal(parse(WRONG[i], &invocation), ERR_OK);
        err = invocation_number(&invocation, "number", INT64_MIN, INT64_MAX, &number);
        capture_end(&capture, said);
        assert_int_equal(err, ERR_INVALID);
    }
    assert_int_equal(number, 7);
    assert_int_equal(parse("one --number 9223372036854775807", &invocation), ERR_OK);
    assert_int_equal(invocation_number(&invocation, "number", 0, INT64_MAX, &number), ERR_OK);
    assert_true(number == INT64_MAX);
}

static void the_environment_stands_in_for_an_absent_flag(void **state)
{
    struct invocation invocation;

    (void)state;
    assert_int_equal(parse("one", &invocation), ERR_OK);
    assert_null(invocation_text(&invocation, "place"));
    assert_int_equal(setenv("HYEOPCHI_TEST_PLACE", "성수동", 1), 0);
    assert_string_equal(invocation_text(&invocation, "place"), "성수동");
    assert_int_equal(parse("one --place 금호동", &invocation), ERR_OK);
    assert_string_equal(invocation_text(&invocation, "place"), "금호동");
    assert_int_equal(setenv("HYEOPCHI_TEST_PLACE", "", 1), 0);
    assert_int_equal(parse("one", &invocation), ERR_OK);
    assert_null(invocation_text(&invocation, "place"));
    assert_int_equal(unsetenv("HYEOPCHI_TEST_PLACE"), 0);
}

static void help_goes_before_everything_that_is_missing(void **state)
{
    struct invocation invocation;

    (void)state;
    assert_int_equal(parse("--help", &invocation), ERR_OK);
    assert_true(invocation.help);
    assert_int_equal(parse("-h", &invocation), ERR_OK);
    assert_true(invocation.help);
}

static void only_near_words_are_suggested(void **state)
{
    static const struct {
        const char *wanted;
        const char *best;
    } CASES[] = {
        {"ballot", "ballot"}, {"balolt", "ballot"}, {"vtoe", "vote"}, {"bllt", NULL},
        {"vot", "vote"},      {"ledgr", "ledger"},  {"zebra", NULL},  {"", NULL},
    };

    char long_word[200];
    struct suggestion suggestion;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        suggestion_init(&suggestion, CASES[i].wanted);
        suggestion_offer(&suggestion, "ballot");
        suggestion_offer(&suggestion, "vote");
        suggestion_offer(&suggestion, "ledger");
        if (CASES[i].best == NULL) {
            assert_null(suggestion.best);
        } else {
            assert_string_equal(suggestion.best, CASES[i].best);
        }
    }
    memset(long_word, 'a', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    suggestion_init(&suggestion, long_word);
    suggestion_offer(&suggestion, "ballot");
    assert_null(suggestion.best);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_table_is_complete),
        cmocka_unit_test(every_example_parses),
        cmocka_unit_test(help_names_every_command_option_and_example),
        cmocka_unit_test(completion_knows_every_word_of_the_table),
        cmocka_unit_test(wrong_command_lines_are_told_what_is_wrong),
        cmocka_unit_test(a_ballot_needs_by_option_what_its_file_does_not_say),
        cmocka_unit_test(values_are_read_in_either_form_and_anywhere),
        cmocka_unit_test(numbers_that_do_not_fit_are_refused),
        cmocka_unit_test(the_environment_stands_in_for_an_absent_flag),
        cmocka_unit_test(help_goes_before_everything_that_is_missing),
        cmocka_unit_test(only_near_words_are_suggested),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
