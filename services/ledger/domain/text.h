/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What counts as text: well-formed UTF-8 without control characters.
 *
 * Messages and requests bring bytes; nothing may enter the journal that a
 * person cannot read or the database would refuse.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_TEXT_H
#define HYEOPCHI_LEDGER_DOMAIN_TEXT_H

#include <stdbool.h>

/*
 * True for well-formed UTF-8 (shortest form, no surrogates) without C0 and C1 controls; "" is
 * text.
 */
bool text_valid(const char *text);

#endif
