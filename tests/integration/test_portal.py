# SPDX-License-Identifier: Apache-2.0
"""The ballot page with the real services, by plain forms and without JavaScript: every method of
voting, everything that can come between a voter and a receipt, and the result."""

import base64
import concurrent.futures
import datetime
import hashlib
import html
import json
import os
import re
import shutil
import socket
import subprocess
import threading

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from support.npm import install
from support.participation import BASE, rfc3339, vote
from support.paths import BUILD, ROOT
from support.portal import Served
from support.ports import free_port

SECRET_TAG = "홍길동-900101-1234567"


@pytest.fixture
def served(databases, start_service, tmp_path):
    return Served(databases, start_service, tmp_path).begin()


def ballot_form(page):
    return page.form("/vote")


def receipt_of(visitor, ballot_id):
    status, _, headers, body = visitor.raw(f"/ballots/{ballot_id}/receipt.json")
    assert status == 200, body
    assert headers["Content-Disposition"] == 'attachment; filename="hyeopchi-receipt.json"'
    return json.loads(body), body


def votes(served, ballot_id):
    """(rev, choice body) of every vote in the box, in hexadecimal."""
    rows = served.databases.psql(
        "participation",
        "SELECT rev::integer, encode(choice, 'hex') FROM participation.vote"
        " WHERE ballot_id = %s ORDER BY rev",
        (ballot_id,),
    )
    return [(row[0], row[1]) for row in rows]


def body_of(method, *choices):
    """choice_body as VOTING.md writes it."""
    numbers = b"".join(o.to_bytes(4, "big") + v.to_bytes(4, "big") for o, v in sorted(choices))
    return (bytes([method]) + len(choices).to_bytes(2, "big") + numbers).hex()


def begin(served, changes, resident="resident-1"):
    ballot_id = served.open_ballot(**changes)
    visitor = served.visitor()
    page = visitor.identify(ballot_id, resident)
    assert page.status == 200 and page.url.endswith("/vote"), page.text
    return ballot_id, visitor, page


def accepted(page):
    assert page.status == 200, page.text
    assert page.url.endswith("/receipt"), page.text
    assert "투표가 접수되었습니다" in page.text
    return re.search(r'class="code"><strong>([^<]+)', page.text).group(1)


def vote_with_limits(served):
    """Approval with a cost limit: totals, refusals by name, confirmation, receipt, revision."""
    ballot_id, visitor, page = begin(served, {"max_cost_krw": 50 * BASE, "max_options": 3})
    shown = served.page.wait_log("ballot_shown", ballot=ballot_id)
    assert f"<code>{shown['seed']}</code>" in page.text
    wanted = sorted(("a", "b", "c"), key=lambda i: order_key(shown["seed"], i))
    names = {"a": "마을공동체", "b": "커피박", "c": "청년공유공간"}
    assert [next(i for i, n in names.items() if label.startswith(n)) for label in page.order()] == wanted
    form = ballot_form(page).set("choice", page.option("마을"), page.option("청년"))
    page = visitor.send(form, action="total")
    assert page.status == 200
    assert "고른 사업 2개 (최대 3개), 비용 합계 55,000,000원 (한도 50,000,000원). 비용 한도를" in page.text
    assert '<progress id="bar" max="50000000" value="50000000"' in page.text
    page = visitor.send(ballot_form(page), action="review")
    assert page.status == 422 and page.title.startswith("오류: ")
    assert 'role="alert"' in page.text and page.ids["options"]
    form = ballot_form(page).set("choice", page.option("마을"), page.option("커피"))
    page = visitor.send(form, action="review")
    assert page.url.endswith("/confirm") and "아직 투표하지 않았습니다" in page.text
    assert not votes(served, ballot_id)
    code = accepted(visitor.send(page.form("/confirm")))
    assert votes(served, ballot_id) == [(1, body_of(4, (1, 1), (2, 1)))]
    answer, _ = receipt_of(visitor, ballot_id)
    assert answer["receipt"]["code"] == code
    # The same page again says that it changes a vote, and keeps what was chosen.
    page = visitor.get(f"/ballots/{ballot_id}/vote")
    assert "앞선 표를 대신합니다" in page.text
    assert sorted(v for n, v in ballot_form(page).fields if n == "choice") == sorted(
        [page.option("마을"), page.option("커피")]
    )
    page = visitor.send(ballot_form(page).set("choice", page.option("청년")), action="review")
    assert "표를 바꿉니다" in page.text
    changed = visitor.send(page.form("/confirm"))
    assert accepted(changed) != code and "2번째" in changed.text
    assert votes(served, ballot_id) == [
        (1, body_of(4, (1, 1), (2, 1))),
        (2, body_of(4, (3, 1))),
    ]
    # The same resident elsewhere is the same voter.
    other = served.visitor()
    page = other.identify(ballot_id, "resident-1")
    page = other.confirm(ballot_form(page).set("choice", page.option("커피")))
    assert accepted(page) and "3번째" in page.text
    return ballot_id


def order_key(seed, option):
    tag = b"pbv1/display-order"
    return hashlib.sha256(bytes([len(tag)]) + tag + seed.encode() + option.encode()).digest()


def vote_choose_1(served):
    jury = {"resident_weight": 3, "jury_weight": 2, "whole": 5, "max_score": 10}
    changes = {"method": "choose-1", "max_options": 1, "jury": jury, "quorum_voters": 7}
    ballot_id, visitor, page = begin(served, changes)
    assert "주민 투표와 심사 점수를 3:2의 비율로 더한 점수로 선정합니다." in page.text
    assert "투표자가 7명에 미치지 못하면 사업을 선정하지 않습니다." in page.text
    assert "사업비 일부만으로" not in page.text
    empty = visitor.send(ballot_form(page), action="review")
    assert empty.status == 422
    form = ballot_form(page).set("choice", page.option("청년"))
    accepted(visitor.confirm(form))
    assert votes(served, ballot_id) == [(1, body_of(1, (3, 1)))]


def vote_cumulative(served):
    changes = {"method": "cumulative", "max_sum_points": 10, "max_options": 3}
    ballot_id, visitor, page = begin(served, changes)
    first, second = page.option("마을"), page.option("커피")
    form = ballot_form(page).set(f"points-{first}", "7").set(f"points-{second}", "4")
    page = visitor.send(form, action="review")
    assert page.status == 422 and "점수 합계 11점 (한도 10점). 점수 한도를 넘었습니다." in page.text
    wrong = visitor.send(ballot_form(page).set(f"points-{second}", "셋"), action="review")
    assert wrong.status == 422 and f'href="#option-{second}"' in wrong.text
    assert wrong.ids[f"option-{second}"]["aria-invalid"] == "true"
    page = visitor.confirm(ballot_form(page).set(f"points-{second}", " 3 "))
    accepted(page)
    assert votes(served, ballot_id) == [(1, body_of(2, (1, 7), (2, 3)))]


def vote_scoring(served):
    changes = {"method": "scoring", "max_points": 5, "max_options": 3, "partial_fit": "4/5"}
    ballot_id, visitor, page = begin(served, changes)
    assert "사업비 일부만으로 선정될 수 있는 사업이 있습니다." in page.text
    form = ballot_form(page).set(f"points-{page.option('마을')}", "5")
    form.set(f"points-{page.option('청년')}", "0")
    accepted(visitor.confirm(form))
    assert votes(served, ballot_id) == [(1, body_of(2, (1, 5), (3, 0)))]


def vote_ordinal(served):
    ballot_id, visitor, page = begin(served, {"method": "ordinal", "max_options": 2})
    form = ballot_form(page).set(f"place-{page.option('마을')}", "2")
    form.set(f"place-{page.option('커피')}", "2")
    page = visitor.send(form, action="review")
    assert page.status == 422
    form = ballot_form(page).set(f"place-{page.option('커피')}", "1")
    page = visitor.send(form, action="review")
    assert page.text.index("커피박") < page.text.index("마을공동체")
    accepted(visitor.send(page.form("/confirm")))
    assert votes(served, ballot_id) == [(1, body_of(3, (1, 2), (2, 1)))]


def test_every_method_is_voted_by_plain_forms_and_by_ten_lines_of_a_library(served):
    vote_by_readme(served)
    vote_with_limits(served)
    vote_choose_1(served)
    vote_cumulative(served)
    vote_scoring(served)
    vote_ordinal(served)
    check_empty_vote(served)
    log = "\n".join(served.page.process.output.lines())
    assert "resident-1" not in log and "성수1가1동" not in log


def vote_by_readme(served):
    """The lines of participation's README cast a vote, and the same one again."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return
    folder = install(os.path.join(ROOT, "tests", "integration", "npm"),
                     os.path.join(BUILD, "interoperability"))
    ballot_id = served.open_ballot()
    pem = served.front_end.private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode()
    job = {
        "key": pem, "vote": vote(1), "once": "vote-1", "ballot": ballot_id,
        "service": f"http://127.0.0.1:{served.ports['participation']}",
    }  # fmt: skip
    readme = os.path.join(ROOT, "services", "participation", "README.md")
    answers = []
    for _ in range(2):
        done = subprocess.run(
            ["node", os.path.join(folder, "send_vote.cjs"), readme],
            input=json.dumps(job), capture_output=True, text=True, timeout=60, check=False,
        )
        assert done.returncode == 0, done.stderr
        answers.append(json.loads(done.stdout))
    assert answers[0]["status"] == 201 and answers[0] == answers[1]
    assert answers[0]["lines"] <= 10
    assert votes(served, ballot_id) == [(1, body_of(1, (1, 1)))]


def check_empty_vote(served):
    ballot_id, visitor, page = begin(served, {"empty_allowed": True})
    page = visitor.send(ballot_form(page), action="review")
    assert "아무 사업도 고르지 않은 표입니다" in page.text
    accepted(visitor.send(page.form("/confirm")))
    assert votes(served, ballot_id) == [(1, body_of(1))]


def submit_many_times(served):
    """Somebody presses ten times at once, reloads, and presses again: one vote, one receipt."""
    ballot_id, visitor, page = begin(served, {})
    page = visitor.send(ballot_form(page).set("choice", page.option("마을")), action="review")
    form = page.form("/confirm")
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        pages = list(pool.map(lambda _: visitor.send(form), range(10)))
    codes = {accepted(one) for one in pages}
    assert len(codes) == 1
    assert accepted(visitor.send(form)) == codes.pop()
    assert [rev for rev, _ in votes(served, ballot_id)] == [1]
    # What was confirmed before it was changed is not sent any more.
    page = visitor.get(f"/ballots/{ballot_id}/vote")
    visitor.send(ballot_form(page).set("choice", page.option("커피")), action="review")
    stale = visitor.send(form)
    assert stale.status == 409 and "바뀌었습니다" in stale.text
    assert [rev for rev, _ in votes(served, ballot_id)] == [1]


def refuse_strangers(served):
    """Forms without the right token, of nobody, or of no form at all."""
    ballot_id, visitor, page = begin(served, {})
    form = ballot_form(page).set("choice", page.option("마을"))
    stranger = served.visitor()
    assert stranger.send(form, action="review").status == 403
    assert visitor.send(form.set("token", "x" * 43), action="review").status == 403
    for data, kind in ((b"choice=%zz", None), (b"choice", None), (b"a=1", "text/plain"), (b"a=%00", None)):
        headers = {"Content-Type": kind} if kind else {}
        assert visitor.raw(f"/ballots/{ballot_id}/vote", data, headers)[0] == 400
    assert visitor.raw("/ballots/none/vote")[0] == 404
    assert visitor.raw("/ballots/00000000-0000-7000-8000-000000000000")[0] == 404
    assert visitor.raw("/nothing")[0] == 404
    assert served.visitor().get(f"/ballots/{ballot_id}/vote").url.endswith("/identity")
    left = visitor.get(f"/ballots/{ballot_id}/vote")
    assert left.url.endswith("/vote")
    page = visitor.get(f"/ballots/{ballot_id}/confirm")
    assert page.url.endswith("/vote")


def check_headers(served):
    page = served.visitor().get("/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    ballot_id = served.open_ballot()
    page = served.visitor().get(f"/ballots/{ballot_id}/identity")
    cookie = page.headers["Set-Cookie"]
    assert "HttpOnly; SameSite=Strict" in cookie and "Secure" not in cookie
    page = served.visitor().get(
        f"/ballots/{ballot_id}/identity", headers={"X-Forwarded-Proto": "https"}
    )
    assert re.match(r"__Host-visit=[\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Secure$",
                    page.headers["Set-Cookie"])
    assert "시연용 &lt;문의처&gt; &amp; 담당자" in page.text


NAMES = ["마을공동체 지원사업", "커피박 업사이클링", "청년공유공간 운영"]


def check_languages(served):
    ballot_id = served.open_ballot(title="<b>투표</b> & \"확인\"")
    visitor = served.visitor()
    page = visitor.get(f"/ballots/{ballot_id}")
    assert '<html lang="ko">' in page.text and "<b>투표" not in page.text
    assert html.escape("<b>투표</b> & \"확인\"") in page.text
    page = visitor.get(f"/ballots/{ballot_id}?lang=en")
    assert '<html lang="en">' in page.text and "Begin to vote" in page.text
    # What there is to choose from, before anybody says who they are, in its registered order.
    projects = page.text[page.text.index("The projects") :]
    assert re.findall(r"<li>(?:<span[^>]*>)?([^<]+)", projects)[: len(NAMES)] == NAMES
    assert "Cost 20,000,000 won" in projects and "마장동" in projects
    page = visitor.get(f"/ballots/{ballot_id}?text=large")
    assert '<html lang="en" class="large">' in page.text
    page = visitor.get(f"/ballots/{ballot_id}/identity")
    assert '<html lang="en" class="large">' in page.text
    assert f"/ballots/{ballot_id}/identity?lang=ko" in page.links
    english = served.visitor().get("/", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert '<html lang="en">' in english.text


def check_identity(served):
    eligibility = {"min_age": 20, "age_on": "2023-01-01", "grounds": ["address"]}
    ballot_id = served.open_ballot(eligibility=eligibility)
    visitor = served.visitor()
    page = visitor.identify(ballot_id, "  ")
    assert page.status == 422 and page.ids["resident"]["aria-invalid"] == "true"
    assert "10-19" not in page.text and "20-29" in page.text
    for wrong in ({"area": "없는동"}, {"age_band": ""}, {"sex": "Z"}):
        page = visitor.identify(ballot_id, "resident-2", **wrong)
        assert page.status == 422, wrong
        assert page.ids[next(iter(wrong))]["aria-invalid"] == "true"
    paper = served.open_ballot(channels=["booth", "paper"])
    page = visitor.get(f"/ballots/{paper}/identity")
    assert page.status == 403 and "인터넷으로 받지 않습니다" in page.text


def check_wrong_or_late(served):
    """Refusals of the service, in both languages and with what to do next."""
    ballot_id, visitor, page = begin(served, {})
    confirm = visitor.send(ballot_form(page).set("choice", page.option("마을")), action="review")
    served.decide(ballot_id, "close")
    page = visitor.send(confirm.form("/confirm"))
    assert page.status == 409 and "마감되어" in page.text and "The ballot has closed" in page.text
    assert "<code>ballot-closed</code>" in page.text
    assert visitor.get(f"/ballots/{ballot_id}/identity").url.endswith(ballot_id)
    ballot_id, visitor, page = begin(served, {})
    for time in range(10):
        page = visitor.get(f"/ballots/{ballot_id}/vote")
        name = ("마을", "커피")[time % 2]
        page = visitor.confirm(ballot_form(page).set("choice", page.option(name)))
        assert page.status == (200 if time < 9 else 409), page.text
    assert "횟수를 모두" in page.text and "투표소나 종이로 한 번 더" in page.text


def check_full_roll(served):
    ballot_id = served.create()
    roll = {"areas": [{"area": "성수1가1동", "voters": 1}, {"area": "마장동", "voters": 5}]}
    assert served.kim.request("PUT", f"/v1/ballots/{ballot_id}/roll", roll).status == 200
    served.decide(ballot_id, "open")
    served.wait_state(ballot_id, "open")
    for resident, status in (("resident-1", 200), ("resident-2", 409)):
        visitor = served.visitor()
        page = visitor.identify(ballot_id, resident)
        page = visitor.confirm(ballot_form(page).set("choice", page.option("마을")))
        assert page.status == status, page.text
    assert "유권자 수만큼" in page.text and "on its roll" in page.text


def test_a_vote_is_sent_once_and_what_is_wrong_is_said(served):
    submit_many_times(served)
    refuse_strangers(served)
    check_headers(served)
    check_languages(served)
    check_identity(served)
    check_wrong_or_late(served)
    check_full_roll(served)
    check_result(served)
    check_result_by_channel(served)
    check_settings(served)


def check_result(served):
    """A certified ballot shows its result and what that proves; codes are looked up on the board."""
    ballot_id = served.open_ballot(budget_krw=50 * BASE)
    for number in range(7):
        visitor = served.visitor()
        page = visitor.identify(ballot_id, f"resident-{number}", sex="F" if number else "M")
        chosen = [page.option("마을")] + ([page.option("커피")] if number % 2 else [])
        page = visitor.confirm(ballot_form(page).set("choice", *chosen))
        accepted(page)
        assert "1분 30초 안에 공개 게시판에서" in page.text
    assert visitor.get(f"/ballots/{ballot_id}/result").status == 404
    receipt, _ = receipt_of(visitor, ballot_id)
    page = visitor.send(
        visitor.get(f"/ballots/{ballot_id}/check").form("/check").set(
            "code", receipt["receipt"]["code"].lower()
        )
    )
    assert page.status == 200 and 'role="status"' in page.text
    page = visitor.get(f"/ballots/{ballot_id}/check?code=ABXB-TWKT-0NA")
    assert "아직 게시판에 없습니다" in page.text and "늦어도 1분 30초 안에" in page.text
    page = visitor.get(f"/ballots/{ballot_id}/check?code=ABXB-TWKT-0NA&lang=en")
    assert "at most 1 minute 30 seconds after it was accepted" in page.text
    visitor.get(f"/ballots/{ballot_id}/check?lang=ko")
    served.close_and_count(ballot_id)
    served.decide(ballot_id, "certify")
    served.wait_state(ballot_id, "certified")
    page = visitor.get(f"/ballots/{ballot_id}/result")
    assert page.status == 200, page.text
    text = re.sub(r"<[^>]+>", " ", page.text)
    for wanted in ("마을공동체 지원사업", "남은 예산", "동점", "비공개",
                   "누구나 결과를 다시 계산할 수 있고", "반납하지 않은 사람 수", "종이 투표",
                   "숫자 맞춰 보기", "서로 다른 익명 번호",
                   "freedom from coercion", "hyeopchi-verify"):
        assert wanted in text, wanted
    turns = " ".join(text[text.index("차례대로 본 과정") :].split())
    assert "1 마을공동체 지원사업 득표 순서대로 선정 20,000,000 2 커피박 업사이클링" in turns
    assert "2 커피박 업사이클링 득표 순서대로 선정 0 3 청년공유공간 운영" in turns
    assert "≠" not in text and "제외" not in text and "무효로" not in text
    public = f"http://127.0.0.1:{served.ports['participation']}/v1/ballots/{ballot_id}"
    for what in ("/bundle", "/board/checkpoint", "/result", "/turnout"):
        assert public + what in page.links
    assert f"/ballots/{ballot_id}/result" in visitor.get("/").links


def check_result_by_channel(served):
    """What votes weigh is said before anybody votes, and every part of a score after it."""
    weights = {"whole": 100, "parts": [{"channels": ["web", "kiosk"], "weight": 40},
                                       {"channels": ["booth", "paper"], "weight": 60}]}
    ballot_id, visitor, page = begin(served, {"channel_weights": weights})
    assert "반영 비율이 다릅니다: 인터넷·무인 단말기 40, 투표소·종이 60." in page.text
    accepted(visitor.confirm(ballot_form(page).set("choice", page.option("마을"))))
    served.close_and_count(ballot_id)
    served.decide(ballot_id, "certify")
    served.wait_state(ballot_id, "certified")
    text = re.sub(r"<[^>]+>", " ", visitor.get(f"/ballots/{ballot_id}/result").text)
    text = " ".join(text.split())
    assert "묶음 반영 비율 가장 높은 점수 인터넷·무인 단말기 40 1 투표소·종이 60 0" in text
    assert "1 인터넷·무인 단말기 40 + 투표소·종이 0 = 40" in text
    english = visitor.get(f"/ballots/{ballot_id}/result?lang=en").text
    assert "Weights by how votes were cast" in english
    visitor.get(f"/ballots/{ballot_id}/result?lang=ko")


def check_settings(served):
    """The stand-in can be switched off, and sessions are bounded and end."""
    served.page.stop()
    served.page = served.start_portal(stand_in_identity="off")
    ballot_id = served.open_ballot()
    page = served.visitor().get(f"/ballots/{ballot_id}/identity")
    assert page.status == 403 and "시연용 본인확인을 쓸 수 없습니다" in page.text
    served.page.stop()
    served.page = served.start_portal(session_count_max=10)
    visitors = [served.visitor() for _ in range(11)]
    pages = [v.identify(ballot_id, f"resident-{i}") for i, v in enumerate(visitors)]
    assert [page.status for page in pages] == [200] * 10 + [503]
    # Who leaves makes room, and is nobody afterwards.
    page = visitors[0].confirm(ballot_form(pages[0]).set("choice", pages[0].option("마을")))
    left = visitors[0].send(page.form("/leave"))
    assert left.status == 200
    assert visitors[0].raw(f"/ballots/{ballot_id}/receipt.json")[0] == 403
    assert visitors[10].identify(ballot_id, SECRET_TAG).status == 200
    # What was typed is nowhere, in no log and not in the memory that anybody may read.
    served.page.stop()
    log = open(served.page.log_path, encoding="utf-8").read()
    assert "홍길동" not in log and "900101" not in log


MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS


def both(served, ballot_id, action, body):
    assert served.kim.post(f"/v1/ballots/{ballot_id}:{action}", body).status == 202
    answer = served.lee.post(f"/v1/ballots/{ballot_id}:{action}", body)
    assert answer.status == 200, answer.body


def words(page):
    """What a page says, without its markup."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page.text).split()))


def korean_moment(time_ms):
    korea = datetime.timezone(datetime.timedelta(hours=9))
    moment = datetime.datetime.fromtimestamp(time_ms / 1000, korea)
    day = "월화수목금토일"[moment.weekday()]
    return f"{moment.year}. {moment.month}. {moment.day}.({day}) {moment:%H:%M}"


def test_an_extended_ballot_is_open_until_its_new_end(served):
    end = served.clock.now_ms() + 10 * MINUTE_MS
    ballot_id = served.open_ballot(title="연장한 투표", closes_at=rfc3339(end))
    body = {"closes_at": rfc3339(end + DAY_MS), "reason": "본인확인 서비스가 중단되었습니다"}
    both(served, ballot_id, "extend", body)
    served.clock.move_ms(11 * MINUTE_MS)
    visitor = served.visitor()
    page = visitor.get("/")
    text = words(page)
    assert "지금 참여할 수 있는 투표 연장한 투표" in text and "확정하는 투표" not in text
    assert f"~ {korean_moment(end + DAY_MS)}" in text
    page = visitor.get(f"/ballots/{ballot_id}")
    assert "마감되었습니다" not in page.text
    assert f"/ballots/{ballot_id}/identity" in page.links
    assert f"~ {korean_moment(end + DAY_MS)}" in words(page)
    page = visitor.identify(ballot_id, "resident-1")
    accepted(visitor.confirm(ballot_form(page).set("choice", page.option("마을"))))
    served.clock.move_ms(DAY_MS)
    page = visitor.get(f"/ballots/{ballot_id}")
    assert "마감되었습니다" in page.text and f"/ballots/{ballot_id}/identity" not in page.links
    assert "마감되어 결과를 확정하는 투표 연장한 투표" in words(visitor.get("/"))


def test_a_ballot_that_was_not_opened_is_not_called_closed(served):
    draft = served.create()
    visitor = served.visitor()
    page = visitor.get(f"/ballots/{draft}")
    assert page.status == 200 and "마감되었습니다" not in page.text
    assert "아직 열리지 않은 투표입니다." in page.text
    assert f"/ballots/{draft}/identity" not in page.links
    page = visitor.get(f"/ballots/{draft}?lang=en")
    assert "This ballot has not been opened yet." in page.text and "Closed." not in page.text


def section(text, begins, ends):
    begin = text.index(begins)
    return text[begin : text.index(ends, begin)]


def test_a_result_is_shown_as_operators_decided_it(served):
    """a and b are funded and c gets what is left; a and c are excluded, and one vote is void."""
    reason = "사유지로 확인되어 <설치>할 수 없습니다"
    ballot_id = served.open_ballot(max_options=3, partial_fit="4/10")
    cast = [served.cast(ballot_id, vote(number, ("a", "b", "c")[: 1 + number % 3])).json()["vote"]
            for number in range(6)]  # fmt: skip
    void = {"nullifier": cast[5]["nullifier"], "rev": 1, "reason_code": "cast-twice",
            "reason": "한 사람이 두 번 투표하였습니다"}  # fmt: skip
    both(served, ballot_id, "void", void)
    served.close_and_count(ballot_id)
    for option in ("a", "c"):
        both(served, ballot_id, "exclude", {"option": option, "reason": reason})
    served.decide(ballot_id, "certify")
    visitor = served.visitor()
    page = visitor.get(f"/ballots/{ballot_id}/result")
    assert page.status == 200, page.text
    text = words(page)
    assert "가운데 20,000,000원을 1개 사업에 쓰기로" in text
    assert "개표에서 선정된 사업 2개를 운영자 두 명이 제외했습니다." in text
    assert "무효로 처리한 투표는 1명의 표입니다 (개표에서 뺌, 사유 공개)." in text
    funded = section(text, "선정된 사업 (금액", "선정되지 않은 사업 (금액")
    assert "커피박 업사이클링 3 20,000,000 선정 합계 20,000,000 남은 예산 40,000,000" in funded
    assert "마을공동체" not in funded and "청년공유공간" not in funded
    others = section(text, "선정되지 않은 사업 (금액", "차례대로 본 과정")
    assert f"마을공동체 지원사업 5 30,000,000 선정되었으나 결정으로 제외: {reason}" in others
    assert f"청년공유공간 운영 1 25,000,000 선정되었으나 결정으로 제외: {reason}" in others
    assert "10,000,000" not in others
    assert "제외하기 전에 계산한 과정입니다." in section(text, "차례대로 본 과정", "동점")
    public = f"http://127.0.0.1:{served.ports['participation']}/v1/ballots/{ballot_id}"
    assert f"{public}/voids" in page.links
    english = words(visitor.get(f"/ballots/{ballot_id}/result?lang=en"))
    assert "20,000,000 won go to 1 projects." in english
    assert "Two operators excluded 2 of the projects that the count had selected." in english
    assert f"selected, but excluded by decision: {reason}" in english
    assert "Void votes: 1 (not counted; the reasons are public)." in english


class LosingProxy:
    """Passes requests on, loses the answers to votes, and then answers them itself where it is told to."""

    def __init__(self, port):
        self.target = port
        self.port = free_port()
        self.lose = 0
        self.own = None  # what it answers, given the vote's Idempotency-Key
        self.seen = []
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, client.makefile("rb") as source:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = source.readline()
                if not line:
                    return
                head += line
            length = re.search(rb"(?i)content-length: (\d+)", head)
            body = source.read(int(length.group(1))) if length else b""
            vote = head.startswith(b"POST")
            if vote and self.lose == 0 and self.own is not None:
                client.sendall(self.own(re.search(rb"(?i)idempotency-key: ([^\r]+)", head).group(1)))
                return
            with socket.create_connection(("127.0.0.1", self.target)) as service:
                service.sendall(re.sub(rb"(?i)connection: [^\r]+\r\n", b"", head[:-2])
                                + b"Connection: close\r\n\r\n" + body)
                answer = b"".join(iter(lambda: service.recv(65536), b""))
            if vote:
                key = re.search(rb"(?i)idempotency-key: ([^\r]+)", head).group(1)
                self.seen.append((key, body))
                if self.lose > 0:
                    self.lose -= 1
                    return
            client.sendall(answer)

    def close(self):
        self.listener.close()


def test_a_lost_answer_is_asked_for_again_until_it_is_known(databases, start_service, tmp_path):
    # A front end that lost the answer to a vote once told the voter that it had failed; the voter
    # voted again, and the second vote was a revision nobody had meant.
    served = Served(databases, start_service, tmp_path)
    proxy = LosingProxy(served.ports["participation"])
    address = f"http://127.0.0.1:{proxy.port}"
    served.begin(participation_url=address, answer_timeout_ms=2000)
    ballot_id, visitor, page = begin(served, {})
    proxy.lose = 2
    page = visitor.confirm(ballot_form(page).set("choice", page.option("마을")))
    accepted(page)
    assert len(proxy.seen) == 3 and len(set(proxy.seen)) == 1
    assert [rev for rev, _ in votes(served, ballot_id)] == [1]
    # Lost for longer than anybody waits: said honestly, and found out by the same button.
    page = visitor.get(f"/ballots/{ballot_id}/vote")
    proxy.lose = 1000
    page = visitor.confirm(ballot_form(page).set("choice", page.option("커피")))
    assert page.status == 503 and "아직 모릅니다" in page.text
    proxy.lose = 0
    page = visitor.send(page.form("/confirm"))
    assert accepted(page) and "2번째" in page.text
    assert [rev for rev, _ in votes(served, ballot_id)] == [1, 2]
    # Away altogether: nothing was sent.
    page = visitor.get(f"/ballots/{ballot_id}/vote")
    confirm = visitor.send(ballot_form(page).set("choice", page.option("청년")), action="review")
    proxy.close()
    page = visitor.send(confirm.form("/confirm"))
    assert page.status == 503 and "보내지 못했습니다" in page.text
    assert visitor.get("/").status == 503
    assert served.page.readiness() == 200


def problem(status, code, of_vote):
    """An answer as participation gives it, bound to the vote where it has looked at its signature."""

    def answer(key):
        body = json.dumps({"status": status, "code": code}).encode()
        lines = [b"HTTP/1.1 %d Refused" % status, b"Content-Type: application/problem+json",
                 b"Content-Length: %d" % len(body), b"Connection: close"]  # fmt: skip
        if of_vote:
            digest = base64.b64encode(hashlib.sha256(body).digest())
            lines += [b"Idempotency-Key: " + key, b"Content-Digest: sha-256=:" + digest + b":"]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body

    return answer


NOTHING_OF_THE_VOTE = [
    problem(401, "key-expired", of_vote=False),
    problem(401, "nonce-replayed", of_vote=True),
    problem(403, "role-not-allowed", of_vote=True),
    problem(403, "", of_vote=False),
    problem(408, "request-slow", of_vote=False),
]


def test_what_says_nothing_of_a_vote_leaves_a_lost_answer_unknown(
    databases, start_service, tmp_path
):
    # A vote was accepted and its answer lost; asked again under a key that had been withdrawn, the
    # page said that the vote had not been accepted.
    served = Served(databases, start_service, tmp_path)
    proxy = LosingProxy(served.ports["participation"])
    served.begin(participation_url=f"http://127.0.0.1:{proxy.port}", answer_timeout_ms=1000)
    ballot_id = served.open_ballot()
    for number, own in enumerate(NOTHING_OF_THE_VOTE):
        visitor = served.visitor()
        page = visitor.identify(ballot_id, f"resident-{number}")
        proxy.lose, proxy.own = 1, own
        page = visitor.confirm(ballot_form(page).set("choice", page.option("마을")))
        assert page.status == 503 and "아직 모릅니다" in page.text, page.text
        if number == 0:  # The same button again: not known any better.
            page = visitor.send(page.form("/confirm"))
            assert page.status == 503 and "아직 모릅니다" in page.text, page.text
        proxy.own = None
        assert accepted(visitor.send(page.form("/confirm")))
    assert [rev for rev, _ in votes(served, ballot_id)] == [1] * len(NOTHING_OF_THE_VOTE)
    # What the service says of this very vote is believed, and so is a refusal of the first attempt.
    for lose, own in ((1, problem(403, "age-not-eligible", of_vote=True)),
                      (0, NOTHING_OF_THE_VOTE[0])):  # fmt: skip
        visitor = served.visitor()
        page = visitor.identify(ballot_id, f"resident-refused-{lose}")
        proxy.lose, proxy.own = lose, own
        page = visitor.confirm(ballot_form(page).set("choice", page.option("마을")))
        assert page.status in (401, 403), page.text
    proxy.close()
