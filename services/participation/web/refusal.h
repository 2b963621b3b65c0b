/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person is told when a vote is refused: why, and what to do next, in
 * both languages. Static; any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_WEB_REFUSAL_H
#define HYEOPCHI_PARTICIPATION_WEB_REFUSAL_H

struct refusal_text {
    const char *code; /* the service's */
    const char *ko;
    const char *en;
    const char *next_ko; /* what to do */
    const char *next_en;
};

/* The texts of a code; of an unknown one those that are always true. Never NULL. */
const struct refusal_text *refusal_find(const char *code);

#endif
