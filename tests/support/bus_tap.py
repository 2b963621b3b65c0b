# SPDX-License-Identifier: Apache-2.0
"""Listens in on a service's bus: an SP subscriber over a UNIX socket, written by hand.

nng's publisher sends everything to every subscriber and leaves it to them to pick topics, so what
arrives here is what anybody with access to the socket could read.
"""

import socket
import struct
import threading

# The SP handshake of a subscriber (protocol 0x21), and of the publisher it must meet (0x20).
HELLO = b"\x00SP\x00\x00\x21\x00\x00"
HELLO_OF_PUBLISHER = b"\x00SP\x00\x00\x20\x00\x00"
MESSAGE = 1


class BusTap(threading.Thread):
    """Collects messages from `ipc://` + path from the moment it was made until close()."""

    def __init__(self, url):
        super().__init__(daemon=True)
        assert url.startswith("ipc://"), url
        self._messages = []
        self._changed = threading.Condition()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(url[len("ipc://") :])
        self._socket.sendall(HELLO)
        assert self._read(len(HELLO)) == HELLO_OF_PUBLISHER
        self.start()

    def _read(self, length):
        data = bytearray()
        while len(data) < length:
            piece = self._socket.recv(length - len(data))
            if not piece:
                raise EOFError
            data += piece
        return bytes(data)

    def run(self):
        try:
            while True:
                kind, length = struct.unpack(">BQ", self._read(9))
                assert kind == MESSAGE
                message = self._read(length)
                with self._changed:
                    self._messages.append(message)
                    self._changed.notify_all()
        except (EOFError, OSError):
            pass

    def wait(self, text, timeout=30):
        """Waits for a message that holds these bytes."""
        with self._changed:
            found = self._changed.wait_for(
                lambda: any(text in message for message in self._messages), timeout
            )
        assert found, f"nobody said {text!r}"

    def captured(self):
        with self._changed:
            return b"\n".join(self._messages)

    def close(self):
        """Ends the listening."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.join(10)
        self._socket.close()
