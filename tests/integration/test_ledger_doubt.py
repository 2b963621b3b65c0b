# SPDX-License-Identifier: Apache-2.0
"""A COMMIT that was sent, and whose answer never came, seen from an officer's request.

The officer's program is told once, and the truth: the ledger finds out by itself whether the entry
is in its journal, and sends it again when it is not.
"""

import os
import uuid

import pytest
from test_runtime_stream import CuttingProxy

from support.ledger import Ledger, Participation


@pytest.fixture
def doubtful(databases, start_service, tmp_path):
    """A ledger whose way to its database can be cut at a COMMIT."""
    stream = Participation(databases, str(tmp_path)).start()
    ledger = Ledger(databases, start_service, str(tmp_path), stream)
    proxy = CuttingProxy(databases.port)
    password_file = os.path.join(tmp_path, "password")
    with open(os.open(password_file, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write(databases.password)
    ledger.service.stop()
    ledger.service.settings.update(
        HYEOPCHI_DATABASE_URL=f"host=127.0.0.1 port={proxy.port} dbname=ledger user=ledger",
        HYEOPCHI_DATABASE_PASSWORD_FILE=password_file,
    )
    ledger.service.start().wait_ready()
    assert ledger.ask("POST", "/v1/periods/2025:open")[0] == 200
    # It hears participation, so nothing but what the test asks for is committed from here on.
    stream.request_opening(str(uuid.uuid4()), 1)
    mark = ledger.service.mark()
    for _ in range(400):
        if ledger.sql("SELECT next_seq FROM event.consumer_offset") == [(2,)]:
            break
        ledger.service.process.output.wait(lambda line: True, 0.05, mark)
    else:
        raise AssertionError("the ledger does not hear participation")
    yield ledger, proxy
    stream.close()
    proxy.close()


@pytest.mark.parametrize("swallows_commit", [False, True])
def test_an_entry_whose_commit_was_cut_is_posted_once_and_answered_as_posted(
    doubtful, swallows_commit
):
    ledger, proxy = doubtful
    for amount_krw in (1, 2, 3):
        proxy.swallows_commit = swallows_commit
        proxy.has_cut.clear()
        proxy.cut_next.set()
        key = str(uuid.uuid4())
        status, entry = ledger.post("main_budget", amount_krw, key=key)
        assert proxy.has_cut.is_set()
        assert (status, entry["seq"]) == (201, amount_krw)
        again, same = ledger.post("main_budget", amount_krw, key=key)
        assert (again, same["hash"]) == (status, entry["hash"])
    assert ledger.get("/v1/accounts/2025/district/a/S10/balance")["balance_krw"] == 6
    assert [len(entries) for entries in ledger.entries_said()] == [1, 1, 1]
    assert ledger.verification()["sound"]


def test_a_refusal_whose_commit_was_cut_is_answered_the_same_when_it_is_asked_again(doubtful):
    """It says no event, so nothing of it is in the log: who asks is told to ask again."""
    ledger, proxy = doubtful
    key = str(uuid.uuid4())
    proxy.has_cut.clear()
    proxy.cut_next.set()
    status, _ = ledger.post("securing", 1, key=key)
    assert proxy.has_cut.is_set() and status == 503
    ledger.service.wait_ready()
    mark = ledger.service.mark()
    while status == 503:  # it connects and leads again by itself
        ledger.service.process.output.wait(lambda line: True, 0.05, mark)
        status, problem = ledger.post("securing", 1, key=key)
    assert (status, problem["code"]) == (409, "balance-short")
    assert ledger.get("/v1/journal")["entries"] == []
    assert ledger.verification()["sound"]
