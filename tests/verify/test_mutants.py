# SPDX-License-Identifier: Apache-2.0
"""Sound bundles are verified, by both verifiers where hyeopchi-verify is built, and changed ones are
found by both: a sample of what tests/verify/mutate does at length. HYEOPCHI_VERIFY_SEED repeats a run,
HYEOPCHI_VERIFY_MUTANTS asks for more."""

import os
import random
import secrets
import subprocess
import sys

import pytest

from verify import judge, mutants, verifier
from verify.bundle_maker import random_ballot

SEED = int(os.environ.get("HYEOPCHI_VERIFY_SEED", secrets.randbelow(2**32)))
COUNT = int(os.environ.get("HYEOPCHI_VERIFY_MUTANTS", "150"))
FOLDER = os.path.dirname(os.path.abspath(__file__))


@pytest.fixture(name="chance")
def make_chance():
    print(f"HYEOPCHI_VERIFY_SEED={SEED}")
    return random.Random(SEED)


def test_sound_bundles_are_verified_with_all_their_receipts_and_checkpoints(chance, tmp_path):
    run = judge.Run(str(tmp_path))
    for case in mutants.cases(chance, 8):
        found = run.verdict("sound", case.data, list(case.receipts.values()), case.notes)
        assert found == (verifier.VERIFIED, None), run.report()
    empty = mutants.Case.of(random_ballot(chance, voters=0))
    assert run.verdict("empty", empty.data, [], empty.notes) == (verifier.VERIFIED, None)
    assert any(case.ballot.papers for case in mutants.paper_cases(chance, 3))
    assert not run.disagreements, run.report()


def test_every_changed_bundle_is_found_and_the_verifiers_agree(chance, tmp_path):
    run = judge.Run(str(tmp_path))
    judge.mutate_many(chance, run, mutants.cases(chance, 10), COUNT)
    print(run.table())
    assert run.count >= COUNT * 9 // 10, run.report()
    assert not run.undetected and not run.disagreements, run.report()


def test_paper_that_was_changed_is_found_by_both_and_sound_paper_verified(chance, tmp_path):
    run = judge.Run(str(tmp_path))
    cases = mutants.paper_cases(chance, 4)
    for case in cases:
        found = run.verdict("sound", case.data, list(case.receipts.values()), case.notes)
        assert found == (verifier.VERIFIED, None)
    for function in mutants.ABOUT_PAPER:
        judge.mutate_many(chance, run, cases, 3, [function])
    print(run.table())
    assert not run.undetected and not run.disagreements, run.report()


def test_the_verifier_says_by_its_exit_status_what_it_found(chance, tmp_path):
    case = mutants.cases(chance, 1)[0]
    receipt = next(iter(case.receipts.values()))
    written = {name: judge.write(tmp_path / name, data) for name, data in {
        "sound": case.data, "changed": mutants.result_changed(chance, case).data,
        "short": case.data[:-512], "receipt": receipt, "note": case.notes[0],
        "lost": mutants.receipt_that_is_not_there(chance, case).receipts[0]}.items()}

    def run(*arguments):
        done = subprocess.run([sys.executable, "-B", os.path.join(FOLDER, "verifier.py"),
                               *map(str, arguments)], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.splitlines()[-2:]

    sound = written["sound"]
    assert run(sound, "--receipt", written["receipt"], "--checkpoint", written["note"]) == (
        0, ["receipt: ok", "verified"])
    status, told = run(written["changed"])
    assert status == 1 and told[0].startswith("recount: FAILED")
    assert run(sound, "--receipt", written["lost"])[0] == 1
    assert run(written["short"])[0] == 2
    assert run(tmp_path / "absent")[0] == 2
    assert run(sound, "--receipt", written["note"])[0] == 2
    assert run(sound, "--checkpoint", written["receipt"])[0] == 2
    assert run()[0] == 64
    assert run(sound, "--nonsense")[0] == 64
