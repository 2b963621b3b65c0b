# SPDX-License-Identifier: Apache-2.0
"""The canonical bytes of a ballot's definition and of a vote, written from the table in
services/participation/domain/ballot_encode.h for tests of the verifier. It knows no rule: it
encodes whatever it is given."""

import struct
from dataclasses import dataclass, field

METHODS = ["approval", "choose-1", "cumulative", "scoring", "ordinal"]
RULES = ["greedy", "greedy-no-skip", "greedy-threshold", "equal-shares", "phragmen", "comparison"]
SATISFACTIONS = ["cost", "cardinality", "points"]
COMPLETIONS = ["none", "add1", "add1-exhaustive", "add1u", "utilitarian"]
TIES = ["id", "listed-order", "lowest-cost-then-votes", "drawn", "lot"]
SCOPES = ["district", "local", "area"]
CHANNELS = ["web", "kiosk", "booth", "paper"]
DAY_MS = 24 * 60 * 60 * 1000


@dataclass
class Option:
    id: str
    cost: int
    area: str = ""
    field: str = ""
    name: str = "의제"
    programme: str = ""


@dataclass
class Definition:
    method: str
    rule: str
    budget: int
    options: list
    satisfaction: str = "cost"
    completion: str = "none"
    tie: str = "lowest-cost-then-votes"
    threshold: int = None
    min_options: int = 0
    max_options: int = None
    min_cost: int = None
    max_cost: int = None
    min_points: int = None
    max_points: int = None
    min_sum_points: int = None
    max_sum_points: int = None
    default_score: int = None
    empty_allowed: bool = True
    drawn: list = field(default_factory=list)  # ids
    partial_fit: tuple = None
    quorum: int = None
    incompatible: list = field(default_factory=list)  # lists of ids
    area_caps: list = field(default_factory=list)  # (name, cap)
    field_caps: list = field(default_factory=list)
    quotas: list = field(default_factory=list)  # (scope, area, least, most)
    jury: tuple = None  # resident weight, jury weight, whole, most of one juror
    quorum_share: tuple = None
    channel_weights: list = field(default_factory=list)  # (words of channels, weight)
    min_costs: dict = field(default_factory=dict)  # by id
    areas: list = field(default_factory=list)
    ballot_id: bytes = bytes(range(16))
    district: str = "성동구"
    title: str = "주민투표"
    opens_at_ms: int = 1655683200000
    closes_at_ms: int = 1655683200000 + 4 * DAY_MS


def text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def listed(elements):
    return struct.pack(">H", len(elements)) + b"".join(elements)


def optional(value):
    return struct.pack(">BQ", value is not None, value or 0)


def place(names, name):
    return bytes([names.index(name) + 1])


def numbers(definition):
    return {option.id: number for number, option in enumerate(definition.options, 1)}


def caps(pairs):
    return listed([text(name) + struct.pack(">Q", cap) for name, cap in pairs])


def terms(definition):
    number = numbers(definition)
    elements = []
    if definition.drawn:
        named = [struct.pack(">I", number[name]) for name in definition.drawn]
        elements.append(b"\1" + listed(named))
    if definition.partial_fit:
        elements.append(b"\2" + struct.pack(">II", *definition.partial_fit))
    if definition.quorum is not None:
        elements.append(b"\3" + struct.pack(">Q", definition.quorum))
    if definition.incompatible:
        groups = [listed([struct.pack(">I", number[name]) for name in group])
                  for group in definition.incompatible]
        elements.append(b"\4" + listed(groups))
    if definition.area_caps:
        elements.append(b"\5" + caps(definition.area_caps))
    if definition.field_caps:
        elements.append(b"\6" + caps(definition.field_caps))
    if definition.quotas:
        elements.append(b"\7" + listed([
            place(SCOPES, scope) + text(area) + struct.pack(">HH", least, most)
            for scope, area, least, most in definition.quotas]))
    if definition.jury:
        elements.append(b"\x08" + struct.pack(">HHHHB", *definition.jury, 1))
    if definition.quorum_share:
        elements.append(b"\x09" + struct.pack(">II", *definition.quorum_share))
    if definition.min_costs:
        pairs = sorted((number[name], least) for name, least in definition.min_costs.items())
        elements.append(b"\x0a" + listed([struct.pack(">IQ", *pair) for pair in pairs]))
    if definition.channel_weights:
        parts = [struct.pack(">BH", sum(2 << CHANNELS.index(word) for word in words), weight)
                 for words, weight in definition.channel_weights]
        whole = sum(weight for _, weight in definition.channel_weights)
        elements.append(b"\x0b" + listed(parts) + struct.pack(">HB", whole, 1))
    return listed(elements)


def definition_bytes(d):
    limits = [d.min_points, d.max_points, d.min_sum_points, d.max_sum_points, d.default_score]
    most = d.max_options if d.max_options is not None else len(d.options)
    options = [struct.pack(">I", number) + text(option.id) + text(option.name)
               + struct.pack(">Q", option.cost) + text(option.area) + text(option.field)
               + text(option.programme or f"사업-{number}")
               for number, option in enumerate(d.options, 1)]
    return b"".join([
        struct.pack(">H", 4), d.ballot_id, text(d.district), text(d.title),
        struct.pack(">HBQ", 2023, 3, d.budget),
        place(METHODS, d.method), place(RULES, d.rule), place(SATISFACTIONS, d.satisfaction),
        place(COMPLETIONS, d.completion), optional(d.threshold), place(TIES, d.tie),
        struct.pack(">QQHH", d.opens_at_ms, d.closes_at_ms, d.min_options, most),
        optional(d.min_cost), optional(d.max_cost), *map(optional, limits),
        bytes([d.empty_allowed, 2 | 4 | 8 | 16, 2, 2, 0, 0, 0, 0]), text(""),
        struct.pack(">HB", 14, 1), listed([text(area) for area in d.areas]), listed(options),
        terms(d)])


def jury_bytes(jurors, source, scores):
    """What a bundle carries as `jury`: scores in hundredths, in listed order."""
    return struct.pack(">H", jurors) + text(source) + listed(
        [struct.pack(">Q", score) for score in scores])


def body_bytes(definition, choices):
    """The choice_body of (id, value) pairs; a ranking's values are its places."""
    method = {"approval": 1, "choose-1": 1, "cumulative": 2, "scoring": 2, "ordinal": 3}
    byte = method[definition.method]
    if byte == 1 and (definition.min_cost is not None or definition.max_cost is not None):
        byte = 4
    number = numbers(definition)
    pairs = sorted((number[name], value) for name, value in choices)
    return struct.pack(">BH", byte, len(pairs)) + b"".join(
        struct.pack(">II", option, value) for option, value in pairs)
