/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event stream format: lines end with CR, LF or both; a blank line ends an
 * event; a line that begins with a colon is a comment. An id holds for all
 * later events, so that a reader knows where to go on.
 */
#include "cli/sse.h"

#include <stdio.h>
#include <string.h>

void sse_init(struct sse *sse, sse_event_fn on_event, void *context)
{
    *sse = (struct sse){.on_event = on_event, .context = context};
    buffer_init(&sse->line, SSE_EVENT_SIZE_MAX);
    buffer_init(&sse->data, SSE_EVENT_SIZE_MAX);
}

void sse_release(struct sse *sse)
{
    buffer_release(&sse->line);
    buffer_release(&sse->data);
}

static void clear_event(struct sse *sse)
{
    buffer_clear(&sse->data);
    sse->has_data = false;
    sse->type[0] = '\0';
}

void sse_restart(struct sse *sse)
{
    buffer_clear(&sse->line);
    sse->after_return = false;
    clear_event(sse);
}

static enum err end_event(struct sse *sse)
{
    bool go_on = true;

    if (buffer_status(&sse->data)) {
        return ERR_FULL;
    }
    if (sse->has_data) {
        go_on = sse->on_event(
            &(const struct sse_event){
                .id = sse->id,
                .type = sse->type[0] != '\0' ? sse->type : "message",
                .data = buffer_text(&sse->data),
            },
            sse->context);
    }
    clear_event(sse);
    return go_on ? ERR_OK : ERR_CONFLICT;
}

/* "name: value" or "name:value" or "name" */
static void take_field(struct sse *sse, const char *line)
{
    const size_t name = strcspn(line, ":");
    const char *value = line[name] == ':' ? line + name + 1 : line + name;

    value += *value == ' ' ? 1 : 0;
    if (name == 4 && memcmp(line, "data", 4) == 0) {
        if (sse->has_data) {
            buffer_append_text(&sse->data, "\n");
        }
        buffer_append_text(&sse->data, value);
        sse->has_data = true;
    } else if (name == 5 && memcmp(line, "event", 5) == 0) {
        (void)snprintf(sse->type, sizeof sse->type, "%s", value);
    } else if (name == 2 && memcmp(line, "id", 2) == 0) {
        (void)snprintf(sse->id, sizeof sse->id, "%s", value);
    }
}

static enum err end_line(struct sse *sse)
{
    enum err err = buffer_status(&sse->line);

    if (err) {
        return err;
    }
    if (sse->line.length == 0) {
        return end_event(sse);
    }
    take_field(sse, buffer_text(&sse->line));
    buffer_clear(&sse->line);
    return ERR_OK;
}

enum err sse_feed(struct sse *sse, const char *bytes, size_t length)
{
    enum err err = ERR_OK;
    size_t i;

    for (i = 0; i < length && !err; i++) {
        const char byte = bytes[i];
        const bool second = byte == '\n' && sse->after_return;

        sse->after_return = byte == '\r';
        if (second) {
            continue;
        }
        if (byte == '\n' || byte == '\r') {
            err = end_line(sse);
        } else {
            buffer_append(&sse->line, &byte, 1);
        }
    }
    return err;
}
