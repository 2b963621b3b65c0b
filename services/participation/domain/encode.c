/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bounded writer and reader of encode.h. It must never allocate, and never
 * touch a byte outside the memory it was given, whatever the input says.
 */
#include "participation/domain/encode.h"

#include <assert.h>
#include <string.h>

static_assert(sizeof ENCODE_TAG_PREFIX - 1 + ENCODE_TAG_NAME_MAX <= UINT8_MAX,
              "a tag's length fits into its u8");

static size_t tag_build(uint8_t *tag, const char *name);
static size_t utf8_sequence(const uint8_t *bytes, size_t length, uint32_t *ret_point);

void encoder_init(struct encoder *encoder, uint8_t *data, size_t capacity)
{
    assert(encoder != NULL);
    assert(data != NULL || capacity == 0);

    *encoder = (struct encoder){.data = data, .capacity = capacity};
}

enum err encoder_finish(const struct encoder *encoder, size_t *ret_length)
{
    assert(encoder != NULL);
    assert(ret_length != NULL);
    assert(encoder->length <= encoder->capacity);

    if (encoder->err) {
        return encoder->err;
    }
    *ret_length = encoder->length;
    return ERR_OK;
}

void encode_bytes(struct encoder *encoder, const uint8_t *bytes, size_t length)
{
    assert(encoder->length <= encoder->capacity);
    assert(bytes != NULL || length == 0);

    if (encoder->err) {
        return;
    }
    if (length > encoder->capacity - encoder->length) {
        encoder->err = ERR_FULL;
        return;
    }
    if (length > 0) {
        memcpy(encoder->data + encoder->length, bytes, length);
        encoder->length += length;
    }
}

void encode_u8(struct encoder *encoder, uint8_t value)
{
    encode_bytes(encoder, &value, 1);
}

void encode_u16(struct encoder *encoder, uint16_t value)
{
    const uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};

    encode_bytes(encoder, bytes, sizeof bytes);
}

void encode_u32(struct encoder *encoder, uint32_t value)
{
    encode_u16(encoder, (uint16_t)(value >> 16));
    encode_u16(encoder, (uint16_t)value);
}

void encode_u64(struct encoder *encoder, uint64_t value)
{
    encode_u32(encoder, (uint32_t)(value >> 32));
    encode_u32(encoder, (uint32_t)value);
}

void encode_str(struct encoder *encoder, const char *text)
{
    size_t length;

    assert(encoder != NULL);
    assert(text != NULL);

    length = strlen(text);
    if (!encoder->err && (length > ENCODE_STR_MAX || !encode_text_valid(text, length))) {
        encoder->err = ERR_INVALID;
        return;
    }
    encode_u16(encoder, (uint16_t)length);
    encode_bytes(encoder, (const uint8_t *)text, length);
}

void encode_count(struct encoder *encoder, size_t count)
{
    assert(encoder != NULL);
    assert(encoder->length <= encoder->capacity);

    if (!encoder->err && count > ENCODE_LIST_MAX) {
        encoder->err = ERR_INVALID;
        return;
    }
    encode_u16(encoder, (uint16_t)count);
}

void encode_tag(struct encoder *encoder, const char *name)
{
    uint8_t tag[1 + UINT8_MAX];
    size_t length = tag_build(tag, name);

    encode_bytes(encoder, tag, length);
}

void decoder_init(struct decoder *decoder, const uint8_t *data, size_t length)
{
    assert(decoder != NULL);
    assert(data != NULL || length == 0);

    *decoder = (struct decoder){.data = data, .length = length};
}

enum err decoder_finish(const struct decoder *decoder)
{
    assert(decoder != NULL);
    assert(decoder->offset <= decoder->length);

    if (decoder->err) {
        return decoder->err;
    }
    return decoder->offset == decoder->length ? ERR_OK : ERR_INVALID;
}

bool decoder_ok(const struct decoder *decoder)
{
    assert(decoder != NULL);
    assert(decoder->offset <= decoder->length);

    return decoder->err == ERR_OK;
}

void decoder_refuse(struct decoder *decoder)
{
    assert(decoder != NULL);
    assert(decoder->offset <= decoder->length);

    decoder->err = ERR_INVALID;
}

void decode_bytes(struct decoder *decoder, uint8_t *bytes, size_t length)
{
    assert(decoder->offset <= decoder->length);
    assert(bytes != NULL || length == 0);

    if (decoder->err) {
        return;
    }
    if (length > decoder->length - decoder->offset) {
        decoder->err = ERR_INVALID;
        return;
    }
    if (length > 0) {
        memcpy(bytes, decoder->data + decoder->offset, length);
        decoder->offset += length;
    }
}

uint8_t decode_u8(struct decoder *decoder)
{
    uint8_t value = 0;

    decode_bytes(decoder, &value, 1);
    return value;
}

uint16_t decode_u16(struct decoder *decoder)
{
    uint8_t bytes[2] = {0};

    decode_bytes(decoder, bytes, sizeof bytes);
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

uint32_t decode_u32(struct decoder *decoder)
{
    uint8_t bytes[4] = {0};

    decode_bytes(decoder, bytes, sizeof bytes);
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

uint64_t decode_u64(struct decoder *decoder)
{
    uint8_t bytes[8] = {0};
    uint64_t value = 0;

    decode_bytes(decoder, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

void decode_str(struct decoder *decoder, char *text, size_t size)
{
    size_t length;

    assert(text != NULL);
    assert(size > 0);

    text[0] = '\0';
    length = decode_u16(decoder);
    if (decoder->err) {
        return;
    }
    /* A text that would lose its end in the caller's array is as wrong as a missing one. */
    if (length >= size || length > decoder->length - decoder->offset ||
        !encode_text_valid((const char *)decoder->data + decoder->offset, length)) {
        decoder->err = ERR_INVALID;
        return;
    }
    decode_bytes(decoder, (uint8_t *)text, length);
    text[length] = '\0';
}

void decode_tag(struct decoder *decoder, const char *name)
{
    uint8_t expected[1 + UINT8_MAX];
    uint8_t found[1 + UINT8_MAX] = {0};
    size_t length = tag_build(expected, name);

    decode_bytes(decoder, found, length);
    if (!decoder->err && memcmp(expected, found, length) != 0) {
        decoder->err = ERR_INVALID;
    }
}

bool encode_text_valid(const char *text, size_t length)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t offset = 0;

    assert(text != NULL || length == 0);

    while (offset < length) {
        uint32_t point = 0;
        size_t size = utf8_sequence(bytes + offset, length - offset, &point);

        if (size == 0 || point < 0x20 || (point >= 0x7f && point <= 0x9f)) {
            return false;
        }
        offset += size;
    }
    assert(offset == length);
    return true;
}

/* Writes T(name) to tag, which holds 1 + UINT8_MAX bytes, and returns its length. */
static size_t tag_build(uint8_t *tag, const char *name)
{
    const size_t prefix_length = sizeof ENCODE_TAG_PREFIX - 1;
    size_t name_length = strlen(name);

    assert(name_length >= 1);
    assert(name_length <= ENCODE_TAG_NAME_MAX);

    tag[0] = (uint8_t)(prefix_length + name_length);
    memcpy(tag + 1, ENCODE_TAG_PREFIX, prefix_length);
    memcpy(tag + 1 + prefix_length, name, name_length);
    return 1 + prefix_length + name_length;
}

/* The length of the well-formed sequence that bytes start with, and its code point; 0 if none. */
static size_t utf8_sequence(const uint8_t *bytes, size_t length, uint32_t *ret_point)
{
    /* The least code point that needs a sequence of this length: below it the form is overlong. */
    static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t point;
    size_t size;

    assert(length > 0);
    assert(ret_point != NULL);

    if (bytes[0] < 0x80) {
        *ret_point = bytes[0];
        return 1;
    }
    if (bytes[0] >= 0xc2 && bytes[0] <= 0xdf) {
        size = 2;
        point = bytes[0] & 0x1fU;
    } else if (bytes[0] >= 0xe0 && bytes[0] <= 0xef) {
        size = 3;
        point = bytes[0] & 0x0fU;
    } else if (bytes[0] >= 0xf0 && bytes[0] <= 0xf4) {
        size = 4;
        point = bytes[0] & 0x07U;
    } else {
        return 0;
    }
    if (size > length) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0U) != 0x80) {
            return 0;
        }
        point = point << 6 | (bytes[i] & 0x3fU);
    }
    if (point < LEAST[size] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
        return 0;
    }
    *ret_point = point;
    return size;
}
