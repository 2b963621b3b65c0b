/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults of a .pb file, and the numbers in it, whose reading makes most of
 * them. A fault must always say where it is.
 */
#include <assert.h>
#include <string.h>

#include "participation/domain/pb_state.h"

/* Copies what fits, and never half a character. */
static void copy_cut(char *target, size_t length_max, struct pb_slice source)
{
    size_t length = source.length < length_max ? source.length : length_max;

    assert(target != NULL);

    if (source.text == NULL) {
        target[0] = '\0';
        return;
    }
    while (length < source.length && length > 0 &&
           ((unsigned char)source.text[length] & 0xc0) == 0x80) {
        length--;
    }
    memcpy(target, source.text, length);
    target[length] = '\0';
}

static void fault_fill(struct pb_fault *fault, enum pb_severity severity, enum pb_rule rule,
                       const struct pb_place *place)
{
    const char *field = place->field == NULL ? "" : place->field;

    assert(rule < PB_RULE_COUNT);

    *fault = (struct pb_fault){.severity = severity, .rule = rule, .line = place->line};
    copy_cut(fault->field, PB_FIELD_NAME_MAX,
             (struct pb_slice){.text = field, .length = strlen(field)});
    copy_cut(fault->value, PB_FAULT_VALUE_MAX, place->value);
}

static void tell(const struct pb *pb, enum pb_severity severity, enum pb_rule rule,
                 const struct pb_place *place)
{
    struct pb_fault fault;

    if (pb->options.on_fault != NULL) {
        fault_fill(&fault, severity, rule, place);
        pb->options.on_fault(pb->options.context, &fault);
    }
}

void pb_note(struct pb *pb, enum pb_severity severity, enum pb_rule rule,
             const struct pb_place *place)
{
    assert(severity != PB_ERROR);
    assert(pb->fault_count <= PB_FAULTS_MAX);

    pb->severity_counts[severity]++;
    tell(pb, severity, rule, place);
    if (pb->fault_count == PB_FAULTS_MAX) {
        return;
    }
    if (severity == PB_WARNING && pb->severity_counts[PB_WARNING] > PB_WARNINGS_MAX) {
        return;
    }
    fault_fill(&pb->faults[pb->fault_count], severity, rule, place);
    pb->fault_count++;
}

enum err pb_fail(struct pb *pb, enum pb_rule rule, const struct pb_place *place)
{
    assert(pb->severity_counts[PB_ERROR] == 0);
    assert(pb->fault_count <= PB_FAULTS_MAX);

    pb->severity_counts[PB_ERROR]++;
    tell(pb, PB_ERROR, rule, place);
    fault_fill(&pb->faults[pb->fault_count], PB_ERROR, rule, place);
    pb->fault_count++;
    return ERR_INVALID;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

char pb_lower(char c)
{
    static const char UPPER[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char LOWER[] = "abcdefghijklmnopqrstuvwxyz";
    const char *found = c == '\0' ? NULL : strchr(UPPER, c);

    if (found == NULL) {
        return c;
    }
    return LOWER[found - UPPER];
}

struct pb_slice pb_trim(struct pb_slice slice)
{
    while (slice.length > 0 && is_space(*slice.text)) {
        slice.text++;
        slice.length--;
    }
    while (slice.length > 0 && is_space(slice.text[slice.length - 1])) {
        slice.length--;
    }
    return slice;
}

/* Reads a number and notes a decimal comma; on failure says which rule it breaks. */
static enum err read_number(struct pb *pb, const struct pb_place *place, enum pb_rule *ret_rule,
                            struct decimal *ret)
{
    bool comma = false;
    enum err err;

    assert(ret_rule != NULL);
    assert(ret != NULL);

    err = decimal_parse(place->value.text, place->value.length, &comma, ret);
    if (err) {
        *ret_rule = err == ERR_FULL ? PB_NUMBER_TOO_LARGE : PB_NOT_A_NUMBER;
        return err;
    }
    if (comma) {
        pb_note(pb, PB_WARNING, PB_DECIMAL_COMMA, place);
    }
    return ERR_OK;
}

enum err pb_number(struct pb *pb, const struct pb_place *place, struct decimal *ret)
{
    enum pb_rule rule;

    assert(place->field != NULL);

    if (place->value.length == 0) {
        return pb_fail(pb, PB_VALUE_MISSING, place);
    }
    if (read_number(pb, place, &rule, ret) != ERR_OK) {
        return pb_fail(pb, rule, place);
    }
    return ERR_OK;
}

void pb_number_optional(struct pb *pb, const struct pb_place *place, struct pb_bound *ret)
{
    struct pb_bound bound = {.set = true};
    enum pb_rule rule;

    assert(place->field != NULL);
    assert(ret != NULL);

    if (place->value.length == 0) {
        return;
    }
    if (read_number(pb, place, &rule, &bound.value) != ERR_OK) {
        pb_note(pb, PB_CONTRADICTION, rule, place);
        return;
    }
    *ret = bound;
}

const struct pb_fault *pb_faults(const struct pb *pb, size_t *ret_count)
{
    assert(pb != NULL);
    assert(ret_count != NULL);

    *ret_count = pb->fault_count;
    return pb->faults;
}

uint64_t pb_fault_count(const struct pb *pb, enum pb_severity severity)
{
    assert(pb != NULL);
    assert(severity <= PB_ERROR);

    return pb->severity_counts[severity];
}
