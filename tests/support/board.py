# SPDX-License-Identifier: Apache-2.0
"""The public board as a stranger reads it: written from services/verify/README.md and the C2SP pages,
sharing no code with the service. Everything that is fetched is checked on the way.
"""

import base64
import hashlib
import struct
import uuid

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from support.client import from_b64url

WIDTH = 256
OPEN, CAST, CLOSE, RESULT, ANCHOR, KEY, VOID = 1, 2, 4, 6, 7, 8, 9


def tag(name):
    text = b"pbv1/" + name.encode()
    return bytes([len(text)]) + text


def tagged_hash(name, data):
    return hashlib.sha256(tag(name) + data).digest()


def leaf_hash(leaf):
    return hashlib.sha256(b"\x00" + leaf).digest()


def root_of(hashes):
    """The RFC 6962 root, as the RFC says it."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    level = list(hashes)
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest()
            for i in range(0, len(level) - 1, 2)
        ]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def root_from_path(node, index, size, path):
    last = size - 1
    for sibling in path:
        while index % 2 == 0 and index == last:
            index, last = index // 2, last // 2
        pair = sibling + node if index % 2 else node + sibling
        node = hashlib.sha256(b"\x01" + pair).digest()
        index, last = index // 2, last // 2
    assert last == 0
    return node


class Leaf:
    """One leaf, taken apart."""

    def __init__(self, data):
        self.data = data
        self.hash = leaf_hash(data)
        begin = tag("leaf")
        assert data.startswith(begin)
        self.type = data[len(begin)]
        self.ballot = str(uuid.UUID(bytes=data[len(begin) + 1 : len(begin) + 17]))
        rest = data[len(begin) + 17 :]
        if self.type == OPEN:
            self.def_hash, self.roll_hash, self.time_ms = struct.unpack(">32s32sQ", rest)
        elif self.type == CAST:
            (
                self.batch_no,
                self.nullifier,
                self.rev,
                self.channel,
                self.commit,
                self.ct_hash,
                self.req_hash,
            ) = struct.unpack(">Q32sHB32s32s32s", rest)
            assert self.ct_hash == tagged_hash("ct", b"")
        elif self.type == CLOSE:
            (
                self.time_ms,
                self.voters,
                self.revisions,
                self.extensions_hash,
            ) = struct.unpack(">QQQ32s", rest)
        elif self.type == RESULT:
            self.result_hash, self.documents_hash, self.time_ms = struct.unpack(">32s32sQ", rest)
        elif self.type == ANCHOR:
            (length,) = struct.unpack(">H", rest[:2])
            self.stream = rest[2 : 2 + length].decode()
            self.position, self.chain = struct.unpack(">Q32s", rest[2 + length :])
        elif self.type == KEY:
            self.purpose, self.key, self.time_ms = struct.unpack(">B32sQ", rest)
            assert self.purpose == 1
        elif self.type == VOID:
            self.nullifier, self.rev, self.reason = struct.unpack(">32sHB", rest)
        else:
            raise AssertionError(f"leaf of type {self.type}")


class Checkpoint:
    """A note, verified with a verifier key."""

    def __init__(self, note, verifier):
        name, key_hash, key = verifier.split("+", 2)
        key = base64.b64decode(key, validate=True)
        assert key[0] == 1 and len(key) == 33
        wanted = hashlib.sha256(name.encode() + b"\n\x01" + key[1:]).digest()[:4]
        assert key_hash == wanted.hex()
        text, signature = note.split("\n\n")
        text += "\n"
        assert signature.startswith(f"\u2014 {name} ") and signature.endswith("\n")
        signed = base64.b64decode(signature[len(name) + 3 : -1], validate=True)
        assert signed[:4] == wanted and len(signed) == 68
        Ed25519PublicKey.from_public_bytes(key[1:]).verify(signed[4:], text.encode())
        origin, size, root = text[:-1].split("\n")
        assert origin == name
        self.note, self.size = note, int(size)
        assert size == str(self.size)
        self.root = base64.b64decode(root, validate=True)


def split_entries(data):
    leaves = []
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from(">H", data, at)
        leaves.append(data[at + 2 : at + 2 + length])
        assert len(leaves[-1]) == length
        at += 2 + length
    return leaves


def tile_path(level, number, width=WIDTH):
    path = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        path = f"x{number % 1000:03d}/{path}"
    return f"tile/{level}/{path}" + (f".p/{width}" if width < WIDTH else "")


class Board:
    """The board of a ballot over HTTP: client.get(path) answers with status, headers and body."""

    def __init__(self, client, ballot_id):
        self.client = client
        self.ballot_id = ballot_id
        self.base = f"/v1/ballots/{ballot_id}/board/"

    def get(self, path, status=200):
        answer = self.client.get(self.base + path)
        assert answer.status == status, (path, answer.status, answer.body)
        return answer

    def verifier(self):
        return self.get("key").body.decode()

    def checkpoint(self):
        return Checkpoint(self.get("checkpoint").body.decode(), self.verifier())

    def tiles(self, level, size):
        """Every hash or entry of a level of a tree of that size, tile by tile."""
        count = size if level == "entries" else size >> (8 * level)
        for number in range((count + WIDTH - 1) // WIDTH):
            width = min(WIDTH, count - number * WIDTH)
            yield self.get(tile_path(level, number, width)).body, width

    def read(self):
        """The newest checkpoint and all leaves under it: root and tiles are those of the leaves."""
        checkpoint = self.checkpoint()
        leaves = []
        for body, width in self.tiles("entries", checkpoint.size):
            entries = split_entries(body)
            assert len(entries) == width
            leaves += [Leaf(entry) for entry in entries]
        level, hashes = 0, [leaf.hash for leaf in leaves]
        assert root_of(hashes) == checkpoint.root
        while hashes:
            assert b"".join(body for body, _ in self.tiles(level, checkpoint.size)) == b"".join(
                hashes
            )
            hashes = [
                root_of(hashes[i : i + WIDTH]) for i in range(0, len(hashes) - WIDTH + 1, WIDTH)
            ]
            level += 1
        assert all(leaf.ballot == self.ballot_id for leaf in leaves)
        return checkpoint, leaves

    def find(self, accepted):
        """Looks the receipt's code up; the leaf's path leads to a checkpoint's root."""
        answer = self.get("codes/" + accepted["receipt"]["code"].replace("%", "%25")).json()
        assert answer["code"] == accepted["receipt"]["code"]
        assert answer["leaf_hash"] == accepted["vote"]["leaf_hash"]
        path = [from_b64url(text) for text in answer["path"]]
        root = root_from_path(
            from_b64url(answer["leaf_hash"]), answer["position"], answer["size"], path
        )
        return answer["position"], answer["size"], root
