/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result as a table: what it says in either language, and rows whose
 * columns stand below each other.
 */
#include "cli/tally_table.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "cli/text_width.h"
#include "participation/domain/decimal.h"

#define NUMBER_SIZE (2 * DECIMAL_TEXT_SIZE)
#define GROUP       3
#define GAP         2

enum { SCORE_SIZE = (TALLY_PARTS_MAX + 2) * (NUMBER_SIZE + 2) };

enum column {
    COLUMN_RESULT,
    COLUMN_ID,
    COLUMN_SCORE,
    COLUMN_COST,
    COLUMN_LEFT,
    COLUMN_NAME,
    COLUMN_COUNT,
};

/* Everything a table says, in one language. */
struct words {
    const char *columns[COLUMN_COUNT];
    const char *reasons[TALLY_REASON_COUNT];
    const char *criteria[TALLY_CRITERION_COUNT];
    const char *rule;
    const char *tie_rule;
    const char *votes;
    const char *options;
    const char *funded;
    const char *budget;
    const char *total_cost;
    const char *left_over;
    const char *quorum;
    const char *weights;
    const char *channel_weights;
    const char *tie;
    const char *decisive;
    const char *harmless;
};

static const struct words WORDS[] =
    {
        [TALLY_FILE_KOREAN] =
            {
                .columns = {"결과", "번호", "득표(점수)", "비용", "남은 예산", "사업명"},
                .reasons = {[TALLY_FUNDED] = "선정",
                            [TALLY_OVER_BUDGET] = "예산 초과",
                            [TALLY_OVER_LEFT] = "잔액 부족",
                            [TALLY_WITHDRAWN] = "철회",
                            [TALLY_FUNDED_PARTLY] = "일부 선정",
                            [TALLY_BELOW_THRESHOLD] = "최저 득표 미달",
                            [TALLY_STOPPED] = "선정 종료",
                            [TALLY_NO_SUPPORTERS] = "지지자 없음",
                            [TALLY_SUPPORTERS_SHORT] = "지지자 몫 부족",
                            [TALLY_INCOMPATIBLE] = "양립 불가",
                            [TALLY_OVER_AREA_CAP] = "지역 한도 초과",
                            [TALLY_OVER_FIELD_CAP] = "분야 한도 초과",
                            [TALLY_QUORUM_MISSED] = "정족수 미달"},
                .criteria = {[TALLY_BY_COST] = "비용",
                             [TALLY_BY_VOTES] = "득표수",
                             [TALLY_BY_ID] = "번호",
                             [TALLY_BY_LISTED_ORDER] = "공고 순서",
                             [TALLY_BY_DRAWN] = "공개 추첨",
                             [TALLY_BY_LOT] = "공개 난수 추첨"},
                .rule = "선정 방식",
                .tie_rule = "동점 처리",
                .votes = "투표 수",
                .options = "사업 수",
                .funded = "선정 사업 수",
                .budget = "예산",
                .total_cost = "선정 금액",
                .left_over = "잔액",
                .quorum = "정족수",
                .weights = "주민:심사",
                .channel_weights = "반영 비율",
                .tie = "동점",
                .decisive = "선정 여부가 갈림",
                .harmless = "선정에 영향 없음",
            },
        [TALLY_FILE_ENGLISH] =
            {
                .columns = {"Result", "Id", "Score", "Cost", "Left over", "Name"},
                .reasons = {[TALLY_FUNDED] = "funded",
                            [TALLY_OVER_BUDGET] = "over budget",
                            [TALLY_OVER_LEFT] = "over what is left",
                            [TALLY_WITHDRAWN] = "withdrawn",
                            [TALLY_FUNDED_PARTLY] = "funded partly",
                            [TALLY_BELOW_THRESHOLD] = "below threshold",
                            [TALLY_STOPPED] = "ended before",
                            [TALLY_NO_SUPPORTERS] = "no supporters",
                            [TALLY_SUPPORTERS_SHORT] = "supporters short",
                            [TALLY_INCOMPATIBLE] = "incompatible",
                            [TALLY_OVER_AREA_CAP] = "over area cap",
                            [TALLY_OVER_FIELD_CAP] = "over field cap",
                            [TALLY_QUORUM_MISSED] = "quorum missed"},
                .criteria = {[TALLY_BY_COST] = "cost",
                             [TALLY_BY_VOTES] = "votes",
                             [TALLY_BY_ID] = "id",
                             [TALLY_BY_LISTED_ORDER] = "listed order",
                             [TALLY_BY_DRAWN] = "drawn order",
                             [TALLY_BY_LOT] = "lot"},
                .rule = "Rule",
                .tie_rule = "Tie rule",
                .votes = "Votes",
                .options = "Options",
                .funded = "Funded",
                .budget = "Budget",
                .total_cost = "Total cost",
                .left_over = "Left over",
                .quorum = "Quorum",
                .weights = "Votes:jury",
                .channel_weights = "Weights",
                .tie = "Tie",
                .decisive = "decides who is funded",
                .harmless = "decides nothing",
            },
};

/* One row's cells; numbers have their text inside. */
struct cells {
    const char *text[COLUMN_COUNT];
    char score[SCORE_SIZE];
    char cost[NUMBER_SIZE];
    char left[NUMBER_SIZE];
};

static void write_spaces(size_t count, FILE *output)
{
    for (size_t i = 0; i < count; i++) {
        (void)fputc(' ', output);
    }
}

/* Writes a number with a comma between groups of three digits before the point. */
static void format_grouped(int64_t units, unsigned scale, char ret[NUMBER_SIZE])
{
    char plain[DECIMAL_TEXT_SIZE];
    size_t length = decimal_format(units, scale, plain);
    const char *point = memchr(plain, '.', length);
    size_t whole = point == NULL ? length : (size_t)(point - plain);
    size_t written = 0;

    for (size_t i = 0; i < length; i++) {
        bool after_digit = i > 0 && plain[i - 1] != '-';

        if (i < whole && after_digit && (whole - i) % GROUP == 0) {
            ret[written++] = ',';
        }
        ret[written++] = plain[i];
    }
    ret[written] = '\0';
}

static void format_hundredths(unsigned hundredths, char ret[TALLY_TABLE_FRACTION_SIZE])
{
    (void)snprintf(ret, TALLY_TABLE_FRACTION_SIZE, "%u.%02u", hundredths / 100, hundredths % 100);
}

void tally_table_part(const struct tally_result *result, uint32_t part, uint32_t option,
                      char ret[TALLY_TABLE_FRACTION_SIZE])
{
    const struct tally_fraction share = tally_part_share(result, part, option);

    /* A part is at most TALLY_WEIGHT_MAX. */
    format_hundredths((unsigned)(share.numerator * 100 / share.denominator), ret);
}

void tally_table_combined(const struct tally_result *result, uint32_t option,
                          char ret[TALLY_TABLE_FRACTION_SIZE])
{
    format_hundredths((unsigned)tally_parts_hundredths(result, option), ret);
}

void tally_table_part_name(const struct tally_part *part, enum tally_file_language language,
                           FILE *output)
{
    static const char *const NAMES[][2] = {
        [TALLY_PART_VOTES] = {"주민", "residents"},
        [TALLY_PART_CHANNELS] = {"", ""},
        [TALLY_PART_JURY] = {"심사", "jury"},
    };

    (void)fputs(NAMES[part->of][language == TALLY_FILE_KOREAN ? 0 : 1], output);
    for (uint32_t i = 0; i < part->channel_count; i++) {
        (void)fprintf(output, "%s%s", i > 0 ? "+" : "", part->channels[i]);
    }
}

/* The score; where parts are weighed "votes, jury's: combined", what the order goes by last: each part's
 * score but that of all votes, which stand in front. */
static void format_score(const struct tally_result *result, uint32_t option, char ret[SCORE_SIZE])
{
    const struct tally_parts *parts = result->method.parts;
    char number[NUMBER_SIZE];
    char combined[TALLY_TABLE_FRACTION_SIZE];
    int length;

    format_grouped(result->outcomes[option].score, result->score_scale, number);
    length = snprintf(ret, SCORE_SIZE, "%s", number); /* Always fits, as below. */
    if (parts == NULL) {
        return;
    }
    for (uint32_t part = 0; part < parts->count; part++) {
        if (parts->list[part].of != TALLY_PART_VOTES) {
            format_grouped(tally_part_score(result, part, option), tally_part_scale(result, part),
                           number);
            length += snprintf(ret + length, SCORE_SIZE - (size_t)length, ", %s", number);
        }
    }
    tally_table_combined(result, option, combined);
    (void)snprintf(ret + length, SCORE_SIZE - (size_t)length, ": %s", combined);
}

static void fill_cells(const struct tally_table *table, uint32_t option, struct cells *ret)
{
    const struct tally_result *result = table->result;
    const struct tally_outcome *outcome = &result->outcomes[option];
    const struct election_option *row = election_option(table->election, option);

    ret->text[COLUMN_RESULT] = WORDS[table->language].reasons[outcome->reason];
    ret->text[COLUMN_ID] = row->id;
    ret->text[COLUMN_NAME] = row->name;
    format_score(result, option, ret->score);
    format_grouped(row->cost, result->money_scale, ret->cost);
    ret->left[0] = '\0';
    ret->text[COLUMN_SCORE] = ret->score;
    ret->text[COLUMN_COST] = ret->cost;
    ret->text[COLUMN_LEFT] = ret->left;
}

/* Whether nothing more happened to the round's option: later turns replace a way out. */
static bool is_final(const struct tally_result *result, const struct tally_round *round)
{
    bool filled = result->method.completion == TALLY_COMPLETION_ADD1U ||
                  result->method.completion == TALLY_COMPLETION_UTILITARIAN;

    return round->funded || (!result->outcomes[round->option].funded &&
                             !(filled && round->step == TALLY_STEP_SHARES));
}

/* Whether an option has a row among the rounds. */
static bool had_round(const struct tally_result *result, uint32_t option)
{
    for (uint32_t i = 0; i < result->round_count; i++) {
        if (result->rounds[i].option == option && is_final(result, &result->rounds[i])) {
            return true;
        }
    }
    return false;
}

/* The row's cells: first the rounds in their order, then the options that had none. */
static bool next_row(const struct tally_table *table, uint32_t *position, struct cells *ret)
{
    const struct tally_result *result = table->result;

    for (; *position < result->round_count; (*position)++) {
        const struct tally_round *round = &result->rounds[*position];

        if (is_final(result, round)) {
            fill_cells(table, round->option, ret);
            format_grouped(round->left_over, result->money_scale, ret->left);
            (*position)++;
            return true;
        }
    }
    for (; *position - result->round_count < result->option_count; (*position)++) {
        uint32_t option = *position - result->round_count;

        if (!had_round(result, option)) {
            fill_cells(table, option, ret);
            (*position)++;
            return true;
        }
    }
    return false;
}

static bool is_number(enum column column)
{
    return column == COLUMN_SCORE || column == COLUMN_COST || column == COLUMN_LEFT;
}

/* Numbers stand to the right of their column, texts to the left; nothing follows the last. */
static void write_row(const char *const *text, const size_t *widths, FILE *output)
{
    for (enum column column = 0; column < COLUMN_COUNT; column++) {
        size_t room = widths[column] - text_width(text[column]);

        write_spaces(is_number(column) ? room : 0, output);
        text_print(text[column], output);
        if (column + 1 < COLUMN_COUNT) {
            write_spaces((is_number(column) ? 0 : room) + GAP, output);
        }
    }
    (void)fputc('\n', output);
}

static void write_rows(const struct tally_table *table, FILE *output)
{
    const struct words *words = &WORDS[table->language];
    size_t widths[COLUMN_COUNT];
    struct cells cells;
    uint32_t position = 0;

    for (int column = 0; column < COLUMN_COUNT; column++) {
        widths[column] = text_width(words->columns[column]);
    }
    while (next_row(table, &position, &cells)) {
        for (int column = 0; column < COLUMN_COUNT; column++) {
            size_t width = text_width(cells.text[column]);

            widths[column] = width > widths[column] ? width : widths[column];
        }
    }
    write_row(words->columns, widths, output);
    position = 0;
    while (next_row(table, &position, &cells)) {
        write_row(cells.text, widths, output);
    }
}

/* A line of the head: a word, and what is said under it from the same column on. */
static void write_head(const char *word, const char *value, size_t width, FILE *output)
{
    (void)fputs(word, output);
    write_spaces(width - text_width(word) + GAP, output);
    text_print(value, output);
    (void)fputc('\n', output);
}

/* "30:70" of residents and jury; by channel each part by its name. */
static void write_weights(const struct tally_table *table, size_t width, FILE *output)
{
    const struct words *words = &WORDS[table->language];
    const struct tally_parts *parts = table->result->method.parts;
    const bool named = tally_parts_by_channel(&table->result->method);
    const char *word = named ? words->channel_weights : words->weights;

    (void)fputs(word, output);
    write_spaces(width - text_width(word) + GAP, output);
    for (uint32_t i = 0; i < parts->count; i++) {
        (void)fputs(i == 0 ? "" : named ? ", " : ":", output);
        if (named) {
            tally_table_part_name(&parts->list[i], table->language, output);
            (void)fputc(':', output);
        }
        (void)fprintf(output, "%" PRIu32, parts->list[i].weight);
    }
    (void)fputc('\n', output);
}

static void write_summary(const struct tally_table *table, FILE *output)
{
    const struct words *words = &WORDS[table->language];
    const struct tally_result *result = table->result;
    const int64_t quorum = tally_quorum_needed(&result->method);

    const struct {
        const char *word;
        int64_t units;
        unsigned scale;
    } numbers[] = {
        {words->votes, election_vote_count(table->election), 0},
        {words->options, result->option_count, 0},
        {words->funded, result->funded_count, 0},
        {words->budget, result->budget, result->money_scale},
        {words->total_cost, result->total_cost, result->money_scale},
        {words->left_over, result->left_over, result->money_scale},
        {words->quorum, quorum, 0},
    };

    /* The quorum only where there is one. */
    size_t count = sizeof numbers / sizeof numbers[0] - (quorum > 0 ? 0 : 1);
    size_t width = text_width(words->rule);
    char text[NUMBER_SIZE];

    for (size_t i = 0; i < count; i++) {
        width = text_width(numbers[i].word) > width ? text_width(numbers[i].word) : width;
    }
    write_head(words->rule, tally_rule_name(result->method.rule), width, output);
    write_head(words->tie_rule, tally_tie_rule_name(result->method.tie), width, output);
    if (result->method.parts != NULL) {
        write_weights(table, width, output);
    }
    for (size_t i = 0; i < count; i++) {
        format_grouped(numbers[i].units, numbers[i].scale, text);
        write_head(numbers[i].word, text, width, output);
    }
    (void)fputc('\n', output);
}

void tally_table_number(int64_t units, unsigned scale, FILE *output)
{
    char text[NUMBER_SIZE];

    format_grouped(units, scale, text);
    (void)fputs(text, output);
}

void tally_table_tie(const struct tally_table *table, const struct tally_tie *tie,
                     enum tally_file_language language, FILE *output)
{
    const struct words *words = &WORDS[language];
    const uint32_t *options = table->result->tie_options + tie->first;
    char score[NUMBER_SIZE];
    bool first = true;

    if (table->result->method.parts != NULL) {
        char combined[TALLY_TABLE_FRACTION_SIZE];

        tally_table_combined(table->result, options[0], combined);
        (void)snprintf(score, sizeof score, "%s", combined); /* Always fits. */
    } else if (tie->step == TALLY_STEP_TURN || tie->step == TALLY_STEP_FILL) {
        format_grouped(tie->score, table->result->score_scale, score);
    } else {
        (void)snprintf(score, sizeof score, "#%" PRIu32, tie->round + 1);
    }
    (void)fprintf(output, "%s %s:", words->tie, score);
    for (uint32_t i = 0; i < tie->count; i++) {
        (void)fputs(i == 0 ? " " : ", ", output);
        text_print(election_option(table->election, options[i])->id, output);
    }
    for (int criterion = 0; criterion < TALLY_CRITERION_COUNT; criterion++) {
        if ((tie->decided_by & 1u << criterion) != 0) {
            (void)fprintf(output, "%s%s", first ? " <- " : ", ", words->criteria[criterion]);
            first = false;
        }
    }
    (void)fprintf(output, " (%s)\n", tie->decisive ? words->decisive : words->harmless);
}

void tally_table_write(const struct tally_table *table, FILE *output)
{
    assert(table->election != NULL);
    assert(table->result != NULL);
    assert(output != NULL);

    if (table->title != NULL && *table->title != '\0') {
        text_print(table->title, output);
        (void)fputs("\n\n", output);
    }
    write_summary(table, output);
    write_rows(table, output);
    if (table->result->tie_count > 0) {
        (void)fputc('\n', output);
    }
    for (uint32_t i = 0; i < table->result->tie_count; i++) {
        tally_table_tie(table, &table->result->ties[i], table->language, output);
    }
}
