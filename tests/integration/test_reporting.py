# SPDX-License-Identifier: Apache-2.0
"""Reporting as it runs: both streams in any order, missing and withheld, pages, rebuild check."""

import http.client
import json
import re
import time
import uuid
from html.parser import HTMLParser

import pytest

from support.client import Client
from support.reporting import CLOSES_MS, DAY_MS, Ledger, Participation, Reporting

PUBLISHED = "kr.hyeopchi.reporting.ballot-report.published.v1"
HOSTILE = "<script>alert(\"1\")</script> & 'park' </td>"

TABLES = {
    "area": [("성수1가1동", 1500), ("왕십리2동", None), ("응봉동", None)],
    "channel": [("web", 1577), ("kiosk", 0), ("paper", 0)],
    "sex": [("unknown", 0), ("F", 800), ("M", 777), ("X", 0)],
    "age_band": [("30-39", 1577)],
    "day": [("2022-09-19", 1577)],
}


@pytest.fixture
def participation(databases, tmp_path):
    stream = Participation(databases, str(tmp_path)).start()
    yield stream
    stream.close()


@pytest.fixture
def ledger(databases, tmp_path):
    stream = Ledger(databases, str(tmp_path)).start()
    yield stream
    stream.close()


@pytest.fixture
def reporting(databases, start_service, tmp_path, participation, ledger):
    return Reporting(databases, start_service, str(tmp_path), participation, ledger)


def wait_until(condition, what, timeout=20):
    """Asks again with growing pauses, since what is waited for happens in another process."""
    deadline = time.monotonic() + timeout
    pause = 0.01
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"no {what} within {timeout} s"
        time.sleep(pause)
        pause = min(pause * 2, 0.2)


def ballot():
    return str(uuid.uuid4())


def wait_heard(reporting, *publishers):
    """Waits until everything that was said so far has been applied."""
    for publisher in publishers:

        def heard(publisher=publisher):
            rows = reporting.sql(
                "SELECT next_seq FROM event.consumer_offset WHERE stream = %s", (publisher.name,)
            )
            return rows and rows[0][0] > publisher.seq

        wait_until(heard, f"event {publisher.seq} of {publisher.name}")


def play(participation, ledger, ballot_id, **changes):
    """A ballot from its reservation to its appropriated budget."""
    ledger.reserve(ballot_id, 5_000_000)
    participation.open(ballot_id, ["마을정원", HOSTILE, "골목 등"], **changes)
    participation.accept(ballot_id, 1, 9)
    participation.accept(ballot_id, 2, 1577)
    participation.shut(ballot_id, 1577, TABLES)
    results = [
        ("1", 700, True, "funded"),
        ("2", 900, True, "funded"),
        ("3", 700, False, "over-left"),
    ]
    participation.certify(ballot_id, results, 1577, 3_000_000)
    ledger.select("p-1", 1_000_000, ballot_id)
    ledger.select("p-2", 2_000_000, ballot_id)
    ledger.release(ballot_id, 2_000_000, 3_000_000)
    ledger.appropriate("p-2", 2_000_000)


def check(reporting):
    """Runs a rebuild check to its end."""
    status, started = reporting.ask("POST", "/v1/rebuild:check")
    assert status == 202, started
    target = f"/v1/rebuild-checks/{started['check_id']}"

    def ended():
        code, answer = reporting.ask("GET", target)
        assert code == 200, answer
        return answer if answer["state"] != "running" else None

    return wait_until(ended, "end of the check", 60)


def test_what_operators_decided_stands_in_the_report_with_its_reason(
    reporting, participation, ledger
):
    # The second extension is heard before the opening and before the first one; the later end holds.
    ballot_id = ballot()
    participation.extend(ballot_id, 2, CLOSES_MS + 2 * DAY_MS, f"정전 {HOSTILE}")
    participation.open(ballot_id, ["마을정원", "북카페"])
    participation.extend(ballot_id, 1, CLOSES_MS + DAY_MS, "서비스 중단")
    participation.shut(ballot_id, 1577, TABLES, days=7)
    results = [("1", 700, False, "excluded", "사유지로 확인됨"), ("2", 600, True, "funded")]
    weighed = json.dumps({
        "rule": "greedy", "jury": {"resident_weight": 45, "jury_weight": 55},
        "channel_weights": {"parts": [{"channels": ["web", "kiosk"], "weight": 15},
                                      {"channels": ["booth", "paper"], "weight": 30}]}})
    participation.certify(ballot_id, results, 1575, 2_000_000, voids=2, result=weighed)
    wait_heard(reporting, participation)
    report = reporting.report(ballot_id)
    assert report["window"]["days"] == 7
    assert report["window"]["extension_reason"] == f"정전 {HOSTILE}"
    assert (report["result"]["voters"], report["result"]["voids"]) == (1575, 2)
    assert report["result"]["jury"] == {"resident_weight": 45, "jury_weight": 55}
    assert report["result"]["channel_weights"] == "web+kiosk:15,booth+paper:30"
    decided = [(o["funded"], o["reason"], o["exclusion_reason"]) for o in report["options"]]
    assert decided == [(False, "excluded", "사유지로 확인됨"), (True, "funded", None)]
    page = reporting.page(ballot_id)
    words = ("기간 연장 사유", "사유지로 확인됨", "무효로 처리한 투표", "결정으로 제외")
    by_channel = "참여 경로별 반영 비율: 온라인·무인단말기 15, 현장 투표소·종이 투표 30."
    for text in (*words, by_channel, "심사 점수를 45:55의 비율로", "투표용지를 받아 반납하지 않은", "given a ballot paper and kept it"):
        assert text in page
    assert HOSTILE not in page
    rows = {table["name"]: table["rows"] for table in check(reporting)["tables"]}
    assert rows["ballot_extension"] == 2


def test_the_weights_of_a_result_that_no_event_holds_stand_in_its_report(
    reporting, participation, ledger
):
    ballot_id = ballot()
    participation.open(ballot_id, ["마을정원"])
    participation.shut(ballot_id, 1577, TABLES)
    channels = [(("web", "kiosk"), 15), (("booth",), 10), (("paper",), 20)]
    results = [("1", 700, True, "funded")]
    participation.certify(ballot_id, results, 1575, 1_000_000, result="", jury=(45, 55),
                          channels=channels)
    wait_heard(reporting, participation)
    result = reporting.report(ballot_id)["result"]
    assert result["jury"] == {"resident_weight": 45, "jury_weight": 55}
    assert result["channel_weights"] == "web+kiosk:15,booth:10,paper:20"


def test_a_ballot_is_reported_from_its_opening_to_its_budget(reporting, participation, ledger):
    ballot_id = ballot()
    play(participation, ledger, ballot_id)
    wait_heard(reporting, participation, ledger)
    report = reporting.report(ballot_id)
    assert report["state"] == "certified"
    assert report["window"]["days"] == 5
    assert report["window"]["opens_time"] == "2022-09-19T00:00:00.000Z"
    turnout = report["turnout"]
    assert (turnout["voters"], turnout["rounded"], turnout["days"]) == (1577, False, 5)
    assert turnout["voters_per_day"] == "315.4"
    assert turnout["tables"]["area"] == [
        {"name": "성수1가1동", "voters": 1500, "suppressed": False, "share_percent": "95.1"},
        {"name": "왕십리2동", "voters": None, "suppressed": True, "share_percent": None},
        {"name": "응봉동", "voters": None, "suppressed": True, "share_percent": None},
    ]
    assert turnout["tables"]["channel"][1]["voters"] == 0
    assert [(o["rank"], o["score"], o["funded"], o["reason"]) for o in report["options"]] == [
        (2, 700, True, "funded"),
        (1, 900, True, "funded"),
        (2, 700, False, "over-left"),
    ]
    assert report["result"]["left_krw"] == 2_000_000 and report["result"]["jury"] is None
    assert report["result"]["channel_weights"] is None
    assert "심사 점수" not in reporting.page(ballot_id)
    assert report["envelope"] == {
        "reserved_krw": 5_000_000,
        "released_krw": 2_000_000,
        "selected_krw": 3_000_000,
    }
    lines = {(x["programme"], x["stage"]): x["balance_krw"] for x in report["lines"]}
    assert lines == {
        ("p-1", "M10"): 1_000_000,
        ("p-1", "M90"): -1_000_000,
        ("p-2", "M10"): 0,
        ("p-2", "M90"): 0,
        ("p-2", "R10.main"): -2_000_000,
        ("p-2", "S10"): 2_000_000,
    }
    listed = reporting.get("/v1/ballot-reports")[2]
    assert ballot_id in listed


def test_a_report_prints_the_ledgers_newest_root(reporting, participation, ledger):
    ballot_id = ballot()
    play(participation, ledger, ballot_id)
    wait_heard(reporting, participation, ledger)
    before = reporting.report(ballot_id)
    assert before["ledger_root"] is None
    assert "예산 원장 지문은 아직 없습니다" in reporting.page(ballot_id)
    for number, root in ((1, b"1" * 32), (2, b"2" * 32), (2, b"3" * 32)):
        ledger.seal(number, 1024 * number, root)
    wait_heard(reporting, participation, ledger)
    report = reporting.report(ballot_id)
    assert report["ledger_root"] == {
        "block": 2,
        "seq": 2048,
        "root": (b"2" * 32).hex(),
        "sealed_time": "2022-09-23T09:00:00.000Z",
    }
    assert report["report_version"] == before["report_version"]
    page = reporting.page(ballot_id)
    assert f"<code>2048:{(b'2' * 32).hex()}</code>" in page and "ledger root" in page
    rows = {table["name"]: table["rows"] for table in check(reporting)["tables"]}
    assert rows["ledger_block"] == 2


def test_an_open_ballot_tells_one_rounded_number_and_says_it_when_it_moves(
    reporting, participation, ledger
):
    ballot_id = ballot()
    ledger.reserve(ballot_id, 5_000_000)
    wait_heard(reporting, ledger)
    participation.open(ballot_id, ["정원"])
    for batch, voters in enumerate((3, 9, 10, 14, 19, 27), 1):
        participation.accept(ballot_id, batch, voters)
        wait_heard(reporting, participation, ledger)
    report = reporting.report(ballot_id)
    assert (report["turnout"]["voters"], report["turnout"]["rounded"]) == (20, True)
    assert report["turnout"]["tables"] is None and report["turnout"]["days"] is None
    assert report["result"] is None and report["options"][0]["score"] is None
    page = reporting.page(ballot_id)
    assert "투표자 20명" in page and "27" not in re.sub(r"<[^>]*>|[0-9a-f]{32,}", "", page)
    said = [(e["report_version"], e["voters"], e["voters_rounded"]) for e in reporting.events()]
    assert said == [("1", "0", True), ("2", "10", True), ("3", "20", True)]
    assert all(e["path"] == f"/v1/ballot-reports/{ballot_id}" for e in reporting.events())


def test_the_streams_may_come_in_any_order(databases, start_service, tmp_path):
    """The ledger's whole story is heard before participation says its first word."""
    participation = Participation(databases, str(tmp_path)).start()
    ledger = Ledger(databases, str(tmp_path)).start()
    ballot_id = ballot()
    try:
        reporting = Reporting(databases, start_service, str(tmp_path), participation, ledger)
        ledger.reserve(ballot_id, 5_000_000)
        ledger.select("p-1", 1_000_000, ballot_id)
        ledger.release(ballot_id, 4_000_000, 1_000_000)
        ledger.appropriate("p-1", 1_000_000)
        wait_heard(reporting, ledger)
        assert reporting.report(ballot_id) is None and reporting.events() == []
        participation.certify(ballot_id, [("1", 5, True, "funded")], 5, 1_000_000)
        participation.shut(ballot_id, 5, {})
        participation.accept(ballot_id, 1, 5)
        wait_heard(reporting, participation)
        assert reporting.report(ballot_id) is None
        participation.open(ballot_id, ["정원"])
        wait_heard(reporting, participation)
        report = reporting.report(ballot_id)
        assert (report["state"], report["turnout"]["voters"]) == ("certified", 5)
        assert report["options"][0]["funded"] is True
        assert {x["stage"]: x["balance_krw"] for x in report["lines"]}["S10"] == 1_000_000
        assert [e["state"] for e in reporting.events()] == ["BALLOT_STATE_CERTIFIED"]
        assert check(reporting)["equal"] is True
    finally:
        participation.close()
        ledger.close()


def test_what_is_heard_twice_or_late_changes_nothing(reporting, participation, ledger):
    ballot_id = ballot()
    play(participation, ledger, ballot_id)
    wait_heard(reporting, participation, ledger)
    before = reporting.report(ballot_id)
    accounts = dict(ledger.accounts)
    participation.open(ballot_id, ["다른 이름"])
    participation.accept(ballot_id, 1, 3)
    participation.shut(ballot_id, 9, {})
    participation.certify(ballot_id, [("1", 1, False, "over-left")], 1, 0)
    ledger.accounts = {}
    ledger.select("p-1", 1_000_000, ballot_id)
    ledger.accounts = accounts
    wait_heard(reporting, participation, ledger)
    after = reporting.report(ballot_id)
    for name in ("title", "options", "turnout", "result", "lines", "envelope", "state"):
        assert after[name] == before[name], name


def test_the_closing_of_a_year_leaves_in_a_report_what_the_year_came_to(
    reporting, participation, ledger
):
    ballot_id = ballot()
    play(participation, ledger, ballot_id)
    ledger.post("p-2", [("S10", -2_000_000), ("S50", 2_000_000)])
    wait_heard(reporting, participation, ledger)
    before = reporting.report(ballot_id)["lines"]
    ledger.post("p-2", [("S50", -2_000_000), ("R10.main", 2_000_000)], kind="closing")
    ledger.post("p-1", [("M10", -1_000_000), ("M90", 1_000_000)], kind="closing")
    wait_heard(reporting, ledger)
    assert reporting.report(ballot_id)["lines"] == before
    assert check(reporting)["equal"] is True


def test_entries_that_were_posted_together_are_told_once_of_each_ballot(
    reporting, participation, ledger
):
    first, second, third = ballot(), ballot(), ballot()
    participation.open(first, ["정원", "길"])  # p-1 and p-2
    participation.open(second, ["정원"])
    participation.open(third, ["정원"], budget_year=2024)
    wait_heard(reporting, participation)
    mark = len(reporting.events())
    select = [("M90", -1_000), ("M10", 1_000)]
    ledger.post_many(
        ledger.entry("p-1", select, first),
        ledger.entry("p-1", [("R10.main", -700), ("S10", 700)]),
        ledger.entry("p-2", select, first),
        ledger.entry("p-1", [("S10", -300), ("S20", 300)]),
        ledger.entry("p-1", [("S20", -300), ("S50", 300)], kind="closing"),
    )
    ledger.post_alone("p-2", [("R10.main", -9), ("S10", 9)])
    wait_heard(reporting, ledger)
    said = [(e["ballot_id"], e["ledger_seq"]) for e in reporting.events()[mark:]]
    assert sorted(said) == sorted([(first, "1"), (second, "1"), (first, "2")])
    lines = {
        (x["programme"], x["stage"]): x["balance_krw"]
        for x in reporting.report(first)["lines"]
        if x["balance_krw"] > 0
    }
    assert lines == {
        ("p-1", "M10"): 1_000,
        ("p-1", "S10"): 400,
        ("p-1", "S20"): 300,
        ("p-2", "M10"): 1_000,
        ("p-2", "S10"): 9,
    }
    assert check(reporting)["equal"] is True


def test_of_entries_that_were_posted_together_all_are_kept_or_none(
    reporting, participation, ledger
):
    ballot_id = ballot()
    participation.open(ballot_id, ["정원", "길"])
    ledger.post_many(
        ledger.entry("p-1", [("M90", -5), ("M10", 5)], ballot_id),
        ledger.entry("p-2", [("M90", -7), ("M10", 7)], ballot_id),
        ledger.entry("p-2", [("M90", -1), ("M10", 1)], ballot_id, wrong_krw=1),
    )
    wait_heard(reporting, participation, ledger)
    assert reporting.report(ballot_id)["lines"] == []
    (letter,) = reporting.sql("SELECT stream, seq, state FROM event.dead_letter")
    assert tuple(letter) == ("ledger", 1, "parked")


def test_an_entry_that_does_not_add_up_is_parked_and_the_rest_goes_on(
    reporting, participation, ledger
):
    ballot_id = ballot()
    participation.open(ballot_id, ["정원", "길"])
    ledger.select("p-1", 1_000_000, ballot_id)
    ledger.post("p-1", [("M90", -5), ("M10", 5)], ballot_id, wrong_krw=1)
    ledger.select("p-2", 2_000_000, ballot_id)
    participation.say("votes.accepted", "ballots/x", "VotesAccepted", b"\xff\xff")
    participation.say("something.new", "ballots/x", "SomethingNew", b"\xff\xff")
    participation.accept(ballot_id, 1, 30)
    wait_heard(reporting, participation, ledger)
    report = reporting.report(ballot_id)
    assert report["turnout"]["voters"] == 30
    lines = {(x["programme"], x["stage"]): x["balance_krw"] for x in report["lines"]}
    assert (lines["p-1", "M10"], lines["p-2", "M10"]) == (1_000_000, 2_000_000)
    letters = reporting.sql("SELECT stream, seq, state FROM event.dead_letter ORDER BY stream")
    assert [tuple(row) for row in letters] == [("ledger", 2, "parked"), ("participation", 2, "parked")]
    result = check(reporting)
    assert (result["state"], result["equal"], result["skipped"]) == ("done", True, 2), result


def test_a_letter_whose_effect_is_there_already_changes_nothing_when_retried(
    databases, reporting, participation, ledger
):
    """An operator may retry a letter whose event has come to the tables by another way meanwhile:
    a restored database, say. Here every event of both streams is such a letter."""
    ballot_id = ballot()
    play(participation, ledger, ballot_id)
    wait_heard(reporting, participation, ledger)
    before = tables(reporting)
    operator = Client(reporting.service.address, reporting.operator)
    for publisher in (participation, ledger):
        said = "SELECT epoch, seq, type, envelope FROM event.log ORDER BY seq"
        for epoch, seq, event_type, envelope in databases.psql(publisher.name, said):
            reporting.sql(
                "INSERT INTO event.dead_letter (consumer, stream, epoch, seq, type, envelope,"
                " error_code, attempts, created_at_ms)"
                " VALUES ('reporting', %s, %s, %s, %s, %s, 'invalid', 3, 0)",
                (publisher.name, epoch, seq, event_type, bytes(envelope)),
            )
            decision = {"stream": publisher.name, "reason": "the cause is gone"}
            answer = operator.post(f"/v1/events/dead/{seq}:retry", decision)
            assert (answer.status, answer.json()["state"]) == (200, "retried"), answer.body
            assert tables(reporting) == before, (event_type, seq)
    result = check(reporting)
    assert (result["state"], result["equal"], result["skipped"]) == ("done", True, 0), result


def tables(reporting):
    """Everything that reports are made of."""
    names = reporting.sql(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'reporting'"
        " AND table_name != 'publication' ORDER BY table_name"
    )
    rows = {
        name: reporting.sql(f"SELECT t::text FROM reporting.{name} AS t ORDER BY 1")
        for (name,) in names
    }
    assert sum(map(len, rows.values())) > 10
    return rows


def test_a_rebuild_from_event_1_is_equal_and_finds_a_changed_row(reporting, participation, ledger):
    ids = [ballot() for _ in range(3)]
    for number, ballot_id in enumerate(ids):
        play(participation, ledger, ballot_id, budget_year=2023 + number)
    for batch in range(3, 260):
        participation.accept(ids[0], batch, 1577 + batch)
    wait_heard(reporting, participation, ledger)
    result = check(reporting)
    assert (result["state"], result["equal"], result["skipped"]) == ("done", True, 0), result
    assert result["participation_seq"] == participation.seq
    assert result["ledger_seq"] == ledger.seq
    assert all(stream["equal"] for stream in result["streams"])
    rows = {table["name"]: table["rows"] for table in result["tables"]}
    assert (rows["ballot"], rows["ballot_option"], rows["tally"]) == (3, 9, 3)
    assert len(rows) == 12 and all(table["equal"] for table in result["tables"])

    reporting.sql("UPDATE reporting.budget_line SET balance_krw = balance_krw + 1 WHERE stage = 'S10'")
    before = reporting.report(ids[0])
    result = check(reporting)
    assert (result["state"], result["equal"]) == ("done", False)
    unequal = [table["name"] for table in result["tables"] if not table["equal"]]
    assert unequal == ["budget_line"]
    assert reporting.report(ids[0]) == before, "a check changes nothing that is shown"


def test_a_check_keeps_up_with_what_is_said_meanwhile(reporting, participation, ledger):
    ballot_id = ballot()
    participation.open(ballot_id, ["정원"])
    for batch in range(1, 300):
        participation.accept(ballot_id, batch, 7 * batch)
    wait_heard(reporting, participation)
    status, started = reporting.ask("POST", "/v1/rebuild:check")
    assert (status, started["state"], started["equal"]) == (202, "running", None)
    again = reporting.ask("POST", "/v1/rebuild:check")[1]
    assert again["check_id"] == started["check_id"] or again["state"] == "running"
    for batch in range(300, 340):
        participation.accept(ballot_id, batch, 7 * batch)
        ledger.select("p-1", batch, ballot_id)
    wait_heard(reporting, participation, ledger)
    assert reporting.report(ballot_id)["turnout"]["voters"] == 7 * 339 // 10 * 10
    result = check(reporting)
    assert (result["equal"], result["participation_seq"]) == (True, 340), result


def test_only_operators_start_a_check_and_only_the_last_is_known(reporting):
    status, answer = reporting.ask("POST", "/v1/rebuild:check", key=reporting.auditor)
    assert (status, answer["code"]) == (403, "role-not-allowed")
    status, _, _ = reporting.service.request("POST", "/v1/rebuild:check")
    assert status == 401
    result = check(reporting)
    assert result["equal"] is True and result["participation_seq"] == 0
    target = f"/v1/rebuild-checks/{result['check_id']}"
    assert reporting.ask("GET", target, key=reporting.auditor)[1] == result
    assert reporting.ask("GET", f"/v1/rebuild-checks/{ballot()}")[0] == 404


class Outline(HTMLParser):
    """What a page is made of, as a reader without eyes would meet it."""

    VOID = ("meta", "link", "br")

    def __init__(self, page):
        super().__init__()
        self.open = []
        self.headings = []
        self.tables = []
        self.names = []
        self.attributes = []
        self.cells = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag in self.VOID:
            return
        self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "table":
            self.tables.append([])
        if "table" in self.open:
            self.tables[-1].append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and ("td" in self.open or "th" in self.open):
            self.cells[-1] += data


def test_the_page_is_korean_plain_and_in_order(reporting, participation, ledger):
    ballot_id = ballot()
    play(participation, ledger, ballot_id, demonstration=True)
    wait_heard(reporting, participation, ledger)
    page = reporting.page(ballot_id)
    outline = Outline(page)
    assert page.startswith('<!DOCTYPE html>\n<html lang="ko">')
    assert '<a class="skip" href="#main">본문 바로가기</a>' in page
    assert outline.headings[0] == 1 and set(outline.headings[1:]) == {2}
    assert "script" not in outline.names and "style" not in outline.names
    assert all("style" not in attributes for _, attributes in outline.attributes)
    for table in outline.tables:
        assert table[1] == "caption"
    assert all("scope" in a for tag, a in outline.attributes if tag == "th")
    for text in (
        "시연 자료",
        "2022. 9. 19.(월) 09:00 ~ 2022. 9. 23.(금) 18:00 (5일간)",
        "1,577명/5일 = 315.4명/일",
        "비공개(5명 미만 보호)",
        ">성별 투표자 (단위: 명, %)<",
        "(단위: 원)",
        "남은 예산을 초과",
        "구비",
        "성동구 &lt;협치지원팀&gt; ☎ 02-0000-0000",
        f"/v1/ballot-reports/{ballot_id}.json",
        f"/v1/events?types={PUBLISHED}",
    ):
        assert text in page, text
    assert "2,000,000" in outline.cells and "자료 없음" in outline.cells
    assert HOSTILE in outline.cells, "a hostile name is shown as text"


def test_hostile_names_are_escaped_everywhere(reporting, participation, ledger):
    ballot_id = ballot()
    play(participation, ledger, ballot_id, title=HOSTILE)
    participation.open(ballot(), [HOSTILE], title=f"{HOSTILE}\u0001")
    wait_heard(reporting, participation, ledger)
    for page in (reporting.page(ballot_id), reporting.get("/")[2]):
        assert "<script" not in page and "</td> " not in page
        assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;park&#39;" in page
        Outline(page)


def test_forms_of_a_report_are_chosen_by_name_or_by_accept(reporting, participation, ledger):
    ballot_id = ballot()
    participation.open(ballot_id, ["정원"])
    wait_heard(reporting, participation, ledger)
    target = f"/v1/ballot-reports/{ballot_id}"
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    wanted = [
        (target, {}, "application/json"),
        (target, browser, "text/html; charset=utf-8"),
        (target, {"Accept": "application/json, text/html"}, "application/json"),
        (target + ".json", browser, "application/json"),
        (target + ".html", {"Accept": "application/json"}, "text/html; charset=utf-8"),
    ]
    for path, headers, content_type in wanted:
        status, answered, _ = reporting.get(path, headers)
        assert (status, answered["Content-Type"]) == (200, content_type), path
        assert (answered["Vary"] == "Accept") == (path == target)
    status, answered, _ = reporting.get(target)
    again = reporting.get(target, {"If-None-Match": answered["ETag"]})
    assert (again[0], again[2]) == (304, "")
    policy = reporting.get(target + ".html")[1]["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    status, answered, style = reporting.get("/v1/style.css")
    assert (status, answered["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert "@media print" in style
    for path in (f"{target}.pdf", f"/v1/ballot-reports/{ballot()}", "/v1/ballot-reports/x"):
        assert reporting.get(path)[0] == 404, path
    assert reporting.get("/v1/ballot-reports?after=x")[0] == 400


def test_the_list_goes_on_from_page_to_page(reporting, participation, ledger):
    ids = sorted((f"0197c1f2-0000-7000-8000-{n:012x}" for n in range(120)), reverse=True)
    for ballot_id in ids:
        participation.open(ballot_id, ["정원"])
    wait_heard(reporting, participation, ledger)
    seen, target = [], "/v1/ballot-reports"
    while target:
        answer = json.loads(reporting.get(target)[2])
        seen += [row["ballot_id"] for row in answer["reports"]]
        target = answer["next"] and f"/v1/ballot-reports?after={answer['next']}"
    assert seen == ids
    assert 'href="/?after=' in reporting.get("/")[2]


def test_the_feed_is_public_and_streams(reporting, participation, ledger):
    ballot_id = ballot()
    participation.open(ballot_id, ["정원"])
    connection = http.client.HTTPConnection("127.0.0.1", reporting.port, timeout=20)
    try:
        connection.request("GET", "/v1/events", headers={"Accept": "text/event-stream"})
        response = connection.getresponse()
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/event-stream")
        lines = []
        while not any(ballot_id in line for line in lines):
            lines.append(response.readline().decode())
        assert f"event: {PUBLISHED}\n" in lines
        participation.shut(ballot_id, 40, {})
        while not any("BALLOT_STATE_CLOSED" in line for line in lines):
            lines.append(response.readline().decode())
    finally:
        connection.close()


def test_a_report_outlives_the_service(reporting, participation, ledger):
    """Killed between two events, it goes on where it was and applies each once."""
    ballot_id = ballot()
    participation.open(ballot_id, ["정원"])
    ledger.select("p-1", 1_000_000, ballot_id)
    wait_heard(reporting, participation, ledger)
    reporting.service.kill9()
    ledger.appropriate("p-1", 1_000_000)
    participation.shut(ballot_id, 40, {})
    reporting.service.start().wait_ready()
    wait_heard(reporting, participation, ledger)
    report = reporting.report(ballot_id)
    assert report["state"] == "closed"
    assert {x["stage"]: x["balance_krw"] for x in report["lines"]}["M10"] == 0
    versions = [int(e["report_version"]) for e in reporting.events()]
    assert versions == list(range(1, len(versions) + 1))
    assert check(reporting)["equal"] is True
