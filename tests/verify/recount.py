# SPDX-License-Identifier: Apache-2.0
"""The tally of a ballot with all its rounds and ties, as services/participation/domain/tally.h and
tally_json.h tell it: exact fractions, one balance per voter, one run per endowment. For small ballots.
"""

from fractions import Fraction

from support.tally_reference import Election, Option, complete, price, tie_key
from verify.definition import channel_part
from verify.encoding import tagged_hash, write_json, write_number

CRITERIA = {
    "lowest-cost-then-votes": ["cost", "votes", "id"],
    "id": ["id"],
    "listed-order": ["listed-order"],
    "drawn": ["drawn", "id"],
    "lot": ["lot", "id"],
}
CRITERIA_IN_ORDER = ["cost", "votes", "id", "listed-order", "drawn", "lot"]
BARRED = ("incompatible", "over-area-cap", "over-field-cap")


def lot_order(ids, seed):
    seed = write_number(2, len(seed)) + seed
    return sorted(ids, key=lambda name: tagged_hash("lot", seed + name.encode()))


def quorum_of(terms, electorate):
    """How many must vote: the number, or the least that is the share of the electorate; 0: none."""
    needed = terms["quorum"] or 0
    if terms["quorum_share"] is not None:
        share = Fraction(**terms["quorum_share"]) * electorate
        needed = max(needed, -(-share.numerator // share.denominator))
    return needed


def make_election(definition, votes, seed, electorate=None):
    """votes: per voter {option number: value}."""
    terms = definition["terms"]
    options = [Option(option["id"], Fraction(option["cost_krw"]), area=option["area"],
                      field=option["field"]) for option in definition["options"]]
    ids = [option.id for option in options]
    drawn = [ids[number - 1] for number in terms["tie_order"] or []]
    ranked = definition["method"] == "ordinal"
    ballots = []
    for choices in votes:
        numbers = sorted(choices, key=choices.get) if ranked else sorted(choices)
        ballots.append([(number - 1, Fraction(choices[number])) for number in numbers])
    return Election(
        definition["method"], Fraction(definition["budget_krw"]), options, ballots,
        default_score=Fraction(definition["default_score"] or 0),
        threshold=Fraction(definition["threshold_score"] or 0),
        drawn=drawn if seed is None else lot_order(ids, seed),
        groups=[[number - 1 for number in group] for group in terms["incompatible"] or []],
        area_caps={cap["area"]: Fraction(cap["cap_krw"]) for cap in terms["area_caps"] or []},
        field_caps={cap["field"]: Fraction(cap["cap_krw"]) for cap in terms["field_caps"] or []},
        quorum=quorum_of(terms, electorate),
        least={each["number"] - 1: Fraction(each["min_cost_krw"])
               for each in terms["min_costs"] or []})


class Count:
    """A count in progress: who is funded, and what is written down about it."""

    def __init__(self, election, definition, jury=None, parts=None):
        self.election, self.definition = election, definition
        self.rule, self.tie = definition["rule"], definition["tie"]
        self.satisfaction = definition["satisfaction"]
        self.everyone = range(len(election.options))
        self.scores = [Fraction(election.score(option)) for option in self.everyone]
        self.key = tie_key(election, "drawn" if self.tie == "lot" else self.tie)
        self.weigh(definition["terms"], jury, parts)
        self.compared = None
        self.clear()

    def weigh(self, terms, jury, parts):
        """Each part is its share of the highest that any option has of it, times its weight. parts:
        the elections of the parts of channels, where they are weighed."""
        weights, channels = terms["jury"], terms["channel_weights"]
        self.jury = None if weights is None else [Fraction(score, 100) for score in jury]
        weighed = []
        if channels is not None:
            self.part_votes = [len(part.votes) for part in parts]
            weighed = [(part["weight"],
                        [Fraction(election.score(option)) for option in self.everyone])
                       for part, election in zip(channels["parts"], parts)]
        elif weights is not None:
            weighed = [(weights["resident_weight"], self.scores)]
        if weights is not None:
            weighed.append((weights["jury_weight"], self.jury))
        self.part_scores = [scores for _, scores in weighed]
        self.highest = [max(scores) for scores in self.part_scores]
        self.parts = [[weight * scores[option] / (max(scores) or 1) for weight, scores in weighed]
                      for option in self.everyone]
        self.turns = [sum(parts) for parts in self.parts] if weighed else self.scores

    def clear(self):
        self.granted = {}
        self.funded, self.left = [], self.election.budget
        self.rounds, self.ties = [], []
        self.reasons = {}
        self.endowment = None

    def cost(self, option):
        return self.election.options[option].cost

    def gets(self, option):
        """What the option gets, or would get where it is not funded."""
        return self.granted.get(option, self.cost(option))

    def least(self, option):
        return self.election.least.get(option, self.cost(option))

    def room(self, option):
        """What there is for an option that the limits let have its least cost: of the budget, under
        the caps of its area and field, and no more than its cost."""
        election, entry, most = self.election, self.election.options[option], [self.left]
        for caps, key in ((election.area_caps, "area"), (election.field_caps, "field")):
            name = getattr(entry, key)
            if name in caps:
                most.append(caps[name] - sum(self.gets(other) for other in self.funded
                                             if getattr(election.options[other], key) == name))
        return min(self.cost(option), *most)

    def bar(self, option, funded, amount):
        """Why the limits do not let the option have that much beside those funded; None: they do."""
        election, entry = self.election, self.election.options[option]
        if any(option in group and other in group for group in election.groups for other in funded):
            return "incompatible"
        spent = sum(self.gets(other) for other in funded
                    if election.options[other].area == entry.area)
        if spent + amount > election.area_caps.get(entry.area, spent + amount):
            return "over-area-cap"
        spent = sum(self.gets(other) for other in funded
                    if election.options[other].field == entry.field)
        if spent + amount > election.field_caps.get(entry.field, spent + amount):
            return "over-field-cap"
        return None

    def admits(self, option):
        return self.bar(option, self.funded, self.cost(option)) is None

    def fund(self, option, amount):
        self.funded.append(option)
        self.left -= amount
        self.reasons[option] = "funded"

    def note_round(self, option, **more):
        self.rounds.append({"option": option, "funded": option in self.funded,
                            "left_over": self.left, **more})

    def decided_by(self, tied):
        """What the tie rule used to put each of them before the next."""
        used = set()
        for first, second in zip(tied, tied[1:]):
            criteria = CRITERIA[self.tie]
            differs = [a != b for a, b in zip(self.key(first), self.key(second))]
            used.add(criteria[differs.index(True)])
        return [criterion for criterion in CRITERIA_IN_ORDER if criterion in used]

    # By score.

    def rank(self, option, by_cost):
        """Highest first: score, or score / cost where what costs nothing stands above all."""
        score, cost = self.turns[option], self.cost(option) if by_cost else Fraction(1)
        if cost == 0:
            return (-1 if score > 0 else 1 if score < 0 else 0, Fraction(0))
        return (0, -score / cost)

    def walk(self, step):
        """Gives every option not yet funded its turn by score; step is "turn" or "fill"."""
        by_cost = (self.satisfaction == "cardinality" and step == "turn"
                   and self.rule != "comparison")
        groups = {}
        for option in self.everyone:
            if option in self.funded:
                continue
            if self.rule == "greedy-threshold" and self.scores[option] < self.election.threshold:
                self.reasons[option] = "below-threshold"
                continue
            groups.setdefault(self.rank(option, by_cost), []).append(option)
        stopped = False
        for rank in sorted(groups):
            group = sorted(groups[rank], key=self.key)
            if not stopped:
                self.note_tie_by_score(group)
            for option in group:
                stopped = self.take_turn(option, step, stopped)

    def take_turn(self, option, step, stopped):
        if stopped:
            self.reasons[option] = "stopped"
            return True
        barred = self.bar(option, self.funded, self.least(option))
        if barred is not None:
            self.reasons[option] = barred
        elif self.least(option) <= self.left:
            amount = self.room(option)
            self.fund(option, amount)
            if amount < self.cost(option):
                self.granted[option] = amount
                self.reasons[option] = "funded-partly"
        else:
            too_dear = self.least(option) > self.election.budget
            self.reasons[option] = "over-budget" if too_dear else "over-left"
            stopped = self.rule == "greedy-no-skip"
        self.note_round(option, **({} if step == "turn" else {"step": step}))
        return stopped

    def note_tie_by_score(self, group):
        tied = [option for option in group
                if self.bar(option, self.funded, self.least(option)) is None
                and (self.rule == "greedy-no-skip" or self.least(option) <= self.left)]
        if len(tied) < 2:
            return
        funded, left, decisive = list(self.funded), self.left, False
        for option in tied:
            if self.cost(option) > left or self.bar(option, funded, self.cost(option)) is not None:
                decisive = True
                break
            funded.append(option)
            left -= self.cost(option)
        self.ties.append({"options": tied, "score": self.turns[group[0]],
                          "decided_by": self.decided_by(tied), "decisive": decisive})

    # By shares and by load.

    def note_tie_by_rate(self, tied, step):
        tied = sorted(tied, key=self.key)
        last = self.ties[-1] if self.ties else {}
        if len(tied) < 2 or (last.get("step") == step and set(tied) <= set(last["options"])):
            return
        self.ties.append({"options": tied, "round": len(self.rounds) + 1, "step": step,
                          "decided_by": self.decided_by(tied), "decisive": None})

    def supporters(self, satisfaction):
        """Per option that somebody supports: {voter: what it is worth to them}."""
        found = {}
        for option in self.everyone:
            worths = {voter: self.election.utility(voter, option, satisfaction)
                      for voter in range(len(self.election.votes))}
            found[option] = {voter: worth for voter, worth in worths.items() if worth is not None}
        return found

    def share(self, endowment, supporters):
        """One run of equal shares."""
        balances = [endowment] * len(self.election.votes)
        waiting = [option for option in self.everyone if supporters[option]]
        while True:
            for option in waiting:
                barred = self.bar(option, self.funded, self.cost(option))
                if barred is not None:
                    self.reasons[option] = barred
            waiting = [option for option in waiting if self.admits(option)]
            for option in list(waiting):
                if sum(balances[voter] for voter in supporters[option]) < self.cost(option):
                    waiting.remove(option)
                    self.note_round(option, step="shares", supporters=len(supporters[option]))
            if not waiting:
                return
            rates = {option: price([balances[voter] for voter in supporters[option]],
                                   list(supporters[option].values()), self.cost(option))
                     for option in waiting}
            least = min(rates.values())
            tied = [option for option in waiting if rates[option] == least]
            self.note_tie_by_rate(tied, "shares")
            best = min(tied, key=self.key)
            payers = [voter for voter in supporters[best] if balances[voter] > 0]
            for voter in payers:
                balances[voter] -= min(balances[voter], least * supporters[best][voter])
            self.fund(best, self.cost(best))
            waiting.remove(best)
            self.note_round(best, step="shares", supporters=len(payers),
                            spent=sum(balances[voter] == 0 for voter in payers))

    def equal_shares(self):
        completion = self.definition["completion"]
        supporters = self.supporters(self.satisfaction)
        if self.election.votes:
            tie = "drawn" if self.tie == "lot" else self.tie
            plain = "none" if completion in ("none", "utilitarian") else completion
            plain = "add1" if plain == "add1u" else plain
            _, self.endowment = complete(self.election, tie, self.satisfaction, plain)
            self.share(self.endowment, supporters)
        for option in self.everyone:
            if option not in self.funded and self.reasons.get(option) not in BARRED:
                self.reasons[option] = (
                    "no-supporters" if not supporters[option]
                    else "over-budget" if self.cost(option) > self.election.budget
                    else "supporters-short")
        if completion in ("add1u", "utilitarian"):
            self.walk("fill")

    def comparison(self):
        self.walk("turn")
        by_score = set(self.funded)
        self.clear()
        self.equal_shares()
        by_shares = set(self.funded)
        named = [{option for option, _ in vote} for vote in self.election.votes]
        prefer_score = sum(len(vote & by_score) > len(vote & by_shares) for vote in named)
        prefer_shares = sum(len(vote & by_shares) > len(vote & by_score) for vote in named)
        if prefer_score > prefer_shares:
            self.clear()
            self.walk("turn")
        self.compared = {"prefer_greedy": prefer_score, "prefer_equal_shares": prefer_shares,
                         "chosen": "greedy" if prefer_score > prefer_shares else "equal-shares"}

    def phragmen(self):
        supporters = self.supporters("cost")
        loads = [Fraction(0)] * len(self.election.votes)

        def open_options(supported):
            return [option for option in self.everyone
                    if bool(supporters[option]) == supported and option not in self.funded
                    and self.cost(option) <= self.election.budget and self.admits(option)]

        for supported in (True, False):  # what nobody supports bears an infinite load
            while waiting := open_options(supported):
                rates = {option: (sum(loads[voter] for voter in supporters[option])
                                  + self.cost(option)) / (len(supporters[option]) or 1)
                         if supported else Fraction(0) for option in waiting}
                least = min(rates.values())
                tied = [option for option in waiting if rates[option] == least]
                if any(self.cost(option) > self.left for option in tied):
                    return
                self.note_tie_by_rate(tied, "load")
                best = min(tied, key=self.key)
                self.fund(best, self.cost(best))
                self.note_round(best, step="load", supporters=len(supporters[best]))
                for voter in supporters[best]:
                    loads[voter] = least

    def phragmen_reasons(self):
        for option in self.everyone:
            if option not in self.funded:
                self.reasons[option] = self.bar(option, self.funded, self.cost(option)) or (
                    "over-budget" if self.cost(option) > self.election.budget
                    else "over-left" if self.cost(option) > self.left else "stopped")

    def partial_fit(self):
        fit = self.definition["terms"]["partial_fit"]
        if fit is None or self.left == 0:
            return
        missed = [entry["option"] for entry in self.rounds
                  if not entry["funded"] and entry.get("step", "turn") in ("turn", "fill")
                  and self.reasons[entry["option"]] not in BARRED
                  and self.bar(entry["option"], self.funded, self.left) is None]
        share = Fraction(fit["numerator"], fit["denominator"])
        if missed and self.left >= share * self.cost(missed[0]):
            self.granted[missed[0]] = self.left
            self.fund(missed[0], self.left)
            self.reasons[missed[0]] = "funded-partly"
            self.note_round(missed[0], step="partial-fit")

    def run(self):
        if self.voted < self.election.quorum:
            self.reasons = dict.fromkeys(self.everyone, "quorum-missed")
            return
        if self.rule.startswith("greedy"):
            self.walk("turn")
        elif self.rule == "equal-shares":
            self.equal_shares()
        elif self.rule == "comparison":
            self.comparison()
        else:
            self.phragmen()
            self.phragmen_reasons()
        self.partial_fit()
        for tie in self.ties:
            if tie["decisive"] is None:
                tie["decisive"] = any(self.reasons[option] != "funded" for option in tie["options"])


def written(number):
    return None if number is None else str(number)


def part_elections(definition, votes, channels):
    """An election of each part of channels, of its own votes; None where they are not weighed."""
    weights = definition["terms"]["channel_weights"]
    if weights is None:
        return None
    plain = {**definition, "terms": dict.fromkeys(definition["terms"])}
    of_part = [[] for _ in weights["parts"]]
    for choices, channel in zip(votes, channels, strict=True):
        of_part[channel_part(definition, channel)].append(choices)
    return [make_election(plain, part, None) for part in of_part]


def result(definition, votes, seed=None, jury=None, electorate=None, invalid=0, channels=None):
    """The bytes of result.json. seed: the lot's, where one breaks ties. jury: what it gave each option,
    in hundredths, where that is weighed. electorate: how many may vote, where a quorum is a share.
    invalid: sheets that were handed in and are no vote: people who voted, for a quorum only.
    channels: of each vote, 1 to 4, where they are weighed."""
    election = make_election(definition, votes, seed, electorate)
    count = Count(election, definition, jury, part_elections(definition, votes, channels))
    count.voted, count.invalid = len(votes) + invalid, invalid
    count.run()
    return write_json(result_value(definition, count, seed, electorate))


def quorum_value(count, terms, electorate):
    share = terms["quorum_share"]
    shared = {} if share is None else {"share": "{numerator}/{denominator}".format(**share),
                                       "electorate": electorate}
    needed, invalid = count.election.quorum, {"invalid": count.invalid} if count.invalid else {}
    return {"needed": needed, **shared, "voted": count.voted, **invalid,
            "met": count.voted >= needed}


def hundredths(number):
    """Exactly, in as few digits as it takes."""
    whole, part = divmod(int(number * 100), 100)
    return f"{whole}.{part:02}".rstrip("0").rstrip(".") if part else str(whole)


def parts_value(count, option):
    parts = count.parts[option]
    if not parts:
        return {}
    value = {"resident_part": written(parts[0])}
    if count.definition["terms"]["channel_weights"] is not None:
        value = {"channel_parts": [
            {"score": written(scores[option]), "part": written(part)}
            for scores, part in zip(count.part_scores, parts[:len(count.part_votes)])]}
    if count.jury is not None:
        value |= {"jury": hundredths(count.jury[option]), "jury_part": written(parts[-1])}
    return {**value, "combined": written(sum(parts))}


def weights_value(count, terms):
    """What says how the parts are weighed, where they are."""
    jury, channels, value = terms["jury"], terms["channel_weights"], {}
    if channels is not None:
        value["channel_weights"] = {"normalisation": channels["normalisation"], "parts": [
            {"channels": part["channels"], "weight": part["weight"], "votes": votes,
             "highest_score": written(highest)}
            for part, votes, highest in zip(channels["parts"], count.part_votes, count.highest)]}
    if jury is not None:
        votes = {} if channels is not None else {"highest_score": written(count.highest[0])}
        value["jury"] = {"resident_weight": jury["resident_weight"],
                         "jury_weight": jury["jury_weight"],
                         "normalisation": jury["normalisation"], **votes,
                         "highest_jury": hundredths(count.highest[-1])}
    return value


def result_value(definition, count, seed, electorate):
    election, terms = count.election, definition["terms"]
    ids = [option.id for option in election.options]

    def spent(key, name):
        return written(sum(count.gets(option) for option in count.funded
                           if getattr(election.options[option], key) == name))

    value = {name: definition[name] for name in ("rule", "satisfaction", "completion", "tie")}
    if seed is not None:
        value["tie"] = "lot:" + seed.decode("utf-8")
    if definition["threshold_score"] is not None:
        value["threshold"] = written(definition["threshold_score"])
    if terms["partial_fit"] is not None:
        value["partial_fit"] = "{numerator}/{denominator}".format(**terms["partial_fit"])
    if terms["quorum"] is not None or terms["quorum_share"] is not None:
        value["quorum"] = quorum_value(count, terms, electorate)
    value |= weights_value(count, terms)
    if terms["incompatible"] is not None:
        value["incompatible"] = [[ids[number - 1] for number in group]
                                 for group in terms["incompatible"]]
    for caps, key in (("area_caps", "area"), ("field_caps", "field")):
        if terms[caps] is not None:
            value[caps] = [{key: cap[key], "cap": written(cap["cap_krw"]),
                            "spent": spent(key, cap[key])} for cap in terms[caps]]
    if terms["min_costs"] is not None:
        value["adjustable"] = [{"option": ids[each["number"] - 1],
                                "min_cost": written(each["min_cost_krw"])}
                               for each in terms["min_costs"]]
    value |= {
        "budget": written(election.budget),
        "funded": [ids[option] for option in count.funded],
        "total_cost": written(election.budget - count.left),
        "left_over": written(count.left),
        "endowment": written(count.endowment),
    }
    if count.compared is not None:
        value["comparison"] = count.compared
    value["options"] = [
        {"id": ids[option], "cost": written(count.cost(option)),
         "score": written(count.scores[option]), **parts_value(count, option),
         "funded": option in count.funded, "reason": count.reasons[option],
         **({"granted": written(count.granted[option])} if option in count.granted else {})}
        for option in count.everyone]
    value["rounds"] = [{**entry, "option": ids[entry["option"]],
                        "left_over": written(entry["left_over"])} for entry in count.rounds]
    value["ties"] = [
        {"options": [ids[option] for option in tie["options"]],
         **({("combined" if any(count.parts) else "score"): written(tie["score"])}
            if "score" in tie else {"round": tie["round"]}),
         "decided_by": tie["decided_by"], "decisive": tie["decisive"]} for tie in count.ties]
    return value
