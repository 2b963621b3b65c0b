# SPDX-License-Identifier: Apache-2.0
"""Lint: every service of docker-compose.yml is closed, and nginx is the only door.

Usage: compose.py ROOT

What Compose makes of the file is compose.sh's part; this reads the file itself, so that nothing is
started and no secret is needed.
"""

import os
import sys

import yaml

from lintlib import Report, read

FILE = "docker-compose.yml"

# What each service must say, and how it must say it.
REQUIRED = {
    "init": lambda value: value is True,
    "read_only": lambda value: value is True,
    "cap_drop": lambda value: value == ["ALL"],
    "security_opt": lambda value: "no-new-privileges:true" in value,
    "pids_limit": lambda value: isinstance(value, int) and 0 < value <= 500,
    "mem_limit": bool,
    "user": lambda value: value.split(":")[0] not in ("", "0", "root"),
    "networks": bool,
    "tmpfs": lambda value: all("size=" in entry for entry in value),
    "logging": lambda value: "max-size" in value.get("options", {}),
}
FORBIDDEN = (
    "cap_add",
    "container_name",
    "devices",
    "env_file",
    "expose",
    "ipc",
    "network_mode",
    "pid",
    "privileged",
    "userns_mode",
)
PUBLISHED_BY = "nginx"

# Programs that run once, or for one command: nothing asks them how they are.
NO_HEALTHCHECK = ("-migrate", "hyeopchi")
SECRET_WORDS = ("PASSWORD", "SECRET", "TOKEN", "RECEIPT_KEY", "SUBJECT_KEY", "SIGNING_KEY", "JOIN_KEY")

# They serve many; of everybody else a network has one program, with its migration.
SHARED = {"nginx", "postgres"}

# The one network that leads outside.
OPEN_NETWORKS = {"public"}


def line_of(text, words):
    """The number of the first line that starts with the words; 1 when there is none."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip().startswith(words):
            return number
    return 1


def check_closed(service, add):
    for key, is_right in REQUIRED.items():
        if key not in service:
            add("hardening", f"has no {key}")
        elif not is_right(service[key]):
            add("hardening", f"{key} is {service[key]!r}")
    for key in FORBIDDEN:
        if key in service:
            add("hardening", f"must not have {key}")


def check_mounts(service, add):
    for mount in service.get("volumes", []):
        source, target, *mode = str(mount).split(":")
        if "docker.sock" in source or source in ("/", "/etc", "/var", "/proc", "/sys"):
            add("mount", f"must not see {source}")
        if source.startswith((".", "/")) and mode != ["ro"]:
            add("mount", f"{source} on {target} must be read-only")


def check_environment(service, add):
    for name, value in (service.get("environment") or {}).items():
        if any(word in name for word in SECRET_WORDS) and not name.endswith("_FILE"):
            add("secret", f"{name} must come from a file ({name}_FILE)")
        if name.endswith("_FILE") and any(word in name for word in SECRET_WORDS):
            secret = os.path.basename(str(value))
            if not str(value).startswith("/run/secrets/") or secret not in service.get("secrets", []):
                add("secret", f"{name} is not a file of the service's secrets")


def check_service(name, service, add):
    check_closed(service, add)
    check_mounts(service, add)
    check_environment(service, add)
    if name != PUBLISHED_BY and "ports" in service:
        add("port", f"only {PUBLISHED_BY} publishes a port")
    if not name.endswith(NO_HEALTHCHECK) and "test" not in service.get("healthcheck", {}):
        add("healthcheck", "nothing asks it how it is")
    if name != PUBLISHED_BY and OPEN_NETWORKS & set(service.get("networks", [])):
        add("network", f"only {PUBLISHED_BY} has a network that leads outside")


def check_networks(text, services, report):
    on = {}
    for name, service in services.items():
        for network in service.get("networks", []):
            on.setdefault(network, set()).add(name.removesuffix("-migrate"))
    for network, names in on.items():
        strangers = sorted(names - SHARED)
        if len(strangers) > 1:
            line = line_of(text, f"{network}:")
            report.add(FILE, line, "network", f"{network} is of {' and '.join(strangers)}")


def check(root, report):
    text = read(root, FILE)
    document = yaml.safe_load(text)
    services = document["services"]
    for name, service in services.items():
        line = line_of(text, f"{name}:")
        check_service(
            name, service, lambda rule, why, n=name, at=line: report.add(FILE, at, rule, f"{n} {why}")
        )
    check_networks(text, services, report)
    if PUBLISHED_BY not in services or not services[PUBLISHED_BY].get("ports"):
        report.add(FILE, 1, "port", f"{PUBLISHED_BY} must publish the one port")
    for name, network in document.get("networks", {}).items():
        if name not in OPEN_NETWORKS and not (network or {}).get("internal"):
            report.add(FILE, line_of(text, f"{name}:"), "network", f"{name} must be internal")


def main():
    report = Report("compose")
    check(sys.argv[1], report)
    report.finish(FILE)


main()
