/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings: the order of sources, every refusal's one line, secrets that never
 * show, and the printed forms. Standard output and error are captured in files.
 */
#include "runtime/config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGUMENT_COUNT_MAX = 16, CAPTURE_SIZE = 16384 };

struct target {
    int64_t threads;
    bool strict;
    char listen[CONFIG_TEXT_SIZE];
    char format[CONFIG_TEXT_SIZE];
    char password[CONFIG_TEXT_SIZE];
    char district[CONFIG_TEXT_SIZE];
};

static const struct config_row rows[] = {
    {.name = "reader_threads",
     .type = CONFIG_INTEGER,
     .minimum = 1,
     .maximum = 16,
     .default_value = "4",
     .unit = "threads",
     .sentence = "How many threads answer queries.",
     .offset = offsetof(struct target, threads)},
    {.name = "strict",
     .type = CONFIG_BOOLEAN,
     .default_value = "off",
     .unit = "",
     .sentence = "Whether doubts are refused.",
     .offset = offsetof(struct target, strict)},
    {.name = "http_listen",
     .type = CONFIG_TEXT,
     .minimum = 1,
     .maximum = 64,
     .default_value = "127.0.0.1:8080",
     .unit = "",
     .sentence = "Where HTTP is served.",
     .offset = offsetof(struct target, listen)},
};

static const struct config_row more_rows[] = {
    {.name = "log_format",
     .type = CONFIG_CHOICE,
     .default_value = "auto",
     .unit = "",
     .sentence = "How logs look.",
     .choices = "json|text|auto",
     .offset = offsetof(struct target, format)},
    {.name = "database_password",
     .type = CONFIG_SECRET,
     .minimum = 0,
     .maximum = CONFIG_TEXT_SIZE - 1,
     .default_value = "",
     .unit = "",
     .sentence = "The password of the runtime role.",
     .offset = offsetof(struct target, password)},
    {.name = "district",
     .type = CONFIG_TEXT,
     .minimum = 1,
     .maximum = 32,
     .default_value = NULL,
     .unit = "",
     .sentence = "The district's short name.",
     .offset = offsetof(struct target, district)},
};

static const struct config_table tables[] = {{rows, 3}, {more_rows, 3}};

static const struct config_program program = {
    .name = "ledger",
    .summary = "keeps the budget.",
    .usage = "usage: ledger [run]",
    .tables = tables,
    .table_count = 2,
};

/* One call of config_load() and everything that came of it. */
struct load {
    struct target target;
    enum err err;
    enum config_action action;
    const char *command;
    char output[CAPTURE_SIZE];
    char refusal[CAPTURE_SIZE];
};

static char file_path[64];

static int redirect(int descriptor, FILE *file)
{
    int saved = dup(descriptor);

    assert_true(saved >= 0);
    assert_int_equal(dup2(fileno(file), descriptor), descriptor);
    return saved;
}

static void restore(int descriptor, int saved, FILE *file, char *ret_text)
{
    size_t length;

    assert_int_equal(dup2(saved, descriptor), descriptor);
    assert_int_equal(close(saved), 0);
    rewind(file);
    length = fread(ret_text, 1, CAPTURE_SIZE - 1, file);
    ret_text[length] = '\0';
    assert_int_equal(fclose(file), 0);
}

/* Loads with these arguments (NULL-terminated, without the program's name). */
static void load(struct load *ret_load, const char *const *arguments)
{
    static char storage[ARGUMENT_COUNT_MAX][256];
    char *argv[ARGUMENT_COUNT_MAX + 1] = {storage[0]};
    FILE *output = tmpfile();
    FILE *refusal = tmpfile();
    int saved_output;
    int saved_refusal;
    int argc = 1;

    for (; arguments[argc - 1] != NULL; argc++) {
        assert_true(argc < ARGUMENT_COUNT_MAX);
        (void)snprintf(storage[argc], sizeof storage[argc], "%s", arguments[argc - 1]);
        argv[argc] = storage[argc];
    }
    assert_non_null(output);
    assert_non_null(refusal);
    *ret_load = (struct load){.action = CONFIG_RUN};
    saved_output = redirect(STDOUT_FILENO, output);
    saved_refusal = redirect(STDERR_FILENO, refusal);
    ret_load->err =
        config_load(&program, argc, argv, &ret_load->target, &ret_load->action, &ret_load->command);
    restore(STDERR_FILENO, saved_refusal, refusal, ret_load->refusal);
    restore(STDOUT_FILENO, saved_output, output, ret_load->output);
}

#define LOAD(ret_load, ...) load(ret_load, (const char *const[]){__VA_ARGS__, NULL})

static void check_refused(const struct load *result, const char *line)
{
    assert_int_equal(result->err, ERR_INVALID);
    assert_string_equal(result->refusal, line);
    assert_string_equal(result->output, "");
}

static void check_loaded(const struct load *result)
{
    assert_string_equal(result->refusal, "");
    assert_int_equal(result->err, ERR_OK);
    assert_int_equal(result->action, CONFIG_RUN);
}

static const char *write_file(const char *text, size_t length)
{
    int file = open(file_path, O_WRONLY | O_TRUNC);

    assert_true(file >= 0);
    assert_int_equal(write(file, text, length), (ssize_t)length);
    assert_int_equal(close(file), 0);
    return file_path;
}

static int before_each(void **state)
{
    int file;

    (void)state;
    memcpy(file_path, "/tmp/hyeopchi_config_XXXXXX", sizeof "/tmp/hyeopchi_config_XXXXXX");
    file = mkstemp(file_path);
    return file < 0 || close(file) != 0;
}

static int after_each(void **state)
{
    static const char *const names[] = {
        "HYEOPCHI_READER_THREADS", "HYEOPCHI_DISTRICT",          "HYEOPCHI_CONFIG",
        "HYEOPCHI_HTTP_LISTEN",    "HYEOPCHI_DATABASE_PASSWORD", "HYEOPCHI_DATABASE_PASSWORD_FILE",
    };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (unsetenv(names[i]) != 0) {
            return 1;
        }
    }
    return unlink(file_path);
}

static void defaults_hold_where_nothing_is_given(void **state)
{
    struct load result;

    (void)state;
    LOAD(&result, "--district", "seongdong");
    check_loaded(&result);
    assert_int_equal(result.target.threads, 4);
    assert_false(result.target.strict);
    assert_string_equal(result.target.listen, "127.0.0.1:8080");
    assert_string_equal(result.target.format, "auto");
    assert_string_equal(result.target.password, "");
    assert_string_equal(result.target.district, "seongdong");
    assert_string_equal(result.command, "run");
}

static void a_flag_goes_before_the_environment_and_that_before_the_file(void **state)
{
    static const char text[] =
        "# comment\n"
        "reader_threads = 2\n"
        "  http_listen=[::1]:80   # trailing comment\r\n"
        "\n"
        "district = from#file\n"
        "strict = on";
    struct load result;

    (void)state;
    assert_int_equal(setenv("HYEOPCHI_CONFIG", write_file(text, sizeof text - 1), 1), 0);
    LOAD(&result, "migrate");
    check_loaded(&result);
    assert_int_equal(result.target.threads, 2);
    assert_string_equal(result.target.listen, "[::1]:80");
    assert_string_equal(result.target.district, "from#file");
    assert_true(result.target.strict);
    assert_string_equal(result.command, "migrate");

    assert_int_equal(setenv("HYEOPCHI_READER_THREADS", "3", 1), 0);
    assert_int_equal(setenv("HYEOPCHI_DISTRICT", "environment", 1), 0);
    LOAD(&result, "--config", file_path, "--reader-threads=5");
    check_loaded(&result);
    assert_int_equal(result.target.threads, 5);
    assert_string_equal(result.target.district, "environment");
    assert_string_equal(result.target.listen, "[::1]:80");
}

static void every_spelling_of_a_boolean_is_read(void **state)
{
    static const char *const on[] = {"on", "true", "1"};
    static const char *const off[] = {"off", "false", "0"};
    struct load result;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        LOAD(&result, "--district=d", "--strict", on[i]);
        check_loaded(&result);
        assert_true(result.target.strict);
        LOAD(&result, "--district=d", "--strict", off[i]);
        check_loaded(&result);
        assert_false(result.target.strict);
    }
}

static void a_wrong_value_is_refused_with_its_sentence(void **state)
{
    static const char *const wrong_integers[] = {"0",  "17", "-1", "four", "4x",
                                                 " 4", "+4", "",   "4.0",  "99999999999999999999"};
    struct load result;
    char line[512];

    (void)state;
    for (size_t i = 0; i < sizeof wrong_integers / sizeof wrong_integers[0]; i++) {
        LOAD(&result, "--district=d", "--reader-threads", wrong_integers[i]);
        (void)snprintf(line, sizeof line,
                       "ledger: --reader-threads: '%s' is not allowed (integer, 1 to 16, threads):"
                       " How many threads answer queries.\n",
                       wrong_integers[i]);
        check_refused(&result, line);
    }
    LOAD(&result, "--district=d", "--strict=maybe");
    check_refused(&result,
                  "ledger: --strict: 'maybe' is not allowed (on or off): Whether doubts"
                  " are refused.\n");
    LOAD(&result, "--district=d", "--log-format=jso");
    check_refused(&result,
                  "ledger: --log-format: 'jso' is not allowed (one of json, text, auto):"
                  " How logs look.\n");
    LOAD(&result, "--district=d", "--log-format=");
    check_refused(&result,
                  "ledger: --log-format: '' is not allowed (one of json, text, auto):"
                  " How logs look.\n");
    LOAD(&result, "--district=d", "--log-format=json|text");
    assert_int_equal(result.err, ERR_INVALID);
    LOAD(&result, "--district=a\nb\x1b[2J");
    check_refused(&result,
                  "ledger: --district: 'a?b?[2J' is not allowed (text, 1 to 32 bytes):"
                  " The district's short name.\n");
    LOAD(&result, "--district=123456789012345678901234567890123");
    assert_int_equal(result.err, ERR_INVALID);
}

static void a_refusal_names_the_variable_or_the_line(void **state)
{
    static const char text[] = "district = d\n\nreader_threads = many\n";
    struct load result;
    char line[512];

    (void)state;
    LOAD(&result, "--config", write_file(text, sizeof text - 1));
    (void)snprintf(line, sizeof line,
                   "ledger: %s:3: reader_threads: 'many' is not allowed (integer, 1 to 16,"
                   " threads): How many threads answer queries.\n",
                   file_path);
    check_refused(&result, line);
    assert_int_equal(setenv("HYEOPCHI_READER_THREADS", "many", 1), 0);
    LOAD(&result, "--config", file_path);
    check_refused(&result,
                  "ledger: HYEOPCHI_READER_THREADS: 'many' is not allowed (integer, 1 to"
                  " 16, threads): How many threads answer queries.\n");
}

static void a_required_setting_must_be_given(void **state)
{
    struct load result;

    (void)state;
    LOAD(&result, "run");
    check_refused(&result,
                  "ledger: district is required and not given: The district's short"
                  " name.\n");
}

static void arguments_that_mean_nothing_are_refused(void **state)
{
    struct load result;

    (void)state;
    LOAD(&result, "--distrct", "x");
    check_refused(&result, "ledger: there is no flag --distrct; --help lists them\n");
    LOAD(&result, "--http_listen", "x");
    check_refused(&result, "ledger: there is no flag --http_listen; --help lists them\n");
    LOAD(&result, "--district");
    check_refused(&result, "ledger: --district needs a value: The district's short name.\n");
    LOAD(&result, "--district", "a", "--district", "b");
    check_refused(&result, "ledger: --district is given twice: The district's short name.\n");
    LOAD(&result, "run", "twice");
    check_refused(&result, "ledger: 'twice' is not understood; --help lists commands and flags\n");
    LOAD(&result, "-h");
    check_refused(&result, "ledger: '-h' is not understood; --help lists commands and flags\n");
    LOAD(&result, "--help=yes");
    check_refused(&result, "ledger: there is no flag --help; --help lists them\n");
}

static void a_wrong_file_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text;
        size_t length;
        const char *problem;
    } cases[] = {
        {"district = d\nnonsense", 21, ":2: a line must read `name = value`\n"},
        {"colour = red", 12, ":1: there is no setting 'colour'\n"},
        {"strict = on\nstrict = on", 23,
         ":2: strict was already set in line 1: Whether doubts are refused.\n"},
        {"database_password = hunter2", 27,
         ":1: database_password is a secret: put it into a file of its own and name that as"
         " database_password_file\n"},
    };
    struct load result;
    char line[512];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        LOAD(&result, "--config", write_file(cases[i].text, cases[i].length));
        (void)snprintf(line, sizeof line, "ledger: %s%s", file_path, cases[i].problem);
        check_refused(&result, line);
    }
    LOAD(&result, "--config", write_file("a\0b", 3));
    (void)snprintf(line, sizeof line, "ledger: --config %s: holds a NUL byte\n", file_path);
    check_refused(&result, line);
    LOAD(&result, "--config", "/nonexistent/file");
    check_refused(&result,
                  "ledger: --config /nonexistent/file: cannot be read: no such file or"
                  " directory\n");
}

static void a_file_that_is_too_long_is_refused(void **state)
{
    static char text[CONFIG_FILE_SIZE_MAX + 1];
    struct load result;
    char line[512];

    (void)state;
    memset(text, '\n', sizeof text);
    LOAD(&result, "--district=d", "--config", write_file(text, CONFIG_FILE_SIZE_MAX));
    check_loaded(&result);
    LOAD(&result, "--district=d", "--config", write_file(text, CONFIG_FILE_SIZE_MAX + 1));
    (void)snprintf(line, sizeof line, "ledger: --config %s: longer than 65536 bytes\n", file_path);
    check_refused(&result, line);
}

static void a_secret_comes_from_its_file_only(void **state)
{
    struct load result;

    (void)state;
    assert_int_equal(setenv("HYEOPCHI_DATABASE_PASSWORD_FILE", write_file("hunter2\n", 8), 1), 0);
    LOAD(&result, "--district=d");
    check_loaded(&result);
    assert_string_equal(result.target.password, "hunter2");

    LOAD(&result, "--district=d", "--database-password-file", write_file("two\n\n", 5));
    assert_int_equal(result.err, ERR_INVALID);
    LOAD(&result, "--district=d", "--database-password-file", "/nonexistent");
    check_refused(&result,
                  "ledger: --database-password-file: /nonexistent cannot be read: no such"
                  " file or directory: The password of the runtime role.\n");

    LOAD(&result, "--database-password=hunter2");
    check_refused(&result,
                  "ledger: --database-password is a secret and must not be a flag: put it"
                  " into a file and name that by --database-password-file\n");
    assert_int_equal(setenv("HYEOPCHI_DATABASE_PASSWORD", "hunter2", 1), 0);
    LOAD(&result, "--district=d");
    check_refused(&result,
                  "ledger: HYEOPCHI_DATABASE_PASSWORD is a secret and must not stand in"
                  " the environment: put it into a file and name that in"
                  " HYEOPCHI_DATABASE_PASSWORD_FILE: The password of the runtime"
                  " role.\n");
}

static void a_secret_longer_than_its_target_is_refused_unseen(void **state)
{
    char secret[CONFIG_TEXT_SIZE + 1];
    struct load result;

    (void)state;
    memset(secret, 's', sizeof secret);
    LOAD(&result, "--district=d", "--database-password-file",
         write_file(secret, CONFIG_TEXT_SIZE - 1));
    check_loaded(&result);
    assert_int_equal(strlen(result.target.password), CONFIG_TEXT_SIZE - 1);
    LOAD(&result, "--district=d", "--database-password-file", write_file(secret, CONFIG_TEXT_SIZE));
    assert_int_equal(result.err, ERR_INVALID);
    assert_null(strstr(result.refusal, "ssss"));
    LOAD(&result, "--district=d", "--database-password-file",
         write_file(secret, CONFIG_TEXT_SIZE + 1));
    assert_int_equal(result.err, ERR_INVALID);
    assert_null(strstr(result.refusal, "ssss"));
}

static void the_settings_in_force_are_printed_without_secrets(void **state)
{
    struct load result;
    char expected[1024];

    (void)state;
    assert_int_equal(setenv("HYEOPCHI_HTTP_LISTEN", "127.0.0.1:1", 1), 0);
    LOAD(&result, "--print-config", "--district=d", "--database-password-file",
         write_file("hunter2\n", 8));
    assert_int_equal(result.err, ERR_OK);
    assert_int_equal(result.action, CONFIG_DONE);
    (void)snprintf(expected, sizeof expected,
                   "# from the default\nreader_threads = 4\n"
                   "# from the default\nstrict = off\n"
                   "# from the environment\nhttp_listen = 127.0.0.1:1\n"
                   "# from the default\nlog_format = auto\n"
                   "# from a flag; the secret is not shown\ndatabase_password_file = %s\n"
                   "# from a flag\ndistrict = d\n",
                   file_path);
    assert_string_equal(result.output, expected);
}

static void printed_settings_are_a_settings_file(void **state)
{
    struct load printed;
    struct load result;

    (void)state;
    LOAD(&printed, "--print-config", "--district=d", "--http-listen=127.0.0.1:1", "--strict=on");
    assert_int_equal(printed.err, ERR_OK);
    LOAD(&result, "--config", write_file(printed.output, strlen(printed.output)));
    check_loaded(&result);
    assert_string_equal(result.target.listen, "127.0.0.1:1");
    assert_string_equal(result.target.district, "d");
    assert_true(result.target.strict);
    assert_string_equal(result.target.password, "");
}

static void wrong_settings_are_refused_rather_than_printed(void **state)
{
    struct load result;

    (void)state;
    LOAD(&result, "--print-config");
    assert_int_equal(result.err, ERR_INVALID);
    assert_string_equal(result.output, "");
}

static void a_sample_env_file_names_every_setting(void **state)
{
    struct load result;

    (void)state;
    LOAD(&result, "--print-env");
    assert_int_equal(result.err, ERR_OK);
    assert_int_equal(result.action, CONFIG_DONE);
    assert_string_equal(
        result.output,
        "# Settings of ledger, made by `ledger --print-env`.\n"
        "\n# How many threads answer queries.\n"
        "# (integer, 1 to 16, threads; default 4)\nHYEOPCHI_READER_THREADS=4\n"
        "\n# Whether doubts are refused.\n# (on or off; default off)\nHYEOPCHI_STRICT=off\n"
        "\n# Where HTTP is served.\n# (text, 1 to 64 bytes; default 127.0.0.1:8080)\n"
        "HYEOPCHI_HTTP_LISTEN=127.0.0.1:8080\n"
        "\n# How logs look.\n# (one of json, text, auto; default auto)\n"
        "HYEOPCHI_LOG_FORMAT=auto\n"
        "\n# The password of the runtime role.\n"
        "# (path of a file that holds the secret; none by default)\n"
        "HYEOPCHI_DATABASE_PASSWORD_FILE=\n"
        "\n# The district's short name.\n# (text, 1 to 32 bytes; required)\n"
        "HYEOPCHI_DISTRICT=\n");
}

static void the_settings_table_is_markdown(void **state)
{
    struct load result;

    (void)state;
    LOAD(&result, "--print-settings");
    assert_int_equal(result.err, ERR_OK);
    assert_string_equal(
        result.output,
        "| setting | value | default | meaning |\n|---|---|---|---|\n"
        "| `reader_threads` | integer, 1 to 16, threads | `4` | How many threads answer queries. "
        "|\n"
        "| `strict` | on or off | `off` | Whether doubts are refused. |\n"
        "| `http_listen` | text, 1 to 64 bytes | `127.0.0.1:8080` | Where HTTP is served. |\n"
        "| `log_format` | one of json, text, auto | `auto` | How logs look. |\n"
        "| `database_password_file` | path of a file that holds the secret | none | The password"
        " of the runtime role. |\n"
        "| `district` | text, 1 to 32 bytes | required | The district's short name. |\n");
}

static void help_answers_even_where_settings_are_wrong(void **state)
{
    struct load result;

    (void)state;
    LOAD(&result, "--reader-threads=many", "--print-env", "--help");
    assert_int_equal(result.err, ERR_OK);
    assert_int_equal(result.action, CONFIG_DONE);
    assert_string_equal(result.refusal, "");
    assert_ptr_equal(strstr(result.output, "ledger: keeps the budget.\n\nusage: ledger [run]\n"),
                     result.output);
    assert_non_null(strstr(result.output,
                           "  --database-password-file VALUE\n"
                           "      The password of the runtime role.\n"));
    assert_non_null(strstr(result.output, "(text, 1 to 32 bytes; required)"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, before_each, after_each)
    const struct CMUnitTest tests[] = {
        TEST(defaults_hold_where_nothing_is_given),
        TEST(a_flag_goes_before_the_environment_and_that_before_the_file),
        TEST(every_spelling_of_a_boolean_is_read),
        TEST(a_wrong_value_is_refused_with_its_sentence),
        TEST(a_refusal_names_the_variable_or_the_line),
        TEST(a_required_setting_must_be_given),
        TEST(arguments_that_mean_nothing_are_refused),
        TEST(a_wrong_file_is_refused_with_its_line),
        TEST(a_file_that_is_too_long_is_refused),
        TEST(a_secret_comes_from_its_file_only),
        TEST(a_secret_longer_than_its_target_is_refused_unseen),
        TEST(the_settings_in_force_are_printed_without_secrets),
        TEST(printed_settings_are_a_settings_file),
        TEST(wrong_settings_are_refused_rather_than_printed),
        TEST(a_sample_env_file_names_every_setting),
        TEST(the_settings_table_is_markdown),
        TEST(help_answers_even_where_settings_are_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
