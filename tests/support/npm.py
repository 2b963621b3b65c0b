# SPDX-License-Identifier: Apache-2.0
"""Packages from npm, installed into the build as a package-lock.json pins them."""

import fcntl
import hashlib
import os
import shutil
import subprocess


def install(source, folder, timeout=300):
    """Copies the files of `source` to `folder` and installs there what they name, unless that was done
    before; returns `folder`. Several may call this at once."""
    os.makedirs(folder, exist_ok=True)
    names = sorted(name for name in os.listdir(source) if os.path.isfile(os.path.join(source, name)))
    contents = b"\0".join(open(os.path.join(source, name), "rb").read() for name in names)
    wanted = hashlib.sha256(contents).hexdigest()
    marker = os.path.join(folder, "installed")
    with open(os.path.join(folder, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(marker) and open(marker, encoding="ascii").read() == wanted:
            return folder
        for name in names:
            shutil.copy(os.path.join(source, name), folder)
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=2"],
            cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"npm could not install the packages:\n{done.stderr}"
        with open(marker, "w", encoding="ascii") as file:
            file.write(wanted)
    return folder
