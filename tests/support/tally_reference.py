# SPDX-License-Identifier: Apache-2.0
"""Every tally rule in its slowest, most literal form, to compare the real one with.

Exact fractions, one balance per voter, nothing reused from one endowment to the next. It must
never become fast or clever, share code with the services, or be used to count a real ballot.
"""

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Option:
    id: str
    cost: Fraction
    withdrawn: bool = False
    area: str = ""
    field: str = ""


@dataclass
class Election:
    """votes: per voter a list of (option index, points), each option once. Groups are lists of
    options of which at most one is funded; caps are what one area, or field, gets at most."""

    vote_type: str
    budget: Fraction
    options: list
    votes: list
    default_score: Fraction = Fraction(0)
    threshold: Fraction = Fraction(0)
    drawn: list = field(default_factory=list)
    groups: list = field(default_factory=list)
    area_caps: dict = field(default_factory=dict)
    field_caps: dict = field(default_factory=dict)
    quorum: int = 0
    least: dict = field(default_factory=dict)  # what an option's cost may be adjusted to

    def score(self, option):
        if self.vote_type in ("approval", "choose-1"):
            return sum(1 for vote in self.votes for named, _ in vote if named == option)
        if self.vote_type == "ordinal":
            return sum(len(vote) - place for vote in self.votes
                       for place, (named, _) in enumerate(vote) if named == option)
        total = Fraction(0)
        for vote in self.votes:
            points = [points for named, points in vote if named == option]
            if points:
                total += points[0]
            elif self.vote_type == "scoring":
                total += self.default_score
        return total

    def named(self, option):
        return sum(1 for vote in self.votes for named, _ in vote if named == option)

    def utility(self, voter, option, satisfaction):
        """What the option is worth to the voter; None when they do not support it."""
        vote = self.votes[voter]
        places = [place for place, (named, _) in enumerate(vote) if named == option]
        if satisfaction == "cost":
            return self.options[option].cost if places else None
        if satisfaction == "cardinality" or self.vote_type in ("approval", "choose-1"):
            return Fraction(1) if places else None
        if self.vote_type == "ordinal":
            return Fraction(len(vote) - places[0]) if places else None
        worth = vote[places[0]][1] if places else Fraction(0)
        if not places and self.vote_type == "scoring":
            worth = self.default_score
        return worth if worth > 0 else None

    def live(self):
        return [i for i, option in enumerate(self.options) if not option.withdrawn]

    def admits(self, funded, option, amount=None):
        """Whether the groups and caps let the option be funded beside those that are."""
        entry = self.options[option]
        amount = entry.cost if amount is None else amount
        if any(option in group and other in group for group in self.groups for other in funded):
            return False
        in_area = sum(self.options[other].cost for other in funded
                      if self.options[other].area == entry.area)
        in_field = sum(self.options[other].cost for other in funded
                       if self.options[other].field == entry.field)
        return (in_area + amount <= self.area_caps.get(entry.area, in_area + amount)
                and in_field + amount <= self.field_caps.get(entry.field, in_field + amount))

    def cost(self, chosen):
        return sum((self.options[i].cost for i in chosen), Fraction(0))


def tie_key(election, tie):
    def key(option):
        entry = election.options[option]
        name = entry.id.encode()
        if tie == "id":
            return (name,)
        if tie == "listed-order":
            return (option,)
        if tie == "drawn":
            listed = entry.id in election.drawn
            return (election.drawn.index(entry.id) if listed else len(election.drawn), name)
        assert tie == "lowest-cost-then-votes"
        return (entry.cost, -election.named(option), name)

    return key


def greedy_order(election, tie, satisfaction="cost", among=None):
    key = tie_key(election, tie)

    def rank(option):
        score = Fraction(election.score(option))
        cost = election.options[option].cost
        if satisfaction != "cardinality":
            return (0, -score, key(option))
        if cost == 0:
            return (-1 if score > 0 else 1 if score < 0 else 0, Fraction(0), key(option))
        return (0, -score / cost, key(option))

    return sorted(election.live() if among is None else among, key=rank)


def greedy(election, tie, satisfaction="cost", variant="greedy", partial_fit=None):
    funded, left, stopped, missed = [], election.budget, False, []
    for option in greedy_order(election, tie, satisfaction):
        if variant == "greedy-threshold" and election.score(option) < election.threshold:
            continue
        if stopped or not election.admits(funded, option):
            continue
        if election.options[option].cost <= left:
            funded.append(option)
            left -= election.options[option].cost
        else:
            missed.append(option)
            stopped = variant == "greedy-no-skip"
    missed = [option for option in missed if election.admits(funded, option, left)]
    if partial_fit is not None and missed and left > 0:
        if left >= partial_fit * election.options[missed[0]].cost:
            funded.append(missed[0])
    return funded


def price(balances, worths, cost):
    """The smallest rho with sum(min(balance, rho * worth)) = cost; the sum must reach the cost."""
    if cost == 0:
        return Fraction(0)
    pairs = sorted(zip(balances, worths), key=lambda pair: pair[0] / pair[1])
    paid, rest = Fraction(0), sum(worths)
    for balance, worth in pairs:
        rho = (cost - paid) / rest
        if rho * worth <= balance:
            return rho
        paid += balance
        rest -= worth
    raise AssertionError("the supporters do not hold the cost")


def equal_shares(election, tie, satisfaction, endowment):
    """Funded options in order; asserts that nobody pays more than they hold."""
    balances = [endowment] * len(election.votes)
    supporters = {}
    for option in election.live():
        found = [(voter, election.utility(voter, option, satisfaction))
                 for voter in range(len(election.votes))]
        found = [(voter, worth) for voter, worth in found if worth is not None]
        if found:
            supporters[option] = found
    funded = []
    while True:
        rates = {}
        for option, found in supporters.items():
            if option in funded or not election.admits(funded, option):
                continue
            held = [balances[voter] for voter, _ in found]
            cost = election.options[option].cost
            if sum(held) >= cost:
                worths = [worth for _, worth in found]
                rates[option] = price(held, worths, cost) if cost else Fraction(0)
        if not rates:
            return funded
        least = min(rates.values())
        tied = [option for option, rate in rates.items() if rate == least]
        best = min(tied, key=tie_key(election, tie))
        paid = Fraction(0)
        for voter, worth in supporters[best]:
            share = min(balances[voter], least * worth)
            balances[voter] -= share
            paid += share
            assert balances[voter] >= 0
        assert paid == election.options[best].cost
        funded.append(best)


def supported(election, satisfaction):
    return [option for option in election.live()
            if any(election.utility(voter, option, satisfaction) is not None
                   for voter in range(len(election.votes)))]


def fill(election, tie, funded):
    funded = list(funded)
    left = election.budget - election.cost(funded)
    for option in greedy_order(election, tie):
        if (option not in funded and election.options[option].cost <= left
                and election.admits(funded, option)):
            funded.append(option)
            left -= election.options[option].cost
    return funded


def complete(election, tie, satisfaction, completion):
    """Equal shares with a completion: the funded options and the endowment that was kept."""
    voters = len(election.votes)
    if voters == 0:
        funded = []
        return (fill(election, tie, funded) if completion in ("add1u", "utilitarian") else funded,
                None)
    exact = election.budget / voters
    if completion in ("none", "utilitarian"):
        funded = equal_shares(election, tie, satisfaction, exact)
        return (fill(election, tie, funded) if completion == "utilitarian" else funded), exact

    def waiting(chosen):
        """Supported options that more money could still fund."""
        return [option for option in supported(election, satisfaction)
                if option not in chosen and election.admits(chosen, option)]

    endowment = exact if completion == "add1-exhaustive" else Fraction(exact.__floor__())
    funded = equal_shares(election, tie, satisfaction, endowment)
    while waiting(funded):
        if completion == "add1-exhaustive":
            left = election.budget - election.cost(funded)
            if not any(election.options[option].cost <= left for option in waiting(funded)):
                break
        following = equal_shares(election, tie, satisfaction, endowment + 1)
        if election.cost(following) > election.budget:
            break
        funded, endowment = following, endowment + 1
    return (fill(election, tie, funded) if completion == "add1u" else funded), endowment


def comparison(election, tie, satisfaction, completion):
    shares, _ = complete(election, tie, satisfaction, completion)
    votes = greedy(election, tie)
    prefer_greedy = prefer_shares = 0
    for vote in election.votes:
        named = {option for option, _ in vote}
        under_greedy = len(named & set(votes))
        under_shares = len(named & set(shares))
        prefer_greedy += under_greedy > under_shares
        prefer_shares += under_shares > under_greedy
    return votes if prefer_greedy > prefer_shares else shares


def phragmen(election, tie, satisfaction="cost"):
    loads = [Fraction(0)] * len(election.votes)
    supporters = {option: [voter for voter in range(len(election.votes))
                           if election.utility(voter, option, satisfaction) is not None]
                  for option in election.live()
                  if election.options[option].cost <= election.budget}
    funded, left = [], election.budget
    while True:
        rates = {option: (sum(loads[voter] for voter in found) + election.options[option].cost)
                 / len(found)
                 for option, found in supporters.items()
                 if found and option not in funded and election.admits(funded, option)}
        if not rates:
            # Options that nobody supports bear an infinite load: they come last, all tied.
            rates = {option: Fraction(0) for option, found in supporters.items()
                     if not found and option not in funded and election.admits(funded, option)}
        if not rates:
            return funded
        least = min(rates.values())
        tied = [option for option, rate in rates.items() if rate == least]
        if any(election.options[option].cost > left for option in tied):
            return funded
        best = min(tied, key=tie_key(election, tie))
        funded.append(best)
        left -= election.options[best].cost
        for voter in supporters[best]:
            loads[voter] = least


def run(election, rule, satisfaction, completion, tie, partial_fit=None):
    """The ids funded, in order."""
    if len(election.votes) < election.quorum:
        return []
    if rule.startswith("greedy"):
        funded = greedy(election, tie, satisfaction, rule, partial_fit)
    elif rule == "phragmen":
        funded = phragmen(election, tie, satisfaction)
    elif rule == "comparison":
        funded = comparison(election, tie, satisfaction, completion)
    else:
        funded, _ = complete(election, tie, satisfaction, completion)
    return [election.options[option].id for option in funded]
