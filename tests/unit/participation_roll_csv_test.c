/* SPDX-License-Identifier: Apache-2.0 */
/*
 * participation/domain/roll_csv: rolls in every form that spreadsheets write,
 * and every fault named by its line and column, the same however the bytes are
 * cut.
 */
#include "../support/participation_fixture.h"

#include "participation/domain/roll_csv.h"

#include <stdio.h>

#define MARK "\xef\xbb\xbf"

struct said {
    char text[200000];
    size_t length;
};

static void on_fault(void *context, const struct roll_csv_fault *fault)
{
    struct said *all = context;
    int length =
        snprintf(all->text + all->length, sizeof all->text - all->length, "%u %s %s %s\n",
                 (unsigned)fault->line, fault->field, fault->value, roll_csv_code(fault->rule));

    assert_true(length > 0 && (size_t)length < sizeof all->text - all->length);
    all->length += (size_t)length;
}

static enum err read_cut(const struct ballot_definition *definition, const char *text,
                         size_t length, size_t piece, struct roll *ret_roll, struct said *ret_said)
{
    struct roll_csv csv;
    enum err err = ERR_OK;

    ret_said->length = 0;
    ret_said->text[0] = '\0';
    roll_csv_init(&csv, definition, on_fault, ret_said);
    for (size_t at = 0; at < length && !err; at += piece) {
        err = roll_csv_feed(&csv, text + at, length - at < piece ? length - at : piece);
    }
    err = roll_csv_finish(&csv, ret_roll);
    assert_int_equal(err == ERR_OK, roll_csv_faults(&csv) == 0);
    return err;
}

/* Reads text that has NULs, cut in every way; all must say the same. */
static enum err read_bytes(const struct ballot_definition *definition, const char *text,
                           size_t length, struct roll *ret_roll, struct said *ret_said)
{
    static struct said other;
    enum err err = read_cut(definition, text, length, length + 1, ret_roll, ret_said);

    for (size_t piece = 1; piece < 9; piece++) {
        struct roll again = {0};

        assert_int_equal(read_cut(definition, text, length, piece, &again, &other), err);
        assert_string_equal(other.text, ret_said->text);
        if (!err) {
            assert_int_equal(again.count, ret_roll->count);
            assert_memory_equal(again.voters, ret_roll->voters, again.count * sizeof(int64_t));
        }
    }
    return err;
}

static struct said said;

static void assert_roll(const char *text, int64_t first, int64_t second)
{
    struct fixture fixture;
    struct roll roll = {0};

    fixture_init(&fixture);
    if (read_bytes(&fixture.definition, text, strlen(text), &roll, &said) != ERR_OK) {
        fail_msg("%s\nwas refused:\n%s", text, said.text);
    }
    assert_int_equal(roll.count, 2);
    assert_true(roll.voters[0] == first && roll.voters[1] == second);
}

static void assert_faults(const char *text, const char *expected)
{
    struct fixture fixture;
    struct roll roll = {.count = 77};

    fixture_init(&fixture);
    assert_int_equal(read_bytes(&fixture.definition, text, strlen(text), &roll, &said),
                     ERR_INVALID);
    assert_string_equal(said.text, expected);
    assert_int_equal(roll.count, 77);
}

static void every_form_that_a_spreadsheet_writes_is_the_same_roll(void **state)
{
    static const char *const SAME[] = {
        "area,voters\n성수1가1동,120\n왕십리2동,80\n",
        "area,voters\r\n성수1가1동,120\r\n왕십리2동,80\r\n",
        "area,voters\r성수1가1동,120\r왕십리2동,80\r",
        MARK "area,voters\n성수1가1동,120\n왕십리2동,80",
        MARK "\"area\",\"voters\"\r\n\"성수1가1동\",\"120\"\r\n왕십리2동,\"80\"\r\n",
        "voters,area\n80,왕십리2동\n120,성수1가1동\n",
        "지역,유권자수\n왕십리2동,80\n성수1가1동,120\n",
        "\n\narea,voters\n\n성수1가1동,120\n,\n왕십리2동,080\n\n,\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof SAME / sizeof SAME[0]; i++) {
        assert_roll(SAME[i], 120, 80);
    }
    assert_roll("area,voters\n성수1가1동,0\n왕십리2동,1\n", 0, 1);
    assert_roll("area,voters\n성수1가1동,100000000\n왕십리2동,1\n", ROLL_VOTERS_MAX, 1);
}

static void without_numbers_every_line_is_a_person(void **state)
{
    (void)state;
    assert_roll("area\n성수1가1동\n왕십리2동\n성수1가1동\n\n\"성수1가1동\"\n", 3, 1);
}

static void a_quoted_field_may_hold_commas_and_quotes(void **state)
{
    struct fixture fixture;
    struct roll roll = {0};
    const char *text = "area,voters\n\"금호\"\"1가\"\", 2가\",5\n왕십리2동,6\n";

    (void)state;
    fixture_init(&fixture);
    fixture_text(fixture.definition.areas[0], sizeof fixture.definition.areas[0],
                 "금호\"1가\", 2가");
    assert_int_equal(read_bytes(&fixture.definition, text, strlen(text), &roll, &said), ERR_OK);
    assert_true(roll.voters[0] == 5 && roll.voters[1] == 6);
}

static void every_bad_line_is_named_and_the_good_ones_are_not(void **state)
{
    (void)state;
    assert_faults(
        "area,voters\n"
        "성수1가1동,120\n"
        "자양1동,5\n"
        "성수1가1동,7\n"
        "왕십리2동,many\n"
        "왕십리2동\n"
        "왕십리2동,1,2\n"
        ",9\n"
        "왕십리2동,\n"
        "자양1동,-1\n"
        "\"왕십리2동,3\n"
        "왕십\"리2동,3\n"
        "\"왕십리2동\"x,3\n"
        "왕십리2동,100000001\n"
        "왕십리2동,99999999999999999999999\n"
        "왕십리2동,1 000\n"
        "왕십\xff,4\n"
        "왕십리2동,\xff\n",
        "3 area 자양1동 area-unknown\n"
        "4 area 성수1가1동 area-repeated\n"
        "5 voters many not-a-number\n"
        "6   field-count\n"
        "7   field-count\n"
        "8 area  field-empty\n"
        "9 area 왕십리2동 area-repeated\n"
        "9 voters  field-empty\n"
        "10 area 자양1동 area-unknown\n"
        "10 voters -1 not-a-number\n"
        "11   quote-open\n"
        "12   quote-misplaced\n"
        "13   quote-misplaced\n"
        "14 area 왕십리2동 area-repeated\n"
        "14 voters 100000001 number-too-large\n"
        "15 area 왕십리2동 area-repeated\n"
        "15 voters 99999999999999999999999 number-too-large\n"
        "16 area 왕십리2동 area-repeated\n"
        "16 voters 1 000 not-a-number\n"
        "17 area  not-utf8\n"
        "18 area 왕십리2동 area-repeated\n"
        "18 voters  not-utf8\n");
}

static void what_only_the_whole_file_can_tell_has_no_line(void **state)
{
    (void)state;
    assert_faults("area,voters\n성수1가1동,120\n", "0 area 왕십리2동 area-missing\n");
    assert_faults("area,voters\n",
                  "0 area 성수1가1동 area-missing\n0 area 왕십리2동 area-missing\n");
    assert_faults("area,voters\n성수1가1동,0\n왕십리2동,0\n", "0 voters  nobody\n");
    assert_faults("", "0   header-missing\n");
    assert_faults("\xef", "1   not-utf8\n");
    assert_faults(MARK, "0   header-missing\n");
    assert_faults("\n , \n", "2    column-unknown\n2    column-unknown\n");
    assert_faults("\n,\n", "0   header-missing\n");
    assert_faults("area,voters\n성수1가1동,120\n왕십리2동,\"80",
                  "3   quote-open\n0 area 왕십리2동 area-missing\n");
}

static void a_header_that_is_not_understood_ends_the_reading(void **state)
{
    (void)state;
    /* A register of persons is refused before a single person of it is looked at. */
    assert_faults("성명,전화번호,area\n홍길동,010-1234-5678,성수1가1동\n",
                  "1  성명 column-unknown\n1  전화번호 column-unknown\n");
    assert_faults("성수1가1동,120\n왕십리2동,80\n",
                  "1  성수1가1동 column-unknown\n1  120 column-unknown\n");
    assert_faults("voters\n5\n", "1 area  column-missing\n");
    assert_faults("area,area\n", "1  area column-repeated\n");
    assert_faults("area,voters,\n", "1   column-unknown\n");
    assert_faults("area,지역\n", "1  지역 column-repeated\n");
    assert_faults("\"area,voters\n성수1가1동,120\n", "1   quote-open\n");
    assert_faults("\xc1\xf6\xbf\xaa,voters\n", "1   not-utf8\n"); /* 지역 as Excel's CP949. */
}

static void a_nul_never_cuts_a_field_short(void **state)
{
    static const char TEXT[] = "area,voters\n성수1가1동\0x,120\n왕십리2동,80\n";
    struct fixture fixture;
    struct roll roll = {0};

    (void)state;
    fixture_init(&fixture);
    assert_int_equal(read_bytes(&fixture.definition, TEXT, sizeof TEXT - 1, &roll, &said),
                     ERR_INVALID);
    assert_string_equal(said.text, "2   not-utf8\n0 area 성수1가1동 area-missing\n");
}

static void a_ballot_without_areas_has_one_number_for_everybody(void **state)
{
    static const char *const SAME[] = {
        "voters\n200\n",
        "area,voters\n성수1가1동,120\n자양1동,80\n",
        "area,voters\n어디든,200\n",
    };
    struct fixture fixture;
    struct roll roll = {0};

    (void)state;
    fixture_init(&fixture);
    fixture.definition.area_count = 0;
    for (size_t i = 0; i < sizeof SAME / sizeof SAME[0]; i++) {
        assert_int_equal(read_bytes(&fixture.definition, SAME[i], strlen(SAME[i]), &roll, &said),
                         ERR_OK);
        assert_int_equal(roll.count, 1);
        assert_true(roll.voters[0] == 200);
    }
    assert_int_equal(read_bytes(&fixture.definition, "voters\n", 7, &roll, &said), ERR_INVALID);
    assert_string_equal(said.text, "0 voters  nobody\n");
}

/* Reads "area" and then the text repeated; the roll's reader has no file. */
static enum err read_repeated(const char *header, const char *line, size_t count,
                              struct roll *ret_roll)
{
    struct fixture fixture;
    struct roll_csv csv;
    enum err err;

    fixture_init(&fixture);
    said.length = 0;
    said.text[0] = '\0';
    roll_csv_init(&csv, &fixture.definition, on_fault, &said);
    err = roll_csv_feed(&csv, header, strlen(header));
    for (size_t i = 0; i < count && !err; i++) {
        err = roll_csv_feed(&csv, line, strlen(line));
    }
    return roll_csv_finish(&csv, ret_roll);
}

static void after_a_thousand_faults_reading_ends_and_says_so(void **state)
{
    struct roll roll = {0};
    size_t lines = 0;

    (void)state;
    assert_int_equal(read_repeated("area\n", "자양1동\n", 5000, &roll), ERR_INVALID);
    for (const char *at = said.text; *at != '\0'; at++) {
        lines += *at == '\n';
    }
    assert_int_equal(lines, ROLL_CSV_FAULT_MAX + 1);
    assert_string_equal(strrchr(said.text, ' '), " faults-too-many\n");
}

static void a_register_of_half_a_million_lines_is_added_up(void **state)
{
    struct roll roll = {0};

    (void)state;
    assert_int_equal(read_repeated("area\n왕십리2동\n", "성수1가1동\n", 500000, &roll), ERR_OK);
    assert_true(roll.voters[0] == 500000 && roll.voters[1] == 1);
}

static void a_line_without_end_is_cut_off_and_the_next_one_read(void **state)
{
    static char text[3 * ROLL_CSV_LENGTH_MAX];
    struct fixture fixture;
    struct roll roll = {0};
    size_t length;

    (void)state;
    fixture_init(&fixture);
    length = (size_t)snprintf(text, sizeof text, "area,voters\n성수1가1동,1\n");
    memset(text + length, 'x', 2 * ROLL_CSV_LENGTH_MAX);
    length += 2 * ROLL_CSV_LENGTH_MAX;
    length += (size_t)snprintf(text + length, sizeof text - length, "\n왕십리2동,2\n자양1동,1\n");
    assert_int_equal(read_cut(&fixture.definition, text, length, 4096, &roll, &said), ERR_INVALID);
    assert_string_equal(said.text, "3   line-too-long\n5 area 자양1동 area-unknown\n");
}

/* Only so much of a field is kept that no area can be cut. */
static void a_long_field_is_unknown_and_cut_between_characters(void **state)
{
    char text[1024] = "area,voters\n성수1가1동,1\n왕십리2동,1\n";
    const size_t head = strlen(text);

    (void)state;
    for (size_t before = 0; before < 4; before++) {
        const char *value;
        struct fixture fixture;
        struct roll roll = {0};

        fixture_init(&fixture);
        memset(text + head, 'a', before);
        text[head + before] = '\0';
        for (size_t i = 0; i < 100; i++) {
            memcpy(text + strlen(text), "동", sizeof "동");
        }
        memcpy(text + strlen(text), ",1\n", sizeof ",1\n");
        assert_int_equal(read_bytes(&fixture.definition, text, strlen(text), &roll, &said),
                         ERR_INVALID);
        value = strchr(said.text, 'a') + strlen("area ");
        assert_string_equal(strrchr(said.text, ' '), " area-unknown\n");
        assert_true(encode_text_valid(value, strcspn(value, " ")));
        assert_true(strcspn(value, " ") > ROLL_CSV_FIELD_SIZE - 5);
    }
}

static void every_rule_has_a_code_and_a_sentence_in_both_languages(void **state)
{
    (void)state;
    for (int rule = 0; rule < ROLL_CSV_RULE_END; rule++) {
        const char *code = roll_csv_code((enum roll_csv_rule)rule);

        assert_true(strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(code));
        fixture_assert_texts("a", roll_csv_korean((enum roll_csv_rule)rule),
                             roll_csv_english((enum roll_csv_rule)rule));
        for (int other = 0; other < rule; other++) {
            assert_string_not_equal(code, roll_csv_code((enum roll_csv_rule)other));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_that_a_spreadsheet_writes_is_the_same_roll),
        cmocka_unit_test(without_numbers_every_line_is_a_person),
        cmocka_unit_test(a_quoted_field_may_hold_commas_and_quotes),
        cmocka_unit_test(every_bad_line_is_named_and_the_good_ones_are_not),
        cmocka_unit_test(what_only_the_whole_file_can_tell_has_no_line),
        cmocka_unit_test(a_header_that_is_not_understood_ends_the_reading),
        cmocka_unit_test(a_nul_never_cuts_a_field_short),
        cmocka_unit_test(a_ballot_without_areas_has_one_number_for_everybody),
        cmocka_unit_test(after_a_thousand_faults_reading_ends_and_says_so),
        cmocka_unit_test(a_register_of_half_a_million_lines_is_added_up),
        cmocka_unit_test(a_line_without_end_is_cut_off_and_the_next_one_read),
        cmocka_unit_test(a_long_field_is_unknown_and_cut_between_characters),
        cmocka_unit_test(every_rule_has_a_code_and_a_sentence_in_both_languages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
