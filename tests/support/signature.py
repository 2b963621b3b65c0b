# SPDX-License-Identifier: Apache-2.0
"""HTTP Message Signatures (RFC 9421) as an independent client would make them.

Shares no code with the services: the signature base is built here, Ed25519 is libsodium's.
"""

import base64
import ctypes
import ctypes.util
import hashlib
import os
import time

_sodium = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
if _sodium.sodium_init() < 0:
    raise RuntimeError("libsodium cannot be initialised")


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


class Signer:
    """A role's Ed25519 key: its line in the keys file, and the headers of signed requests."""

    def __init__(self, role, name, seed=None):
        """`seed` are the 32 bytes of the secret; random without."""
        self.role = role
        self.name = name
        self.key_id = f"{role}:{name}"
        public = ctypes.create_string_buffer(32)
        self._secret = ctypes.create_string_buffer(64)
        _sodium.crypto_sign_seed_keypair(public, self._secret, seed or os.urandom(32))
        self.public = public.raw

    def line(self, not_before="2020-01-01T00:00:00Z", not_after="-"):
        """Returns the key's line for the keys file."""
        key = _base64url(self.public)
        return f"{self.role} {self.name} ed25519 {key} {not_before} {not_after}\n"

    def sign(self, data):
        signature = ctypes.create_string_buffer(64)
        _sodium.crypto_sign_detached(
            signature, None, data, ctypes.c_ulonglong(len(data)), self._secret
        )
        return signature.raw

    def headers(self, method, authority, target, body=b"", **options):
        """Returns the headers that sign a request.

        `target` is the path with its query; `options` are created (seconds), nonce, and
        idempotency_key, which then is a header too and covered.
        """
        path, question, query = target.partition("?")
        components = [("@method", method), ("@authority", authority), ("@path", path)]
        headers = {}
        if question:
            components.append(("@query", "?" + query))
        if body:
            digest = base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")
            headers["Content-Digest"] = f"sha-256=:{digest}:"
            components.append(("content-digest", headers["Content-Digest"]))
        if "idempotency_key" in options:
            headers["Idempotency-Key"] = options["idempotency_key"]
            components.append(("idempotency-key", headers["Idempotency-Key"]))
        created = options.get("created", int(time.time()))
        nonce = options.get("nonce") or _base64url(os.urandom(18))
        names = " ".join(f'"{name}"' for name, _ in components)
        params = f'({names});created={created};nonce="{nonce}";keyid="{self.key_id}"'
        lines = [f'"{name}": {value}' for name, value in components]
        lines.append(f'"@signature-params": {params}')
        signature = self.sign("\n".join(lines).encode("ascii"))
        headers["Signature-Input"] = f"sig1={params}"
        headers["Signature"] = f"sig1=:{base64.b64encode(signature).decode('ascii')}:"
        return headers
