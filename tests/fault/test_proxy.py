# SPDX-License-Identifier: Apache-2.0
"""The proxy does what it is told: one test a rule, between a client and a server that sends back what it
gets. Nothing here needs a service."""

import socket
import struct
import threading
import time

import pytest

from conftest import artifacts_folder
from supervisor import Proxy
from support.ports import free_port

TIMEOUT_SECONDS = 10
ALWAYS = 10_000  # of 10,000
QUIET_SECONDS = 0.2  # in which what is held back must not come
HELLO = b"\x00SP\x00\x00\x10\x00\x00"


class Echo:
    """A server on the loopback that sends back what it gets, and keeps how each connection ended."""

    def __init__(self):
        self.port = free_port()
        self.got = bytearray()
        self._changed = threading.Condition()
        self._ends = []
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # Closed.
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        end = "end"
        with connection:
            try:
                while data := connection.recv(65536):
                    with self._changed:
                        self.got += data
                        self._changed.notify_all()
                    connection.sendall(data)
            except OSError:
                end = "reset"
        with self._changed:
            self._ends.append(end)
            self._changed.notify_all()

    def wait_got(self, data):
        with self._changed:
            assert self._changed.wait_for(lambda: self.got == data, TIMEOUT_SECONDS), self.got

    def wait_end(self, timeout=TIMEOUT_SECONDS):
        """How the first connection ended; None if it has not in that time."""
        with self._changed:
            self._changed.wait_for(lambda: self._ends, timeout)
            return self._ends[0] if self._ends else None

    def close(self):
        self._listener.close()


@pytest.fixture
def echo():
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def proxy(request):
    made = Proxy(artifacts_folder(request.node.name), 1)
    yield made
    made.close()


@pytest.fixture
def connect(proxy, echo):
    """Connects a client through a link, whose name is "raw" or "framed"."""
    clients = []
    for name in ("raw", "framed"):
        proxy.link(name, echo.port, framed=name == "framed")

    def make(name="raw"):
        client = socket.create_connection(("127.0.0.1", proxy.links[name]), TIMEOUT_SECONDS)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


def read(client, length):
    data = b""
    while len(data) < length and (more := client.recv(length - len(data))):
        data += more
    return data


def exchange(client, data):
    client.sendall(data)
    assert read(client, len(data)) == data


def is_silent(client):
    """Whether neither bytes nor an end come for a while."""
    client.settimeout(QUIET_SECONDS)
    try:
        client.recv(1)
    except socket.timeout:
        return True
    finally:
        client.settimeout(TIMEOUT_SECONDS)
    return False


def frame(text):
    return struct.pack(">Q", len(text)) + text


def greet(client):
    """The handshake, which no rule but lateness is for."""
    exchange(client, HELLO)


def send_frames(client, *texts):
    client.sendall(b"".join(frame(text) for text in texts))


def read_frame(client):
    (length,) = struct.unpack(">Q", read(client, 8))
    return read(client, length)


def up(proxy, what, link="raw"):
    return proxy.count(what, {(link, "up")})


def test_without_a_rule_everything_passes_and_is_counted(proxy, connect, echo):
    client = connect()
    data = bytes(range(256)) * 4096  # More than one read.
    sender = threading.Thread(target=client.sendall, args=(data,))
    sender.start()
    assert read(client, len(data)) == data
    sender.join()
    assert up(proxy, "bytes") == len(data)
    assert proxy.count("bytes", {("raw", "both")}) == 2 * len(data)
    client.shutdown(socket.SHUT_WR)
    assert (echo.wait_end(), read(client, 1)) == ("end", b"")


@pytest.mark.parametrize("rule, value", [("delay_ms", 120), ("rate_bytes_s", 1000)])
def test_what_is_late_is_late_by_that_much_at_least(proxy, connect, rule, value):
    client = connect()
    exchange(client, b"x")
    proxy.command("set", "raw", "up", rule, value)
    data = bytes(120)  # At that rate they take 120 ms.
    started = time.monotonic()
    exchange(client, data)
    assert time.monotonic() - started >= 0.115  # The loop's clock counts whole milliseconds.
    assert up(proxy, "delayed") == 1


def test_jitter_delays_some_and_changes_no_order(proxy, connect):
    client = connect("framed")
    greet(client)
    proxy.command("set", "framed", "both", "jitter_ms", 20)
    texts = [b"%d" % number for number in range(100)]
    send_frames(client, *texts)
    assert [read_frame(client) for _ in texts] == texts
    assert up(proxy, "delayed", "framed") > 50


def test_a_dropped_message_is_missing_and_the_ones_around_it_are_not(proxy, connect, echo):
    client = connect("framed")
    greet(client)
    send_frames(client, b"before")
    assert read_frame(client) == b"before"
    proxy.command("set", "framed", "up", "drop", ALWAYS)
    send_frames(client, b"lost", b"lost, too")
    assert is_silent(client)
    proxy.command("clear", "framed")
    send_frames(client, b"after")
    assert read_frame(client) == b"after"
    assert bytes(echo.got) == HELLO + frame(b"before") + frame(b"after")
    assert up(proxy, "drop", "framed") == 2


def test_a_connection_that_lost_bytes_is_reset_once_the_network_is_whole(proxy, connect, echo):
    client = connect()
    exchange(client, b"x")
    proxy.command("set", "raw", "up", "drop", ALWAYS)
    client.sendall(b"lost")
    assert is_silent(client)
    proxy.command("clear", "raw")
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert echo.wait_end() == "reset"
    assert bytes(echo.got) == b"x"


def test_a_message_comes_twice(proxy, connect):
    client = connect("framed")
    greet(client)
    proxy.command("set", "framed", "up", "duplicate", ALWAYS)
    send_frames(client, b"one", b"two")
    assert sorted(read_frame(client) for _ in range(4)) == [b"one", b"one", b"two", b"two"]
    assert up(proxy, "duplicate", "framed") == 2


def test_messages_are_overtaken_by_the_ones_behind_them_and_none_is_lost(proxy, connect):
    client = connect("framed")
    greet(client)
    proxy.command("set", "framed", "up", "reorder", ALWAYS // 2)
    texts = [b"%02d" % number for number in range(50)]
    send_frames(client, *texts)
    came = [read_frame(client) for _ in texts]
    assert sorted(came) == texts != came
    assert 0 < up(proxy, "reorder", "framed") < len(texts)


def wait_count(proxy, what, wanted, link="framed"):
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while up(proxy, what, link) < wanted:
        assert time.monotonic() < deadline, proxy.stats()


def test_one_bit_of_a_message_is_turned_and_its_length_is_not(proxy, connect):
    client = connect("framed")
    greet(client)
    proxy.command("set", "framed", "up", "corrupt", ALWAYS)
    for _ in range(20):
        send_frames(client, bytes(64))
        turned = int.from_bytes(read_frame(client), "big")
        assert bin(turned).count("1") == 1
    assert up(proxy, "corrupt", "framed") == 20


def test_half_of_what_is_cut_off_passes_and_then_both_sides_are_reset(proxy, connect, echo):
    client = connect()
    exchange(client, b"x")
    proxy.command("set", "raw", "up", "truncate", ALWAYS)
    client.sendall(bytes(100))
    echo.wait_got(b"x" + bytes(50))
    assert echo.wait_end() == "reset"
    with pytest.raises(ConnectionResetError):
        read(client, 100)
    assert up(proxy, "truncate") == 1


def test_what_is_swallowed_is_taken_and_passed_to_nobody(proxy, connect, echo):
    client = connect()
    exchange(client, b"x")
    proxy.command("set", "raw", "up", "swallow", 1)
    client.sendall(b"gone")
    wait_count(proxy, "swallow", 1, "raw")
    assert is_silent(client)
    assert bytes(echo.got) == b"x"


@pytest.mark.parametrize("way", ["up", "down"])
def test_what_is_held_comes_once_it_is_let_go(proxy, connect, echo, way):
    client = connect()
    exchange(client, b"x")
    proxy.command("set", "raw", way, "hold", 1)
    client.sendall(b"held")
    assert is_silent(client)
    assert bytes(echo.got) == (b"x" if way == "up" else b"xheld")
    proxy.command("set", "raw", way, "hold", 0)
    assert read(client, 4) == b"held"
    assert proxy.count("hold", {("raw", way)}) == 1
    assert proxy.count("hold", {("raw", "both")}) == 1


@pytest.mark.parametrize("way", ["up", "down"])
def test_half_open_resets_one_side_and_tells_the_other_nothing(proxy, connect, echo, way):
    client = connect()
    exchange(client, b"x")
    proxy.command("half", "raw", way)
    if way == "up":
        assert echo.wait_end() == "reset"
        client.sendall(b"into the dark")
        assert is_silent(client)
    else:
        with pytest.raises(ConnectionResetError):
            client.recv(1)
        assert echo.wait_end(QUIET_SECONDS) is None
    assert proxy.count("half", {("raw", "both")}) == 1
    proxy.command("clear", "raw")
    assert echo.wait_end() == "reset"


def test_a_cut_resets_both_sides(proxy, connect, echo):
    client = connect()
    exchange(client, b"x")
    proxy.command("cut", "raw")
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert echo.wait_end() == "reset"
    assert proxy.count("cut", {("raw", "both")}) == 1


def test_who_is_refused_is_reset_and_reaches_nobody(proxy, connect, echo):
    proxy.command("refuse", "raw", 1)
    with pytest.raises(ConnectionResetError):  # Sometimes before connect() has returned.
        connect().recv(1)
    assert proxy.count("refused", {("raw", "both")}) == 1
    assert echo.wait_end(QUIET_SECONDS) is None
    proxy.command("refuse", "raw", 0)
    exchange(connect(), b"welcome")


def test_a_wrong_command_is_refused(proxy, connect):
    del connect
    for words in (("cut", "none"), ("set", "raw", "up", "hold"), ("set", "raw", "up", "wrong", 1)):
        with pytest.raises(AssertionError, match="error"):
            proxy.command(*words)
