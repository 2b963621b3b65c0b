# SPDX-License-Identifier: Apache-2.0
"""HTTP message signatures with another implementation of RFC 9421 (npm's http-message-signatures):
what one signs the other accepts, and what was changed on the way neither does."""

import base64
import hashlib
import json
import os
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from support.client import b64url
from support.npm import install
from support.paths import BUILD
from support.services import environment

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "npm")
NOW_MS = 1_663_545_600_000
KEY_ID = "front-end:portal"
BODY = '{"choices": [{"option": "성수1가1동", "value": 1}]}'
FIELDS = ["@method", "@authority", "@path", "@query", "content-digest", "idempotency-key"]


@pytest.fixture(scope="module")
def installed():
    """The other implementation, installed into the build as package-lock.json pins it."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    return install(HERE, os.path.join(BUILD, "interoperability"))


class Speaker:
    """A program that answers one line of JSON with another."""

    def __init__(self, *words, **options):
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", **options
        )

    def ask(self, job):
        self.process.stdin.write(json.dumps(job, ensure_ascii=False) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer
        return answer

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=60) == 0


@pytest.fixture
def ours():
    speaker = Speaker(os.path.join(BUILD, "tests", "http_signature_driver"), env=environment())
    yield speaker
    speaker.close()


@pytest.fixture
def theirs(installed):
    speaker = Speaker("node", os.path.join(installed, "signature.cjs"), cwd=installed)
    yield speaker
    speaker.close()


class SigningKey:
    """One key in the forms that both sides read."""

    def __init__(self, algorithm):
        self.algorithm = algorithm
        if algorithm == "ed25519":
            private = Ed25519PrivateKey.generate()
            self.secret = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
            public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            self.jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64url(public)}
        else:
            private = ec.generate_private_key(ec.SECP256R1())
            self.secret = private.private_numbers().private_value.to_bytes(32, "big")
            form = PublicFormat.UncompressedPoint
            public = private.public_key().public_bytes(Encoding.X962, form)
            self.jwk = {"kty": "EC", "crv": "P-256", "x": b64url(public[1:33])}
            self.jwk["y"] = b64url(public[33:])
        self.line = f"front-end portal {algorithm} {b64url(public)} 2020-01-01T00:00:00Z -"

    def private_jwk(self):
        return {**self.jwk, "d": b64url(self.secret)}


@pytest.fixture(params=["ed25519", "ecdsa-p256-sha256"])
def key(request):
    return SigningKey(request.param)


def request_of(query="a=1&b=%20"):
    return {
        "method": "POST",
        "scheme": "https",
        "authority": "participation.example",
        "path": "/v1/ballots/x/votes:batch",
        "query": query,
        "body": BODY,
        "now_ms": NOW_MS,
    }


def url_of(request):
    query = "" if request["query"] is None else "?" + request["query"]
    return f"{request['scheme']}://{request['authority']}{request['path']}{query}"


def headers_of(body, digest="sha-256"):
    name = digest.replace("-", "")
    value = base64.b64encode(hashlib.new(name, body.encode()).digest()).decode()
    return {
        "content-type": "application/json",
        "idempotency-key": "7c1e5b0a",
        "content-digest": f"{digest}=:{value}:",
    }


def verify_ours(ours, key, request, headers):
    pairs = [[name.lower(), value] for name, value in headers.items()]
    return ours.ask({"job": "verify", "key": key.line, **request, "headers": pairs})


@pytest.mark.parametrize("digest", ["sha-256", "sha-512"])
@pytest.mark.parametrize("query", ["a=1&b=%20", None])
def test_what_they_sign_we_accept(ours, theirs, key, query, digest):
    request = request_of(query)
    fields = [f for f in FIELDS if query is not None or f != "@query"] + ["content-type"]
    signed = theirs.ask({
        "job": "sign", "jwk": key.private_jwk(), "algorithm": key.algorithm, "key_id": KEY_ID,
        "label": "portal-1", "fields": fields, "nonce": "0123456789abcdef", "now_ms": NOW_MS,
        "method": request["method"], "url": url_of(request), "headers": headers_of(BODY, digest),
    })
    answer = verify_ours(ours, key, request, signed["headers"])
    assert answer["verified"] is True, answer
    elsewhere = {**request, "path": "/v1/ballots/y/votes:batch"}
    changed = verify_ours(ours, key, elsewhere, signed["headers"])
    assert (changed["verified"], changed["code"]) == (False, "signature-wrong")
    otherwise = {**request, "body": BODY.replace("1}", "0}")}
    changed = verify_ours(ours, key, otherwise, signed["headers"])
    assert (changed["verified"], changed["code"]) == (False, "content-digest-wrong")
    late = verify_ours(ours, key, {**request, "now_ms": NOW_MS + 121_000}, signed["headers"])
    assert (late["verified"], late["code"]) == (False, "signature-stale")


@pytest.mark.parametrize("component", ["@target-uri", "@request-target"])
def test_their_whole_targets_are_ours(ours, theirs, key, component):
    request = request_of()
    fields = ["@method", "@authority", component, "content-digest", "idempotency-key"]
    signed = theirs.ask({
        "job": "sign", "jwk": key.private_jwk(), "algorithm": key.algorithm, "key_id": KEY_ID,
        "label": "sig", "fields": fields, "nonce": "0123456789abcdef", "now_ms": NOW_MS,
        "method": request["method"], "url": url_of(request), "headers": headers_of(BODY),
    })
    answer = verify_ours(ours, key, request, signed["headers"])
    assert answer["verified"] is True, answer
    changed = verify_ours(ours, key, {**request, "query": "a=2"}, signed["headers"])
    assert (changed["verified"], changed["code"]) == (False, "signature-wrong")


@pytest.mark.parametrize("query", ["a=1&b=%20", None])
def test_what_we_sign_they_accept(ours, theirs, key, query):
    request = request_of(query)
    headers = {"content-type": "application/json", "idempotency-key": "7c1e5b0a"}
    signed = ours.ask({
        "job": "sign", "key_id": KEY_ID, "algorithm": key.algorithm, "secret": b64url(key.secret),
        **request, "headers": [[name, value] for name, value in headers.items()],
    })
    job = {
        "job": "verify", "jwk": key.jwk, "algorithm": key.algorithm, "key_id": KEY_ID,
        "fields": [f for f in FIELDS if query is not None or f != "@query"], "now_ms": NOW_MS,
        "method": request["method"], "url": url_of(request),
        "headers": {**headers, **signed["headers"]},
    }
    assert theirs.ask(job) == {"verified": True}
    elsewhere = url_of({**request, "path": "/v1/ballots/y/votes:batch"})
    for change in ({"method": "PUT"}, {"url": elsewhere}):
        assert theirs.ask({**job, **change}) == {"verified": False}
    other = SigningKey(key.algorithm)
    assert theirs.ask({**job, "jwk": other.jwk}) == {"verified": False}
    # And we accept our own.
    assert verify_ours(ours, key, request, job["headers"])["verified"] is True
