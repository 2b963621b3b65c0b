# SPDX-License-Identifier: Apache-2.0
"""Votes by message, from a kiosk's side: SP's REQ over TCP, the message and its signature, written
by hand from what the services' README says and apart from their code.

Every part of a request can be overridden, as by Client of support/client.py.
"""

import hashlib
import json
import secrets
import socket
import struct
import uuid

from support.client import Answer
from support.messages import encode

HANDSHAKE = b"\0SP\0" + struct.pack(">HH", 0x30, 0)  # REQ
PEER = b"\0SP\0" + struct.pack(">HH", 0x31, 0)  # REP
VOTE, BATCH = 1, 2
ENGLISH = 2


def statement(kind, ballot_id, key_id, nonce, created_ms, expires_ms, key, body):
    """The bytes that are signed."""

    def text(value):
        return struct.pack(">H", len(value)) + value.encode()

    return (
        bytes([17])
        + b"pbv1/cast-request"
        + bytes([kind])
        + uuid.UUID(ballot_id).bytes
        + text(key_id)
        + text(nonce)
        + struct.pack(">QQ", created_ms, expires_ms)
        + text(key)
        + hashlib.sha256(body).digest()
    )


def _fields(message):
    """A message as {number: value}, each an int or bytes."""
    at, fields = 0, {}

    def varint():
        nonlocal at
        number, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    while at < len(message):
        tag = varint()
        assert tag & 7 in (0, 2), f"wire type {tag & 7}"
        value = varint()
        if tag & 7 == 2:
            assert value <= len(message) - at
            value, at = message[at : at + value], at + value
        fields[tag >> 3] = value
    return fields


def read_response(message):
    """An answer as HTTP's would be; `retry_after_ms` is in its headers."""
    fields = _fields(message)
    return Answer(fields[1], {"retry_after_ms": fields.get(2, 0)}, fields.get(3, b""))


class Requester:
    """One connection, as nng's REQ would make it; ask() may be called again and again."""

    def __init__(self, url, timeout=120, receive_buffer=None):
        host, _, port = url.removeprefix("tcp://").rpartition(":")
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect((host, int(port)))
        self.stream = self.socket.makefile("rb")
        self.number = secrets.randbits(31)
        self.socket.sendall(HANDSHAKE)
        assert self.stream.read(8) == PEER

    def send(self, message):
        """Sends a request and returns its number on the wire."""
        self.number = (self.number + 1) & 0x7FFFFFFF
        body = struct.pack(">I", self.number | 0x80000000) + message
        self.socket.sendall(struct.pack(">Q", len(body)) + body)
        return self.number

    def receive(self):
        """The next answer and the number of its request; ConnectionError when there is none."""
        head = self.stream.read(8)
        if len(head) < 8:
            raise ConnectionError("the connection ended")
        (length,) = struct.unpack(">Q", head)
        body = self.stream.read(length)
        if len(body) < length:
            raise ConnectionError("the connection ended in an answer")
        return struct.unpack(">I", body[:4])[0] & 0x7FFFFFFF, body[4:]

    def ask(self, message):
        number = self.send(message)
        answered, answer = self.receive()
        assert answered == number
        return answer

    def close(self):
        self.stream.close()
        self.socket.close()


class Kiosk:
    """Hands in votes of one ballot after the other, signed by one key."""

    def __init__(self, url, key, clock):
        self.url = url
        self.key = key
        self.clock = clock
        self.requester = None

    def message(self, ballot_id, body, kind=VOTE, key=None, **override):
        """A request; body is bytes, or what JSON can write."""
        if not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        key = secrets.token_urlsafe(12) if key is None else key
        nonce = override.get("nonce", secrets.token_urlsafe(24))
        created = override.get("created", self.clock.now_ms())
        expires = override.get("expires", 0)
        key_id = override.get("key_id", self.key.id)
        signed = statement(
            override.get("signed_kind", kind),
            override.get("signed_ballot", ballot_id),
            key_id,
            nonce,
            created,
            expires,
            override.get("signed_key", key),
            override.get("signed_body", body),
        )
        signature = override.get("signer", self.key).private.sign(signed)
        return encode(
            (1, kind),
            (2, override.get("sent_ballot", ballot_id)),
            (3, key),
            (4, body),
            (5, key_id),
            (6, nonce),
            (7, created),
            (8, expires),
            (9, override.get("signature", signature)),
            (10, override.get("language", 0)),
        )

    def send(self, message):
        """Asks, and returns the answer; on a connection of its own that lasts."""
        if self.requester is None:
            self.requester = Requester(self.url)
        try:
            return read_response(self.requester.ask(message))
        except OSError:
            self.close()
            raise

    def hand_in(self, ballot_id, body, **options):
        return self.send(self.message(ballot_id, body, **options))

    def close(self):
        if self.requester is not None:
            self.requester.close()
            self.requester = None
