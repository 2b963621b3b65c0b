/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budget sheets of real documents (tests/data/sheets): each is read, says just
 * what is wrong with it, and comes out again figure for figure.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/domain/sheet.h"
#include "ledger/domain/sheet_check.h"
#include "ledger/domain/sheet_write.h"

#define FOLDER TEST_SOURCE_DIR "/tests/data/sheets/"

#define THOUSAND        INT64_C(1000)
#define MILLION         INT64_C(1000000)
#define HUNDRED_MILLION INT64_C(100000000)
#define NOTHING         INT64_MIN /* not printed */

enum { EXPECTED_MAX = 12 };

struct expected {
    uint32_t line;
    uint32_t column;
    enum sheet_rule rule;
    enum sheet_severity severity;
    int64_t printed;
    int64_t computed;
};

struct fixture {
    const char *name;
    size_t figures; /* cells of the sheet that hold one */
    struct expected expected[EXPECTED_MAX];
};

static const struct fixture FIXTURES[] = {
    {"b01_gwangjin_plan.csv", 9, {{0}}},
    {"b02_gwangjin_secured.csv",
     21,
     {
         {17, 2, SHEET_PLAN_UNSECURED, SHEET_GAP, NOTHING, 231 * MILLION},
         {15, 2, SHEET_PLAN_UNSECURED, SHEET_GAP, 0, 1037 * MILLION},
     }},
    {"b03_seoul_2017.csv",
     24,
     {
         {25, 3, SHEET_REPEATED_FIGURE, SHEET_ROUNDING, 2293 * MILLION, 2293420 * THOUSAND},
         {27, 3, SHEET_SUM_OF_ITEMS, SHEET_ROUNDING, 101 * MILLION, 100750 * THOUSAND},
         {12, 6, SHEET_SUM_OF_PROGRAMMES, SHEET_ROUNDING, 163750 * THOUSAND, 164 * MILLION},
     }},
    {"b04_innovation_grants_2016.csv", 9, {{10, 3, SHEET_TERM_MONTHS, SHEET_CONTRADICTION, 6, 7}}},
    {"b05_platform_grants_2016.csv",
     11,
     {{20, 2, SHEET_REPEATED_FIGURE, SHEET_ROUNDING, 9 * HUNDRED_MILLION, 899976 * THOUSAND}}},
    {"b06_caps_2017.csv",
     14,
     {{16, 4, SHEET_PRODUCT, SHEET_CONTRADICTION, 2200 * MILLION, 2400 * MILLION}}},
    {"b07_geumcheon.csv",
     25,
     {
         {14, 3, SHEET_OWN_SOURCE, SHEET_CONTRADICTION, 1185 * MILLION, 0},
         {13, 4, SHEET_COMPLETED_UNSPENT, SHEET_GAP, 405 * MILLION, 1185 * MILLION},
     }},
    {"b08_yeonsu.csv", 18, {{0}}},
    {"b09_seongdong_sources.csv", 3, {{0}}},
    {"b10_kinds.csv", 8, {{0}}},
    {"b11_settlement_2016.csv", 10, {{0}}},
};

enum { FIXTURE_COUNT = sizeof FIXTURES / sizeof FIXTURES[0] };

static struct sheet sheet;
static struct sheet again;
static struct sheet_check check;

/* What is written, to be read again. */
struct written {
    char bytes[2 * SHEET_SIZE_MAX];
    size_t length;
};

static struct written first;
static struct written second;

static void put(void *context, const char *bytes, size_t length)
{
    struct written *written = context;

    assert_true(written->length + length < sizeof written->bytes);
    memcpy(written->bytes + written->length, bytes, length);
    written->length += length;
}

static size_t load(const char *name, char bytes[SHEET_SIZE_MAX])
{
    char path[512];
    size_t length;
    FILE *file;

    (void)snprintf(path, sizeof path, FOLDER "%s", name);
    file = fopen(path, "rb");
    assert_non_null(file);
    length = fread(bytes, 1, SHEET_SIZE_MAX, file);
    assert_int_equal(fclose(file), 0);
    assert_true(length > 0);
    return length;
}

static void assert_read(const char *bytes, size_t length)
{
    enum err err = sheet_read(&sheet, bytes, length);

    for (size_t i = 0; i < sheet.fault_count && i < SHEET_FAULTS_MAX; i++) {
        print_message("line %u column %u: %s (%s)\n", sheet.faults[i].line, sheet.faults[i].column,
                      sheet_fault_code(sheet.faults[i].rule), sheet.faults[i].value);
    }
    assert_int_equal(err, ERR_OK);
}

static void read_text(const char *text)
{
    assert_read(text, strlen(text));
    sheet_check_run(&sheet, &check);
}

static void read_fixture(const char *name)
{
    static char bytes[SHEET_SIZE_MAX];

    assert_read(bytes, load(name, bytes));
    sheet_check_run(&sheet, &check);
}

static void show(const struct sheet_discrepancy *found)
{
    print_message("line %u column %u: %s %s, printed %lld, computed %lld\n",
                  sheet.rows[found->row].line, found->column + 1,
                  sheet_severity_code(found->severity), sheet_rule_code(found->rule),
                  (long long)found->printed, (long long)found->computed);
}

static size_t count_given(const struct sheet *of)
{
    size_t count = 0;

    for (size_t i = 0; i < of->figure_count; i++) {
        count += of->figures[i].state == SHEET_GIVEN ? 1 : 0;
    }
    return count;
}

static void assert_expected(const struct fixture *fixture)
{
    size_t count = 0;

    for (size_t i = 0; i < check.count; i++) {
        show(&check.discrepancies[i]);
    }
    for (; count < EXPECTED_MAX && fixture->expected[count].line > 0; count++) {
        const struct expected *expected = &fixture->expected[count];
        const struct sheet_discrepancy *found = &check.discrepancies[count];

        assert_true(count < check.count);
        assert_int_equal(sheet.rows[found->row].line, expected->line);
        assert_int_equal(found->column + 1, expected->column);
        assert_int_equal(found->rule, expected->rule);
        assert_int_equal(found->severity, expected->severity);
        assert_int_equal(found->printed_given, expected->printed != NOTHING);
        assert_int_equal(found->printed, expected->printed == NOTHING ? 0 : expected->printed);
        assert_int_equal(found->computed, expected->computed);
    }
    assert_int_equal(check.count, count);
}

static void every_table_says_just_what_is_wrong_with_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < FIXTURE_COUNT; i++) {
        print_message("%s\n", FIXTURES[i].name);
        read_fixture(FIXTURES[i].name);
        assert_int_equal(count_given(&sheet), FIXTURES[i].figures);
        assert_expected(&FIXTURES[i]);
    }
}

static void every_table_comes_out_again_figure_for_figure(void **state)
{
    char number[SHEET_NUMBER_SIZE];

    (void)state;
    for (size_t i = 0; i < FIXTURE_COUNT; i++) {
        read_fixture(FIXTURES[i].name);
        first.length = 0;
        second.length = 0;
        sheet_write(&sheet, put, &first);
        assert_int_equal(sheet_read(&again, first.bytes, first.length), ERR_OK);
        assert_int_equal(again.figure_count, sheet.figure_count);
        for (size_t k = 0; k < sheet.figure_count; k++) {
            const struct sheet_figure *left = &sheet.figures[k];
            const struct sheet_figure *right = &again.figures[k];
            assert_memory_equal(&left->place, &right->place, sizeof left->place);
            assert_int_equal(left->state, right->state);
            assert_int_equal(left->amount, right->amount);
            if (left->state != SHEET_MISSING) {
                /* As it was printed, letter for letter. */
                assert_string_equal(sheet_cell_text(&sheet, left->row, left->column),
                                    sheet_write_cell(&sheet, left->row, left->column, number));
            }
        }
        sheet_write(&again, put, &second);
        assert_int_equal(first.length, second.length);
        assert_memory_equal(first.bytes, second.bytes, first.length);
    }
}

static int64_t amount_of(enum sheet_kind kind, int32_t year, int32_t source)
{
    const struct sheet_place place = {.kind = kind, .year = year, .source = source};
    int64_t amount = NOTHING;
    enum err err = sheet_check_amount(&sheet, &check, &place, &amount);

    return err ? NOTHING : amount;
}

static int64_t rate(int64_t part, int64_t whole)
{
    int64_t permille = 0;

    assert_int_equal(sheet_permille(part, whole, &permille), ERR_OK);
    return permille;
}

static void rates_are_those_of_the_documents(void **state)
{
    (void)state;
    read_fixture("b02_gwangjin_secured.csv");
    assert_int_equal(rate(amount_of(SHEET_EXECUTED, 2023, 0), amount_of(SHEET_SECURED, 2023, 0)),
                     776);
    assert_int_equal(rate(amount_of(SHEET_SECURED, 0, 0), amount_of(SHEET_PLAN, 0, 0)), 208);
    assert_int_equal(rate(amount_of(SHEET_EXECUTED, 0, 0), amount_of(SHEET_PLAN, 0, 0)), 161);
    assert_int_equal(rate(amount_of(SHEET_PLAN, 2022, 0), amount_of(SHEET_PLAN, 0, 0)), 530);
    read_fixture("b07_geumcheon.csv");
    assert_int_equal(amount_of(SHEET_SECURED, 0, 0), 885 * MILLION);
    assert_int_equal(rate(amount_of(SHEET_EXECUTED, 2018, 0), amount_of(SHEET_SECURED, 2018, 0)),
                     949);
    assert_int_equal(rate(amount_of(SHEET_EXECUTED, 2019, 0), amount_of(SHEET_SECURED, 2019, 0)),
                     872);
    assert_int_equal(rate(amount_of(SHEET_EXECUTED, 2020, 0), amount_of(SHEET_SECURED, 2020, 0)),
                     460);
    assert_int_equal(rate(amount_of(SHEET_EXECUTED, 0, 0), amount_of(SHEET_SECURED, 0, 0)), 458);
    assert_int_equal(
        rate(amount_of(SHEET_EXECUTED, 0, 0), amount_of(SHEET_SECURED_AND_DEMAND, 0, 0)), 342);
    read_fixture("b08_yeonsu.csv");
    assert_int_equal(amount_of(SHEET_EXECUTED, 2022, 0), 1800000);
    assert_int_equal(rate(amount_of(SHEET_EXECUTED, 2022, 0), amount_of(SHEET_PLAN, 2022, 0)), 600);
    assert_int_equal(rate(amount_of(SHEET_EXECUTED, 2023, 0), amount_of(SHEET_PLAN, 2023, 0)), 650);
    assert_int_equal(rate(amount_of(SHEET_EXECUTED, 0, 0), amount_of(SHEET_PLAN, 0, 0)), 211);
}

static enum sheet_state state_of(enum sheet_kind kind, int32_t year, int32_t source)
{
    const struct sheet_place place = {.kind = kind, .year = year, .source = source};
    const struct sheet_figure *figure = sheet_check_find(&sheet, &check, &place);

    assert_non_null(figure);
    return figure->state;
}

static void missing_is_never_zero(void **state)
{
    (void)state;
    read_text("단위,백만원\n항목,확보\n구분,2022,2023,2024\n구비,0,,-\n");
    assert_int_equal(state_of(SHEET_SECURED, 2022, FUNDING_SOURCE_DISTRICT), SHEET_GIVEN);
    assert_int_equal(amount_of(SHEET_SECURED, 2022, FUNDING_SOURCE_DISTRICT), 0);
    assert_int_equal(state_of(SHEET_SECURED, 2023, FUNDING_SOURCE_DISTRICT), SHEET_MISSING);
    assert_int_equal(amount_of(SHEET_SECURED, 2023, FUNDING_SOURCE_DISTRICT), NOTHING);
    assert_int_equal(state_of(SHEET_SECURED, 2024, FUNDING_SOURCE_DISTRICT), SHEET_DASH);
    assert_int_equal(amount_of(SHEET_SECURED, 2024, FUNDING_SOURCE_DISTRICT), NOTHING);
    assert_int_equal(amount_of(SHEET_SECURED, 2025, FUNDING_SOURCE_DISTRICT), NOTHING);
}

struct wrong {
    const char *text;
    enum sheet_rule rule;
    enum sheet_severity severity;
    int64_t printed;
    int64_t computed;
};

/* One figure changed in what a document has, each found by one rule only. */
static void each_rule_finds_what_breaks_it(void **state)
{
    static const struct wrong WRONG[] = {
        {"단위,원\n항목,계획\n구분,계,2022,2023\n,11,4,6\n", SHEET_SUM_OF_YEARS,
         SHEET_CONTRADICTION, 11, 10},
        {"단위,원\n항목,계획\n구분,계,시비,구비\n,11,4,6\n", SHEET_SUM_OF_SOURCES,
         SHEET_CONTRADICTION, 11, 10},
        {"단위,원\n항목,예산\n구분,사무관리비,보조금,계\n가,4,6,11\n", SHEET_SUM_OF_ITEMS,
         SHEET_CONTRADICTION, 11, 10},
        {"단위,원\n항목,예산\n구분,2022\n가,4\n나,6\n계,11\n", SHEET_SUM_OF_PROGRAMMES,
         SHEET_CONTRADICTION, 11, 10},
        {"단위,원\n항목,예산\n사업명,재원,2022\n가,시비,4\n나,구비,6\n계,,11\n", SHEET_SUM_OF_PARTS,
         SHEET_CONTRADICTION, 11, 10},
        {"단위,억원\n항목,예산\n구분,2022\n가,90000000000\n나,90000000000\n계,1\n",
         SHEET_SUM_OVERFLOW, SHEET_CONTRADICTION, HUNDRED_MILLION, INT64_MAX},
        {"단위,원\n항목,예산\n구분,2022,2022\n가,4,6\n", SHEET_REPEATED_FIGURE, SHEET_CONTRADICTION,
         6, 4},
        {"단위,원\n구분,확보,집행\n가,4,6\n", SHEET_EXECUTED_OVER_SECURED, SHEET_CONTRADICTION, 6,
         4},
        {"단위,원\n구분,계획,집행\n가,4,6\n", SHEET_EXECUTED_OVER_PLAN, SHEET_CONTRADICTION, 6, 4},
        {"단위,원\n구분,계획,확보\n가,4,6\n", SHEET_SECURED_OVER_PLAN, SHEET_CONTRADICTION, 6, 4},
        {"단위,원\n기준일,2023-01-31\n구분,2023 계획,2023 확보,2024 계획,2024 확보\n,4,,6,\n",
         SHEET_PLAN_UNSECURED, SHEET_GAP, NOTHING, 4},
        {"단위,억원\n회계연도,2017\n구분,단가,수량,예산\n가,0.3,80,25\n", SHEET_PRODUCT,
         SHEET_CONTRADICTION, 25 * HUNDRED_MILLION, 24 * HUNDRED_MILLION},
        {"단위,원\n한도,300,12\n구분,사업기간,교부\n가,2016.11.01~2017.04.30,151\n", SHEET_OVER_CAP,
         SHEET_CONTRADICTION, 151, 150},
        {"단위,원\n구분,사업기간,교부\n가,2016.11.01~2017.04.30 (5개월),1\n", SHEET_TERM_MONTHS,
         SHEET_CONTRADICTION, 5, 6},
        {"단위,원\n구분,교부,집행,반납\n가,10,7,4\n", SHEET_SETTLEMENT_BALANCE, SHEET_CONTRADICTION,
         4, 3},
        {"단위,원\n기준일,2018.1.1.\n구분,교부,집행,반납,정산기한\n가,10,7,,2017.12.31.\n",
         SHEET_SETTLEMENT_DUE, SHEET_GAP, NOTHING, 10},
        {"단위,원\n재원종료,시비,2023\n항목,계획\n구분,2022,2023\n시비,5,6\n", SHEET_SOURCE_ENDED,
         SHEET_CONTRADICTION, 6, 0},
        {"단위,원\n사업유형,자체\n항목,계획\n구분,2022\n시비,5\n", SHEET_OWN_SOURCE,
         SHEET_CONTRADICTION, 5, 0},
        {"단위,원\n추진상황,완료\n구분,확보,집행\n계,5,4\n", SHEET_COMPLETED_UNSPENT, SHEET_GAP, 4,
         5},
        {"단위,백만원\n항목,예산\n구분,2022\n가,4천원\n계,1\n", SHEET_SUM_OF_PROGRAMMES,
         SHEET_ROUNDING, MILLION, 4000},
    };
    bool seen[SHEET_RULE_COUNT] = {false};

    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        print_message("%s", WRONG[i].text);
        read_text(WRONG[i].text);
        for (size_t k = 0; k < check.count; k++) {
            show(&check.discrepancies[k]);
        }
        assert_int_equal(check.count, 1);
        assert_int_equal(check.discrepancies[0].rule, WRONG[i].rule);
        assert_int_equal(check.discrepancies[0].severity, WRONG[i].severity);
        assert_int_equal(check.discrepancies[0].printed_given, WRONG[i].printed != NOTHING);
        if (WRONG[i].printed != NOTHING) {
            assert_int_equal(check.discrepancies[0].printed, WRONG[i].printed);
        }
        assert_int_equal(check.discrepancies[0].computed, WRONG[i].computed);
        seen[WRONG[i].rule] = true;
    }
    for (size_t i = 0; i < SHEET_RULE_COUNT; i++) {
        assert_true(seen[i]);
        assert_true(strlen(sheet_rule_korean((enum sheet_rule)i)) > 0);
        assert_true(strlen(sheet_rule_english((enum sheet_rule)i)) > 0);
    }
}

struct broken {
    const char *text;
    enum sheet_fault_rule rule;
    uint32_t line;
    uint32_t column;
};

static void what_cannot_be_read_is_named_by_line_and_column(void **state)
{
    static const struct broken BROKEN[] = {
        {"단위,원\n항목,계획\n구분,2022\n가,\x01\n", SHEET_NOT_TEXT, 5, 0},
        {"단위,원\n항목,계획\n구분,2022\n가,\"1\n", SHEET_UNCLOSED_QUOTE, 5, 0},
        {"단위,원\n항목,계획\n구분,2022\n가,\"1\"2\n", SHEET_TEXT_AFTER_QUOTE, 4, 0},
        {"", SHEET_NO_TABLE, 0, 0},
        {"단위,원\n항목,계획\n", SHEET_HEADER_MISSING, 2, 0},
        {"단위,원\n항목,계획\n구분,2022\n\n", SHEET_HEADER_MISSING, 3, 0},
        {"단위,원\n항목,계획\n구분,2022\n가,1,2\n", SHEET_COLUMN_UNNAMED, 3, 3},
        {"항목,계획\n구분,2022\n가,1\n", SHEET_UNIT_MISSING, 3, 2},
        {"단위,달러\n항목,계획\n구분,2022\n가,1원\n", SHEET_UNIT_UNKNOWN, 1, 2},
        {"단위,원\n구분,2022\n가,1\n", SHEET_KIND_MISSING, 3, 2},
        {"단위,원\n항목,계획\n구분,2022\n가,\"1,23\"\n", SHEET_NOT_A_FIGURE, 4, 2},
        {"단위,원\n항목,계획\n구분,2022\n가,약 5\n", SHEET_NOT_A_FIGURE, 4, 2},
        {"단위,억원\n항목,계획\n구분,2022\n가,92233720369\n", SHEET_FIGURE_TOO_LARGE, 4, 2},
        {"단위,천원\n항목,계획\n구분,2022\n가,1.2345\n", SHEET_BELOW_ONE_WON, 4, 2},
        {"단위,원\n기준일,2023-02-30\n항목,계획\n구분,2022\n가,1\n", SHEET_NOT_A_DATE, 2, 2},
        {"단위,원\n재원종료,시비,언젠가\n항목,계획\n구분,2022\n가,1\n", SHEET_NOT_A_YEAR, 2, 3},
        {"단위,원\n재원종료,도비,2023\n항목,계획\n구분,2022\n가,1\n", SHEET_SOURCE_UNKNOWN, 2, 2},
        {"단위,원\n항목,계획\n구분,2022\n2023,1\n", SHEET_WORD_TWICE, 4, 2},
        {"단위,원\n구분,사업기간,지원기간,교부\n가,2016.11.01~2017.04.30,2016.11.01~2016.12.31,1\n",
         SHEET_WORD_TWICE, 3, 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof BROKEN / sizeof BROKEN[0]; i++) {
        print_message("%s\n", BROKEN[i].text);
        assert_int_equal(sheet_read(&sheet, BROKEN[i].text, strlen(BROKEN[i].text)), ERR_INVALID);
        assert_int_equal(sheet.fault_count, 1);
        assert_int_equal(sheet.faults[0].rule, BROKEN[i].rule);
        assert_int_equal(sheet.faults[0].line, BROKEN[i].line);
        assert_int_equal(sheet.faults[0].column, BROKEN[i].column);
        assert_true(strlen(sheet_fault_korean(sheet.faults[0].rule)) > 0);
        assert_true(strlen(sheet_fault_english(sheet.faults[0].rule)) > 0);
    }
}

/* Repeats a row until the text is as long as it should be. */
static size_t repeat(char *text, size_t length, const char *row, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        memcpy(text + length, row, strlen(row));
        length += strlen(row);
    }
    return length;
}

static void what_is_too_much_is_refused_by_name(void **state)
{
    static char text[2 * SHEET_SIZE_MAX];
    size_t length;

    (void)state;
    assert_int_equal(sheet_read(&sheet, text, SHEET_SIZE_MAX + 1), ERR_INVALID);
    assert_int_equal(sheet.faults[0].rule, SHEET_TOO_LARGE);

    length = repeat(text, 0, "\n", SHEET_ROWS_MAX + 1);
    assert_int_equal(sheet_read(&sheet, text, length), ERR_INVALID);
    assert_int_equal(sheet.faults[0].rule, SHEET_TOO_MANY_ROWS);

    length = repeat(text, 0, ",", SHEET_COLUMNS_MAX + 1);
    assert_int_equal(sheet_read(&sheet, text, length), ERR_INVALID);
    assert_int_equal(sheet.faults[0].rule, SHEET_TOO_MANY_CELLS);

    length = repeat(text, 0, "x", SHEET_CELL_LENGTH_MAX + 1);
    assert_int_equal(sheet_read(&sheet, text, length), ERR_INVALID);
    assert_int_equal(sheet.faults[0].rule, SHEET_CELL_TOO_LONG);

    length = repeat(text, 0, "항목,계획\n단위,원\n구분,2022\n가,1\n\n", SHEET_TABLES_MAX + 1);
    assert_int_equal(sheet_read(&sheet, text, length), ERR_INVALID);
    assert_int_equal(sheet.faults[0].rule, SHEET_TOO_MANY_TABLES);

    length = repeat(text, 0, "구분,가\n,나\n,다\n,라\n,마\n바,1원\n", 1);
    assert_int_equal(sheet_read(&sheet, text, length), ERR_INVALID);
    assert_int_equal(sheet.faults[0].rule, SHEET_TOO_MANY_HEADERS);

    length = repeat(text, 0, "항목,계획\n단위,원\n구분,2022\n", 1);
    for (unsigned i = 0; i < SHEET_NAMES_MAX; i++) {
        length += (size_t)snprintf(text + length, 32, "사업%u,1\n", i);
    }
    assert_int_equal(sheet_read(&sheet, text, length), ERR_INVALID);
    assert_int_equal(sheet.faults[0].rule, SHEET_TOO_MANY_NAMES);
}

static void figures_are_read_and_printed_exactly(void **state)
{
    static const struct {
        const char *text;
        enum sheet_unit unit;
        int64_t amount;
        int64_t step;
    } GOOD[] = {
        {"0", SHEET_WON, 0, 1},
        {"1,956", SHEET_MILLION, 1956 * MILLION, MILLION},
        {"1956", SHEET_MILLION, 1956 * MILLION, MILLION},
        {"5.7", SHEET_MILLION, 5700000, 100000},
        {"0.3", SHEET_HUNDRED_MILLION, 30 * MILLION, 10 * MILLION},
        {"1.00000001", SHEET_HUNDRED_MILLION, HUNDRED_MILLION + 1, 1},
        {"3.90", SHEET_MILLION, 3900000, 10000},
        {"200,000천원", SHEET_WON, 200000 * THOUSAND, THOUSAND},
        {"9억원", SHEET_THOUSAND, 9 * HUNDRED_MILLION, HUNDRED_MILLION},
        {"△30", SHEET_THOUSAND, -30000, 1000},
        {"▲1,030", SHEET_WON, -1030, 1},
        {"-5", SHEET_WON, -5, 1},
        {"9,223,372,036,854,775,807", SHEET_WON, INT64_MAX, 1},
    };

    static const char *const BAD[] = {"",    "1,23", "12,3456", ",1", "1,",   "01",
                                      "1.",  ".5",   "1 ",      "+1", "--1",  "-0",
                                      "1e3", "1천",  "1 원",    "△",  "1,,0", "1,000,00"};
    char text[SHEET_NUMBER_SIZE];
    struct sheet_print print;
    int64_t amount;
    int64_t step;

    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        assert_int_equal(sheet_number_parse(GOOD[i].text, GOOD[i].unit, &amount, &step, &print),
                         ERR_OK);
        assert_int_equal(amount, GOOD[i].amount);
        assert_int_equal(step, GOOD[i].step);
        sheet_number_format(amount, GOOD[i].unit, &print, text);
        assert_string_equal(text, GOOD[i].text);
    }
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        assert_int_equal(sheet_number_parse(BAD[i], SHEET_WON, &amount, &step, &print),
                         ERR_INVALID);
    }
    assert_int_equal(sheet_number_parse("0.1", SHEET_WON, &amount, &step, &print), ERR_CONFLICT);
    assert_int_equal(sheet_number_parse("9223372036854775808", SHEET_WON, &amount, &step, &print),
                     ERR_FULL);
    sheet_number_show(899976 * THOUSAND, SHEET_HUNDRED_MILLION, text);
    assert_string_equal(text, "8.99976");
    sheet_number_show(-1037 * MILLION, SHEET_MILLION, text);
    assert_string_equal(text, "-1,037");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_says_just_what_is_wrong_with_it),
        cmocka_unit_test(every_table_comes_out_again_figure_for_figure),
        cmocka_unit_test(rates_are_those_of_the_documents),
        cmocka_unit_test(missing_is_never_zero),
        cmocka_unit_test(each_rule_finds_what_breaks_it),
        cmocka_unit_test(what_cannot_be_read_is_named_by_line_and_column),
        cmocka_unit_test(what_is_too_much_is_refused_by_name),
        cmocka_unit_test(figures_are_read_and_printed_exactly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
