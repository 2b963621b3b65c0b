/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The printed forms of the settings tables. Pure text building: reads tables,
 * appends to a buffer, must never read the environment or a file.
 */
#include "runtime/config_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void config_name(const struct config_row *row, char ret_name[CONFIG_NAME_SIZE])
{
    (void)snprintf(ret_name, CONFIG_NAME_SIZE, "%s%s", row->name,
                   row->type == CONFIG_SECRET ? "_file" : "");
}

void config_flag_name(const struct config_row *row, char ret_name[CONFIG_NAME_SIZE])
{
    config_name(row, ret_name);
    for (char *at = ret_name; *at != '\0'; at++) {
        if (*at == '_') {
            *at = '-';
        }
    }
}

void config_environment_name(const struct config_row *row, char ret_name[CONFIG_NAME_SIZE])
{
    char name[CONFIG_NAME_SIZE];

    config_name(row, name);
    for (char *at = name; *at != '\0'; at++) {
        /* Names are ASCII; toupper() would ask the locale. */
        if (*at >= 'a' && *at <= 'z') {
            *at = (char)(*at - ('a' - 'A'));
        }
    }
    (void)snprintf(ret_name, CONFIG_NAME_SIZE, "HYEOPCHI_%.80s", name);
}

/* "json|text" reads "json, text". */
static void append_choices(struct buffer *buffer, const char *choices)
{
    for (const char *at = choices; *at != '\0'; at++) {
        if (*at == '|') {
            buffer_append_text(buffer, ", ");
        } else {
            buffer_append(buffer, at, 1);
        }
    }
}

void config_describe_range(struct buffer *buffer, const struct config_row *row)
{
    switch (row->type) {
    case CONFIG_INTEGER:
        buffer_append_format(buffer, "integer, %" PRId64 " to %" PRId64, row->minimum,
                             row->maximum);
        break;
    case CONFIG_BOOLEAN:
        buffer_append_text(buffer, "on or off");
        break;
    case CONFIG_TEXT:
        buffer_append_format(buffer, "text, %" PRId64 " to %" PRId64 " bytes", row->minimum,
                             row->maximum);
        break;
    case CONFIG_CHOICE:
        buffer_append_text(buffer, "one of ");
        append_choices(buffer, row->choices);
        break;
    case CONFIG_SECRET:
        buffer_append_text(buffer, "path of a file that holds the secret");
        break;
    }
    if (row->unit[0] != '\0') {
        buffer_append_format(buffer, ", %s", row->unit);
    }
}

static void append_default(struct buffer *buffer, const struct config_row *row)
{
    if (row->default_value == NULL) {
        buffer_append_text(buffer, "required");
    } else if (row->default_value[0] == '\0') {
        buffer_append_text(buffer, "none by default");
    } else {
        buffer_append_format(buffer, "default %s", row->default_value);
    }
}

static void help_row(struct buffer *buffer, const struct config_row *row)
{
    char flag[CONFIG_NAME_SIZE];

    config_flag_name(row, flag);
    buffer_append_format(buffer, "  --%s VALUE\n      %s\n      (", flag, row->sentence);
    config_describe_range(buffer, row);
    buffer_append_text(buffer, "; ");
    append_default(buffer, row);
    buffer_append_text(buffer, ")\n");
}

void config_print_help(struct buffer *buffer, const struct config_program *program)
{
    buffer_append_format(buffer, "%s: %s\n\n%s\n\nSettings:\n", program->name, program->summary,
                         program->usage);
    for (size_t t = 0; t < program->table_count; t++) {
        for (size_t r = 0; r < program->tables[t].count; r++) {
            help_row(buffer, &program->tables[t].rows[r]);
        }
    }
    buffer_append_text(
        buffer,
        "\nEvery setting may also stand in the environment (HYEOPCHI_HTTP_LISTEN for"
        " --http-listen)\nor in a file of lines `http_listen = VALUE`; a flag goes before"
        " the environment, and that\nbefore the file.\n\n"
        "  --config FILE       reads settings from FILE (or HYEOPCHI_CONFIG)\n"
        "  --print-config      prints the settings in force, secrets left out\n"
        "  --print-env         prints a sample env file\n"
        "  --print-settings    prints all settings as a Markdown table\n"
        "  --help              prints this\n");
}

void config_print_environment(struct buffer *buffer, const struct config_program *program)
{
    char name[CONFIG_NAME_SIZE];

    buffer_append_format(buffer, "# Settings of %s, made by `%s --print-env`.\n", program->name,
                         program->name);
    for (size_t t = 0; t < program->table_count; t++) {
        for (size_t r = 0; r < program->tables[t].count; r++) {
            const struct config_row *row = &program->tables[t].rows[r];

            config_environment_name(row, name);
            buffer_append_format(buffer, "\n# %s\n# (", row->sentence);
            config_describe_range(buffer, row);
            buffer_append_text(buffer, "; ");
            append_default(buffer, row);
            buffer_append_format(buffer, ")\n%s=%s\n", name,
                                 row->default_value != NULL ? row->default_value : "");
        }
    }
}

static void settings_row(struct buffer *buffer, const struct config_row *row)
{
    char name[CONFIG_NAME_SIZE];

    config_name(row, name);
    buffer_append_format(buffer, "| `%s` | ", name);
    config_describe_range(buffer, row);
    if (row->default_value == NULL) {
        buffer_append_text(buffer, " | required");
    } else if (row->default_value[0] == '\0') {
        buffer_append_text(buffer, " | none");
    } else {
        buffer_append_format(buffer, " | `%s`", row->default_value);
    }
    buffer_append_format(buffer, " | %s |\n", row->sentence);
}

void config_print_settings(struct buffer *buffer, const struct config_program *program)
{
    buffer_append_text(buffer, "| setting | value | default | meaning |\n|---|---|---|---|\n");
    for (size_t t = 0; t < program->table_count; t++) {
        for (size_t r = 0; r < program->tables[t].count; r++) {
            settings_row(buffer, &program->tables[t].rows[r]);
        }
    }
}

static const char *source_name(enum config_source source)
{
    static const char *const names[] = {"the default", "the file", "the environment", "a flag"};

    return names[source];
}

void config_print_effective(struct buffer *buffer, const struct config_value *values, size_t count)
{
    char name[CONFIG_NAME_SIZE];

    for (size_t i = 0; i < count; i++) {
        const struct config_value *value = &values[i];

        config_name(value->row, name);
        buffer_append_format(buffer, "# from %s%s\n%s = %s\n", source_name(value->source),
                             value->row->type == CONFIG_SECRET ? "; the secret is not shown" : "",
                             name, value->text != NULL ? value->text : "");
    }
}
