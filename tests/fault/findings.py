# SPDX-License-Identifier: Apache-2.0
"""What must hold, and what was found not to."""

import collections

INVARIANTS = {
    "I1": "every acknowledged vote exactly once; unacknowledged 0 or 1",
    "I2": "one final vote per ballot and voter; revisions contiguous",
    "I3": "event streams gap-free, and heard to their end",
    "I4": "every receipt can be fetched again, byte for byte",
    "I6": "the ledger adds up, and is what was posted",
    "I7": "projections are what event 1 and all after it lead to",
    "I11": "a probe vote within 10 s of healing, no lag within 30 s",
    "I12": "no crash but the injected, no answer 500, no sanitizer report, no leak of descriptors or memory",
}

VIOLATION_MAX = 20  # of one invariant; the rest is counted


class Findings:
    """What was wrong, by invariant, and some figures of what was looked at."""

    def __init__(self):
        self.violations = {name: [] for name in INVARIANTS}
        self.more = collections.Counter()
        self.figures = {}

    def add(self, invariant, text):
        if len(self.violations[invariant]) < VIOLATION_MAX:
            self.violations[invariant].append(text)
        else:
            self.more[invariant] += 1

    def broken(self):
        return {name for name, texts in self.violations.items() if texts}

    def as_dict(self):
        return {
            "held": sorted(set(INVARIANTS) - self.broken(), key=lambda name: int(name[1:])),
            "broken": {name: texts for name, texts in self.violations.items() if texts},
            "more": dict(self.more),
            "figures": self.figures,
        }

    def __str__(self):
        lines = []
        for name in INVARIANTS:
            for text in self.violations[name]:
                lines.append(f"{name} ({INVARIANTS[name]}): {text}")
            if self.more[name]:
                lines.append(f"{name}: and {self.more[name]} more")
        return "\n".join(lines) or "everything held"
