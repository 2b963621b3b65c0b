# SPDX-License-Identifier: Apache-2.0
"""deploy/install-deps, run against a pretended Debian: what it says, asks for, and refuses.

Its tools (dpkg-query, apt-get, id, sudo) are replaced by scripts on the PATH that write down how
they were called, so that nothing of this machine is looked at or changed.
"""

import os
import shutil
import subprocess

import pytest

from support.paths import ROOT

SCRIPT = os.path.join(ROOT, "deploy", "install-deps")

# What the script itself needs of a minimal Debian.
REAL_TOOLS = "bash cat dirname env grep mktemp rm sed sort tail tr".split()


class Machine:
    """A pretended machine: a PATH of its own, a list of installed packages, a log of calls."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.bin = os.path.join(self.folder, "bin")
        os.makedirs(self.bin)
        for name in REAL_TOOLS:
            os.symlink(shutil.which(name), os.path.join(self.bin, name))
        self.release("debian", "12")
        self.user("0")
        self.installed([])
        self.apt("exit 0")

    def _write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def _program(self, name, body):
        os.chmod(self._write(f"bin/{name}", f"#!/bin/bash\n{body}\n"), 0o755)

    def release(self, system, version):
        self._write("os-release", f'ID={system}\nVERSION_ID="{version}"\n')

    def user(self, uid):
        self._program("id", f"echo {uid}")

    def installed(self, packages):
        self._write("packages", "\n".join(packages))
        # The last argument of dpkg-query is the package.
        self._program(
            "dpkg-query",
            f"grep -qxF -- \"${{@: -1}}\" '{self.folder}/packages' && printf installed",
        )

    def apt(self, body):
        self._program("apt-get", f"echo \"apt-get $*\" >>'{self.folder}/calls'\n{body}")

    def with_npm(self):
        self._program("npm", "exit 0")

    def calls(self):
        path = os.path.join(self.folder, "calls")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8") as file:
            return file.read()

    def run(self, *arguments):
        return subprocess.run(
            [os.path.join(self.bin, "bash"), SCRIPT, *arguments],
            env={"PATH": self.bin, "OS_RELEASE": os.path.join(self.folder, "os-release")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def wanted(self, mode):
        """Returns all the packages that the script asks for when nothing is installed."""
        lines = self.run(mode, "--dry-run").stdout.splitlines()
        return [package for line in lines for package in line.split(": ", 2)[2].split()]


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path / "machine")


def refused(result, sentence):
    assert result.returncode == 1
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("install-deps: error: ")
    assert sentence in lines[0]


@pytest.mark.parametrize("mode", ["run", "test"])
def test_it_says_and_does_nothing_when_all_is_there(machine, mode):
    machine.installed(machine.wanted(mode))
    result = machine.run(mode)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert machine.calls() == ""


def test_it_installs_exactly_what_is_missing_after_one_update(machine):
    machine.installed([p for p in machine.wanted("run") if p not in ("cmake", "libuv1-dev")])
    result = machine.run("run")
    assert result.returncode == 0
    assert "build tools: cmake\n" in result.stdout
    assert "libraries: libuv1-dev\n" in result.stdout
    update, install = machine.calls().splitlines()
    assert update.endswith(" update")
    assert install.endswith(" install --no-install-recommends cmake libuv1-dev")


def test_what_could_not_be_fetched_is_tried_once_more_by_new_lists(machine):
    machine.installed([p for p in machine.wanted("run") if p != "cmake"])
    words = "E: Failed to fetch http://deb.debian.org/c 404\nE: Unable to fetch some archives"
    told = os.path.join(machine.folder, "told")
    machine.apt(
        f"case $* in *update*) exit 0 ;; esac; [ -e '{told}' ] && exit 0; echo >'{told}'\n"
        f"echo '{words}' >&2; exit 100"
    )
    assert machine.run("run").returncode == 0
    assert [line.split()[-1] for line in machine.calls().splitlines()] == ["update", "cmake"] * 2
    machine.apt(f"case $* in *update*) exit 0 ;; esac; echo '{words}' >&2; exit 100")
    refused(machine.run("run"), "E: Failed to fetch http://deb.debian.org/c 404")


def test_it_keeps_the_database_packages_from_starting_a_server(machine):
    machine.installed([p for p in machine.wanted("run") if p != "postgresql"])
    assert machine.run("run").returncode == 0
    installs = [line for line in machine.calls().splitlines() if " install " in line]
    assert installs[0].endswith(" postgresql-common")
    assert installs[1].endswith(" postgresql")


def test_names_that_differ_between_the_releases_are_the_right_ones(machine):
    old = machine.wanted("test")
    machine.release("debian", "13")
    new = machine.wanted("test")
    assert set(old) - set(new) == {"node-llhttp", "libclang-rt-14-dev"}
    # libxlsxwriter-dev of Debian 13 asks for a library that its package does not depend on.
    assert set(new) - set(old) == {"libllhttp-dev", "libclang-rt-19-dev", "libminizip-dev"}
    # And either release's links with another.
    assert "zlib1g-dev" in set(old) & set(new)


def test_tests_need_all_that_running_needs_and_more(machine):
    assert set(machine.wanted("run")) < set(machine.wanted("test"))


def test_a_node_from_elsewhere_is_kept(machine):
    assert "npm" in machine.wanted("test")
    machine.with_npm()
    assert "npm" not in machine.wanted("test")


def test_a_dry_run_installs_nothing(machine):
    result = machine.run("run", "--dry-run")
    assert result.returncode == 1
    assert machine.calls() == ""


@pytest.mark.parametrize(
    "system, version, sentence",
    [("ubuntu", "24.04", "this is 'ubuntu'"), ("debian", "11", "this is Debian 11")],
)
def test_another_system_is_refused(machine, system, version, sentence):
    machine.release(system, version)
    refused(machine.run(), sentence)


def test_neither_root_nor_sudo_is_refused(machine):
    machine.user("1000")
    refused(machine.run(), "neither root nor is there sudo")
    assert machine.calls() == ""


def test_a_user_without_rights_may_run_it_when_all_is_there(machine):
    machine.installed(machine.wanted("run"))
    machine.user("1000")
    assert machine.run().returncode == 0


@pytest.mark.parametrize(
    "words, sentence",
    [
        ("E: Could not get lock /var/lib/dpkg/lock-frontend.", "another program is using apt"),
        ("E: Unable to acquire the dpkg frontend lock", "another program is using apt"),
        ("Err:1 http://deb.debian.org Temporary failure resolving", "cannot be reached"),
        ("Err:1 Could not connect to deb.debian.org:80", "cannot be reached"),
        ("E: Unable to locate package libuv1-dev", "apt does not know libuv1-dev"),
        ("E: You don't have enough free space in /var/cache/apt", "the disk is full"),
        ("E: dpkg was interrupted, you must manually run", "dpkg --configure -a"),
        ("E: Something else", "apt-get failed: E: Something else"),
    ],
)
def test_a_failure_of_apt_becomes_one_line_that_says_what_to_do(machine, words, sentence):
    machine.apt(f"echo \"{words}\" >&2; exit 100")
    refused(machine.run(), sentence)


def test_an_unknown_argument_is_refused_and_help_is_given(machine):
    refused(machine.run("everything"), "unknown argument 'everything'")
    result = machine.run("--help")
    assert result.returncode == 0
    assert "Examples:" in result.stdout
