/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of the ledger as CSV. Amounts are added up from the balances of stages,
 * which is all that 예산현액, 확보액 and 집행액 are; a year in which a line has no
 * account stays empty, and one that was closed, since closing empties every stage.
 */
#include "cli/sheet_ledger.h"

#include "cli/ledger_commands.h"
#include "cli/list.h"
#include "ledger/domain/krw.h"
#include "ledger/domain/sheet_words.h"
#include "ledger/domain/sheet_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    YEARS_MAX = 20, /* three columns each, and two for the names */
    PATH_SIZE_MAX = 1024,
};

/* What a line's stages come to. */
struct amounts {
    int64_t plan_krw;
    int64_t secured_krw;
    int64_t executed_krw;
    bool lapsed; /* 불용: balances do not say any more what of it was secured */
};

/* The lines as they came, and the years that they are of. */
struct table {
    const json_t *lines;
    int32_t years[YEARS_MAX];
    bool is_closed[YEARS_MAX]; /* or closing */
    size_t year_count;
    struct buffer text;
};

static enum cli_status fetch_lines(const struct invocation *invocation, json_t **ret_lines);
static enum cli_status read_years(struct table *table);
static enum cli_status read_periods(const struct invocation *invocation, struct table *table);
static enum cli_status write_table(struct table *table);
static bool is_first(const struct table *table, size_t line);
static bool same_row(const json_t *left, const json_t *right);
static enum cli_status write_row(struct table *table, size_t line);
static enum err write_amounts(struct table *table, const json_t *line);
static enum err read_amounts(const json_t *line, struct amounts *ret);
static int32_t year_of(const json_t *line);
static const char *text_of(const json_t *line, const char *name);

enum cli_status sheet_ledger_read(const struct invocation *invocation, struct sheet_file **ret_file)
{
    struct table table = {.year_count = 0};
    json_t *lines = NULL;
    enum cli_status status = fetch_lines(invocation, &lines);

    if (status != CLI_OK) {
        return status;
    }
    table.lines = lines;
    buffer_init(&table.text, SHEET_SIZE_MAX);
    status = read_years(&table);
    /* After the lines: a year that is open now was open when they were read. */
    if (status == CLI_OK) {
        status = read_periods(invocation, &table);
    }
    if (status == CLI_OK) {
        status = write_table(&table);
    }
    if (status == CLI_OK && buffer_status(&table.text)) {
        (void)fprintf(stderr, "hyeopchi: %s\n",
                      say("예산표 하나에 담기에 예산 과목이 너무 많습니다 (--year, --source)",
                          "there are too many budget lines for one sheet (--year, --source)"));
        status = CLI_FAILED;
    }
    if (status == CLI_OK &&
        sheet_file_parse("ledger", buffer_text(&table.text), table.text.length, ret_file)) {
        status = CLI_FAILED;
    }
    buffer_release(&table.text);
    json_decref(lines);
    return status;
}

static enum cli_status fetch_lines(const struct invocation *invocation, json_t **ret_lines)
{
    struct buffer path;
    int64_t year = 0;
    enum cli_status status;

    if (invocation_number(invocation, "year", LEDGER_YEAR_MIN, LEDGER_YEAR_MAX, &year) ==
        ERR_INVALID) {
        return CLI_USAGE;
    }
    buffer_init(&path, PATH_SIZE_MAX);
    buffer_append_text(&path, "/v1/lines");
    list_append_query(&path, "fiscal_year", invocation_text(invocation, "year"));
    list_append_query(&path, "funding_source", invocation_text(invocation, "source"));
    status = list_fetch(invocation,
                        &(const struct list_request){
                            .service = CLIENT_LEDGER,
                            .path = buffer_text(&path),
                            .items = "lines",
                        },
                        ret_lines);
    buffer_release(&path);
    return status;
}

/* The years there are, in order. */
static enum cli_status read_years(struct table *table)
{
    size_t i;

    for (i = 0; i < json_array_size(table->lines); i++) {
        const int32_t year = year_of(json_array_get(table->lines, i));
        size_t at = 0;

        while (at < table->year_count && table->years[at] < year) {
            at++;
        }
        if (at < table->year_count && table->years[at] == year) {
            continue;
        }
        if (table->year_count == YEARS_MAX) {
            (void)fprintf(stderr, "hyeopchi: %s\n",
                          say("예산표 하나에는 20개 연도까지 담깁니다 (--year)",
                              "a sheet holds at most 20 years (--year)"));
            return CLI_FAILED;
        }
        memmove(&table->years[at + 1], &table->years[at],
                (table->year_count - at) * sizeof table->years[0]);
        table->years[at] = year;
        table->year_count++;
    }
    if (table->year_count == 0) {
        (void)fprintf(stderr, "hyeopchi: %s\n",
                      say("예산 과목이 없습니다", "there are no budget lines"));
        return CLI_FAILED;
    }
    return CLI_OK;
}

/* Which of them are closed, and says so. */
static enum cli_status read_periods(const struct invocation *invocation, struct table *table)
{
    json_t *periods = NULL;
    enum cli_status status = list_fetch(invocation,
                                        &(const struct list_request){
                                            .service = CLIENT_LEDGER,
                                            .path = "/v1/periods",
                                            .items = "periods",
                                        },
                                        &periods);
    size_t i;

    for (i = 0; i < json_array_size(periods); i++) {
        const json_t *period = json_array_get(periods, i);
        size_t year;

        for (year = 0; year < table->year_count; year++) {
            if (table->years[year] == year_of(period) &&
                strcmp(text_of(period, "state"), "open") != 0) {
                table->is_closed[year] = true;
                (void)fprintf(stderr,
                              say("hyeopchi: %" PRId32 "년은 마감되어 잔액이 남아 있지 않으므로 "
                                  "빈칸으로 둡니다\n",
                                  "hyeopchi: %" PRId32 " is closed and has no balances left: "
                                  "its cells stay empty\n"),
                              table->years[year]);
            }
        }
    }
    json_decref(periods);
    return status;
}

static enum cli_status write_table(struct table *table)
{
    enum cli_status status = CLI_OK;
    size_t i;

    buffer_append_text(&table->text, "문서,예산 원장\n단위,원\n사업명,재원");
    for (i = 0; i < table->year_count; i++) {
        buffer_append_format(&table->text,
                             ",%" PRId32 "년 계획,%" PRId32 "년 확보,%" PRId32 "년 집행",
                             table->years[i], table->years[i], table->years[i]);
    }
    buffer_append_text(&table->text, "\n");
    for (i = 0; i < json_array_size(table->lines) && status == CLI_OK; i++) {
        if (is_first(table, i)) {
            status = write_row(table, i);
        }
    }
    return status;
}

/* True for the first year of a programme and source. */
static bool is_first(const struct table *table, size_t line)
{
    size_t i;

    for (i = 0; i < line; i++) {
        if (same_row(json_array_get(table->lines, i), json_array_get(table->lines, line))) {
            return false;
        }
    }
    return true;
}

static bool same_row(const json_t *left, const json_t *right)
{
    return strcmp(text_of(left, "programme"), text_of(right, "programme")) == 0 &&
           strcmp(text_of(left, "funding_source"), text_of(right, "funding_source")) == 0;
}

static void put(void *context, const char *bytes, size_t length)
{
    buffer_append(context, bytes, length);
}

static enum cli_status write_row(struct table *table, size_t line)
{
    const json_t *first = json_array_get(table->lines, line);
    const char *programme = text_of(first, "programme");
    enum funding_source source = FUNDING_SOURCE_OTHER;
    struct sheet_word word;
    size_t year;
    size_t i;

    if (funding_source_parse(text_of(first, "funding_source"), &source) ||
        sheet_word_read(programme, &word)) {
        (void)fprintf(stderr,
                      say("hyeopchi: 세부사업 '%s'은(는) 예산표에서 사업 이름으로 쓸 수 없습니다\n",
                          "hyeopchi: in a sheet, '%s' cannot be the name of a programme\n"),
                      programme);
        return CLI_FAILED;
    }
    sheet_write_text(programme, put, &table->text);
    buffer_append_format(&table->text, ",%s", funding_source_name_ko(source));
    for (year = 0; year < table->year_count; year++) {
        const json_t *found = NULL;

        for (i = line;
             i < json_array_size(table->lines) && found == NULL && !table->is_closed[year]; i++) {
            const json_t *other = json_array_get(table->lines, i);
            found = same_row(first, other) && year_of(other) == table->years[year] ? other : NULL;
        }
        if (found == NULL) {
            buffer_append_text(&table->text, ",,,");
        } else if (write_amounts(table, found)) {
            (void)fprintf(stderr, say("hyeopchi: 서비스의 응답을 이해할 수 없습니다\n",
                                      "hyeopchi: the service's answer makes no sense\n"));
            return CLI_FAILED;
        }
    }
    buffer_append_text(&table->text, "\n");
    return CLI_OK;
}

static enum err write_amounts(struct table *table, const json_t *line)
{
    const struct sheet_print print = {.grouped = true};
    struct amounts amounts = {.plan_krw = 0};
    char number[SHEET_NUMBER_SIZE];
    size_t i;
    enum err err = read_amounts(line, &amounts);

    if (err) {
        return err;
    }
    const int64_t values[] = {amounts.plan_krw, amounts.secured_krw, amounts.executed_krw};
    for (i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (values[i] < 0) {
            return ERR_INVALID; /* no stage of a line falls below zero */
        }
        sheet_number_format(values[i], SHEET_WON, &print, number);
        buffer_append_format(&table->text, ",\"%s\"", i == 1 && amounts.lapsed ? "" : number);
    }
    return ERR_OK;
}

/*
 * 예산현액 is all of a line's stages; what is past 편성 is secured; 집행 and 정산확정 are spent. Of
 * what has lapsed the balances do not say where it was, so that 확보 is then left out.
 */
static enum err read_amounts(const json_t *line, struct amounts *ret)
{
    const json_t *stages = json_object_get(line, "stages");
    enum err err = ERR_OK;
    size_t i;

    for (i = 0; i < json_array_size(stages) && !err; i++) {
        const json_t *row = json_array_get(stages, i);
        const char *code = text_of(row, "stage");
        const int64_t balance_krw = json_integer_value(json_object_get(row, "balance_krw"));

        if (code[0] != 'S') {
            continue;
        }
        ret->lapsed = ret->lapsed || (strcmp(code, "S90") == 0 && balance_krw != 0);
        err = krw_add(ret->plan_krw, balance_krw, &ret->plan_krw);
        if (!err && strcmp(code, "S10") != 0) {
            err = krw_add(ret->secured_krw, balance_krw, &ret->secured_krw);
        }
        if (!err && (strcmp(code, "S50") == 0 || strcmp(code, "S60") == 0)) {
            err = krw_add(ret->executed_krw, balance_krw, &ret->executed_krw);
        }
    }
    return err;
}

static int32_t year_of(const json_t *line)
{
    return (int32_t)json_integer_value(json_object_get(line, "fiscal_year"));
}

static const char *text_of(const json_t *line, const char *name)
{
    const char *text = json_string_value(json_object_get(line, name));

    return text != NULL ? text : "";
}
