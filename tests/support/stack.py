# SPDX-License-Identifier: Apache-2.0
"""The three services together, as deploy/up starts them, for one test.

Everything lies in the test's own folder: keys, ballot keys, bus sockets, the demonstration clock.
"""

import os
import secrets
import subprocess

from support.ports import free_port
from support.services import environment, program
from support.client import Client, Clock, Key, b64url, write_keys

SERVICES = ("participation", "ledger", "reporting")


class Stack:
    """Call migrate() and start(); the services are stopped by the start_service fixture."""

    def __init__(self, databases, start_service, folder, district="seongdong"):
        self.databases = databases
        self.start_service = start_service
        self.folder = str(folder)
        self.district = district
        self.services = {}
        self.ports = {name: free_port() for name in SERVICES}
        self.clock = Clock(os.path.join(self.folder, "clock"))
        self.operators = [Key("operator", "kim"), Key("operator", "lee")]
        self.front_end = Key("front-end", "portal")
        self.auditor = Key("auditor", "park")
        self.keys = [*self.operators, self.front_end, self.auditor]
        self.keys_file = os.path.join(self.folder, "keys")
        self.write_keys()
        self.ballot_keys = os.path.join(self.folder, "ballot-keys")
        os.mkdir(self.ballot_keys, 0o700)
        self.receipt_key_file = os.path.join(self.folder, "receipt.key")
        self.board_key_file = os.path.join(self.folder, "board.key")
        for path in (self.receipt_key_file, self.board_key_file):
            with open(path, "w", encoding="ascii") as file:
                file.write(b64url(secrets.token_bytes(32)) + "\n")

    def write_keys(self):
        write_keys(self.keys_file, *self.keys)

    def bus(self, service, kind):
        return f"ipc://{self.folder}/{service}.{kind}"

    def start_replica(self):
        """A second participation on the same database, which stands by; its address, too."""
        port = free_port()
        settings = self.settings("participation") | {
            "HYEOPCHI_HTTP_LISTEN": f"127.0.0.1:{port}",
            "HYEOPCHI_PUB_URL": self.bus("replica", "pub"),
            "HYEOPCHI_FETCH_URL": self.bus("replica", "fetch"),
        }
        replica = self.start_service("participation", settings, address=("127.0.0.1", port))
        replica.wait_log("writer_state", to="standby")
        return replica, ("127.0.0.1", port)

    def settings(self, service):
        """The environment of one service."""
        settings = {
            "HYEOPCHI_DISTRICT": self.district,
            "HYEOPCHI_HTTP_LISTEN": f"127.0.0.1:{self.ports[service]}",
            "HYEOPCHI_DATABASE_URL": self.databases.conninfo(service, service),
            "HYEOPCHI_MIGRATION_DATABASE_URL": self.databases.conninfo(service, f"{service}_owner"),
            "HYEOPCHI_PUB_URL": self.bus(service, "pub"),
            "HYEOPCHI_FETCH_URL": self.bus(service, "fetch"),
            "HYEOPCHI_KEYS_FILE": self.keys_file,
            "HYEOPCHI_DEMONSTRATION_CLOCK_FILE": self.clock.path,
            "HYEOPCHI_LOG_FORMAT": "json",
        }
        for other in SERVICES:
            if other != service:
                settings[f"HYEOPCHI_{other.upper()}_PUB_URL"] = self.bus(other, "pub")
                settings[f"HYEOPCHI_{other.upper()}_FETCH_URL"] = self.bus(other, "fetch")
        if service == "participation":
            settings["HYEOPCHI_BALLOT_KEYS_DIRECTORY"] = self.ballot_keys
            settings["HYEOPCHI_RECEIPT_KEY_FILE"] = self.receipt_key_file
            settings["HYEOPCHI_BOARD_KEY_FILE"] = self.board_key_file
        return settings

    def migrate(self, *names):
        for name in names or SERVICES:
            done = subprocess.run(
                [program(name), "migrate"],
                env=environment(self.settings(name)),
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, done.stderr
        return self

    def start(self, *names):
        for name in names or SERVICES:
            self.services[name] = self.start_service(
                name, self.settings(name), address=("127.0.0.1", self.ports[name])
            )
        for name in names or SERVICES:
            self.services[name].wait_ready()
        return self

    def client(self, service, key=None):
        return Client(("127.0.0.1", self.ports[service]), key, self.clock)
