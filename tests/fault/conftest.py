# SPDX-License-Identifier: Apache-2.0
"""Which stories are told, in which order, and for how long; and the stage they are told on.

The seed decides order and parameters, so that every run tells other stories first; it is printed at the
start and with every failure, and HYEOPCHI_FAULT_SEED repeats it. HYEOPCHI_FAULT_SECONDS is how long
everything together may take: what then has not begun is skipped and says so. What judges proxy and
checker has a third of it; of a defect and the same without it, the seed's choice is told before the stories
and the other behind them.
"""

import os
import random
import re
import shutil
import sys
import time

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from support.paths import ARTIFACTS, BUILD  # noqa: E402

import supervisor  # noqa: E402
import tale  # noqa: E402

SECONDS_MAX = 330

# What comes before the stories has this part of the time.
JUDGES_PART = 1 / 3

# In this order, by chance within each; the tests of a module share a cluster. The two between proxy and
# stories change places, so that there is time for either in one run or another.
JUDGES = ["test_controls", "test_restore"]

# The last story may begin this long before the end.
RESERVE_SECONDS = 30

_started = time.monotonic()
_seed = int(os.environ.get("HYEOPCHI_FAULT_SEED") or supervisor.new_seed())
_seconds = int(os.environ.get("HYEOPCHI_FAULT_SECONDS") or SECONDS_MAX)
random.Random(_seed).shuffle(JUDGES)
MODULES = ("test_proxy", *JUDGES, "test_stories")
_places = {}  # item -> its place among MODULES, or behind them


def pytest_report_header(config):
    del config
    return f"fault stories: HYEOPCHI_FAULT_SEED={_seed}, at most {_seconds} s"


def pytest_collection_modifyitems(items):
    random.Random(_seed).shuffle(items)
    told = set()
    for item in items:
        name = item.module.__name__
        is_second = name == "test_controls" and item.originalname in told
        told.add(item.originalname)
        _places[item] = len(MODULES) if is_second else MODULES.index(name)
    items.sort(key=_places.get)


def pytest_collection_finish(session):
    for item in _places.keys() - set(session.items):
        del _places[item]


def stories():
    return [item for item, place in _places.items() if MODULES.index("test_stories") == place]


def pytest_runtest_setup(item):
    seconds = _seconds - RESERVE_SECONDS
    if stories() and _places[item] < MODULES.index("test_stories"):
        seconds *= JUDGES_PART
    if time.monotonic() - _started > seconds:
        pytest.skip(f"{seconds:.0f} s are over; HYEOPCHI_FAULT_SEED={_seed}")


def pytest_terminal_summary(terminalreporter):
    ended = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, [])]
    names = {report.nodeid for report in ended if report.when == "call"}
    told = [item for item in stories() if item.nodeid in names]
    if stories():
        terminalreporter.write_line(f"{len(told)} of {len(stories())} stories told")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        item.session.fault_failed = True
        report.sections.append(("to repeat", f"HYEOPCHI_FAULT_SEED={_seed}"))


def artifacts_folder(name):
    """A folder for logs and records; it stays only after a failure."""
    name = f"fault-{os.path.basename(BUILD)}-{name}"  # Runs of two builds may be under way at once.
    folder = os.path.join(ARTIFACTS, re.sub(r"[^A-Za-z0-9_.-]+", "-", name))
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


@pytest.fixture
def chance(request):
    """Random numbers of this test, whatever ran before it."""
    return random.Random(f"{_seed} {request.node.name}")


class StageKeeper:
    """The stage of one story after another; a failure brings it down, so that it spoils no other."""

    def __init__(self):
        self._stage = None
        self._count = 0

    def get(self):
        if self._stage is None:
            self._count += 1
            self._stage = tale.Stage(artifacts_folder(f"stage-{self._count}"), _seed)
        return self._stage

    def drop(self, keep):
        stage, self._stage = self._stage, None
        if stage is None:
            return
        errors = stage.close()
        if not keep and not errors:
            shutil.rmtree(stage.artifacts, ignore_errors=True)
        assert not errors, "\n".join(errors)


@pytest.fixture(scope="session")
def stage_keeper():
    keeper = StageKeeper()
    yield keeper
    keeper.drop(keep=False)


@pytest.fixture
def stage(stage_keeper):
    """The stage; a test that ends badly must call it with keep."""
    return stage_keeper
