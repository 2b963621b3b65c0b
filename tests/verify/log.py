# SPDX-License-Identifier: Apache-2.0
"""The log of a ballot: its leaves, its checkpoints, and the receipts that lead into it."""

import base64
import hashlib
import uuid
from collections import namedtuple

from verify import ed25519
from verify.encoding import (Malformed, Reader, demand, from_base64, from_base64url, path_root,
                             read_json, receipt_code, tag, write_number, write_text)

Open = namedtuple("Open", "def_hash roll_hash opened_at_ms")
Cast = namedtuple("Cast", "batch_no nullifier rev channel commitment ct_hash req_hash")
Issue = namedtuple("Issue", "batch_no nullifier rev req_hash")
Close = namedtuple("Close", "closed_at_ms voters revisions extensions_hash")
Paper = namedtuple("Paper", "batch_no envelopes counted sheets_hash")
Result = namedtuple("Result", "result_hash documents_hash counted_at_ms")
Anchor = namedtuple("Anchor", "stream position hash")
Key = namedtuple("Key", "purpose public_key from_ms")
Void = namedtuple("Void", "nullifier rev reason")

HANDED_BACK = 6  # the reason of a VOID that names an ISSUE

# By the type's number: the class, and the bytes of each field; 0 for a str.
LEAVES = {
    1: (Open, (32, 32, 8)),
    2: (Cast, (8, 32, 2, 1, 32, 32, 32)),
    3: (Issue, (8, 32, 2, 32)),
    4: (Close, (8, 8, 8, 32)),
    5: (Paper, (4, 4, 4, 32)),
    6: (Result, (32, 32, 8)),
    7: (Anchor, (0, 8, 32)),
    8: (Key, (1, 32, 8)),
    9: (Void, (32, 2, 1)),
}
TYPES = {kind: number for number, (kind, _) in LEAVES.items()}


def write_field(size, value):
    if size == 0:
        return write_text(value)
    return value if size == 32 else write_number(size, value)


def read_field(size, reader):
    if size == 0:
        return reader.text()
    return reader.take(32) if size == 32 else reader.number(size)


def write_leaf(ballot_id, leaf):
    number = TYPES[type(leaf)]
    fields = (write_field(size, value) for size, value in zip(LEAVES[number][1], leaf))
    return tag("leaf") + write_number(1, number) + ballot_id + b"".join(fields)


def read_leaf(ballot_id, data):
    reader = Reader(data)
    reader.literal(tag("leaf"))
    number = reader.number(1)
    demand(number in LEAVES, "a type that is not known")
    reader.literal(ballot_id)
    kind, sizes = LEAVES[number]
    leaf = kind(*(read_field(size, reader) for size in sizes))
    reader.end()
    if kind is Cast:
        demand(1 <= leaf.rev <= 10 and 1 <= leaf.channel <= 4, "a rev or channel")
    if kind is Issue:
        demand(1 <= leaf.rev <= 10, "a rev")
    if kind is Paper:
        demand(leaf.batch_no >= 1 and leaf.envelopes >= 1 and leaf.counted <= leaf.envelopes,
               "numbers of a batch")
    if kind is Key:
        demand(leaf.purpose == 1, "a purpose that is not known")
    if kind is Void:
        demand(1 <= leaf.rev <= 10, "a rev")
    return leaf


# Checkpoints: C2SP tlog-checkpoint notes.

Checkpoint = namedtuple("Checkpoint", "size root")


def origin(district, ballot_id):
    district = district.replace(" ", "_").replace("+", "_")
    return f"hyeopchi/{district}/{uuid.UUID(bytes=ballot_id)}"


def key_hash(name, public_key):
    return hashlib.sha256(name.encode() + b"\n\x01" + public_key).digest()[:4]


def verifier_key(name, public_key):
    """<name>+<key hash>+<base64 of algorithm and key>"""
    key = base64.b64encode(b"\x01" + public_key).decode()
    return f"{name}+{key_hash(name, public_key).hex()}+{key}"


def read_verifier_key(name, text):
    """The public key of that name; raises Malformed."""
    key = from_base64(text.split("+", 2)[-1])  # the name has none, the base64 may
    demand(len(key) == 33 and text == verifier_key(name, key[1:]), "not a key of this ballot")
    return key[1:]


def checkpoint_text(name, size, root):
    return f"{name}\n{size}\n{base64.b64encode(root).decode()}\n"


def write_note(text, name, signature):
    return f"{text}\n\N{EM DASH} {name} {base64.b64encode(signature).decode()}\n".encode()


def write_checkpoint(name, seed, size, root):
    text = checkpoint_text(name, size, root)
    signature = ed25519.sign(seed, text.encode())
    return write_note(text, name, key_hash(name, ed25519.public_key(seed)) + signature)


def split_note(note):
    """The note's text, size, root and what signs it, whoever it is by; raises Malformed."""
    try:
        lines = note.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed(str(error)) from None
    demand(len(lines) == 6 and lines[3] == "" and lines[5] == "", "lines of a note")
    demand(lines[1].isascii() and lines[1].isdigit() and lines[1][0] != "0", "a size")
    root, mark, signed = from_base64(lines[2]), f"\N{EM DASH} {lines[0]} ", lines[4]
    demand(len(root) == 32 and signed.startswith(mark), "a root and a signature")
    signature = from_base64(signed[len(mark) :])
    demand(len(signature) == 68, "a signature")
    return lines[0], Checkpoint(int(lines[1]), root), signature


def read_checkpoint(name, public_key, note):
    """The checkpoint, if it is a good one of this log; raises Malformed."""
    found, checkpoint, signature = split_note(note)
    demand(found == name, "another log")
    demand(signature[:4] == key_hash(name, public_key), "another key")
    text = checkpoint_text(name, *checkpoint).encode()
    demand(ed25519.verify(public_key, text, signature[4:]), "not signed")
    return checkpoint


# Receipts.

Receipt = namedtuple("Receipt", "rev nullifier leaf_hash code body index size hashes signature key")


def write_receipt_body(ballot_id, commit_root, issued_ms, max_merge_delay_s):
    return (tag("receipt") + ballot_id + commit_root + write_number(8, issued_ms)
            + write_number(2, max_merge_delay_s))


def read_receipt(data):
    """A receipt as a front end kept it; raises Malformed when it cannot be read."""

    def member(of, name, kind):
        demand(isinstance(of, dict) and type(of.get(name)) is kind, f"no {name}")
        demand(kind is not int or of[name] >= 0, f"a negative {name}")
        return of[name]

    def octets(of, name):
        return from_base64url(member(of, name, str))

    whole = read_json(data)
    vote, receipt = member(whole, "vote", dict), member(whole, "receipt", dict)
    path = member(receipt, "path", dict)
    hashes = [from_base64url(text) if isinstance(text, str) else demand(False, "a hash")
              for text in member(path, "hashes", list)]
    return Receipt(
        member(vote, "rev", int), octets(vote, "nullifier"), octets(vote, "leaf_hash"),
        member(receipt, "code", str), octets(receipt, "body"), member(path, "index", int),
        member(path, "size", int), hashes, octets(receipt, "signature"), octets(receipt, "key"))


def check_receipt(ballot_id, receipt):
    """Raises Malformed unless the receipt holds together: body, signature, path and code."""
    reader = Reader(receipt.body)
    reader.literal(tag("receipt"))
    reader.literal(ballot_id)
    root = reader.take(32)
    reader.number(8)
    reader.number(2)
    reader.end()
    demand(ed25519.verify(receipt.key, receipt.body, receipt.signature), "not signed")
    lengths = {len(octets) for octets in [receipt.leaf_hash, receipt.nullifier, *receipt.hashes]}
    demand(lengths == {32}, "a hash of another length")
    demand(path_root(receipt.leaf_hash, receipt.index, receipt.size, receipt.hashes) == root,
           "the path leads elsewhere")
    demand(receipt.code == receipt_code(receipt.leaf_hash), "another code")
