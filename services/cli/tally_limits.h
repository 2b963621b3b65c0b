/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terms of a count on the command line, the same for `hyeopchi tally` and
 * `hyeopchi ballot create`: the partial fit, a quorum, options that exclude each
 * other, caps of areas and fields.
 */
#ifndef HYEOPCHI_CLI_TALLY_LIMITS_H
#define HYEOPCHI_CLI_TALLY_LIMITS_H

#include "cli/invocation.h"
#include "participation/domain/pb.h"
#include "participation/domain/tally.h"
#include "runtime/err.h"

#include <stdbool.h>

/* Rows of a command's table of options. */
#define TALLY_LIMIT_OPTIONS                                                                        \
    {                                                                                              \
        .name = "partial-fit",                                                                     \
        .argument = "SHARE",                                                                       \
        .sentence =                                                                                \
            {"남은 예산이 사업비의 이 몫(예: 80/100) 이상이면 첫 탈락 사업을 선정",                \
             "fund the first option that does not fit if this share of it is left (80/100)"},      \
    },                                                                                             \
        {                                                                                          \
            .name = "quorum",                                                                      \
            .argument = "VOTERS",                                                                  \
            .sentence = {"투표자가 이보다 적으면 아무것도 선정하지 않음",                          \
                         "fund nothing when fewer than so many voted"},                            \
        },                                                                                         \
        {                                                                                          \
            .name = "incompatible",                                                                \
            .argument = "ID,ID",                                                                   \
            .repeated = true,                                                                      \
            .sentence = {"함께 할 수 없는 사업들. 하나만 선정 (여러 번 쓸 수 있음)",               \
                         "options of which at most one is funded; may be repeated"},               \
        },                                                                                         \
        {                                                                                          \
            .name = "area-cap",                                                                    \
            .argument = "AREA=AMOUNT",                                                             \
            .repeated = true,                                                                      \
            .sentence = {"한 지역의 사업들이 받을 수 있는 최대 금액 (여러 번 쓸 수 있음)",         \
                         "what an area's options get together, at most; may be repeated"},         \
        },                                                                                         \
        {                                                                                          \
            .name = "quorum-share",                                                                \
            .argument = "SHARE",                                                                   \
            .sentence = {"투표자가 선거인의 이 몫(예: 1/3)보다 적으면 아무것도 선정하지 않음",     \
                         "fund nothing when a smaller share of the electorate voted (1/3)"},       \
        },                                                                                         \
        {                                                                                          \
            .name = "weights",                                                                     \
            .argument = "RESIDENTS:JURY",                                                          \
            .sentence = {"주민투표와 심사 점수의 반영 비율 (예: 50:50)",                           \
                         "weights of residents' votes and jury's scores (50:50)"},                 \
        },                                                                                         \
        {                                                                                          \
            .name = "channel-weights",                                                             \
            .argument = "CHANNELS:N,CHANNELS:N",                                                   \
            .sentence = {"투표 경로별 반영 비율 (예: web+kiosk:30,booth+paper:70)",                \
                         "weights of votes by channel (web+kiosk:30,booth+paper:70)"},             \
        },                                                                                         \
        {                                                                                          \
            .name = "min-cost",                                                                    \
            .argument = "ID=AMOUNT",                                                               \
            .repeated = true,                                                                      \
            .sentence = {"사업비를 이 금액까지 줄여 선정할 수 있음 (여러 번 쓸 수 있음)",          \
                         "an option can be funded with what is left down to this; may be "         \
                         "repeated"},                                                              \
        },                                                                                         \
    {                                                                                              \
        .name = "field-cap", .argument = "FIELD=AMOUNT", .repeated = true,                         \
        .sentence = {"한 분야의 사업들이 받을 수 있는 최대 금액 (여러 번 쓸 수 있음)",             \
                     "what a field's options get together, at most; may be repeated"},             \
    }

/* Limits found on a command line or in a file; begun with where they are and zeros. */
struct tally_limits_store {
    const struct invocation *invocation;
    const struct pb *pb; /* NULL: they are on the command line, else in this file's META */
    struct tally_limits limits;
    struct tally_group *groups;
    uint32_t *options;
    struct tally_cap *area_caps;
    struct tally_cap *field_caps;
    struct tally_adjustable *adjustable;
    char *texts; /* what the names point into */
};

/* Whether the command line has any. */
bool tally_limits_given(const struct invocation *invocation);

/* Finds them in an election. ERR_INVALID after saying on standard error what is wrong: an option, area or
 * field that is not there, an amount that is none. The store is released all the same. */
ERR_CHECKED enum err tally_limits_resolve(struct tally_limits_store *store,
                                          const struct election *election);
void tally_limits_release(struct tally_limits_store *store);

/* "NAME=AMOUNT", the name cut off in place. ERR_INVALID after saying that the option has none. */
ERR_CHECKED enum err tally_cap_split(const char *option, char *text, struct tally_cap *ret_cap);

#endif
