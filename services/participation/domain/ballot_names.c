/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The word tables of ballot_names.h. A word must never be changed once a
 * ballot was opened with it: published definitions carry it.
 */
#include "participation/domain/ballot_names.h"

#include <assert.h>
#include <string.h>

#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

static const char *const FUNDING_SOURCES[] = {"missing", "national", "city", "district", "other"};
static const char *const METHODS[] = {"missing",    "approval", "choose-1",
                                      "cumulative", "scoring",  "ordinal"};
static const char *const RULES[] = {
    "missing",      "greedy",   "greedy-no-skip", "greedy-threshold",
    "equal-shares", "phragmen", "comparison",
};
static const char *const SATISFACTIONS[] = {"missing", "cost", "cardinality", "points"};
static const char *const COMPLETIONS[] = {
    "missing", "none", "add1", "add1-exhaustive", "add1u", "utilitarian",
};
static const char *const TIES[] = {
    "missing", "id", "listed-order", "lowest-cost-then-votes", "drawn", "lot",
};
static const char *const CHANNELS[] = {"missing", "web", "kiosk", "booth", "paper"};
static const char *const BASES[] = {"missing", "resident-register", "certificate", "did", "manual"};
static const char *const SCOPES[] = {"missing", "district", "local", "area"};

static_assert(COUNT(SCOPES) == BALLOT_SCOPE_END, "a word for every scope");
static_assert(COUNT(FUNDING_SOURCES) == BALLOT_FUNDING_SOURCE_END, "a word for every source");
static_assert(COUNT(METHODS) == BALLOT_METHOD_END, "a word for every method");
static_assert(COUNT(RULES) == BALLOT_RULE_END, "a word for every rule");
static_assert(COUNT(SATISFACTIONS) == BALLOT_SATISFACTION_END, "a word for every satisfaction");
static_assert(COUNT(COMPLETIONS) == BALLOT_COMPLETION_END, "a word for every completion");
static_assert(COUNT(TIES) == BALLOT_TIE_END, "a word for every tie rule");
static_assert(COUNT(CHANNELS) == BALLOT_CHANNEL_END, "a word for every channel");
static_assert(COUNT(BASES) == BALLOT_BASIS_END, "a word for every basis");

static const char *word(const char *const *names, unsigned count, unsigned value);

const char *ballot_funding_source_name(enum ballot_funding_source value)
{
    return word(FUNDING_SOURCES, COUNT(FUNDING_SOURCES), value);
}

enum ballot_funding_source ballot_funding_source_from_name(const char *name)
{
    return (enum ballot_funding_source)ballot_name_find(FUNDING_SOURCES, COUNT(FUNDING_SOURCES),
                                                        name);
}

const char *ballot_method_name(enum ballot_method value)
{
    return word(METHODS, COUNT(METHODS), value);
}

enum ballot_method ballot_method_from_name(const char *name)
{
    return (enum ballot_method)ballot_name_find(METHODS, COUNT(METHODS), name);
}

const char *ballot_rule_name(enum ballot_rule value)
{
    return word(RULES, COUNT(RULES), value);
}

enum ballot_rule ballot_rule_from_name(const char *name)
{
    return (enum ballot_rule)ballot_name_find(RULES, COUNT(RULES), name);
}

const char *ballot_satisfaction_name(enum ballot_satisfaction value)
{
    return word(SATISFACTIONS, COUNT(SATISFACTIONS), value);
}

enum ballot_satisfaction ballot_satisfaction_from_name(const char *name)
{
    return (enum ballot_satisfaction)ballot_name_find(SATISFACTIONS, COUNT(SATISFACTIONS), name);
}

const char *ballot_completion_name(enum ballot_completion value)
{
    return word(COMPLETIONS, COUNT(COMPLETIONS), value);
}

enum ballot_completion ballot_completion_from_name(const char *name)
{
    return (enum ballot_completion)ballot_name_find(COMPLETIONS, COUNT(COMPLETIONS), name);
}

const char *ballot_tie_name(enum ballot_tie value)
{
    return word(TIES, COUNT(TIES), value);
}

enum ballot_tie ballot_tie_from_name(const char *name)
{
    return (enum ballot_tie)ballot_name_find(TIES, COUNT(TIES), name);
}

const char *ballot_channel_name(enum ballot_channel value)
{
    return word(CHANNELS, COUNT(CHANNELS), value);
}

enum ballot_channel ballot_channel_from_name(const char *name)
{
    return (enum ballot_channel)ballot_name_find(CHANNELS, COUNT(CHANNELS), name);
}

const char *ballot_basis_name(enum ballot_basis value)
{
    return word(BASES, COUNT(BASES), value);
}

enum ballot_basis ballot_basis_from_name(const char *name)
{
    return (enum ballot_basis)ballot_name_find(BASES, COUNT(BASES), name);
}

const char *ballot_scope_name(enum ballot_scope value)
{
    return word(SCOPES, COUNT(SCOPES), value);
}

enum ballot_scope ballot_scope_from_name(const char *name)
{
    return (enum ballot_scope)ballot_name_find(SCOPES, COUNT(SCOPES), name);
}

unsigned ballot_name_find(const char *const *names, unsigned count, const char *name)
{
    assert(names != NULL);
    assert(name != NULL);

    /* Place 0 is skipped: the word "missing" is shown, never accepted. */
    for (unsigned i = 1; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    return 0;
}

static const char *word(const char *const *names, unsigned count, unsigned value)
{
    assert(names != NULL);
    assert(count > 0);

    return names[value < count ? value : 0];
}
