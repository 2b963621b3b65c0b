# SPDX-License-Identifier: Apache-2.0
"""The fixed encodings everything published is made of, and the log's tree (services/verify/README.md).

A reader raises Malformed at the first byte that cannot be right; it must never guess.
"""

import base64
import binascii
import hashlib
import json
import unicodedata


class Malformed(ValueError):
    """Bytes that are not what they should be."""


def demand(holds, what):
    if not holds:
        raise Malformed(what)


def tag(name):
    """T(name)"""
    text = b"pbv1/" + name.encode()
    return bytes([len(text)]) + text


def tagged_hash(name, data):
    """H(name, x)"""
    return hashlib.sha256(tag(name) + data).digest()


def text_is_clean(text):
    return not any(unicodedata.category(letter) == "Cc" for letter in text)


class Reader:
    """Takes values off the front of some bytes."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, length):
        demand(self.at + length <= len(self.data), "cut short")
        self.at += length
        return self.data[self.at - length : self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def text(self):
        try:
            text = self.take(self.number(2)).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed(str(error)) from None
        demand(text_is_clean(text), "a control character")
        return text

    def literal(self, expected):
        demand(self.take(len(expected)) == expected, f"not {expected!r}")

    def ended(self):
        return self.at == len(self.data)

    def end(self):
        demand(self.ended(), "bytes left over")


def write_number(size, value):
    return value.to_bytes(size, "big")


def write_text(text):
    data = text.encode("utf-8")
    return write_number(2, len(data)) + data


def write_framed(parts):
    """Each part with its length as u16 in front."""
    return b"".join(write_number(2, len(part)) + part for part in parts)


def read_framed(data):
    reader, parts = Reader(data), []
    while not reader.ended():
        parts.append(reader.take(reader.number(2)))
    return parts


def read_json(data):
    """A JSON value: UTF-8, no key twice, nothing that only Python reads."""

    def once(pairs):
        demand(len({key for key, _ in pairs}) == len(pairs), "a key twice")
        return dict(pairs)

    def never(constant):
        raise Malformed(constant)

    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=once, parse_constant=never)
        written = write_json(value)  # fails on half of a surrogate pair
        demand(rb"\u0000" not in written.replace(rb"\\", b""), "a NUL")
        return value
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from None


def write_json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def to_base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text):
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(str(error)) from None
    demand(to_base64url(data) == text, "not the one way to write it")
    return data


def from_base64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(str(error)) from None
    demand(base64.b64encode(data).decode() == text, "not the one way to write it")
    return data


# The tree of RFC 6962.


def leaf_hash(leaf):
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The roots of a log as it grows: holds the whole subtrees it consists of, largest first."""

    def __init__(self):
        self.size, self.subtrees = 0, []

    def append(self, leaf):
        node, size = leaf, self.size
        while size & 1:
            node, size = node_hash(self.subtrees.pop(), node), size >> 1
        self.subtrees.append(node)
        self.size += 1

    def root(self):
        if not self.subtrees:
            return hashlib.sha256(b"").digest()
        root = self.subtrees[-1]
        for node in reversed(self.subtrees[:-1]):
            root = node_hash(node, root)
        return root


def tree_path(hashes, index):
    """The siblings on the way from a leaf up to the root."""
    path = []
    while len(hashes) > 1:
        if index ^ 1 < len(hashes):
            path.append(hashes[index ^ 1])
        hashes = [node_hash(*hashes[at : at + 2]) if at + 1 < len(hashes) else hashes[at]
                  for at in range(0, len(hashes), 2)]
        index //= 2
    return path


def path_root(leaf, index, size, path):
    """Where the path leads, in a tree of that size; None when it cannot belong to that place."""
    if not 0 <= index < size:
        return None
    node, last, rest = leaf, size - 1, list(path)
    while last:
        if index ^ 1 <= last:
            if not rest:
                return None
            sibling = rest.pop(0)
            node = node_hash(sibling, node) if index & 1 else node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    return None if rest else node


# The code that a voter writes down.

CODE_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U"


def receipt_code(leaf):
    number = int.from_bytes(tagged_hash("code", leaf)[:7], "big") >> 6
    digits = "".join(CODE_DIGITS[number >> 5 * place & 31] for place in reversed(range(10)))
    digits += CODE_DIGITS[number % 37]
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"
