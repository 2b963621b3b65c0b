/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the body of a vote: refused with a problem, or read into a vote
 * that the rules of its ballot accept, whose subject is wiped and whose choices
 * are encoded so that they can be read again.
 */
#include "cast.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_cast(data, size, false);
    return 0;
}
