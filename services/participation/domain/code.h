/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The receipt code a resident writes down, types in or reads over the phone to
 * find the vote on the public board: "ABXB-TWKT-0NA".
 *
 * It is the first 50 bits of H("code", leaf_hash) as ten digits of Crockford's
 * base32 (0-9 A-Z without I L O U), most significant first, and the 50-bit
 * number modulo 37 as an eleventh, for which * ~ $ = U are the digits 32 to 36.
 * Written as 4-4-3.
 *
 * The code finds a vote but proves nothing; the receipt does. The hash is
 * computed outside. Any thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_CODE_H
#define HYEOPCHI_PARTICIPATION_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "participation/domain/encode.h"
#include "runtime/err.h"

#define CODE_TAG       "code"
#define CODE_BITS      50
#define CODE_DIGITS    10
#define CODE_SIZE      14 /* bytes of the text: 10 digits, check digit, 2 hyphens, NUL */
#define CODE_INPUT_MAX 64 /* bytes of typed text that are looked at */

/* The 50-bit number of a hash: its first 50 bits. */
uint64_t code_from_hash(const uint8_t hash[ENCODE_HASH_SIZE]);

/* Writes a number below 2^50 as text, 4-4-3. */
void code_format(uint64_t code, char ret_text[CODE_SIZE]);

/*
 * Reads a code as people type it: lower or upper case, hyphens and spaces
 * anywhere or nowhere, O for 0, I and L for 1.
 *
 * ERR_INVALID  other characters, too few or too many digits, more than
 *              CODE_INPUT_MAX bytes, or a check digit that does not match
 *              (which any single wrong digit causes).
 */
ERR_CHECKED enum err code_parse(const char *text, uint64_t *ret_code);

#endif
