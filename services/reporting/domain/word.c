/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words, in tables. They are those of public offices; a word may be put
 * better at any time, since codes carry the meaning.
 */
#include "reporting/domain/word.h"

#include <assert.h>
#include <string.h>

struct word {
    const char *code;
    const char *ko;
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct word STAGES[] = {
    {"M10", "편성요구"},
    {"M90", "편성요구 상대계정"},
    {"R10.main", "본예산 재원"},
    {"S10", "편성"},
    {"S20", "확보"},
    {"S30", "배정"},
    {"S40", "원인행위"},
    {"S45", "교부"},
    {"S50", "집행"},
    {"S60", "정산"},
    {"S70", "반납예정"},
    {"S75", "반납"},
    {"S90", "불용"},
    {"I10", "이자"},
    {"I20", "이자 상대계정"},
};

static const struct word METHODS[] = {
    {"approval", "복수 선택 투표(승인투표)"},
    {"choose-1", "단일 선택 투표"},
    {"cumulative", "점수 배분 투표(점수를 나누어 줌)"},
    {"scoring", "점수 투표(의제마다 점수를 매김)"},
    {"ordinal", "순위 투표"},
};

static const struct word RULES[] = {
    {"greedy", "다득표순(예산 한도 안에서 득표(점수)가 많은 사업부터 선정)"},
    {"greedy-no-skip", "다득표순(예산에 들지 않는 사업이 나오면 선정을 마침)"},
    {"greedy-threshold", "다득표순(최소 득표(점수) 이상인 사업만 대상)"},
    {"equal-shares", "균등 몫(예산을 투표자 수로 똑같이 나누어, 고른 사람들의 몫으로 선정)"},
    {"phragmen", "부담 균형(프라그멘: 고른 사람들의 부담이 가장 적은 사업부터 선정)"},
    {"comparison", "비교(균등 몫과 다득표순 중 더 많은 투표자에게 유리한 쪽)"},
};

static const struct word REASONS[] = {
    {"funded", "예산 한도 내 선정"},
    {"over-budget", "사업비가 총예산을 초과"},
    {"over-left", "남은 예산을 초과"},
    {"withdrawn", "사업 철회"},
    {"funded-partly", "일부 금액으로 선정"},
    {"below-threshold", "최소 득표(점수) 미달"},
    {"stopped", "선정이 먼저 끝남"},
    {"no-supporters", "고른 투표자 없음"},
    {"supporters-short", "고른 투표자들의 몫이 사업비에 모자람"},
    {"incompatible", "함께 할 수 없는 사업이 선정됨"},
    {"over-area-cap", "지역별 예산 한도를 초과"},
    {"over-field-cap", "분야별 예산 한도를 초과"},
    {"quorum-missed", "투표 정족수 미달"},
    {"excluded", "선정되었으나 결정으로 제외"},
};

static const struct word DIMENSIONS[] = {
    {"area", "동"},       {"channel", "참여 경로"},   {"sex", "성별"},
    {"age_band", "연령"}, {"basis", "본인확인 방법"}, {"day", "날짜"},
};

static const struct word BY_DIMENSIONS[] = {
    {"area", "동별"},       {"channel", "참여 경로별"},   {"sex", "성별"},
    {"age_band", "연령별"}, {"basis", "본인확인 방법별"}, {"day", "날짜별"},
};

static const struct word SEXES[] = {{"F", "여성"}, {"M", "남성"}, {"X", "기타"}};

static const struct word AGES[] = {
    {"10-19", "10대"}, {"20-29", "20대"}, {"30-39", "30대"},    {"40-49", "40대"},
    {"50-59", "50대"}, {"60-69", "60대"}, {"70+", "70대 이상"},
};

static const struct word CHANNELS[] = {
    {"web", "온라인"}, {"kiosk", "무인단말기"}, {"booth", "현장 투표소"}, {"paper", "종이 투표"}};

static const struct word BASES[] = {{"resident-register", "주민등록 확인"},
                                    {"certificate", "인증서"},
                                    {"did", "모바일 신분증"},
                                    {"manual", "현장 확인"}};

static const char *find(const struct word *words, size_t count, const char *code)
{
    assert(words != NULL);
    assert(code != NULL);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].code, code) == 0) {
            return words[i].ko;
        }
    }
    return code;
}

const char *word_state(enum report_state state)
{
    static const char *const words[] = {"개시 전", "투표 진행 중", "투표 마감", "결과 확정"};

    assert((size_t)state < COUNT(words));
    assert(words[state] != NULL);
    return words[state];
}

const char *word_source(enum report_source source)
{
    static const char *const words[] = {"자료 없음", "국비", "시비", "구비", "기타"};

    static_assert(COUNT(words) == REPORT_SOURCE_OTHER + 1, "a word for every source");
    return (size_t)source < COUNT(words) ? words[source] : words[0];
}

const char *word_stage(const char *stage)
{
    return find(STAGES, COUNT(STAGES), stage);
}

const char *word_method(const char *method)
{
    return find(METHODS, COUNT(METHODS), method);
}

bool word_has_votes(const char *method)
{
    return strcmp(method, "approval") == 0 || strcmp(method, "choose-1") == 0;
}

const char *word_rule(const char *rule)
{
    return find(RULES, COUNT(RULES), rule);
}

const char *word_reason(const char *reason)
{
    return find(REASONS, COUNT(REASONS), reason);
}

const char *word_dimension(const char *dimension)
{
    return find(DIMENSIONS, COUNT(DIMENSIONS), dimension);
}

const char *word_by_dimension(const char *dimension)
{
    return find(BY_DIMENSIONS, COUNT(BY_DIMENSIONS), dimension);
}

const char *word_cell(const char *dimension, const char *name)
{
    assert(dimension != NULL);
    assert(name != NULL);

    if (strcmp(dimension, "area") == 0) {
        return strcmp(name, "all") == 0 ? "전체" : name;
    }
    if (strcmp(name, "unknown") == 0) {
        return "미상";
    }
    if (strcmp(dimension, "sex") == 0) {
        return find(SEXES, COUNT(SEXES), name);
    }
    if (strcmp(dimension, "age_band") == 0) {
        return find(AGES, COUNT(AGES), name);
    }
    if (strcmp(dimension, "channel") == 0) {
        return find(CHANNELS, COUNT(CHANNELS), name);
    }
    return strcmp(dimension, "basis") == 0 ? find(BASES, COUNT(BASES), name) : name;
}
