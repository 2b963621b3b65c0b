# SPDX-License-Identifier: Apache-2.0
"""An HTTP client that signs as RFC 9421 says, written apart from the services' own code.

Keys are Ed25519 from Debian's python3-cryptography. Every part of a signature can be overridden,
so that a test can send what a careless or hostile front end would.
"""

import base64
import hashlib
import http.client
import json
import secrets
import struct
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_b64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def content_digest(body):
    """A Content-Digest (RFC 9530) by SHA-256."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


class Key:
    """A key of one role: `id` names it on the wire, `line()` is its line in the keys file."""

    def __init__(self, role, name, not_before="2020-01-01T00:00:00Z", not_after="-"):
        self.private = Ed25519PrivateKey.generate()
        self.role = role
        self.name = name
        self.id = f"{role}:{name}"
        self.not_before = not_before
        self.not_after = not_after

    def line(self):
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return (
            f"{self.role} {self.name} ed25519 {b64url(public)} {self.not_before} {self.not_after}\n"
        )


def write_keys(path, *keys):
    """Writes a keys file and returns its path."""
    with open(path, "w", encoding="ascii") as file:
        file.writelines(key.line() for key in keys)
    return path


class Clock:
    """The demonstration clock's file: 8 bytes, an offset in milliseconds."""

    def __init__(self, path):
        self.path = path
        with open(path, "wb") as file:
            file.write(struct.pack("=q", 0))

    def offset_ms(self):
        with open(self.path, "rb") as file:
            return struct.unpack("=q", file.read())[0]

    def now_ms(self):
        return int(time.time() * 1000) + self.offset_ms()

    def move_ms(self, milliseconds):
        """Moves the calendar; written in place, since services map the file."""
        offset = self.offset_ms() + milliseconds
        with open(self.path, "r+b") as file:
            file.write(struct.pack("=q", offset))


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def lines(self):
        return [json.loads(line) for line in self.body.splitlines()]


class Client:
    """Sends requests to one service, signed by one key (None: unsigned)."""

    def __init__(self, address, key=None, clock=None):
        self.address = address
        self.key = key
        self.clock = clock
        self.connection = None

    def now_s(self):
        return (self.clock.now_ms() if self.clock else int(time.time() * 1000)) // 1000

    def sign(self, method, target, headers, body, **override):
        """Returns the headers with Content-Digest, Signature-Input and Signature."""
        headers = dict(headers)
        path, _, query = target.partition("?")
        components = ["@method", "@authority", "@path"]
        if query:
            components.append("@query")
        if body:
            headers["content-digest"] = override.get("digest", content_digest(body))
            components.append("content-digest")
        if "idempotency-key" in headers:
            components.append("idempotency-key")
        components = override.get("components", components)
        nonce = override.get("nonce", secrets.token_urlsafe(24))
        created = override.get("created", self.now_s())
        key_id = override.get("key_id", self.key.id)
        parameters = (
            "(" + " ".join(f'"{c}"' for c in components) + ")"
            f';created={created};nonce="{nonce}";keyid="{key_id}"'
        )
        values = {
            "@method": method,
            "@authority": headers["host"],
            "@path": path,
            "@query": "?" + query,
        }
        base = "".join(f'"{c}": {values.get(c) or headers.get(c, "")}\n' for c in components)
        base += f'"@signature-params": {parameters}'
        signature = override.get("key", self.key).private.sign(base.encode())
        headers["signature-input"] = f"sig1={parameters}"
        headers["signature"] = f"sig1=:{base64.b64encode(signature).decode()}:"
        return headers

    def connect(self, timeout):
        """The connection of one request."""
        return http.client.HTTPConnection(*self.address, timeout=timeout)

    def request(self, method, target, body=None, headers=None, signed=True, timeout=60, **override):
        """Sends one request; body may be bytes or anything that JSON can write."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        all_headers = {"host": f"{self.address[0]}:{self.address[1]}"}
        if body is not None:
            all_headers["content-type"] = "application/json"
        all_headers.update((name.lower(), value) for name, value in (headers or {}).items())
        if signed and self.key is not None:
            all_headers = self.sign(method, target, all_headers, body, **override)
        connection = self.connect(timeout)
        try:
            connection.request(method, target, body=body, headers=all_headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, target, **options):
        return self.request("GET", target, **options)

    def post(self, target, body=None, key=None, headers=None, **options):
        """Posts with an Idempotency-Key, a new one unless given; key="" sends none."""
        headers = dict(headers or {})
        if key != "":
            headers["idempotency-key"] = key or secrets.token_urlsafe(12)
        return self.request("POST", target, body, headers, **options)
