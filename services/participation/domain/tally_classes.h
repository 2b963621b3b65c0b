/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Voters in classes: those who support the same options to the same degree
 * hold the same balance and bear the same load at every moment of a count,
 * so one number stands for all of them. Only the tally files include this
 * header. Made once, it does not change and refers to nothing.
 */
#ifndef HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_CLASSES_H
#define HYEOPCHI_PARTICIPATION_DOMAIN_TALLY_CLASSES_H

#include "participation/domain/tally.h"

/* Most worth all voters together can give one option: sums of products stay in 64 bits. */
#define TALLY_WORTH_MAX ((int64_t)1 << 56)

/*
 * Class c supports options[first[c]] up to first[c + 1], in rising order, and
 * worths beside them (NULL: every worth is 1). Option o is supported by
 * classes supporters[support_first[o]] up to support_first[o + 1], in rising
 * order, and support_worths beside them.
 */
struct tally_classes {
    uint32_t count;
    uint32_t option_count;
    uint32_t voter_count; /* all, with those who support nothing */
    int64_t worth_max;
    uint32_t *voters; /* per class */
    uint32_t *first;
    uint32_t *options;
    int64_t *worths;
    uint32_t *support_first;
    uint32_t *supporters;
    int64_t *support_worths;
    uint32_t *support_voters; /* per option: how many voters support it */
    int64_t *support_total;   /* per option: what it is worth to them together */
};

/*
 * Groups the votes the election kept. Supporters name the option; by points
 * they give it more than none. A withdrawn option has no supporters.
 * ERR_FULL when there is no memory, or a maximum is passed.
 */
ERR_CHECKED enum err tally_classes_make(const struct election *election,
                                        enum tally_satisfaction satisfaction,
                                        struct tally_classes *ret);

/* Frees the arrays. Takes NULL and classes made of zeros. */
void tally_classes_release(struct tally_classes *classes);

#endif
