# SPDX-License-Identifier: Apache-2.0
"""Prints the size figures of the C code: a mirror, never a gate.

Usage: sizes.py ROOT

Beside each figure stands where well-kept code of this kind ends up. A function cut in two to
please a number is worse than a long one that reads well.
"""

import os
import re
import sys

from lintlib import c_files, code_only, read

# clang-format puts a function's opening and closing brace alone in the first column.
FUNCTION = re.compile(r"^(?P<head>[A-Za-z_][^;{}#]*\))\s*\n\{\n(?P<body>.*?)^\}", re.M | re.S)
NAME = re.compile(r"(\w+)\s*\(")


def parameters_of(head):
    """Returns how many parameters a function's head declares."""
    inside = head[head.index("(") + 1 : head.rindex(")")]
    depth = 0
    count = 1
    for character in inside:
        depth += {"(": 1, ")": -1}.get(character, 0)
        count += character == "," and depth == 0
    return 0 if inside.strip() in ("", "void") else count


def functions_of(text):
    """Yields (name, lines, parameters, assertions) of each function of a C file."""
    for match in FUNCTION.finditer(code_only(text)):
        head = match.group("head")
        body = match.group("body")
        # `_check(` is how a domain names the function that asserts a whole struct.
        assertions = len(re.findall(r"\b(?:static_)?assert\s*\(|\b\w+_check\s*\(", body))
        yield NAME.search(head).group(1), body.count("\n"), parameters_of(head), assertions


def at(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def comment_share(texts):
    """Returns lines that are comment for each 100 lines that are code."""
    comment = code = 0
    for text in texts:
        for whole, bare in zip(text.splitlines(), code_only(text, keep_strings=True).splitlines()):
            if bare.strip():
                code += 1
            elif whole.strip():
                comment += 1
    return 100 * comment // max(1, code)


def row(name, value, bar):
    print(f"  {name:<46} {value:>10}   {bar}")


def main():
    root = os.path.abspath(sys.argv[1])
    paths = [path for path in c_files(root) if path.startswith("services/")]
    texts = {path: read(root, path) for path in paths}
    functions = [
        (path, *function)
        for path in paths
        if path.endswith(".c")
        for function in functions_of(texts[path])
    ]
    print("== sizes of services/ (a mirror, not a gate)")
    if not functions:
        print("  there is no function yet")
        return

    lines = [function[2] for function in functions]
    long_ones = [function for function in functions if function[2] > 70]
    wide_ones = [function for function in functions if function[3] > 5]
    row("functions", len(functions), "")
    row("median lines of a function", at(lines, 0.5), "<= 20")
    row("90th percentile", at(lines, 0.9), "<= 45")
    row("over 70 lines", len(long_ones), "hardly any")
    row("more than 5 parameters", len(wide_ones), "none")

    sources = {path: texts[path].count("\n") for path in paths if path.endswith(".c")}
    long_files = [path for path in sources if sources[path] > 500]
    row("C lines, sources and headers", sum(text.count("\n") for text in texts.values()), "")
    row("median lines of a .c file", at(sources.values(), 0.5), "")
    row("files over 500 lines", len(long_files), "none")
    headers = [texts[path] for path in paths if path.endswith(".h")]
    row("comment for 100 lines of code in headers", comment_share(headers), ">= 60")

    domain = [function for function in functions if "/domain/" in function[0]]
    if domain:
        assertions = sum(function[4] for function in domain)
        row("assertions for a function in domain", f"{assertions / len(domain):.1f}", ">= 2")
    for path, name, count, parameters, _ in long_ones + wide_ones:
        print(f"    {path}: {name}(): {count} lines, {parameters} parameters")
    for path in long_files:
        print(f"    {path}: {sources[path]} lines")


main()
