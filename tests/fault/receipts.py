# SPDX-License-Identifier: Apache-2.0
"""Receipts and the fixed encodings behind them, written from services/participation/domain's headers
and sharing no code with it: what a front end verifies, and what the checker derives again.
"""

import base64
import hashlib
import hmac
import os
import struct
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

RECEIPT_TAG = b"\x0cpbv1/receipt"
ROOT_AT = len(RECEIPT_TAG) + 16
BODY_SIZE = ROOT_AT + 32 + 8 + 2


class BadReceipt(ValueError):
    """A receipt that proves nothing."""


def from_b64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def root_of(node, index, size, path):
    """The root that a leaf hash and its path lead to (RFC 9162)."""
    last = size - 1
    for sibling in path:
        while index % 2 == 0 and index == last:
            index, last = index // 2, last // 2
        pair = sibling + node if index % 2 else node + sibling
        node = hashlib.sha256(b"\x01" + pair).digest()
        index, last = index // 2, last // 2
    return node


def verify_receipt(accepted):
    """Raises BadReceipt unless signature and path lead from the leaf hash to the signed root."""
    vote, receipt = accepted["vote"], accepted["receipt"]
    body = from_b64url(receipt["body"])
    if len(body) != BODY_SIZE or not body.startswith(RECEIPT_TAG):
        raise BadReceipt("not a receipt")
    try:
        key = Ed25519PublicKey.from_public_bytes(from_b64url(receipt["key"]))
        key.verify(from_b64url(receipt["signature"]), body)
    except InvalidSignature:
        raise BadReceipt("not signed") from None
    path = receipt["path"]
    hashes = [from_b64url(text) for text in path["hashes"]]
    root = root_of(from_b64url(vote["leaf_hash"]), path["index"], path["size"], hashes)
    if root != body[ROOT_AT : ROOT_AT + 32]:
        raise BadReceipt("the path leads elsewhere")


def merkle_root(leaves):
    """The RFC 9162 root of leaf hashes, level by level."""
    level = list(leaves)
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest()
            for i in range(0, len(level) - 1, 2)
        ]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def tag(name):
    text = b"pbv1/" + name.encode()
    return bytes([len(text)]) + text


def mac(key, name, data):
    return hmac.new(key, tag(name) + data, hashlib.sha256).digest()


class BallotKeys:
    """What a ballot's key file leads to."""

    def __init__(self, folder, ballot_id):
        with open(os.path.join(folder, f"{ballot_id}.key"), "rb") as file:
            secret = file.read()
        self._id = uuid.UUID(ballot_id).bytes
        self._vtag = mac(secret, "key/vtag", self._id)
        self._nullifier = mac(secret, "key/null", self._id)
        self._request = mac(secret, "key/request", self._id)

    def vtag(self, subject):
        return mac(self._vtag, "vtag", self._id + from_b64url(subject))

    def nullifier(self, subject):
        return mac(self._nullifier, "null", self._id + self.vtag(subject))

    def request_key(self, signer, key, line):
        """`signer` is (role, id); `line` is 0 outside a batch."""
        name = b"\0".join(text.encode() for text in (*signer, key)) + b"\0" + struct.pack(">I", line)
        return mac(self._request, "request-key", name)


def choice_numbers(body):
    """The options of a choice_body, by their number from 1 on."""
    _, count = struct.unpack_from(">BH", body)
    rows = struct.iter_unpack(">II", body[3:])
    numbers = [option for option, value in rows if value == 1]
    if len(numbers) != count:
        raise ValueError("not a choice of that many options")
    return numbers
