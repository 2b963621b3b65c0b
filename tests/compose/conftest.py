# SPDX-License-Identifier: Apache-2.0
"""One stack for the whole file: built, started by the commands of deploy/README.md, and removed."""

import os
import shutil
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from engine import Engine  # noqa: E402
from stack import ComposeStack  # noqa: E402
from support.paths import ARTIFACTS  # noqa: E402

_failed = set()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if outcome.get_result().failed:
        _failed.add(item.nodeid)


@pytest.fixture(scope="session")
def artifacts():
    """A folder for logs and records; it outlives the run only if a test fails."""
    folder = os.path.join(ARTIFACTS, "compose")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    yield folder
    if not _failed:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stack(artifacts, tmp_path_factory):
    """The stack as the README's first start leaves it."""
    with Engine() as engine:
        stack = ComposeStack(engine, tmp_path_factory.mktemp("checkout"), artifacts)
        try:
            stack.build().watch()
            stack.shell(stack.readme("first-start"))
            stack.wait_healthy("participation", "ledger", "reporting", "nginx")
            yield stack
        finally:
            if _failed:
                stack.keep_logs()
            stack.close()
