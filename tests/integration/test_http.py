# SPDX-License-Identifier: Apache-2.0
"""HTTP of a real program, as strangers on the network treat it.

What the server must withstand is here; what it must answer in detail is in the unit tests.
"""

import os
import select
import socket
import time

import pytest

from support.paths import BUILD
from support.ports import free_port
from support.process import Process
from support.services import Service, environment

DRIVER = os.path.join(BUILD, "tests", "runtime_host_driver")
HEAD_TIMEOUT_S = 5


class Driver(Service):
    def start(self):
        self.process = Process(
            self.name, [DRIVER, *self.arguments], self.log_path, env=environment(self.settings)
        )
        return self

    def connect(self):
        return socket.create_connection(self.address, timeout=30)

    def send(self, data):
        """Sends bytes, closes our side, returns everything that comes back."""
        with self.connect() as client:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            return read_end(client)

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def descriptors(self):
        for line in self.request("GET", "/metrics")[2].decode().splitlines():
            if line.startswith("hyeopchi_process_open_descriptors "):
                return int(line.split()[1])
        raise AssertionError("no such metric")


def readable(client, timeout_s):
    """select() cannot take descriptors past 1023."""
    poller = select.poll()
    poller.register(client, select.POLLIN)
    return bool(poller.poll(timeout_s * 1000))


def read_end(client):
    data = b""
    while True:
        try:
            more = client.recv(65536)
        except ConnectionResetError:
            return data
        if not more:
            return data
        data += more


@pytest.fixture
def driver(artifacts):
    """The smallest service, without a database: HTTP needs none."""
    port = free_port()
    settings = {
        "HYEOPCHI_DISTRICT": "seongdong",
        "HYEOPCHI_SERVICE_NAME": "ledger",
        "HYEOPCHI_HTTP_LISTEN": f"127.0.0.1:{port}",
        "HYEOPCHI_DATABASE_URL": "postgresql:///nowhere?host=/nonexistent",
        "HYEOPCHI_PUB_URL": f"tcp://127.0.0.1:{free_port()}",
        "HYEOPCHI_FETCH_URL": f"tcp://127.0.0.1:{free_port()}",
        "HYEOPCHI_LOG_LEVEL": "debug",
        "HYEOPCHI_LOG_FORMAT": "json",
    }
    service = Driver("ledger", settings, artifacts, address=("127.0.0.1", port))
    service.start()
    service.wait_log("service_started")
    yield service
    service.close()


def test_slow_heads_end_in_408_and_nobody_else_notices(driver):
    slow = [driver.connect() for _ in range(200)]
    started = time.monotonic()
    for client in slow:
        client.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\nX-Slow: ")
    while time.monotonic() - started < HEAD_TIMEOUT_S - 1:
        # Drips keep none of them alive, and everybody else is served meanwhile.
        for client in slow[:20]:
            client.sendall(b"x")
        assert driver.request("GET", "/livez")[0] == 200
        readable(slow[0], 0.2)
    for client in slow:
        assert read_end(client).startswith(b"HTTP/1.1 408 ")
        client.close()
    assert time.monotonic() - started < HEAD_TIMEOUT_S * 3


def test_one_client_too_many_is_told_503(driver):
    clients = []
    refused = None
    while refused is None and len(clients) < 2100:
        client = driver.connect()
        clients.append(client)
        if len(clients) >= 2000 and readable(client, 0.5):
            refused = read_end(client)
    assert refused is not None
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 1\r\n" in refused
    assert len(clients) == 2001
    # Those inside are still served.
    clients[0].sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert read_end(clients[0]).startswith(b"HTTP/1.1 200 ")
    for client in clients:
        client.close()
    deadline = time.monotonic() + 30
    while not driver.send(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n").startswith(b"HTTP/1.1 200 "):
        assert time.monotonic() < deadline


def test_garbage_of_every_kind_leaves_nothing_behind(driver):
    before = driver.descriptors()
    threads = driver.threads()
    garbage = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(512),
        b"\x00" * 100000,
        b"GET " + b"/" * 100000,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10000,
        b"\r\n" * 50000,
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
        b"POST /v1/notes HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\n",
        b"POST /v1/notes HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 1000,
        b"GET /v1/notes HTTP/1.1\r\nHost: a\r\n\r\n" * 2000,
    ]
    for data in garbage:
        for _ in range(20):
            with driver.connect() as client:
                try:
                    client.sendall(data)
                except (BrokenPipeError, ConnectionResetError):
                    pass
    assert driver.request("GET", "/livez")[0] == 200
    deadline = time.monotonic() + 30
    while driver.descriptors() > before:
        assert time.monotonic() < deadline, "descriptors leak"
    assert driver.threads() == threads


def test_logs_tell_no_address_no_body_and_no_parameter(driver):
    canary = "canary7f3a"
    driver.send(
        f"POST /v1/notes?q={canary} HTTP/1.1\r\nHost: {canary}.example\r\nX-A: {canary}\r\n"
        f"Content-Length: {len(canary)}\r\n\r\n{canary}".encode()
    )
    driver.send(f"GET /v1/events/dead/{canary} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    driver.send(f"GET /{canary} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    driver.wait_log("http_refused", route="/v1/events/dead/{seq}", status=401)
    driver.wait_log("http_request", status=404)
    driver.wait_log("http_request", route="/v1/notes", status=503)
    with open(driver.log_path, encoding="utf-8") as file:
        log = file.read()
    assert canary not in log
    # Where the server itself listens is its own address.
    assert "127.0.0.1" not in "".join(
        line for line in log.splitlines(True) if '"http_re' in line
    )


def test_an_address_in_use_is_said_clearly(driver, artifacts):
    other = Driver("other", driver.settings, artifacts, address=driver.address)
    other.settings["HYEOPCHI_PUB_URL"] = f"tcp://127.0.0.1:{free_port()}"
    other.settings["HYEOPCHI_FETCH_URL"] = f"tcp://127.0.0.1:{free_port()}"
    other.start()
    entry = other.wait_log("http_listen_failed")
    assert entry["error"] == "conflict"
    assert other.process.wait_exit() == 1
    assert driver.request("GET", "/livez")[0] == 200
