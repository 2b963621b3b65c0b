# SPDX-License-Identifier: Apache-2.0
"""deploy/spdx: which packages a program of ours links, in a form that other tools read."""

import os
import re
import subprocess

import pytest

from support.paths import ROOT
from support.services import program

SPDX = os.path.join(ROOT, "deploy", "spdx")


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


@pytest.mark.parametrize("name", ["ledger", "hyeopchi"])
def test_every_library_of_a_program_is_of_a_package_with_its_version(name):
    text = output(SPDX, program(name))
    sections = [dict(re.findall(r"^(\w+): (.*)$", part, re.M)) for part in text.split("\n\n")]
    document, described, *packages = sections
    assert document["SPDXVersion"] == "SPDX-2.3" and document["DocumentName"] == name
    assert described["PackageName"] == name and described["PackageLicenseDeclared"] == "Apache-2.0"
    names = [package["PackageName"] for package in packages]
    versions = output("dpkg-query", "--show", "--showformat", "${Package} ${Version}\n", *names)
    assert [f"{package['PackageName']} {package['PackageVersion']}" for package in packages] == (
        versions.splitlines()
    )
    for package in packages:
        assert package["Relationship"] == f"SPDXRef-Program DYNAMIC_LINK {package['SPDXID']}"
    files = set(map(os.path.basename, output("dpkg-query", "--listfiles", *names).splitlines()))
    wanted = set(re.findall(r"\(NEEDED\).*\[(.*)\]", output("readelf", "-dW", program(name))))
    assert {"libnng.so.1", "libpq.so.5"} & wanted or "libcurl.so.4" in wanted
    assert wanted <= files, wanted - files
    assert len({package["SPDXID"] for package in packages}) == len(packages)


def test_what_is_no_program_is_refused(tmp_path):
    for words in ([], [str(tmp_path / "nothing")], [SPDX]):
        done = subprocess.run([SPDX, *words], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode != 0 and done.stdout == "" and done.stderr
