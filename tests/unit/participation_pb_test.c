/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading .pb files: what is accepted, what is refused and how it is named,
 * and that it does not matter how the bytes are cut.
 */
#include "../support/participation_help.h"

#include "participation/domain/pb.h"
#include "participation/domain/tally_json.h"

#define HEAD     "META\nkey;value\nbudget;100\nvote_type;approval\n"
#define PROJECTS "PROJECTS\nproject_id;cost\na;10\nb;20\n"
#define VOTES    "VOTES\nvoter_id;vote\n"
#define POINTS                                                                                     \
    "META\nkey;value\nbudget;100\nvote_type;cumulative\nmin_points;1\nmax_points;5\n"              \
    "min_sum_points;2\nmax_sum_points;6\nmin_length;1\nmax_length;2\n" PROJECTS                    \
    "VOTES\nvoter_id;vote;points\n"

#define TEXT_LENGTH_MAX 67108864

#define OWN_FOLDER TEST_SOURCE_DIR "/tests/data/"

/* A broken text, and the one fault that must be noted of it. */
struct broken {
    const char *text;
    enum pb_severity severity;
    const char *code;
    uint64_t line;
    const char *field;
    const char *value;
};

static const struct broken BROKEN[] = {
    /* Texts that cannot be read at all. */
    {"", PB_ERROR, "section-missing", 1, "META", ""},
    {"\n\n", PB_ERROR, "section-missing", 3, "META", ""},
    {"key;value\n", PB_ERROR, "outside-section", 1, "", "key"},
    {"META\nkey;value\nname;\xff\n", PB_ERROR, "not-utf8", 3, "META", ""},
    {"META\nkey;value\nname;\xed\xa0\x80\n", PB_ERROR, "not-utf8", 3, "META", ""},
    {"META\nkey;value\nname;\xc0\xaf\n", PB_ERROR, "not-utf8", 3, "META", ""},
    {"META\nkey;value\nname;\xea\xb0", PB_ERROR, "not-utf8", 3, "META", ""},
    {"META\nkey;value\nname;\"open\nand on\n", PB_ERROR, "unclosed-quote", 3, "META", ""},
    {"META\nPROJECTS\n", PB_ERROR, "header-missing", 1, "META", ""},
    {"META\n", PB_ERROR, "header-missing", 1, "META", ""},
    {"META\nname;value\n", PB_ERROR, "column-missing", 2, "key", ""},
    {"META\nkey;worth\n", PB_ERROR, "column-missing", 2, "value", ""},
    {HEAD "META\nkey;value\n", PB_ERROR, "section-repeated", 5, "META", ""},
    {HEAD VOTES, PB_ERROR, "section-order", 5, "VOTES", ""},
    {"PROJECTS\nproject_id;cost\n", PB_ERROR, "section-order", 1, "PROJECTS", ""},
    {HEAD PROJECTS VOTES "1;a\nPROJECTS\n", PB_ERROR, "section-order", 12, "PROJECTS", ""},
    {HEAD, PB_ERROR, "section-missing", 5, "PROJECTS", ""},
    {HEAD PROJECTS, PB_ERROR, "section-missing", 9, "VOTES", ""},
    {HEAD PROJECTS "VOTES\n", PB_ERROR, "header-missing", 9, "VOTES", ""},

    /* META. */
    {"META\nkey;value\nbudget;1\n" PROJECTS, PB_ERROR, "value-missing", 0, "vote_type", ""},
    {"META\nkey;value\nbudget;1\nvote_type;\n" PROJECTS, PB_ERROR, "value-missing", 4, "vote_type",
     ""},
    {"META\nkey;value\nbudget;1\nvote_type;plurality\n" PROJECTS, PB_ERROR, "unknown-vote-type", 4,
     "vote_type", "plurality"},
    {"META\nkey;value\nvote_type;approval\n" PROJECTS, PB_ERROR, "value-missing", 0, "budget", ""},
    {"META\nkey;value\nvote_type;approval\nbudget;1 000\n" PROJECTS, PB_ERROR, "not-a-number", 4,
     "budget", "1 000"},
    {"META\nkey;value\nvote_type;approval\nbudget;-5\n" PROJECTS, PB_ERROR, "negative", 4, "budget",
     "-5"},
    {"META\nkey;value\nvote_type;approval\nbudget;99999999999999999999\n" PROJECTS, PB_ERROR,
     "number-too-large", 4, "budget", "99999999999999999999"},
    {"META\nkey;value\nvote_type;scoring\nbudget;1\ndefault_score;one\n" PROJECTS, PB_ERROR,
     "not-a-number", 5, "default_score", "one"},
    {HEAD "budget;200\n" PROJECTS VOTES, PB_CONTRADICTION, "repeated-key", 5, "budget", "200"},
    {HEAD ";x\n" PROJECTS VOTES, PB_CONTRADICTION, "value-missing", 5, "key", "x"},
    {HEAD "comment;one; two\n" PROJECTS VOTES, PB_CONTRADICTION, "extra-cell", 5, "", "two"},
    {HEAD "comment;\"one\" two\n" PROJECTS VOTES, PB_CONTRADICTION, "text-after-quote", 5, "", ""},
    {HEAD "max_length;three\n" PROJECTS VOTES, PB_CONTRADICTION, "not-a-number", 5, "max_length",
     "three"},
    {HEAD "num_projects;3\n" PROJECTS VOTES, PB_CONTRADICTION, "option-count", 5, "num_projects",
     "3"},
    {HEAD "num_votes;2\n" PROJECTS VOTES "1;a\n", PB_CONTRADICTION, "vote-count", 5, "num_votes",
     "2"},
    {"META\nkey;value\nvote_type;approval\nbudget;1,5\n" PROJECTS VOTES, PB_WARNING,
     "decimal-comma", 4, "budget", "1,5"},

    /* PROJECTS. */
    {HEAD "PROJECTS\nproject_id;name\n", PB_ERROR, "column-missing", 6, "cost", ""},
    {HEAD "PROJECTS\nid;cost\n", PB_ERROR, "column-missing", 6, "project_id", ""},
    {HEAD "PROJECTS\nproject_id;cost;cost\na;10;11\n" VOTES, PB_CONTRADICTION, "column-repeated", 6,
     "cost", ""},
    {HEAD "PROJECTS\nproject_id;cost\na;\n", PB_ERROR, "value-missing", 7, "cost", ""},
    {HEAD "PROJECTS\nproject_id;cost\na\n", PB_ERROR, "value-missing", 7, "cost", ""},
    {HEAD "PROJECTS\nproject_id;cost\na;ten\n", PB_ERROR, "not-a-number", 7, "cost", "ten"},
    {HEAD "PROJECTS\nproject_id;cost\na;-1\n", PB_ERROR, "negative", 7, "cost", "-1"},
    {HEAD "PROJECTS\nproject_id;cost\n;1\n", PB_ERROR, "value-missing", 7, "project_id", ""},
    {HEAD "PROJECTS\nproject_id;cost\na;1e18\nb;0.01\n", PB_ERROR, "number-too-large", 8, "cost",
     "0.01"},
    {HEAD PROJECTS "a;30\n" VOTES, PB_CONTRADICTION, "duplicate-option", 9, "project_id", "a"},
    {HEAD "PROJECTS\nproject_id;cost;selected\na;1;yes\n" VOTES, PB_CONTRADICTION,
     "unknown-selected", 7, "selected", "yes"},
    {HEAD "PROJECTS\nproject_id;cost;selected\na;1;4\n" VOTES, PB_CONTRADICTION, "unknown-selected",
     7, "selected", "4"},
    {HEAD "PROJECTS\nproject_id;cost;votes\na;1;2\n" VOTES "1;a\n", PB_CONTRADICTION,
     "option-votes", 7, "votes", "2"},
    {HEAD "PROJECTS\nproject_id;cost;votes\na;1;few\n" VOTES, PB_CONTRADICTION, "not-a-number", 7,
     "votes", "few"},
    {"META\nkey;value\nbudget;100\nvote_type;ordinal\n"
     "PROJECTS\nproject_id;cost;score\na;1;2\nb;1;2\n" VOTES "1;a,b\n",
     PB_CONTRADICTION, "option-score", 8, "score", "2"},

    /* VOTES. */
    {HEAD PROJECTS "VOTES\nvoter_id;choice\n", PB_ERROR, "column-missing", 10, "vote", ""},
    {HEAD PROJECTS "VOTES\nvote\na\n", PB_CONTRADICTION, "column-missing", 10, "voter_id", ""},
    {HEAD PROJECTS VOTES "1;a\n;b\n", PB_CONTRADICTION, "value-missing", 12, "voter_id", ""},
    {HEAD PROJECTS VOTES "1;a\n2;b\n1;b\n", PB_CONTRADICTION, "duplicate-voter", 13, "voter_id",
     "1"},
    {HEAD PROJECTS VOTES "1;a,c\n", PB_CONTRADICTION, "unknown-option", 11, "vote", "c"},
    {HEAD PROJECTS VOTES "1;A\n", PB_CONTRADICTION, "unknown-option", 11, "vote", "A"},
    {HEAD PROJECTS VOTES "1;a,b,a\n", PB_CONTRADICTION, "repeated-option", 11, "vote", "a"},
    {HEAD PROJECTS VOTES "1;b,b,a\n", PB_CONTRADICTION, "repeated-option", 11, "vote", "b"},
    {HEAD PROJECTS VOTES "1;a,,b\n", PB_CONTRADICTION, "empty-option", 11, "vote", ""},
    {HEAD PROJECTS VOTES "1;a,\n", PB_CONTRADICTION, "empty-option", 11, "vote", ""},
    {HEAD PROJECTS VOTES "1;a;b\n", PB_CONTRADICTION, "extra-cell", 11, "", "b"},
    {HEAD "min_length;2\n" PROJECTS VOTES "1;a\n", PB_CONTRADICTION, "vote-too-short", 12, "vote",
     "a"},
    {HEAD "max_length;1\n" PROJECTS VOTES "1;a,b\n", PB_CONTRADICTION, "vote-too-long", 12, "vote",
     "a,b"},
    {HEAD "max_sum_cost;29\n" PROJECTS VOTES "1;a,b\n", PB_CONTRADICTION, "vote-cost", 12, "vote",
     "a,b"},
    {HEAD "min_sum_cost;11\n" PROJECTS VOTES "1;a\n", PB_CONTRADICTION, "vote-cost", 12, "vote",
     "a"},
    {HEAD "area_quota.1;district=1-1\n" PROJECTS VOTES "1;a\n2;\n3;a,b\n", PB_CONTRADICTION,
     "vote-quota", 14, "vote", "a,b"},
    {HEAD "area_quota.1;local=1-1\n" PROJECTS VOTES "1;a\n", PB_CONTRADICTION, "vote-quota", 12,
     "vote", "a"},
    {HEAD "area_quota.1;area:금호동=0-0\narea_quota.2;area:성수동=1-1\n"
          "PROJECTS\nproject_id;cost;neighborhood\na;1;성수동\nb;1;금호동\n" VOTES "1;a\n2;b,a\n",
     PB_CONTRADICTION, "vote-quota", 14, "vote", "b,a"},
    {HEAD "unit;구\narea_quota.1;district=0-0\n"
          "PROJECTS\nproject_id;cost;neighborhood\na;1;구\nb;1;동\n" VOTES "1;b\n2;a\n",
     PB_CONTRADICTION, "vote-quota", 14, "vote", "a"},
    {HEAD "area_quota.1;district=2-1\n" PROJECTS VOTES "1;a\n", PB_CONTRADICTION, "not-a-quota", 5,
     "area_quota.1", "district=2-1"},
    {HEAD "area_quota.1;village=0-1\n" PROJECTS VOTES "1;a\n", PB_CONTRADICTION, "not-a-quota", 5,
     "area_quota.1", "village=0-1"},
    {"META\nkey;value\nbudget;100\nvote_type;choose-1\n" PROJECTS VOTES "1;a,b\n", PB_CONTRADICTION,
     "vote-too-long", 11, "vote", "a,b"},
    {"META\nkey;value\nbudget;100\nvote_type;cumulative\n" PROJECTS VOTES, PB_ERROR,
     "column-missing", 10, "points", ""},
    {POINTS "1;a,b;2\n", PB_CONTRADICTION, "points-count", 17, "points", "2"},
    {POINTS "1;a,b;2,2,1\n", PB_CONTRADICTION, "points-count", 17, "points", "2,2,1"},
    {POINTS "1;a;\n", PB_CONTRADICTION, "points-count", 17, "points", ""},
    {POINTS "1;a,b;2,x\n", PB_ERROR, "not-a-number", 17, "points", "x"},
    {POINTS "1;a,b;2,\n", PB_ERROR, "value-missing", 17, "points", ""},
    {POINTS "1;a;6\n", PB_CONTRADICTION, "points-range", 17, "points", "6"},
    {POINTS "1;a,b;3,0.5\n", PB_CONTRADICTION, "points-range", 17, "points", "0.5"},
    {POINTS "1;a,b;5,2\n", PB_CONTRADICTION, "points-sum", 17, "points", "5,2"},
    {POINTS "1;a;1\n", PB_CONTRADICTION, "points-sum", 17, "points", "1"},
    {"META\nkey;value\nbudget;100\nvote_type;cumulative\n" PROJECTS
     "VOTES\nvoter_id;vote;points\n1;a;-1\n",
     PB_CONTRADICTION, "negative", 11, "points", "-1"},
    {"META\nkey;value\nbudget;100\nvote_type;cumulative\n" PROJECTS
     "VOTES\nvoter_id;vote;points\n1;a;9e18\n2;a;9e18\n",
     PB_ERROR, "number-too-large", 12, "vote", "a"},
};

static const struct pb_fault *find_fault(const struct pb *pb, const struct broken *broken)
{
    size_t count;
    const struct pb_fault *faults = pb_faults(pb, &count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(pb_rule_code(faults[i].rule), broken->code) == 0) {
            return &faults[i];
        }
    }
    return NULL;
}

static void check_broken(const struct broken *broken, bool strict)
{
    enum err err;
    struct pb *pb = help_read(broken->text, strict, &err);
    const struct pb_fault *fault = find_fault(pb, broken);
    enum err expected = broken->severity == PB_ERROR                     ? ERR_INVALID
                        : broken->severity == PB_CONTRADICTION && strict ? ERR_CONFLICT
                                                                         : ERR_OK;

    if (fault == NULL || fault->severity != broken->severity || fault->line != broken->line ||
        strcmp(fault->field, broken->field) != 0 || strcmp(fault->value, broken->value) != 0 ||
        err != expected) {
        fail_msg("%s in \"%s\": %s, %s line %llu field \"%s\" value \"%s\"", broken->code,
                 broken->text, err_name(err),
                 fault == NULL ? "not noted" : pb_severity_name(fault->severity),
                 fault == NULL ? 0 : (unsigned long long)fault->line,
                 fault == NULL ? "" : fault->field, fault == NULL ? "" : fault->value);
    }
    pb_free(pb);
}

static void every_fault_names_its_line_field_and_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BROKEN / sizeof BROKEN[0]; i++) {
        check_broken(&BROKEN[i], false);
        check_broken(&BROKEN[i], true);
    }
}

static void every_rule_of_the_text_has_a_broken_example_or_a_test_of_its_own(void **state)
{
    /* Limits and a NUL are tested below; ten million votes would take too long to try. */
    static const enum pb_rule elsewhere[] = {
        PB_NUL_BYTE,  PB_ROW_TOO_LONG,     PB_TOO_MANY_CELLS, PB_VALUE_TOO_LONG, PB_TOO_MANY_META,
        PB_TOO_LARGE, PB_TOO_MANY_OPTIONS, PB_TOO_MANY_VOTES, PB_VOTE_CHANNEL,
    };

    (void)state;
    for (int rule = 0; rule < PB_RULE_COUNT; rule++) {
        bool found = false;

        for (size_t i = 0; i < sizeof BROKEN / sizeof BROKEN[0]; i++) {
            found = found || strcmp(BROKEN[i].code, pb_rule_code((enum pb_rule)rule)) == 0;
        }
        for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++) {
            found = found || (int)elsewhere[i] == rule;
        }
        if (!found) {
            fail_msg("%s has no example", pb_rule_code((enum pb_rule)rule));
        }
        assert_true(strlen(pb_rule_korean((enum pb_rule)rule)) > 0);
        assert_true(strlen(pb_rule_english((enum pb_rule)rule)) > 0);
    }
}

/* Everything a reading leaves behind, as text. */
static void describe(const struct pb *pb, enum err err, struct text *text)
{
    const struct tally_method method = {.rule = TALLY_GREEDY};
    struct tally_result result;
    size_t count;
    const struct pb_fault *faults = pb_faults(pb, &count);
    char line[64];

    text_add(text, err_name(err));
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(line, sizeof line, " %llu %d ", (unsigned long long)faults[i].line,
                       (int)faults[i].severity);
        text_add(text, line);
        text_add(text, pb_rule_code(faults[i].rule));
        text_add(text, faults[i].field);
        text_add(text, faults[i].value);
    }
    if (err != ERR_INVALID) {
        assert_int_equal(tally_run(pb_election(pb), &method, &result), ERR_OK);
        tally_json_write(pb_election(pb), &result, text);
        tally_result_release(&result);
    }
    assert_int_equal(text_err(text), ERR_OK);
}

static void assert_cuts_do_not_matter(const char *bytes, size_t length)
{
    static const size_t pieces[] = {1, 2, 3, 7, 64, 4096};
    const struct pb_options options = {.keep_votes = true};
    struct text whole;
    struct pb *pb = NULL;

    text_init(&whole, TALLY_JSON_LENGTH_MAX);
    assert_int_equal(pb_new(&options, &pb), ERR_OK);
    describe(pb, help_feed(pb, bytes, length, length + 1), &whole);
    pb_free(pb);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct text cut;

        text_init(&cut, TALLY_JSON_LENGTH_MAX);
        assert_int_equal(pb_new(&options, &pb), ERR_OK);
        describe(pb, help_feed(pb, bytes, length, pieces[i]), &cut);
        assert_string_equal(text_bytes(&cut), text_bytes(&whole));
        text_release(&cut);
        pb_free(pb);
    }
    text_release(&whole);
}

static void it_does_not_matter_where_the_bytes_are_cut(void **state)
{
    static const char *const names[] = {"awkward_cumulative.pb", "seongsu_approval.pb",
                                        "lone_cr_ordinal.pb"};

    (void)state;
    for (size_t i = 0; i < sizeof BROKEN / sizeof BROKEN[0]; i++) {
        assert_cuts_do_not_matter(BROKEN[i].text, strlen(BROKEN[i].text));
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[4096];
        size_t length;
        char *bytes;

        (void)snprintf(path, sizeof path, "%s%s", OWN_FOLDER, names[i]);
        bytes = help_file(path, &length);
        assert_non_null(bytes);
        assert_cuts_do_not_matter(bytes, length);
        free(bytes);
    }
}

static void line_ends_bom_and_blank_rows_do_not_matter(void **state)
{
    static const char *const texts[] = {
        HEAD PROJECTS VOTES "1;a\n2;a,b\n",
        HEAD PROJECTS VOTES "1;a\n2;a,b",
        "\xef\xbb\xbf" HEAD PROJECTS VOTES "1;a\n2;a,b\n",
        "\n\n" HEAD "\n;\n" PROJECTS " ; ;\n\n" VOTES "\n1;a\n\n2;a,b\n\n\n",
        ("meta;\nKEY;Value;\nbudget;100;;\nvote_type; Approval ;\n"
         "Projects;;;\nproject_id;cost;\na;10;\nb;20\nvotes\nVoter_ID;Vote\n1;a;\n2;a,b;;\n"),
    };
    struct text first;

    (void)state;
    text_init(&first, 65536);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        enum err err;
        struct pb *pb = help_read(texts[i], true, &err);
        struct text text;

        text_init(&text, 65536);
        describe(pb, err, i == 0 ? &first : &text);
        if (i > 0) {
            assert_string_equal(text_bytes(&text), text_bytes(&first));
        }
        assert_int_equal(err, ERR_OK);
        text_release(&text);
        pb_free(pb);
    }
    text_release(&first);
}

static void the_same_text_reads_alike_with_any_line_end(void **state)
{
    static const char text[] = HEAD PROJECTS VOTES "1;a\n2;\"a,b\"\n3;c\n";
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    struct text first;

    (void)state;
    text_init(&first, 65536);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct text changed;
        struct text seen;
        enum err err;
        struct pb *pb;

        text_init(&changed, 65536);
        text_init(&seen, 65536);
        for (const char *at = text; *at != '\0'; at++) {
            text_add_bytes(&changed, *at == '\n' ? ends[i] : at, *at == '\n' ? strlen(ends[i]) : 1);
        }
        pb = help_read(text_bytes(&changed), false, &err);
        describe(pb, err, i == 0 ? &first : &seen);
        if (i > 0) {
            assert_string_equal(text_bytes(&seen), text_bytes(&first));
        }
        pb_free(pb);
        text_release(&changed);
        text_release(&seen);
    }
    text_release(&first);
}

static void columns_may_come_in_any_order_and_unknown_ones_are_passed_on(void **state)
{
    enum err err;
    struct pb *pb = help_read(
        "META\nvalue;key\n100;budget\napproval;vote_type\n"
        "PROJECTS\nlatitude;cost;name;project_id;selected;category;district\n"
        "37.5;10.50;정원;a;2;환경;성동구\n"
        "VOTES\nvote;shoe_size;voter_id\na;43;1\n",
        true, &err);
    const struct election_option *option;

    (void)state;
    assert_int_equal(err, ERR_OK);
    option = election_option(pb_election(pb), 0);
    assert_string_equal(option->id, "a");
    assert_string_equal(option->name, "정원");
    assert_string_equal(option->category, "환경");
    assert_string_equal(option->area, "성동구");
    assert_int_equal(option->selected, 2);
    assert_int_equal(option->cost, 105);
    assert_int_equal(election_money_scale(pb_election(pb)), 1);
    assert_int_equal(option->votes, 1);
    pb_free(pb);
}

static void quotes_are_resolved_as_csv_does(void **state)
{
    enum err err;
    struct pb *pb = help_read(
        "META\nkey;value\nbudget;1\nvote_type;approval\n"
        "PROJECTS\nproject_id;cost;name\n"
        "\"a;1\";1;\"say \"\"hi\"\"\"\n"
        "b;1;say \"hi\"\n"
        "c;1;\"two\nlines\"\n"
        "d;1; \"spaced\" \n"
        "e;1;\"\"\n" VOTES "1;\"a;1,b\"\n",
        true, &err);
    const struct election *election = pb_election(pb);

    (void)state;
    assert_int_equal(err, ERR_OK);
    assert_string_equal(election_option(election, 0)->id, "a;1");
    assert_string_equal(election_option(election, 0)->name, "say \"hi\"");
    assert_string_equal(election_option(election, 1)->name, "say \"hi\"");
    assert_string_equal(election_option(election, 2)->name, "two\nlines");
    assert_string_equal(election_option(election, 3)->name, "spaced");
    assert_string_equal(election_option(election, 4)->name, "");
    assert_int_equal(election_option(election, 0)->votes, 1);
    assert_int_equal(election_option(election, 1)->votes, 1);
    pb_free(pb);
}

static void a_cost_of_999999999_marks_a_withdrawn_option(void **state)
{
    enum err err;
    struct pb *pb = help_read(HEAD
                              "PROJECTS\nproject_id;cost\na;999999999\nb;999999999.0\n"
                              "c;999999998\n" VOTES,
                              true, &err);

    (void)state;
    assert_int_equal(err, ERR_OK);
    assert_true(election_option(pb_election(pb), 0)->withdrawn);
    assert_true(election_option(pb_election(pb), 1)->withdrawn);
    assert_false(election_option(pb_election(pb), 2)->withdrawn);
    pb_free(pb);
}

static void lenient_reading_counts_what_can_be_counted(void **state)
{
    enum err err;
    struct pb *pb =
        help_read(HEAD PROJECTS "a;30\n" VOTES "1;a,a,zz\n1;a,b\n;b\n4;\n", false, &err);
    const struct election *election = pb_election(pb);

    (void)state;
    assert_int_equal(err, ERR_OK);
    assert_int_equal(election_option_count(election), 2);
    assert_int_equal(election_option(election, 0)->cost, 10);
    assert_int_equal(election_vote_count(election), 4);
    assert_int_equal(election_option(election, 0)->votes, 2);
    assert_int_equal(election_option(election, 1)->votes, 2);
    assert_int_equal(election_vote(election, 3).count, 0);
    assert_int_equal(pb_fault_count(pb, PB_CONTRADICTION), 5);
    pb_free(pb);
}

static void points_go_with_the_option_at_their_place(void **state)
{
    enum err err;
    struct pb *pb = help_read("META\nkey;value\nbudget;100\nvote_type;scoring\n" PROJECTS
                              "VOTES\nvoter_id;points;vote\n1;7,8,9,1;zz,a,,b\n2;-1.5, 2;a , a\n",
                              false, &err);
    const struct election *election = pb_election(pb);

    (void)state;
    assert_int_equal(err, ERR_OK);
    assert_int_equal(election_points_scale(election), 1);
    assert_int_equal(election_option(election, 0)->points, 80 - 15);
    assert_int_equal(election_option(election, 1)->points, 10);
    pb_free(pb);
}

/* What a caller who passes votes on sees. */
struct seen {
    uint32_t options;
    uint32_t votes;
    struct text text;
    enum err answer;
};

static enum err see_option(void *context, const struct election *election,
                           const struct pb_option *option)
{
    struct seen *seen = context;

    seen->options++;
    text_add(&seen->text, election_option(election, option->option)->id);
    for (size_t i = 0; i < option->field_count; i++) {
        text_add(&seen->text, "|");
        text_add(&seen->text, option->fields[i].name);
        text_add(&seen->text, "=");
        text_add(&seen->text, option->fields[i].value);
    }
    text_add(&seen->text, "\n");
    return ERR_OK;
}

static enum err see_vote(void *context, const struct election *election, const struct pb_vote *vote)
{
    struct seen *seen = context;

    seen->votes++;
    text_add(&seen->text, vote->voter_id);
    text_add(&seen->text, "/");
    text_add(&seen->text, vote->age);
    text_add(&seen->text, "/");
    text_add(&seen->text, vote->sex);
    text_add(&seen->text, "/");
    text_add(&seen->text, vote->voting_method);
    text_add(&seen->text, "/");
    text_add(&seen->text, vote->district);
    text_add(&seen->text, "/");
    text_add(&seen->text, vote->neighborhood);
    for (size_t i = 0; i < vote->choice_count; i++) {
        text_add(&seen->text, " ");
        text_add(&seen->text, election_option(election, vote->choices[i].option)->id);
    }
    assert_string_equal(vote->fields[vote->field_count - 1].name, "extra");
    text_add(&seen->text, " ");
    text_add(&seen->text, vote->fields[vote->field_count - 1].value);
    text_add(&seen->text, "\n");
    return seen->answer;
}

static const char STREAMED[] =
    "META\nkey;value\nbudget;100\nvote_type;approval\nmax_length;2\n"
    "description;첫 투표\ndate_begin;01.09.2025\nfoo;bar\n"
    "PROJECTS\nproject_id;cost;latitude\na;10;37.5\nb;20\n"
    "VOTES\nneighborhood;sex;voter_id;vote;age;voting_method;extra\n"
    "성수1가1동;F;1;b,a,b;34;internet;x\n;;2;;;paper;\n";

static void a_caller_sees_every_option_and_vote_with_its_columns(void **state)
{
    struct seen seen = {.answer = ERR_OK};
    const struct pb_options options = {
        .on_option = see_option,
        .on_vote = see_vote,
        .context = &seen,
    };
    struct decimal length;
    struct pb *pb = NULL;
    size_t count;

    (void)state;
    text_init(&seen.text, 4096);
    assert_int_equal(pb_new(&options, &pb), ERR_OK);
    assert_int_equal(help_feed(pb, STREAMED, strlen(STREAMED), 5), ERR_OK);
    assert_string_equal(text_bytes(&seen.text),
                        "a|project_id=a|cost=10|latitude=37.5\n"
                        "b|project_id=b|cost=20|latitude=\n"
                        "1/34/F/internet//성수1가1동 b a x\n"
                        "2///paper// \n");
    assert_false(election_keeps_votes(pb_election(pb)));
    assert_int_equal(election_vote_count(pb_election(pb)), 2);
    assert_string_equal(pb_meta(pb, "description"), "첫 투표");
    assert_string_equal(pb_meta(pb, "date_begin"), "01.09.2025");
    assert_null(pb_meta(pb, "date_end"));
    assert_int_equal(pb_meta_decimal(pb, "max_length", &length), ERR_OK);
    assert_int_equal(length.units, 2);
    assert_int_equal(pb_meta_decimal(pb, "min_length", &length), ERR_NOT_FOUND);
    assert_int_equal(pb_meta_decimal(pb, "foo", &length), ERR_INVALID);
    assert_string_equal(pb_meta_all(pb, &count)[5].name, "foo");
    assert_int_equal(count, 6);
    text_release(&seen.text);
    pb_free(pb);
}

/* Reads votes by channel: web and internet are group 0, booth is 1. */
static struct pb *read_groups(const char *votes, enum err expected)
{
    static const struct pb_groups groups = {
        .words = {{"web", 0}, {"internet", 0}, {"booth", 1}}, .word_count = 3, .count = 2};
    const struct pb_options options = {.groups = &groups};
    struct text text;
    struct pb *pb = NULL;

    text_init(&text, 4096);
    text_add(&text,
             "META\nkey;value\nbudget;100\nvote_type;cumulative\n"
             "PROJECTS\nproject_id;cost\na;10\nb;20\nVOTES\n");
    text_add(&text, votes);
    assert_int_equal(pb_new(&options, &pb), ERR_OK);
    assert_int_equal(help_feed(pb, text_bytes(&text), text_length(&text), 3), expected);
    text_release(&text);
    return pb;
}

static void votes_are_added_up_by_channel_and_one_of_no_part_ends_the_reading(void **state)
{
    struct pb *pb = read_groups(
        "voter_id;voting_method;vote;points\n1;web;a,b;1,2\n"
        "2;booth;b;2.5\n3;internet;b;4\n",
        ERR_OK);
    const struct election *election = pb_election(pb);
    size_t count;

    (void)state;
    assert_int_equal(election_group_count(election), 2);
    assert_int_equal(election_group_votes(election, 0), 2);
    assert_int_equal(election_group_votes(election, 1), 1);
    assert_int_equal(election_group_sums(election, 0, 0)->points, 10); /* in tenths by now */
    assert_int_equal(election_group_sums(election, 0, 1)->points, 60);
    assert_int_equal(election_group_sums(election, 1, 1)->points, 25);
    assert_int_equal(election_group_sums(election, 1, 0)->votes, 0);
    assert_int_equal(election_option(election, 1)->points, 85);
    pb_free(pb);
    pb = read_groups("voter_id;voting_method;vote;points\n1;paper;a;1\n", ERR_INVALID);
    assert_string_equal(pb_rule_code(pb_faults(pb, &count)[0].rule), "vote-channel");
    assert_string_equal(pb_faults(pb, &count)[0].field, "voting_method");
    pb_free(pb);
    pb = read_groups("voter_id;vote;points\n1;a;1\n", ERR_INVALID);
    assert_string_equal(pb_rule_code(pb_faults(pb, &count)[0].rule), "column-missing");
    pb_free(pb);
}

static void a_caller_who_fails_ends_the_reading(void **state)
{
    struct seen seen = {.answer = ERR_UNAVAILABLE};
    const struct pb_options options = {.on_vote = see_vote, .context = &seen};
    struct pb *pb = NULL;

    (void)state;
    text_init(&seen.text, 4096);
    assert_int_equal(pb_new(&options, &pb), ERR_OK);
    assert_int_equal(pb_feed(pb, STREAMED, strlen(STREAMED)), ERR_UNAVAILABLE);
    assert_int_equal(pb_feed(pb, "3;a\n", 4), ERR_UNAVAILABLE);
    assert_int_equal(pb_finish(pb), ERR_UNAVAILABLE);
    assert_int_equal(seen.votes, 1);
    text_release(&seen.text);
    pb_free(pb);
}

static void the_election_can_be_taken_over(void **state)
{
    enum err err;
    struct pb *pb = help_read(HEAD PROJECTS VOTES "1;a\n", true, &err);
    struct election *election = pb_take_election(pb);

    (void)state;
    assert_int_equal(err, ERR_OK);
    pb_free(pb);
    assert_int_equal(election_vote_count(election), 1);
    assert_string_equal(election_option(election, 1)->id, "b");
    election_free(election);
}

/* Reads a text built in pieces, which must end with this fault. */
static void assert_ends_with(const char *bytes, size_t length, enum pb_rule rule, uint64_t line)
{
    const struct pb_options options = {.keep_votes = false};
    const struct pb_fault *faults;
    struct pb *pb = NULL;
    size_t count;

    assert_int_equal(pb_new(&options, &pb), ERR_OK);
    assert_int_equal(help_feed(pb, bytes, length, 65536), ERR_INVALID);
    faults = pb_faults(pb, &count);
    assert_true(count > 0);
    assert_int_equal(faults[count - 1].severity, PB_ERROR);
    assert_string_equal(pb_rule_code(faults[count - 1].rule), pb_rule_code(rule));
    assert_int_equal(faults[count - 1].line, line);
    pb_free(pb);
}

static void a_nul_byte_is_refused(void **state)
{
    static const char text[] = "META\nkey;value\nbu\0dget;1\n";

    (void)state;
    assert_ends_with(text, sizeof text - 1, PB_NUL_BYTE, 3);
}

/* Adds one piece again and again. */
static void repeat(struct text *text, const char *piece, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_add(text, piece);
    }
}

static void rows_and_cells_beyond_their_maximum_are_refused(void **state)
{
    struct text text;

    (void)state;
    text_init(&text, TEXT_LENGTH_MAX);
    text_add(&text, HEAD "name;");
    repeat(&text, "0123456789abcdef", PB_ROW_LENGTH_MAX / 16);
    assert_ends_with(text_bytes(&text), text.length, PB_ROW_TOO_LONG, 5);
    text_release(&text);

    text_add(&text, HEAD "name");
    repeat(&text, ";", PB_CELLS_MAX);
    text_add(&text, "\n");
    assert_ends_with(text_bytes(&text), text.length, PB_TOO_MANY_CELLS, 5);
    text_release(&text);

    text_add(&text, HEAD "name;\"");
    repeat(&text, "\"\"\n", PB_ROW_LENGTH_MAX);
    assert_ends_with(text_bytes(&text), text.length, PB_ROW_TOO_LONG, 5);
    text_release(&text);
}

static void meta_options_and_ids_beyond_their_maximum_are_refused(void **state)
{
    struct text text;
    char row[64];

    (void)state;
    text_init(&text, TEXT_LENGTH_MAX);
    text_add(&text, HEAD);
    for (int i = 0; i < PB_META_MAX - 1; i++) {
        (void)snprintf(row, sizeof row, "k%d;v\n", i);
        text_add(&text, row);
    }
    assert_ends_with(text_bytes(&text), text.length, PB_TOO_MANY_META, 5 + PB_META_MAX - 2);
    text_release(&text);

    text_add(&text, HEAD "PROJECTS\nproject_id;cost\n");
    for (int i = 0; i <= ELECTION_OPTIONS_MAX; i++) {
        (void)snprintf(row, sizeof row, "p%d;1\n", i);
        text_add(&text, row);
    }
    assert_ends_with(text_bytes(&text), text.length, PB_TOO_MANY_OPTIONS, 7 + ELECTION_OPTIONS_MAX);
    text_release(&text);

    text_add(&text, HEAD "PROJECTS\nproject_id;cost\n");
    repeat(&text, "x", ELECTION_ID_LENGTH_MAX + 1);
    text_add(&text, ";1\n");
    assert_ends_with(text_bytes(&text), text.length, PB_VALUE_TOO_LONG, 7);
    text_release(&text);
}

static void a_vote_of_too_many_choices_and_meta_of_too_many_bytes_are_refused(void **state)
{
    struct text text;
    char row[64];

    (void)state;
    text_init(&text, TEXT_LENGTH_MAX);
    text_add(&text, HEAD PROJECTS VOTES "1;a");
    repeat(&text, ",a", PB_VOTE_CHOICES_MAX);
    assert_ends_with(text_bytes(&text), text.length, PB_TOO_LARGE, 11);
    text_release(&text);

    text_add(&text, HEAD);
    for (int i = 0; i < 5; i++) {
        (void)snprintf(row, sizeof row, "k%d;", i);
        text_add(&text, row);
        repeat(&text, "0123456789abcdef", PB_ROW_LENGTH_MAX / 16 - 2);
        text_add(&text, "\n");
    }
    assert_ends_with(text_bytes(&text), text.length, PB_TOO_LARGE, 9);
    text_release(&text);
}

static void faults_beyond_the_maximum_are_counted_and_the_error_is_still_kept(void **state)
{
    struct text text;
    enum err err;
    struct pb *pb;
    size_t count;
    const struct pb_fault *faults;

    (void)state;
    text_init(&text, 1048576);
    text_add(&text, HEAD "PROJECTS\nproject_id;cost;votes\na;1;\n");
    for (int i = 0; i < 50; i++) {
        char row[32];

        (void)snprintf(row, sizeof row, "o%d;1,5;\n", i);
        text_add(&text, row);
    }
    text_add(&text, VOTES);
    repeat(&text, "1;zz\n", 500);
    text_add(&text, "2;\xff\n");
    pb = help_read(text_bytes(&text), true, &err);
    faults = pb_faults(pb, &count);
    assert_int_equal(err, ERR_INVALID);
    assert_int_equal(count, PB_FAULTS_MAX + 1);
    assert_int_equal(faults[PB_WARNINGS_MAX - 1].severity, PB_WARNING);
    assert_int_equal(faults[PB_WARNINGS_MAX].severity, PB_CONTRADICTION);
    assert_int_equal(faults[PB_FAULTS_MAX].severity, PB_ERROR);
    assert_int_equal(pb_fault_count(pb, PB_WARNING), 50);
    assert_int_equal(pb_fault_count(pb, PB_CONTRADICTION), 500 + 499);
    assert_int_equal(pb_fault_count(pb, PB_ERROR), 1);
    pb_free(pb);
    text_release(&text);
}

static void a_long_value_is_cut_between_characters(void **state)
{
    struct text text;
    enum err err;
    struct pb *pb;
    size_t count;

    (void)state;
    text_init(&text, 4096);
    text_add(&text, HEAD PROJECTS VOTES "1;");
    repeat(&text, "가", 60);
    pb = help_read(text_bytes(&text), false, &err);
    assert_int_equal(err, ERR_OK);
    assert_int_equal(strlen(pb_faults(pb, &count)[0].value), PB_FAULT_VALUE_MAX / 3 * 3);
    pb_free(pb);
    text_release(&text);
}

/* Any text of pieces that matter to the reader ends in an answer, and the same one however cut. */
static void random_texts_end_in_an_answer(void **state)
{
    static const char *const pieces[] = {"META\n",
                                         "PROJECTS\n",
                                         "VOTES\n",
                                         "key;value\n",
                                         "budget;",
                                         "vote_type;",
                                         "approval\n",
                                         "ordinal\n",
                                         "scoring\n",
                                         "project_id;cost\n",
                                         "voter_id;vote;points\n",
                                         ";",
                                         "\n",
                                         "\r",
                                         "\"",
                                         "\"\"",
                                         ",",
                                         "a",
                                         "b",
                                         "1",
                                         "-2.5",
                                         "1e3",
                                         "\xef\xbb\xbf",
                                         "\xea\xb0\x80",
                                         "\xff",
                                         " "};
    uint64_t random = help_seed();

    (void)state;
    for (int run = 0; run < 300; run++) {
        struct text text;
        size_t count = (size_t)(help_random(&random) % 60);

        text_init(&text, 65536);
        if (help_random(&random) % 2 == 0) {
            text_add(&text, HEAD PROJECTS VOTES);
        }
        for (size_t i = 0; i < count; i++) {
            text_add(&text, pieces[help_random(&random) % (sizeof pieces / sizeof pieces[0])]);
        }
        assert_cuts_do_not_matter(text_bytes(&text), text.length);
        text_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_names_its_line_field_and_value),
        cmocka_unit_test(every_rule_of_the_text_has_a_broken_example_or_a_test_of_its_own),
        cmocka_unit_test(it_does_not_matter_where_the_bytes_are_cut),
        cmocka_unit_test(line_ends_bom_and_blank_rows_do_not_matter),
        cmocka_unit_test(the_same_text_reads_alike_with_any_line_end),
        cmocka_unit_test(columns_may_come_in_any_order_and_unknown_ones_are_passed_on),
        cmocka_unit_test(quotes_are_resolved_as_csv_does),
        cmocka_unit_test(a_cost_of_999999999_marks_a_withdrawn_option),
        cmocka_unit_test(lenient_reading_counts_what_can_be_counted),
        cmocka_unit_test(points_go_with_the_option_at_their_place),
        cmocka_unit_test(a_caller_sees_every_option_and_vote_with_its_columns),
        cmocka_unit_test(votes_are_added_up_by_channel_and_one_of_no_part_ends_the_reading),
        cmocka_unit_test(a_caller_who_fails_ends_the_reading),
        cmocka_unit_test(the_election_can_be_taken_over),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(rows_and_cells_beyond_their_maximum_are_refused),
        cmocka_unit_test(meta_options_and_ids_beyond_their_maximum_are_refused),
        cmocka_unit_test(a_vote_of_too_many_choices_and_meta_of_too_many_bytes_are_refused),
        cmocka_unit_test(faults_beyond_the_maximum_are_counted_and_the_error_is_still_kept),
        cmocka_unit_test(a_long_value_is_cut_between_characters),
        cmocka_unit_test(random_texts_end_in_an_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
