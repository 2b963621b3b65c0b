/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps the rows of kind_rule and finds those of one kind. It refuses a table
 * that makes no sense, so that entry.c may rely on every row.
 */
#include "ledger/domain/kind_rule.h"

#include <assert.h>
#include <string.h>

#include "ledger/domain/account.h"

static bool text_fits(const char *text, size_t size);

enum err kind_rule_set_add(struct kind_rule_set *set, const struct kind_rule *rule)
{
    assert(set);
    assert(rule);
    assert(set->count <= KIND_RULE_MAX);
    if (!text_fits(rule->kind, sizeof rule->kind) ||
        !text_fits(rule->debit_class, sizeof rule->debit_class) ||
        !text_fits(rule->credit_class, sizeof rule->credit_class)) {
        return ERR_INVALID;
    }
    if (!stage_class_exists(rule->debit_class) || !stage_class_exists(rule->credit_class)) {
        return ERR_INVALID;
    }
    int32_t expected = 1;
    if (set->count > 0) {
        const struct kind_rule *last = &set->rows[set->count - 1];
        int order = strcmp(last->kind, rule->kind);
        if (order > 0) {
            return ERR_INVALID;
        }
        expected = order == 0 ? last->transfer + 1 : 1;
    }
    if (rule->transfer != expected) {
        return ERR_INVALID;
    }
    if (set->count == KIND_RULE_MAX) {
        return ERR_FULL;
    }
    set->rows[set->count] = *rule;
    set->count++;
    return ERR_OK;
}

const struct kind_rule *kind_rule_set_find(const struct kind_rule_set *set, const char *kind,
                                           size_t *ret_count)
{
    const struct kind_rule *first = NULL;
    size_t count = 0;

    assert(set);
    assert(kind);
    assert(ret_count);
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->rows[i].kind, kind) == 0) {
            first = first ? first : &set->rows[i];
            count++;
        }
    }
    *ret_count = count;
    return first;
}

bool kind_rule_set_needs_link(const struct kind_rule_set *set, const char *kind)
{
    size_t count = 0;
    const struct kind_rule *rows = kind_rule_set_find(set, kind, &count);

    assert(!rows == (count == 0));
    for (size_t i = 0; i < count; i++) {
        if (rows[i].needs_link) {
            return true;
        }
    }
    return false;
}

/* True for text that ends inside its array and is not empty. */
static bool text_fits(const char *text, size_t size)
{
    return text[0] != '\0' && memchr(text, '\0', size) != NULL;
}
