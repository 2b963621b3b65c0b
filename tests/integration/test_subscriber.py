# SPDX-License-Identifier: Apache-2.0
"""One stream that is said, and one consumer that hears it over a bus that loses what it wants.

The publisher is a stream_publisher_driver, the consumer a subscriber_driver whose table `heard` has
no key: an event that takes effect twice, or out of order, is seen there. Where the bus must lose,
change or invent something, a relay stands between the two and does it; Fetch goes past the relay.
"""

import json
import os
import signal
import socket
import struct
import subprocess
import threading
import time

import psycopg2
import pytest

from support.paths import BUILD
from support.ports import free_port
from support.process import Process
from support.services import environment

STREAM = "participation"
NOTE = "kr.hyeopchi.participation.note.said.v1"
PATIENT = "kr.hyeopchi.participation.patient.said.v1"
HANDSHAKE_SIZE = 8
EVENT, HEARTBEAT = 1, 2


@pytest.fixture
def databases(postgres):
    """The databases of who speaks and who hears, and the table of what was heard."""
    for service in ("participation", "ledger"):
        postgres.create_service_database(service)
    postgres.psql(
        "ledger",
        "CREATE TABLE heard (position bigserial PRIMARY KEY, seq bigint,"
        " text text CHECK (text != 'clash'));"
        "CREATE TABLE pause (seconds double precision);"
        "GRANT ALL ON heard, pause, heard_position_seq TO ledger_owner",
    )
    yield postgres
    for service in ("participation", "ledger"):
        postgres.drop_service_database(service)


class Publisher:
    """Says notes; each is one event whose data is its text."""

    def __init__(self, cluster, artifacts):
        self.pub_port, self.fetch_port = free_port(), free_port()
        self.fetch_url = f"tcp://127.0.0.1:{self.fetch_port}"
        self._log_path = os.path.join(artifacts, "publisher.log")
        self._command = [
            os.path.join(BUILD, "tests", "stream_publisher_driver"),
            cluster.conninfo("participation", "participation_owner"),
            STREAM,
            f"tcp://127.0.0.1:{self.pub_port}",
            self.fetch_url,
        ]
        self.process = None

    def start(self):
        self.process = Process(
            "publisher", self._command, self._log_path, env=environment(), stdin=subprocess.PIPE
        )
        self.process.wait_line(lambda line: line == "ready", "the lead", timeout=60)
        return self

    def say(self, texts, kind=NOTE):
        """Says notes and returns when all are durable."""
        mark = self.process.output.mark()
        lines = (f"{kind} notes/1 none {text.encode().hex()}\n" for text in texts)
        self.process.write("".join(lines))
        said = 0

        def matches(line):
            nonlocal said
            assert line != "lost"
            said += line == "said"
            return said == len(texts)

        self.process.wait_line(matches, f"{len(texts)} answers", timeout=90, since=mark)

    def kill(self):
        self.process.kill()
        self.process = None

    def close(self):
        if self.process is None:
            return
        process, self.process = self.process, None
        process.write(None)
        assert process.wait_exit() == 0, process.log_tail()


class Consumer(Process):
    """Hears the stream; what it is doing can be waited for."""

    def __init__(self, cluster, artifacts, publisher, pub_port=None, policy="halt", queue=0):
        self._cluster = cluster
        super().__init__(
            "consumer",
            [
                os.path.join(BUILD, "tests", "subscriber_driver"),
                cluster.conninfo("ledger", "ledger_owner"),
                STREAM,
                f"tcp://127.0.0.1:{pub_port or publisher.pub_port}",
                publisher.fetch_url,
                policy,
                str(queue),
            ],
            os.path.join(artifacts, "consumer.log"),
            env=environment(),
        )

    def wait_status(self, since=0, timeout=30, **wanted):
        """Waits until it says state, next, head, gaps, applied or dead as wanted; returns all."""
        found = {}

        def matches(line):
            if not line.startswith("status "):
                return False
            state, *numbers = line.split()[1:]
            names = ("next", "head", "gaps", "applied", "dead")
            found.update(zip(names, map(int, numbers)), state=state)
            return all(found[name] == value for name, value in wanted.items())

        self.wait_line(matches, f"{wanted}", timeout, since)
        return found

    def wait_event(self, event, since=0, timeout=30):
        return self.wait_line(lambda line: f'"event":"{event}"' in line, event, timeout, since)

    def heard(self):
        return self._cluster.psql("ledger", "SELECT seq, text FROM heard ORDER BY position")

    def close(self):
        """Stops it in order; returns its metrics by name."""
        mark = self.output.mark()
        self.send_signal(signal.SIGTERM)
        assert self.wait_exit() == 0, self.log_tail()
        lines = [line for line in self.output.lines(mark) if line.startswith("hyeopchi_")]
        return {line.partition("{")[0].split(" ")[0]: int(line.split(" ")[-1]) for line in lines
                if "_bucket" not in line and "_sum" not in line}


@pytest.fixture
def publisher(databases, artifacts):
    publisher = Publisher(databases, artifacts).start()
    yield publisher
    publisher.close()


@pytest.fixture
def hear(databases, artifacts, publisher):
    """A function that starts a consumer; what still runs after the test is stopped in order."""
    consumers = []

    def start(**options):
        consumer = Consumer(databases, artifacts, publisher, **options)
        consumers.append(consumer)
        return consumer

    yield start
    for consumer in consumers:
        if consumer.is_running():
            consumer.close()


def read_exactly(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise ConnectionError("the other side has left")
        data += more
    return data


class Frame:
    """A bus message; see services/runtime/event.h."""

    HEADER = struct.Struct(">BBHQQQI")

    def __init__(self, message):
        self.topic, _, rest = message.partition(b"\0")
        fields = self.HEADER.unpack_from(rest)
        _, self.kind, self.flags, self.epoch, self.seq, self.low_seq, self.crc = fields
        self.payload = rest[self.HEADER.size :]

    def encode(self):
        header = self.HEADER.pack(
            1, self.kind, self.flags, self.epoch, self.seq, self.low_seq, self.crc
        )
        return self.topic + b"\0" + header + self.payload


class Relay(threading.Thread):
    """Relays what the publisher says to one subscriber after another; `change` decides about each.

    change(frame) returns the messages (bytes) to pass on in the frame's place.
    """

    def __init__(self, pub_port, change=None):
        super().__init__(daemon=True)
        self._pub_port = pub_port
        self.change = change or (lambda frame: [frame.encode()])
        self.port = free_port()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.start()

    def run(self):
        while True:
            try:
                subscriber, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(subscriber,), daemon=True).start()

    def _serve(self, subscriber):
        try:
            publisher = socket.create_connection(("127.0.0.1", self._pub_port))
            with subscriber, publisher:
                publisher.sendall(read_exactly(subscriber, HANDSHAKE_SIZE))
                subscriber.sendall(read_exactly(publisher, HANDSHAKE_SIZE))
                while True:
                    (size,) = struct.unpack(">Q", read_exactly(publisher, 8))
                    for message in self.change(Frame(read_exactly(publisher, size))):
                        subscriber.sendall(struct.pack(">Q", len(message)) + message)
        except OSError:
            return  # One of them has left; a subscriber dials again.

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def relay(publisher):
    relay = Relay(publisher.pub_port)
    yield relay
    relay.close()


def numbered(texts, first=1):
    return list(enumerate(texts, start=first))


def notes(first, last):
    return [f"note {number}" for number in range(first, last + 1)]


def test_a_burst_over_a_queue_of_one_is_repaired_and_applied_once_in_order(publisher, hear):
    consumer = hear(queue=1)
    consumer.wait_status(state="live")
    texts = notes(1, 4000)
    for start in range(0, len(texts), 1000):
        publisher.say(texts[start : start + 1000])
    status = consumer.wait_status(state="live", next=4001)
    assert status["gaps"] > 0, "the bus lost nothing: this shows nothing"
    assert consumer.heard() == numbered(texts)


def test_every_second_event_lost_on_the_bus_is_fetched(publisher, hear, relay):
    relay.change = lambda frame: (
        [] if frame.kind == EVENT and frame.seq % 2 == 0 else [frame.encode()]
    )
    consumer = hear(pub_port=relay.port)
    consumer.wait_status(state="live")
    for start in range(1, 100, 10):
        publisher.say(notes(start, start + 9))
    consumer.wait_status(state="live", next=101)
    assert consumer.heard() == numbered(notes(1, 100))


def test_a_lost_tail_is_fetched_once_a_heartbeat_tells_of_it(publisher, hear, relay):
    consumer = hear(pub_port=relay.port)
    consumer.wait_status(state="live")
    publisher.say(notes(1, 10))
    consumer.wait_status(state="live", next=11)
    relay.change = lambda frame: [] if frame.kind == EVENT else [frame.encode()]
    mark = consumer.output.mark()
    started = time.monotonic()
    publisher.say(notes(11, 12))
    status = consumer.wait_status(since=mark, state="live", next=13)
    # A heartbeat a second, 200 ms of silence, a Fetch; the rest is for a busy machine.
    assert time.monotonic() - started < 10
    assert status["gaps"] >= 1
    assert consumer.heard() == numbered(notes(1, 12))


def test_a_publisher_that_is_killed_and_comes_back_is_heard_again(publisher, hear):
    consumer = hear()
    publisher.say(notes(1, 5))
    consumer.wait_status(state="live", next=6)
    publisher.kill()
    consumer.wait_status(state="degraded")
    mark = consumer.output.mark()
    publisher.start()
    publisher.say(notes(6, 10))
    consumer.wait_status(since=mark, state="live", next=11)
    assert consumer.heard() == numbered(notes(1, 10))


def test_a_consumer_killed_between_effect_and_commit_applies_the_event_once(
    databases, publisher, hear
):
    """The effect is written, the transaction still open when the consumer dies; the server notices
    only when it is through with the statement. The next consumer applies the event again."""
    databases.psql("ledger", "INSERT INTO pause VALUES (60)")
    first = hear()
    publisher.say(["one", "pause", "three"])
    deadline = time.monotonic() + 30
    sleeping = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    while not databases.psql("postgres", sleeping):
        assert time.monotonic() < deadline, "the effect is not written"
    first.kill()
    databases.psql("ledger", "DELETE FROM pause")
    databases.psql(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
    )
    second = hear()
    second.wait_status(state="live", next=4)
    assert second.heard() == numbered(["one", "pause", "three"])


def test_slow_events_share_no_transaction(databases, publisher, hear):
    """All three are there before the consumer is, so it could apply them at once; but each takes
    longer than a batch may, and what else the service has to write would wait for all of them."""
    databases.psql("ledger", "INSERT INTO pause VALUES (0.025)")
    publisher.say(["pause"] * 3)
    consumer = hear()
    consumer.wait_status(state="live", next=4)
    assert consumer.heard() == numbered(["pause"] * 3)
    assert databases.psql("ledger", "SELECT count(DISTINCT xmin::text) FROM heard") == [(3,)]
    assert consumer.close()["hyeopchi_subscriber_events_applied_total"] == 3


def test_events_that_may_wait_share_the_commit_of_one_that_may_not(databases, publisher, hear):
    """The first is applied at once, since nothing was before it; those behind it may wait for a
    minute, until one comes that may not."""
    consumer = hear()
    consumer.wait_status(state="live")
    publisher.say(["first"], kind=PATIENT)
    consumer.wait_status(state="live", next=2)
    for number in range(2, 8):
        publisher.say([f"note {number}"], kind=PATIENT)
        assert consumer.wait_status(head=number)["next"] == 2
    publisher.say(["note 8"])
    consumer.wait_status(state="live", next=9)
    assert consumer.heard() == numbered(["first"] + notes(2, 8))
    transactions = "SELECT count(DISTINCT xmin::text) FROM heard WHERE seq > 1"
    assert databases.psql("ledger", transactions) == [(1,)]


def test_events_that_were_lost_on_the_bus_do_not_wait(publisher, hear, relay):
    consumer = hear(pub_port=relay.port)
    consumer.wait_status(state="live")
    publisher.say(["first"], kind=PATIENT)
    consumer.wait_status(state="live", next=2)
    relay.change = lambda frame: (
        [] if frame.kind == EVENT and frame.seq == 2 else [frame.encode()]
    )
    started = time.monotonic()
    publisher.say(notes(2, 3), kind=PATIENT)
    assert consumer.wait_status(state="live", next=4)["gaps"] == 1
    assert time.monotonic() - started < 30  # far from a minute, whatever else the machine does
    assert consumer.heard() == numbered(["first"] + notes(2, 3))


def test_an_event_replaced_in_its_transaction_is_passed_over_but_never_the_last(publisher, hear):
    consumer = hear()
    consumer.wait_status(state="live")
    publisher.say(["count 1"], kind=PATIENT)
    consumer.wait_status(state="live", next=2)
    publisher.say([f"count {number}" for number in range(2, 6)], kind=PATIENT)
    publisher.say(["between", "count 7"], kind=PATIENT)
    consumer.wait_status(head=7)
    publisher.say(["count 8"])
    assert consumer.wait_status(state="live", next=9)["applied"] == 8
    assert consumer.heard() == [(1, "count 1"), (5, "count 5"), (6, "between"), (8, "count 8")]


def test_a_consumer_far_behind_pulls_and_is_live_again(publisher, hear):
    texts = notes(1, 25000)
    for start in range(0, len(texts), 5000):
        publisher.say(texts[start : start + 5000])
    consumer = hear()
    consumer.wait_status(state="pulling")
    consumer.wait_status(next=25001)
    mark = consumer.output.mark()
    started = time.monotonic()
    publisher.say(notes(25001, 25010))
    consumer.wait_status(since=mark, next=25011)
    assert time.monotonic() - started < 4, "who pulls must not wait until it is live again"
    consumer.wait_status(since=mark, state="live", next=25011)
    mark = consumer.output.mark()
    publisher.say(["by the bus again"])
    consumer.wait_status(since=mark, state="live", next=25012)
    assert consumer.heard() == numbered([*texts, *notes(25001, 25010), "by the bus again"])


def restore_to_another_history(databases, publisher, artifacts, texts, epoch=1):
    """The publisher comes back with a log that says other things, from a backup perhaps."""
    publisher.close()
    databases.drop_service_database("participation")
    databases.create_service_database("participation")
    elsewhere = Publisher(databases, artifacts).start()
    elsewhere.say(texts)
    elsewhere.close()
    databases.psql("participation", "UPDATE event.stream_head SET epoch = %s", (epoch,))
    publisher.start()


@pytest.mark.parametrize("epoch, count", [(1, 3), (1, 5), (2, 9)])
def test_another_history_halts_whatever_its_length_and_says_so(
    databases, publisher, hear, artifacts, epoch, count
):
    consumer = hear()
    publisher.say(notes(1, 5))
    consumer.wait_status(state="live", next=6)
    mark = consumer.output.mark()
    restore_to_another_history(
        databases, publisher, artifacts, [f"other {number}" for number in range(count)], epoch
    )
    publisher.say(["and on"])
    consumer.wait_event("history_differs", mark)
    consumer.wait_status(since=mark, state="halted", next=6)
    assert consumer.heard() == numbered(notes(1, 5))


def test_another_history_is_noticed_at_the_next_start(databases, publisher, hear, artifacts):
    consumer = hear()
    publisher.say(notes(1, 5))
    consumer.wait_status(state="live", next=6)
    consumer.close()
    texts = [f"other {number}" for number in range(9)]
    restore_to_another_history(databases, publisher, artifacts, texts)
    consumer = hear()
    consumer.wait_event("history_differs")
    consumer.wait_status(state="halted", next=6)
    assert consumer.heard() == numbered(notes(1, 5))


def test_a_raised_epoch_with_the_same_history_goes_on(databases, publisher, hear):
    consumer = hear()
    publisher.say(notes(1, 5))
    consumer.wait_status(state="live", next=6)
    publisher.close()
    databases.psql("participation", "UPDATE event.stream_head SET epoch = 2")
    mark = consumer.output.mark()
    publisher.start()
    publisher.say(notes(6, 10))
    consumer.wait_status(since=mark, state="live", next=11)
    assert consumer.heard() == numbered(notes(1, 10))
    offset = "SELECT epoch, next_seq FROM event.consumer_offset"
    assert databases.psql("ledger", offset) == [(2, 11)]


def test_events_beyond_the_publishers_own_head_are_not_handed_out(databases, publisher, hear):
    """As from a process that has lost the lead and has not heard yet what its successor wrote: what the
    log holds beyond its head it keeps to itself, or its next heartbeat would deny what it gave."""
    publisher.say(notes(1, 11))
    publisher.close()
    (head,) = databases.psql("participation", "SELECT seq, chain FROM event.stream_head")
    databases.psql(
        "participation",
        "UPDATE event.stream_head SET seq = 10, chain = log.chain FROM event.log WHERE log.seq = 10",
    )
    publisher.start()
    consumer = hear()
    consumer.wait_status(state="live", next=11, head=10)
    assert consumer.heard() == numbered(notes(1, 10))

    publisher.close()
    databases.psql("participation", "UPDATE event.stream_head SET seq = %s, chain = %s", head)
    publisher.start()
    publisher.say(notes(12, 12))
    consumer.wait_status(state="live", next=13, head=12)
    assert consumer.heard() == numbered(notes(1, 12))


def test_who_is_ahead_of_a_publisher_that_is_behind_its_log_waits_for_it(
    databases, publisher, hear
):
    """As when a consumer has heard the new leader and then asks the old one, which has not heard yet what
    its successor wrote. The log has all of it: nobody's history differs."""
    consumer = hear()
    publisher.say(notes(1, 11))
    consumer.wait_status(state="live", next=12)
    publisher.close()
    (head,) = databases.psql("participation", "SELECT seq, chain FROM event.stream_head")
    databases.psql(
        "participation",
        "UPDATE event.stream_head SET seq = 9, chain = log.chain FROM event.log WHERE log.seq = 9",
    )
    mark = consumer.output.mark()
    publisher.start()
    behind = 0

    def is_denied_again(line):  # by a heartbeat, each second; between two, the history is asked for
        nonlocal behind
        behind += "the publisher is behind what was applied" in line
        return behind == 2

    consumer.wait_line(is_denied_again, "a second heartbeat", since=mark)

    publisher.close()
    databases.psql("participation", "UPDATE event.stream_head SET seq = %s, chain = %s", head)
    publisher.start()
    publisher.say(notes(12, 12))
    consumer.wait_status(since=mark, state="live", next=13, head=12)
    assert consumer.heard() == numbered(notes(1, 12))


def test_frames_of_an_older_epoch_are_ignored(databases, publisher, hear, relay):
    """A deposed publisher may go on saying its old heartbeats beside the new one's."""
    databases.psql("participation", "UPDATE event.stream_head SET epoch = 2")
    publisher.close()
    publisher.start()

    def change(frame):
        old = Frame(frame.encode())
        old.epoch, old.seq, old.kind, old.crc, old.payload = 1, 7000, HEARTBEAT, 0, b""
        return [old.encode(), frame.encode(), old.encode()]

    relay.change = change
    consumer = hear(pub_port=relay.port)
    consumer.wait_status(state="live", next=1)
    publisher.say(notes(1, 5))
    consumer.wait_status(state="live", next=6)
    mark = consumer.output.mark()
    publisher.say(notes(6, 10))
    consumer.wait_status(since=mark, state="live", next=11)
    lines = [line for line in consumer.output.lines(mark) if line.startswith("status ")]
    assert not [line for line in lines if line.split()[1] != "live"], lines
    assert consumer.heard() == numbered(notes(1, 10))


def test_garbage_and_oversized_messages_are_refused_and_counted(publisher, hear, relay):
    topic = STREAM.encode() + b"\0"
    garbage = [
        topic,
        topic + b"\xff" * 31,
        topic + b"\xff" * 500,
        topic + b"\x01" * (1024 * 1024 + 1),
        STREAM.encode() + b"\xff",  # Not even the topic: nng drops it.
    ]
    broken = []

    def change(frame):
        if frame.kind == EVENT and frame.seq == 3 and not broken:
            broken.append(True)
            damaged = Frame(frame.encode())
            damaged.payload = damaged.payload[:-1] + bytes([damaged.payload[-1] ^ 1])
            return [*garbage, damaged.encode(), frame.encode()]
        if frame.kind == EVENT and frame.seq == 8 and len(broken) == 1:
            broken.append(True)  # Beyond what a socket accepts: nng hangs up, the consumer redials.
            return [topic + b"\x01" * (3 * 1024 * 1024)]
        return [frame.encode()]

    relay.change = change
    consumer = hear(pub_port=relay.port)
    consumer.wait_status(state="live")
    publisher.say(notes(1, 5))
    consumer.wait_status(state="live", next=6)
    consumer.wait_event("bus_frame_refused")
    publisher.say(notes(6, 10))
    consumer.wait_status(state="live", next=11)
    assert consumer.heard() == numbered(notes(1, 10))
    assert consumer.close()["hyeopchi_subscriber_frames_refused_total"] == 5


def test_a_frame_that_carries_another_event_is_fetched_from_the_log(publisher, hear, relay):
    """The header is not under the checksum: whatever went wrong on the way, the log is the truth."""
    kept = {}

    def change(frame):
        if frame.kind != EVENT:
            return [frame.encode()]
        kept[frame.seq] = frame
        if frame.seq == 4:
            wrong = Frame(kept[2].encode())
            wrong.seq = 4
            return [wrong.encode()]
        return [frame.encode()]

    relay.change = change
    consumer = hear(pub_port=relay.port)
    consumer.wait_status(state="live")
    publisher.say(notes(1, 6))
    status = consumer.wait_status(state="live", next=7)
    assert consumer.heard() == numbered(notes(1, 6))
    assert status["dead"] == 0


def test_a_head_that_nobody_has_is_corrected_by_the_log(databases, publisher, hear, relay):
    invented = []

    def change(frame):
        if frame.kind == HEARTBEAT and not invented:
            invented.append(True)
            wrong = Frame(frame.encode())
            wrong.seq += 1000
            return [wrong.encode()]
        return [frame.encode()]

    consumer = hear(pub_port=relay.port)
    publisher.say(notes(1, 5))
    consumer.wait_status(state="live", next=6)
    relay.change = change
    deadline = time.monotonic() + 30
    while not invented:
        assert time.monotonic() < deadline, "no heartbeat"
        publisher.say(["another"])
    mark = consumer.output.mark()
    publisher.say(["the last"])
    (head,) = databases.psql("participation", "SELECT seq FROM event.stream_head")[0]
    consumer.wait_status(since=mark, state="live", next=head + 1, head=head)
    assert [seq for seq, _ in consumer.heard()] == list(range(1, head + 1))


def test_a_poison_event_halts_across_restarts(publisher, hear):
    consumer = hear()
    publisher.say(["one", "poison", "three"])
    consumer.wait_status(state="halted", next=2, dead=1)
    consumer.close()
    consumer = hear()
    consumer.wait_status(state="halted", next=2)
    assert consumer.heard() == [(1, "one")]


def test_the_lag_of_a_halted_stream_grows(publisher, hear):
    """Also behind a restart, which finds it halted."""
    consumer = hear()
    publisher.say(["one", "poison", "three"])
    consumer.wait_status(state="halted", next=2, dead=1)
    publisher.say(notes(4, 30))
    consumer.wait_status(state="halted", next=2, head=30)
    consumer.close()
    consumer = hear()
    consumer.wait_status(state="halted", next=2, head=30)
    mark = consumer.output.mark()
    publisher.say(notes(31, 40))
    consumer.wait_status(since=mark, state="halted", next=2, head=40)
    assert consumer.close()["hyeopchi_subscriber_lag_events"] == 39


def test_an_event_whose_writing_breaks_a_constraint_halts(publisher, hear):
    """Also when the consumer did not wait for the answer: its offset is not what was lost."""
    consumer = hear()
    publisher.say(["one", "clash", "three"])
    consumer.wait_status(state="halted", next=2, dead=1)
    assert consumer.heard() == [(1, "one")]


def test_an_event_that_the_database_cannot_apply_for_now_is_named_and_waited_for(
    databases, publisher, hear
):
    """Its statement is cancelled each time, as by the timeout. That says nothing about the event, so it
    is never given up; but whoever operates the service is told which one it is."""
    databases.psql(
        "ledger",
        "CREATE FUNCTION cancel() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE 'too slow' USING ERRCODE = '57014'; END$$;"
        "CREATE TRIGGER slow BEFORE INSERT ON heard"
        " FOR EACH ROW WHEN (NEW.text = 'slow') EXECUTE FUNCTION cancel()",
    )
    publisher.say(["one", "two", "slow", "four"])
    consumer = hear()
    line = json.loads(consumer.wait_event("event_delayed"))
    assert (line["stream"], line["seq"], line["error"]) == (STREAM, 3, "unavailable")
    assert (line["sqlstate"], line["level"]) == ("57014", "error")
    assert consumer.heard() == numbered(["one", "two"])
    retried = consumer.output.mark()
    consumer.wait_event("database_error", retried)
    databases.psql("ledger", "DROP FUNCTION cancel CASCADE")
    assert consumer.wait_status(state="live", next=5, timeout=60)["dead"] == 0
    assert consumer.heard() == numbered(["one", "two", "slow", "four"])
    said = [line for line in consumer.output.lines() if '"event":"event_delayed"' in line]
    assert len(said) == 1, said


def test_letters_of_two_epochs_for_one_event_do_not_stop_a_start(databases, publisher, hear):
    publisher.say(["one", "poison", "three"])
    consumer = hear(policy="park")
    consumer.wait_status(state="live", next=4, dead=1)
    consumer.close()
    databases.psql(
        "ledger",
        "INSERT INTO event.dead_letter SELECT consumer, stream, epoch + 1, seq, type, envelope,"
        " error_code, attempts, state, created_at_ms FROM event.dead_letter;"
        "UPDATE event.consumer_offset SET next_seq = 2, chain ="
        " (SELECT chain FROM event.consumer_offset)",
    )
    # Back to the second event, as a rebuild from a copy would be: its chain is the log's at 1.
    (chain,) = databases.psql("participation", "SELECT chain FROM event.log WHERE seq = 1")[0]
    databases.psql(
        "ledger", "UPDATE event.consumer_offset SET chain = %s", (psycopg2.Binary(chain),)
    )
    consumer = hear(policy="park")
    consumer.wait_status(state="live", next=4)
    assert consumer.heard() == [(1, "one"), (3, "three"), (3, "three")]
