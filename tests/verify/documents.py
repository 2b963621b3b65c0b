# SPDX-License-Identifier: Apache-2.0
"""What is published beside votes and result, and committed to by the log: extensions of the window, votes
declared void and options excluded, each with its reason.
"""

import calendar
import hashlib
import re
import time

from verify.encoding import demand, from_base64url, tagged_hash, write_number, write_text

# In the order of the bundle; those that a ballot does not have are left out.
NAMES = ["roll.json", "turnout.json", "extensions.json", "lot", "jury", "decided.json"]
VOID_REASONS = ["not-cast-by-voter", "not-eligible", "cast-twice", "coerced", "other"]
EXTENSIONS_MAX, EXTENDED_BY_MAX_MS, REASON_MAX, VOIDS_MAX = 3, 31 * 24 * 3_600_000, 1000, 1000


def documents_hash(files):
    """What RESULT commits to."""
    listed = [write_text(name) + hashlib.sha256(files[name]).digest()
              for name in NAMES if name in files]
    return tagged_hash("documents", write_number(2, len(listed)) + b"".join(listed))


def write_time(time_ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time_ms // 1000)) + f".{time_ms % 1000:03}Z"


def read_time(text):
    """Milliseconds since 1970; raises Malformed for what is not written as we write it."""
    demand(isinstance(text, str) and re.fullmatch(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z", text) is not None, "a time")
    fields = [int(number) for number in re.findall("[0-9]+", text)]
    demand(1970 <= fields[0] and 1 <= fields[1] <= 12, "a time")
    time_ms = 1000 * calendar.timegm((*fields[:6], 0, 0, 0)) + fields[6]
    demand(write_time(time_ms) == text, "a time that there is not")
    return time_ms


def members(value, kinds):
    """The members of an object, each of its kind."""
    demand(isinstance(value, dict), "an object")
    for name, kind in kinds.items():
        demand(type(value.get(name)) is kind, name)
    return [value[name] for name in kinds]


def check_reason(text):
    demand(1 <= len(text.encode("utf-8")) <= REASON_MAX, "a reason")


def check_extensions(closes_at_ms, value):
    """Each extension was decided while the window was open, and makes it longer."""
    (extensions,) = members(value, {"extensions": list})
    demand(len(extensions) <= EXTENSIONS_MAX, "extended too often")
    end_ms = closes_at_ms
    for extension in extensions:
        until, reason, at = members(extension, {"closes_at": str, "reason": str, "extended_at": str})
        check_reason(reason)
        demand(read_time(at) < end_ms < read_time(until), "an extension that cannot be")
        end_ms = read_time(until)
    demand(end_ms <= closes_at_ms + EXTENDED_BY_MAX_MS, "extended too far")


def read_voids(value):
    """The votes declared void: [(nullifier, rev, number of the reason)], in the order of decision."""
    found = []
    for void in members(value, {"voids": list})[0]:
        name, rev, code, reason, at = members(void, {
            "nullifier": str, "rev": int, "reason_code": str, "reason": str, "voided_at": str})
        check_reason(reason)
        read_time(at)
        demand(code in VOID_REASONS and rev >= 1, "a reason or rev that there is not")
        nullifier = from_base64url(name)
        demand(len(nullifier) == 32, "a nullifier of another length")
        found.append((nullifier, rev, VOID_REASONS.index(code) + 1))
    demand(len(found) <= VOIDS_MAX, "too many voids")
    demand(len({void[:2] for void in found}) == len(found), "a vote declared void twice")
    return found


def decided(result, exclusions):
    """What is decided when these ids are excluded from a result: funded, total_cost and left_over."""
    granted = {option["id"]: int(option.get("granted", option["cost"]))
               for option in result["options"] if option["funded"]}
    back = sum(granted[option] for option in exclusions)
    return {"funded": [option for option in result["funded"] if option not in exclusions],
            "total_cost": str(int(result["total_cost"]) - back),
            "left_over": str(int(result["left_over"]) + back)}


def check_exclusions(result, value):
    """Only funded options are excluded, in listed order, and nobody moves up."""
    (exclusions,) = members(value, {"exclusions": list})
    excluded = []
    for exclusion in exclusions:
        option, reason, at = members(exclusion, {"option": str, "reason": str, "excluded_at": str})
        check_reason(reason)
        read_time(at)
        excluded.append(option)
    listed = [option["id"] for option in result["options"] if option["id"] in excluded]
    demand(excluded == listed, "options in another order")
    demand(all(option in result["funded"] for option in excluded), "an option that was not funded")
    for name, expected in decided(result, excluded).items():
        demand(value.get(name) == expected, name)
