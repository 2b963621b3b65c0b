# SPDX-License-Identifier: Apache-2.0
"""A ballot's definition and its canonical bytes, as services/participation/domain/ballot_encode.h
lists them: one table, read from top to bottom by the decoder and by the encoder.
"""

from verify.encoding import Reader, demand, write_number, write_text

FORMAT = 4
SOURCES = ["national", "city", "district", "other"]
METHODS = ["approval", "choose-1", "cumulative", "scoring", "ordinal"]
RULES = ["greedy", "greedy-no-skip", "greedy-threshold", "equal-shares", "phragmen", "comparison"]
SATISFACTIONS = ["cost", "cardinality", "points"]
COMPLETIONS = ["none", "add1", "add1-exhaustive", "add1u", "utilitarian"]
TIES = ["id", "listed-order", "lowest-cost-then-votes", "drawn", "lot"]
SCOPES = ["district", "local", "area"]
CHANNELS = ["web", "kiosk", "booth", "paper"]
BASES = ["resident-register", "certificate", "did", "manual"]
GROUNDS = ["address", "workplace", "school", "registered-foreigner"]
NUMBER_MAX = 2**63 - 1


class Whole:
    """An unsigned number of so many bytes."""

    def __init__(self, size):
        self.size = size

    def read(self, reader):
        value = reader.number(self.size)
        demand(value <= NUMBER_MAX, "a number too large")
        return value

    def write(self, value):
        return write_number(self.size, value)


class Text:
    def read(self, reader):
        return reader.text()

    def write(self, value):
        return write_text(value)


class Id:
    def read(self, reader):
        return reader.take(16)

    def write(self, value):
        return value


class Word:
    """A word as its place in a list, from first on."""

    def __init__(self, words, first=1):
        self.words, self.first = words, first

    def read(self, reader):
        place = reader.number(1) - self.first
        demand(0 <= place < len(self.words), "a word that there is not")
        return self.words[place]

    def write(self, value):
        return write_number(1, self.words.index(value) + self.first)


class Words:
    """A set of words: bit n for the word in place n, from 1."""

    def __init__(self, words):
        self.words = words

    def read(self, reader):
        bits = reader.number(1)
        chosen = [word for place, word in enumerate(self.words, 1) if bits >> place & 1]
        demand(chosen and self.write(chosen)[0] == bits, "a word that there is not")
        return chosen

    def write(self, value):
        return write_number(1, sum(1 << place for place, word in enumerate(self.words, 1)
                                   if word in value))


class Maybe:
    """Present or not, then a number that is 0 when it is not: None here."""

    def __init__(self, size):
        self.number = Whole(size)

    def read(self, reader):
        present, value = FLAG.read(reader), self.number.read(reader)
        demand(present or value == 0, "an absent value that is not 0")
        return value if present else None

    def write(self, value):
        return FLAG.write(value is not None) + self.number.write(value or 0)


class List:
    def __init__(self, kind):
        self.kind = kind

    def read(self, reader):
        return [self.kind.read(reader) for _ in range(reader.number(2))]

    def write(self, value):
        return write_number(2, len(value)) + b"".join(self.kind.write(item) for item in value)


class Record:
    """Values by name, one after another."""

    def __init__(self, fields):
        self.fields = fields

    def read(self, reader):
        return {name: kind.read(reader) for name, kind in self.fields.items()}

    def write(self, value):
        return b"".join(kind.write(value[name]) for name, kind in self.fields.items())


class Terms:
    """What is given of the terms, in the order of their kinds; None for each that is not."""

    def __init__(self, kinds):
        self.kinds = kinds

    def read(self, reader):
        given, last = dict.fromkeys(name for name, _ in self.kinds), 0
        for _ in range(reader.number(2)):
            number = reader.number(1)
            demand(last < number <= len(self.kinds), "a term unknown, twice or out of order")
            name, kind = self.kinds[number - 1]
            given[name], last = kind.read(reader), number
            demand(given[name] != [], "a term that says nothing")
        return given

    def write(self, value):
        given = [(number, name, kind) for number, (name, kind) in enumerate(self.kinds, 1)
                 if value.get(name) is not None]
        return write_number(2, len(given)) + b"".join(
            write_number(1, number) + kind.write(value[name]) for number, name, kind in given)


FLAG = Word([False, True], first=0)
U8, U16, U32, U64 = Whole(1), Whole(2), Whole(4), Whole(8)
TEXT = Text()

OPTION = Record({
    "number": U32,
    "id": TEXT,
    "name": TEXT,
    "cost_krw": U64,
    "area": TEXT,
    "field": TEXT,
    "programme": TEXT,
})

QUOTA = Record({"scope": Word(SCOPES), "area": TEXT, "min_options": U16, "max_options": U16})

DEFINITION = Record({
    "format": U16,
    "ballot_id": Id(),
    "district": TEXT,
    "title": TEXT,
    "budget_year": U16,
    "funding_source": Word(SOURCES),
    "budget_krw": U64,
    "method": Word(METHODS),
    "rule": Word(RULES),
    "satisfaction": Word(SATISFACTIONS),
    "completion": Word(COMPLETIONS),
    "threshold_score": Maybe(8),
    "tie": Word(TIES),
    "opens_at_ms": U64,
    "closes_at_ms": U64,
    "min_options": U16,
    "max_options": U16,
    "min_cost_krw": Maybe(8),
    "max_cost_krw": Maybe(8),
    "min_points": Maybe(8),
    "max_points": Maybe(8),
    "min_sum_points": Maybe(8),
    "max_sum_points": Maybe(8),
    "default_score": Maybe(8),
    "empty_allowed": FLAG,
    "channels": Words(CHANNELS),
    "bases": Words(BASES),
    "grounds": Words(GROUNDS),
    "min_age": Maybe(1),
    "max_age": Maybe(1),
    "age_on": TEXT,
    "objection_days": U16,
    "demonstration": FLAG,
    "areas": List(TEXT),
    "options": List(OPTION),
    "terms": Terms([
        ("tie_order", List(U32)),
        ("partial_fit", Record({"numerator": U32, "denominator": U32})),
        ("quorum", U64),
        ("incompatible", List(List(U32))),
        ("area_caps", List(Record({"area": TEXT, "cap_krw": U64}))),
        ("field_caps", List(Record({"field": TEXT, "cap_krw": U64}))),
        ("area_quotas", List(QUOTA)),
        ("jury", Record({"resident_weight": U16, "jury_weight": U16, "whole": U16,
                         "max_score": U16, "normalisation": Word(["highest"])})),
        ("quorum_share", Record({"numerator": U32, "denominator": U32})),
        ("min_costs", List(Record({"number": U32, "min_cost_krw": U64}))),
        ("channel_weights", Record({
            "parts": List(Record({"channels": Words(CHANNELS), "weight": U16})), "whole": U16,
            "normalisation": Word(["highest"])})),
    ]),
})


def encode(definition):
    return DEFINITION.write(definition)


def decode(data):
    """The definition that these are the canonical bytes of, as a dict; raises Malformed."""
    reader = Reader(data)
    definition = DEFINITION.read(reader)
    reader.end()
    check(definition)
    return definition


def check(definition):
    """What the bytes cannot say by themselves, as far as counting stands on it."""
    options, terms = definition["options"], definition["terms"]
    numbers = list(range(1, len(options) + 1))
    demand(definition["format"] == FORMAT, "another format")
    demand([option["number"] for option in options] == numbers and options, "options by number")
    demand(len({option["id"] for option in options}) == len(options), "an id twice")
    drawn = sorted(terms["tie_order"] or [])
    demand(drawn == (numbers if definition["tie"] == "drawn" else []), "an order drawn")
    for group in terms["incompatible"] or []:
        demand(len(group) > 1 and set(group) <= set(numbers) and len(set(group)) == len(group),
               "options that exclude each other")
    for name, key in (("area_caps", "area"), ("field_caps", "field")):
        named = [cap[key] for cap in terms[name] or []]
        demand(len(set(named)) == len(named), "a cap twice")
    fit = terms["partial_fit"]
    demand(fit is None or 0 < fit["numerator"] <= fit["denominator"], "a partial fit")
    share = terms["quorum_share"]
    demand(share is None or 0 < share["numerator"] <= share["denominator"], "a quorum's share")
    check_turns(definition)
    shares = definition["rule"] in ("equal-shares", "comparison")
    demand(shares or definition["completion"] == "none", "a completion of nothing")
    demand((definition["rule"] == "greedy-threshold")
           == (definition["threshold_score"] is not None), "a threshold")
    if definition["method"] in ("cumulative", "scoring"):
        limit = "max_sum_points" if definition["method"] == "cumulative" else "max_points"
        demand(definition[limit] is not None, "no limit of points")


def check_turns(definition):
    """What only rules by score can have: weights, and costs that may be adjusted."""
    terms, greedy = definition["terms"], definition["rule"].startswith("greedy")
    jury, adjusted = terms["jury"], terms["min_costs"] or []
    if jury is not None:
        demand(greedy and jury["resident_weight"] > 0 and jury["jury_weight"] > 0
               and jury["resident_weight"] + jury["jury_weight"] == jury["whole"] <= 100
               and 0 < jury["max_score"] <= 1000, "weights that do not add up, or are not used")
    if terms["channel_weights"] is not None:
        check_channel_weights(definition, greedy)
    numbers = [each["number"] for each in adjusted]
    demand(numbers == sorted(set(numbers)), "an option adjusted twice, or out of order")
    demand(not adjusted or (greedy and terms["partial_fit"] is None), "a cost adjusted by nobody")
    for each in adjusted:
        demand(0 < each["number"] <= len(definition["options"]), "an option that there is not")
        cost = definition["options"][each["number"] - 1]["cost_krw"]
        demand(0 < each["min_cost_krw"] < cost, "a least cost that is not below the cost")


def check_channel_weights(definition, greedy):
    """Two parts or more, each accepted channel in one of them; they add up to what residents weigh."""
    weights, jury = definition["terms"]["channel_weights"], definition["terms"]["jury"]
    parts = weights["parts"]
    named = [channel for part in parts for channel in part["channels"]]
    demand(greedy and len(parts) > 1 and all(part["weight"] > 0 for part in parts)
           and sum(part["weight"] for part in parts) == weights["whole"] <= 100
           and (jury is None or weights["whole"] == jury["resident_weight"])
           and sorted(named) == sorted(definition["channels"]),
           "weights of channels that do not add up, or are not of the ballot's channels")


def channel_part(definition, channel):
    """The place of the part that a channel, 1 to 4, is weighed in."""
    word = CHANNELS[channel - 1]
    return next(place for place, part in enumerate(definition["terms"]["channel_weights"]["parts"])
                if word in part["channels"])


def decode_jury(definition, data):
    """What the jury gave each option, in hundredths; raises Malformed."""
    reader, jury = Reader(data), definition["terms"]["jury"]
    jurors, source = reader.number(2), reader.text()
    demand(1 <= jurors <= 100 and 0 < len(source.encode()) <= 1000, "jurors, or their source")
    scores = [reader.number(8) for _ in range(reader.number(2))]
    reader.end()
    demand(len(scores) == len(definition["options"]), "a score missing, or too many")
    demand(all(score <= jurors * jury["max_score"] * 100 for score in scores), "a score too high")
    return scores


def encode_jury(jurors, source, scores):
    return (write_number(2, jurors) + write_text(source) + write_number(2, len(scores))
            + b"".join(write_number(8, score) for score in scores))


def covers(definition, quota, option):
    """Whether the option is one that the quota is for."""
    whole = option["area"] in ("", definition["district"])
    return {"district": whole, "local": not whole,
            "area": option["area"] == quota["area"]}[quota["scope"]]


def point_limits(definition):
    """Least and most points of one option that is chosen, least and most of all together."""
    cumulative = definition["method"] == "cumulative"
    least, most = definition["min_points"], definition["max_points"]
    return (
        int(cumulative) if least is None else least,
        definition["max_sum_points"] if most is None else most,
        (definition["min_sum_points"] or 0) if cumulative else 0,
        definition["max_sum_points"] if cumulative else None,
    )


def body_method(definition):
    """The first byte of a choice_body."""
    if definition["method"] in ("cumulative", "scoring"):
        return 2
    if definition["method"] == "ordinal":
        return 3
    limited = definition["min_cost_krw"] is not None or definition["max_cost_krw"] is not None
    return 4 if limited else 1


def encode_body(definition, choices):
    """choices: {option number: value}."""
    return (write_number(1, body_method(definition)) + write_number(2, len(choices))
            + b"".join(write_number(4, option) + write_number(4, choices[option])
                       for option in sorted(choices)))


def decode_body(definition, body):
    """The choices of a choice_body, {option number: value}; raises Malformed where it breaks a rule."""
    reader = Reader(body)
    demand(reader.number(1) == body_method(definition), "another method")
    choices, last = {}, 0
    for _ in range(reader.number(2)):
        option = reader.number(4)
        demand(last < option <= len(definition["options"]), "options out of order, or unknown")
        choices[option], last = reader.number(4), option
    reader.end()
    check_values(definition, choices)
    check_limits(definition, choices)
    return choices


def check_values(definition, choices):
    values = list(choices.values())
    if definition["method"] == "ordinal":
        demand(sorted(values) == list(range(1, len(values) + 1)), "places")
    elif body_method(definition) == 2:
        least, most, least_sum, most_sum = point_limits(definition)
        demand(all(least <= value <= most for value in values), "points of an option")
        demand(not values or sum(values) >= least_sum, "too few points")
        demand(most_sum is None or sum(values) <= most_sum, "too many points")
    else:
        demand(all(value == 1 for value in values), "a value other than 1")


def check_limits(definition, choices):
    if not choices:
        demand(definition["empty_allowed"], "an empty vote")
        return
    chosen = [definition["options"][number - 1] for number in choices]
    cost = sum(option["cost_krw"] for option in chosen)
    demand(definition["min_options"] <= len(chosen) <= definition["max_options"],
           "number of options")
    demand(definition["min_cost_krw"] is None or cost >= definition["min_cost_krw"], "cost")
    demand(definition["max_cost_krw"] is None or cost <= definition["max_cost_krw"], "cost")
    for quota in definition["terms"]["area_quotas"] or []:
        count = sum(covers(definition, quota, option) for option in chosen)
        demand(quota["min_options"] <= count <= quota["max_options"], "a quota")
