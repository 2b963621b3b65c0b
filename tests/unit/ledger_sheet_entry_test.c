/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a budget sheet is posted: every line that its totals are broken down
 * to, or nothing and why.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/domain/sheet_entry.h"

#define FOLDER TEST_SOURCE_DIR "/tests/data/sheets/"

#define MILLION INT64_C(1000000)

static struct sheet sheet;
static struct sheet_check check;
static struct sheet_entries entries;

static enum err make(const char *text, size_t length, const struct sheet_entry_options *options)
{
    assert_int_equal(sheet_read(&sheet, text, length), ERR_OK);
    sheet_check_run(&sheet, &check);
    return sheet_entries_make(&sheet, &check, options, &entries);
}

static enum err make_fixture(const char *name, const struct sheet_entry_options *options)
{
    static char bytes[SHEET_SIZE_MAX];
    char path[512];
    size_t length;
    FILE *file;

    (void)snprintf(path, sizeof path, FOLDER "%s", name);
    file = fopen(path, "rb");
    assert_non_null(file);
    length = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    return make(bytes, length, options);
}

static int64_t sum_of(const char *kind, int32_t year)
{
    int64_t sum = 0;

    for (size_t i = 0; i < entries.count; i++) {
        if (strcmp(entries.entries[i].kind, kind) == 0 &&
            (year == 0 || entries.entries[i].line.fiscal_year == year)) {
            sum += entries.entries[i].amount_krw;
        }
    }
    return sum;
}

struct refused {
    const char *text;
    struct sheet_entry_options options;
    enum sheet_refusal_rule rule;
    uint32_t line; /* of the figure; 0: of the sheet as a whole */
};

static void what_does_not_fit_is_refused_by_name(void **state)
{
    static const struct refused REFUSED[] = {
        {"단위,원\n항목,계획\n구분,재원,2022,2023,계\n가,구비,1,2,4\n",
         {0},
         SHEET_REFUSED_CONTRADICTION,
         0},
        {"단위,원\n항목,계획\n구분,재원,2022,2023,계\n가,구비,1,2,4\n",
         {.despite = true},
         SHEET_REFUSED_TOTAL_ALONE,
         4},
        {"단위,원\n항목,교부\n구분,재원,2022\n가,구비,1\n", {0}, SHEET_REFUSED_KIND, 4},
        {"단위,원\n항목,계획\n구분,재원,계\n가,구비,1\n", {0}, SHEET_REFUSED_YEAR, 4},
        {"단위,원\n항목,계획\n구분,2022\n가,1\n", {0}, SHEET_REFUSED_SOURCE, 4},
        {"단위,원\n항목,계획\n구분,2022\n구비,1\n", {0}, SHEET_REFUSED_PROGRAMME, 4},
        {"단위,원\n항목,계획\n구분,2022\n구비,1\n",
         {.programme = "123456789012345678901234567890123456789012345678901234567890"
                       "1234567890123456789012345678901234567"},
         SHEET_REFUSED_PROGRAMME_NAME,
         4},
        {"단위,원\n항목,계획\n구분,,2022\n가,운영비,1\n나,운영비,1\n",
         {.source = FUNDING_SOURCE_CITY},
         SHEET_REFUSED_PROGRAMME_TWICE,
         4},
        {"단위,원\n항목,계획\n구분,재원,2022\n가,구비,△1\n", {0}, SHEET_REFUSED_NEGATIVE, 4},
        {"단위,원\n항목,계획\n사업,가\n구분,계,시비,구비\n,3,1,2\n\n항목,계획\n구분,2022,2023\n계,"
         "1,2\n",
         {0},
         SHEET_REFUSED_TOTAL_ALONE,
         5},
        {"단위,원\n구분,재원,2022 확보\n가,구비,1\n", {0}, SHEET_REFUSED_PLAN_MISSING, 3},
        {"단위,원\n구분,재원,2022 계획,2022 집행\n가,구비,2,1\n",
         {0},
         SHEET_REFUSED_SECURED_MISSING,
         3},
        {"단위,원\n구분,재원,2022 계획,2022 확보\n가,구비,1,2\n",
         {.despite = true},
         SHEET_REFUSED_STAGES,
         3},
        {"단위,원\n항목,계획\n구분,재원,2022\n가,구비,0\n나,구비,-\n",
         {0},
         SHEET_REFUSED_NOTHING,
         0},
    };
    bool seen[SHEET_REFUSAL_RULE_COUNT] = {[SHEET_REFUSED_TOO_MANY] = true}; /* below */

    (void)state;
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        print_message("%s", REFUSED[i].text);
        assert_int_equal(make(REFUSED[i].text, strlen(REFUSED[i].text), &REFUSED[i].options),
                         ERR_INVALID);
        assert_string_equal(sheet_refusal_code(entries.refusal.rule),
                            sheet_refusal_code(REFUSED[i].rule));
        assert_int_equal(entries.refusal.figure ? sheet.rows[entries.refusal.figure->row].line : 0,
                         REFUSED[i].line);
        assert_int_equal(entries.count, 0);
        seen[REFUSED[i].rule] = true;
    }
    for (size_t i = 0; i < SHEET_REFUSAL_RULE_COUNT; i++) {
        assert_true(seen[i]);
        assert_true(strlen(sheet_refusal_korean((enum sheet_refusal_rule)i)) > 0);
        assert_true(strlen(sheet_refusal_english((enum sheet_refusal_rule)i)) > 0);
    }
}

static void more_than_is_posted_together_is_refused(void **state)
{
    static char text[SHEET_SIZE_MAX];
    const struct sheet_entry_options options = {.source = FUNDING_SOURCE_CITY, .implied = true};
    size_t length = (size_t)snprintf(text, sizeof text, "단위,원\n항목,계획\n구분,2022\n");

    (void)state;
    for (unsigned i = 0; i < SHEET_ENTRIES_MAX; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "사업%u,1\n", i);
    }
    assert_int_equal(make(text, length, &options), ERR_OK);
    assert_int_equal(entries.count, SHEET_ENTRIES_MAX);
    length += (size_t)snprintf(text + length, sizeof text - length, "하나 더,1\n");
    assert_int_equal(make(text, length, &options), ERR_INVALID);
    assert_int_equal(entries.refusal.rule, SHEET_REFUSED_TOO_MANY);

    length = (size_t)snprintf(text, sizeof text, "단위,원\n항목,집행\n구분,2022\n");
    for (unsigned i = 0; i < SHEET_ENTRIES_MAX / 5 + 1; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "사업%u,1\n", i);
    }
    assert_int_equal(make(text, length, &options), ERR_INVALID);
    assert_int_equal(entries.refusal.rule, SHEET_REFUSED_TOO_MANY);
}

static void a_line_passes_through_every_stage_that_it_says(void **state)
{
    static const char TEXT[] =
        "단위,백만원\n구분,재원,2023 계획,2023 확보,2023 집행\n"
        "가,구비,6,4,3.9\n가,시비,1,1,\n계,,7,5,3.9\n";

    static const struct {
        const char *kind;
        enum funding_source source;
        int64_t amount_krw;
    } EXPECTED[] = {
        {"main_budget", FUNDING_SOURCE_DISTRICT, 6000000},
        {"securing", FUNDING_SOURCE_DISTRICT, 4000000},
        {"allotment", FUNDING_SOURCE_DISTRICT, 3900000},
        {"commitment", FUNDING_SOURCE_DISTRICT, 3900000},
        {"expenditure", FUNDING_SOURCE_DISTRICT, 3900000},
        {"main_budget", FUNDING_SOURCE_CITY, 1000000},
        {"securing", FUNDING_SOURCE_CITY, 1000000},
    };
    const struct sheet_entry_options options = {.implied = false};

    (void)state;
    assert_int_equal(make(TEXT, strlen(TEXT), &options), ERR_OK);
    assert_int_equal(entries.count, sizeof EXPECTED / sizeof EXPECTED[0]);
    for (size_t i = 0; i < entries.count; i++) {
        assert_string_equal(entries.entries[i].kind, EXPECTED[i].kind);
        assert_int_equal(entries.entries[i].line.funding_source, EXPECTED[i].source);
        assert_int_equal(entries.entries[i].line.fiscal_year, 2023);
        assert_string_equal(entries.entries[i].line.programme, "가");
        assert_int_equal(entries.entries[i].amount_krw, EXPECTED[i].amount_krw);
    }
}

static void documents_are_posted_as_far_as_they_go(void **state)
{
    const struct sheet_entry_options strict = {.programme = "p"};
    const struct sheet_entry_options implied = {.programme = "p", .implied = true, .despite = true};
    const struct sheet_entry_options city = {.source = FUNDING_SOURCE_CITY};

    (void)state;
    /* Marginals without the matrix are never made into entries. */
    assert_int_equal(make_fixture("b01_gwangjin_plan.csv", &implied), ERR_INVALID);
    assert_int_equal(entries.refusal.rule, SHEET_REFUSED_TOTAL_ALONE);
    assert_int_equal(make_fixture("b02_gwangjin_secured.csv", &implied), ERR_INVALID);
    assert_int_equal(entries.refusal.rule, SHEET_REFUSED_TOTAL_ALONE);

    /* Nine lines of the tree, and what the text rounds is no line more. */
    assert_int_equal(make_fixture("b03_seoul_2017.csv", &city), ERR_OK);
    assert_int_equal(entries.count, 9);
    assert_int_equal(sum_of("main_budget", 2017), INT64_C(4000270000));

    assert_int_equal(make_fixture("b04_innovation_grants_2016.csv", &implied), ERR_INVALID);
    assert_int_equal(entries.refusal.rule, SHEET_REFUSED_KIND);

    assert_int_equal(make_fixture("b07_geumcheon.csv", &strict), ERR_INVALID);
    assert_int_equal(entries.refusal.rule, SHEET_REFUSED_CONTRADICTION);
    assert_int_equal(make_fixture("b07_geumcheon.csv", &implied), ERR_OK);
    assert_int_equal(sum_of("main_budget", 0), 1185 * MILLION);
    assert_int_equal(sum_of("securing", 0), 885 * MILLION);
    assert_int_equal(sum_of("expenditure", 0), 405 * MILLION);
    assert_int_equal(sum_of("main_budget", 2022), 300 * MILLION);
    assert_int_equal(sum_of("securing", 2022), 0);

    assert_int_equal(make_fixture("b08_yeonsu.csv", &strict), ERR_INVALID);
    assert_int_equal(entries.refusal.rule, SHEET_REFUSED_SECURED_MISSING);
    assert_int_equal(make_fixture("b08_yeonsu.csv", &implied), ERR_OK);
    assert_int_equal(sum_of("main_budget", 0), 27 * MILLION);
    assert_int_equal(sum_of("expenditure", 0), 5700000);
    assert_int_equal(sum_of("expenditure", 2022), 1800000);

    assert_int_equal(make_fixture("b09_seongdong_sources.csv", &implied), ERR_INVALID);
    assert_int_equal(entries.refusal.rule, SHEET_REFUSED_NOTHING);
    assert_int_equal(make_fixture("b10_kinds.csv", &implied), ERR_INVALID);
    assert_int_equal(entries.refusal.rule, SHEET_REFUSED_YEAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_is_refused_by_name),
        cmocka_unit_test(more_than_is_posted_together_is_refused),
        cmocka_unit_test(a_line_passes_through_every_stage_that_it_says),
        cmocka_unit_test(documents_are_posted_as_far_as_they_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
