/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of kinds: what it takes, what it refuses, what it finds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ledger/domain/kind_rule.h"

static struct kind_rule rule(const char *kind, int32_t transfer, const char *debit,
                             const char *credit)
{
    struct kind_rule rule = {.transfer = transfer, .required = true};

    memcpy(rule.kind, kind, strlen(kind));
    memcpy(rule.debit_class, debit, strlen(debit));
    memcpy(rule.credit_class, credit, strlen(credit));
    return rule;
}

static void rows_of_a_kind_are_found_together(void **state)
{
    static struct kind_rule_set set;
    const struct kind_rule rules[] = {
        rule("appropriation", 1, "R10.main", "S10"),
        rule("appropriation", 2, "M10", "M90"),
        rule("selection", 1, "M90", "M10"),
    };
    size_t count = 9;

    (void)state;
    memset(&set, 0, sizeof set);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(kind_rule_set_add(&set, &rules[i]), ERR_OK);
    }
    const struct kind_rule *rows = kind_rule_set_find(&set, KIND_APPROPRIATION, &count);
    assert_ptr_equal(rows, &set.rows[0]);
    assert_int_equal(count, 2);
    rows = kind_rule_set_find(&set, KIND_SELECTION, &count);
    assert_ptr_equal(rows, &set.rows[2]);
    assert_int_equal(count, 1);
    assert_null(kind_rule_set_find(&set, "spend", &count));
    assert_int_equal(count, 0);
}

static void rows_that_make_no_sense_are_refused_and_leave_the_set_as_it_was(void **state)
{
    static struct kind_rule_set set;
    const struct kind_rule first = rule("m", 1, "S10", "S20");
    const struct kind_rule wrong[] = {
        rule("", 1, "S10", "S20"),  rule("n", 1, "S11", "S20"), rule("n", 1, "S10", ""),
        rule("a", 1, "S10", "S20"), rule("m", 1, "S10", "S20"), rule("m", 3, "S10", "S20"),
        rule("n", 2, "S10", "S20"), rule("n", 0, "S10", "S20"), rule("n", 1, "R10.", "S20"),
    };

    (void)state;
    memset(&set, 0, sizeof set);
    assert_int_equal(kind_rule_set_add(&set, &first), ERR_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(kind_rule_set_add(&set, &wrong[i]), ERR_INVALID);
        assert_int_equal(set.count, 1);
    }
    struct kind_rule unending = first;
    memset(unending.kind, 'n', sizeof unending.kind);
    assert_int_equal(kind_rule_set_add(&set, &unending), ERR_INVALID);
}

static void a_full_set_says_so(void **state)
{
    static struct kind_rule_set set;

    (void)state;
    memset(&set, 0, sizeof set);
    for (int32_t i = 1; i <= KIND_RULE_MAX; i++) {
        const struct kind_rule next = rule("k", i, "S10", "S20");
        assert_int_equal(kind_rule_set_add(&set, &next), ERR_OK);
    }
    const struct kind_rule last = rule("k", KIND_RULE_MAX + 1, "S10", "S20");
    assert_int_equal(kind_rule_set_add(&set, &last), ERR_FULL);
    assert_int_equal(set.count, KIND_RULE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_a_kind_are_found_together),
        cmocka_unit_test(rows_that_make_no_sense_are_refused_and_leave_the_set_as_it_was),
        cmocka_unit_test(a_full_set_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
