# SPDX-License-Identifier: Apache-2.0
"""`hyeopchi ledger` as an officer of the budget section uses it through a year."""

import json
import os
import pty
import subprocess
import threading
import uuid
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from test_cli import command  # noqa: F401  the fixture

from support.client import Client, Key
from support.command import CommandKey
from support.services import environment, program

PAGE = 100  # entries that a page holds unless more are asked for
LINE = ("--year", "2023", "--source", "district", "--programme", "마을정원", "--document", "문서-1")


def test_an_officer_takes_money_from_the_budget_to_its_refund(command):  # noqa: F811
    def ledger(*words, status=0):
        return command.run("ledger", *words, key="kim.key", status=status)

    def post(verb, *words):
        return command.json("ledger", verb, *words, *LINE, key="kim.key")

    ledger("limit", "set", "--year", "2024", "--source", "district", "--amount", "1")
    post("plan", "--origin", "main", "--amount", "1,000")
    entry = post("plan", "--origin", "supplementary", "--nth", "2", "--amount", "500")
    assert [leg["stage"] for leg in entry["legs"]] == ["R10.supplementary.2", "S10"]
    post("cut", "--nth", "3", "--stage", "S10", "--amount", "100")
    post("secure", "--amount", "1,400")
    post("allot", "--amount", "1,400")
    post("allot", "--back", "--amount", "100")
    post("transfer", "--kind", "item", "--to", "b", "--amount", "50")
    post("commit", "--amount", "900")
    post("commit", "--cancel", "--amount", "100")
    spent = post("execute", "--amount", "400", "--saving", "30")
    back = command.json(
        "ledger", "take-back", str(spent["seq"]), "--amount", "10", *LINE, key="kim.key"
    )
    assert back["linked_seq"] == spent["seq"]
    wrong = post("execute", "--amount", "20")
    command.json(
        "ledger", "reverse", str(wrong["seq"]), "--document", "정정", key="kim.key"
    )
    post("pay", "--amount", "300")
    post("execute", "--grant", "--amount", "280")
    post("settle", "--spent", "670", "--unspent", "20", "--interest", "3")
    post("refund", "--amount", "20", "--interest", "3")
    post("carry-over", "--kind", "accident", "--amount", "70")
    post("lapse", "--stage", "S30", "--amount", "5")
    table, _ = ledger("show", "--year", "2023")
    assert "정산확정" in table and "670" in table
    balance = command.json("ledger", "balance", "2023/district/마을정원/S60", key="kim.key")
    assert (balance["name"], balance["balance_krw"]) == ("정산확정", 670)
    ledger("balance", "2023/district/마을정원", status=2)
    frozen = ("--year", "2023", "--source", "district", "--programme", "b", "--reason", "감사")
    ledger("freeze", *frozen)
    _, said = ledger(
        "allot", "--back", "--amount", "1", "--year", "2023", "--source", "district",
        "--programme", "b", "--document", "d", status=1,
    )
    assert "line-frozen" in said
    ledger("thaw", *frozen)
    _, said = ledger("close", "--year", "2023", "--document", "결산", status=1)
    assert "year-unsettled" in said
    for year in ("2022", "2022"):
        opened = command.json("ledger", "open", "--year", year, key="kim.key")
        assert (opened["fiscal_year"], opened["state"]) == (2022, "open")
    closed = command.json("ledger", "close", "--year", "2022", "--document", "결산", key="kim.key")
    assert closed["state"] == "closed"
    shown = command.json("ledger", "entry", str(wrong["seq"]), key="park.key")
    assert [row["kind"] for row in shown["corrections"]] == ["reversal"]
    assert shown["block"]["path"] and shown["legs"] == wrong["legs"]
    ledger("entry", "x", status=2)
    # Closing sealed the journal up to its end.
    (block,) = command.json("ledger", "blocks", key="park.key")
    assert (block["number"], block["first_seq"]) == (1, 1) and block["last_seq"] >= wrong["seq"]
    assert block["root"] in ledger("blocks")[0]
    states, _ = ledger("periods", "--year", "2022", "--json")
    assert '"closed"' in states and "2023" not in states
    assert command.json("ledger", "verify", key="park.key")["sound"] is True
    kept = f"{block['last_seq']}:{block['root']}"
    held = command.json("ledger", "verify", "--anchor", kept, key="park.key")
    assert (held["sound"], [row["holds"] for row in held["anchors"]]) == (True, [True])
    for wrong in (
        f"{block['last_seq']}:{'0' * 64}",
        f"{block['last_seq'] - 1}:{block['root']}",
        f"{block['last_seq'] + 100}:{block['root']}",
    ):
        words = ("ledger", "verify", "--anchor", kept, "--anchor", wrong, "--json")
        held, _ = command.run(*words, key="park.key", status=1)
        assert [row["holds"] for row in json.loads(held)["anchors"]] == [True, False]
    for unreadable in ("17", "x:" + "0" * 64, f"{block['last_seq']}:00", ":" + "0" * 64):
        command.run("ledger", "verify", "--anchor", unreadable, key="park.key", status=2)


def test_an_officer_holds_money_and_commits_part_of_it(command):  # noqa: F811
    def ledger(*words):
        return command.json("ledger", *words, key="kim.key")

    line = ("--year", "2023", "--source", "city", "--programme", "h", "--document", "문서-1")
    for verb, more in (("plan", ("--origin", "main")), ("secure", ()), ("allot", ())):
        ledger(verb, *more, "--amount", "1,000", *line)
    until = datetime.now(timezone.utc) + timedelta(days=2)
    place = ("hold", "place", *line, "--until", until.strftime("%Y-%m-%dT%H:%M:%SZ"))
    held = ledger(*place, "--amount", "700", "--grant")
    assert (held["kind_name"], held["state"]) == ("교부결정", "held")
    other = ledger(*place, "--amount", "300")
    _, said = command.run("ledger", *place, "--amount", "1", key="kim.key", status=1)
    assert "balance-short" in said
    entry = ledger("hold", "commit", held["hold_id"], "--amount", "650", "--document", "교부-1")
    assert [leg["amount_krw"] for leg in entry["legs"]] == [-650, 650]
    _, said = command.run(
        "ledger", "hold", "release", held["hold_id"], "--reason", "x", key="kim.key", status=1
    )
    assert "hold-committed" in said
    later = (until + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    extended = ledger("hold", "extend", other["hold_id"], "--until", later, "--reason", "재공고")
    assert extended["expires_time"] > other["expires_time"]
    assert ledger("hold", "show", other["hold_id"]) == extended
    assert ledger("hold", "release", other["hold_id"], "--reason", "취소")["state"] == "released"
    rows = ledger("hold", "show", "--year", "2023", "--state", "committed")
    assert [(row["hold_id"], row["committed_krw"]) for row in rows] == [(held["hold_id"], 650)]
    command.run("ledger", "hold", "release", "x", "--reason", "r", key="kim.key", status=2)


def test_an_officer_settles_a_grant_of_two_sources(command):  # noqa: F811
    def ledger(*words):
        return command.json("ledger", *words, key="kim.key")

    for source, amount in (("city", "200"), ("district", "101")):
        line = ("--year", "2023", "--source", source, "--programme", "g", "--document", "문서-2")
        ledger("plan", "--origin", "main", "--amount", amount, *line)
        for verb in ("secure", "allot", "commit", "pay"):
            ledger(verb, "--amount", amount, *line)
    settle = ("settle-grant", "--year", "2023", "--programme", "g", "--document", "정산-1")
    settled = ledger(*settle, "--spent", "201", "--unspent", "100", "--interest", "1")
    rows = [(row["funding_source"], row["unspent_krw"]) for row in settled["sources"]]
    assert rows == [("city", 66), ("district", 34)]
    _, said = command.run(
        "ledger", *settle, "--spent", "1", "--unspent", "0", key="kim.key", status=1
    )
    assert "settlement-empty" in said


def test_an_officer_registers_a_grant_of_a_consortium(command):  # noqa: F811
    def ledger(*words):
        return command.json("ledger", *words, key="kim.key")

    add = (
        "grant", "add", "--instrument", "innovation_plan", "--year", "2023", "--programme", "g",
        "--from", "2023-01-01", "--to", "2023-06-30", "--settle-by", "2023-12-31",
        "--planning-months", "2", "--body", "협치네트워크", "--body", "마을넷",
        "--document", "협약-1",
    )
    grant = ledger(*add, "--city", "100,000,000", "--district", "50,000,000")
    assert (grant["month_count"], grant["cap_krw"]) == (6, 150_000_000)
    assert [body["role"] for body in grant["bodies"]] == ["lead", "member"]
    _, said = command.run("ledger", *add, "--city", "150,000,001", key="kim.key", status=1)
    assert "grant-over-cap" in said
    assert [row["grant_id"] for row in ledger("grant", "show", "--year", "2023")] == [
        grant["grant_id"]
    ]
    assert len(ledger("grant", "rules")) == 6
    command.run("ledger", *add, "--city", "x", key="kim.key", status=2)

    # Its entries name it, and it is settled by what they come to.
    line = ("--year", "2023", "--source", "city", "--programme", "g", "--document", "문서-3")
    for verb, words in (("plan", ("--origin", "main")), ("secure", ()), ("allot", ())):
        ledger(verb, *words, "--amount", "200", *line)
    _, said = command.run(
        "ledger", "commit", "--grant", "--amount", "200", *line, key="kim.key", status=1
    )
    assert "grant-missing" in said
    named = ("--grant-id", grant["grant_id"])
    ledger("commit", "--grant", "--amount", "200", *named, *line)
    _, said = command.run("ledger", "execute", "--amount", "1", *line, key="kim.key", status=1)
    assert "grant-decided" in said
    ledger("pay", "--amount", "200", *named, *line)
    ledger("execute", "--grant", "--amount", "150", *named, *line)
    settle = ("settle-grant", "--year", "2023", "--programme", "g", "--document", "정산-2", *named)
    ledger(*settle, "--spent", "190", "--unspent", "10", "--interest", "1")
    ledger("refund", "--amount", "10", "--interest", "1", *named, *line)
    again = ledger(*settle, "--spent", "180", "--unspent", "20", "--interest", "1")
    assert [row["unspent_krw"] for row in again["sources"]] == [10]
    [row] = ledger("grant", "show", "--year", "2023")
    figures = ("decided", "paid", "spent", "settled", "to_return", "returned")
    assert [row[f"{name}_krw"] for name in figures] == [200, 200, 180, 200, 10, 10]


def test_a_journal_of_more_than_a_page_is_shown_to_its_end(command):  # noqa: F811
    entry = {
        "kind": "main_budget", "fiscal_year": 2023, "programme": "a", "funding_source": "district",
        "amount_krw": 1, "document": "예산", "effective_date": "2023-01-02",
    }  # fmt: skip
    body = {
        "linked": False,
        "entries": [dict(entry, key=str(uuid.uuid4())) for _ in range(PAGE + 1)],
    }
    stack = command.stack
    clerk = Key("operator", "batch")
    with open(stack.keys_file, "a", encoding="ascii") as file:
        file.write(clerk.line())
    stack.services["ledger"].restart().wait_ready()
    client = Client(("127.0.0.1", stack.ports["ledger"]), clerk, stack.clock)
    answer = client.request("POST", "/v1/entries:batch", body)
    assert (answer.status, answer.json()["posted"]) == (200, PAGE + 1)

    def shown(*words):
        return [row["seq"] for row in command.json("ledger", "journal", *words, key="park.key")]

    assert shown() == list(range(1, PAGE + 2))
    assert shown("--limit", "7") == list(range(1, 8))


def test_what_is_refused_is_said(command):  # noqa: F811
    _, said = command.run(
        "ledger", "secure", "--amount", "1", *LINE, key="kim.key", status=1
    )
    assert "balance-short" in said
    _, said = command.run(
        "ledger", "plan", "--origin", "supplementary", "--amount", "1", *LINE, key="kim.key",
        status=2,
    )
    assert "--nth" in said
    _, said = command.run(
        "ledger", "reverse", "x", "--document", "d", key="kim.key", status=2
    )
    assert "'x'" in said


@pytest.mark.parametrize(("progress", "told"), [
    (b'{"running": true, "done": 7, "total": 21}', b": 33%, "),
    (b'{"running": true, "done": null, "total": null}', b" s\x1b[K"),
    (b'{"running": true, "done": -1, "total": 0}', b" s\x1b[K"),
    (None, b" s\x1b[K"),
])  # fmt: skip
def test_a_terminal_is_told_how_far_a_verification_is(tmp_path, progress, told):
    # A ledger that takes its time: it answers once the terminal has said that it is waited for.
    go_on = threading.Event()

    class Ledger(BaseHTTPRequestHandler):
        def do_GET(self):
            body = progress
            if self.path == "/v1/verification":
                go_on.wait(60)
                body = b'{"sound": true, "seq": 7}'
            self.send_response(200 if body else 404)
            body = body or b"{}"
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ledger)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    key = CommandKey(str(tmp_path), "auditor", "park")
    settings = {
        "HYEOPCHI_LEDGER_URL": f"http://127.0.0.1:{server.server_port}",
        "HYEOPCHI_KEY_FILE": key.path,
        "HYEOPCHI_LANGUAGE": "en",
    }
    terminal, stderr = pty.openpty()
    verify = subprocess.Popen(
        [program("hyeopchi"), "ledger", "verify", "--json"],
        env=environment(settings), stdout=subprocess.PIPE, stderr=stderr,
    )  # fmt: skip
    os.close(stderr)
    said = b""
    while told not in said or b" s\x1b[K" not in said:
        said += os.read(terminal, 4096)
    assert said.startswith(b"\rrecomputing the ledger from its first entry: ")
    assert (b"%" in said) == (b"%" in told)
    go_on.set()
    output, _ = verify.communicate(timeout=60)
    os.close(terminal)
    server.shutdown()
    thread.join()
    server.server_close()
    assert (verify.returncode, json.loads(output)["seq"]) == (0, 7)
