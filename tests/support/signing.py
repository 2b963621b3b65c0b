# SPDX-License-Identifier: Apache-2.0
"""Signed requests (RFC 9421, RFC 9530) as a front end or an operator would send them.

Written from the standards and independent of the C side, so that the two check each other. Ed25519
comes from libsodium, which the services link anyway.
"""

import base64
import ctypes
import ctypes.util
import hashlib
import os
import time
from urllib.parse import urlsplit

_sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
assert _sodium.sodium_init() >= 0


class Key:
    """One Ed25519 key of somebody: `role` and `id` as the keys file names them."""

    def __init__(self, role, name):
        self.role = role
        self.name = name
        public = ctypes.create_string_buffer(32)
        secret = ctypes.create_string_buffer(64)
        assert _sodium.crypto_sign_keypair(public, secret) == 0
        self.public = public.raw
        self._secret = secret.raw

    @property
    def key_id(self):
        return f"{self.role}:{self.name}"

    def line(self, not_before="2020-01-01T00:00:00Z", not_after="-"):
        """Returns the key's line of a keys file."""
        public = base64.urlsafe_b64encode(self.public).rstrip(b"=").decode()
        return f"{self.role} {self.name} ed25519 {public} {not_before} {not_after}\n"

    def sign(self, data):
        signature = ctypes.create_string_buffer(64)
        status = _sodium.crypto_sign_detached(
            signature, None, data, ctypes.c_ulonglong(len(data)), self._secret
        )
        assert status == 0
        return signature.raw


def write_keys(path, *keys):
    """Writes a keys file and returns its path."""
    with open(path, "w", encoding="ascii") as file:
        file.writelines(key.line() for key in keys)
    return path


def signed_headers(key, method, authority, target, body=None, headers=None, created=None):
    """Returns the headers of a signed request; `target` is the path with its query, if any."""
    parts = urlsplit(target)
    headers = dict(headers or {})
    covered = [("@method", method), ("@authority", authority), ("@path", parts.path)]
    if parts.query:
        covered.append(("@query", f"?{parts.query}"))
    if body is not None:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers["Content-Digest"] = f"sha-256=:{digest}:"
        covered.append(("content-digest", headers["Content-Digest"]))
    for name, value in headers.items():
        if name.lower() == "idempotency-key":
            covered.append(("idempotency-key", value))
    nonce = base64.urlsafe_b64encode(os.urandom(18)).decode()
    names = " ".join(f'"{name}"' for name, _ in covered)
    parameters = (
        f"({names});created={int(created or time.time())}"
        f';nonce="{nonce}";keyid="{key.key_id}";alg="ed25519"'
    )
    lines = [f'"{name}": {value}' for name, value in covered]
    base = "\n".join([*lines, f'"@signature-params": {parameters}']).encode()
    headers["Signature-Input"] = f"sig={parameters}"
    headers["Signature"] = f"sig=:{base64.b64encode(key.sign(base)).decode()}:"
    return headers
