# SPDX-License-Identifier: Apache-2.0
"""Lint: each service's openapi.yaml describes exactly the routes and roles of its program.

Usage: openapi.py ROOT

The routes are read from the constant tables of services/<service>/http/*.c, the description from
services/<service>/openapi.yaml: the same paths and methods, and x-roles the same as the table's
roles. Every operation needs an operationId (once), a summary and responses; every $ref must lead
somewhere. The routes that all services share may be described too, and must then be right.
"""

import glob
import os
import re
import sys

import yaml

from lintlib import Report, read

SERVICES = ("participation", "ledger", "reporting")
ROUTE = re.compile(r'\{\s*"(GET|POST|PUT|DELETE)",\s*"([^"]+)",\s*([A-Z_0-9 |]+),', re.S)
# A name for several roles: `READERS = ROLE_OPERATOR | ROLE_AUDITOR` in an enum or a #define.
NAMED_ROLES = re.compile(r"\b([A-Z_]+)(?:\s*=\s*|\s+)\(?((?:ROLE_[A-Z_]+[\s|]*)+)")
METHODS = ("get", "post", "put", "delete")


def routes_of(root, pattern):
    """{(method, path): set of roles} of the route tables in the files."""
    routes = {}
    for path in sorted(glob.glob(os.path.join(root, pattern))):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        named = dict(NAMED_ROLES.findall(text))
        for method, route, roles in ROUTE.findall(text):
            roles = "|".join(named.get(role.strip(), role) for role in roles.split("|"))
            routes[(method.lower(), route)] = {
                role.strip().removeprefix("ROLE_").lower().replace("_", "-")
                for role in roles.split("|")
            }
    return routes


def references(node):
    """Every $ref in a document."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolves(document, reference):
    node = document
    for part in reference.removeprefix("#/").split("/"):
        if not isinstance(node, dict) or part not in node:
            return False
        node = node[part]
    return reference.startswith("#/")


def check(report, name, document, routes, shared):
    described = {}
    identifiers = set()
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                described[(method, path)] = item[method]
    for (method, path), operation in described.items():
        where = f"{method.upper()} {path}"
        wanted = routes.get((method, path), shared.get((method, path)))
        if wanted is None:
            report.add(name, 1, "unknown-route", f"{where} is no route of the program")
            continue
        roles = set(operation.get("x-roles", []))
        if wanted != {"0"} and roles != wanted:
            report.add(name, 1, "roles", f"{where}: x-roles {sorted(roles)}, not {sorted(wanted)}")
        for needed in ("operationId", "summary", "responses"):
            if needed not in operation:
                report.add(name, 1, "incomplete", f"{where} has no {needed}")
        if operation.get("operationId") in identifiers:
            report.add(name, 1, "duplicate", f"{where}: operationId is used twice")
        identifiers.add(operation.get("operationId"))
    for method, path in routes:
        if (method, path) not in described:
            report.add(name, 1, "undescribed-route", f"{method.upper()} {path} is not described")
    for reference in references(document):
        if not resolves(document, reference):
            report.add(name, 1, "dangling", f"{reference} leads nowhere")


def main():
    root = sys.argv[1]
    report = Report("openapi")
    shared = routes_of(root, "services/runtime/host_routes.c")
    for service in SERVICES:
        name = f"services/{service}/openapi.yaml"
        routes = routes_of(root, f"services/{service}/http/*.c")
        if not routes:
            continue
        if not os.path.exists(os.path.join(root, name)):
            report.add(name, 1, "missing", "the service has routes and no openapi.yaml")
            continue
        check(report, name, yaml.safe_load(read(root, name)), routes, shared)
    report.finish("routes and roles")


if __name__ == "__main__":
    main()
