# SPDX-License-Identifier: Apache-2.0
"""Votes on paper: a paper is issued, envelopes are counted, two people enter each sheet, two operators
seal each batch, and the ballot is counted with what they say.

The services start once for all cases; each has ballots of its own.
"""

import io
import json
import os
import subprocess
import sys
import tarfile

import pytest

from support.client import Key
from support.command import CommandKey, run_command
from support.participation import refused, subject, vote
from support.paths import ROOT
from support.published import Published
from support.services import program

VERIFIER = os.path.join(ROOT, "tests", "verify", "verifier.py")


class Polling(Published):
    """A polling place: two clerks and somebody who looks on."""

    def hire(self):
        super().hire()
        self.second_key = Key("staff", "second")
        self.third_key = Key("staff", "third")
        self.keys += [self.second_key, self.third_key]
        self.write_keys()
        self.second = self.client("participation", self.second_key)
        self.third = self.client("participation", self.third_key)
        return self

    def issue(self, ballot_id, number, who=None, key=None, **changes):
        body = vote(number, **changes)
        del body["channel"], body["choices"]
        return (who or self.clerk).post(path(ballot_id, "/reservations"), body, key=key)

    def hand_back(self, ballot_id, number, rev=1, reason="기표를 잘못하여 용지를 반납함"):
        body = {"subject": subject(number), "rev": rev, "reason": reason}
        return self.clerk.post(path(ballot_id, "/cancellations"), body)

    def envelopes(self, ballot_id, batch, count, **more):
        return self.clerk.request(
            "PUT", path(ballot_id, f"/batches/{batch}"), {"envelopes": count, **more}
        )

    def enter(self, who, ballot_id, batch, sheets):
        entries = [{"sheet": number, **sheet(what)} for number, what in sheets.items()]
        return who.post(path(ballot_id, f"/batches/{batch}/entries"), {"entries": entries})

    def enter_both(self, ballot_id, batch, sheets):
        for who in (self.clerk, self.second):
            answer = self.enter(who, ballot_id, batch, sheets)
            assert answer.status == 200, answer.body
        assert {one["state"] for one in answer.json()["sheets"]} == {"agreed"}

    def seal(self, ballot_id, batch):
        target = path(ballot_id, f"/batches/{batch}:seal")
        assert self.kim.post(target).status == 202
        answer = self.lee.post(target)
        assert (answer.status, answer.json()["done"]) == (200, True), answer.body

    def paper(self, ballot_id, rest=""):
        return self.clerk.get(path(ballot_id, rest)).json()


def path(ballot_id, rest=""):
    return f"/v1/ballots/{ballot_id}/paper{rest}"


def sheet(what):
    """Option ids of a vote, or the word of a sheet that is none."""
    if isinstance(what, str):
        return {"kind": what}
    return {"choices": [{"option": option, "value": 1} for option in what]}


@pytest.fixture
def running(databases, start_service, tmp_path):
    return Polling(databases, start_service, tmp_path).hire().begin()


def issued(answer):
    assert answer.status == 201, answer.body
    return answer.json()["vote"]


def verified(running, ballot_id, tmp_path):
    """The bundle, which both verifiers have found to be right, as {name: bytes}."""
    data = running.bundle(ballot_id)
    bundle = tmp_path / f"{ballot_id}.tar"
    bundle.write_bytes(data)
    for command in ([program("hyeopchi-verify"), bundle], [sys.executable, VERIFIER, bundle]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}


def scores(result):
    return {option["id"]: option["score"] for option in result["options"]}


def certified(running, ballot_id):
    running.wait_state(ballot_id, "counted")
    running.decide(ballot_id, "certify")
    return running.public.get(f"/v1/ballots/{ballot_id}/result").json()


def check_sheets_are_counted_beside_electronic_votes_and_both_verifiers_agree(running, tmp_path):
    # Seven votes are counted: it is met by those whose sheets are blank or invalid, too.
    ballot_id = running.open_ballot(quorum_voters=9)
    for number in range(4):
        assert running.cast(ballot_id, vote(number, ("a",))).status == 201
    # Voter 3 takes a paper after all: the online vote is void, as a booth would make it.
    taken = issued(running.issue(ballot_id, 3))
    assert taken["rev"] == 2
    for number in (10, 11, 12, 13, 14):
        assert issued(running.issue(ballot_id, number))["rev"] == 1
    booth = vote(20, ("c",), channel="booth")
    assert running.clerk.post(f"/v1/ballots/{ballot_id}/votes", booth).status == 201

    assert running.envelopes(ballot_id, 1, 3).status == 200
    running.enter_both(ballot_id, 1, {1: ("b",), 2: ("b", "c"), 3: "blank"})
    running.seal(ballot_id, 1)
    running.decide(ballot_id, "close")
    # The envelopes that came in before the end are opened after it.
    refused(running.issue(ballot_id, 30), 409, "ballot-closed")
    assert running.envelopes(ballot_id, 2, 2).status == 200
    running.enter_both(ballot_id, 2, {1: ("b",), 2: "rule-broken"})
    running.seal(ballot_id, 2)
    shown = running.paper(ballot_id)
    assert (shown["issued"], shown["envelopes"], shown["counted"]) == (6, 5, 3)
    assert shown["awaited"] is True  # one paper never came back
    target = f"/v1/ballots/{ballot_id}:complete-paper"
    reason = {"reason": "투표함을 모두 열었고 1장은 돌아오지 않음"}
    assert running.kim.post(target, reason).status == 202
    assert running.lee.post(target, {"reason": "다른 사유"}).status == 202
    assert running.paper(ballot_id)["completed_reason"] is None
    assert running.lee.post(target, reason).status == 200
    assert running.paper(ballot_id)["completed_reason"] == reason["reason"]
    result = certified(running, ballot_id)
    assert scores(result) == {"a": "3", "b": "3", "c": "2"}
    assert result["quorum"] == {"needed": 9, "voted": 9, "invalid": 2, "met": True}
    turnout = running.public.get(f"/v1/ballots/{ballot_id}/turnout").json()
    assert (turnout["voters"], turnout["revisions"]) == (10, 1)
    assert turnout["sums"] == {"voters": 10, "distinct_voters": 10, "votes": 7, "choices": 8,
                               "selections": 8}
    kinds = {kind["kind"]: kind["sheets"] for kind in turnout["paper"].pop("kinds")}
    assert kinds == {"vote": 3, "blank": 1, "unclear": 0, "rule-broken": 1, "not-official": 0,
                     "empty-envelope": 0}
    assert turnout["paper"] == {"issued": 6, "handed_back": 0, "batches": 2, "envelopes": 5,
                                "not_returned": 1, "completed_reason": reason["reason"]}
    counted = running.databases.psql(
        "participation",
        "SELECT cell, voters FROM participation.turnout"
        " WHERE ballot_id = %s AND dimension = 3 ORDER BY cell",
        (ballot_id,),
    )
    assert dict(counted) == {0: 3, 2: 1, 3: 6}
    export = running.kim.get(f"/v1/ballots/{ballot_id}/votes.pb").body.decode()
    assert "\nnum_votes;7\n" in export and "\ninvalid_votes;2\n" in export
    path = tmp_path / "export.pb"
    path.write_text(export, encoding="utf-8")
    again = json.loads(run_command("tally", str(path), "--json").stdout)
    assert again == {name: result[name] for name in again}
    files = verified(running, ballot_id, tmp_path)
    assert len(files["openings"]) == 4 * (34 + 3 + 8)  # the box opens none for who took a paper
    assert len(files["paper"]) == 2 * 40 + 5 * 3 + 3 * 3 + 4 * 8


def check_whoever_holds_a_paper_votes_in_no_other_way(running):
    ballot_id = running.open_ballot()
    first = issued(running.issue(ballot_id, 1, key="issue-1"))
    again = running.issue(ballot_id, 1, key="issue-1")
    assert (again.status, again.json()["vote"]) == (201, first)
    problem = refused(running.cast(ballot_id, vote(1)), 409, "paper-issued")
    assert "투표용지" in problem["title"]
    refused(running.cast(ballot_id, vote(1, channel="kiosk")), 409, "paper-issued")
    votes = f"/v1/ballots/{ballot_id}/votes"
    refused(running.clerk.post(votes, vote(1, channel="booth")), 409, "paper-issued")
    refused(running.issue(ballot_id, 1), 409, "paper-issued")
    # A paper is no vote that somebody hands in, and only staff issue one.
    refused(running.clerk.post(votes, vote(2, channel="paper")), 403, "paper-not-cast", "/channel")
    for who in (running.portal, running.kim, running.public):
        assert running.issue(ballot_id, 2, who).status in (401, 403)
    # Papers are issued by the rules of a vote.
    refused(running.issue(ballot_id, 2, area="없는동"), 403, "area-not-eligible", "/area")
    online = running.open_ballot(channels=["web"])
    refused(running.issue(online, 1), 403, "channel-not-accepted", "/channel")
    draft = running.create()
    refused(running.issue(draft, 1), 409, "ballot-not-open")
    # Nobody can void it: which sheet is this voter's nobody can tell.
    body = {"nullifier": first["nullifier"], "rev": 1, "reason_code": "other", "reason": "사유"}
    refused(running.kim.post(f"/v1/ballots/{ballot_id}:void", body), 409, "vote-on-paper")


def check_a_paper_that_is_handed_back_leaves_its_voter_free(running, tmp_path):
    ballot_id = running.open_ballot()
    refused(running.hand_back(ballot_id, 1), 409, "paper-not-issued")
    assert running.cast(ballot_id, vote(1, ("b",))).status == 201
    refused(running.hand_back(ballot_id, 1), 409, "paper-not-issued")
    for number in (1, 2, 3):
        issued(running.issue(ballot_id, number))
    refused(running.hand_back(ballot_id, 2, reason=""), 400, "wrong-value", "/reason")
    for number, rev in ((1, 2), (2, 1), (2, 1)):
        answer = running.hand_back(ballot_id, number, rev)
        assert (answer.status, answer.json()["cancelled"]) == (200, True), answer.body
        assert answer.json()["rev"] == rev
    assert running.paper(ballot_id)["issued"] == 1
    # 1 votes no more, and the vote before the paper stays void; 2 votes online after all.
    assert running.cast(ballot_id, vote(2, ("c",))).json()["vote"]["rev"] == 2
    assert running.envelopes(ballot_id, 1, 1).status == 200
    refused(running.hand_back(ballot_id, 3), 409, "paper-counted")
    running.enter_both(ballot_id, 1, {1: ("a",)})
    running.seal(ballot_id, 1)
    running.decide(ballot_id, "close")
    refused(running.hand_back(ballot_id, 3), 409, "wrong-state")
    assert scores(certified(running, ballot_id)) == {"a": "1", "b": "0", "c": "1"}
    turnout = running.public.get(f"/v1/ballots/{ballot_id}/turnout").json()
    assert (turnout["voters"], turnout["revisions"]) == (2, 3)
    verified(running, ballot_id, tmp_path)


def check_a_request_that_comes_again_is_about_its_own_paper(running):
    """A clerk's request is sent again, by a retry or by hand, after the paper was handed back: it must
    make nobody hand out a paper that does not count, nor take back the paper issued since."""
    ballot_id = running.open_ballot()
    issued(running.issue(ballot_id, 1, key="issue-once"))
    assert running.hand_back(ballot_id, 1).status == 200
    again = running.issue(ballot_id, 1, key="issue-once")
    assert "반납" in refused(again, 409, "paper-handed-back")["title"]
    assert running.paper(ballot_id)["issued"] == 0
    assert issued(running.issue(ballot_id, 1, key="issue-anew"))["rev"] == 2
    refused(running.issue(ballot_id, 1, key="issue-once"), 409, "paper-handed-back")
    assert issued(running.issue(ballot_id, 1, key="issue-anew"))["rev"] == 2
    answer = running.hand_back(ballot_id, 1)
    assert (answer.status, answer.json()["rev"]) == (200, 1)
    assert running.paper(ballot_id)["issued"] == 1
    refused(running.hand_back(ballot_id, 1, rev=3), 409, "other-paper", "/rev")
    refused(running.hand_back(ballot_id, 1, rev=None), 400, "wrong-value", "/rev")
    assert running.hand_back(ballot_id, 1, rev=2).status == 200
    # The tenth revision is the last: without it this voter could not vote any more.
    for rev in range(3, 10):
        issued(running.issue(ballot_id, 1))
        assert running.hand_back(ballot_id, 1, rev).status == 200
    assert issued(running.issue(ballot_id, 1))["rev"] == 10
    refused(running.hand_back(ballot_id, 1, rev=10), 409, "paper-last-revision")
    assert running.paper(ballot_id)["issued"] == 1


def check_a_blank_sheet_is_a_vote_for_nothing_where_there_can_be_one(running, tmp_path):
    ballot_id = running.open_ballot(empty_allowed=True)
    for number in (1, 2):
        issued(running.issue(ballot_id, number))
    assert running.envelopes(ballot_id, 1, 2).status == 200
    for who, sheets in ((running.clerk, {1: "blank", 2: ()}), (running.second, {1: (), 2: "blank"})):
        answer = running.enter(who, ballot_id, 1, sheets)
    assert [one["state"] for one in answer.json()["sheets"]] == ["agreed", "agreed"]
    running.seal(ballot_id, 1)
    assert running.paper(ballot_id)["counted"] == 2
    running.decide(ballot_id, "close")
    assert scores(certified(running, ballot_id)) == {"a": "0", "b": "0", "c": "0"}
    verified(running, ballot_id, tmp_path)


def check_a_sealed_batch_cannot_change_and_is_not_counted_when_it_did(running):
    ballot_id = running.open_ballot()
    issued(running.issue(ballot_id, 1))
    assert running.envelopes(ballot_id, 1, 1).status == 200
    running.enter_both(ballot_id, 1, {1: ("a",)})
    running.seal(ballot_id, 1)

    def psql(sql, *parameters):
        return running.databases.psql("participation", sql, parameters)

    change = "UPDATE participation.paper_batch SET {} WHERE ballot_id = %s"
    for sql in (
        change.format("envelopes = 2"),
        change.format("sealed_at_ms = NULL"),
        "DELETE FROM participation.paper_batch WHERE ballot_id = %s",
    ):
        with pytest.raises(Exception, match="paper_batch is append-only"):
            psql(sql, ballot_id)
    with pytest.raises(Exception, match="paper_batch is append-only"):
        psql("TRUNCATE participation.paper_batch CASCADE")
    # Who switches that off is found out by the count.
    [(sheets,)] = psql("SELECT sheets FROM participation.paper_batch WHERE ballot_id = %s", ballot_id)
    table = "ALTER TABLE participation.paper_batch {} TRIGGER paper_batch_sealed"
    other = bytes(sheets).replace((1).to_bytes(4, "big"), (2).to_bytes(4, "big"), 1)
    assert other != bytes(sheets)
    psql(table.format("DISABLE"))
    psql(change.format("sheets = %s"), other, ballot_id)
    running.decide(ballot_id, "close")
    service = running.services["participation"]
    service.wait_log("paper_batch_differs", ballot_id=ballot_id, batch=1)
    assert running.state(ballot_id) == "closed"
    psql(change.format("sheets = %s, counted = 0"), sheets, ballot_id)
    service.wait_log("paper_batch_differs", ballot_id=ballot_id, batch=1, since=service.mark())
    psql(change.format("counted = 1"), ballot_id)
    psql(table.format("ENABLE ALWAYS"))
    assert scores(certified(running, ballot_id)) == {"a": "1", "b": "0", "c": "0"}


def check_two_people_enter_each_sheet(running):
    ballot_id = running.open_ballot()
    for number in range(3):
        issued(running.issue(ballot_id, number))
    assert running.envelopes(ballot_id, 7, 3).status == 200
    assert running.enter(running.clerk, ballot_id, 7, {1: ("a",), 2: ("a",)}).status == 200
    # The same again adds nothing, and another reading by the same person is refused.
    assert running.enter(running.clerk, ballot_id, 7, {1: ("a",)}).status == 200
    refused(running.enter(running.clerk, ballot_id, 7, {1: ("b",)}), 409, "same-person",
            "/entries/0/sheet")
    answer = running.enter(running.second, ballot_id, 7, {1: ("a",), 2: ("b",)}).json()
    assert [one["state"] for one in answer["sheets"]] == ["agreed", "disagreeing"]
    assert answer["disagreeing"] == 1
    shown = running.paper(ballot_id, "/batches/7")
    assert (shown["agreed"], shown["disagreeing"], shown["missing"]) == ([1], [2], [3])
    assert "choices" not in json.dumps(shown)
    target = path(ballot_id, "/batches/7:seal")
    refused(running.kim.post(target), 409, "batch-not-reconciled")
    # A third reading: by a third person, or by one of the two who looks again.
    states = running.enter(running.third, ballot_id, 7, {2: ("c",)}).json()["sheets"]
    assert states[0]["state"] == "disagreeing"
    states = running.enter(running.clerk, ballot_id, 7, {2: ("b",)}).json()["sheets"]
    assert states[0]["state"] == "agreed"
    refused(running.enter(running.third, ballot_id, 7, {1: ("c",)}), 409, "sheet-agreed")
    # Sheets obey the ballot's rules, or are what they are by name. All or nothing.
    answer = running.enter(running.clerk, ballot_id, 7, {3: ("a", "b", "c")})
    refused(answer, 422, "options-too-many", "/entries/0/choices/2")
    refused(running.enter(running.clerk, ballot_id, 7, {3: ()}), 422, "empty-not-allowed")
    refused(running.enter(running.clerk, ballot_id, 7, {3: "odd"}), 400, "wrong-value",
            "/entries/0/kind")
    answer = running.enter(running.clerk, ballot_id, 7, {3: "unclear", 4: "blank"})
    refused(answer, 422, "sheet-beyond-envelopes", "/entries/1/sheet")
    assert running.paper(ballot_id, "/batches/7")["missing"] == [3]
    refused(running.enter(running.clerk, ballot_id, 8, {1: "blank"}), 404, "batch-not-found")
    for who in (running.portal, running.kim):
        refused(running.enter(who, ballot_id, 7, {3: "blank"}), 403, "role-not-allowed")
    running.enter_both(ballot_id, 7, {3: "unclear"})
    for clerk in (running.clerk, running.portal):
        refused(clerk.post(target), 403, "role-not-allowed")
    running.seal(ballot_id, 7)
    refused(running.kim.post(target), 409, "batch-sealed")
    refused(running.enter(running.clerk, ballot_id, 7, {3: "unclear"}), 409, "batch-sealed")
    refused(running.kim.post(path(ballot_id, "/batches/8:seal")), 404, "batch-not-found")


def check_batches_reconcile_before_the_ballot_is_counted(running):
    ballot_id = running.open_ballot()
    for number in range(3):
        issued(running.issue(ballot_id, number))
    refused(running.envelopes(ballot_id, 1, 4), 409, "envelopes-too-many", "/envelopes")
    assert running.envelopes(ballot_id, 1, 2).status == 200
    refused(running.envelopes(ballot_id, 2, 2), 409, "envelopes-too-many")
    # Counted wrongly: again with a reason, but never below what was entered.
    assert running.envelopes(ballot_id, 1, 2).status == 200
    refused(running.envelopes(ballot_id, 1, 3), 422, "recount-reason-missing", "/reason")
    assert running.envelopes(ballot_id, 1, 3, reason="봉투 두 장이 붙어 있었음").status == 200
    running.enter_both(ballot_id, 1, {3: ("a",)})
    refused(running.envelopes(ballot_id, 1, 2, reason="착오"), 409, "sheets-beyond-envelopes")
    running.decide(ballot_id, "close")
    service = running.services["participation"]
    service.wait_log("count_awaits_paper", unsealed_batch=1)
    problem = refused(running.kim.post(f"/v1/ballots/{ballot_id}:certify"), 409, "paper-awaited")
    assert "종이투표" in problem["title"]
    complete = f"/v1/ballots/{ballot_id}:complete-paper"
    reason = {"reason": "더 없음"}
    refused(running.kim.post(complete, reason), 409, "batch-not-sealed")
    assert running.state(ballot_id) == "closed"
    running.enter_both(ballot_id, 1, {1: ("b",), 2: "empty-envelope"})
    running.seal(ballot_id, 1)
    assert scores(certified(running, ballot_id)) == {"a": "1", "b": "1", "c": "0"}
    refused(running.kim.post(complete, reason), 409, "wrong-state")
    # Nothing on a sheet leads to a person: its rows know no pseudonym.
    columns = running.databases.psql(
        "participation",
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'participation' AND table_name IN ('paper_entry', 'paper_batch')",
    )
    assert not {"vtag", "nullifier", "rev"} & {name for (name,) in columns}


def test_votes_on_paper_are_issued_entered_twice_sealed_and_counted(running, tmp_path):
    check_whoever_holds_a_paper_votes_in_no_other_way(running)
    check_two_people_enter_each_sheet(running)
    check_batches_reconcile_before_the_ballot_is_counted(running)
    check_a_paper_that_is_handed_back_leaves_its_voter_free(running, tmp_path)
    check_a_request_that_comes_again_is_about_its_own_paper(running)
    check_a_blank_sheet_is_a_vote_for_nothing_where_there_can_be_one(running, tmp_path)
    check_a_sealed_batch_cannot_change_and_is_not_counted_when_it_did(running)
    check_sheets_are_counted_beside_electronic_votes_and_both_verifiers_agree(running, tmp_path)


class Commands(Published):
    """The same by the command, as staff and operators type it."""

    def begin(self):
        names = {"choi": "staff", "park": "staff", "han": "operator", "moon": "operator"}
        self.by = {name: CommandKey(self.folder, role, name) for name, role in names.items()}
        self.keys += self.by.values()
        self.write_keys()
        return super().begin()

    def run(self, who, *arguments, check=True):
        port = self.ports["participation"]
        env = {
            "HYEOPCHI_KEY_FILE": self.by[who].path,
            "HYEOPCHI_DEMONSTRATION_CLOCK_FILE": self.clock.path,
            "HYEOPCHI_PARTICIPATION_URL": f"http://127.0.0.1:{port}",
            "HYEOPCHI_LANGUAGE": "ko",
        }
        return run_command("paper", *arguments, env=env, check=check)

    def refused(self, who, *arguments):
        done = self.run(who, *arguments, "--json", check=False)
        assert done.returncode == 1, done.stdout + done.stderr
        return json.loads(done.stdout)["code"]


@pytest.fixture
def commands(databases, start_service, tmp_path):
    return Commands(databases, start_service, tmp_path).hire().begin()


def sheets_file(tmp_path, name, *lines):
    path_of = tmp_path / name
    path_of.write_text("sheet,choices\n" + "".join(line + "\n" for line in lines), encoding="utf-8")
    return str(path_of)


def test_paper_is_carried_through_by_the_command(commands, tmp_path):
    ballot_id = commands.open_ballot()
    for number in (1, 2, 3):
        commands.run(
            "choi", "reserve", ballot_id, "--subject", subject(number), "--area", "마장동"
        )
    assert commands.refused(
        "choi", "reserve", ballot_id, "--subject", subject(1), "--area", "마장동"
    ) == "paper-issued"  # fmt: skip
    refused(commands.cast(ballot_id, vote(1)), 409, "paper-issued")
    cancel = ("cancel", ballot_id, "--subject", subject(3), "--reason", "용지 훼손", "--rev")
    assert commands.run("park", *cancel[:-1], check=False).returncode == 2
    assert commands.refused("park", *cancel, "2") == "other-paper"
    commands.run("park", *cancel, "1")
    commands.run("choi", "count", ballot_id, "1", "--envelopes", "2")
    bad = sheets_file(tmp_path, "bad.csv", "1,a;b", "2 blank")
    done = commands.run("choi", "enter", ballot_id, "1", bad, check=False)
    assert done.returncode == 1 and f"{bad}:3:" in done.stderr
    first = sheets_file(tmp_path, "first.csv", "1,a;b", "2,!blank")
    second = sheets_file(tmp_path, "second.csv", "1,a;c", "2,!blank")
    commands.run("choi", "enter", ballot_id, "1", first)
    assert commands.refused("choi", "enter", ballot_id, "1", second) == "same-person"
    commands.run("park", "enter", ballot_id, "1", second)
    shown = json.loads(commands.run("park", "show", ballot_id, "1", "--json").stdout)
    assert (shown["disagreeing"], shown["agreed"]) == ([1], [2])
    assert commands.refused("han", "seal", ballot_id, "1") == "batch-not-reconciled"
    commands.run("park", "enter", ballot_id, "1", first)
    assert "승인" in commands.run("han", "seal", ballot_id, "1").stderr
    commands.run("moon", "seal", ballot_id, "1")
    commands.close_and_count(ballot_id)
    assert scores(certified(commands, ballot_id)) == {"a": "1", "b": "1", "c": "0"}
    verified(commands, ballot_id, tmp_path)
    assert commands.run("choi", "show", "kein", check=False).returncode == 2
    assert commands.run("choi", "show", ballot_id, "0", check=False).returncode == 2
