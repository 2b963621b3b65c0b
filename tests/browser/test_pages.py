# SPDX-License-Identifier: Apache-2.0
"""Every page in a real browser: no violation of axe-core's rules, nothing that the browser complains
about, a whole vote by keyboard alone, and a running total that says what the page itself would.

Pictures of the pages are left in build/screenshots.
"""

import json
import os
import re
from urllib.parse import quote

import pytest

from support.participation import BASE
from support.portal import Served

# axe-core's tags: WCAG 2.2 A and AA, which KWCAG 2.2 follows, and what is good practice besides.
AXE = """(async () => {
    const result = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa",
        "wcag22aa", "best-practice"]});
    return JSON.stringify(result.violations.map((v) => [v.id, v.help, v.nodes.map((n) => n.html)]));
})()"""

# Whether the middle of what has the focus is in sight, and nothing lies over it (WCAG 2.4.11).
UNCOVERED = """(() => {
    const one = document.activeElement;
    const box = one.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 40));
    return top !== null && (one.contains(top) || top.contains(one));
})()"""

STEPS_MAX = 80


class Quick(Served):
    """Its board does not keep a test waiting."""

    def settings(self, service):
        settings = super().settings(service)
        if service == "participation":
            settings["HYEOPCHI_BOARD_INTERVAL_MS"] = "50"
        return settings


@pytest.fixture
def served(databases, start_service, tmp_path):
    return Quick(databases, start_service, tmp_path).begin()

# The browser gives the focus with one of the frames after the page was loaded.
ERRORS_FOCUSED = """new Promise((done) => {
    const look = () =>
        document.activeElement.className === "errors" ? done(true) : requestAnimationFrame(look);
    look();
})"""


class Walk:
    """A way through the pages, each of which is looked at."""

    def __init__(self, served, tab, axe, screenshots):
        self.served = served
        self.tab = tab
        self.axe = axe
        self.screenshots = screenshots
        self.seen = []

    def open(self, path):
        self.tab.open(self.served.url(path))

    def look(self, name):
        """Checks the page that is shown."""
        self.tab.run(self.axe + ";undefined")
        violations = json.loads(self.tab.run(AXE))
        assert not violations, (name, violations)
        complaints = self.tab.complaints()
        assert not complaints, (name, complaints)
        assert self.tab.run("document.documentElement.scrollWidth <= window.innerWidth"), name
        self.tab.picture(os.path.join(self.screenshots, f"{len(self.seen):02d}-{name}.png"))
        self.seen.append(name)

    # --- By keyboard alone. ------------------------------------------------------------------------

    def focus(self, selector):
        """Presses Tab until the element has the focus, which must then be visible."""
        for _ in range(STEPS_MAX):
            if self.tab.run(f"document.activeElement.matches({json.dumps(selector)})"):
                style = "getComputedStyle(document.activeElement)"
                visible = self.tab.run(f"{style}.outlineStyle !== 'none' && {style}.outlineWidth !== '0px'")
                assert visible, f"the focus of {selector} cannot be seen"
                assert self.tab.run(UNCOVERED), f"{selector} is covered while it has the focus"
                return
            self.tab.press("Tab")
        raise AssertionError(f"{selector} cannot be reached by keyboard on {self.tab.url()}")

    def follow(self, selector):
        self.focus(selector)
        self.tab.press("Enter", loads=True)

    def tick(self, label):
        number = self.tab.run(
            f"""[...document.querySelectorAll("label")].find((l) => l.innerText.startsWith({json.dumps(label)})).htmlFor"""
        )
        self.focus(f"#{number}")
        self.tab.press("Space")


def identify(walk, resident):
    walk.focus("#resident")
    walk.tab.write(resident)
    walk.focus("#area")
    walk.tab.press("Down")
    walk.focus("#age_band")
    for _ in range(3):
        walk.tab.press("Down")
    walk.follow("main button")


def vote_by_keyboard(walk, ballot_id):
    walk.open(f"/ballots/{ballot_id}")
    walk.look("ballot")
    walk.follow("main a.button")
    walk.look("identity")
    identify(walk, "시연주민-17")
    walk.look("vote")
    walk.follow("button[value=review]")
    assert "오류" in walk.tab.run("document.title")
    assert walk.tab.run(ERRORS_FOCUSED)
    walk.look("vote-error")
    walk.tick("마을공동체")
    walk.tick("커피박")


def test_every_page_is_free_of_violations_and_a_vote_needs_no_more_than_a_keyboard(
    served, browser, axe, screenshots
):
    ballot_id = served.open_ballot(max_cost_krw=60 * BASE)
    tab = browser.page()
    walk = Walk(served, tab, axe, screenshots)
    walk.open("/")
    walk.look("list")
    vote_by_keyboard(walk, ballot_id)
    check_running_total(walk)
    walk.follow("button[value=review]")
    assert tab.url().endswith("/confirm")
    walk.look("confirm")
    walk.follow("main button")
    assert tab.url().endswith("/receipt"), tab.text()
    walk.look("receipt")
    walk.follow("a[href*='check?code=']")
    walk.look("check")
    in_english_and_large(walk, ballot_id)
    every_method(walk)
    refused_and_result(walk, ballot_id)
    tab.close()
    without_javascript(served, browser, ballot_id)


def check_running_total(walk):
    """What the script writes is what the page writes without it."""
    tab = walk.tab
    script = tab.run("document.getElementById('total').textContent")
    assert "고른 사업 2개" in script and "50,000,000원" in script, script
    value = tab.run("document.getElementById('bar').value")
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    walk.follow("button[value=total]")
    assert tab.run("document.getElementById('total').textContent") == script
    assert tab.run("document.getElementById('bar').value") == value == 50 * BASE
    tab.call("Emulation.setScriptExecutionDisabled", value=False)


def wait_for(condition, served):
    """Waits, woken by participation's log, until the condition holds."""
    service = served.services["participation"]
    for _ in range(200):
        mark = service.mark()
        if condition():
            return
        service.process.output.wait(lambda line: True, 0.1, mark)
    raise AssertionError("it never came to hold")


def receipt_values(tab):
    """The code and the leaf hash that the receipt's page shows."""
    return (
        tab.run("document.querySelector('dd.code strong').textContent"),
        tab.run("document.querySelector('dd code').textContent"),
    )


def test_a_vote_cast_on_the_page_is_shown_on_the_board_once_it_is_published(
    served, browser, axe, screenshots
):
    """Somebody votes and asks at once: not on the board yet. The batch is published: the page has the
    vote's place, the value of the receipt, and a proof that leads to the board's checkpoint."""
    tab = browser.page()
    walk = Walk(served, tab, axe, screenshots)
    walk.seen = ["…"] * 40  # its pictures come behind those of the other walk
    ballot_id = served.open_ballot()
    board = f"/v1/ballots/{ballot_id}/board/"
    wait_for(lambda: served.public.get(board + "checkpoint").status == 200, served)
    # Nothing is put on the board while somebody holds its row.
    held = served.databases.connect("participation", "postgres")
    held.autocommit = False
    with held.cursor() as cursor:
        cursor.execute(
            "SELECT size FROM participation.board WHERE ballot_id = %s FOR UPDATE", (ballot_id,)
        )
        before = cursor.fetchone()[0]
    walk.open(f"/ballots/{ballot_id}/identity")
    identify(walk, "시연주민-31")
    walk.tick("마을공동체")
    walk.follow("button[value=review]")
    walk.follow("main button")
    assert tab.url().endswith("/receipt"), tab.text()
    code, leaf_hash = receipt_values(tab)
    walk.follow("a[href*='check?code=']")
    assert "아직 게시판에 없습니다" in tab.text() and leaf_hash not in tab.text()
    walk.look("check-before")
    held.close()

    wait_for(lambda: served.public.get(board + "codes/" + quote(code)).status == 200, served)
    walk.follow("main form button")
    text = tab.text()
    assert "이 표는 공개 게시판에 있습니다" in text and leaf_hash in text
    note = served.public.get(board + "checkpoint").body.decode().split("\n")
    assert int(note[1]) == before + 1
    assert f"{before + 1}번째 (모두 {before + 1}건)" in text
    assert note[2] in text, (note, text)
    walk.look("check-after")
    link = tab.run("[...document.querySelectorAll('main a')].map((a) => a.href)")
    assert [one for one in link if one.endswith(board + "checkpoint")]
    # Somebody else, in English and without JavaScript, by the code alone.
    other = browser.page(javascript=False)
    walk = Walk(served, other, "", "")
    walk.open(f"/ballots/{ballot_id}/check?lang=en")
    walk.focus("#code")
    other.write(code.lower())
    walk.follow("main form button")
    assert "The board has this vote" in other.text() and note[2] in other.text()
    walk.open(f"/ballots/{ballot_id}/check?code=ABXB-TWKT-0NA")
    assert "Not on the board yet" in other.text()
    other.close()
    tab.close()


def in_english_and_large(walk, ballot_id):
    walk.open(f"/ballots/{ballot_id}/vote?lang=en")
    walk.open(f"/ballots/{ballot_id}/vote?text=large")
    assert walk.tab.run("document.documentElement.lang") == "en"
    assert walk.tab.run("parseFloat(getComputedStyle(document.body).fontSize)") >= 24
    foreign = "[...document.querySelectorAll('label, h1, p')].filter((e) => /[가-힣]/.test(e.innerText)"
    assert walk.tab.run(foreign + " && !e.querySelector('[lang=ko]')).length") == 0
    walk.look("vote-english-large")
    walk.tab.call("Emulation.setDeviceMetricsOverride", width=320, height=640, deviceScaleFactor=1, mobile=False)
    walk.open(f"/ballots/{ballot_id}/vote?text=normal")
    walk.look("vote-narrow")
    walk.tab.call("Emulation.setDeviceMetricsOverride", width=1000, height=900, deviceScaleFactor=1, mobile=False)
    walk.open("/?lang=ko")


METHODS = (
    {"method": "choose-1", "max_options": 1},
    {"method": "cumulative", "max_sum_points": 10, "max_options": 3},
    {"method": "scoring", "max_points": 5, "max_options": 3},
    {"method": "ordinal", "max_options": 2},
)


def every_method(walk):
    for changes in METHODS:
        ballot_id = walk.served.open_ballot(**changes)
        walk.open(f"/ballots/{ballot_id}/identity")
        identify(walk, "시연주민-18")
        walk.look(f"vote-{changes['method']}")


def refused_and_result(walk, ballot_id):
    walk.open(f"/ballots/{ballot_id}/identity")
    identify(walk, "시연주민-19")
    walk.tick("청년")
    walk.follow("button[value=review]")
    walk.served.decide(ballot_id, "close")
    walk.follow("main button")
    assert "마감되어" in walk.tab.text()
    walk.look("refused")
    walk.served.wait_state(ballot_id, "counted")
    walk.open(f"/ballots/{ballot_id}")
    walk.look("ballot-closed")
    walk.served.decide(ballot_id, "certify")
    walk.served.wait_state(ballot_id, "certified")
    walk.open(f"/ballots/{ballot_id}/result")
    check_sources(walk, ballot_id)
    walk.look("result")
    walk.tab.call("Emulation.setEmulatedMedia", media="print")
    walk.tab.picture(os.path.join(walk.screenshots, "result-print.png"))
    walk.tab.call("Emulation.setEmulatedMedia", media="")
    walk.follow("main a[href$='/verifier']")
    assert f"/v1/ballots/{ballot_id}/board" in walk.tab.text()
    walk.look("verifier")
    walk.open("/nothing")
    walk.look("not-found")


def check_sources(walk, ballot_id):
    """Board, bundle and verifier are linked and there; what is proven and what is not is said in both
    languages, whichever the page is in."""
    links = walk.tab.run("[...document.querySelectorAll('main a')].map((a) => a.href)")
    for what in ("/bundle", "/board/checkpoint", "/result", "/turnout"):
        path = f"/v1/ballots/{ballot_id}{what}"
        assert [link for link in links if link.endswith(path)], (what, links)
        wait_for(lambda path=path: walk.served.public.get(path).status == 200, walk.served)
    assert [link for link in links if link.endswith(f"/ballots/{ballot_id}/verifier")]
    said = {
        "ko": "누구나 결과를 다시 계산할 수 있고, 접수증을 받은 뒤에 표가 지워지거나 바뀌면 드러납니다."
        " 투표 화면을 보여 주는 포털로부터의 비밀, 강요로부터의 자유, 악성 코드에 감염된 휴대전화에서의"
        " 안전은 증명하지 않습니다.",
        "en": "Anybody can recompute the result, and any deletion or change after a receipt was given"
        " shows. It does not prove secrecy from the portal that shows the ballot, freedom from coercion,"
        " or safety on an infected phone.",
    }
    for language, text in said.items():
        shown = walk.tab.run(
            f"[...document.querySelectorAll('main p[lang={language}]')].map((p) => p.textContent)"
        )
        assert text in shown, shown


def without_javascript(served, browser, closed_id):
    """The same keys and no script at all."""
    ballot_id = served.open_ballot()
    tab = browser.page(javascript=False)
    walk = Walk(served, tab, "", "")
    walk.open(f"/ballots/{ballot_id}/identity")
    identify(walk, "시연주민-20")
    walk.tick("마을공동체")
    assert "고른 사업 0개" in tab.text()
    walk.follow("button[value=total]")
    assert "고른 사업 1개" in tab.text()
    walk.follow("button[value=review]")
    walk.follow("main button")
    assert re.search(r"/receipt$", tab.url()), tab.text()
    walk.open(f"/ballots/{closed_id}/result")
    assert "누구나 결과를 다시 계산할 수 있고" in tab.text()
    tab.close()
