# SPDX-License-Identifier: Apache-2.0
"""The event feed over HTTP, from a real log: what the ring of a restarted service has forgotten.

Every client must see each event once and in order, in each of the three forms, whether it comes
late, stays while events come, reads slowly, or has a cursor that cannot be honoured.
"""

import http.client
import json
import os
import subprocess
import threading

import pytest

from support.paths import BUILD
from support.ports import free_port
from support.process import Process
from support.services import Service, environment

DRIVER = os.path.join(BUILD, "tests", "runtime_host_driver")
TYPE = "kr.hyeopchi.driver.note.written.v1"
BATCH = "application/cloudevents-batch+json"


class Driver(Service):
    """The smallest service; its notes are its events."""

    def start(self):
        self.process = Process(
            self.name, [DRIVER, *self.arguments], self.log_path, env=environment(self.settings)
        )
        return self

    def write(self, count):
        """Writes notes on one connection; each is one event."""
        connection = http.client.HTTPConnection(*self.address, timeout=60)
        for number in range(count):
            connection.request("POST", "/v1/notes", body=f"note {number}")
            response = connection.getresponse()
            assert response.status == 201, response.read()
            response.read()
        connection.close()

    def ask(self, query="", accept=None):
        """Returns (status, the cursor to go on from, the body)."""
        headers = {"Accept": accept} if accept else {}
        status, headers, body = self.request("GET", f"/v1/events{query}", headers=headers)
        return status, headers["Next-After"], body

    def batch(self, query=""):
        status, after, body = self.ask(query)
        assert status == 200, body
        return [int(event["seq"]) for event in json.loads(body)], after


class Stream:
    """One client of the event stream."""

    def __init__(self, driver, query="", last_event_id=None):
        headers = {"Accept": "text/event-stream"}
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        self.connection = http.client.HTTPConnection(*driver.address, timeout=60)
        self.connection.request("GET", f"/v1/events{query}", headers=headers)
        self.response = self.connection.getresponse()
        assert self.response.status == 200

    def next(self):
        """Returns the next event as (id, event, data); comments are passed over."""
        fields = {}
        while True:
            line = self.response.readline()
            assert line, "the stream has ended"
            line = line.rstrip(b"\n")
            if not line and fields:
                return fields["id"], fields["event"], json.loads(fields["data"])
            if line and not line.startswith(b":"):
                name, _, value = line.decode().partition(": ")
                fields[name] = value

    def expect(self, first, last, epoch=1):
        for seq in range(first, last + 1):
            cursor, event, data = self.next()
            assert (cursor, event, data["seq"]) == (f"{epoch}-{seq}", TYPE, str(seq))

    def close(self):
        # Both: the response has the socket once the stream is under way.
        self.response.close()
        self.connection.close()


@pytest.fixture
def driver(databases, artifacts):
    port = free_port()
    settings = {
        "HYEOPCHI_DISTRICT": "seongdong",
        "HYEOPCHI_SERVICE_NAME": "ledger",
        "HYEOPCHI_HTTP_LISTEN": f"127.0.0.1:{port}",
        "HYEOPCHI_DATABASE_URL": databases.conninfo("ledger", "ledger"),
        "HYEOPCHI_MIGRATION_DATABASE_URL": databases.conninfo("ledger", "ledger_owner"),
        "HYEOPCHI_PUB_URL": f"tcp://127.0.0.1:{free_port()}",
        "HYEOPCHI_FETCH_URL": f"tcp://127.0.0.1:{free_port()}",
    }
    done = subprocess.run(
        [DRIVER, "migrate"], env=environment(settings), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    service = Driver("ledger", settings, artifacts, address=("127.0.0.1", port))
    service.start().wait_ready()
    yield service
    service.close()


def restart(driver):
    """The ring is empty afterwards: what was said before is only in the log."""
    driver.stop()
    driver.start().wait_ready()


def test_pages_of_the_log_make_up_the_whole_of_it(driver):
    driver.write(450)
    restart(driver)
    driver.write(3)
    seen = []
    after = "1-0"
    while True:
        seqs, after = driver.batch(f"?after={after}&limit=100")
        assert len(seqs) <= 100
        if not seqs:
            break
        seen += seqs
    assert seen == list(range(1, 454))
    assert after == "1-453"

    # Without a cursor from the start; as lines; and only what was asked for.
    assert driver.batch("?limit=1000") == (list(range(1, 454)), "1-453")
    status, after, body = driver.ask("?limit=7", "application/x-ndjson")
    assert (status, after) == (200, "1-7")
    assert [json.loads(line)["seq"] for line in body.splitlines()] == [str(n) for n in range(1, 8)]
    assert driver.batch("?types=kr.hyeopchi.nothing.v1") == ([], "1-453")
    assert driver.batch(f"?types={TYPE}&after=1-452") == ([453], "1-453")


def test_a_stream_crosses_from_log_to_ring_without_a_seam(driver):
    driver.write(450)
    restart(driver)
    driver.write(20)
    stream = Stream(driver, last_event_id="1-5")
    stream.expect(6, 470)
    driver.write(5)
    stream.expect(471, 475)
    stream.close()


def test_followers_see_every_event_once_while_others_write(driver):
    driver.write(50)
    restart(driver)
    streams = [Stream(driver) for _ in range(10)]
    writers = [threading.Thread(target=driver.write, args=(100,)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for stream in streams:
        stream.expect(1, 450)
    for writer in writers:
        writer.join()
    for stream in streams:
        stream.close()


def test_a_cursor_that_cannot_be_honoured_is_gone_or_reset(databases, driver):
    driver.write(10)
    for cursor in ("2-3", "1-11", "0-1", "1-18446744073709551615"):
        status, after, body = driver.ask(f"?after={cursor}")
        assert (status, after) == (410, "1-0"), body
        assert json.loads(body)["code"] == "cursor-gone"
        stream = Stream(driver, f"?after={cursor}")
        assert stream.next() == ("1-0", "reset", {"epoch": "1", "low_seq": "1"})
        stream.expect(1, 10)
        stream.close()

    # The oldest four are pruned (the row before the oldest kept stays: its chain value is needed);
    # a cursor that needs them is told so, at 1-4 nothing is missing.
    driver.stop()
    databases.psql("ledger", "ALTER TABLE event.log DISABLE TRIGGER USER")
    databases.psql("ledger", "DELETE FROM event.log WHERE stream = 'ledger' AND seq < 4")
    databases.psql("ledger", "UPDATE event.stream_head SET low_seq = 5 WHERE stream = 'ledger'")
    driver.start().wait_ready()
    status, after, body = driver.ask("?after=1-3")
    assert (status, after) == (410, "1-4"), body
    assert driver.batch("?after=1-4") == (list(range(5, 11)), "1-10")
    assert driver.batch() == (list(range(5, 11)), "1-10")
    stream = Stream(driver, "?after=1-2")
    assert stream.next() == ("1-4", "reset", {"epoch": "1", "low_seq": "5"})
    stream.expect(5, 10)
    stream.close()
    stream = Stream(driver)
    stream.expect(5, 10)
    stream.close()


def test_the_feed_ends_where_the_publishers_own_head_is(databases, driver):
    """What the log holds beyond it would come with a cursor that is refused as not true."""
    driver.write(11)
    driver.stop()
    databases.psql(
        "ledger",
        "UPDATE event.stream_head SET seq = 10, chain = log.chain FROM event.log WHERE log.seq = 10",
    )
    driver.start().wait_ready()
    assert driver.batch("?after=1-5") == (list(range(6, 11)), "1-10")


def test_a_stream_goes_on_from_its_cursors_after_the_epoch_was_raised(databases, driver):
    """The events that were kept are of the epoch before; their cursors are of the one that counts."""
    driver.write(10)
    driver.stop()
    databases.psql("ledger", "UPDATE event.stream_head SET epoch = 2")
    driver.start().wait_ready()
    stream = Stream(driver)
    stream.expect(1, 10, epoch=2)
    stream.close()
    driver.write(2)
    stream = Stream(driver, last_event_id="2-5")
    stream.expect(6, 12, epoch=2)
    stream.close()


def test_a_stream_outlives_an_absent_database(databases, driver):
    driver.write(300)
    restart(driver)
    databases.stop()
    driver.wait_readiness(503)
    stream = Stream(driver, "?after=1-100")
    assert driver.ask("?after=1-100")[0] == 503
    databases.start()
    stream.expect(101, 300)
    driver.wait_ready()
    driver.write(2)
    stream.expect(301, 302)
    stream.close()


def test_clients_may_leave_in_the_middle_of_the_log(driver):
    driver.write(450)
    restart(driver)
    for _ in range(20):
        streams = [Stream(driver) for _ in range(5)]
        streams[0].expect(1, 1)
        for stream in streams:
            stream.close()
    assert driver.batch("?after=1-449") == ([450], "1-450")


def test_the_head_of_the_feed_is_answered_without_a_stream(driver):
    status, headers, body = driver.request(
        "HEAD", "/v1/events", headers={"Accept": "text/event-stream"}
    )
    assert (status, headers["Content-Type"], body) == (200, "text/event-stream", b"")
    assert driver.ask(accept=BATCH)[0] == 200
