/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathers what is given for each setting, from the file, the environment and
 * the flags, without judging values. Must never take a secret from anywhere
 * but the name of its file.
 */
#include "runtime/config_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void config_collect_defaults(struct config_loader *loader)
{
    for (size_t t = 0; t < loader->program->table_count; t++) {
        const struct config_table *table = &loader->program->tables[t];

        for (size_t r = 0; r < table->count; r++) {
            assert(loader->count < CONFIG_ROW_COUNT_MAX);
            loader->values[loader->count] = (struct config_value){
                .row = &table->rows[r],
                .text = table->rows[r].default_value,
            };
            loader->count++;
        }
    }
}

/* Finds the setting that `spell` spells this way; NULL when there is none. */
static struct config_value *
find_value(struct config_loader *loader, const char *name, size_t length,
           void (*spell)(const struct config_row *row, char ret_name[CONFIG_NAME_SIZE]))
{
    char spelled[CONFIG_NAME_SIZE];

    for (size_t i = 0; i < loader->count; i++) {
        spell(loader->values[i].row, spelled);
        if (strlen(spelled) == length && memcmp(spelled, name, length) == 0) {
            return &loader->values[i];
        }
    }
    return NULL;
}

/* True when name would be a secret itself rather than its file. */
static bool is_bare_secret(const struct config_loader *loader, const char *name, size_t length)
{
    for (size_t i = 0; i < loader->count; i++) {
        const struct config_row *row = loader->values[i].row;

        if (row->type != CONFIG_SECRET || strlen(row->name) != length) {
            continue;
        }
        for (size_t c = 0; c <= length; c++) {
            if (c == length) {
                return true;
            }
            if (row->name[c] != (name[c] == '-' ? '_' : name[c])) {
                break;
            }
        }
    }
    return false;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r';
}

/* Cuts blanks off both ends, in place. */
static char *trim(char *text)
{
    size_t length;

    while (is_blank(*text)) {
        text++;
    }
    length = strlen(text);
    while (length > 0 && is_blank(text[length - 1])) {
        length--;
    }
    text[length] = '\0';
    return text;
}

/* A # starts a comment at the line's start and after a blank; elsewhere it is part of the value. */
static void cut_comment(char *line)
{
    for (char *at = line; *at != '\0'; at++) {
        if (*at == '#' && (at == line || is_blank(at[-1]))) {
            *at = '\0';
            return;
        }
    }
}

static enum err collect_line(struct config_loader *loader, char *line, int number)
{
    struct config_value *value;
    char *equals;
    char *name;

    cut_comment(line);
    name = trim(line);
    if (*name == '\0') {
        return ERR_OK;
    }
    equals = strchr(name, '=');
    if (equals == NULL) {
        return config_refuse(loader->program, NULL, "%s:%d: a line must read `name = value`",
                             loader->file_path, number);
    }
    *equals = '\0';
    name = trim(name);
    if (is_bare_secret(loader, name, strlen(name))) {
        return config_refuse(loader->program, NULL,
                             "%s:%d: %s is a secret: put it into a file of its own"
                             " and name that as %s_file",
                             loader->file_path, number, name, name);
    }
    value = find_value(loader, name, strlen(name), config_name);
    if (value == NULL) {
        return config_refuse(loader->program, NULL, "%s:%d: there is no setting '%s'",
                             loader->file_path, number, name);
    }
    if (value->source == CONFIG_FROM_FILE) {
        return config_refuse(loader->program, value->row, "%s:%d: %s was already set in line %d",
                             loader->file_path, number, name, value->line);
    }
    value->text = trim(equals + 1);
    value->source = CONFIG_FROM_FILE;
    value->line = number;
    return ERR_OK;
}

enum err config_collect_file(struct config_loader *loader)
{
    const struct config_program *program = loader->program;
    size_t length = 0;
    char *line;
    enum err err;

    if (loader->file_path == NULL) {
        loader->file_path = config_environment("HYEOPCHI_CONFIG");
    }
    if (loader->file_path == NULL || loader->file_path[0] == '\0') {
        return ERR_OK;
    }
    loader->file_text = malloc(CONFIG_FILE_SIZE_MAX + 1);
    if (loader->file_text == NULL) {
        return config_refuse(program, NULL, "out of memory");
    }
    err = config_read_file(loader->file_path, loader->file_text, CONFIG_FILE_SIZE_MAX + 1, &length);
    if (err == ERR_FULL) {
        return config_refuse(program, NULL, "--config %s: longer than %d bytes", loader->file_path,
                             CONFIG_FILE_SIZE_MAX);
    }
    if (err) {
        return config_refuse(program, NULL, "--config %s: cannot be read: %s", loader->file_path,
                             config_system_error());
    }
    if (strlen(loader->file_text) != length) {
        return config_refuse(program, NULL, "--config %s: holds a NUL byte", loader->file_path);
    }

    line = loader->file_text;
    for (int number = 1; line != NULL; number++) {
        char *end = strchr(line, '\n');

        if (end != NULL) {
            *end = '\0';
        }
        err = collect_line(loader, line, number);
        if (err) {
            return err;
        }
        line = end != NULL ? end + 1 : NULL;
    }
    return ERR_OK;
}

enum err config_collect_environment(struct config_loader *loader)
{
    char name[CONFIG_NAME_SIZE];

    for (size_t i = 0; i < loader->count; i++) {
        struct config_value *value = &loader->values[i];
        const char *text;

        config_environment_name(value->row, name);
        text = config_environment(name);
        if (text != NULL) {
            value->text = text;
            value->source = CONFIG_FROM_ENVIRONMENT;
            value->line = 0;
        }
        if (value->row->type != CONFIG_SECRET) {
            continue;
        }
        name[strlen(name) - strlen("_FILE")] = '\0';
        if (config_environment(name) != NULL) {
            return config_refuse(
                loader->program, value->row,
                "%s is a secret and must not stand in the environment: put it into a"
                " file and name that in %s_FILE",
                name, name);
        }
    }
    return ERR_OK;
}

/* The flags that take no value. False when it is none of them. */
static bool collect_print_flag(struct config_loader *loader, const char *name)
{
    static const struct {
        const char *name;
        enum config_print print;
    } flags[] = {
        {"help", CONFIG_PRINT_HELP},
        {"print-config", CONFIG_PRINT_CONFIG},
        {"print-env", CONFIG_PRINT_ENVIRONMENT},
        {"print-settings", CONFIG_PRINT_SETTINGS},
    };

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (strcmp(flags[i].name, name) == 0) {
            /* Help goes before everything: who asks for it is lost. */
            if (loader->print != CONFIG_PRINT_HELP) {
                loader->print = flags[i].print;
            }
            return true;
        }
    }
    return false;
}

static bool is_config_flag(const char *name, size_t length)
{
    return length == strlen("config") && memcmp(name, "config", length) == 0;
}

/*
 * Takes the flag at argv[*index], and its value, which may be the next
 * argument. --config is only remembered, since it is read before the flags
 * count: `values` false looks for it and the printing flags, true for the rest.
 */
static enum err collect_flag(struct config_loader *loader, char **argv, int *index, bool values)
{
    const char *name = argv[*index] + 2;
    const char *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const char *text = equals != NULL ? equals + 1 : argv[*index + 1];
    struct config_value *value = find_value(loader, name, length, config_flag_name);

    if (equals == NULL && collect_print_flag(loader, name)) {
        return ERR_OK;
    }
    if (is_bare_secret(loader, name, length)) {
        return config_refuse(loader->program, NULL,
                             "--%.*s is a secret and must not be a flag: put it"
                             " into a file and name that by --%.*s-file",
                             (int)length, name, (int)length, name);
    }
    if (value == NULL && !is_config_flag(name, length)) {
        return config_refuse(loader->program, NULL, "there is no flag --%.*s; --help lists them",
                             (int)length, name);
    }
    if (text == NULL) {
        return config_refuse(loader->program, value != NULL ? value->row : NULL,
                             "--%.*s needs a value", (int)length, name);
    }
    if (equals == NULL) {
        (*index)++;
    }
    if (value == NULL) {
        loader->file_path = text;
    } else if (values && value->source == CONFIG_FROM_FLAG) {
        return config_refuse(loader->program, value->row, "--%.*s is given twice", (int)length,
                             name);
    } else if (values) {
        value->text = text;
        value->source = CONFIG_FROM_FLAG;
        value->line = 0;
    }
    return ERR_OK;
}

enum err config_collect_arguments(struct config_loader *loader, int argc, char **argv, bool values)
{
    loader->command = NULL;
    for (int i = 1; i < argc; i++) {
        enum err err;

        if (strncmp(argv[i], "--", 2) == 0) {
            err = collect_flag(loader, argv, &i, values);
            if (err) {
                return err;
            }
        } else if (loader->command != NULL || argv[i][0] == '-') {
            return config_refuse(loader->program, NULL,
                                 "'%s' is not understood; --help lists commands"
                                 " and flags",
                                 argv[i]);
        } else {
            loader->command = argv[i];
        }
    }
    return ERR_OK;
}
