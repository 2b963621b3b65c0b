# SPDX-License-Identifier: Apache-2.0
"""Many connections at once, and clients that mean no good: volleys, slow senders, mute listeners,
garbage. Everything goes to addresses of the arena on the loopback; nothing here judges an answer.
"""

import asyncio
import contextlib
import json
import os
import socket
import struct
import threading

# The SP handshake: 0x21 is a subscriber, 0x30 one that asks (REQ).
HELLO_SUB = b"\x00SP\x00\x00\x21\x00\x00"
HELLO_REQ = b"\x00SP\x00\x00\x30\x00\x00"


def request_bytes(method, target, headers, body):
    """One HTTP request as it goes over the wire."""
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"content-length: {len(body)}", "connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


async def _exchange(address, data, gate, timeout):
    """Connects, waits for the gate, sends, and returns (status, body), or None without an answer."""
    writer = None
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(*address), timeout)
        await gate.wait()
        writer.write(data)
        answer = await asyncio.wait_for(reader.read(-1), timeout)
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1]), body.decode()
    except (OSError, asyncio.TimeoutError, IndexError, ValueError):
        return None
    finally:
        if writer is not None:
            writer.close()


def volley(address, requests, timeout=60):
    """Sends requests (bytes) each on a connection of its own, all at once; returns the answers."""

    async def fire():
        gate = asyncio.Event()
        tasks = [asyncio.ensure_future(_exchange(address, data, gate, timeout)) for data in requests]
        await asyncio.sleep(0)
        gate.set()
        return await asyncio.gather(*tasks)

    return asyncio.run(fire())


def signed(asker, target, paper, key):
    """The bytes of a request to cast a vote, signed anew."""
    body = json.dumps(paper, ensure_ascii=False).encode()
    headers = {
        "host": f"{asker.wire.address[0]}:{asker.wire.address[1]}",
        "content-type": "application/json",
        "idempotency-key": key,
    }
    return request_bytes("POST", target, asker.wire.sign("POST", target, headers, body), body)


class Shots:
    """Votes whose requests are made first and sent later, all at once, as often as one likes."""

    def __init__(self, arena, asker):
        self._arena = arena
        self._asker = asker
        self._shots = []

    def add(self, ballot_id, paper, key, times=1, same_bytes=False):
        """Makes one request, signed anew each time unless it shall be the same bytes."""
        number = next(self._asker.numbers)
        target = f"/v1/ballots/{ballot_id}/votes"
        self._arena.recorder.write(
            "ask", n=number, what="vote", target=target, key=key, ballot=ballot_id, votes=[paper]
        )
        data = signed(self._asker, target, paper, key)
        for _ in range(times):
            self._shots.append((number, data))
            if not same_bytes:
                data = signed(self._asker, target, paper, key)

    def fire(self, count=None):
        """Sends all of them, or the first so many; the answers go into the record."""
        shots = self._shots[:count]
        answers = volley(self._arena.direct("participation"), [data for _, data in shots])
        for (number, _), answer in zip(shots, answers):
            if answer is None:
                self._arena.recorder.write("failure", n=number, error="no answer")
            else:
                self._arena.recorder.write("answer", n=number, status=answer[0], body=answer[1])


class Sockets:
    """Connections that are held open until close(); errors of theirs are nobody's concern."""

    def __init__(self):
        self._open = []

    def connect(self, address, data=b"", receive_buffer=None):
        """Opens one connection and sends data; returns it, or None when it fails."""
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if receive_buffer is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            connection.settimeout(5)
            connection.connect(address)
            connection.sendall(data)
        except OSError:
            connection.close()
            return None
        self._open.append(connection)
        return connection

    def send_all(self, data):
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.sendall(data)

    def close(self, reset=False):
        for connection in self._open:
            with contextlib.suppress(OSError):
                if reset:
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                connection.close()
        self._open = []


class Flood(threading.Thread):
    """Sends garbage to addresses, connection after connection, until close()."""

    def __init__(self, addresses, random):
        super().__init__(daemon=True)
        self._addresses = addresses
        self._random = random
        self._over = threading.Event()
        self.connections = 0
        self.start()

    def run(self):
        while not self._over.wait(0.002):
            sockets = Sockets()
            sockets.connect(self._random.choice(self._addresses), self._garbage())
            sockets.close(reset=self._random.random() < 0.5)
            self.connections += 1

    def _garbage(self):
        size = self._random.choice([0, 1, 7, 8, 64, 4096, 65536])
        return self._random.choice(
            [
                os.urandom(size),
                HELLO_SUB[: self._random.randint(0, 8)],
                HELLO_SUB + b"\xff" * 8 + os.urandom(size),
                HELLO_REQ + struct.pack(">Q", size + 4) + b"\x80\x00\x00\x01" + os.urandom(size),
                b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * size,
                b"POST /v1/ballots HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n",
            ]
        )

    def close(self):
        self._over.set()
        self.join(30)
