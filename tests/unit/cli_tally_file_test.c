/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi tally FILE.pb` without its command line: what it writes, what it
 * says, and that it says it before anything is written.
 */
#include "../support/participation_help.h"

#include "cli/tally_file.h"
#include "participation/domain/tally_json.h"

#define OWN_FOLDER TEST_SOURCE_DIR "/tests/data/"

/* What a run wrote. */
struct run {
    enum err err;
    char *output;
    char *messages;
    size_t output_length;
    size_t messages_length;
};

static struct run run(struct tally_file_options options)
{
    struct run run = {.err = ERR_OK};

    options.output = open_memstream(&run.output, &run.output_length);
    options.messages = open_memstream(&run.messages, &run.messages_length);
    assert_non_null(options.output);
    assert_non_null(options.messages);
    run.err = tally_file_run(&options);
    assert_int_equal(fclose(options.output), 0);
    assert_int_equal(fclose(options.messages), 0);
    return run;
}

static void run_release(struct run *run)
{
    free(run->output);
    free(run->messages);
}

/* Writes a file of this text and runs over it. */
static struct run run_text(const char *text, struct tally_file_options options)
{
    char path[] = "/tmp/hyeopchi-tally-XXXXXX";
    int descriptor = mkstemp(path);
    FILE *file;
    struct run result;

    assert_true(descriptor >= 0);
    file = fdopen(descriptor, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    options.path = path;
    result = run(options);
    assert_int_equal(remove(path), 0);
    return result;
}

static void the_json_is_that_of_the_domain_and_a_line_end(void **state)
{
    const struct tally_file_options options = {
        .path = OWN_FOLDER "seongsu_approval.pb",
        .strict = true,
        .format = TALLY_FILE_JSON,
    };
    struct run first = run(options);
    struct text text;
    struct tally_result result;
    struct pb *pb;
    enum err err;
    size_t length;
    char *bytes = help_file(options.path, &length);

    (void)state;
    assert_int_equal(first.err, ERR_OK);
    assert_string_equal(first.messages, "");
    assert_non_null(bytes);
    pb = help_read(bytes, true, &err);
    assert_int_equal(tally_run(pb_election(pb), &options.method, &result), ERR_OK);
    text_init(&text, TALLY_JSON_LENGTH_MAX);
    tally_json_write(pb_election(pb), &result, &text);
    text_add(&text, "\n");
    assert_string_equal(first.output, text_bytes(&text));
    text_release(&text);
    tally_result_release(&result);
    pb_free(pb);
    free(bytes);
    run_release(&first);
}

static void the_table_is_aligned_for_korean_and_names_its_ties(void **state)
{
    struct run result = run((struct tally_file_options){.path = OWN_FOLDER "seongsu_approval.pb"});

    (void)state;
    assert_int_equal(result.err, ERR_OK);
    assert_string_equal(
        result.output,
        "성수 주민총회 시범 투표 (시험용 자료)\n"
        "\n"
        "선정 방식     greedy\n"
        "동점 처리     lowest-cost-then-votes\n"
        "투표 수       90\n"
        "사업 수       9\n"
        "선정 사업 수  5\n"
        "예산          175,000,000\n"
        "선정 금액     174,500,000\n"
        "잔액          500,000\n"
        "\n"
        "결과       번호     득표(점수)         비용    남은 예산  사업명\n"
        "선정       성수-03          38   75,000,000  100,000,000  경로당 승강기 설치\n"
        "선정       성수-01          37   48,000,000   52,000,000  통학로 안전 조명 설치\n"
        "선정       성수-02          34   30,000,000   22,000,000  마을 정원 가꾸기\n"
        "선정       성수-04          23   12,000,000   10,000,000  어린이 책 놀이터\n"
        "잔액 부족  성수-05          23   12,000,000   10,000,000  골목 쓰레기 거점 정비\n"
        "잔액 부족  성수-08          19   28,000,000   10,000,000  무장애 보행로 정비\n"
        "잔액 부족  성수-06          19   64,000,000   10,000,000  하천 산책로 쉼터\n"
        "선정       성수-07          10    9,500,000      500,000  청년 공유 부엌\n"
        "철회       성수-09           4  999,999,999               철회된 제안\n"
        "\n"
        "동점 23: 성수-04, 성수-05 <- 번호 (선정 여부가 갈림)\n");
    run_release(&result);
}

static void the_table_speaks_english_when_asked(void **state)
{
    struct run result = run((struct tally_file_options){
        .path = OWN_FOLDER "awkward_cumulative.pb",
        .strict = true,
        .language = TALLY_FILE_ENGLISH,
    });

    (void)state;
    assert_int_equal(result.err, ERR_OK);
    assert_non_null(strstr(result.output, "Budget      1,000.5\n"));
    assert_non_null(
        strstr(result.output, "over budget        e;f        1.5    10,000          0"));
    assert_non_null(strstr(result.output, "Tie 5: 02, 10, 2 <- votes, id (decides who is funded)"));
    assert_non_null(strstr(result.messages,
                           "awkward_cumulative.pb:3: warning: budget \"1000,50\": "
                           "Decimals are written with a point, not a comma. "
                           "[decimal-comma]\n"));
    run_release(&result);
}

static const char CONTRADICTORY[] =
    "META\nkey;value\nbudget;100\nvote_type;approval\n"
    "PROJECTS\nproject_id;cost\na;10\nVOTES\nvoter_id;vote\n"
    "1;a\n1;a,zz\n";

static void a_contradiction_is_said_in_the_language_asked_for_and_refused_when_strict(void **state)
{
    struct tally_file_options options = {.format = TALLY_FILE_JSON};
    struct run result = run_text(CONTRADICTORY, options);

    (void)state;
    assert_int_equal(result.err, ERR_OK);
    assert_non_null(strstr(result.messages,
                           ":11: 모순: voter_id \"1\": 한 투표자는 한 번만 나올 "
                           "수 있습니다. [duplicate-voter]\n"));
    assert_non_null(strstr(result.messages,
                           ":11: 모순: vote \"zz\": PROJECTS에 없는 사업에 투표할 "
                           "수 없습니다. [unknown-option]\n"));
    assert_true(result.output_length > 0);
    run_release(&result);

    options.strict = true;
    options.language = TALLY_FILE_ENGLISH;
    result = run_text(CONTRADICTORY, options);
    assert_int_equal(result.err, ERR_CONFLICT);
    assert_non_null(strstr(result.messages,
                           ":11: contradiction: vote \"zz\": A vote may name only "
                           "options of PROJECTS. [unknown-option]\n"));
    assert_string_equal(result.output, "");
    run_release(&result);
}

static void a_broken_file_is_refused_with_its_line_and_field_and_nothing_written(void **state)
{
    struct run result = run_text("META\nkey;value\nbudget;much\nvote_type;approval\nPROJECTS\n",
                                 (struct tally_file_options){.format = TALLY_FILE_JSON});

    (void)state;
    assert_int_equal(result.err, ERR_INVALID);
    assert_non_null(
        strstr(result.messages, ":3: 오류: budget \"much\": 숫자여야 합니다. [not-a-number]\n"));
    assert_string_equal(result.output, "");
    run_release(&result);
}

static void control_characters_of_a_file_do_not_reach_the_terminal(void **state)
{
    struct run result = run_text(
        "META\nkey;value\nbudget;1\nvote_type;approval\ndescription;\x1b[2Jred\nPROJECTS\n"
        "project_id;cost;name\na;1;\xc2\x9b"
        "1m\xe2\x80\xae"
        "x\nVOTES\nvoter_id;vote\n"
        "1;\x1b]0;y\n",
        (struct tally_file_options){.format = TALLY_FILE_TABLE});

    (void)state;
    assert_int_equal(result.err, ERR_OK);
    assert_null(strchr(result.output, '\x1b'));
    assert_null(strchr(result.messages, '\x1b'));
    assert_non_null(strstr(result.output, "?[2Jred\n"));
    assert_non_null(strstr(result.output, "?1m?x\n"));
    run_release(&result);
}

static void a_missing_file_and_a_folder_are_told_apart(void **state)
{
    struct run missing = run((struct tally_file_options){.path = OWN_FOLDER "no such file.pb"});
    struct run folder = run((struct tally_file_options){.path = OWN_FOLDER});

    (void)state;
    assert_int_equal(missing.err, ERR_NOT_FOUND);
    assert_non_null(strstr(missing.messages, "no such file.pb: 열 수 없습니다: "));
    assert_int_equal(folder.err, ERR_UNAVAILABLE);
    assert_non_null(strstr(folder.messages, ": 읽을 수 없습니다: "));
    run_release(&missing);
    run_release(&folder);
}

static void a_result_that_cannot_be_written_is_an_error(void **state)
{
    FILE *full = fopen("/dev/full", "w");
    struct tally_file_options options = {.path = OWN_FOLDER "seongsu_approval.pb"};
    char *messages = NULL;
    size_t length = 0;

    (void)state;
    if (full == NULL) {
        print_message("/dev/full is absent: skipping\n");
        skip();
    }
    options.output = full;
    options.messages = open_memstream(&messages, &length);
    assert_int_equal(tally_file_run(&options), ERR_UNAVAILABLE);
    (void)fclose(full);
    assert_int_equal(fclose(options.messages), 0);
    assert_non_null(messages);
    assert_non_null(strstr(messages, "결과를 쓸 수 없습니다"));
    free(messages);
}

struct progress {
    uint64_t done;
    uint64_t total;
    int calls;
};

static void note_progress(void *context, uint64_t done, uint64_t total)
{
    struct progress *progress = context;

    assert_true(done >= progress->done);
    progress->done = done;
    progress->total = total;
    progress->calls++;
}

static void progress_is_told_up_to_the_last_byte(void **state)
{
    struct progress progress = {.done = 0};
    size_t length = 0;
    char *bytes = help_file(OWN_FOLDER "seongsu_approval.pb", &length);
    struct run result = run((struct tally_file_options){
        .path = OWN_FOLDER "seongsu_approval.pb",
        .progress = note_progress,
        .context = &progress,
    });

    (void)state;
    assert_non_null(bytes);
    assert_int_equal(result.err, ERR_OK);
    assert_int_equal(progress.done, length);
    assert_int_equal(progress.total, length);
    assert_true(progress.calls > 0);
    free(bytes);
    run_release(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_json_is_that_of_the_domain_and_a_line_end),
        cmocka_unit_test(the_table_is_aligned_for_korean_and_names_its_ties),
        cmocka_unit_test(the_table_speaks_english_when_asked),
        cmocka_unit_test(a_contradiction_is_said_in_the_language_asked_for_and_refused_when_strict),
        cmocka_unit_test(a_broken_file_is_refused_with_its_line_and_field_and_nothing_written),
        cmocka_unit_test(control_characters_of_a_file_do_not_reach_the_terminal),
        cmocka_unit_test(a_missing_file_and_a_folder_are_told_apart),
        cmocka_unit_test(a_result_that_cannot_be_written_is_an_error),
        cmocka_unit_test(progress_is_told_up_to_the_last_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
