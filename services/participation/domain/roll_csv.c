/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of roll_csv.h: bytes become fields, fields lines. What the columns
 * mean is in roll_csv_rows.c. It must never read behind a fault that changes
 * what the next byte means: such a line is left out up to its end.
 */
#include "participation/domain/roll_csv.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/roll_csv_rows.h"

enum state {
    STATE_START, /* of a field */
    STATE_PLAIN,
    STATE_QUOTED,
    STATE_QUOTE, /* a quote within quotes: the end, or the first of two */
};

static const unsigned char MARK[] = {0xef, 0xbb, 0xbf};

static void take_first(struct roll_csv *csv, unsigned char byte);
static void take_byte(struct roll_csv *csv, unsigned char byte);
static void take_in_line(struct roll_csv *csv, unsigned char byte);
static void field_put(struct roll_csv *csv, unsigned char byte);
static void field_end(struct roll_csv *csv);
static void line_end(struct roll_csv *csv);
static void line_break(struct roll_csv *csv, enum roll_csv_rule rule);

void roll_csv_init(struct roll_csv *csv, const struct ballot_definition *definition,
                   roll_csv_fault_fn *on_fault, void *context)
{
    assert(definition->area_count <= BALLOT_AREA_MAX);
    assert(on_fault != NULL);

    memset(csv, 0, sizeof *csv);
    csv->definition = definition;
    csv->on_fault = on_fault;
    csv->context = context;
    csv->roll.count = roll_area_count(definition);
    csv->line = 1;
    csv->area_column = -1;
    csv->voters_column = -1;
}

enum err roll_csv_feed(struct roll_csv *csv, const void *bytes, size_t length)
{
    const unsigned char *next = bytes;

    assert(csv->definition != NULL);
    assert(bytes != NULL || length == 0);

    for (size_t i = 0; i < length && !csv->stopped; i++) {
        if (csv->started) {
            take_byte(csv, next[i]);
        } else {
            take_first(csv, next[i]);
        }
    }
    return csv->stopped ? ERR_INVALID : ERR_OK;
}

enum err roll_csv_finish(struct roll_csv *csv, struct roll *ret)
{
    assert(csv->definition != NULL);
    assert(ret != NULL);

    for (size_t i = 0; !csv->started && i < csv->bom && i < sizeof MARK; i++) {
        take_byte(csv, MARK[i]); /* The beginning of a mark, and nothing more. */
    }
    if (!csv->stopped && csv->state == STATE_QUOTED && !csv->line_broken) {
        line_break(csv, ROLL_CSV_QUOTE_OPEN);
    }
    if (!csv->stopped && csv->line_length > 0) {
        line_end(csv);
    }
    if (!csv->stopped) {
        roll_csv_file_end(csv);
    }
    if (csv->stopped || csv->faults > 0) {
        return ERR_INVALID;
    }
    assert(roll_total(&csv->roll) > 0);
    *ret = csv->roll;
    return ERR_OK;
}

uint64_t roll_csv_rows(const struct roll_csv *csv)
{
    assert(csv != NULL);
    assert(csv->rows <= ROLL_CSV_LINE_MAX);

    return csv->rows;
}

uint64_t roll_csv_faults(const struct roll_csv *csv)
{
    assert(csv != NULL);
    assert(csv->faults <= ROLL_CSV_FAULT_MAX);

    return csv->faults;
}

void roll_csv_say(struct roll_csv *csv, const struct roll_csv_fault *fault)
{
    assert(fault->rule < ROLL_CSV_RULE_END);
    assert(fault->field != NULL && fault->value != NULL);

    if (csv->stopped) {
        return;
    }
    if (csv->faults == ROLL_CSV_FAULT_MAX) {
        const struct roll_csv_fault last = {
            .rule = ROLL_CSV_FAULTS_TOO_MANY, .line = csv->line, .field = "", .value = ""};

        csv->stopped = true;
        csv->on_fault(csv->context, &last);
        return;
    }
    csv->faults++;
    csv->on_fault(csv->context, fault);
}

/* The first bytes may be a byte order mark, which is no part of the first field. */
static void take_first(struct roll_csv *csv, unsigned char byte)
{
    const unsigned met = csv->bom;

    assert(!csv->started);
    assert(met < sizeof MARK);

    if (byte == MARK[met]) {
        csv->bom++;
        csv->started = csv->bom == sizeof MARK;
        return;
    }
    csv->started = true;
    for (unsigned i = 0; i < met; i++) {
        take_byte(csv, MARK[i]);
    }
    take_byte(csv, byte);
}

static void take_byte(struct roll_csv *csv, unsigned char byte)
{
    const bool second_of_two = csv->after_cr && byte == '\n';

    assert(csv->line >= 1);
    assert(csv->state <= STATE_QUOTE);

    csv->after_cr = byte == '\r';
    if (second_of_two) {
        return;
    }
    if (csv->line > ROLL_CSV_LINE_MAX) {
        roll_csv_say(csv, &(const struct roll_csv_fault){
                              .rule = ROLL_CSV_LINES_TOO_MANY, .field = "", .value = ""});
        csv->stopped = true;
        return;
    }
    if (byte == '\n' || byte == '\r') {
        /* No column of a roll can hold a line's end: a quote that is still open was forgotten, and
         * without it the next line is as good as any. */
        if (csv->state == STATE_QUOTED && !csv->line_broken) {
            line_break(csv, ROLL_CSV_QUOTE_OPEN);
        }
        line_end(csv);
        return;
    }
    csv->line_length++;
    if (csv->line_broken) {
        return;
    }
    if (csv->line_length > ROLL_CSV_LENGTH_MAX) {
        line_break(csv, ROLL_CSV_LINE_TOO_LONG);
        return;
    }
    take_in_line(csv, byte);
}

static void take_in_line(struct roll_csv *csv, unsigned char byte)
{
    assert(!csv->line_broken);
    assert(byte != '\n' && byte != '\r');

    if (byte == '\0') {
        line_break(csv, ROLL_CSV_NOT_UTF8); /* It would end the field's text before its time. */
    } else if (csv->state == STATE_QUOTED) {
        if (byte == '"') {
            csv->state = STATE_QUOTE;
        } else {
            field_put(csv, byte);
        }
    } else if (byte == ',') {
        field_end(csv);
    } else if (byte == '"' && csv->state == STATE_START) {
        csv->state = STATE_QUOTED;
    } else if (byte == '"' && csv->state == STATE_QUOTE) {
        field_put(csv, byte);
        csv->state = STATE_QUOTED;
    } else if (byte == '"' || csv->state == STATE_QUOTE) {
        line_break(csv, ROLL_CSV_QUOTE_MISPLACED);
    } else {
        field_put(csv, byte);
        csv->state = STATE_PLAIN;
    }
}

static void field_put(struct roll_csv *csv, unsigned char byte)
{
    assert(csv->field_length < ROLL_CSV_LENGTH_MAX);
    assert(!csv->line_broken);

    if (csv->field_length < sizeof csv->field - 1) {
        csv->field[csv->field_length] = (char)byte;
    }
    csv->field_length++;
}

static void field_end(struct roll_csv *csv)
{
    const size_t kept =
        csv->field_length < sizeof csv->field - 1 ? csv->field_length : sizeof csv->field - 1;

    assert(kept < sizeof csv->field);
    assert(csv->field_count < ROLL_CSV_LENGTH_MAX);

    csv->field[kept] = '\0';
    csv->has_text = csv->has_text || csv->field_length > 0;
    roll_csv_field_end(csv);
    csv->field_count++;
    csv->field_length = 0;
    csv->state = STATE_START;
}

static void line_end(struct roll_csv *csv)
{
    assert(csv->line >= 1 && csv->line <= ROLL_CSV_LINE_MAX);
    assert(!csv->stopped || csv->line_broken);

    if (!csv->line_broken && csv->line_length > 0) {
        field_end(csv);
        roll_csv_line_end(csv);
    }
    if (csv->line_broken && !csv->has_header) {
        csv->stopped = true; /* Without its header nothing of the file means anything. */
    }
    csv->line++;
    csv->line_length = 0;
    csv->field_length = 0;
    csv->field_count = 0;
    csv->state = STATE_START;
    csv->line_broken = false;
    csv->has_text = false;
}

static void line_break(struct roll_csv *csv, enum roll_csv_rule rule)
{
    assert(!csv->line_broken);
    assert(csv->line_length > 0);

    csv->line_broken = true;
    roll_csv_say(csv, &(const struct roll_csv_fault){
                          .rule = rule, .line = csv->line, .field = "", .value = ""});
}
