/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the settings of a service: a file, flags, variables and what a
 * secret's file holds, parted by the byte 0xFF. They are refused, or every
 * setting is within its row, and written into a file they are the same again.
 *
 * The byte 0x01 stands for the secret's file. Inputs with a slash are left
 * alone, so that no other file is ever opened.
 */
#include "runtime/config.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "runtime/host.h"

enum {
    SECTION_COUNT = 4,
    SECTION_SIZE = 4096,
    LINE_COUNT_MAX = 16,
    PATH_SIZE = 32,
};

enum { SECTION_FILE, SECTION_FLAGS, SECTION_VARIABLES, SECTION_SECRET };

struct section {
    char text[SECTION_SIZE];
    size_t length;
};

/* POSIX wants it declared here. */
extern char **environ;

static int file_descriptor;
static int secret_descriptor;
static char file_path[PATH_SIZE];
static char secret_path[PATH_SIZE];

/* A file without a name, until the program ends. */
static void make_file(int *ret_descriptor, char ret_path[PATH_SIZE])
{
    FILE *file = tmpfile();

    assert(file != NULL);
    *ret_descriptor = fileno(file);
    (void)snprintf(ret_path, PATH_SIZE, "/proc/self/fd/%d", *ret_descriptor); /* Always fits. */
}

static void write_file(int descriptor, const char *text, size_t length)
{
    const int status = ftruncate(descriptor, 0);
    const ssize_t written = pwrite(descriptor, text, length, 0);

    assert(status == 0);
    assert(written == (ssize_t)length);
}

static void append(struct section *section, const char *text, size_t length)
{
    if (section->length + length < SECTION_SIZE) {
        memcpy(section->text + section->length, text, length);
        section->length += length;
        section->text[section->length] = '\0';
    }
}

/* False for an input that would open other files. */
static bool split(const uint8_t *data, size_t size, struct section sections[SECTION_COUNT])
{
    size_t at = 0;

    for (size_t i = 0; i < size; i++) {
        const char character = (char)data[i];

        if (character == '/') {
            return false;
        }
        if (data[i] == 0xFF && at + 1 < SECTION_COUNT) {
            at++;
        } else if (data[i] == 0x01 && at != SECTION_SECRET) {
            append(&sections[at], secret_path, strlen(secret_path));
        } else {
            append(&sections[at], &character, 1);
        }
    }
    return true;
}

/* Cuts a section into lines, behind those that are there; the list ends with NULL. */
static int cut(struct section *section, char **lines, int count)
{
    char *at = section->text;

    while (*at != '\0' && count + 1 < LINE_COUNT_MAX) {
        char *end = strchr(at, '\n');

        lines[count] = at;
        count++;
        if (end == NULL) {
            break;
        }
        *end = '\0';
        at = end + 1;
    }
    lines[count] = NULL;
    return count;
}

static enum err load(char **arguments, int count, char **variables, struct host_config *config,
                     enum config_action *ret_action)
{
    static const struct config_program program = {
        .name = "fuzz",
        .summary = "is tried.",
        .usage = "usage: none",
        .tables = &host_config_table,
        .table_count = 1,
    };
    char **before = environ;
    const char *command = NULL;
    enum err err;

    memset(config, 0, sizeof *config);
    environ = variables;
    err = config_load(&program, count, arguments, config, ret_action, &command);
    environ = before;
    assert(err == ERR_OK || err == ERR_INVALID);
    assert(err || command != NULL);
    return err;
}

static const char *text_of(const struct host_config *config, const struct config_row *row)
{
    return (const char *)config + row->offset;
}

static int64_t integer_of(const struct host_config *config, const struct config_row *row)
{
    int64_t integer;

    memcpy(&integer, (const char *)config + row->offset, sizeof integer);
    return integer;
}

/* Every setting is what its row allows. */
static void check(const struct host_config *config)
{
    for (size_t i = 0; i < host_config_table.count; i++) {
        const struct config_row *row = &host_config_table.rows[i];
        const char *text = text_of(config, row);

        if (row->type == CONFIG_INTEGER) {
            assert(integer_of(config, row) >= row->minimum);
            assert(integer_of(config, row) <= row->maximum);
        } else if (row->type != CONFIG_BOOLEAN) {
            assert(memchr(text, '\0', CONFIG_TEXT_SIZE) != NULL);
            for (const char *at = text; *at != '\0'; at++) {
                assert((unsigned char)*at >= 0x20);
            }
        }
        if (row->type == CONFIG_TEXT) {
            assert((int64_t)strlen(text) >= row->minimum);
            assert((int64_t)strlen(text) <= row->maximum);
        }
    }
}

/* True when a file can hold the value as it is. */
static bool is_plain(const char *text)
{
    const size_t length = strlen(text);

    return length > 0 && strchr(text, '#') == NULL && text[0] != ' ' && text[length - 1] != ' ';
}

/* What was taken, written as a file, is taken again and is the same. */
static void check_again(const struct host_config *config)
{
    static char text[SECTION_COUNT * SECTION_SIZE];
    static struct host_config again;
    char name[] = "fuzz";
    char flag[] = "--config";
    char *arguments[] = {name, flag, file_path, NULL};
    char *variables[] = {NULL};
    enum config_action action;
    int length = 0;
    enum err err;

    for (size_t i = 0; i < host_config_table.count; i++) {
        const struct config_row *row = &host_config_table.rows[i];
        char *at = text + length;
        const size_t left = sizeof text - (size_t)length;

        if (row->type == CONFIG_INTEGER) {
            length +=
                snprintf(at, left, "%s = %lld\n", row->name, (long long)integer_of(config, row));
        } else if (row->type == CONFIG_TEXT || row->type == CONFIG_CHOICE) {
            if (!is_plain(text_of(config, row)) && row->minimum > 0) {
                return;
            }
            if (is_plain(text_of(config, row))) {
                length += snprintf(at, left, "%s = %s\n", row->name, text_of(config, row));
            }
        }
        assert((size_t)length < sizeof text);
    }
    write_file(file_descriptor, text, (size_t)length);
    err = load(arguments, 3, variables, &again, &action);
    assert(err == ERR_OK && action == CONFIG_RUN);
    assert(strcmp(again.district, config->district) == 0);
    assert(strcmp(again.http_listen, config->http_listen) == 0 || !is_plain(config->http_listen));
    assert(strcmp(again.log_level, config->log_level) == 0);
    assert(again.reader_threads == config->reader_threads);
    assert(again.stop_timeout_ms == config->stop_timeout_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct section sections[SECTION_COUNT];
    static struct host_config config;
    char name[] = "fuzz";
    char flag[] = "--config";
    char *arguments[LINE_COUNT_MAX] = {name, flag, file_path, NULL};
    char *variables[LINE_COUNT_MAX] = {NULL};
    enum config_action action = CONFIG_RUN;
    int count;

    if (file_path[0] == '\0') {
        make_file(&file_descriptor, file_path);
        make_file(&secret_descriptor, secret_path);
    }
    memset(sections, 0, sizeof sections);
    if (!split(data, size, sections)) {
        return 0;
    }
    write_file(file_descriptor, sections[SECTION_FILE].text, sections[SECTION_FILE].length);
    write_file(secret_descriptor, sections[SECTION_SECRET].text, sections[SECTION_SECRET].length);
    count = cut(&sections[SECTION_FLAGS], arguments, 3);
    (void)cut(&sections[SECTION_VARIABLES], variables, 0);
    if (load(arguments, count, variables, &config, &action) == ERR_OK && action == CONFIG_RUN) {
        check(&config);
        check_again(&config);
    }
    return 0;
}
