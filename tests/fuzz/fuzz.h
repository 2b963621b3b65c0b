/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fuzz target defines, and what libFuzzer or replay.c calls. A target
 * must never depend on anything but its input.
 */
#ifndef HYEOPCHI_TESTS_FUZZ_H
#define HYEOPCHI_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Tries one input; anything wrong ends the program. Always returns 0. */
/* NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
