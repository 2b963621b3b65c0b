/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as what a board serves in text: a checkpoint, a verifier key. What
 * is accepted, written again from what was read, is exactly the bytes it was
 * read from, so that nothing has two spellings.
 *
 * The first byte chooses the reader; the rest is the input.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "verify/note.h"

enum { TEXT_SIZE = 4096 };

static void try_note(struct span text)
{
    uint8_t bytes[4 + NOTE_SIGNATURE_SIZE];
    char root[SPELL_BASE64_MAX(DIGEST_SIZE) + 1];
    char signature[SPELL_BASE64_MAX(sizeof bytes) + 1];
    char again[TEXT_SIZE];
    struct note note;
    int length;

    if (!note_read(text, &note)) {
        return;
    }
    for (size_t i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(note.key_hash >> (24 - 8 * i));
    }
    memcpy(bytes + 4, note.signature, sizeof note.signature);
    spell_base64(note.root, sizeof note.root, SPELL_BASE64, root);
    spell_base64(bytes, sizeof bytes, SPELL_BASE64, signature);
    length = snprintf(again, sizeof again, "%.*s\n%" PRIu64 "\n%s\n\n\xE2\x80\x94 %.*s %s\n",
                      (int)note.origin.length, (const char *)note.origin.data, note.size, root,
                      (int)note.key_name.length, (const char *)note.key_name.data, signature);
    assert(length > 0 && (size_t)length < sizeof again);
    assert(span_is_text(text, again));
    assert(note.text.length < text.length);
}

static void try_key(struct span text)
{
    struct digest *digest = digest_new();
    uint8_t typed[1 + NOTE_KEY_SIZE] = {1};
    char base64[SPELL_BASE64_MAX(sizeof typed) + 1];
    char again[TEXT_SIZE];
    struct note_key key;

    assert(digest != NULL);
    if (note_key_read(text, digest, &key)) {
        int length;

        memcpy(typed + 1, key.key, NOTE_KEY_SIZE);
        spell_base64(typed, sizeof typed, SPELL_BASE64, base64);
        length = snprintf(again, sizeof again, "%.*s+%08" PRIx32 "+%s", (int)key.name.length,
                          (const char *)key.name.data, key.hash, base64);
        assert(length > 0 && (size_t)length < sizeof again);
        assert(span_is_text(text, again));
    }
    digest_free(digest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0) {
        struct span text = {.data = data + 1, .length = size - 1};

        if (data[0] % 2 == 0) {
            try_note(text);
        } else {
            try_key(text);
        }
    }
    return 0;
}
