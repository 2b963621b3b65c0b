/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sheet calls its rows and columns, and that a name too long is cut at a
 * character.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/domain/sheet_name.h"
#include "ledger/domain/text.h"

static void rows_and_columns_are_called_what_the_sheet_calls_them(void **state)
{
    static const char TEXT[] =
        "표,예산\n단위,백만원\n사업,재원,2022년,\n,,계획,확보\n협치 기반,시비,1.5,\n";
    static struct sheet sheet;
    char name[SHEET_NAME_SIZE];

    (void)state;
    assert_int_equal(sheet_read(&sheet, TEXT, sizeof TEXT - 1), ERR_OK);
    assert_int_equal(sheet.figure_count, 2);
    sheet_row_name(&sheet, sheet.figures[0].row, name);
    assert_string_equal(name, "협치 기반 시비");
    sheet_column_name(&sheet, sheet.figures[0].row, sheet.figures[0].column, name);
    assert_string_equal(name, "2022년 계획");
    sheet_column_name(&sheet, sheet.figures[1].row, sheet.figures[1].column, name);
    assert_string_equal(name, "2022년 확보");
    assert_string_equal(sheet_table_name(&sheet, sheet.figures[0].row), "예산");
    assert_string_equal(sheet_state_code(sheet.figures[0].state), "given");
    assert_string_equal(sheet_state_code(sheet.figures[1].state), "missing");
}

static void a_name_too_long_is_cut_at_a_character(void **state)
{
    (void)state;
    for (size_t size = 1; size < 24; size++) {
        char name[24] = "";
        sheet_name_append(name, size, "가나x다");
        sheet_name_append(name, size, "");
        assert_true(strlen(name) < size);
        assert_true(text_valid(name));
        assert_memory_equal(name, "가나x다", strlen(name));
        sheet_name_append(name, size, "라마");
        assert_true(strlen(name) < size);
        assert_true(text_valid(name));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_columns_are_called_what_the_sheet_calls_them),
        cmocka_unit_test(a_name_too_long_is_cut_at_a_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
