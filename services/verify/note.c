/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints line by line; libsodium decides about signatures. */
#include "verify/note.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#define KEY_TYPE_ED25519 0x01

static_assert(NOTE_KEY_SIZE == crypto_sign_PUBLICKEYBYTES, "libsodium's keys are of this size");
static_assert(NOTE_SIGNATURE_SIZE == crypto_sign_BYTES, "libsodium's signatures are of this size");

/* The bytes in front of the next occurrence of byte, which is read too. */
static struct span read_until(struct reader *reader, uint8_t byte)
{
    size_t left = reader_left(reader);
    const uint8_t *from = left == 0 ? NULL : reader->data + reader->offset;
    const uint8_t *found = from == NULL ? NULL : memchr(from, byte, left);
    struct span line = {0};

    if (found == NULL) {
        reader_refuse(reader);
        return line;
    }
    line = read_span(reader, (size_t)(found - from));
    (void)read_u8(reader);
    return line;
}

/* A name that a note may carry: text without a space or a plus. */
static bool name_valid(struct span name)
{
    return name.length > 0 && name.length < NOTE_ORIGIN_MAX && span_is_utf8(name) &&
           memchr(name.data, ' ', name.length) == NULL &&
           memchr(name.data, '+', name.length) == NULL;
}

static uint32_t key_hash(struct digest *digest, struct span name, const uint8_t key[NOTE_KEY_SIZE])
{
    static const uint8_t MIDDLE[] = {0x0A, KEY_TYPE_ED25519};
    uint8_t hash[DIGEST_SIZE];

    digest_begin(digest);
    digest_add(digest, name);
    digest_add(digest, (struct span){.data = MIDDLE, .length = sizeof MIDDLE});
    digest_add(digest, (struct span){.data = key, .length = NOTE_KEY_SIZE});
    digest_end(digest, hash);
    return (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
}

bool note_key_read(struct span text, struct digest *digest, struct note_key *ret)
{
    struct note_key key = {0};
    struct reader reader;
    struct span hash;
    struct span base64;
    uint8_t bytes[1 + NOTE_KEY_SIZE];

    reader_init(&reader, text);
    key.name = read_until(&reader, '+');
    hash = read_until(&reader, '+');
    base64 = read_span(&reader, reader_left(&reader));
    if (!reader_done(&reader) || !name_valid(key.name) || !spell_read_hex32(hash, &key.hash) ||
        !spell_read_base64(base64, SPELL_BASE64, bytes, sizeof bytes) ||
        bytes[0] != KEY_TYPE_ED25519) {
        return false;
    }
    memcpy(key.key, bytes + 1, sizeof key.key);
    if (key_hash(digest, key.name, key.key) != key.hash) {
        return false;
    }
    *ret = key;
    return true;
}

bool note_read(struct span text, struct note *ret)
{
    static const char DASH[] = "\xE2\x80\x94 ";
    struct note note = {0};
    struct reader reader;
    struct span size;
    struct span root;
    struct span blank;
    struct span dash;
    struct span space;
    struct span base64;
    uint8_t bytes[4 + NOTE_SIGNATURE_SIZE];

    if (text.length > NOTE_LENGTH_MAX) {
        return false;
    }
    reader_init(&reader, text);
    note.origin = read_until(&reader, '\n');
    size = read_until(&reader, '\n');
    root = read_until(&reader, '\n');
    note.text = (struct span){.data = text.data, .length = reader.offset};
    blank = read_until(&reader, '\n');
    dash = read_span(&reader, sizeof DASH - 1);
    note.key_name = read_span(&reader, note.origin.length);
    space = read_span(&reader, 1);
    base64 = read_until(&reader, '\n');
    if (!reader_done(&reader) || blank.length != 0 || !span_is_text(dash, DASH) ||
        !span_is_text(space, " ") || !span_equal(note.key_name, note.origin) ||
        note.origin.length == 0 || !span_is_utf8(note.origin) ||
        !spell_read_decimal(size, &note.size) || note.size == 0 ||
        !spell_read_base64(root, SPELL_BASE64, note.root, sizeof note.root) ||
        !spell_read_base64(base64, SPELL_BASE64, bytes, sizeof bytes)) {
        return false;
    }
    note.key_hash =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    memcpy(note.signature, bytes + 4, sizeof note.signature);
    *ret = note;
    return true;
}

bool note_signed_by(const struct note *note, const struct note_key *key)
{
    return span_equal(note->key_name, key->name) && note->key_hash == key->hash &&
           note_ed25519(note->signature, note->text, key->key);
}

bool note_ed25519(const uint8_t signature[NOTE_SIGNATURE_SIZE], struct span message,
                  const uint8_t key[NOTE_KEY_SIZE])
{
    static const uint8_t NOTHING[1];

    return crypto_sign_verify_detached(signature, message.length == 0 ? NOTHING : message.data,
                                       message.length, key) == 0;
}

bool note_origin(struct span district, const uint8_t ballot_id[SPELL_UUID_BYTES],
                 char ret_origin[NOTE_ORIGIN_MAX])
{
    char uuid[SPELL_UUID_LENGTH + 1];
    char name[NOTE_DISTRICT_MAX + 1];
    int length;

    if (district.length == 0 || district.length > NOTE_DISTRICT_MAX || !span_is_utf8(district)) {
        return false;
    }
    for (size_t i = 0; i < district.length; i++) {
        uint8_t byte = district.data[i];

        name[i] = byte == ' ' || byte == '+' ? '_' : (char)byte;
    }
    name[district.length] = '\0';
    spell_uuid(ballot_id, uuid);
    length = snprintf(ret_origin, NOTE_ORIGIN_MAX, "hyeopchi/%s/%s", name, uuid);
    assert(length > 0 && length < NOTE_ORIGIN_MAX);
    return true;
}
