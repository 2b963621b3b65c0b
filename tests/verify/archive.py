# SPDX-License-Identifier: Apache-2.0
"""The bundle as a ustar archive. There is one way to write it: reading is taking names, lengths and the
time out of the headers, writing the archive anew, and finding the same bytes.
"""

import hashlib

from verify.encoding import Malformed, demand, read_json, write_json

FILES = ["definition", "keys.json", "checkpoints", "entries", "openings", "paper", "roll.json",
         "turnout.json", "extensions.json", "lot", "jury", "decided.json", "result.json",
         "manifest.json"]
OPTIONAL = {"paper", "roll.json", "lot", "jury"}
BLOCK = 512


def header(name, size, time_s):
    block = b"".join([
        name.encode().ljust(100, b"\0"),
        b"0000644\0" b"0000000\0" b"0000000\0",  # mode, owner, group
        b"%011o\0" % size,
        b"%011o\0" % time_s,
        b" " * 8,  # the checksum, while it is made
        b"0".ljust(101, b"\0"),  # a regular file, no link
        b"ustar\0" b"00",
    ]).ljust(BLOCK, b"\0")
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def write(files, time_s):
    parts = []
    for name, data in files.items():
        parts += [header(name, len(data), time_s), data, bytes(-len(data) % BLOCK)]
    return b"".join(parts) + bytes(2 * BLOCK)


def octal(field):
    demand(field[11:] == b"\0" and all(digit in b"01234567" for digit in field[:11]), "a number")
    return int(field[:11], 8)


def read(archive):
    """The files in their order, and their time in seconds; raises Malformed."""
    files, times, at = {}, set(), 0
    while archive[at : at + BLOCK] != bytes(BLOCK):
        block = archive[at : at + BLOCK]
        demand(len(block) == BLOCK, "cut short")
        try:
            name = block[:100].rstrip(b"\0").decode("ascii")
        except UnicodeDecodeError as error:
            raise Malformed(str(error)) from None
        size = octal(block[124:136])
        times.add(octal(block[136:148]))
        demand(name in FILES and name not in files, "a file of another name")
        files[name] = archive[at + BLOCK : at + BLOCK + size]
        at += BLOCK + size + -size % BLOCK
        demand(at <= len(archive), "cut short")
    expected = [name for name in FILES if name in files or name not in OPTIONAL]
    demand(list(files) == expected, "files missing or in another order")
    demand(len(times) == 1, "more than one time")
    time_s = times.pop()
    demand(write(files, time_s) == archive, "not the one way to write it")
    return files, time_s


def manifest(ballot, files):
    """manifest.json for all the other files."""
    listed = [{"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
              for name, data in files.items() if name != "manifest.json"]
    return write_json({"format": "hyeopchi-bundle/2", "ballot": ballot, "files": listed})


def manifest_ballot(files):
    """The ballot's UUID as the manifest writes it; raises Malformed unless all of it is right."""
    stated = read_json(files["manifest.json"])
    demand(isinstance(stated, dict) and isinstance(stated.get("ballot"), str), "no ballot")
    demand(manifest(stated["ballot"], files) == files["manifest.json"], "not what the files are")
    return stated["ballot"]
