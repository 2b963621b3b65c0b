/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person reads while a bundle is verified, in Korean and English: one
 * line a check on standard output, a bar on standard error where that is a
 * terminal, and at the end what was verified, or what failed and where. With
 * JSON it is one object at the end instead, and when quiet only a failure.
 */
#ifndef HYEOPCHI_VERIFY_SAY_H
#define HYEOPCHI_VERIFY_SAY_H

#include <stdbool.h>

#include "verify/bundle.h"
#include "verify/verdict.h"

struct say {
    bool json;
    bool quiet;
    bool bar; /* standard error is a terminal that somebody looks at */
    enum check check;
    unsigned percent; /* that the bar shows; above 100 when it shows nothing */
    enum verdict verdicts[CHECK_END];
    bool made[CHECK_END]; /* which checks were made */
};

void say_init(struct say *say, bool json, bool quiet);

/* What bundle_verify() tells its progress to; say is borrowed. */
struct bundle_observer say_observer(struct say *say);

/* Ends a bundle that was verified, or one that was not. */
void say_verified(struct say *say, const struct bundle *bundle);
void say_refused(struct say *say, enum verdict verdict, enum check check,
                 const struct finding *finding);

#endif
