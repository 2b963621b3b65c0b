/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi ledger sheet check` and `export`. Need no server and change no file
 * but the one that is written.
 */
#include "cli/ledger_sheet.h"

#include "cli/invocation.h"
#include "cli/ledger_commands.h"
#include "cli/phrase.h"
#include "cli/process.h"
#include "cli/sheet_file.h"
#include "cli/sheet_json.h"
#include "cli/sheet_keep.h"
#include "cli/sheet_ledger.h"
#include "cli/sheet_package.h"
#include "cli/sheet_xlsx.h"
#include "cli/text_width.h"
#include "ledger/domain/sheet_write.h"
#include "runtime/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum cli_status check_file(const struct invocation *invocation, const char *path);
static enum cli_status print_json(json_t *value, FILE *output);
static enum cli_status print_findings(const struct sheet_file *file);
static void say_counts(const struct sheet_file *file);
static enum cli_status write_out(const struct invocation *invocation,
                                 const struct sheet_file *file);
static bool format_is(const char *format, const char *name);
static enum cli_status write_text(const struct sheet_file *file, bool json, const char *path);
static enum cli_status write_csv(const struct sheet_file *file, FILE *output);
static enum cli_status finish(FILE *output, const char *path);

enum cli_status ledger_sheet_check(const struct invocation *invocation)
{
    enum cli_status status = CLI_OK;
    size_t i;

    for (i = 0; i < invocation->operand_count; i++) {
        if (check_file(invocation, invocation->operands[i]) != CLI_OK) {
            status = CLI_FAILED;
        }
    }
    return finish(stdout, "-") == CLI_OK ? status : CLI_FAILED;
}

enum cli_status ledger_sheet_export(const struct invocation *invocation)
{
    const char *format = invocation_text(invocation, "format");
    const char *kept = invocation_text(invocation, "kept");
    struct sheet_file *file = NULL;
    enum cli_status status = CLI_FAILED;

    if ((format_is(format, "xlsx") || format_is(format, "package")) &&
        invocation_text(invocation, "output") == NULL) {
        return usage_error(
            invocation, say("%s 형식에는 --output이 있어야 합니다", "the form %s needs --output"),
            format);
    }
    if (kept != NULL && invocation_operand(invocation, 0) != NULL) {
        return usage_error(invocation, say("예산표와 --kept를 함께 쓸 수 없습니다",
                                           "a sheet and --kept cannot both be given"));
    }
    if (kept != NULL) {
        status = sheet_keep_read(invocation, kept, &file);
    } else if (invocation_operand(invocation, 0) == NULL) {
        status = sheet_ledger_read(invocation, &file);
    } else if (!sheet_file_read(invocation_operand(invocation, 0), &file)) {
        status = CLI_OK;
    }
    if (status != CLI_OK) {
        return status;
    }
    status = CLI_FAILED;
    sheet_file_say(file, stderr);
    if (file->readable) {
        status = write_out(invocation, file);
    }
    sheet_file_free(file);
    return status;
}

static enum cli_status check_file(const struct invocation *invocation, const char *path)
{
    struct sheet_file *file = NULL;
    enum cli_status status = CLI_OK;

    if (sheet_file_read(path, &file)) {
        return CLI_FAILED;
    }
    if (invocation->json) {
        status = print_findings(file);
    } else {
        sheet_file_say(file, stdout);
        say_counts(file);
    }
    if (!file->readable || file->check.counts[SHEET_CONTRADICTION] > 0) {
        status = CLI_FAILED;
    }
    sheet_file_free(file);
    return status;
}

/* One line; takes the reference. */
static enum cli_status print_json(json_t *value, FILE *output)
{
    char *text = value != NULL ? json_text(value) : NULL;
    enum cli_status status = text != NULL ? CLI_OK : CLI_FAILED;

    if (text != NULL) {
        (void)fprintf(output, "%s\n", text); /* the end of the command looks at ferror */
    }
    free(text);
    json_decref(value);
    return status;
}

static enum cli_status print_findings(const struct sheet_file *file)
{
    const size_t faults =
        file->sheet.fault_count < SHEET_FAULTS_MAX ? file->sheet.fault_count : SHEET_FAULTS_MAX;
    const size_t found = file->readable ? sheet_check_kept(&file->check) : 0;
    enum cli_status status = CLI_OK;
    size_t i;

    for (i = 0; i < faults && status == CLI_OK; i++) {
        status = print_json(sheet_file_fault(file, i), stdout);
    }
    for (i = 0; i < found && status == CLI_OK; i++) {
        status = print_json(sheet_file_discrepancy(file, i), stdout);
    }
    return status == CLI_OK ? print_json(sheet_file_counts(file), stdout) : status;
}

static void say_counts(const struct sheet_file *file)
{
    const size_t *counts = file->check.counts;

    text_print(file->path, stdout);
    if (!file->readable) {
        (void)printf(say(": 읽을 수 없습니다, 오류 %zu\n", ": cannot be read, %zu errors\n"),
                     file->sheet.fault_count);
        return;
    }
    (void)printf(say(": 표 %zu개, 칸 %zu개", ": %zu tables, %zu cells"), file->sheet.table_count,
                 file->sheet.figure_count);
    if (file->check.count == 0) {
        (void)fputs(say(", 이상 없음\n", ", everything adds up\n"), stdout);
        return;
    }
    (void)printf(say(", 모순 %zu, 공백 %zu, 반올림 %zu\n",
                     ", %zu contradictions, %zu gaps, %zu roundings\n"),
                 counts[SHEET_CONTRADICTION], counts[SHEET_GAP], counts[SHEET_ROUNDING]);
}

static bool format_is(const char *format, const char *name)
{
    return format != NULL && strcmp(format, name) == 0;
}

static enum cli_status write_out(const struct invocation *invocation, const struct sheet_file *file)
{
    const char *format = invocation_text(invocation, "format");
    const char *path = invocation_text(invocation, "output");

    if (format_is(format, "xlsx")) {
        return sheet_xlsx_write(file, path) == ERR_OK ? CLI_OK : CLI_FAILED;
    }
    if (format_is(format, "package")) {
        return sheet_package_write(file, path) == ERR_OK ? CLI_OK : CLI_FAILED;
    }
    return write_text(file, format_is(format, "json"), path);
}

static enum cli_status write_text(const struct sheet_file *file, bool json, const char *path)
{
    FILE *output = path != NULL ? fopen(path, "wb") : stdout;
    enum cli_status status;

    if (output == NULL) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path, process_error());
        return CLI_FAILED;
    }
    status = json ? print_json(sheet_json(file), output) : write_csv(file, output);
    if (path == NULL) {
        return finish(stdout, "-") == CLI_OK ? status : CLI_FAILED;
    }
    if (ferror(output) != 0) {
        status = CLI_FAILED;
    }
    if (fclose(output) != 0 || status != CLI_OK) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path, process_error());
        status = CLI_FAILED;
    }
    return status;
}

static void put(void *context, const char *bytes, size_t length)
{
    FILE *output = context;

    (void)fwrite(bytes, 1, length, output); /* the end of the command looks at ferror */
}

/* With a BOM: without one, spreadsheets take Korean for something else. */
static enum cli_status write_csv(const struct sheet_file *file, FILE *output)
{
    (void)fputs("\xef\xbb\xbf", output);
    sheet_write(&file->sheet, put, output);
    return CLI_OK;
}

static enum cli_status finish(FILE *output, const char *path)
{
    if (fflush(output) != 0 || ferror(output) != 0) {
        (void)fprintf(stderr, "hyeopchi: %s: %s\n", path, process_error());
        return CLI_FAILED;
    }
    return CLI_OK;
}

const struct command_operand LEDGER_SHEETS_OPERAND[] = {
    {
        .name = "FILE.csv",
        .repeated = true,
        .sentence = {"예산표(CSV, UTF-8 또는 CP949), 여럿도 됩니다 (- 는 표준 입력)",
                     "budget sheets (CSV, UTF-8 or CP949), one or many (- is standard input)"},
    },
    {.name = NULL},
};

const struct command_operand LEDGER_SHEET_OPERAND[] = {
    {
        .name = "FILE.csv",
        .sentence = {"예산표(CSV, UTF-8 또는 CP949; - 는 표준 입력)",
                     "a budget sheet (CSV, UTF-8 or CP949; - is standard input)"},
    },
    {.name = NULL},
};

const struct command_operand LEDGER_SHEET_OR_LEDGER_OPERAND[] = {
    {
        .name = "FILE.csv",
        .optional = true,
        .sentence = {"예산표 (없으면 원장에 기록된 계획·확보·집행)",
                     "a budget sheet (default: what the ledger itself holds)"},
    },
    {.name = NULL},
};

const struct command_option LEDGER_SHEET_EXPORT_OPTIONS[] = {
    LEDGER_YEAR_OPTION(false),
    LEDGER_SOURCE_OPTION(false),
    {
        .name = "kept",
        .argument = "SHEET",
        .sentence = {"원장에 보관된 예산표의 번호(UUID)",
                     "the UUID of a sheet that the ledger keeps"},
    },
    {
        .name = "format",
        .argument = "FORMAT",
        .choices = "csv|json|xlsx|package",
        .sentence = {"내보낼 형식 (기본: csv, BOM이 있는 UTF-8; package는 Fiscal Data Package)",
                     "the form to write (default: csv, UTF-8 with a BOM; package: Fiscal Data "
                     "Package)"},
    },
    {
        .name = "output",
        .argument = "FILE",
        .sentence = {"쓸 파일, package는 새 폴더 (csv와 json의 기본: 표준 출력)",
                     "the file to write, for package a new folder (csv and json: by default "
                     "standard output)"},
    },
    {.name = NULL},
};
