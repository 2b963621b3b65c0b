# SPDX-License-Identifier: Apache-2.0
"""Votes weighed by the channel that they came through: refused by name before opening, counted by the
service with real votes of every channel, counted again by both verifiers and by the command, in the
exported file without a flag; and the file makes the same ballot again."""

import json
import os

import pytest

from support.command import run_command
from support.participation import definition, refused, vote
from test_participation_paper import Polling, certified, issued
from test_slice import Office, both, create_ballot, import_votes, wait_for
from test_terms import certified as certified_with_file
from verify import judge, verifier

CHANNELS = ["web", "kiosk", "booth", "paper"]


def weights(online=30, onsite=70, whole=100):
    return {"parts": [{"channels": ["web", "kiosk"], "weight": online},
                      {"channels": ["booth", "paper"], "weight": onsite}],
            "whole": whole}


@pytest.fixture
def running(databases, start_service, tmp_path):
    return Polling(databases, start_service, tmp_path).hire().begin()


@pytest.fixture
def run(tmp_path):
    run = judge.Run(str(tmp_path))
    yield run
    assert not run.disagreements


def check_what_contradicts_itself_is_refused_by_name_before_opening(running):
    jury = {"resident_weight": 50, "jury_weight": 50, "whole": 100, "max_score": 10}
    twice = weights()
    twice["parts"][1]["channels"] = ["booth", "web", "paper"]
    unknown = weights()
    unknown["parts"][0]["channels"] = ["web", "telephone"]
    for changes, code, field in (
        ({"channel_weights": weights(whole=99)}, "channel-weights-sum", "/channel_weights/whole"),
        ({"channel_weights": weights(), "jury": jury}, "channel-weights-sum",
         "/channel_weights/whole"),
        ({"channel_weights": weights(online=0, onsite=100)}, "channel-weight-out-of-range",
         "/channel_weights/parts/0/weight"),
        ({"channel_weights": twice}, "channel-weight-repeated",
         "/channel_weights/parts/1/channels"),
        ({"channel_weights": weights(), "channels": ["web", "kiosk", "booth"]},
         "channel-weight-not-accepted", "/channel_weights/parts/1/channels"),
        ({"channel_weights": {"parts": [{"channels": ["web"], "weight": 30},
                                        {"channels": ["booth"], "weight": 70}], "whole": 100}},
         "channel-weight-missing", "/channel_weights/parts"),
        ({"channel_weights": {"parts": [{"channels": CHANNELS, "weight": 100}], "whole": 100}},
         "channel-weights-alone", "/channel_weights/parts"),
        ({"channel_weights": {"parts": [], "whole": 100}}, "channel-weights-alone",
         "/channel_weights/parts"),
        ({"channel_weights": {"parts": [], "whole": 0}}, "channel-weights-alone",
         "/channel_weights/parts"),
        ({"channel_weights": {"parts": [], "whole": 100}, "rule": "phragmen"},
         "channel-weights-alone", "/channel_weights/parts"),
        ({"channel_weights": weights(), "rule": "equal-shares"}, "channel-weights-unused",
         "/channel_weights"),
        ({"channel_weights": weights(), "rule": "phragmen"}, "channel-weights-unused",
         "/channel_weights"),
        ({"channel_weights": weights(), "rule": "comparison"}, "channel-weights-unused",
         "/channel_weights"),
    ):
        refused(running.kim.post("/v1/ballots", definition(running, **changes)), 422, code, field)
    body = definition(running, channel_weights=unknown)
    refused(running.kim.post("/v1/ballots", body), 400, "wrong-value",
            "/channel_weights/parts/0/channels")


def cast(running, ballot_id, number, options, channel):
    """A vote by whoever may hand in one of this channel."""
    who = running.clerk if channel == "booth" else running.portal
    answer = who.post(f"/v1/ballots/{ballot_id}/votes", vote(number, options, channel=channel))
    assert answer.status == 201, answer.body


def cast_everywhere(running, ballot_id):
    """Online a 5, b 2; on site b 1, c 3. Two who chose a online chose again at a booth and on paper."""
    for number in range(7):
        cast(running, ballot_id, number, ("a",), "web" if number % 2 else "kiosk")
    for number in (7, 8):
        cast(running, ballot_id, number, ("b",), "web")
    cast(running, ballot_id, 0, ("c",), "booth")
    cast(running, ballot_id, 20, ("c",), "booth")
    for number in (1, 21):
        issued(running.issue(ballot_id, number))
    assert running.envelopes(ballot_id, 1, 2).status == 200
    running.enter_both(ballot_id, 1, {1: ("b",), 2: ("c",)})
    running.seal(ballot_id, 1)


def parts_of(result):
    return {option["id"]: ([part["part"] for part in option["channel_parts"]], option["combined"])
            for option in result["options"]}


def exported(running, ballot_id, folder):
    """The path of the ballot's .pb file."""
    path = os.path.join(folder, f"{ballot_id}.pb")
    with open(path, "wb") as file:
        file.write(running.kim.get(f"/v1/ballots/{ballot_id}/votes.pb").body)
    return path


def check_the_last_vote_counts_in_the_part_of_its_channel(running, run):
    ballot_id = running.open_ballot(channel_weights=weights())
    shown = running.public.get(f"/v1/ballots/{ballot_id}").json()
    assert shown["channel_weights"] == {**weights(), "normalisation": "highest"}
    cast_everywhere(running, ballot_id)
    running.decide(ballot_id, "close")
    result = certified(running, ballot_id)
    assert result["channel_weights"] == {"normalisation": "highest", "parts": [
        {"channels": ["web", "kiosk"], "weight": 30, "votes": 7, "highest_score": "5"},
        {"channels": ["booth", "paper"], "weight": 70, "votes": 4, "highest_score": "3"}]}
    # a is first of all votes, and last by weight.
    assert [option["score"] for option in result["options"]] == ["5", "3", "3"]
    assert parts_of(result) == {"a": (["30", "0"], "30"), "b": (["12", "70/3"], "106/3"),
                                "c": (["0", "70"], "70")}
    assert result["funded"] == ["c", "b"]
    assert run.verdict("by channel", running.bundle(ballot_id)) == (verifier.VERIFIED, None)
    text = running.public.get(f"/v1/ballots/{ballot_id}/result").body.decode()
    export = exported(running, ballot_id, run.folder)
    with open(export, encoding="utf-8") as file:
        assert "\nchannel_weights;web+kiosk:30,booth+paper:70\n" in file.read()
    assert run_command("tally", export, "--json").stdout == text + "\n"
    explained = run_command("tally", export, "--explain").stdout
    assert "web+kiosk 30 (7표), booth+paper 70 (4표)" in explained
    assert "web+kiosk 12.00 + booth+paper 23.33 = 35.33" in explained
    table = run_command("tally", export, "--table").stdout
    assert "web+kiosk:30, booth+paper:70" in table


def check_a_part_without_votes_gives_nobody_anything(running, run):
    ballot_id = running.open_ballot(channel_weights=weights())
    for number in range(3):
        cast(running, ballot_id, number, ("b", "a")[: 1 + number // 2], "web")
    running.decide(ballot_id, "close")
    result = certified(running, ballot_id)
    assert parts_of(result) == {"a": (["10", "0"], "10"), "b": (["30", "0"], "30"),
                                "c": (["0", "0"], "0")}
    assert result["funded"] == ["b", "a"]
    assert run.verdict("one part", running.bundle(ballot_id)) == (verifier.VERIFIED, None)


def check_a_jury_is_one_more_part_and_equal_sums_are_a_tie(running, run):
    jury = {"resident_weight": 60, "jury_weight": 40, "whole": 100, "max_score": 10}
    ballot_id = running.open_ballot(channel_weights=weights(30, 30, 60), jury=jury, max_options=3)
    cast(running, ballot_id, 0, ("a",), "web")
    cast(running, ballot_id, 1, ("b",), "booth")
    given = {"jurors": 1, "source": "심사 회의록", "scores": [
        {"option": name, "score": score} for name, score in zip("abc", ("5", "5", "10"))]}
    for who in (running.kim, running.lee):
        assert who.post(f"/v1/ballots/{ballot_id}:jury", given).status in (200, 202)
    running.decide(ballot_id, "close")
    result = certified(running, ballot_id)
    assert result["jury"] == {"resident_weight": 60, "jury_weight": 40,
                              "normalisation": "highest", "highest_jury": "10"}
    assert {name: combined for name, (_, combined) in parts_of(result).items()} == {
        "a": "50", "b": "50", "c": "40"}
    assert result["ties"] == [{"options": ["a", "b"], "combined": "50", "decided_by": ["id"],
                               "decisive": False}]
    assert run.verdict("with a jury", running.bundle(ballot_id)) == (verifier.VERIFIED, None)
    export = exported(running, ballot_id, run.folder)
    text = running.public.get(f"/v1/ballots/{ballot_id}/result").body.decode()
    assert run_command("tally", export, "--json").stdout == text + "\n"


def test_votes_are_weighed_by_channel_through_the_service(running, run):
    check_what_contradicts_itself_is_refused_by_name_before_opening(running)
    check_the_last_vote_counts_in_the_part_of_its_channel(running, run)
    check_a_part_without_votes_gives_nobody_anything(running, run)
    check_a_jury_is_one_more_part_and_equal_sums_are_a_tie(running, run)


FILE = """META
key;value
description;현장과 온라인
country;South Korea
budget;60
vote_type;approval
max_length;2
PROJECTS
project_id;cost;name
도로;40;도로
공원;30;공원
쉼터;20;쉼터
VOTES
voter_id;voting_method;vote
1;web;도로
2;Online;도로,공원
3;kiosk;공원
4;Station;쉼터
5;booth;쉼터,공원
"""
GIVEN = "web+kiosk:40,booth+paper:60"


def test_a_file_with_channels_is_counted_imported_exported_and_made_again(
        databases, start_service, tmp_path):
    office = Office(databases, start_service, tmp_path).begin()
    path = tmp_path / "channels.pb"
    path.write_text(FILE, encoding="utf-8")
    by_flags = run_command("tally", str(path), "--channel-weights", GIVEN, "--tie", "id", "--json")
    counted = json.loads(by_flags.stdout)
    assert parts_of(counted) == {"도로": (["40", "0"], "40"), "공원": (["40", "30"], "70"),
                                 "쉼터": (["0", "60"], "60")}
    for wrong in ("web:40", "web:40,web:60", "web+telephone:40,booth:60", "web:40,booth:61",
                  "web:0,booth:100", "web:40,booth:60,", "web;40", ""):
        done = run_command("tally", str(path), "--channel-weights", wrong, check=False)
        assert done.returncode != 0 and "--channel-weights" in done.stderr, wrong
    done = run_command("tally", str(path), "--channel-weights", "web+kiosk:40,paper:60",
                       check=False)
    assert done.returncode != 0 and "[vote-channel]" in done.stderr
    ballot_id = create_ballot(office, str(path), "--channel-weights", GIVEN, "--tie",
                              "id")["ballot_id"]
    both(office, "open", ballot_id, "open")
    import_votes(office, str(path), ballot_id)
    both(office, "close", ballot_id, "counted")
    text, result, file = certified_with_file(office, ballot_id)
    assert parts_of(result) == parts_of(counted)
    assert run_command("tally", file, "--json").stdout == text + "\n"
    assert run_command("pb", "check", file).returncode == 0


MIXED = FILE[: FILE.index("1;web")] + """1;Mobile;도로
2;pigeon;도로
3;Paper;공원
4;offline;쉼터
5;;쉼터
"""


def test_a_vote_whose_channel_its_file_does_not_say_is_in_no_part(
        databases, start_service, tmp_path):
    office = Office(databases, start_service, tmp_path).begin()
    path, refusals = tmp_path / "mixed.pb", tmp_path / "refusals"
    path.write_text(MIXED, encoding="utf-8")
    apart = "web+kiosk:30,booth:30,paper:40"
    counted = run_command("tally", str(path), "--channel-weights", apart, check=False)
    assert counted.returncode == 1 and "[vote-channel]" in counted.stderr

    def brought(weights, *more):
        ballot_id = create_ballot(office, str(path), "--channel-weights", weights)["ballot_id"]
        both(office, "open", ballot_id, "open")
        done = office.run(
            office.portal, "vote", "import", str(path), "--ballot", ballot_id,
            "--subject-key-file", office.subject_key, "--staff-key-file", office.clerk.path,
            "--refusals", str(refusals), *more, "--json", check=False)  # fmt: skip
        answer = json.loads(done.stdout)
        lines = [json.loads(line)["line"] for line in refusals.read_text().splitlines()]
        return done, (answer["votes"], answer["accepted"], answer["reasons"]), lines

    first = MIXED.splitlines().index("1;Mobile;도로") + 1
    done, answer, lines = brought(apart)
    assert done.returncode == 1 and "(pigeon)" in done.stderr and "(Paper)" in done.stderr
    assert f" {first + 1}" in done.stderr, done.stderr
    assert answer == (5, 2, {"vote-channel": 2, "vote-channel-paper": 1})
    assert lines == [first + 1, first + 2, first + 4]
    _, answer, lines = brought(GIVEN)
    assert answer == (5, 3, {"vote-channel": 2}) and lines == [first + 1, first + 4]
    done, answer, lines = brought(apart, "--channel", "kiosk")
    assert done.returncode == 0 and answer == (5, 5, {}) and lines == []


MANY = 1000


def largest_file(office):
    """As many options as a ballot has, with the longest ids, and votes for all of them."""
    ids = [f"{number:04}" + "x" * 60 for number in range(MANY)]
    rows = ["META", "key;value", "description;가장 큰 투표", f"budget;{MANY}", "vote_type;approval",
            f"max_length;{MANY}", "PROJECTS", "project_id;cost;name"]
    rows += [f"{name};{number + 1};{number}" for number, name in enumerate(ids)]
    rows += ["VOTES", "voter_id;voting_method;vote"]
    rows += [f"v{voter};{('web', 'kiosk', 'booth')[voter % 3]};{','.join(ids[voter % 7::2 + voter % 5])}"
             for voter in range(21)]
    path = os.path.join(office.folder, "largest.pb")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
    return path, ids


def test_the_largest_weighed_ballot_is_certified_and_its_report_says_the_weights(
        databases, start_service, tmp_path):
    office = Office(databases, start_service, tmp_path).begin()
    path, ids = largest_file(office)
    by_channel = "web:9,kiosk:9,booth:9,paper:10"
    ballot_id = create_ballot(office, path, "--channel-weights", by_channel, "--weights", "37:63",
                              "--jury-max-score", "1000", "--tie", "id")["ballot_id"]
    both(office, "open", ballot_id, "open")
    assert import_votes(office, path, ballot_id)["accepted"] == 21
    scores = os.path.join(office.folder, "scores.csv")
    with open(scores, "w", encoding="utf-8") as file:
        file.writelines(f"{name},{number * 7 % 991}.{number % 90 + 10}\n"
                        for number, name in enumerate(ids))
    for key in (office.kim, office.lee):
        office.run(key, "ballot", "jury", ballot_id, "--jurors", "7", "--document", "심사 회의록",
                   "--scores", scores)
    both(office, "close", ballot_id, "counted")
    both(office, "certify", ballot_id, "certified")
    result = office.client("participation").get(f"/v1/ballots/{ballot_id}/result").body
    assert len(result) > 256 * 1024  # No event holds so much.
    public = office.client("reporting")

    def reported():
        return public.get(f"/v1/ballot-reports/{ballot_id}").json()

    wait_for(office, lambda: reported().get("state") == "certified")
    assert reported()["result"]["channel_weights"] == by_channel
    assert reported()["result"]["jury"] == {"resident_weight": 37, "jury_weight": 63}
