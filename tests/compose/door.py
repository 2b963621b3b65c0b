# SPDX-License-Identifier: Apache-2.0
"""An HTTP client that comes in by nginx, as everybody outside does: TLS, a name, a loopback port."""

import http.client
import socket
import ssl

from support.client import Client


class _Connection(http.client.HTTPSConnection):
    """Goes to the loopback address under whatever name; the certificate must still be the name's."""

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


class Door(Client):
    """Sends requests to one service by its name, signed by one key (None: unsigned)."""

    def __init__(self, service, port, certificate, key=None, clock=None):
        super().__init__((f"{service}.localhost", port), key, clock)
        self.context = ssl.create_default_context(cafile=certificate)

    def connect(self, timeout):
        return _Connection(*self.address, timeout=timeout, context=self.context)
