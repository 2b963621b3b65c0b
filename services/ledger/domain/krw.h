/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Won arithmetic that says no before it overflows.
 *
 * An amount is a signed count of whole won. Nothing here rounds, divides or
 * knows a currency; nothing may ever be computed in floating point.
 */
#ifndef HYEOPCHI_LEDGER_DOMAIN_KRW_H
#define HYEOPCHI_LEDGER_DOMAIN_KRW_H

#include <stdint.h>

#include "runtime/err.h"

/* *ret_sum_krw = left + right. ERR_INVALID when that leaves int64; nothing is written then. */
static inline ERR_CHECKED enum err krw_add(int64_t left_krw, int64_t right_krw,
                                           int64_t *ret_sum_krw)
{
    if (right_krw > 0 && left_krw > INT64_MAX - right_krw) {
        return ERR_INVALID;
    }
    if (right_krw < 0 && left_krw < INT64_MIN - right_krw) {
        return ERR_INVALID;
    }
    *ret_sum_krw = left_krw + right_krw;
    return ERR_OK;
}

/* *ret_difference_krw = left - right. ERR_INVALID when that leaves int64. */
static inline ERR_CHECKED enum err krw_subtract(int64_t left_krw, int64_t right_krw,
                                                int64_t *ret_difference_krw)
{
    if (right_krw < 0 && left_krw > INT64_MAX + right_krw) {
        return ERR_INVALID;
    }
    if (right_krw > 0 && left_krw < INT64_MIN + right_krw) {
        return ERR_INVALID;
    }
    *ret_difference_krw = left_krw - right_krw;
    return ERR_OK;
}

#endif
