/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a form of the ballot page: read whole or refused, every field
 * valid text without control characters, and picks of every method either read
 * within their bounds or refused. Two bytes in front choose the method and how
 * much of the rest is a Cookie header.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "participation/domain/encode.h"
#include "participation/web/choice.h"

enum { OPTION_COUNT = 5 };

static struct ballot_option options[OPTION_COUNT];

static void check_fields(const struct form *form, size_t size)
{
    assert(form->count <= FORM_FIELD_MAX);
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *field = &form->fields[i];

        assert(strlen(field->name) + strlen(field->value) <= size);
        assert(encode_text_valid(field->name, strlen(field->name)));
        assert(encode_text_valid(field->value, strlen(field->value)));
    }
}

static void check_picks(const struct ballot_definition *definition, const struct form *form)
{
    struct picks picks;
    uint32_t number = 0;
    struct picks_total total;
    enum err err = picks_new(definition, &picks);

    assert(err == ERR_OK);
    err = picks_read(definition, form, &picks, &number);
    assert(err == ERR_OK || err == ERR_INVALID);
    assert(number <= OPTION_COUNT);
    for (size_t i = 0; i < picks.count; i++) {
        assert(picks.values[i] >= SESSION_PICK_NONE && picks.values[i] <= 999999999);
    }
    total = picks_total(definition, &picks);
    assert(total.options <= OPTION_COUNT && total.cost_krw >= 0);
    picks_release(&picks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ballot_definition *definition;
    char value[FORM_COOKIE_SIZE];
    struct form form;
    char *cookie;
    enum err err;

    if (size < 2) {
        return 0;
    }
    definition = calloc(1, sizeof *definition);
    cookie = calloc(1, size);
    assert(definition != NULL && cookie != NULL);
    definition->method = (enum ballot_method)(1 + data[0] % (BALLOT_METHOD_END - 1));
    definition->options = options;
    definition->option_count = OPTION_COUNT;
    memcpy(cookie, data + 2, size - 2 < data[1] ? size - 2 : data[1]);
    err = form_cookie(cookie, "visit", value);
    assert(err == ERR_NOT_FOUND || strlen(value) < sizeof value);
    err = form_parse(data + 2, size - 2, &form);
    assert(err == ERR_OK || err == ERR_INVALID || err == ERR_FULL);
    if (!err) {
        check_fields(&form, size);
        check_picks(definition, &form);
        form_release(&form);
    }
    free(cookie);
    free(definition);
    return 0;
}
