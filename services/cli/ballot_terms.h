/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terms of a ballot beside its rule, as `hyeopchi ballot create` takes them:
 * from the command line, or from META of a file that our own export wrote. What
 * they name is for the service to find.
 */
#ifndef HYEOPCHI_CLI_BALLOT_TERMS_H
#define HYEOPCHI_CLI_BALLOT_TERMS_H

#include "cli/invocation.h"
#include "participation/domain/pb.h"
#include "runtime/err.h"

#include <jansson.h>

/* The rows of `hyeopchi ballot create` that counting does without. */
#define BALLOT_TERM_OPTIONS                                                                        \
    {                                                                                              \
        .name = "quota",                                                                           \
        .argument = "SCOPE=MIN-MAX",                                                               \
        .repeated = true,                                                                          \
        .sentence = {"표 하나가 고를 구(district)·동(local)·특정 지역(area:이름) 의제의 수",       \
                     "how many district, local or area:NAME options a vote names; may be "         \
                     "repeated"},                                                                  \
    },                                                                                             \
    {                                                                                              \
        .name = "jury-max-score", .argument = "NUMBER",                                            \
        .sentence = {"심사위원 한 명의 만점. --weights 와 함께",                                   \
                     "the most that one juror gives an option, for --weights"},                    \
    }

/* Where terms are. */
struct ballot_terms_source {
    const struct invocation *invocation; /* the command line; NULL: there is none */
    const struct pb *pb; /* NULL: on the command line, else in this file's META and nowhere else */
};

/* Adds them to a definition that has its options, as POST /v1/ballots takes it. ERR_INVALID after saying
 * on standard error what cannot be read. */
ERR_CHECKED enum err ballot_terms_add(const struct ballot_terms_source *source, json_t *definition);

/* Adds who may vote and how, and the source of the money, from META. ERR_INVALID as above. */
ERR_CHECKED enum err ballot_terms_add_electorate(const struct pb *pb, json_t *definition);

/* Adds the order of a tie that was drawn, from META. ERR_INVALID as above. */
ERR_CHECKED enum err ballot_terms_add_order(const struct pb *pb, json_t *definition);

#endif
