# SPDX-License-Identifier: Apache-2.0
"""Builds what a benchmark measures."""

import os
import subprocess

from support.paths import BUILD, ROOT


def build_release(*programs):
    """Builds these of the release preset; another build is taken as it is."""
    if BUILD != os.path.join(ROOT, "build", "release"):
        return
    configure = ["cmake", "-G", "Ninja", "-B", BUILD, "-D", "HYEOPCHI_PRESET=release",
                 "-D", "BUILD_TESTING=ON"]  # deploy/up leaves them out
    for command in (configure, ["cmake", "--build", BUILD, "--target", *programs]):
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
