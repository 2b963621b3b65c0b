# SPDX-License-Identifier: Apache-2.0
"""Both verifiers on the same bundle, and whether they agree: the exit status always, and the name of
the check that failed. hyeopchi-verify is run as anybody runs it; the Python one in this process.
"""

import json
import os
import subprocess
from collections import Counter
from dataclasses import dataclass, field

from support.paths import BINARIES
from support.services import environment
from verify import mutants, verifier

PROGRAM = os.path.join(BINARIES, "hyeopchi-verify")
PROGRAM_SECONDS = 240  # for a bundle; a fraction of one unless others have the machine


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)
    return path


def run_program(folder, data, receipts, kept):
    """Exit status and the name of the check that failed, of the verifier in C."""
    command = [PROGRAM, "--json", write(os.path.join(folder, "bundle.tar"), data)]
    for number, receipt in enumerate(receipts):
        command += ["--receipt", write(os.path.join(folder, f"receipt-{number}.json"), receipt)]
    for number, note in enumerate(kept):
        command += ["--checkpoint", write(os.path.join(folder, f"checkpoint-{number}"), note)]
    done = subprocess.run(command, capture_output=True, timeout=PROGRAM_SECONDS, env=environment(),
                          check=False)
    told = f"exit status {done.returncode}, stdout {done.stdout[-400:]}, stderr {done.stderr[-4000:]}"
    assert done.returncode in (0, 1, 2), told
    try:
        checks = json.loads(done.stdout)["checks"]
    except (ValueError, KeyError, TypeError) as error:
        raise AssertionError(f"hyeopchi-verify has said no JSON: {told}") from error
    failed = [check["name"] for check in checks if check["outcome"] == "failed"]
    return done.returncode, failed[0] if failed else None


@dataclass
class Run:
    """What came of many mutants."""

    folder: str
    both: bool = os.path.exists(PROGRAM)
    count: int = 0
    stages: Counter = field(default_factory=Counter)
    checks: Counter = field(default_factory=Counter)
    barren: Counter = field(default_factory=Counter)  # kinds of which chance made nothing
    undetected: list = field(default_factory=list)
    disagreements: list = field(default_factory=list)
    other_names: list = field(default_factory=list)

    def verdict(self, what, data, receipts=(), kept=()):
        status, name = verifier.verify(data, receipts, kept)
        if self.both:
            try:
                other = run_program(self.folder, data, receipts, kept)
            except (AssertionError, subprocess.TimeoutExpired) as error:
                raise AssertionError(f"{what}, Python says {(status, name)}: {error}\n"
                                     f"{self.report()}") from error
            if other[0] != status:
                self.disagreements.append((what, (status, name), other))
            elif status == verifier.FAILED and other[1] != name:
                self.other_names.append((what, name, other[1]))
        return status, name

    def take(self, mutate, case, mutant):
        """Shows the bundle alone first, then all receipts beside it, then a checkpoint."""
        self.count += 1
        kind, receipts = mutate.__name__, list(mutant.receipts)
        steps = [(mutants.ALONE, receipts, []),
                 (mutants.RECEIPT, receipts + list(case.receipts.values()), []),
                 (mutants.KEPT, receipts, [mutant.kept or case.notes[-1]])]
        for stage, given, kept in steps:
            status, name = self.verdict(kind, mutant.data, given, kept)
            if status != verifier.VERIFIED:
                self.stages[kind, stage] += 1
                self.checks[kind, name or "unreadable"] += 1
                return
            if mutants.FINDERS[mutate] == stage:
                break
        path = os.path.join(self.folder, f"undetected-{len(self.undetected)}-{kind}")
        write(f"{path}.tar", mutant.data)
        for number, receipt in enumerate(mutant.receipts):
            write(f"{path}-receipt-{number}.json", receipt)
        self.undetected.append((kind, f"{path}.tar", [receipt.decode("utf-8", "backslashreplace")
                                                      for receipt in mutant.receipts]))

    def report(self):
        """All that is known when something is wrong."""
        lines = [f"{self.count} mutants shown to {'both' if self.both else 'the one in Python'}"]
        lines += [f"not found: {each}" for each in self.undetected]
        lines += [f"disagreement: {each}" for each in self.disagreements]
        lines += [f"another name: {each}" for each in self.other_names]
        lines += [f"nothing made of it: {kind}, {times} times"
                  for kind, times in self.barren.items()]
        return "\n".join(lines)

    def table(self):
        rows = []
        for mutate in mutants.FINDERS:
            kind = mutate.__name__
            found = [f"{self.stages[kind, stage]:5}"
                     for stage in (mutants.ALONE, mutants.RECEIPT, mutants.KEPT)]
            checks = sorted((name for other, name in self.checks if other == kind),
                            key=(verifier.CHECKS + ["unreadable"]).index)
            named = ", ".join(f"{name} {self.checks[kind, name]}" for name in checks)
            rows.append(f"{kind:42} {' '.join(found)}  {named}")
        return "\n".join([f"{'found by':42} alone receipt kept", *rows])


def mutate_many(chance, run, found, count, kinds=None):
    """count mutants of the cases: every kind in turn, until chance makes no more of it."""
    kinds = kinds or list(mutants.FINDERS)
    made = 0
    while made < count:
        mutate = kinds[made % len(kinds)]
        for _ in range(50):
            case = chance.choice(found)
            mutant = mutate(chance, case)
            if mutant is not None and (mutant.data != case.data or mutant.receipts):
                run.take(mutate, case, mutant)
                break
        else:
            run.barren[mutate.__name__] += 1
        made += 1
