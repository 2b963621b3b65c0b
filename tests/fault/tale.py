# SPDX-License-Identifier: Apache-2.0
"""How a story is told: load, faults, healing, and the checker after it. Used by pytest and by soak.

A story is a module of stories/ with TITLE and tell(arena, load, random). It may say NEEDS, a
function of the arena that returns why it cannot be told here, or None, and LONG, that it waits for
longer than CI has time for: then only soak tells it. It leaves faults standing if it likes: heal()
ends them all.
"""

import importlib.util
import os
import time

import checker
from load import Load
from supervisor import Arena, Disk, Recorder, make_cluster

HERE = os.path.dirname(os.path.abspath(__file__))
STORIES = os.path.join(HERE, "stories")
SETTLE_ACKS = 25  # Votes before the first fault, and again after healing.


class Story:
    """One file of stories/."""

    def __init__(self, path):
        self.name = os.path.basename(path)[: -len(".py")]
        self.number = self.name.partition("_")[0].upper()
        spec = importlib.util.spec_from_file_location(f"stories.{self.name}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.title = module.TITLE
        self.tell = module.tell
        self.is_long = getattr(module, "LONG", False)
        self._needs = getattr(module, "NEEDS", None)

    def lacks(self, arena):
        """Why it cannot be told in this arena, or None."""
        return self._needs(arena) if self._needs is not None else None


def all_stories():
    names = sorted(name for name in os.listdir(STORIES) if name.endswith(".py"))
    return [Story(os.path.join(STORIES, name)) for name in names]


class Stage:
    """A cluster with an arena on it, for one story after another."""

    def __init__(self, artifacts, seed):
        self.artifacts = str(artifacts)
        self.disk = Disk.make()
        self.cluster = None
        self.arena = None
        try:
            self.cluster = make_cluster(self.artifacts, self.disk)
            self.cluster.start()
            self.arena = Arena(self.cluster, self.artifacts, seed, self.disk)
            self.arena.begin()
            self.checker = checker.Checker(self.arena.describe(), seed)
        except BaseException:
            self.close()
            raise

    def tell(self, story, random, keep_record=True):
        """Tells one story and returns the checker's findings."""
        arena = self.arena
        arena.story = story.number
        arena.recorder.close()
        path = os.path.join(self.artifacts, f"record-{story.name}-{time.monotonic_ns()}.jsonl")
        arena.recorder = Recorder(path)
        arena.recorder.write("story", name=story.name, title=story.title)
        started = time.monotonic()
        load = Load(arena, random)
        try:
            load.start()
            load.wait_acks(SETTLE_ACKS)
            story.tell(arena, load, random)
            arena.heal()
            healed = time.monotonic()
            self._update()
            recovery = self.checker.check(only={"I11"})
            load.wait_acks(SETTLE_ACKS)
            load.finish()
        except BaseException:
            load.abandon()
            raise
        finished = time.monotonic()
        # Now that nobody asks for anything, everything that was said is heard.
        lag = self.checker.wait_for_no_lag()
        self._update()
        findings = self.checker.check(only={"I1", "I3", "I6", "I7", "I12"})
        findings.violations["I11"] += recovery.violations["I11"]
        findings.figures.update(recovery.figures)
        if lag is not None:
            findings.add("I11", lag)
        findings.figures["seconds"] = {
            "faults": round(healed - started, 1),
            "healed": round(finished - healed, 1),
            "checking": round(time.monotonic() - finished, 1),
        }
        if not keep_record and not findings.broken():
            os.unlink(path)
        return findings

    def _update(self):
        self.arena.write_state()
        self.checker.state = self.arena.describe()

    def close(self):
        """Ends and removes everything; returns what went wrong on the way."""
        errors = []
        if self.disk is not None:
            self.disk.empty()
        if self.arena is not None:
            self.arena.write_state()
            errors += self.arena.close()
        if self.cluster is not None:
            self.cluster.reap()
            try:
                self.cluster.close()
            except AssertionError as error:
                errors.append(str(error))
        if self.disk is not None:
            self.disk.close()
        return errors
