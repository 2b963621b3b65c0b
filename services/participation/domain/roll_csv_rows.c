/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of a roll, line by line. A line that has a fault must never count
 * for anything.
 */
#include "participation/domain/roll_csv_rows.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/encode.h"

#define COLUMN_AREA   "area"
#define COLUMN_VOTERS "voters"

static void header_field(struct roll_csv *csv);
static void header_end(struct roll_csv *csv);
static void row_end(struct roll_csv *csv);
static bool read_area(struct roll_csv *csv, size_t *ret_place);
static bool read_voters(struct roll_csv *csv, int64_t *ret_voters);
static void add(struct roll_csv *csv, size_t place, int64_t voters);
static void refuse(struct roll_csv *csv, enum roll_csv_rule rule, const char *field,
                   const char *value);
static void cut_to_characters(char *text, size_t length);

void roll_csv_field_end(struct roll_csv *csv)
{
    const int place = (int)csv->field_count;

    assert(strlen(csv->field) < sizeof csv->field);
    assert(!csv->line_broken);

    if (csv->field_length >= sizeof csv->field) {
        cut_to_characters(csv->field, sizeof csv->field - 1);
    }
    if (!csv->has_header) {
        header_field(csv);
    } else if (place == csv->area_column) {
        memcpy(csv->area, csv->field, sizeof csv->area);
    } else if (place == csv->voters_column) {
        memcpy(csv->voters, csv->field, sizeof csv->voters);
    }
}

void roll_csv_line_end(struct roll_csv *csv)
{
    assert(csv->field_count >= 1);
    assert(!csv->line_broken);

    /* What a spreadsheet leaves below its last row. */
    if (!csv->has_text) {
        csv->has_unnamed = csv->has_header && csv->has_unnamed;
        return;
    }
    if (csv->has_header) {
        row_end(csv);
    } else {
        header_end(csv);
    }
}

void roll_csv_file_end(struct roll_csv *csv)
{
    const bool areas = csv->definition->area_count > 0;

    assert(!csv->stopped);
    assert(csv->roll.count == roll_area_count(csv->definition));

    csv->line = 0; /* What follows is about no line. */
    if (!csv->has_header) {
        refuse(csv, ROLL_CSV_HEADER_MISSING, "", "");
        return;
    }
    for (size_t i = 0; areas && i < csv->roll.count; i++) {
        if (csv->first_line[i] == 0) {
            refuse(csv, ROLL_CSV_AREA_MISSING, COLUMN_AREA, csv->definition->areas[i]);
        }
    }
    if (csv->faults == 0 && roll_total(&csv->roll) == 0) {
        refuse(csv, ROLL_CSV_NOBODY, csv->voters_column >= 0 ? COLUMN_VOTERS : "", "");
    }
}

static bool names(const char *field, const char *english, const char *korean)
{
    assert(field != NULL);
    assert(english != NULL && korean != NULL);

    return strcmp(field, english) == 0 || strcmp(field, korean) == 0;
}

static void header_field(struct roll_csv *csv)
{
    int *column = NULL;

    assert(!csv->has_header);
    assert(csv->field_count < ROLL_CSV_LENGTH_MAX);

    if (csv->field[0] == '\0') {
        csv->has_unnamed = true;
        return;
    }
    if (!encode_text_valid(csv->field, strlen(csv->field))) {
        refuse(csv, ROLL_CSV_NOT_UTF8, "", "");
        return;
    }
    if (names(csv->field, COLUMN_AREA, "지역")) {
        column = &csv->area_column;
    } else if (names(csv->field, COLUMN_VOTERS, "유권자수")) {
        column = &csv->voters_column;
    }
    if (column == NULL) {
        refuse(csv, ROLL_CSV_COLUMN_UNKNOWN, "", csv->field);
    } else if (*column >= 0) {
        refuse(csv, ROLL_CSV_COLUMN_REPEATED, "", csv->field);
    } else {
        *column = (int)csv->field_count;
    }
}

static void header_end(struct roll_csv *csv)
{
    const bool areas = csv->definition->area_count > 0;

    assert(csv->has_text);
    assert(csv->area_column < (int)csv->field_count && csv->voters_column < (int)csv->field_count);

    if (csv->has_unnamed) {
        refuse(csv, ROLL_CSV_COLUMN_UNKNOWN, "", "");
    }
    if (csv->area_column < 0 && (areas || csv->voters_column < 0) && csv->faults == 0) {
        refuse(csv, ROLL_CSV_COLUMN_MISSING, areas ? COLUMN_AREA : COLUMN_VOTERS, "");
    }
    csv->has_header = true;
    csv->column_count = csv->field_count;
    csv->stopped = csv->stopped || csv->faults > 0;
}

static void row_end(struct roll_csv *csv)
{
    int64_t voters = 1;
    size_t place = 0;
    bool has_area;
    bool has_voters;

    assert(csv->has_header);
    assert(csv->column_count >= 1);

    csv->rows++;
    if (csv->field_count != csv->column_count) {
        refuse(csv, ROLL_CSV_FIELD_COUNT, "", "");
        return;
    }
    has_area = csv->area_column < 0 || read_area(csv, &place);
    has_voters = csv->voters_column < 0 || read_voters(csv, &voters);
    if (has_area && has_voters) {
        add(csv, place, voters);
    }
}

static bool read_area(struct roll_csv *csv, size_t *ret_place)
{
    const struct ballot_definition *definition = csv->definition;
    size_t place = 0;

    assert(csv->area_column >= 0);
    assert(ret_place != NULL);

    if (csv->area[0] == '\0') {
        refuse(csv, ROLL_CSV_FIELD_EMPTY, COLUMN_AREA, "");
        return false;
    }
    if (!encode_text_valid(csv->area, strlen(csv->area))) {
        refuse(csv, ROLL_CSV_NOT_UTF8, COLUMN_AREA, "");
        return false;
    }
    if (definition->area_count > 0) {
        place = ballot_area_find(definition, csv->area);
        if (place == definition->area_count) {
            refuse(csv, ROLL_CSV_AREA_UNKNOWN, COLUMN_AREA, csv->area);
            return false;
        }
        if (csv->voters_column >= 0 && csv->first_line[place] > 0) {
            refuse(csv, ROLL_CSV_AREA_REPEATED, COLUMN_AREA, csv->area);
            return false;
        }
    }
    /* Also of a line whose number is wrong: it is not missing besides. */
    csv->first_line[place] = csv->first_line[place] > 0 ? csv->first_line[place] : csv->line;
    *ret_place = place;
    return true;
}

static bool read_voters(struct roll_csv *csv, int64_t *ret_voters)
{
    const bool valid = encode_text_valid(csv->voters, strlen(csv->voters));
    int64_t voters = 0;

    assert(csv->voters_column >= 0);
    assert(ret_voters != NULL);

    if (csv->voters[0] == '\0') {
        refuse(csv, ROLL_CSV_FIELD_EMPTY, COLUMN_VOTERS, "");
        return false;
    }
    for (const char *digit = csv->voters; *digit != '\0'; digit++) {
        if (*digit < '0' || *digit > '9') {
            refuse(csv, valid ? ROLL_CSV_NOT_A_NUMBER : ROLL_CSV_NOT_UTF8, COLUMN_VOTERS,
                   valid ? csv->voters : "");
            return false;
        }
        voters = voters > ROLL_VOTERS_MAX ? voters : 10 * voters + (*digit - '0');
    }
    if (voters > ROLL_VOTERS_MAX) {
        refuse(csv, ROLL_CSV_NUMBER_TOO_LARGE, COLUMN_VOTERS, csv->voters);
        return false;
    }
    *ret_voters = voters;
    return true;
}

static void add(struct roll_csv *csv, size_t place, int64_t voters)
{
    assert(place < csv->roll.count);
    assert(voters >= 0 && voters <= ROLL_VOTERS_MAX);

    if (voters > ROLL_VOTERS_MAX - csv->roll.voters[place]) {
        refuse(csv, ROLL_CSV_NUMBER_TOO_LARGE,
               csv->voters_column >= 0 ? COLUMN_VOTERS : COLUMN_AREA, "");
        return;
    }
    csv->roll.voters[place] += voters;
}

static void refuse(struct roll_csv *csv, enum roll_csv_rule rule, const char *field,
                   const char *value)
{
    assert(field != NULL);
    assert(value != NULL);

    roll_csv_say(csv, &(const struct roll_csv_fault){
                          .rule = rule, .line = csv->line, .field = field, .value = value});
}

/* Takes off a character that was cut in two at the end. */
static void cut_to_characters(char *text, size_t length)
{
    size_t end = length;

    assert(text[length] == '\0');
    assert(length >= 4);

    while (end > length - 4 && ((unsigned char)text[end - 1] & 0xc0U) == 0x80U) {
        end--;
    }
    if (end > 0 && ((unsigned char)text[end - 1] & 0xc0U) == 0xc0U) {
        text[end - 1] = '\0';
    }
}
