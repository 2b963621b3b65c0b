# SPDX-License-Identifier: Apache-2.0
"""Who may vote: the rules of a definition, and imported rolls that bound each area, with areas that
fill up while many vote at once."""

import concurrent.futures
import json
import os
import pty
import subprocess

import pytest

from support.client import Key, write_keys
from support.participation import Running, definition, refused, vote
from support.services import environment, program

NDJSON = {"content-type": "application/x-ndjson"}
SEONGSU, MAJANG = "성수1가1동", "마장동"


@pytest.fixture
def running(databases, start_service, tmp_path):
    return Running(databases, start_service, tmp_path).begin()


def areas(seongsu, majang):
    return {"areas": [{"area": SEONGSU, "voters": seongsu}, {"area": MAJANG, "voters": majang}]}


def put_roll(running, ballot_id, body, client=None):
    return (client or running.kim).request("PUT", f"/v1/ballots/{ballot_id}/roll", body)


def open_with_roll(running, seongsu, majang, **changes):
    ballot_id = running.create(**changes)
    answer = put_roll(running, ballot_id, areas(seongsu, majang))
    assert answer.status == 200, answer.body
    running.decide(ballot_id, "open")
    assert running.wait_state(ballot_id, "open", "draft") == "open"
    return ballot_id


def rows(running, table):
    return running.databases.psql(
        "participation", f"SELECT count(*) FROM participation.{table}"
    )[0][0]


def voters_by_area(running, ballot_id):
    """Who has voted, by the cells of the turnout table, which is what the bounds are held against."""
    found = dict(
        running.databases.psql(
            "participation",
            "SELECT cell::integer, voters FROM participation.turnout"
            " WHERE ballot_id = %s AND dimension = 0",
            (ballot_id,),
        )
    )
    return [found.get(0, 0), found.get(1, 0)]


def test_who_may_vote_is_part_of_the_definition_and_refused_by_name(running):
    rules = {"grounds": ["address", "school"], "min_age": 20, "max_age": 39, "age_on": "2023-06-01"}
    ballot_id = running.open_ballot(eligibility=rules, bases=["certificate", "manual"])
    shown = running.public.get(f"/v1/ballots/{ballot_id}").json()
    assert shown["eligibility"] == rules
    other = running.create(bases=["certificate", "manual"])
    shown_other = running.public.get(f"/v1/ballots/{other}").json()
    assert shown["definition_hash"] != shown_other["definition_hash"]
    assert shown_other["eligibility"]["min_age"] is None
    for change, code, field in (
        ({"basis": "did"}, "basis-not-accepted", "/basis"),
        ({"area": "자양1동"}, "area-not-eligible", "/area"),
        ({"age_band": None}, "age-band-missing", "/age_band"),
        ({"age_band": "10-19"}, "age-not-eligible", "/age_band"),
        ({"age_band": "40-49"}, "age-not-eligible", "/age_band"),
        ({"age_band": "70+"}, "age-not-eligible", "/age_band"),
    ):
        body = {"basis": "certificate", **change}
        refused(running.cast(ballot_id, vote(1, **body)), 403, code, field)
    assert rows(running, "roll") == rows(running, "vote") == 0
    for number, band in enumerate(["20-29", "30-39"] * 8):
        body = vote(number, basis="certificate", age_band=band)
        assert running.cast(ballot_id, body).status == 201
    running.close_and_count(ballot_id)
    turnout = running.public.get(f"/v1/ballots/{ballot_id}/turnout").json()
    bands = {cell["name"]: cell["voters"] for cell in turnout["tables"]["age_band"]}
    assert bands == {"20-29": 8, "30-39": 8}, "no cell that could only be empty"


def test_rules_that_contradict_themselves_are_refused_before_there_is_a_ballot(running):
    for rules, status, code, field in (
        ({"min_age": 20}, 422, "age-date-missing", "/eligibility/age_on"),
        ({"age_on": "2023-06-01"}, 422, "age-date-unused", "/eligibility/age_on"),
        ({"min_age": 20, "age_on": "2023-06-31"}, 422, "age-date-invalid", "/eligibility/age_on"),
        ({"min_age": 40, "max_age": 39, "age_on": "2023-06-01"}, 422, "min-age-above-max",
         "/eligibility/min_age"),
        ({"max_age": 9, "age_on": "2023-06-01"}, 422, "age-out-of-range", "/eligibility/max_age"),
        ({"grounds": []}, 422, "value-missing", "/eligibility/grounds"),
        ({"grounds": ["phone"]}, 400, "wrong-value", "/eligibility/grounds"),
    ):
        body = definition(running, eligibility=rules)
        refused(running.kim.post("/v1/ballots", body), status, code, field)
    assert rows(running, "ballot") == 0


def test_a_roll_is_shown_to_everybody_and_replaced_as_a_whole(running):
    ballot_id = running.create()
    target = f"/v1/ballots/{ballot_id}/roll"
    refused(running.public.get(target), 404, "roll-absent")
    assert running.public.get(f"/v1/ballots/{ballot_id}").json()["roll"] is None
    first = put_roll(running, ballot_id, areas(120, 80)).json()
    assert (first["voters"], len(first["roll_hash"])) == (200, 64)
    assert put_roll(running, ballot_id, areas(120, 80), running.lee).json() == first
    assert rows(running, "roll_import") == 1
    second = put_roll(running, ballot_id, {"areas": areas(5, 6)["areas"][::-1]}).json()
    assert second["areas"] == areas(5, 6)["areas"]
    assert running.public.get(target).json() == second
    shown = running.public.get(f"/v1/ballots/{ballot_id}").json()["roll"]
    assert shown == {"voters": 11, "roll_hash": second["roll_hash"]}
    assert second["roll_hash"] != first["roll_hash"]
    assert running.databases.psql(
        "participation", "SELECT import_no, imported_by FROM participation.roll_import ORDER BY 1"
    ) == [(1, "kim"), (2, "kim")]


def test_a_roll_that_is_none_changes_nothing(running):
    ballot_id = running.create()
    assert put_roll(running, ballot_id, areas(120, 80)).status == 200
    before = running.public.get(f"/v1/ballots/{ballot_id}/roll").body
    for body, status, code in (
        (areas(1, -1), 422, "voters-out-of-range"),
        (areas(0, 0), 422, "roll-empty"),
        ({"areas": areas(1, 1)["areas"][:1]}, 422, "area-missing"),
        ({"areas": areas(1, 1)["areas"] * 2}, 422, "area-repeated"),
        ({"areas": areas(1, 1)["areas"] + [{"area": "자양1동", "voters": 1}]}, 422,
         "area-unknown"),
        (b'{"areas": [', 400, "invalid-json"),
        ({"areas": [{"area": SEONGSU, "voters": 1, "name": "x"}]}, 400, "unknown-key"),
    ):
        refused(put_roll(running, ballot_id, body), status, code)
    refused(put_roll(running, ballot_id, areas(1, 1), running.portal), 403, "role-not-allowed")
    refused(put_roll(running, ballot_id, areas(1, 1), running.public), 401, "signature-missing")
    nowhere = "0192f0c1-7b2a-7c3d-8e4f-5a6b7c8d9e0f"
    refused(put_roll(running, nowhere, areas(1, 1)), 404, "not-found")
    assert running.public.get(f"/v1/ballots/{ballot_id}/roll").body == before
    assert (rows(running, "roll_import"), rows(running, "roll_bound")) == (1, 2)


def test_a_roll_imported_between_two_approvals_takes_the_first_one_back(running):
    """Kim approves opening, lee imports a roll and approves: kim has not seen that roll, so the
    ballot must not open before kim approves again."""
    ballot_id = running.create()
    assert put_roll(running, ballot_id, areas(120, 80)).status == 200
    assert running.kim.post(f"/v1/ballots/{ballot_id}:open").status == 202
    assert put_roll(running, ballot_id, areas(120, 81), running.lee).status == 200
    answer = running.lee.post(f"/v1/ballots/{ballot_id}:open")
    assert (answer.status, answer.json()["approvals"]) == (202, 1)
    assert running.state(ballot_id) == "draft"
    assert running.kim.post(f"/v1/ballots/{ballot_id}:open").status == 200
    assert running.wait_state(ballot_id, "open", "draft") == "open"
    refused(put_roll(running, ballot_id, areas(1, 1)), 409, "roll-frozen")
    refused(put_roll(running, ballot_id, areas(120, 81)), 409, "roll-frozen")


def test_an_import_that_races_the_second_approval_is_in_force_or_refused_never_unseen(running):
    """Kim has approved roll A. While lee approves too, a third request imports roll B. Whoever comes
    first under the ballot's row lock decides: either the ballot opens with A and B is refused, or B
    is there and the ballot waits for kim."""
    running.keys.append(Key("operator", "han"))
    running.write_keys()
    running.services["participation"].restart()
    running.services["participation"].wait_ready()
    han = running.client("participation", running.keys[-1])
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for _ in range(8):
            ballot_id = running.create()
            first = put_roll(running, ballot_id, areas(3, 4)).json()["roll_hash"]
            assert running.kim.post(f"/v1/ballots/{ballot_id}:open").status == 202
            approval = pool.submit(running.lee.post, f"/v1/ballots/{ballot_id}:open")
            put = pool.submit(put_roll, running, ballot_id, areas(5, 6), han)
            approved, imported = approval.result().json(), put.result()
            shown = running.public.get(f"/v1/ballots/{ballot_id}").json()
            if approved["done"]:
                refused(imported, 409, "roll-frozen")
                assert shown["roll"] == {"voters": 7, "roll_hash": first}
            else:
                assert (imported.status, approved["approvals"]) == (200, 1)
                assert (shown["state"], shown["roll"]["voters"]) == ("draft", 11)


def test_a_full_area_takes_nobody_new_and_those_who_voted_may_revise(running):
    ballot_id = open_with_roll(running, 2, 1)
    assert running.cast(ballot_id, vote(1)).status == 201
    assert running.cast(ballot_id, vote(2)).status == 201
    problem = refused(running.cast(ballot_id, vote(3)), 409, "roll-full", "/area")
    assert problem["rule"] == "roll"
    assert running.cast(ballot_id, vote(1, ("b",))).json()["vote"]["rev"] == 2
    # To where there is room, leaving room behind; back again there is none.
    assert running.cast(ballot_id, vote(2, area=MAJANG)).json()["vote"]["rev"] == 2
    refused(running.cast(ballot_id, vote(4, area=MAJANG)), 409, "roll-full", "/area")
    assert running.cast(ballot_id, vote(3)).status == 201
    refused(running.cast(ballot_id, vote(2)), 409, "roll-full", "/area")
    assert running.cast(ballot_id, vote(2, ("c",), area=MAJANG)).json()["vote"]["rev"] == 3
    assert voters_by_area(running, ballot_id) == [2, 1]
    running.close_and_count(ballot_id)
    turnout = running.public.get(f"/v1/ballots/{ballot_id}/turnout").json()
    assert turnout["eligible"] == 3
    assert [cell["eligible"] for cell in turnout["tables"]["area"]] == [2, 1]


def test_a_refused_place_may_be_asked_for_again_under_the_same_key(running):
    """A refusal consumes nothing, the Idempotency-Key included: when somebody moves away, the same
    request is accepted."""
    ballot_id = open_with_roll(running, 1, 5)
    assert running.cast(ballot_id, vote(1)).status == 201
    refused(running.cast(ballot_id, vote(2), key="same"), 409, "roll-full")
    assert running.cast(ballot_id, vote(1, area=MAJANG)).status == 201
    assert running.cast(ballot_id, vote(2), key="same").status == 201


def test_a_ballot_without_areas_is_bounded_as_a_whole(running):
    ballot_id = running.create(areas=[])
    refused(put_roll(running, ballot_id, areas(1, 1)), 422, "area-unknown", "/areas/0/area")
    answer = put_roll(running, ballot_id, {"areas": [{"area": "all", "voters": 2}]})
    assert answer.status == 200, answer.body
    running.decide(ballot_id, "open")
    assert running.wait_state(ballot_id, "open", "draft") == "open"
    assert running.cast(ballot_id, vote(1, area="어디든")).status == 201
    assert running.cast(ballot_id, vote(2)).status == 201
    refused(running.cast(ballot_id, vote(3, area="다른 곳")), 409, "roll-full", "/area")
    assert running.cast(ballot_id, vote(1, area="다른 곳")).json()["vote"]["rev"] == 2


def test_an_area_fills_up_exactly_while_many_vote_at_once(running):
    """Four front ends send singles and batches of the same and of different voters at one time, and
    move voters between areas: no area ever has a voter too many, and none stays empty that somebody
    was refused for."""
    bounds = (40, 25)
    ballot_id = open_with_roll(running, *bounds)
    accepted, full = set(), 0

    def single(number):
        answer = running.cast(ballot_id, vote(number, area=(SEONGSU, MAJANG)[number % 2]))
        return [(number, answer.status, answer.json().get("code"))]

    def batch(numbers):
        lines = [vote(n, area=(SEONGSU, MAJANG)[n % 2]) for n in numbers]
        body = b"\n".join(json.dumps(line, ensure_ascii=False).encode() for line in lines)
        target = f"/v1/ballots/{ballot_id}/votes:batch"
        answer = running.portal.post(target, body, headers=NDJSON)
        assert answer.status == 200, answer.body
        return [
            (number, line["status"], line.get("problem", {}).get("code"))
            for number, line in zip(numbers, answer.lines())
        ]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        jobs = [pool.submit(single, number) for number in range(120)]
        jobs += [pool.submit(batch, range(start, start + 30)) for start in range(0, 120, 20)]
        for job in jobs:
            for number, status, code in job.result():
                if status == 201:
                    accepted.add(number)
                else:
                    assert (status, code) == (409, "roll-full")
                    full += 1
    assert full > 0
    assert voters_by_area(running, ballot_id) == list(bounds)
    assert rows(running, "roll") == sum(bounds) == len(accepted)
    assert sum(number % 2 == 0 for number in accepted) == bounds[0]


def test_voters_who_trade_places_never_overfill_an_area(running):
    ballot_id = open_with_roll(running, 10, 10)
    for number in range(18):
        body = vote(number, area=(SEONGSU, MAJANG)[number % 2])
        assert running.cast(ballot_id, body).status == 201

    def move(number):
        area = (MAJANG, SEONGSU)[number % 2]
        return running.cast(ballot_id, vote(number, area=area)).status

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(move, range(18)))
    assert set(answers) <= {201, 409}
    counted = voters_by_area(running, ballot_id)
    assert sum(counted) == 18 and max(counted) <= 10
    listed = running.databases.psql(
        "participation",
        "SELECT sum(rev) FROM participation.roll WHERE ballot_id = %s",
        (ballot_id,),
    )[0][0]
    assert listed == 18 + answers.count(201)


class Command:
    """hyeopchi with kim's key."""

    def __init__(self, running, folder):
        self.folder = folder
        self.env = environment(
            {
                "HYEOPCHI_PARTICIPATION_URL": f"http://127.0.0.1:{running.ports['participation']}",
                "HYEOPCHI_DEMONSTRATION_CLOCK_FILE": running.clock.path,
                "HYEOPCHI_LANGUAGE": "en",
            }
        )
        made = self.run("key", "new", "--role", "operator", "--id", "han", "--out",
                        str(folder / "han.key"), "--not-before", "2020-01-01")
        write_keys(running.keys_file, *running.keys)
        with open(running.keys_file, "a", encoding="ascii") as file:
            file.write(made.stdout)
        running.services["participation"].restart()
        running.services["participation"].wait_ready()
        self.env["HYEOPCHI_KEY_FILE"] = str(folder / "han.key")

    def run(self, *words, status=0, **options):
        done = subprocess.run(
            [program("hyeopchi"), *map(str, words)],
            env=self.env, capture_output=True, text=True, timeout=120, check=False, **options,
        )
        assert done.returncode == status, (words, done.stdout, done.stderr)
        return done

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


def test_hyeopchi_imports_a_roll_and_names_every_bad_line(running, tmp_path):
    command = Command(running, tmp_path)
    ballot_id = running.create()
    good = command.file("good.csv", b"\xef\xbb\xbf" + f'지역,유권자수\r\n"{SEONGSU}",120\r\n'
                        f"{MAJANG},80\r\n".encode())
    checked = json.loads(command.run("roll", "import", ballot_id, good, "--check", "--json").stdout)
    assert (checked["voters"], checked["lines"]) == (200, 2)
    command.run("roll", "show", ballot_id, status=1)
    shown = json.loads(command.run("roll", "import", ballot_id, good, "--json").stdout)
    assert shown["areas"] == areas(120, 80)["areas"]
    assert json.loads(command.run("roll", "show", ballot_id, "--json").stdout) == shown

    bad = command.file("bad.csv", f"area,voters\n{SEONGSU},many\n자양1동,3\n\n{MAJANG}\n")
    done = command.run("roll", "import", ballot_id, bad, status=1)
    assert done.stdout == ""
    *faults, last = done.stderr.splitlines()
    assert [fault.split(": ")[0] for fault in faults] == [
        f"{bad}:2", f"{bad}:3", f"{bad}:5", str(bad)
    ]
    assert "voters: " in faults[0] and "(many) [not-a-number]" in faults[0]
    assert faults[3].endswith(f"({MAJANG}) [area-missing]")
    assert last == f"hyeopchi: {bad}: 4 faults; nothing was imported"
    lines = command.run("roll", "import", ballot_id, bad, "--json", status=1).stdout.splitlines()
    assert [(f["line"], f["field"], f["code"]) for f in map(json.loads, lines)] == [
        (2, "voters", "not-a-number"),
        (3, "area", "area-unknown"),
        (5, None, "field-count"),
        (None, "area", "area-missing"),
    ]
    command.run("roll", "import", ballot_id, tmp_path / "none.csv", status=1)
    command.run("roll", "import", "not-a-ballot", good, status=2)
    assert json.loads(command.run("roll", "show", ballot_id, "--json").stdout) == shown
    running.decide(ballot_id, "open")
    running.wait_state(ballot_id, "open")
    assert "roll-frozen" in command.run("roll", "import", ballot_id, good, status=1).stderr


def test_a_register_of_a_city_is_read_in_a_stream_with_a_bar_on_a_terminal(running, tmp_path):
    command = Command(running, tmp_path)
    ballot_id = running.create()
    line = f"{SEONGSU}\n{MAJANG}\n{SEONGSU}\n"
    city = command.file("city.csv", "area\n" + line * 100_000)
    leader, follower = pty.openpty()
    try:
        done = subprocess.run(
            [program("hyeopchi"), "roll", "import", ballot_id, str(city), "--json"],
            env=command.env, stdout=subprocess.PIPE, stderr=follower, timeout=120, check=True,
        )
        assert json.loads(done.stdout)["voters"] == 300_000
        done = subprocess.run(
            [program("hyeopchi"), "roll", "import", ballot_id, str(city)],
            env=command.env, stdout=subprocess.PIPE, stderr=follower, timeout=120, check=True,
        )
        drawn = os.read(leader, 65536).decode()
    finally:
        os.close(leader)
        os.close(follower)
    assert "roll (bytes) [" in drawn and "100%" in drawn
    piped = command.run("roll", "import", ballot_id, "-", "--json", input="area\n" + line)
    assert json.loads(piped.stdout)["areas"] == areas(2, 1)["areas"]
    assert "%" not in piped.stderr
