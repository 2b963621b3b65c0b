# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the browser's tests: those of the integration tests, a browser, and axe-core."""

import os
import shutil
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from integration.conftest import (  # noqa: E402, F401
    artifacts,
    databases,
    postgres,
    pytest_runtest_makereport,
    start_service,
)
from support.npm import install  # noqa: E402
from support.paths import BUILD, ROOT  # noqa: E402

from chromium import Chromium, find_browser  # noqa: E402

SCREENSHOTS = os.path.join(ROOT, "build", "screenshots")


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    program = find_browser()
    if program is None:
        pytest.skip("there is no Chromium; deploy/install-deps test installs it")
    with Chromium(program, tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture(scope="session")
def axe():
    """The source of axe-core, as package-lock.json pins it."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = install(os.path.join(HERE, "npm"), os.path.join(BUILD, "axe"))
    with open(os.path.join(folder, "node_modules", "axe-core", "axe.min.js"), encoding="utf-8") as file:
        return file.read()


@pytest.fixture(scope="session")
def screenshots():
    """Where pictures of pages go; an earlier run's are replaced."""
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    os.makedirs(SCREENSHOTS)
    return SCREENSHOTS
