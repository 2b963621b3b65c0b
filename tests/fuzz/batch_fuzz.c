/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a batch of votes, one a line: each line is judged as a vote
 * alone would be, and none is lost, joined or counted twice.
 */
#include "cast.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_cast(data, size, true);
    return 0;
}
