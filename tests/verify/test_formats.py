# SPDX-License-Identifier: Apache-2.0
"""The pieces of the second verifier against vectors that others published, and its recount against the
counting code of the services. HYEOPCHI_VERIFY_SEED repeats a run."""

import hashlib
import os
import random
import secrets
import subprocess

import pytest

from support.services import environment, program
from verify import ed25519, log
from verify.bundle_maker import random_ballot
from verify.counted import pb_text, tally_arguments
from verify.definition import decode, encode
from verify.encoding import (Malformed, Tree, from_base64url, leaf_hash, path_root, read_json,
                             receipt_code, tag, tagged_hash, tree_path, write_number)

SEED = int(os.environ.get("HYEOPCHI_VERIFY_SEED", secrets.randbelow(2**32)))

# RFC 8032, section 7.1: secret key, public key, message, signature.
RFC_8032 = [
    ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
     "d25bf5f0595bbe24655141438e7a100b"),
    ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"),
    ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
     "4a7c15e9716ed28dc027beceea1ec40a"),
]


@pytest.mark.parametrize("secret, public, message, signature", RFC_8032)
def test_signatures_are_those_of_rfc_8032(secret, public, message, signature):
    secret, public, message, signature = map(bytes.fromhex, (secret, public, message, signature))
    assert ed25519.public_key(secret) == public
    assert ed25519.sign(secret, message) == signature
    assert ed25519.verify(public, message, signature)
    assert not ed25519.verify(public, message + b"!", signature)


def test_a_signature_has_one_way_to_be_written_and_no_key_signs_everything():
    secret, public, message, signature = map(bytes.fromhex, RFC_8032[1])
    scalar = int.from_bytes(signature[32:], "little") + ed25519.ORDER
    assert not ed25519.verify(public, message, signature[:32] + scalar.to_bytes(32, "little"))
    nothing = ed25519.encode(ed25519.ZERO)
    assert not ed25519.verify(nothing, message, nothing + bytes(32))
    assert not ed25519.verify(ed25519.P.to_bytes(32, "little"), message, signature)
    assert not ed25519.verify(public, message, signature[:-1])
    assert ed25519.verify(public, message, ed25519.sign(secret, message))


def test_hashes_are_those_of_the_voting_design():
    ballot_id, def_hash = bytes(range(16)), hashlib.sha256(b"ballot-def").digest()
    body = b"\1" + write_number(2, 3) + b"".join(
        write_number(4, option) + write_number(4, 1) for option in (7, 12, 30))
    commitment = tagged_hash("commit", ballot_id + def_hash + b"\x22" * 32
                             + write_number(2, len(body)) + body)
    assert commitment.hex() == "2681e73fa06bc2e878423bc6a57095adf879577cc6d22784945f325bdb1e5f8d"
    assert tagged_hash("ct", b"\x33" * 160).hex() == (
        "8e65ceee092d111b4cb5cafe4aa4a1d4bff58b763bbc80ad180e8c84f65cb648")
    tree = Tree()
    for number in range(7):
        tree.append(leaf_hash(tag("leaf") + bytes([number])))
    assert tree.root().hex() == "bf8e44ed5c0892d28851eb0b58babebec7d9bdf2a61897eecba2f5ec5444515e"


def test_every_path_leads_to_the_root_and_from_no_other_place():
    for size in range(1, 18):
        hashes, tree = [leaf_hash(bytes([number])) for number in range(size)], Tree()
        for each in hashes:
            tree.append(each)
        for index, each in enumerate(hashes):
            path = tree_path(hashes, index)
            assert path_root(each, index, size, path) == tree.root()
            assert path_root(each, index, size, path + [each]) is None
            assert path_root(each, size, size, path) is None
            assert size == 1 or path_root(each, index, size, path[:-1]) is None


def test_a_code_is_ten_digits_and_one_that_checks_them():
    code = receipt_code(bytes(32))
    assert len(code) == 13 and code[4] == code[9] == "-"
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U"
    number = 0
    for digit in code.replace("-", "")[:10]:
        number = number * 32 + digits.index(digit)
    assert digits[number % 37] == code[-1]
    assert number == int.from_bytes(tagged_hash("code", bytes(32)), "big") >> 206


def test_every_text_and_number_is_read_in_one_way_only():
    for text in ("QQ=", "QR", "Q", "Q Q", "QQ\n", "+/", "Q=Q"):
        with pytest.raises(Malformed):
            from_base64url(text)
    for data in (b"", b"\xff", b'{"a":1,"a":1}', b"[NaN]", b"[01]", b'["\n"]', b"[1] 2"):
        with pytest.raises(Malformed):
            read_json(data)
    key, name = bytes(range(32)), "hyeopchi/A_B/x"
    assert log.read_verifier_key(name, log.verifier_key(name, key)) == key
    with pytest.raises(Malformed):
        log.read_verifier_key("hyeopchi/A/x", log.verifier_key(name, key))


def test_definitions_have_one_encoding_and_decode_to_themselves():
    print(f"HYEOPCHI_VERIFY_SEED={SEED}")
    chance = random.Random(SEED)
    for _ in range(30):
        definition = random_ballot(chance, voters=0).definition
        data = encode(definition)
        assert decode(data) == definition
        for changed in (data[:-1], data + b"\0", b"\0\5" + data[2:]):
            with pytest.raises(Malformed):
                decode(changed)


def test_the_recount_says_byte_for_byte_what_hyeopchi_tally_says(tmp_path):
    print(f"HYEOPCHI_VERIFY_SEED={SEED}")
    chance = random.Random(SEED)
    for _ in range(int(os.environ.get("HYEOPCHI_VERIFY_ELECTIONS", "15"))):
        ballot = random_ballot(chance)
        votes = ballot.choices()
        path = tmp_path / "ballot.pb"
        path.write_text(pb_text(ballot.definition, votes, ballot.channels()), encoding="utf-8")
        arguments = tally_arguments(ballot.definition, ballot.lot, tmp_path, ballot.jury_scores(),
                                    ballot.electorate())
        terms = ballot.definition["terms"]
        if terms["quorum"] or terms["quorum_share"]:  # which people without a vote count for
            arguments += ["--invalid", str(ballot.invalid())]
        done = subprocess.run([program("hyeopchi"), "tally", str(path), *arguments, "--json"],
                              capture_output=True, timeout=60, env=environment(), check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.rstrip(b"\n") == ballot.result(), (path.read_text(), arguments)
