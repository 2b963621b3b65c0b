# SPDX-License-Identifier: Apache-2.0
"""Bundles of ballots with everything operators can decide on: an imported roll, an order drawn or a lot,
longer windows, votes declared void, votes that a booth's takes the place of, options excluded. Made by
the real service, the same from every replica, and read by both verifiers; what somebody with the
database changes of it before or after is found.
"""

import io
import json
import os
import signal
import tarfile

import pytest

from support.board import CLOSE, OPEN, RESULT, VOID, Board, tagged_hash
from support.client import Client
from support.participation import BASE, rfc3339, vote
from support.paths import BUILD
from support.published import Published, preload
from support.services import parse_log
from verify import documents, judge, verifier
from verify.bundle_maker import pack

AREAS = [{"area": "성수1가1동", "voters": 40}, {"area": "마장동", "voters": 7}]
DRAWN = ["c", "a", "b"]


class Decided(Published):
    """Ballots with a roll, and both operators at once."""

    def both(self, ballot_id, action, body):
        for operator in (self.kim, self.lee):
            answer = operator.post(f"/v1/ballots/{ballot_id}:{action}", body)
            assert answer.status in (200, 202), answer.body
        assert answer.status == 200, answer.body

    def open_with_roll(self, **changes):
        ballot_id = self.create(channels=["web", "booth", "paper"], **changes)
        answer = self.kim.request("PUT", f"/v1/ballots/{ballot_id}/roll", {"areas": AREAS})
        assert answer.status == 200, answer.body
        self.decide(ballot_id, "open")
        assert self.wait_state(ballot_id, "open", "draft") == "open"
        return ballot_id

    def extend(self, ballot_id, hours, reason):
        ballot = self.public.get(f"/v1/ballots/{ballot_id}").json()
        end = self.clock.now_ms() + 3_600_000 * (1 + hours)
        self.both(ballot_id, "extend", {"closes_at": rfc3339(end), "reason": reason})
        return ballot

    def void(self, ballot_id, receipt, code):
        one = json.loads(receipt)["vote"]
        self.both(ballot_id, "void", {
            "nullifier": one["nullifier"], "rev": one["rev"], "reason_code": code,
            "reason": "명의 도용이 \"경찰 조사\"로 확인되었습니다"})

    def accept(self, ballot_id, body, who=None):
        answer = (who or self.portal).post(f"/v1/ballots/{ballot_id}/votes", body)
        assert answer.status == 201, answer.body
        return answer.body

    def replica(self):
        """A client of a second participation on the same database."""
        _, address = self.start_replica()
        return Client(address, None, self.clock)


@pytest.fixture(name="running")
def make_running(databases, start_service, tmp_path):
    return Decided(databases, start_service, tmp_path).hire().begin()


@pytest.fixture(name="run")
def make_run(tmp_path):
    run = judge.Run(str(tmp_path))
    yield run
    assert not run.disagreements
    assert not run.other_names


def files_of(bundle):
    archive = tarfile.open(fileobj=io.BytesIO(bundle), mode="r:")
    return {member.name: archive.extractfile(member).read() for member in archive.getmembers()}


def everything_decided(running):
    """A ballot whose window was extended twice, with an operator's void, a void that a booth's vote
    followed, a booth's vote over an online one, a lot, and an exclusion; its receipts."""
    ballot_id = running.open_with_roll(tie="lot", max_options=3)
    receipts = [running.accept(ballot_id, vote(number, ("a", "b", "c")[: 1 + number % 3]))
                for number in range(14)]
    running.extend(ballot_id, 1, "본인확인 서비스 장애로 두 시간 연장합니다")
    running.void(ballot_id, receipts[0], "not-cast-by-voter")
    booth = {"channel": "booth"}
    receipts.append(running.accept(ballot_id, vote(0, ("a",), **booth), running.clerk))
    receipts.append(running.accept(ballot_id, vote(1, ("b",), **booth), running.clerk))
    running.extend(ballot_id, 24, "폭설로 하루 더 연장합니다")
    running.decide(ballot_id, "close")
    running.void(ballot_id, receipts[2], "cast-twice")
    running.void(ballot_id, receipts[-1], "coerced")
    running.both(ballot_id, "lot", {"seed": "2026년 11월 22일 추첨 3 14 15"})
    running.wait_state(ballot_id, "counted")
    running.both(ballot_id, "exclude", {"option": "a", "reason": "사유지로 확인되었습니다"})
    return ballot_id, receipts


def check_documents(running, ballot_id, files):
    """Each document is what was published, and the log commits to it."""
    _, leaves = Board(running.public, ballot_id).read()
    by_type = {leaf.type: leaf for leaf in leaves}
    ballot = running.public.get(f"/v1/ballots/{ballot_id}").json()
    assert json.loads(files["extensions.json"])["extensions"] == ballot["extensions"]
    assert files["roll.json"] == running.public.get(f"/v1/ballots/{ballot_id}/roll").body
    assert files["turnout.json"] == running.public.get(f"/v1/ballots/{ballot_id}/turnout").body
    decided = json.loads(files["decided.json"])
    assert decided["voids"] == running.public.get(f"/v1/ballots/{ballot_id}/voids").json()["voids"]
    shown = running.public.get(f"/v1/ballots/{ballot_id}/result").json()
    told = {name: decided[name] for name in decided if name != "voids"}
    assert told == shown.get("decided", told)
    assert by_type[OPEN].roll_hash.hex() == json.loads(files["roll.json"])["roll_hash"]
    assert by_type[CLOSE].extensions_hash == tagged_hash("extensions", files["extensions.json"])
    assert by_type[RESULT].documents_hash == documents.documents_hash(files)
    return decided, [leaf for leaf in leaves if leaf.type == VOID]


def test_what_operators_decided_is_in_log_and_bundle_for_both_verifiers(running, run):
    ballot_id, receipts = everything_decided(running)
    bundle = running.certify(ballot_id)
    assert run.verdict("decided", bundle, receipts) == (verifier.VERIFIED, None)
    files = files_of(bundle)
    decided, voids = check_documents(running, ballot_id, files)
    assert [void["reason_code"] for void in decided["voids"]] == [
        "not-cast-by-voter", "cast-twice", "coerced"]
    assert len(voids) == 2  # what a booth's vote followed is no final vote
    assert [one["option"] for one in decided["exclusions"]] == ["a"]
    assert decided["total_cost"] == str(20 * BASE) and decided["funded"] == ["b"]
    assert files["lot"].decode() == "2026년 11월 22일 추첨 3 14 15"
    assert len(json.loads(files["extensions.json"])["extensions"]) == 2

    # The same from a replica, and after both have started anew.
    replica = running.replica()
    assert replica.get(f"/v1/ballots/{ballot_id}/bundle").body == bundle
    running.services["participation"].restart().wait_ready()
    assert running.bundle(ballot_id) == bundle

    # A database's owner rewrites what is published of it: the bundle stays what it was.
    running.databases.psql(
        "participation", "ALTER TABLE participation.ballot_extension DISABLE TRIGGER ALL;"
        "ALTER TABLE participation.vote_void DISABLE TRIGGER ALL;"
        "UPDATE participation.ballot_extension SET reason = '다른 사유';"
        "UPDATE participation.vote_void SET reason = '다른 사유'")
    assert running.public.get(f"/v1/ballots/{ballot_id}/voids").body.count("다른 사유".encode()) == 3
    assert running.bundle(ballot_id) == bundle

    # And in what the bundle is made of: the log tells.
    changes = {
        "extensions.json": ("폭설로", "태풍으로", "extensions"),
        "decided.json": ("사유지로", "예산이 없는 것으로", "documents"),
        "turnout.json": ('"days":', '"days" :', "documents"),
        "roll.json": ('"imported_at":"2', '"imported_at":"1', "documents"),
        "lot": ("추첨", "추점", "recount"),
    }
    for name, (before, after, check) in changes.items():
        changed = files[name].replace(before.encode(), after.encode(), 1)
        assert changed != files[name], name
        ballot = bytes.fromhex(ballot_id.replace("-", ""))
        time_s = tarfile.open(fileobj=io.BytesIO(bundle)).getmembers()[0].mtime
        data = pack(ballot, {**files, name: changed}, time_s)
        assert run.verdict(name, data, receipts) == (verifier.FAILED, check), name
    running.databases.psql(
        "participation", "ALTER TABLE participation.board_document DISABLE TRIGGER ALL")
    running.databases.psql(
        "participation", "UPDATE participation.board_document SET content = content || ' '::bytea"
        " WHERE name = 'decided.json'")
    assert run.verdict("tampered", running.bundle(ballot_id), receipts) == (
        verifier.FAILED, "documents")


def test_an_order_drawn_and_no_decision_at_all_make_bundles_too(running, run):
    ballot_id = running.open_with_roll(tie="drawn", tie_order=DRAWN)
    receipts = [running.accept(ballot_id, vote(number, ("a", "b", "c")[number % 3 : number % 3 + 1],
                                               area=AREAS[number % 2]["area"]))
                for number in range(12)]
    running.close_and_count(ballot_id)
    bundle = running.certify(ballot_id)
    assert run.verdict("drawn", bundle, receipts) == (verifier.VERIFIED, None)
    files = files_of(bundle)
    decided, voids = check_documents(running, ballot_id, files)
    assert decided["voids"] == decided["exclusions"] == voids == []
    assert json.loads(files["result.json"])["ties"][0]["decided_by"] == ["drawn"]
    assert "lot" not in files

    # Nobody voted, and there is no roll: everything is empty, and verified.
    ballot_id = running.open_ballot()
    running.close_and_count(ballot_id)
    bundle = running.certify(ballot_id)
    assert run.verdict("empty", bundle) == (verifier.VERIFIED, None)
    assert files_of(bundle)["openings"] == b"" and "roll.json" not in files_of(bundle)


def test_whoever_is_killed_while_a_ballot_is_finished_makes_the_same_bundle(running, run):
    """The thread that puts results on boards dies before or after the COMMIT that appends RESULT with its
    documents and openings, or the one that signs it; or the one that puts votes there does, with CLOSE.
    Whoever goes on has each document once, and one checkpoint of each size."""
    shim = os.path.join(BUILD, "tests", "fault_shim.so")
    if not os.path.exists(shim):
        pytest.skip(f"{shim} is not built")
    service = running.services["participation"]
    calm = dict.fromkeys(("LD_PRELOAD", "HYEOPCHI_FAULT_SHIM", "HYEOPCHI_FAULT_CONNECTION"), "")
    for thread, place, commit in (("results", "before", 1), ("results", "after", 1),
                                  ("results", "before", 2), ("results", "after", 2),
                                  ("board", "before", 1), ("board", "after", 2)):
        ballot_id = running.open_with_roll()
        receipts = [running.accept(ballot_id, vote(number, ("a", "b"))) for number in range(6)]
        running.wait_on_board(ballot_id, receipts)
        with running.board_held(ballot_id):
            running.void(ballot_id, receipts[3], "not-eligible")
            running.close_and_count(ballot_id)
            running.decide(ballot_id, "certify")
            service.stop()
        before = notes(running, ballot_id)
        service.settings.update(
            LD_PRELOAD=preload(shim), HYEOPCHI_FAULT_SHIM=f"kill-{place}-commit:{commit}",
            HYEOPCHI_FAULT_CONNECTION=thread)
        service.start()
        assert service.process.wait_exit(60) == -signal.SIGKILL
        service.process = None
        between = notes(running, ballot_id)
        service.settings.update(calm)
        service.start().wait_ready()
        bundle = running.bundle(ballot_id)
        assert run.verdict("killed", bundle, receipts) == (verifier.VERIFIED, None)
        after = notes(running, ballot_id)
        assert before.items() <= between.items() <= after.items() and len(after) == len(before) + 2
        assert len(json.loads(files_of(bundle)["decided.json"])["voids"]) == 1


# Openings are sorted for as long as a row is there.
GATE = """
CREATE TABLE public.gate AS SELECT TRUE AS shut;
CREATE FUNCTION public.wait_at_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    WHILE EXISTS (SELECT FROM public.gate) LOOP
        PERFORM pg_sleep(0.02);
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER gate BEFORE INSERT ON participation.board_opening
FOR EACH STATEMENT EXECUTE FUNCTION public.wait_at_gate()
"""


def wait_at_gate(running, *others):
    """Waits until a server process that is none of the others sorts openings; returns it."""
    service = running.services["participation"]
    for _ in range(400):
        mark = service.mark()
        found = running.databases.psql(
            "participation", "SELECT pid FROM pg_stat_activity WHERE state = 'active'"
            " AND application_name = 'participation results' AND query LIKE '%board_opening%'")
        if found and found[0][0] not in others:
            return found[0][0]
        service.process.output.wait(lambda line: True, 0.05, mark)
    raise AssertionError("nobody sorts openings")


def test_a_large_ballot_being_finished_keeps_no_other_waiting(running, run):
    """A gate makes sorting one ballot's openings last. Meanwhile another's votes come to their board; the
    service stops in time, with nothing to complain of; somebody kills it, and the server gives up what
    it did for the dead; and when the gate opens the bundle is as if nothing had been."""
    service = running.services["participation"]
    running.databases.psql("participation", GATE)
    large, other = running.open_with_roll(), running.open_with_roll()
    receipts = running.vote_all(large)
    running.close_and_count(large)
    running.decide(large, "certify")
    first = wait_at_gate(running)
    before = notes(running, large)
    running.wait_on_board(other, [running.accept(other, vote(1))])
    assert wait_at_gate(running) == first and notes(running, large) == before

    mark = service.mark()
    log = service.process.output
    service.stop(timeout=10)
    told = [parse_log(line) for line in log.lines(mark)]
    assert not [line for line in told if line and line["level"] in ("warn", "error")]
    service.start().wait_ready()
    second = wait_at_gate(running, first)
    service.kill9()
    service.start().wait_ready()
    wait_at_gate(running, first, second)
    assert notes(running, large) == before
    running.databases.psql("participation", "DELETE FROM public.gate")
    bundle = running.bundle(large)
    assert run.verdict("finished at last", bundle, receipts) == (verifier.VERIFIED, None)
    after = notes(running, large)
    assert before.items() <= after.items() and len(after) == len(before) + 1


def notes(running, ballot_id):
    """Every checkpoint that is stored, by size."""
    return dict(running.databases.psql(
        "participation", "SELECT size, note FROM participation.board_checkpoint"
        " WHERE ballot_id = %s", (ballot_id,)))
