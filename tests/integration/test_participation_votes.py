# SPDX-License-Identifier: Apache-2.0
"""Votes under strain: large batches, floods, closing in their midst, and clients that give up.

Each test starts the services once and goes through several cases with a ballot each.
"""

import concurrent.futures
import http.client
import json
import time

import pytest

from support.participation import BASE, Running, refused, vote

NDJSON = {"content-type": "application/x-ndjson"}
LINES_MAX = 10_000
COMMITS_MAX = 256  # whose receipts are read again at once


@pytest.fixture
def running(databases, start_service, tmp_path):
    return Running(databases, start_service, tmp_path).begin()


def lines_of(votes, end=b"\n"):
    return end.join(json.dumps(one, ensure_ascii=False).encode() for one in votes)


def batch(running, ballot_id, body, **options):
    target = f"/v1/ballots/{ballot_id}/votes:batch"
    return running.portal.post(target, body, headers=NDJSON, timeout=120, **options)


def count(running, table, ballot_id):
    return running.databases.psql(
        "participation",
        f"SELECT count(*) FROM participation.{table} WHERE ballot_id = %s",
        (ballot_id,),
    )[0][0]


def revisions(running, ballot_id):
    """The revisions of each nullifier in the box, in order."""
    rows = running.databases.psql(
        "participation",
        "SELECT array_agg(rev::integer ORDER BY rev) FROM participation.vote"
        " WHERE ballot_id = %s GROUP BY nullifier",
        (ballot_id,),
    )
    return sorted(row[0] for row in rows)


def peak_memory_kb(running):
    pid = running.services["participation"].process.pid
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def test_a_full_batch_is_accepted_and_repeated_without_more_work_than_the_first_time(running):
    # A front end that lost the answer sends its 10,000 lines again. Each line once read the
    # commit's receipt and built its whole tree: hours of the writer, and all memory.
    ballot_id = running.open_ballot()
    body = lines_of(vote(n, ("a", "b")) for n in range(LINES_MAX))
    started = time.monotonic()
    first = batch(running, ballot_id, body, key="full")
    first_s = time.monotonic() - started
    assert first.status == 200, first.body
    answers = first.lines()
    assert [line["line"] for line in answers] == list(range(1, LINES_MAX + 1))
    assert {line["status"] for line in answers} == {201}
    assert len({line["vote"]["nullifier"] for line in answers}) == LINES_MAX
    memory_kb = peak_memory_kb(running)
    started = time.monotonic()
    again = batch(running, ballot_id, body, key="full")
    again_s = time.monotonic() - started
    assert again.body == first.body
    assert again_s < 3 * first_s + 5
    assert peak_memory_kb(running) - memory_kb < 512 * 1024
    assert count(running, "vote", ballot_id) == count(running, "roll", ballot_id) == LINES_MAX
    too_many = body + b"\n" + lines_of([vote(LINES_MAX)])
    refused(batch(running, ballot_id, too_many), 413, "batch-too-long")
    assert count(running, "vote", ballot_id) == LINES_MAX


def test_a_repeated_batch_asks_the_database_as_often_as_a_repeated_vote(
    databases, start_service, tmp_path
):
    # Each line once asked for the place of its vote by itself: 10,000 round trips of the writer
    # under the ballot's lock, while every other vote waits.
    for setting in ("log_statement = 'all'", "log_parameter_max_length = 0"):
        databases.psql("postgres", f"ALTER ROLE participation SET {setting}")
    running = Running(databases, start_service, tmp_path).begin()
    writer = databases.psql(
        "postgres", "SELECT pid FROM pg_stat_activity WHERE application_name = 'participation writer'"
    )[0][0]
    ballot_id = running.open_ballot()
    asked = {}
    for lines in (1, 300):
        body = lines_of(vote(lines + n, ("a", "b")) for n in range(lines))
        first = batch(running, ballot_id, body, key=f"of-{lines}")
        assert {line["status"] for line in first.lines()} == {201}
        since = databases.log_mark()
        again = batch(running, ballot_id, body, key=f"of-{lines}")
        assert again.body == first.body
        databases.psql("participation", f"SELECT 'repeated {lines}'", role="participation")
        log = databases.log_until(f"repeated {lines}", since)
        asked[lines] = [
            line for line in log if f"[{writer}]" in line and "FROM participation.vote" in line
        ]
    assert len(asked[300]) == len(asked[1]) > 0, asked[300][:5]


def test_a_batch_that_repeats_too_many_requests_is_answered_in_parts(running):
    # Each line was accepted by a request of its own, the others of it refused. All together once had the
    # writer read a receipt, and build its tree, for each line, while every other vote waited.
    ballot_id = running.open_ballot()
    lines = [lines_of([vote(n)]) for n in range(COMMITS_MAX + 2)]

    def ask(wanted):
        body = b"\n".join(line if n in wanted else b"{}" for n, line in enumerate(lines))
        answer = batch(running, ballot_id, body, key="parts")
        assert answer.status == 200, answer.body
        return answer.lines()

    first = [ask({n})[n] for n in range(len(lines))]
    assert {line["status"] for line in first} == {201}
    again = ask(range(len(lines)))
    late = [n for n, line in enumerate(again) if line["status"] != 201]
    assert late == [COMMITS_MAX, COMMITS_MAX + 1]
    assert again[:COMMITS_MAX] == first[:COMMITS_MAX]
    for n in late:
        assert (again[n]["status"], again[n]["problem"]["code"]) == (503, "repeats-too-many")
    rest = ask(late)
    assert [rest[n] for n in late] == [first[n] for n in late]
    assert count(running, "vote", ballot_id) == len(lines)


def check_lines_and_ends(running):
    ballot_id = running.open_ballot()
    for nothing in (b"", b"\n", b"\r\n\r\n"):
        refused(batch(running, ballot_id, nothing), 400, "batch-empty")
    body = lines_of([vote(1), vote(2)], end=b"\r\n\r\n") + b"\r\n"
    answer = batch(running, ballot_id, body)
    assert [(line["line"], line["status"]) for line in answer.lines()] == [(1, 201), (2, 201)]
    body = b"\n".join([b" ", b"[]", b"null", b'"a"', lines_of([vote(3, ("zzz",))]), b"{}"])
    answer = batch(running, ballot_id, body)
    assert answer.status == 200
    assert [line["status"] for line in answer.lines()] == [400, 400, 400, 400, 422, 400]
    long_line = lines_of([vote(4, area="가" * 30_000)])
    refused(batch(running, ballot_id, b"{}\n" + long_line), 413, "line-too-long", "line 2")
    assert count(running, "vote", ballot_id) == 2


def check_voters_and_keys(running):
    ballot_id = running.open_ballot()
    answer = batch(running, ballot_id, lines_of([vote(1), vote(2)] * 12), key="many")
    by_voter = {}
    for line in answer.lines():
        name = line.get("vote", {}).get("nullifier", "refused")
        by_voter.setdefault(name, []).append(line.get("vote", {}).get("rev"))
    assert by_voter.pop("refused") == [None] * 6
    assert list(by_voter.values()) == [list(range(1, 10))] * 2
    problems = [line["problem"] for line in answer.lines() if line["status"] == 409]
    assert {problem["code"] for problem in problems} == {"revision-reserved"}
    assert revisions(running, ballot_id) == [list(range(1, 10))] * 2
    # The same key with other lines: those that were accepted stay what they were.
    changed = batch(running, ballot_id, lines_of([vote(1, ("b",)), vote(2)]), key="many")
    assert [line["status"] for line in changed.lines()] == [409, 201]
    assert changed.lines()[0]["problem"]["code"] == "idempotency-key-reused"
    assert changed.lines()[1]["receipt"] == answer.lines()[1]["receipt"]
    # A key that was another voter's takes nobody with it, and its own voter may still vote.
    for new in (77, 78):
        other = batch(running, ballot_id, lines_of([vote(1), vote(new)]), key="many")
        assert [line["status"] for line in other.lines()] == [201, 409]
        assert other.lines()[1]["problem"]["code"] == "idempotency-key-reused"
    mine = batch(running, ballot_id, lines_of([vote(77), vote(78)]))
    assert [line["vote"]["rev"] for line in mine.lines()] == [1, 1]


def check_keys_on_new_connections(running):
    # There each statement is prepared anew, and that tells of a key that is taken before COMMIT does.
    ballot_id = running.open_ballot()
    batch(running, ballot_id, lines_of([vote(1), vote(2)]), key="kept")
    service = running.services["participation"]
    service.stop()
    service.start()
    service.wait_ready()
    for _ in range(2):
        other = batch(running, ballot_id, lines_of([vote(1), vote(77)]), key="kept")
        assert other.status == 200, other.body
        assert [line["status"] for line in other.lines()] == [201, 409]
        assert other.lines()[1]["problem"]["code"] == "idempotency-key-reused"


def check_other_ballots(running):
    draft = running.create()
    refused(running.cast(draft, vote(1)), 409, "ballot-not-open")
    answer = batch(running, draft, lines_of([vote(1), vote(2)]))
    assert [line["status"] for line in answer.lines()] == [409, 409]
    for unknown in ("00000000-0000-7000-8000-000000000000", "nothing", draft[:-1]):
        refused(running.cast(unknown, vote(1)), 404, "not-found")
    closed = running.open_ballot()
    other = running.open_ballot()
    kept = running.cast(closed, vote(1), key="kept")
    running.close_and_count(closed)
    refused(running.cast(closed, vote(1)), 409, "ballot-closed")
    refused(running.cast(closed, vote(1, ("b",)), key="kept"), 409, "idempotency-key-reused")
    assert running.cast(closed, vote(1), key="kept").body == kept.body
    # One resident, one key, another ballot: another vote under another name.
    elsewhere = running.cast(other, vote(1), key="kept")
    assert elsewhere.json()["vote"]["nullifier"] != kept.json()["vote"]["nullifier"]


def check_requests(running):
    ballot_id = running.open_ballot()
    target = f"/v1/ballots/{ballot_id}/votes"
    refused(running.portal.post(target, vote(1), key=""), 400, "idempotency-key-missing")
    refused(running.portal.post(target, vote(1), key="k" * 256), 400, "malformed-request")
    assert running.portal.post(target, vote(1), key="k" * 255).status == 201
    for wrong in ("text/plain", "application/jsonl", "application/x-ndjson"):
        answer = running.portal.post(target, vote(1), headers={"content-type": wrong})
        refused(answer, 415, "content-type-not-supported")
    charset = {"content-type": "application/json; charset=utf-8"}
    assert running.portal.post(target, vote(1), headers=charset).status == 201
    refused(running.portal.post(target, b""), 400, "invalid-json")
    refused(running.portal.get(target), 405, "method-not-allowed")


def check_what_is_public(running):
    ballot_id = running.open_ballot()
    assert running.cast(ballot_id, vote(1)).status == 201
    for path in ("", f"/{ballot_id}", f"/{ballot_id}/turnout"):
        shown = running.public.get(f"/v1/ballots{path}")
        head = running.public.request("HEAD", f"/v1/ballots{path}")
        assert (shown.status, head.status) == (200, 200)
        assert head.body == b""
        assert head.headers["Content-Length"] == str(len(shown.body))
    head = running.public.request("HEAD", f"/v1/ballots/{ballot_id}/result")
    assert head.status == 409
    for query in ("limit=0", "limit=101", "limit=1x", "limit=%2B1", "limit=%201", "limit=-1", "limit=", "before=1"):
        refused(running.public.get(f"/v1/ballots?{query}"), 400, "wrong-value")
    first = running.public.get("/v1/ballots?limit=1").json()
    assert [ballot["ballot_id"] for ballot in first["ballots"]] == [ballot_id]
    rest = running.public.get(f"/v1/ballots?before={first['next']}").json()["ballots"]
    assert ballot_id not in [ballot["ballot_id"] for ballot in rest]


def check_a_thousand_options(running):
    options = [{"id": f"{n}", "name": f"사업 {n}", "cost_krw": BASE} for n in range(1000)]
    ballot_id = running.open_ballot(options=options, max_options=1000)
    everything = [option["id"] for option in options]
    assert running.cast(ballot_id, vote(1, everything)).status == 201
    assert running.cast(ballot_id, vote(2, reversed(everything))).status == 201
    answer = running.cast(ballot_id, vote(3, everything + ["0"]))
    refused(answer, 400, "wrong-value", "/choices")
    answer = running.cast(ballot_id, vote(3, everything[:999] + ["0"]))
    refused(answer, 422, "option-repeated", "/choices/999/option")
    running.close_and_count(ballot_id)
    running.decide(ballot_id, "certify")
    result = running.public.get(f"/v1/ballots/{ballot_id}/result").json()
    assert {option["score"] for option in result["options"]} == {"2"}


def test_every_line_and_every_request_gets_the_answer_it_deserves(running):
    check_lines_and_ends(running)
    check_voters_and_keys(running)
    check_keys_on_new_connections(running)
    check_other_ballots(running)
    check_requests(running)
    check_what_is_public(running)
    check_a_thousand_options(running)


def test_a_key_that_two_bodies_race_for_belongs_to_one_of_them(running):
    ballot_id = running.open_ballot()
    bodies = [vote(1, ("a",)), vote(2, ("b",))]
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        answers = list(
            pool.map(lambda n: running.cast(ballot_id, bodies[n % 2], key=f"{n // 8}"), range(80))
        )
    for race in range(10):
        of_race = answers[8 * race : 8 * race + 8]
        accepted = {answer.body for answer in of_race if answer.status == 201}
        assert len(accepted) == 1
        assert sorted(answer.status for answer in of_race) == [201] * 4 + [409] * 4
    assert count(running, "vote", ballot_id) == 10
    assert all(revs == list(range(1, len(revs) + 1)) for revs in revisions(running, ballot_id))


def test_closing_in_a_flood_counts_everybody_who_was_told_so_and_nobody_else(running):
    ballot_id = running.open_ballot()

    def cast(number):
        if number % 10 == 0:
            answer = batch(running, ballot_id, lines_of(vote(f"{number}-{n}") for n in range(20)))
            return [line["status"] for line in answer.lines()]
        return [running.cast(ballot_id, vote(number)).status]

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        flood = [pool.submit(cast, number) for number in range(400)]
        concurrent.futures.wait(flood[:100])
        running.decide(ballot_id, "close")
        late = [running.cast(ballot_id, vote(f"late-{n}")).status for n in range(3)]
    statuses = [status for future in flood for status in future.result()]
    assert late == [409] * 3
    assert set(statuses) == {201, 409}
    running.wait_state(ballot_id, "counted")
    accepted = statuses.count(201)
    assert count(running, "vote", ballot_id) == accepted
    turnout = running.public.get(f"/v1/ballots/{ballot_id}/turnout").json()
    assert turnout["voters"] == accepted
    running.decide(ballot_id, "certify")
    result = running.public.get(f"/v1/ballots/{ballot_id}/result").json()
    assert result["options"][0]["score"] == str(accepted)


def refuse_count_sum(databases, ballot_id, sqlstate):
    databases.psql(
        "participation",
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{sqlstate}'; END $$;"
        "CREATE TRIGGER refuse BEFORE INSERT ON participation.count_sum FOR EACH ROW"
        f" WHEN (NEW.ballot_id = '{ballot_id}') EXECUTE FUNCTION refuse()",
    )


def refuse_votes(databases, ballot_id, sqlstate):
    """Whoever reads a vote of this ballot fails."""
    databases.psql(
        "participation",
        "CREATE FUNCTION refuse(ballot_id uuid) RETURNS boolean LANGUAGE plpgsql AS"
        f" $$ BEGIN IF ballot_id = '{ballot_id}' THEN"
        f" RAISE EXCEPTION 'refused' USING ERRCODE = '{sqlstate}'; END IF; RETURN TRUE; END $$;"
        "ALTER TABLE participation.vote ENABLE ROW LEVEL SECURITY;"
        "ALTER TABLE participation.vote FORCE ROW LEVEL SECURITY;"
        "CREATE POLICY refuse ON participation.vote USING (refuse(ballot_id))",
    )


@pytest.mark.parametrize("refuse", [refuse_count_sum, refuse_votes])
@pytest.mark.parametrize("sqlstate", ["P0001", "57014"])
def test_a_ballot_that_cannot_be_counted_keeps_no_other_waiting(
    running, databases, refuse, sqlstate
):
    # The first is found first each time; 57014 is what a statement ends with that took too long.
    first, second = running.open_ballot(), running.open_ballot()
    for ballot_id in (first, second):
        assert running.cast(ballot_id, vote(1)).status == 201
    refuse(databases, first, sqlstate)
    mark = running.services["participation"].mark()
    running.decide(first, "close")
    running.services["participation"].wait_log("ballot_not_counted", since=mark, ballot_id=first)
    running.close_and_count(second)
    assert running.state(first) == "closed"


def test_clients_that_give_up_leave_no_vote_half_done(running):
    # Each request is sent whole and its connection closed at once: the answer finds nobody.
    ballot_id = running.open_ballot()
    target = f"/v1/ballots/{ballot_id}/votes:batch"
    bodies = {f"left-{n}": lines_of(vote(f"{n}-{m}") for m in range(50)) for n in range(20)}
    for key, body in bodies.items():
        host = f"{running.portal.address[0]}:{running.portal.address[1]}"
        headers = running.portal.sign(
            "POST", target, {"host": host, "idempotency-key": key, **NDJSON}, body
        )
        connection = http.client.HTTPConnection(*running.portal.address, timeout=60)
        connection.request("POST", target, body=body, headers=headers)
        connection.close()
    for key, body in bodies.items():
        answer = batch(running, ballot_id, body, key=key)
        assert {line["status"] for line in answer.lines()} == {201}
        assert {line["vote"]["rev"] for line in answer.lines()} == {1}
    assert count(running, "vote", ballot_id) == count(running, "roll", ballot_id) == 1000
