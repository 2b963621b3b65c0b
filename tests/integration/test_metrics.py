# SPDX-License-Identifier: Apache-2.0
"""What /metrics of the three services tells: the list in the documentation, and figures that move
with what happens."""

import os
import re

import pytest

from support.metrics import parse
from support.paths import ROOT
from support.stack import SERVICES, Stack

LIST = os.path.join(ROOT, "services", "runtime", "METRICS.md")
ROW = re.compile(r"^\| `(hyeopchi_\w+)` \| (\w+) \| (.*?) \| (.*) \|$")


@pytest.fixture
def stack(databases, start_service, tmp_path):
    return Stack(databases, start_service, tmp_path).migrate().start()


def metrics_of(stack, name):
    status, headers, body = stack.services[name].request("GET", "/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return parse(body.decode())


def row(family):
    labels = ", ".join(f"`{label}`" for label in family.labels()) or "–"
    return f"| `{family.name}` | {family.type} | {labels} | {family.help} |"


def test_the_documentation_lists_exactly_what_every_service_prints(stack):
    with open(LIST, encoding="utf-8") as file:
        parts = file.read().split("What only participation prints:")
    common, own = ([line for line in part.splitlines() if ROW.match(line)] for part in parts)
    for name in SERVICES:
        printed = sorted(row(family) for family in metrics_of(stack, name).values())
        assert len(printed) > 40
        listed = sorted(common + own) if name == "participation" else common
        assert printed == listed, f"{name} prints:\n" + "\n".join(printed)


def test_requests_are_counted_by_route_and_class_of_status(stack):
    client = stack.client("ledger", stack.operators[0])
    before = metrics_of(stack, "ledger")["hyeopchi_http_requests_total"]
    for fiscal_year in ("2023", "2024", "never"):
        client.get(f"/v1/lines?fiscal_year={fiscal_year}")
    client.get("/v1/status", signed=False)
    client.get("/no/such/place")
    families = metrics_of(stack, "ledger")
    after = families["hyeopchi_http_requests_total"]

    def grown(**labels):
        return after.value(**labels) - before.value(**labels)

    assert grown(route="/v1/lines", method="GET", status="2xx") == 2
    assert grown(route="/v1/lines", status="4xx") == 1
    assert grown(route="/v1/status", status="4xx") == 1
    assert grown(route="", method="", status="4xx") == 1
    durations = families["hyeopchi_http_request_duration_seconds"].samples
    labels = (("method", "GET"), ("route", "/v1/lines"))
    assert int(durations["hyeopchi_http_request_duration_seconds_count", labels]) == 3
    assert families["hyeopchi_http_nonces"].value() >= 3
    assert not any("2023" in str(key) or "such" in str(key) for key in after.samples)


def test_a_lost_database_and_a_halted_stream_show(stack):
    ledger = stack.services["ledger"]
    ledger.wait_log("subscriber_state", to="live", stream="participation")
    before = metrics_of(stack, "ledger")
    assert before["hyeopchi_ready"].value() == 1
    assert before["hyeopchi_writer_leading"].value() == 1
    assert before["hyeopchi_subscriber_state_number"].value(stream="participation") == 2
    assert before["hyeopchi_database_connects_total"].value() >= 3
    assert before["hyeopchi_build_info"].value(service="ledger", frame_protocol="1") == 1
    mark = ledger.mark()
    stack.databases.restart()
    ledger.wait_log("database_connected", since=mark)
    ledger.wait_ready()
    after = metrics_of(stack, "ledger")
    for name in ("connections_lost", "connects"):
        name = f"hyeopchi_database_{name}_total"
        assert after[name].value() > before[name].value(), name

    stack.services["participation"].stop()
    ledger.wait_log("subscriber_state", to="degraded", stream="participation")
    silent = metrics_of(stack, "ledger")
    assert silent["hyeopchi_subscriber_state_number"].value(stream="participation") == 4
    assert silent["hyeopchi_subscriber_redials_total"].value(stream="participation") >= 1
