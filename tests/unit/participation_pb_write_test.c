/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing .pb files: quotes only where they are needed, and nothing changed by
 * being written and read again.
 */
#include "../support/participation_help.h"

#include "participation/domain/pb_write.h"

#define TEXT_MAX 65536

static struct pb_cell cell(const char *text)
{
    return (struct pb_cell){.text = text, .length = strlen(text)};
}

static void only_cells_that_need_them_get_quotes(void **state)
{
    const struct pb_cell cells[] = {
        cell("마을 정원"), cell(""),    cell("a;b"), cell("\""),
        cell("두\r\n줄"),  cell("a,b"), cell(""),
    };
    struct text text;

    (void)state;
    text_init(&text, TEXT_MAX);
    pb_write_row(&text, cells, sizeof cells / sizeof cells[0]);
    pb_write_pair(&text, "description", "\"말\"; 글");
    pb_write_pair(&text, "comment", "");
    pb_write_number(&text, "budget", -1200);
    assert_int_equal(text_err(&text), ERR_OK);
    assert_string_equal(text_bytes(&text),
                        "마을 정원;;\"a;b\";\"\"\"\";\"두\r\n줄\";a,b;\n"
                        "description;\"\"\"말\"\"; 글\"\n"
                        "budget;-1200\n");
    assert_int_equal(text_length(&text), strlen(text_bytes(&text)));
    text_release(&text);
}

static enum err take_row(void *context, const struct pb_row *row)
{
    pb_write_row(context, row->cells, row->count);
    return ERR_OK;
}

static void rewrite(const char *bytes, struct text *text)
{
    const struct pb_options options = {.on_row = take_row, .context = text};
    struct pb *pb = NULL;

    text_init(text, TEXT_MAX);
    assert_int_equal(pb_new(&options, &pb), ERR_OK);
    assert_int_equal(help_feed(pb, bytes, strlen(bytes), 7), ERR_OK);
    assert_int_equal(text_err(text), ERR_OK);
    pb_free(pb);
}

static void a_file_is_written_in_one_form_whatever_form_it_had(void **state)
{
    static const char ODD[] =
        "\xef\xbb\xbfmeta;\r\n"
        "value; \"key\" ;note\r\n\r\n"
        "100;budget\r\n"
        "approval;vote_type;\"x\"\r\n"
        "PROJECTS\r\ncost;project_id;own\r\n10;\"BO;1\";\"it\"\"s\"\r\n"
        "VOTES\r\nvoter_id;vote;extra\r\n1;BO\r\n2;;z";
    static const char PLAIN[] =
        "meta;\nvalue;key;note\n100;budget\napproval;vote_type;x\n"
        "PROJECTS\ncost;project_id;own\n10;\"BO;1\";\"it\"\"s\"\n"
        "VOTES\nvoter_id;vote;extra\n1;BO\n2;;z\n";
    struct text once;
    struct text twice;

    (void)state;
    rewrite(ODD, &once);
    assert_string_equal(text_bytes(&once), PLAIN);
    rewrite(text_bytes(&once), &twice);
    assert_string_equal(text_bytes(&twice), PLAIN);
    text_release(&once);
    text_release(&twice);
}

static void count_fault(void *context, const struct pb_fault *fault)
{
    uint64_t *last_line = context;

    assert_int_equal(fault->rule, PB_OPTION_UNKNOWN);
    assert_true(fault->line == *last_line + 1);
    *last_line = fault->line;
}

static void every_fault_is_told_also_beyond_those_that_are_kept(void **state)
{
    enum { FAULTS = 3 * PB_FAULTS_MAX };

    uint64_t line = 8;
    const struct pb_options options = {.on_fault = count_fault, .context = &line};
    struct text text;
    struct pb *pb = NULL;
    size_t kept;

    (void)state;
    text_init(&text, TEXT_MAX);
    text_add(&text,
             "META\nkey;value\nbudget;1\nvote_type;approval\nPROJECTS\nproject_id;cost\n"
             "VOTES\nvote;voter_id\n");
    for (int i = 0; i < FAULTS; i++) {
        const char voter[] = {(char)('a' + i / 26), (char)('a' + i % 26), '\0'};

        pb_write_pair(&text, "x", voter);
    }
    assert_int_equal(text_err(&text), ERR_OK);
    assert_int_equal(pb_new(&options, &pb), ERR_OK);
    assert_int_equal(help_feed(pb, text_bytes(&text), text_length(&text), TEXT_MAX), ERR_OK);
    assert_true(line == 8 + FAULTS);
    assert_true(pb_fault_count(pb, PB_CONTRADICTION) == FAULTS);
    (void)pb_faults(pb, &kept);
    assert_int_equal(kept, PB_FAULTS_MAX);
    pb_free(pb);
    text_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_cells_that_need_them_get_quotes),
        cmocka_unit_test(a_file_is_written_in_one_form_whatever_form_it_had),
        cmocka_unit_test(every_fault_is_told_also_beyond_those_that_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
