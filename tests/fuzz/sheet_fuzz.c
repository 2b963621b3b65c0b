/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a budget sheet: it is refused and says why, or every figure
 * comes out as it was printed, the sheet written anew is the same sheet with
 * the same discrepancies, and written once more the same bytes.
 */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "ledger/domain/sheet.h"
#include "ledger/domain/sheet_check.h"
#include "ledger/domain/sheet_entry.h"
#include "ledger/domain/sheet_write.h"

struct written {
    char bytes[2 * SHEET_SIZE_MAX];
    size_t length;
};

static struct sheet sheet;
static struct sheet again;
static struct sheet_check check;
static struct sheet_check check_again;
static struct sheet_entries entries;
static struct written first;
static struct written second;

static void put(void *context, const char *bytes, size_t length)
{
    struct written *written = context;

    assert(written->length + length <= sizeof written->bytes);
    memcpy(written->bytes + written->length, bytes, length);
    written->length += length;
}

static void assert_printed_as_it_was(const struct sheet_figure *figure)
{
    char number[SHEET_NUMBER_SIZE];
    const char *text = sheet_cell_text(&sheet, figure->row, figure->column);

    assert((text[0] == '\0') == (figure->state == SHEET_MISSING));
    assert(strcmp(text, sheet_write_cell(&sheet, figure->row, figure->column, number)) == 0);
}

static void assert_same_figures(void)
{
    assert(again.figure_count == sheet.figure_count);
    assert(again.table_count == sheet.table_count);
    for (size_t i = 0; i < sheet.figure_count; i++) {
        const struct sheet_figure *left = &sheet.figures[i];
        const struct sheet_figure *right = &again.figures[i];

        assert_printed_as_it_was(left);
        assert(left->state == right->state && left->amount == right->amount);
        assert(left->place.kind == right->place.kind && left->place.year == right->place.year);
        assert(left->place.source == right->place.source);
        assert(left->place.programme == right->place.programme);
        assert(left->place.item == right->place.item);
    }
}

static void assert_same_discrepancies(void)
{
    sheet_check_run(&sheet, &check);
    sheet_check_run(&again, &check_again);
    assert(check.count == check_again.count);
    for (size_t i = 0; i < sheet_check_kept(&check); i++) {
        assert(check.discrepancies[i].rule == check_again.discrepancies[i].rule);
        assert(check.discrepancies[i].severity == check_again.discrepancies[i].severity);
        assert(check.discrepancies[i].computed == check_again.discrepancies[i].computed);
        assert(strlen(sheet_rule_code(check.discrepancies[i].rule)) > 0);
    }
}

/* Whatever is posted is a line of the ledger and an amount; whatever is not has a reason. */
static void assert_posted_or_refused(bool implied)
{
    const struct sheet_entry_options options = {
        .source = FUNDING_SOURCE_OTHER,
        .programme = "p",
        .implied = implied,
        .despite = implied,
    };
    enum err err = sheet_entries_make(&sheet, &check, &options, &entries);

    assert(err == ERR_OK || err == ERR_INVALID);
    assert((entries.count > 0) == !err);
    if (err) {
        assert(strlen(sheet_refusal_code(entries.refusal.rule)) > 0);
    }
    for (size_t i = 0; i < entries.count; i++) {
        const struct line *line = &entries.entries[i].line;
        assert(entries.entries[i].amount_krw > 0);
        assert(line->fiscal_year >= FISCAL_YEAR_MIN && line->fiscal_year <= FISCAL_YEAR_MAX);
        assert(programme_valid(line->programme));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum err err = sheet_read(&sheet, (const char *)data, size);

    assert(err == ERR_OK || (err == ERR_INVALID && sheet.fault_count > 0));
    if (err) {
        for (size_t i = 0; i < sheet.fault_count && i < SHEET_FAULTS_MAX; i++) {
            assert(strlen(sheet_fault_code(sheet.faults[i].rule)) > 0);
        }
        return 0;
    }
    first.length = 0;
    second.length = 0;
    sheet_write(&sheet, put, &first);
    err = sheet_read(&again, first.bytes, first.length);
    assert(err == ERR_OK);
    assert_same_figures();
    assert_same_discrepancies();
    assert_posted_or_refused(false);
    assert_posted_or_refused(true);
    sheet_write(&again, put, &second);
    assert(first.length == second.length);
    assert(memcmp(first.bytes, second.bytes, first.length) == 0);
    return 0;
}
