# SPDX-License-Identifier: Apache-2.0
"""Votes by message: the same votes, rules, receipts and refusals as by HTTP, over nng REQ/REP.

The kiosk of these tests speaks SP by itself (support/gateway.py) and shares no code with the service.
"""

import itertools
import json
import selectors
import signal
import struct
import threading
import time

import pytest

from support.client import Key
from support.command import CommandKey, run_command
from support.gateway import BATCH, ENGLISH, Kiosk, Requester, read_response
from support.messages import encode
from support.participation import BASE, Running, refused, subject, vote
from support.ports import free_port
from support.process import Process
from support.services import environment, program

LINES_MAX = 10_000
UNDER_WAY_MAX = 48
KIOSKS = 60
CONNECTIONS_MAX = 256
BATCH_LENGTH = 50
NDJSON = {"content-type": "application/x-ndjson"}
NOWHERE = "00000000-0000-7000-8000-000000000000"


class Station(Running):
    """Participation with a gateway, and a kiosk before it."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.gateway_url = f"tcp://127.0.0.1:{free_port()}"

    def settings(self, service):
        settings = super().settings(service)
        if service == "participation":
            settings["HYEOPCHI_GATEWAY_URL"] = self.gateway_url
        return settings

    def kiosk(self, key=None):
        return Kiosk(self.gateway_url, key or self.front_end, self.clock)

    def count(self, ballot_id):
        return self.databases.psql(
            "participation",
            "SELECT (SELECT count(*) FROM participation.vote WHERE ballot_id = %s),"
            " (SELECT count(*) FROM participation.roll WHERE ballot_id = %s)",
            (ballot_id, ballot_id),
        )[0]


@pytest.fixture
def station(databases, start_service, tmp_path):
    return Station(databases, start_service, tmp_path).hire().begin()


def lines_of(votes):
    return b"\n".join(json.dumps(one, ensure_ascii=False).encode() for one in votes)


def batch(station, ballot_id, body, **options):
    target = f"/v1/ballots/{ballot_id}/votes:batch"
    return station.portal.post(target, body, headers=NDJSON, timeout=120, **options)


def check_one_vote(station, kiosk):
    ballot_id = station.open_ballot()
    first = kiosk.hand_in(ballot_id, vote(1), key="one")
    assert first.status == 201, first.body
    assert first.json()["vote"]["rev"] == 1
    again = kiosk.hand_in(ballot_id, vote(1), key="one")
    assert (again.status, again.body) == (201, first.body)
    # By HTTP the same request is the same: the same bytes, and nothing counted twice.
    by_http = station.cast(ballot_id, vote(1), key="one")
    assert (by_http.status, by_http.body) == (201, first.body)
    other = station.cast(ballot_id, vote(2), key="two")
    assert kiosk.hand_in(ballot_id, vote(2), key="two").body == other.body
    refused(kiosk.hand_in(ballot_id, vote(1, ("b",)), key="one"), 409, "idempotency-key-reused")
    assert station.count(ballot_id) == (2, 2)
    # The same voter under another key is a revision, whichever way it comes.
    assert station.cast(ballot_id, vote(1, ("b",))).json()["vote"]["rev"] == 2
    assert kiosk.hand_in(ballot_id, vote(1, ("c",))).json()["vote"]["rev"] == 3
    assert station.count(ballot_id) == (4, 2)


def check_refusals(station, kiosk):
    ballot_id = station.open_ballot()
    refused(kiosk.hand_in(NOWHERE, vote(1)), 404, "not-found")
    answer = kiosk.hand_in(ballot_id, vote(1, ("a", "b", "c")))
    korean = refused(answer, 422, "options-too-many", "/choices/2")
    assert korean["rule"] == "max_options"
    assert korean == refused(
        station.cast(ballot_id, vote(1, ("a", "b", "c"))), 422, "options-too-many"
    )
    english = kiosk.hand_in(ballot_id, vote(1, ("a", "b", "c")), language=ENGLISH).json()
    assert english["title"] != korean["title"] and english["title"].isascii()
    refused(kiosk.hand_in(ballot_id, b"[1]"), 400, "wrong-value")
    refused(kiosk.hand_in(ballot_id, b""), 400, "invalid-json")
    refused(kiosk.hand_in(ballot_id, vote(1), key=""), 400, "idempotency-key-missing")
    refused(kiosk.hand_in(ballot_id, b"x" * 65_537), 413, "body-too-large", "body")
    closed = station.open_ballot()
    kept = kiosk.hand_in(closed, vote(1), key="kept")
    station.close_and_count(closed)
    refused(kiosk.hand_in(closed, vote(1)), 409, "ballot-closed")
    assert kiosk.hand_in(closed, vote(1), key="kept").body == kept.body
    assert station.count(ballot_id) == (0, 0)


def check_signatures(station, kiosk):
    ballot_id = station.open_ballot()
    other = station.open_ballot()
    now = station.clock.now_ms()
    wrong = [
        {"signer": Key("front-end", "portal")},
        {"signed_ballot": other},
        {"signed_kind": BATCH},
        {"signed_key": "another"},
        {"signed_body": b"{}"},
        {"signature": b"\0" * 64},
        {"signature": b"\0" * 63},
    ]
    for changed in wrong:
        refused(kiosk.hand_in(ballot_id, vote(1), **changed), 401, "signature-wrong", "signature")
    refused(
        kiosk.hand_in(ballot_id, vote(1), signature=b""), 401, "signature-missing", "signature"
    )
    refused(
        kiosk.hand_in(ballot_id, vote(1), key_id="front-end:nobody"), 401, "key-unknown", "key_id"
    )
    for created in (now - 125_000, now + 125_000):
        answer = kiosk.hand_in(ballot_id, vote(1), created=created)
        refused(answer, 401, "signature-stale", "created_time_ms")
    answer = kiosk.hand_in(ballot_id, vote(1), expires=now - 1)
    refused(answer, 401, "signature-stale", "expires_time_ms")
    # A nonce that was used once is used up, by message and by HTTP alike; but a REQ socket that lost its
    # connection sends the same bytes again by itself, and that is the same request.
    message = kiosk.message(ballot_id, vote(1), nonce="n" * 32, expires=now + 60_000)
    first = kiosk.send(message)
    assert first.status == 201
    kiosk.close()
    assert kiosk.send(message).body == first.body
    for _ in range(2):
        answer = kiosk.hand_in(ballot_id, vote(1), nonce="n" * 32)
        refused(answer, 401, "nonce-replayed", "nonce")
        refused(station.cast(ballot_id, vote(1), nonce="n" * 32), 401, "nonce-replayed")
    operator = station.kiosk(station.operators[0])
    refused(operator.hand_in(ballot_id, vote(2)), 403, "role-not-allowed", "key_id")
    operator.close()
    assert station.count(ballot_id) == (1, 1)
    assert station.count(other) == (0, 0)


def check_roles(station, kiosk):
    ballot_id = station.open_ballot(channels=["web", "kiosk", "booth"])
    clerk = station.kiosk(station.clerk_key)
    refused(kiosk.hand_in(ballot_id, vote(1, channel="booth")), 403, "channel-not-yours")
    refused(clerk.hand_in(ballot_id, vote(1, channel="kiosk")), 403, "channel-not-yours")
    assert kiosk.hand_in(ballot_id, vote(1, channel="kiosk")).status == 201
    assert clerk.hand_in(ballot_id, vote(1, channel="booth")).json()["vote"]["rev"] == 2
    refused(kiosk.hand_in(ballot_id, vote(1)), 409, "final-vote-cast")
    clerk.close()
    assert station.count(ballot_id) == (2, 1)


def check_garbage(station, kiosk):
    ballot_id = station.open_ballot()
    whole = kiosk.message(ballot_id, vote(1))
    for bytes_ in (
        b"",
        b"\0",
        b"\xff" * 64,
        whole[:-1],
        b"\x0a" + whole,
        whole + encode((200, 1)) * 40,
        struct.pack(">Q", 1 << 60),
    ):
        refused(kiosk.send(bytes_), 400, "malformed-request")
    for changed, field in (
        ({"kind": 0, "signed_kind": 1}, "kind"),
        ({"kind": 7, "signed_kind": 1}, "kind"),
        ({"sent_ballot": "all"}, "ballot_id"),
        ({"nonce": "short"}, "nonce"),
        ({"nonce": "n" * 65}, "nonce"),
        ({"key": "with space"}, "idempotency_key"),
        ({"key": "k" * 256}, "idempotency_key"),
        ({"key_id": ""}, "key_id"),
    ):
        refused(kiosk.hand_in(ballot_id, vote(1), **changed), 400, "malformed-request", field)
    # A message past the limit of messages ends its connection, and nothing else.
    flood = Requester(station.gateway_url)
    with pytest.raises(OSError):
        flood.socket.sendall(struct.pack(">Q", 1 << 40) + b"x" * 1_000_000)
        flood.receive()
    flood.close()
    assert kiosk.hand_in(ballot_id, vote(1)).status == 201
    assert station.count(ballot_id) == (1, 1)


def test_a_vote_by_message_is_the_vote_by_http_under_the_same_rules(station):
    kiosk = station.kiosk()
    check_one_vote(station, kiosk)
    check_refusals(station, kiosk)
    check_signatures(station, kiosk)
    check_roles(station, kiosk)
    check_garbage(station, kiosk)
    kiosk.close()


def test_ten_thousand_votes_go_in_one_message_and_have_one_answer_each(station):
    kiosk = station.kiosk()
    ballot_id = station.open_ballot()
    body = lines_of(vote(n, ("a", "b")) for n in range(LINES_MAX))
    first = kiosk.hand_in(ballot_id, body, kind=BATCH, key="full")
    assert first.status == 200, first.body
    answers = first.lines()
    assert [line["line"] for line in answers] == list(range(1, LINES_MAX + 1))
    assert {line["status"] for line in answers} == {201}
    assert kiosk.hand_in(ballot_id, body, kind=BATCH, key="full").body == first.body
    assert batch(station, ballot_id, body, key="full").body == first.body
    too_many = body + b"\n" + lines_of([vote(LINES_MAX)])
    refused(kiosk.hand_in(ballot_id, too_many, kind=BATCH), 413, "batch-too-long")
    refused(kiosk.hand_in(ballot_id, b"\n", kind=BATCH), 400, "batch-empty")
    refused(kiosk.hand_in(ballot_id, b"\n" * (8 << 20) + b"{}", kind=BATCH), 413, "body-too-large")
    mixed = kiosk.hand_in(ballot_id, lines_of([vote(0), vote(1, ("zzz",))]), kind=BATCH)
    assert [line["status"] for line in mixed.lines()] == [201, 422]
    assert mixed.lines()[1]["problem"]["code"] == "option-unknown"
    assert station.count(ballot_id) == (LINES_MAX + 1, LINES_MAX)
    kiosk.close()


def test_more_requests_than_can_be_under_way_are_told_to_come_again(station):
    # Sixty kiosks each hand in a vote while the database takes none. Twelve are more than can be under
    # way: they are told so at once, come again later, and everybody is counted once.
    ballot_id = station.open_ballot()
    kiosk = station.kiosk()
    assert kiosk.hand_in(ballot_id, vote(0)).status == 201
    requesters = [Requester(station.gateway_url) for _ in range(KIOSKS)]
    waiting = selectors.DefaultSelector()
    lock = station.databases.connect("participation", "participation_owner", autocommit=False)
    lock.cursor().execute(
        "SELECT 1 FROM participation.ballot WHERE ballot_id = %s FOR UPDATE", (ballot_id,)
    )
    for number, requester in enumerate(requesters, 1):
        requester.send(kiosk.message(ballot_id, vote(number), key=f"k{number}"))
        waiting.register(requester.socket, selectors.EVENT_READ, number)
    again = []
    while len(again) < KIOSKS - UNDER_WAY_MAX:
        ready = waiting.select(60)
        assert ready, f"{len(again)} were told"
        for key, _ in ready:
            answer = read_response(requesters[key.data - 1].receive()[1])
            refused(answer, 503, "overloaded")
            assert answer.headers["retry_after_ms"] == 1000
            again.append(key.data)
            waiting.unregister(key.fileobj)
    lock.rollback()
    lock.close()
    for number in sorted(set(range(1, KIOSKS + 1)) - set(again)):
        answer = read_response(requesters[number - 1].receive()[1])
        assert answer.status == 201, answer.body
    for number in again:
        assert kiosk.hand_in(ballot_id, vote(number), key=f"k{number}").status == 201
    for requester in requesters:
        requester.close()
    kiosk.close()
    assert station.count(ballot_id) == (KIOSKS + 1, KIOSKS + 1)


def test_a_stop_gives_the_answers_that_are_owed(station):
    ballot_id = station.open_ballot()
    service = station.services["participation"]
    kiosk = station.kiosk()
    assert kiosk.hand_in(ballot_id, vote(0)).status == 201
    requester = Requester(station.gateway_url)
    lock = station.databases.connect("participation", "participation_owner", autocommit=False)
    lock.cursor().execute(
        "SELECT 1 FROM participation.ballot WHERE ballot_id = %s FOR UPDATE", (ballot_id,)
    )
    requester.send(kiosk.message(ballot_id, vote(1), key="owed"))
    waiting = "SELECT 1 FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"
    while not station.databases.psql("participation", waiting):
        assert service.process.is_running()
    service.process.send_signal(signal.SIGTERM)
    service.wait_log("stop_requested")
    refused(kiosk.hand_in(ballot_id, vote(2)), 503, "overloaded")
    lock.rollback()
    lock.close()
    assert read_response(requester.receive()[1]).status == 201
    assert service.wait_exit() == 0
    requester.close()
    kiosk.close()
    service.start()
    service.wait_ready()
    assert station.cast(ballot_id, vote(1), key="owed").json()["vote"]["rev"] == 1
    assert station.count(ballot_id) == (2, 2)


def test_one_that_takes_no_answers_keeps_the_others_waiting_for_seconds_only(station):
    # A stranger asks nonsense again and again over one connection and reads none of the refusals. Each
    # waits for those before it, and so holds a place where somebody else's request would be read.
    ballot_id = station.open_ballot()
    service = station.services["participation"]
    stranger = Requester(station.gateway_url, receive_buffer=4096)
    stranger.socket.sendall((struct.pack(">QI", 5, 0x80000001) + b"x") * 60_000)
    service.wait_log("bus_asker_closed", timeout=60)
    kiosk = station.kiosk()
    assert kiosk.hand_in(ballot_id, vote(1)).status == 201
    kiosk.close()
    stranger.close()
    assert station.count(ballot_id) == (1, 1)


def is_served(requester, message):
    try:
        return read_response(requester.ask(message)).status == 201
    except OSError:
        return False


def test_more_connections_than_may_be_are_closed_until_others_go(station):
    ballot_id = station.open_ballot()
    kiosk = station.kiosk()
    first = Requester(station.gateway_url)
    message = kiosk.message(ballot_id, vote(1))
    assert is_served(first, message)
    # The service's own guard may be one or two of them.
    others = [Requester(station.gateway_url) for _ in range(CONNECTIONS_MAX - 3)]
    late = [Requester(station.gateway_url) for _ in range(3)]
    assert not is_served(late[-1], message)
    assert is_served(first, message)
    assert is_served(others[-1], message)
    for other in others[:10]:
        other.close()
    deadline = time.monotonic() + 30
    again = Requester(station.gateway_url)
    while not is_served(again, message):
        assert time.monotonic() < deadline
        again.close()
        again = Requester(station.gateway_url)
    for requester in (first, again, *others[10:], *late):
        requester.close()
    assert station.count(ballot_id) == (1, 1)


class Flood(threading.Thread):
    """A kiosk that hands in batches until told to stop; what has no answer is handed in again under its
    key. Keeps each request with the answer that it was acknowledged with."""

    def __init__(self, station, ballot_id, number, stop, moved):
        super().__init__(daemon=True)
        self.moved = moved
        self.kiosk = station.kiosk()
        self.ballot_id = ballot_id
        self.number = number
        self.stop = stop
        self.acknowledged = []  # (key, body, answer's body)
        self.lost = 0
        self.error = None

    def hand_in(self, key, body):
        while True:
            try:
                answer = self.kiosk.hand_in(self.ballot_id, body, kind=BATCH, key=key)
            except OSError:
                self.lost += 1
                self.stop.wait(0.02)  # Nobody listens while it starts again.
                continue
            if answer.status != 503:
                return answer

    def run(self):
        try:
            for turn in itertools.count():
                if self.stop.is_set():
                    break
                first = self.number * 1_000_000 + turn * BATCH_LENGTH
                key = f"{self.number}-{turn}"
                body = lines_of(vote(n) for n in range(first, first + BATCH_LENGTH))
                answer = self.hand_in(key, body)
                assert answer.status == 200, answer.body
                assert all(line["status"] == 201 for line in answer.lines()), answer.body
                with self.moved:
                    self.acknowledged.append((key, body, answer.body))
                    self.moved.notify_all()
        except Exception as error:
            with self.moved:
                self.error = error
                self.moved.notify_all()
        finally:
            self.kiosk.close()


def test_a_kill_in_the_flood_loses_and_doubles_nothing_that_was_acknowledged(station):
    # The service is killed three times while four kiosks hand in batches. A kiosk that lost its answer
    # asks again under the same key. Afterwards each acknowledged answer is given again by HTTP, byte for
    # byte, and as many votes are in the box as were acknowledged, one of each voter.
    ballot_id = station.open_ballot()
    service = station.services["participation"]
    stop, moved = threading.Event(), threading.Condition()
    floods = [Flood(station, ballot_id, number, stop, moved) for number in range(1, 5)]
    for flood in floods:
        flood.start()
    for kill in range(1, 4):
        with moved:
            wanted = 3 * kill
            assert moved.wait_for(
                lambda n=wanted: all(len(f.acknowledged) >= n or f.error for f in floods), 60
            )
        service.kill9()
        service.start()
        service.wait_ready()
    stop.set()
    for flood in floods:
        flood.join(120)
        assert not flood.is_alive() and flood.error is None, flood.error
    assert sum(flood.lost for flood in floods) > 0
    acknowledged = [one for flood in floods for one in flood.acknowledged]
    for key, body, answer in acknowledged:
        assert batch(station, ballot_id, body, key=key).body == answer
    votes = len(acknowledged) * BATCH_LENGTH
    assert station.count(ballot_id) == (votes, votes)


def pb_text(voters):
    rows = ["META", "key;value", "description;시험", f"num_votes;{voters}", f"budget;{60 * BASE}"]
    rows += ["num_projects;3", "vote_type;approval", "rule;greedy", "PROJECTS"]
    rows += ["project_id;cost;name", f"a;{30 * BASE};a", f"b;{20 * BASE};b", f"c;{25 * BASE};c"]
    rows += ["VOTES", "voter_id;vote;sex;voting_method;neighborhood"]
    rows += [f"{n};{'abc'[n % 3]};F;{('web', 'booth')[n % 5 == 0]};마장동" for n in range(voters)]
    return "\n".join(rows) + "\n"


def test_the_command_hands_a_file_in_by_message_and_goes_on_after_a_kill(station, tmp_path):
    # The service is killed while the command hands in 600 votes, those of a booth under the staff's key.
    # It goes on by itself; and the same file by HTTP is the same requests, with the same receipts.
    kiosk = CommandKey(tmp_path, "front-end", "kiosk")
    clerk = CommandKey(tmp_path, "staff", "desk")
    station.keys += [kiosk, clerk]
    service = station.services["participation"]
    read = service.mark()
    station.write_keys()
    service.wait_log("keys_loaded", since=read)
    ballot_id = station.open_ballot(channels=["web", "booth"])
    (tmp_path / "election.pb").write_text(pb_text(600), encoding="utf-8")
    (tmp_path / "subject.key").write_text("12" * 32 + "\n", encoding="ascii")
    words = [
        "vote", "import", str(tmp_path / "election.pb"), "--ballot", ballot_id, "--json",
        "--subject-key-file", str(tmp_path / "subject.key"), "--batch", "10",
        "--key-file", kiosk.path, "--staff-key-file", clerk.path,
        "--participation-url", f"http://127.0.0.1:{station.ports['participation']}",
        "--demonstration-clock-file", station.clock.path,
    ]  # fmt: skip
    by_message = Process(
        "import",
        [program("hyeopchi"), *words, "--gateway-url", station.gateway_url]
        + ["--receipts", str(tmp_path / "message.ndjson")],
        str(tmp_path / "import.log"),
        env=environment(),
    )
    while station.count(ballot_id)[1] == 0:
        assert by_message.is_running(), by_message.log_tail()
    service.kill9()
    service.start()
    summary = json.loads(by_message.wait_line(lambda line: line.startswith("{"), "summary", 120))
    assert by_message.wait_exit() == 0
    assert (summary["accepted"], summary["refused"]) == (600, 0)
    assert station.count(ballot_id) == (600, 600)
    run_command(*words, "--receipts", str(tmp_path / "http.ndjson"))
    assert (tmp_path / "http.ndjson").read_bytes() == (tmp_path / "message.ndjson").read_bytes()
    assert station.count(ballot_id) == (600, 600)
    vote_words = ["vote", "cast", "--ballot", ballot_id, "--subject", subject(1_000_000)]
    vote_words += ["--area", "마장동", "--choice", "a", "--key-file", kiosk.path, "--json"]
    vote_words += ["--demonstration-clock-file", station.clock.path]
    cast = run_command(*vote_words, "--gateway-url", station.gateway_url)
    assert json.loads(cast.stdout)["vote"]["rev"] == 1
    # Nobody listens there: said so, and nothing else.
    nowhere = run_command(
        *vote_words, "--gateway-url", "ipc:///nonexistent/gateway", "--timeout", "1",
        env={"HYEOPCHI_LANGUAGE": "en"}, check=False,
    )  # fmt: skip
    assert nowhere.returncode == 1 and "ipc:///nonexistent/gateway" in nowhere.stderr
    wrong = run_command(*vote_words, "--gateway-url", "nowhere", check=False)
    assert wrong.returncode == 2 and "gateway-url" in wrong.stderr
    assert station.count(ballot_id) == (601, 601)
