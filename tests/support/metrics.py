# SPDX-License-Identifier: Apache-2.0
"""Prometheus text, read strictly: as `promtool check metrics` would, and a little more.

parse() returns {name: Family}; anything that a scraper could misread fails with the line.
"""

import re

NAME = re.compile(r"^[a-z_][a-z0-9_]*$")
SAMPLE = re.compile(r"^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (-?[0-9]+(?:\.[0-9]+)?)$")
LABEL = re.compile(r'([a-z_][a-z0-9_]*)="([^"\\\n]*)"(,|$)')
TYPES = ("counter", "gauge", "histogram")

# What promtool knows as abbreviated or not base units.
WRONG_UNITS = ("_ms", "_us", "_ns", "_milliseconds", "_microseconds", "_minutes", "_kb", "_mb")


class Family:
    def __init__(self, name, help_text):
        self.name = name
        self.help = help_text
        self.type = None
        self.samples = {}  # (name, labels as a sorted tuple): value as text

    def value(self, **labels):
        """The sum of the samples that have these labels."""
        wanted = set(labels.items())
        return sum(
            float(value)
            for (name, sample), value in self.samples.items()
            if name == self.name and wanted <= set(sample)
        )

    def labels(self):
        """The names of labels that its samples have, but for a histogram's le."""
        return sorted({name for _, sample in self.samples for name, _ in sample} - {"le"})


def _labels(text, line):
    labels = []
    while text:
        match = LABEL.match(text)
        assert match, f"labels: {line}"
        labels.append((match.group(1), match.group(2)))
        text = text[match.end() :]
    assert len(dict(labels)) == len(labels), f"a label twice: {line}"
    return tuple(sorted(labels))


def _check_histogram(family):
    groups = {}
    for (name, labels), value in family.samples.items():
        rest = tuple(label for label in labels if label[0] != "le")
        group = groups.setdefault(rest, {"buckets": []})
        if name.endswith("_bucket"):
            group["buckets"].append((dict(labels)["le"], int(value)))
        else:
            group[name.removeprefix(family.name)] = value
    for labels, group in groups.items():
        bounds = [float(bound) for bound, _ in group["buckets"]]
        counts = [count for _, count in group["buckets"]]
        where = f"{family.name}{dict(labels)}"
        assert bounds == sorted(bounds) and bounds[-1] == float("inf"), where
        assert counts == sorted(counts), where
        assert counts[-1] == int(group["_count"]), where
        assert float(group["_sum"]) >= 0, where


def _check(family):
    assert family.type in TYPES, f"{family.name}: no type"
    assert len(family.help) > 5 and family.help.endswith("."), f"{family.name}: help"
    assert family.samples, f"{family.name}: no samples"
    assert family.name.startswith("hyeopchi_"), family.name
    assert (family.type == "counter") == family.name.endswith("_total"), family.name
    assert not any(family.name.removesuffix("_total").endswith(unit) for unit in WRONG_UNITS)
    if family.type == "histogram":
        _check_histogram(family)


def parse(text):
    families = {}
    family = None
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, help_text = line.split(" ", 3)
            assert NAME.match(name) and name not in families, f"twice or no name: {line}"
            family = families[name] = Family(name, help_text)
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert family is not None and name == family.name and family.type is None, line
            assert not family.samples, line
            family.type = kind
            continue
        match = SAMPLE.match(line)
        assert match and family is not None, f"no sample: {line}"
        name, labels, value = match.groups()
        suffix = name.removeprefix(family.name) if name.startswith(family.name) else None
        allowed = ("_bucket", "_sum", "_count") if family.type == "histogram" else ("",)
        assert suffix in allowed, f"not of {family.name}: {line}"
        key = (name, _labels(labels or "", line))
        assert key not in family.samples, f"twice: {line}"
        family.samples[key] = value
    for family in families.values():
        _check(family)
    return families
