/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stand-in for proving who one is. It must never look like the real thing,
 * nor invite anybody to type what identifies them.
 */
#include "participation/web/pages.h"

#include <string.h>

static void option(struct view *view, const char *value, const char *label, const char *chosen)
{
    MARK(view, "<option value=\"");
    view_text(view, value);
    MARK(view, "\"");
    if (value == label) {
        BOTH(view, "", " lang=\"ko\""); /* An area's name. */
    }
    if (chosen != NULL && strcmp(chosen, value) == 0) {
        MARK(view, " selected");
    }
    MARK(view, ">");
    view_text(view, label);
    MARK(view, "</option>\n");
}

/* Opens a labelled field; the error stands between label and field. */
static void label(struct view *view, const struct identity_form *form, const char *name,
                  const char *text)
{
    const bool wrong = form->wrong != NULL && strcmp(form->wrong, name) == 0;

    MARK(view, "<div class=\"field\">\n<label for=\"");
    view_text(view, name);
    MARK(view, "\">");
    view_text(view, text);
    MARK(view, "</label>\n");
    if (wrong) {
        MARK(view, "<p class=\"error\" id=\"");
        view_text(view, name);
        MARK(view, "-error\">");
        view_text(view, view_say(view, form->ko, form->en));
        MARK(view, "</p>\n");
    }
}

static void describe(struct view *view, const struct identity_form *form, const char *name)
{
    if (form->wrong != NULL && strcmp(form->wrong, name) == 0) {
        MARK(view, " aria-invalid=\"true\" aria-describedby=\"");
        view_text(view, name);
        MARK(view, "-error\"");
    }
}

static void resident_field(struct view *view, const struct identity_form *form)
{
    label(view, form, "resident",
          view_say(view, "시연용 주민 이름표 (아무 말이나 40자까지)",
                   "The demonstration resident's name tag (anything, up to 40 characters)"));
    MARK(view, "<p class=\"hint\" id=\"resident-hint\">");
    BOTH(view,
         "예: 시연주민-17. 같은 이름표는 같은 사람으로 봅니다. 실제 이름, 주민등록번호, 전화번호를 "
         "적지 "
         "마십시오.",
         "For example: resident-17. The same tag is the same person. Do not type a real name, "
         "number or telephone.");
    MARK(view,
         "</p>\n<input id=\"resident\" name=\"resident\" type=\"text\" required "
         "maxlength=\"40\" autocomplete=\"off\" spellcheck=\"false\" value=\"");
    view_text(view, form->resident);
    if (form->wrong != NULL && strcmp(form->wrong, "resident") == 0) {
        MARK(view, "\" aria-invalid=\"true\" aria-describedby=\"resident-error resident-hint\">\n");
    } else {
        MARK(view, "\" aria-describedby=\"resident-hint\">\n");
    }
    MARK(view, "</div>\n");
}

static void area_field(struct view *view, const struct identity_form *form,
                       const struct ballot_definition *definition)
{
    if (definition->area_count == 0) {
        return;
    }
    label(view, form, "area", view_say(view, "사는 곳 등 연고가 있는 동", "Your neighbourhood"));
    MARK(view, "<select id=\"area\" name=\"area\" required");
    describe(view, form, "area");
    MARK(view, ">\n");
    option(view, "", view_say(view, "골라 주십시오", "Please choose"), form->area);
    for (size_t i = 0; i < definition->area_count; i++) {
        option(view, definition->areas[i], definition->areas[i], form->area);
    }
    MARK(view, "</select>\n</div>\n");
}

static void sex_field(struct view *view, const struct identity_form *form)
{
    static const char *const WORDS[] = {"", "F", "M", "X"};

    label(view, form, "sex",
          view_say(view, "성별 (투표율 통계에만 씁니다)", "Sex (for turnout figures only)"));
    MARK(view, "<select id=\"sex\" name=\"sex\"");
    describe(view, form, "sex");
    MARK(view, ">\n");
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        option(view, WORDS[i], view_sex(view, WORDS[i]), form->sex);
    }
    MARK(view, "</select>\n</div>\n");
}

static void age_field(struct view *view, const struct identity_form *form,
                      const struct ballot_definition *definition)
{
    static const char *const LABELS[VOTE_AGE_BAND_END][2] = {
        {"밝히지 않음", "Not given"},
        {"10대", "10-19"},
        {"20대", "20-29"},
        {"30대", "30-39"},
        {"40대", "40-49"},
        {"50대", "50-59"},
        {"60대", "60-69"},
        {"70세 이상", "70+"},
    };
    const uint32_t bands = vote_age_bands(definition);

    label(view, form, "age_band", view_say(view, "연령대 (만 나이)", "Age group"));
    MARK(view, "<select id=\"age_band\" name=\"age_band\"");
    describe(view, form, "age_band");
    MARK(view, ">\n");
    for (unsigned band = 0; band < VOTE_AGE_BAND_END; band++) {
        if (bands & BALLOT_BIT(band)) {
            option(view, vote_age_band_name((enum vote_age_band)band),
                   view_say(view, LABELS[band][0], LABELS[band][1]), form->age_band);
        }
    }
    MARK(view, "</select>\n</div>\n");
}

void page_identity(struct exchange *exchange, const struct identity_form *form)
{
    struct view *view = &exchange->view;
    const struct ballot_definition *definition = &exchange->ballot->definition;
    const struct view_frame frame = {
        .title = view_say(view, "시연용 본인확인", "Identification (demonstration)"),
        .wrong = form->wrong != NULL,
        .ballot = definition,
    };

    view_begin(view, &frame);
    if (form->wrong != NULL) {
        page_error_summary(view, view_say(view, form->ko, form->en), form->wrong);
    }
    MARK(view, "<p class=\"step\">");
    BOTH(view, "4단계 중 1단계", "Step 1 of 4");
    MARK(view, "</p>\n<h1>");
    view_text(view, frame.title);
    MARK(view, "</h1>\n<p class=\"notice\"><strong>");
    BOTH(view,
         "이것은 실제 본인확인이 아닙니다.</strong> 실제 투표에서는 이 자리에 간편인증이나 "
         "공동인증서 "
         "같은 본인확인이 옵니다. 적으신 말은 저장하지 않고, 되돌릴 수 없는 값으로 바꾸어 씁니다.",
         "This proves nothing.</strong> In a real ballot a certificate or another proof of "
         "identity stands here. What you type is not stored; only a value made of it that cannot "
         "be turned back is used.");
    MARK(view, "</p>\n<form method=\"post\" action=\"/ballots/");
    view_text(view, exchange->ballot_id);
    MARK(view, "/identity\">\n");
    exchange_write_token(exchange);
    resident_field(view, form);
    area_field(view, form, definition);
    sex_field(view, form);
    age_field(view, form, definition);
    MARK(view, "<p><button type=\"submit\">");
    BOTH(view, "확인하고 투표하러 가기", "Continue to the ballot");
    MARK(view, "</button></p>\n</form>\n");
    view_end(view, &frame);
}
