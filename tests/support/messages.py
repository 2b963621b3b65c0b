# SPDX-License-Identifier: Apache-2.0
"""Protobuf's wire format, written by hand: just enough to say what a service of ours would say.

Tests that write messages without the generated code notice when a field's number changes.
"""


def _varint(number):
    number &= (1 << 64) - 1
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def encode(*fields):
    """Returns a message of (number, value) pairs in this order; an int is a varint, a str is UTF-8.

    Defaults are left out, as proto3 does: pass them anyway.
    """
    encoded = bytearray()
    for number, value in fields:
        if isinstance(value, str):
            value = value.encode("utf-8")
        if isinstance(value, int):
            if value:
                encoded += _varint(number << 3) + _varint(value)
        elif value:
            encoded += _varint(number << 3 | 2) + _varint(len(value)) + value
    return bytes(encoded)


def encode_repeated(number, messages):
    """Returns a repeated message field, empty messages included."""
    return b"".join(_varint(number << 3 | 2) + _varint(len(m)) + m for m in messages)
