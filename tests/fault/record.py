# SPDX-License-Identifier: Apache-2.0
"""The record of what was asked and answered, read back for the checker."""

import json

from receipts import BadReceipt, verify_receipt


class Ask:
    """One request of the record and all its answers."""

    def __init__(self, line):
        self.n = line["n"]
        self.what = line["what"]
        self.key = line["key"]
        self.target = line["target"]
        self.ballot = line.get("ballot")
        self.votes = line.get("votes", [])
        self.entry = line.get("entry")
        self.role = line.get("role", "front_end")
        self.answers = []

    def verified(self):
        """The answers of a vote or a batch that prove something: (line, JSON, body) of each vote."""
        for status, body in self.answers:
            if self.what == "vote" and status == 201:
                lines = [(0, body)]
            elif self.what == "batch" and status == 200:
                lines = [(i, text) for i, text in enumerate(body.splitlines(), 1)]
            else:
                continue
            for line, text in lines:
                try:
                    accepted = json.loads(text)
                    verify_receipt(accepted)
                except (BadReceipt, ValueError, KeyError, TypeError):
                    continue
                yield line, accepted, text

    def refused(self):
        """The lines that were refused for good."""
        for status, body in self.answers:
            if self.what == "vote" and status in (403, 409, 422):
                yield 0
            elif self.what == "batch" and status == 200:
                for text in body.splitlines():
                    try:
                        line = json.loads(text)
                    except ValueError:
                        continue
                    if line.get("status") in (403, 409, 422):
                        yield line["line"]


class Record:
    """The record file, read back."""

    def __init__(self, path):
        self.ballots = {}
        self.asks = {}
        self.crashes = []
        self.injected = 0
        self.missed = 0
        with open(path, encoding="utf-8") as file:
            for text in file:
                self._take(json.loads(text))

    def _take(self, line):
        kind = line["kind"]
        if kind == "ask":
            self.asks[line["n"]] = Ask(line)
        elif kind == "answer":
            self.asks[line["n"]].answers.append((line["status"], line["body"]))
        elif kind == "ballot":
            self.ballots[line["ballot"]] = line
        elif kind == "crash":
            self.crashes.append(line)
        elif kind == "inject":
            self.injected += 1
        elif kind == "missed":
            self.missed += 1

    def of_ballot(self, ballot_id):
        return [
            ask
            for ask in self.asks.values()
            if ask.ballot == ballot_id and ask.what in ("vote", "batch")
        ]
