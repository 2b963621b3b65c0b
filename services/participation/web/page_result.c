/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A certified result: what is funded, what is left, what operators excluded and
 * declared void, ties and what decided them, where everything can be recomputed
 * from, and what that proves. Figures are the service's own strings; nothing is
 * computed here.
 */
#include "participation/web/pages.h"

#include <string.h>

/* "30000000" as 30,000,000; what is no whole number stands as it is. */
static void figure(struct view *view, const char *text)
{
    int64_t number = 0;
    const char *at = text;

    for (; *at >= '0' && *at <= '9' && number < BALLOT_KRW_MAX; at++) {
        number = number * 10 + (*at - '0');
    }
    if (at == text || *at != '\0') {
        view_text(view, text);
        return;
    }
    view_number(view, number);
}

/* A project's name by the result's id; the id where the ballot does not have it. */
static const char *name_of(const struct ballot_definition *definition, const char *id)
{
    for (size_t i = 0; i < definition->option_count; i++) {
        if (strcmp(definition->options[i].id, id) == 0) {
            return definition->options[i].name;
        }
    }
    return id;
}

static const char *reason_words(const struct view *view, const char *reason)
{
    static const struct view_term WORDS[] = {
        {"funded", "선정", "funded"},
        {"funded-partly", "일부 금액으로 선정", "funded in part"},
        {"over-budget", "비용이 전체 예산보다 큼", "costs more than the budget"},
        {"over-left", "차례가 왔을 때 남은 예산보다 비용이 큼", "cost more than what was left"},
        {"withdrawn", "철회됨", "withdrawn"},
        {"below-threshold", "최소 득표에 미치지 못함", "below the threshold"},
        {"stopped", "차례가 오기 전에 선정이 끝남", "selection had ended"},
        {"no-supporters", "지지한 사람이 없음", "nobody supported it"},
        {"supporters-short", "지지한 사람들의 몫이 비용에 미치지 못함",
         "its supporters' shares did not reach its cost"},
        {"incompatible", "함께 할 수 없는 사업이 선정됨", "excluded by a funded project"},
        {"over-area-cap", "지역 한도를 넘음", "over its area's cap"},
        {"over-field-cap", "분야 한도를 넘음", "over its field's cap"},
        {"excluded", "선정되었으나 결정으로 제외", "selected, but excluded by decision"},
        {"quorum-missed", "투표자 수가 정족수에 미치지 못함", "too few people voted"},
    };

    return view_term(view, WORDS, sizeof WORDS / sizeof WORDS[0], reason);
}

static const char *criterion_words(const struct view *view, const char *criterion)
{
    static const struct view_term WORDS[] = {
        {"cost", "비용이 적은 순", "lower cost"},
        {"votes", "득표가 많은 순", "more votes"},
        {"id", "사업 번호 순", "project number"},
        {"listed-order", "공고한 순서", "listed order"},
        {"drawn", "미리 공개 추첨한 순서", "an order drawn in public"},
        {"lot", "마감 뒤 공개한 추첨값", "a seed published after close"},
    };

    return view_term(view, WORDS, sizeof WORDS / sizeof WORDS[0], criterion);
}

/* Where what stands is said: in what operators decided, or in the computed result itself. */
static const json_t *standing(const json_t *result)
{
    const json_t *decided = json_object_get(result, "decided");

    return json_is_object(decided) ? decided : result;
}

static bool is_funded(const json_t *result, const char *id)
{
    const json_t *funded = json_object_get(standing(result), "funded");

    for (size_t i = 0; i < json_array_size(funded); i++) {
        const char *one = json_string_value(json_array_get(funded, i));

        if (one != NULL && strcmp(one, id) == 0) {
            return true;
        }
    }
    return false;
}

static const json_t *exclusions(const json_t *result)
{
    return json_object_get(json_object_get(result, "decided"), "exclusions");
}

/* The exclusion of an option; NULL when it was not excluded. */
static const json_t *exclusion_of(const json_t *result, const char *id)
{
    for (size_t i = 0; i < json_array_size(exclusions(result)); i++) {
        const json_t *exclusion = json_array_get(exclusions(result), i);

        if (strcmp(web_json_text(exclusion, "option"), id) == 0) {
            return exclusion;
        }
    }
    return NULL;
}

/* The parts that votes are weighed in by channel; none where they are not. */
static const json_t *channel_parts(const json_t *result)
{
    return json_object_get(json_object_get(result, "channel_weights"), "parts");
}

/* The channels of a part: "인터넷·무인 단말기". */
static void channel_names(struct view *view, const json_t *part)
{
    const json_t *channels = json_object_get(part, "channels");

    for (size_t i = 0; i < json_array_size(channels); i++) {
        const char *channel = json_string_value(json_array_get(channels, i));

        view_text(view, i > 0 ? "·" : "");
        view_text(view, view_channel(view, channel != NULL ? channel : ""));
    }
}

/* All parts of a combined score, where parts are weighed; fractions are the result's own. */
static void combined(struct view *view, const json_t *result, const json_t *option)
{
    const json_t *parts = json_object_get(option, "channel_parts");

    if (!json_is_string(json_object_get(option, "combined"))) {
        return;
    }
    MARK(view, "<br>");
    if (parts == NULL) {
        BOTH(view, "주민 ", "residents ");
        view_text(view, web_json_text(option, "resident_part"));
    }
    for (size_t i = 0; i < json_array_size(parts); i++) {
        view_text(view, i > 0 ? " + " : "");
        channel_names(view, json_array_get(channel_parts(result), i));
        MARK(view, " ");
        view_text(view, web_json_text(json_array_get(parts, i), "part"));
    }
    if (json_is_string(json_object_get(option, "jury_part"))) {
        BOTH(view, " + 심사 ", " + jury ");
        view_text(view, web_json_text(option, "jury_part"));
    }
    MARK(view, " = ");
    view_text(view, web_json_text(option, "combined"));
}

static void weight_row(struct view *view, int64_t weight, const char *highest)
{
    MARK(view, "</th><td class=\"number\">");
    view_number(view, weight);
    MARK(view, "</td><td class=\"number\">");
    figure(view, highest);
    MARK(view, "</td></tr>\n");
}

/* Every part with its weight, and the highest that it is measured by. How many voted in a part is not
 * printed, as the tables of turnout withhold few; the highest tells of it all the same, as the result does. */
static void weights_table(struct view *view, const json_t *result)
{
    const json_t *parts = channel_parts(result);
    const json_t *jury = json_object_get(result, "jury");

    MARK(view, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    BOTH(view, "반영 비율", "Weights");
    MARK(view, "\">\n<table>\n<caption>");
    BOTH(view, "투표 방법별 반영 비율", "Weights by how votes were cast");
    MARK(view, "</caption>\n<thead><tr><th scope=\"col\">");
    BOTH(view, "묶음</th><th scope=\"col\">반영 비율</th><th scope=\"col\">가장 높은 점수",
         "Part</th><th scope=\"col\">Weight</th><th scope=\"col\">Highest score");
    MARK(view, "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < json_array_size(parts); i++) {
        const json_t *part = json_array_get(parts, i);

        MARK(view, "<tr><th scope=\"row\">");
        channel_names(view, part);
        weight_row(view, json_integer_value(json_object_get(part, "weight")),
                   web_json_text(part, "highest_score"));
    }
    if (json_is_object(jury)) {
        MARK(view, "<tr><th scope=\"row\">");
        BOTH(view, "심사", "jury");
        weight_row(view, json_integer_value(json_object_get(jury, "jury_weight")),
                   web_json_text(jury, "highest_jury"));
    }
    MARK(view, "</tbody>\n</table>\n</div>\n");
}

/* How the parts are weighed. */
static void weights(struct view *view, const json_t *result)
{
    const json_t *jury = json_object_get(result, "jury");

    if (channel_parts(result) != NULL) {
        BOTH(view,
             "<p>아래 비율로 더한 점수로 순서를 정했습니다. 묶음마다 가장 높은 사업이 그 "
             "비율만큼을 모두 얻고, 다른 사업은 그에 견준 만큼을 얻습니다.</p>\n",
             "<p>The order is that of scores added up by these weights. In each part the highest "
             "project gets all of the weight and every other its share of that.</p>\n");
        weights_table(view, result);
        return;
    }
    if (!json_is_object(jury)) {
        return;
    }
    BOTH(view, "<p>주민투표와 심사 점수를 ",
         "<p>Residents' votes and the jury's scores are weighed ");
    view_number(view, json_integer_value(json_object_get(jury, "resident_weight")));
    MARK(view, ":");
    view_number(view, json_integer_value(json_object_get(jury, "jury_weight")));
    BOTH(view,
         "의 비율로 더한 점수로 순서를 정했습니다. 각각 가장 높은 사업이 그 비율만큼을 모두 얻고, "
         "다른 사업은 그에 견준 만큼을 얻습니다.</p>\n",
         ". Of each, the highest project gets all of the weight and every other its share of "
         "that.</p>\n");
}

/* How many it took, and how many voted; those without a vote that counts are among them. */
static void quorum(struct view *view, const json_t *result)
{
    const json_t *about = json_object_get(result, "quorum");
    const json_t *invalid = json_object_get(about, "invalid");

    if (!json_is_object(about)) {
        return;
    }
    BOTH(view, "<p>정족수는 ", "<p>Quorum: ");
    view_number(view, json_integer_value(json_object_get(about, "needed")));
    BOTH(view, "명입니다. ", "; voted: ");
    view_number(view, json_integer_value(json_object_get(about, "voted")));
    BOTH(view, "명이 투표하여", "");
    if (json_is_integer(invalid)) {
        BOTH(view, "(무효·백지 표 ", ", of whom ");
        view_number(view, json_integer_value(invalid));
        BOTH(view, "명 포함)", " gave a blank or invalid paper");
    }
    if (json_is_true(json_object_get(about, "met"))) {
        BOTH(view, " 정족수를 채웠습니다.</p>\n", ". It was reached.</p>\n");
    } else {
        BOTH(view, " 정족수를 채우지 못했습니다. 아무 사업도 선정하지 않습니다.</p>\n",
             ". It was missed: nothing is funded.</p>\n");
    }
}

/* What operators decided on the count, where they did. */
static void decisions(struct view *view, const json_t *result)
{
    const json_t *voids = json_object_get(result, "voids");
    const size_t excluded = json_array_size(exclusions(result));

    if (excluded > 0) {
        BOTH(view, "<p>개표에서 선정된 사업 ", "<p>Two operators excluded ");
        view_number(view, (int64_t)excluded);
        BOTH(view,
             "개를 운영자 두 명이 제외했습니다. 그 금액은 다른 사업에 쓰지 않고 예산에 "
             "남습니다.</p>\n",
             " of the projects that the count had selected. What these would have got goes to no "
             "other project and stays in the budget.</p>\n");
    }
    if (json_is_object(voids)) {
        BOTH(view, "<p>무효로 처리한 투표는 ", "<p>Void votes: ");
        view_number(view, json_integer_value(json_object_get(voids, "votes")));
        BOTH(view, "명의 표입니다 (개표에서 뺌, 사유 공개).</p>\n",
             " (not counted; the reasons are public).</p>\n");
    }
}

/* What became of an option, and why. */
static void outcome_cell(struct view *view, const json_t *result, const json_t *option)
{
    const json_t *exclusion = exclusion_of(result, web_json_text(option, "id"));

    if (exclusion != NULL) {
        view_text(view, reason_words(view, "excluded"));
        MARK(view, ": ");
        view_words(view, web_json_text(exclusion, "reason"));
        return;
    }
    view_text(view, reason_words(view, web_json_text(option, "reason")));
    if (json_is_string(json_object_get(option, "granted"))) {
        MARK(view, ": ");
        figure(view, web_json_text(option, "granted"));
        BOTH(view, "원", " won");
    }
}

static void outcome_row(struct view *view, const struct ballot_definition *definition,
                        const json_t *result, const json_t *option)
{
    MARK(view, "<tr><th scope=\"row\">");
    view_words(view, name_of(definition, web_json_text(option, "id")));
    MARK(view, "</th><td class=\"number\">");
    figure(view, web_json_text(option, "score"));
    combined(view, result, option);
    MARK(view, "</td><td class=\"number\">");
    figure(view, web_json_text(option, "cost"));
    MARK(view, "</td><td>");
    outcome_cell(view, result, option);
    MARK(view, "</td></tr>\n");
}

/* The options that are funded, or those that are not, with the line of the budget between them. */
static void outcome_table(struct view *view, const struct ballot_definition *definition,
                          const json_t *result, bool funded)
{
    const json_t *options = json_object_get(result, "options");

    MARK(view, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    if (funded) {
        BOTH(view, "선정된 사업", "Funded projects");
    } else {
        BOTH(view, "선정되지 않은 사업", "Projects that are not funded");
    }
    MARK(view, "\">\n<table>\n<caption>");
    if (funded) {
        BOTH(view, "선정된 사업 (금액 단위: 원)", "Funded projects (amounts in won)");
    } else {
        BOTH(view, "선정되지 않은 사업 (금액 단위: 원)", "Projects that are not funded (in won)");
    }
    MARK(view, "</caption>\n<thead><tr><th scope=\"col\">");
    BOTH(view,
         "사업</th><th scope=\"col\">득표</th><th scope=\"col\">비용</th><th scope=\"col\">판정",
         "Project</th><th scope=\"col\">Score</th><th scope=\"col\">Cost</th><th "
         "scope=\"col\">Outcome");
    MARK(view, "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *option = json_array_get(options, i);

        if (is_funded(result, web_json_text(option, "id")) == funded) {
            outcome_row(view, definition, result, option);
        }
    }
    MARK(view, "</tbody>\n");
    if (funded) {
        MARK(view, "<tfoot><tr><th scope=\"row\" colspan=\"2\">");
        BOTH(view, "합계", "Together");
        MARK(view, "</th><td class=\"number\">");
        figure(view, web_json_text(standing(result), "total_cost"));
        MARK(view, "</td><td></td></tr>\n<tr class=\"line\"><th scope=\"row\" colspan=\"2\">");
        BOTH(view, "남은 예산", "Left over");
        MARK(view, "</th><td class=\"number\">");
        figure(view, web_json_text(standing(result), "left_over"));
        MARK(view, "</td><td></td></tr></tfoot>\n");
    }
    MARK(view, "</table>\n</div>\n");
}

/* What a turn was: by score, or a step of the rule. */
static void round_step(struct view *view, const json_t *round)
{
    static const struct view_term WORDS[] = {
        {"", "득표 순서대로", "in the order of scores"},
        {"shares", "지지자들의 몫으로", "by its supporters' shares"},
        {"load", "지지자들이 가장 고르게 나누어", "by the most even load on its supporters"},
        {"fill", "남은 예산으로, 득표 순서대로", "from what was left, in the order of scores"},
        {"partial-fit", "남은 예산만큼 일부 금액으로", "in part, with what was left"},
    };
    const json_t *supporters = json_object_get(round, "supporters");

    view_text(view,
              view_term(view, WORDS, sizeof WORDS / sizeof WORDS[0], web_json_text(round, "step")));
    if (json_is_integer(supporters)) {
        BOTH(view, " (지지자 ", " (supporters: ");
        view_number(view, json_integer_value(supporters));
        BOTH(view, "명)", ")");
    }
}

/* Why nothing came of a turn: the option's reason, unless a later turn funded it. */
static const char *round_outcome(const struct view *view, const json_t *result, const json_t *round)
{
    const json_t *options = json_object_get(result, "options");
    const char *id = web_json_text(round, "option");

    for (size_t i = 0;
         i < json_array_size(options) && !json_is_true(json_object_get(round, "funded")); i++) {
        const json_t *option = json_array_get(options, i);

        if (strcmp(web_json_text(option, "id"), id) == 0) {
            return json_is_true(json_object_get(option, "funded"))
                       ? view_say(view, "이 차례에는 아님", "not in this turn")
                       : reason_words(view, web_json_text(option, "reason"));
        }
    }
    return view_say(view, "선정", "funded");
}

static void rounds(struct view *view, const struct ballot_definition *definition,
                   const json_t *result)
{
    const json_t *list = json_object_get(result, "rounds");

    if (json_array_size(list) == 0) {
        return;
    }
    MARK(view, "<h2>");
    BOTH(view, "차례대로 본 과정", "Round by round");
    MARK(view, "</h2>\n");
    if (json_array_size(exclusions(result)) > 0) {
        BOTH(view, "<p>사업을 제외하기 전에 계산한 과정입니다.</p>\n",
             "<p>As it was computed, before projects were excluded.</p>\n");
    }
    MARK(view, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    BOTH(view, "차례대로 본 과정", "Round by round");
    MARK(view, "\">\n<table>\n<caption>");
    BOTH(view,
         "정한 차례와 그때마다 남은 예산 (금액 단위: 원)</caption>\n<thead><tr><th "
         "scope=\"col\">차례</th><th scope=\"col\">사업</th><th scope=\"col\">방법</th><th "
         "scope=\"col\">판정</th><th scope=\"col\">그 뒤 남은 예산",
         "The turns in their order, and what each left (in won)</caption>\n<thead><tr><th "
         "scope=\"col\">Turn</th><th scope=\"col\">Project</th><th scope=\"col\">How</th><th "
         "scope=\"col\">Outcome</th><th scope=\"col\">Left afterwards");
    MARK(view, "</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *round = json_array_get(list, i);

        MARK(view, "<tr><td class=\"number\">");
        view_number(view, (int64_t)i + 1);
        MARK(view, "</td><th scope=\"row\">");
        view_words(view, name_of(definition, web_json_text(round, "option")));
        MARK(view, "</th><td>");
        round_step(view, round);
        MARK(view, "</td><td>");
        view_text(view, round_outcome(view, result, round));
        MARK(view, "</td><td class=\"number\">");
        figure(view, web_json_text(round, "left_over"));
        MARK(view, "</td></tr>\n");
    }
    MARK(view, "</tbody>\n</table>\n</div>\n");
}

static void tie(struct view *view, const struct ballot_definition *definition, const json_t *tie)
{
    const json_t *options = json_object_get(tie, "options");
    const json_t *decided = json_object_get(tie, "decided_by");

    MARK(view, "<li>");
    for (size_t i = 0; i < json_array_size(options); i++) {
        const char *id = json_string_value(json_array_get(options, i));

        view_text(view, i > 0 ? " > " : "");
        view_words(view, name_of(definition, id != NULL ? id : ""));
    }
    BOTH(view, ": 정한 기준은 ", ": decided by ");
    for (size_t i = 0; i < json_array_size(decided); i++) {
        const char *criterion = json_string_value(json_array_get(decided, i));

        view_text(view, i > 0 ? ", " : "");
        view_text(view, criterion_words(view, criterion != NULL ? criterion : ""));
    }
    if (json_is_true(json_object_get(tie, "decisive"))) {
        BOTH(view, ". 순서가 달랐다면 결과도 달랐을 수 있습니다.",
             ". Another order could have changed the outcome.");
    } else {
        BOTH(view, ". 순서가 달랐어도 결과는 같습니다.",
             ". No order would have changed the outcome.");
    }
    MARK(view, "</li>\n");
}

static void ties(struct view *view, const struct ballot_definition *definition,
                 const json_t *result)
{
    const json_t *list = json_object_get(result, "ties");

    MARK(view, "<h2>");
    BOTH(view, "동점과 그것을 정한 기준", "Ties, and what decided them");
    MARK(view, "</h2>\n");
    if (json_array_size(list) == 0) {
        BOTH(view, "<p>동점이 없었습니다.</p>\n", "<p>There was none.</p>\n");
        return;
    }
    MARK(view, "<ul>\n");
    for (size_t i = 0; i < json_array_size(list); i++) {
        tie(view, definition, json_array_get(list, i));
    }
    MARK(view, "</ul>\n");
}

void page_public_address(struct exchange *exchange, const char *what)
{
    const struct portal_config *config = &exchange->portal->config;
    const char *base = config->participation_public_url[0] != '\0'
                           ? config->participation_public_url
                           : config->participation_url;

    if (strncmp(base, "http", 4) == 0) {
        view_text(&exchange->view, base);
    }
    MARK(&exchange->view, "/v1/ballots/");
    view_text(&exchange->view, exchange->ballot_id);
    view_text(&exchange->view, what);
}

static void source(struct exchange *exchange, const char *what, const char *text)
{
    MARK(&exchange->view, "<li><a href=\"");
    page_public_address(exchange, what);
    MARK(&exchange->view, "\">");
    view_text(&exchange->view, text);
    MARK(&exchange->view, "</a></li>\n");
}

static void sources(struct exchange *exchange, const json_t *result)
{
    struct view *view = &exchange->view;

    MARK(view, "<h2 id=\"sources\">");
    BOTH(view, "직접 확인하기", "Check it yourself");
    MARK(view, "</h2>\n<ul>\n");
    source(exchange, "/bundle",
           view_say(view, "검증 자료 묶음 (모든 표와 결과, tar)",
                    "The bundle: every vote, and the result (tar)"));
    source(exchange, "/board/checkpoint",
           view_say(view, "공개 게시판의 서명된 상태", "The board's signed checkpoint"));
    source(exchange, "/result", view_say(view, "결과 원자료 (JSON)", "The result as JSON"));
    if (json_is_object(json_object_get(result, "voids"))) {
        source(exchange, "/voids",
               view_say(view, "무효로 처리한 투표와 사유 (JSON)", "Void votes and why, as JSON"));
    }
    source(exchange, "/turnout", view_say(view, "투표율 원자료 (JSON)", "The turnout as JSON"));
    if (exchange->portal->config.reporting_public_url[0] != '\0') {
        MARK(view, "<li><a href=\"");
        view_text(view, exchange->portal->config.reporting_public_url);
        MARK(view, "/v1/ballot-reports/");
        view_text(view, exchange->ballot_id);
        MARK(view, ".html\">");
        BOTH(view, "투표와 예산 보고서", "The report on ballot and budget");
        MARK(view, "</a></li>\n");
    }
    MARK(view, "<li><a href=\"/ballots/");
    view_text(view, exchange->ballot_id);
    MARK(view, "/check\">");
    BOTH(view, "내 표 확인", "Check my vote");
    MARK(view, "</a></li>\n<li><a href=\"/ballots/");
    view_text(view, exchange->ballot_id);
    MARK(view, "/verifier\">");
    BOTH(view, "검증 프로그램과 사용법", "The verifier, and how to use it");
    MARK(view, "</a></li>\n</ul>\n<p>");
    BOTH(view,
         "검증 프로그램 <code>hyeopchi-verify</code>는 서비스와 코드를 나누지 않습니다. 자료 "
         "묶음을 내려받아 "
         "이렇게 실행하면 모든 것을 다시 계산합니다.",
         "The verifier, <code>hyeopchi-verify</code>, shares no code with the services. With the "
         "bundle it recomputes everything:");
    MARK(view, "</p>\n<pre><code>hyeopchi-verify ");
    view_text(view, view_say(view, "묶음.tar --receipt 접수증.json",
                             "bundle.tar --receipt receipt.json"));
    MARK(view, "</code></pre>\n");
}

static void what_is_proven(struct view *view)
{
    MARK(view, "<h2>");
    BOTH(view, "무엇이 증명되고 무엇은 아닌지", "What this proves, and what it does not");
    MARK(view,
         "</h2>\n<p lang=\"ko\">누구나 결과를 다시 계산할 수 있고, 접수증을 받은 뒤에 표가 "
         "지워지거나 "
         "바뀌면 드러납니다. 투표 화면을 보여 주는 포털로부터의 비밀, 강요로부터의 자유, 악성 "
         "코드에 "
         "감염된 휴대전화에서의 안전은 증명하지 않습니다.</p>\n"
         "<p lang=\"en\">Anybody can recompute the result, and any deletion or change after a "
         "receipt was given shows. It does <strong>not</strong> prove secrecy from the portal "
         "that shows the ballot, freedom from coercion, or safety on an infected phone.</p>\n");
}

void page_result(struct exchange *exchange, const json_t *result, const json_t *turnout)
{
    struct view *view = &exchange->view;
    const struct ballot_definition *definition = &exchange->ballot->definition;
    const struct view_frame frame = {
        .title = view_say(view, "투표 결과", "Result"),
        .ballot = definition,
    };

    view_begin(view, &frame);
    MARK(view, "<h1>");
    view_words(view, definition->title);
    MARK(view, ": ");
    view_text(view, frame.title);
    MARK(view, "</h1>\n<p>");
    BOTH(view, "예산 ", "Of ");
    view_krw(view, definition->budget_krw);
    BOTH(view, " 가운데 ", ", ");
    figure(view, web_json_text(standing(result), "total_cost"));
    BOTH(view, "원을 ", " won go to ");
    view_number(view, (int64_t)json_array_size(json_object_get(standing(result), "funded")));
    BOTH(view, "개 사업에 쓰기로 했습니다. 운영자 두 명이 확정한 결과입니다.",
         " projects. Two operators have certified this.");
    MARK(view, "</p>\n");
    decisions(view, result);
    quorum(view, result);
    weights(view, result);
    outcome_table(view, definition, result, true);
    outcome_table(view, definition, result, false);
    rounds(view, definition, result);
    ties(view, definition, result);
    page_turnout(view, turnout);
    sources(exchange, result);
    what_is_proven(view);
    MARK(view, "<p class=\"hint\">");
    BOTH(view,
         "개시할 때 확정된 투표 내용의 해시값: ", "Hash of the definition, frozen at opening: ");
    MARK(view, "<code>");
    view_text(view, exchange->ballot->definition_hash);
    MARK(view, "</code></p>\n");
    view_end(view, &frame);
}
