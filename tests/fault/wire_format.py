# SPDX-License-Identifier: Apache-2.0
"""Reading protobuf's wire format by hand, and what events mean to reporting's read model.

Written from proto/ and services/reporting/README.md, and sharing no code with the services: the model
here is the recomputation that I7 compares with. Nothing here depends on the order of events.
"""

import random

SOURCES = {1: "national", 2: "city", 3: "district", 4: "other"}


def _varint(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at += 1
        shift += 7
        if byte < 0x80:
            return number, at


def decode(data):
    """Returns {field number: [values]}; a value is an int or bytes."""
    fields, at = {}, 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value, at = _varint(data, at)
            if value >= 1 << 63:
                value -= 1 << 64
        elif key & 7 == 2:
            length, at = _varint(data, at)
            if at + length > len(data):
                raise ValueError("cut short")
            value, at = bytes(data[at : at + length]), at + length
        else:
            raise ValueError(f"wire type {key & 7}")
        fields.setdefault(key >> 3, []).append(value)
    return fields


class Message:
    """One decoded message, its fields by number with proto3's defaults."""

    def __init__(self, data):
        self._fields = decode(data)

    def number(self, field):
        return self._fields.get(field, [0])[-1]

    def text(self, field):
        return self._fields.get(field, [b""])[-1].decode()

    def data(self, field):
        return self._fields.get(field, [b""])[-1]

    def messages(self, field):
        return [Message(data) for data in self._fields.get(field, [])]


class Event:
    """One row of event.log."""

    def __init__(self, stream, seq, envelope):
        self.stream = stream
        self.row_seq = seq
        message = Message(envelope)
        self.id = message.text(1)
        self.type = message.text(3)
        self.seq = message.number(8)
        self.data = message.data(13)

    @property
    def kind(self):
        """The type without `kr.hyeopchi.<service>.` and `.v1`."""
        return ".".join(self.type.split(".")[3:-1])

    def message(self):
        return Message(self.data)


class ReadModel:
    """Reporting's tables, computed again; each is a dict of key -> row."""

    TABLES = {
        "ballot": "ballot_id::text; title, budget_year, budget_krw",
        "ballot_option": "ballot_id::text, option_id; cost_krw, programme",
        "turnout": "ballot_id::text; batch_no, voters",
        "closing": "ballot_id::text; voters, revisions, days",
        "turnout_cell": "ballot_id::text, dimension, place; name, voters",
        "tally": "ballot_id::text; funded_krw, voters, selections",
        "option_result": "ballot_id::text, option_id; score, funded, reason",
        "envelope": "ballot_id::text; reserved_seq, reserved_krw, released_seq, released_krw,"
        " selected_krw",
        "budget_line": "fiscal_year, programme, funding_source, stage; balance_krw, version",
        "ballot_line": "ballot_id::text, fiscal_year, programme, funding_source; 1",
    }

    def __init__(self):
        self.tables = {name: {} for name in self.TABLES}

    def apply(self, event):
        handler = getattr(self, "_" + event.kind.replace(".", "_").replace("-", "_"), None)
        if handler is not None:
            handler(event, event.message())

    def _once(self, table, key, row):
        self.tables[table].setdefault(key, row)

    def _newest(self, table, key, row, place):
        """Keeps the row whose value at `place` is the highest."""
        kept = self.tables[table].get(key)
        if kept is None or kept[place] < row[place]:
            self.tables[table][key] = row

    def _ballot_opened(self, _, message):
        ballot = message.text(1)
        self._once("ballot", (ballot,), (message.text(2), message.number(3), message.number(5)))
        for option in message.messages(11):
            row = (option.number(4), option.text(7))
            self._once("ballot_option", (ballot, option.text(2)), row)

    def _votes_accepted(self, _, message):
        row = (message.number(2), message.number(5))
        self._newest("turnout", (message.text(1),), row, 0)

    def _ballot_closed(self, _, message):
        ballot = message.text(1)
        self._once("closing", (ballot,), tuple(message.number(field) for field in (3, 4, 5)))
        for table in message.messages(6):
            for place, cell in enumerate(table.messages(2), 1):
                voters = None if cell.number(3) else cell.number(2)
                key = (ballot, table.text(1), place)
                self._once("turnout_cell", key, (cell.text(1), voters))

    def _tally_certified(self, _, message):
        ballot = message.text(1)
        self._once("tally", (ballot,), tuple(message.number(field) for field in (5, 6, 7)))
        for option in message.messages(8):
            row = (option.number(2), bool(option.number(4)), option.text(5))
            self._once("option_result", (ballot, option.text(1)), row)

    def _envelope_row(self, ballot):
        return list(self.tables["envelope"].get((ballot,), (None,) * 5))

    def _envelope_reserved(self, event, message):
        row = self._envelope_row(message.text(1))
        if row[0] is None or row[0] < event.seq:
            row[0:2] = event.seq, message.number(4)
        self.tables["envelope"][(message.text(1),)] = tuple(row)

    def _envelope_released(self, event, message):
        row = self._envelope_row(message.text(1))
        if row[2] is None or row[2] < event.seq:
            row[2:5] = event.seq, message.number(4), message.number(5)
        self.tables["envelope"][(message.text(1),)] = tuple(row)

    def _entries_posted(self, event, message):
        for entry in message.messages(1):
            self._entry_posted(event, entry)

    def _entry_posted(self, _, message):
        ballot = message.text(10)
        for leg in message.messages(7):
            line = (leg.number(1), leg.text(2), SOURCES[leg.number(3)])
            self._newest("budget_line", (*line, leg.text(4)), (leg.number(6), leg.number(7)), 1)
            if ballot:
                self._once("ballot_line", (ballot, *line), (1,))


def fold(events, seed=None):
    """The read model of these events; with a seed, of each of them twice and in any order."""
    model = ReadModel()
    if seed is not None:
        events = [event for event in events for _ in range(2)]
        random.Random(seed).shuffle(events)
    for event in events:
        model.apply(event)
    return model
