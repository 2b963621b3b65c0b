# SPDX-License-Identifier: Apache-2.0
"""EVENTS 6: a publisher that is restored from a base backup goes on under a raised epoch.

Publisher and consumer are those of integration/test_subscriber.py, here on a cluster each. Who has heard
no more than the backup holds goes on; who has heard what the restore has lost must stop and say so.
"""

import os
import shutil
import subprocess
import sys

import pytest

from conftest import artifacts_folder
from support.paths import ROOT
from support.postgres import PostgresCluster

sys.path.append(os.path.join(ROOT, "tests", "integration"))

from test_subscriber import Consumer, Publisher, notes, numbered  # noqa: E402

TABLES = (
    "CREATE TABLE heard (position bigserial PRIMARY KEY, seq bigint, text text);"
    "CREATE TABLE pause (seconds double precision);"
    "GRANT ALL ON heard, pause, heard_position_seq TO ledger_owner"
)


class Restorable(PostgresCluster):
    """A cluster that can be copied while it runs and set back to the copy."""

    def back_up(self):
        self.copy = os.path.join(self.directory, "copy")
        command = [
            f"{self._programs}/pg_basebackup", "-h", self.directory, "-p", str(self.port),
            "-U", "postgres", "-D", self.copy, "-c", "fast", "-X", "stream",
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120, **self._as_owner())

    def set_back(self):
        self.kill9()
        shutil.rmtree(self.data)
        os.rename(self.copy, self.data)
        self.start()


@pytest.mark.parametrize("heard", ["no-more-than-the-backup", "more-than-the-backup"])
def test_a_restored_publisher_is_followed_by_who_has_heard(heard, request):
    folder = artifacts_folder(request.node.name)
    with Restorable(artifacts=folder) as source, PostgresCluster(artifacts=folder) as target:
        source.create_service_database("participation")
        target.create_service_database("ledger")
        target.psql("ledger", TABLES)
        publisher = Publisher(source, folder).start()
        consumer = Consumer(target, folder, publisher)
        publisher.say(notes(1, 5))
        consumer.wait_status(state="live", next=6)
        source.back_up()
        if heard == "no-more-than-the-backup":
            consumer.close()
        publisher.say(notes(6, 8))
        if consumer.is_running():
            consumer.wait_status(state="live", next=9)
        publisher.close()

        source.set_back()
        source.psql("participation", "UPDATE event.stream_head SET epoch = epoch + 1")
        publisher.start()
        texts = ["other 6", "other 7", "other 8", "other 9"]
        if consumer.is_running():
            mark = consumer.output.mark()
            publisher.say(texts)
            consumer.wait_event("history_differs", mark)
            consumer.wait_status(since=mark, state="halted", next=9)
            assert consumer.heard() == numbered(notes(1, 8))
        else:
            publisher.say(texts)
            consumer = Consumer(target, folder, publisher)
            consumer.wait_status(state="live", next=10)
            assert consumer.heard() == numbered([*notes(1, 5), *texts])
            assert target.psql("ledger", "SELECT epoch FROM event.consumer_offset") == [(2,)]
        consumer.close()
        publisher.close()
    shutil.rmtree(folder, ignore_errors=True)
