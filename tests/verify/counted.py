# SPDX-License-Identifier: Apache-2.0
"""A ballot's votes as a .pb file with the arguments of `hyeopchi tally`, to hold the recount against
the counting code of the services. It must never be needed to verify anything.
"""

from verify.definition import CHANNELS


def pb_text(definition, votes, channels):
    """votes: per voter {option number: value}. channels: of each, 1 to 4."""
    pointed = definition["method"] in ("cumulative", "scoring")
    options = definition["options"]
    rows = ["META", "key;value", "description;recount", f"num_projects;{len(options)}",
            f"num_votes;{len(votes)}", f"budget;{definition['budget_krw']}",
            f"vote_type;{definition['method']}", "rule;greedy",
            f"default_score;{definition['default_score'] or 0}",
            f"min_project_score_threshold;{definition['threshold_score'] or 0}",
            "PROJECTS", "project_id;cost;neighborhood;category"]
    rows += [f"{option['id']};{option['cost_krw']};{option['area']};{option['field']}"
             for option in options]
    rows += ["VOTES", "voter_id;voting_method;vote" + ";points" * pointed]
    ranked = definition["method"] == "ordinal"
    for voter, (choices, channel) in enumerate(zip(votes, channels, strict=True)):
        numbers = sorted(choices, key=choices.get) if ranked else sorted(choices)
        row = f"{voter};{CHANNELS[channel - 1]};" + ",".join(options[number - 1]["id"] for number in numbers)
        if pointed:
            row += ";" + ",".join(str(choices[number]) for number in numbers)
        rows.append(row)
    return "\n".join(rows) + "\n"


def tally_arguments(definition, seed, folder, jury=None, electorate=None):
    ids = [option["id"] for option in definition["options"]]
    terms, tie = definition["terms"], definition["tie"]
    if tie == "lot":
        tie = "lot:" + seed.decode()
    if tie == "drawn":
        path = folder / "drawn.txt"
        path.write_text("".join(ids[number - 1] + "\n" for number in terms["tie_order"]),
                        encoding="utf-8")
        tie = f"drawn:{path}"
    arguments = ["--rule", definition["rule"], "--satisfaction", definition["satisfaction"],
                 "--completion", definition["completion"], "--tie", tie]
    if terms["partial_fit"]:
        arguments += ["--partial-fit", "{numerator}/{denominator}".format(**terms["partial_fit"])]
    if terms["quorum"]:
        arguments += ["--quorum", str(terms["quorum"])]
    if terms["quorum_share"]:
        arguments += ["--quorum-share", "{numerator}/{denominator}".format(**terms["quorum_share"]),
                      "--electorate", str(electorate)]
    if terms["jury"]:
        path = folder / "jury.csv"
        path.write_text("".join(f"{name},{score // 100}.{score % 100:02}\n"
                                for name, score in zip(ids, jury)), encoding="utf-8")
        arguments += ["--jury", str(path), "--weights",
                      "{resident_weight}:{jury_weight}".format(**terms["jury"])]
    if terms["channel_weights"]:
        arguments += ["--channel-weights", ",".join(
            "+".join(part["channels"]) + f":{part['weight']}"
            for part in terms["channel_weights"]["parts"])]
    for each in terms["min_costs"] or []:
        arguments += ["--min-cost", f"{ids[each['number'] - 1]}={each['min_cost_krw']}"]
    for group in terms["incompatible"] or []:
        arguments += ["--incompatible", ",".join(ids[number - 1] for number in group)]
    for name, key in (("area_caps", "area"), ("field_caps", "field")):
        for cap in terms[name] or []:
            arguments += [f"--{key}-cap", f"{cap[key]}={cap['cap_krw']}"]
    return arguments
