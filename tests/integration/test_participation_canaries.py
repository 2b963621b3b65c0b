# SPDX-License-Identifier: Apache-2.0
"""What must never be stored or logged, planted and looked for: one hit fails.

Canaries are a subject, an idempotency key, and choices that no other vote makes. They are sent in
votes that are accepted, refused for every kind of reason, repeated, batched, and caught by a
database that dies; then everything that the services leave behind is searched.
"""

import base64
import hashlib
import json
import os
import struct

import pytest

from support.bus_tap import BusTap
from support.client import b64url
from support.participation import BASE, refused, vote
from support.published import Published

OPTION_COUNT = 64


@pytest.fixture
def running(databases, start_service, tmp_path):
    return Published(databases, start_service, tmp_path).begin()


def forms(secret):
    """What bytes look like in a text, a dump or a message."""
    base64_text = base64.b64encode(secret)
    return {
        secret,
        secret.hex().encode(),
        secret.hex().upper().encode(),
        base64_text,
        base64_text.rstrip(b"="),
        b64url(secret).encode(),
    }


class Canaries:
    """One voter and one choice that nobody else has."""

    def __init__(self, number):
        self.subject = hashlib.sha256(f"canary subject {number}".encode()).digest()
        self.key = hashlib.sha256(f"canary key {number}".encode()).hexdigest()[:40]
        bits = int.from_bytes(hashlib.sha256(f"canary choice {number}".encode()).digest(), "big")
        self.options = [n for n in range(OPTION_COUNT) if bits >> n & 1]

    def vote(self, **changes):
        options = [f"o{n}" for n in self.options]
        return vote(0, options, **{"subject": b64url(self.subject), **changes})

    def choice_body(self):
        """VOTING.md 3: method 1, then the options' numbers, each with the value 1."""
        pairs = b"".join(struct.pack(">II", n + 1, 1) for n in self.options)
        return struct.pack(">BH", 1, len(self.options)) + pairs

    def identities(self):
        return forms(self.subject) | forms(self.key.encode())

    def choices(self):
        texts = [json.dumps(self.vote()["choices"]), json.dumps([f"o{n}" for n in self.options])]
        compact = json.dumps(self.vote()["choices"], separators=(",", ":"))
        found = forms(self.choice_body())
        for text in [*texts, compact]:
            found |= forms(text.encode())
        return found


def send_everything(running, ballot_id, canaries):
    """Returns the canaries of the votes that were accepted."""
    plain, repeated, refused_one, malformed, lined, late = canaries
    assert running.cast(ballot_id, plain.vote(), key=plain.key).status == 201
    for _ in range(2):
        assert running.cast(ballot_id, repeated.vote(), key=repeated.key).status == 201
    reused = running.cast(ballot_id, plain.vote(), key=repeated.key)
    refused(reused, 409, "idempotency-key-reused")
    for change in (
        {"choices": [{"option": refused_one.key, "value": 1}]},
        {"area": refused_one.key},
        {"channel": refused_one.key},
        {"age_band": b64url(refused_one.subject)},
        {refused_one.key: 1},
        {"basis": None},
    ):
        answer = running.cast(ballot_id, refused_one.vote(**change), key=refused_one.key)
        assert 400 <= answer.status < 500
    text = json.dumps(malformed.vote()).encode()
    assert running.cast(ballot_id, text[:-1], key=malformed.key).status == 400
    assert running.cast(ballot_id, text, key=malformed.key, created=1).status == 401
    assert running.public.post(f"/v1/ballots/{ballot_id}/votes", text).status == 401
    lines = b"\n".join([text[:-1], json.dumps(lined.vote()).encode()])
    answer = running.portal.post(
        f"/v1/ballots/{ballot_id}/votes:batch",
        lines,
        key=lined.key,
        headers={"content-type": "application/x-ndjson"},
    )
    assert [line["status"] for line in answer.lines()] == [400, 201]
    running.databases.kill9()
    assert running.cast(ballot_id, late.vote(), key=late.key).status == 503
    running.databases.start()
    running.services["participation"].wait_ready()
    return [plain, repeated, lined]


def logs(running):
    for service in running.services.values():
        with open(service.log_path, "rb") as file:
            yield file.read()
    with open(running.databases.log_path, "rb") as file:
        yield file.read()


def envelopes(running, service):
    rows = running.databases.psql(service, "SELECT envelope FROM event.log ORDER BY seq")
    return b"\n".join(bytes(row[0]) for row in rows)


def hits(found, secrets):
    """The secrets that are in what was found."""
    return [secret for secret in secrets if secret in found]


def tables(dump):
    """The rows of each table in a dump."""
    found, rows = {}, None
    for line in dump.splitlines():
        if line.startswith(b"COPY "):
            rows = found.setdefault(line.split()[1].decode(), [])
        elif line == b"\\.":
            rows = None
        elif rows is not None:
            rows.append(line)
    return found


def test_no_canary_is_logged_said_on_the_bus_or_stored_beside_another(running):
    taps = [BusTap(running.bus(service, "pub")) for service in running.services]
    options = [{"id": f"o{n}", "name": f"사업 {n}", "cost_krw": BASE} for n in range(OPTION_COUNT)]
    ballot_id = running.open_ballot(options=options, max_options=OPTION_COUNT)
    canaries = [Canaries(number) for number in range(6)]
    accepted = send_everything(running, ballot_id, canaries)
    running.close_and_count(ballot_id)
    running.certify(ballot_id)
    taps[0].wait(b"tally.certified")
    for tap in taps:
        tap.close()
    identities = set().union(*(canary.identities() for canary in canaries))
    choices = set().union(*(canary.choices() for canary in canaries))
    dumps = {name: running.databases.dump(name).encode() for name in running.services}

    everywhere = [*logs(running), *dumps.values(), *(tap.captured() for tap in taps)]
    everywhere += [envelopes(running, name) for name in running.services]
    for place, found in enumerate(everywhere):
        assert len(found) > 100, f"nothing to search at {place}"
        assert hits(found, identities) == [], f"an identity at {place}"
    nowhere_else = [found for found in everywhere if found is not dumps["participation"]]
    for place, found in enumerate(nowhere_else):
        assert hits(found, choices) == [], f"a choice at {place}"

    # The box has the choices of accepted votes, once each, and so have the openings, which everybody
    # may read once the result is on the board; this also shows that the search finds what is there.
    stored = tables(dumps["participation"])
    for canary in canaries:
        body = canary.choice_body().hex().encode()
        places = [name for name, rows in stored.items() for row in rows for _ in range(row.count(body))]
        wanted = ["participation.board_opening", "participation.vote"] if canary in accepted else []
        assert sorted(places) == wanted
    # Beside an opening stands nobody: not who voted, and not under which name on the board.
    voters = running.databases.psql(
        "participation",
        "SELECT encode(nullifier, 'hex') FROM participation.vote UNION ALL"
        " SELECT encode(vtag, 'hex') FROM participation.roll",
    )
    openings = b"".join(stored["participation.board_opening"])
    assert len(voters) >= len(accepted) and hits(openings, [who.encode() for (who,) in voters]) == []
    box = running.databases.psql("participation", "SELECT count(*) FROM participation.vote")
    assert box == [(len(accepted),)]
    assert os.listdir(running.ballot_keys) == [f"{ballot_id}.key"]
    assert os.stat(f"{running.ballot_keys}/{ballot_id}.key").st_mode & 0o777 == 0o600
