# SPDX-License-Identifier: Apache-2.0
"""Fixtures of every integration test: one PostgreSQL cluster a file, logs kept on failure."""

import os
import re
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from support.paths import ARTIFACTS  # noqa: E402
from support.postgres import PostgresCluster  # noqa: E402
from support.services import Service  # noqa: E402

_failed = set()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if outcome.get_result().failed:
        _failed.add(item.nodeid)


def _artifact_folder(node_id):
    folder = os.path.join(ARTIFACTS, re.sub(r"[^A-Za-z0-9_.-]+", "-", node_id).strip("-"))
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


@pytest.fixture
def artifacts(request):
    """A folder for the logs of one test; it outlives the test only if the test fails."""
    folder = _artifact_folder(request.node.nodeid)
    yield folder
    if request.node.nodeid not in _failed:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def socket_folder():
    """A folder whose path is short enough for a UNIX socket, wherever the checkout is."""
    with tempfile.TemporaryDirectory(prefix="hyeopchi-", dir="/tmp") as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres(request):
    """One running cluster for the whole file, with no service's database in it yet."""
    folder = _artifact_folder(os.path.basename(request.config.args[0]) + "-postgres")
    with PostgresCluster(artifacts=folder) as cluster:
        yield cluster
    if not _failed:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def databases(postgres):
    """The cluster with the empty databases and roles of the three services, new for each test."""
    postgres.create_service_databases()
    yield postgres
    if not postgres.is_running():
        postgres.start()
    postgres.drop_service_databases()


@pytest.fixture
def start_service(artifacts):
    """A function that starts a service (see Service); all are stopped after the test.

    Stopping checks the exit status and the sanitizers, so a test that forgets neither hides.
    """
    services = []

    def start(name, settings, **options):
        service = Service(name, settings, artifacts, **options)
        services.append(service)
        return service.start()

    yield start
    errors = []
    for service in reversed(services):
        try:
            service.close()
        except AssertionError as error:
            errors.append(str(error))
    assert not errors, "\n".join(errors)
