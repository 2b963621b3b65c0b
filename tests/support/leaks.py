# SPDX-License-Identifier: Apache-2.0
"""Tells one leak of nng's from all others in a report of LeakSanitizer.

Under load nng 1.5.2 now and then loses a connection: made in a thread of its own while the socket is
being closed, it is freed by nobody. Debian's library has no names of its functions for lsan.supp, and
leak:libnng.so would also cover what our callbacks allocate, since nng's threads run them. So the
report is read: one object, allocated by nng on a stack without a frame of our program, and no message,
is that connection. Messages are the only memory of nng's that our program has to free. The connection
keeps the listener that it came in by, so what nng made for one may be lost with it, and with it only.
"""

import re

BEGINNING = "ERROR: LeakSanitizer: detected memory leaks"
LEAK = re.compile(r"(Direct|Indirect) leak of (\d+) byte\(s\) in (\d+) object\(s\) allocated from:")
ALLOCATOR = re.compile(r"\s*#0 .* in (__interceptor_)?(malloc|calloc|realloc|posix_memalign)\b")
NNG = re.compile(r"\s*#\d+ .*/libnng\.so[.0-9]*\+0x")
LISTENER = re.compile(r"\s*#\d+ .* in nng_listener_(create|start) \(.*/libnng\.so[.0-9]*\+0x")
THREAD = re.compile(r"\s*#\d+ .*(/libc\.so[.0-9]*\+0x| in (start_thread|(__)?clone3?)\b)")
MESSAGE_SIZE = 112  # the struct, of which a message's body hangs


def _is_allocated_by_nng(frames):
    return (
        len(frames) >= 2
        and bool(ALLOCATOR.match(frames[0]))
        and bool(NNG.match(frames[1]))
        and all(NNG.match(frame) or THREAD.match(frame) for frame in frames[2:])
    )


def _is_a_listener_of_nng(frames):
    of_nng = 1
    while of_nng < len(frames) and NNG.match(frames[of_nng]) and not LISTENER.match(frames[of_nng]):
        of_nng += 1
    return of_nng < len(frames) and bool(ALLOCATOR.match(frames[0]) and LISTENER.match(frames[of_nng]))


def nng_lost_a_connection(lines):
    """True when all that LeakSanitizer reports in these lines is one connection of nng's own."""
    report = "\n".join(lines).partition(BEGINNING)[2]
    leaks = [part.splitlines() for part in report.split("\n\n") if LEAK.search(part)]
    heads = [LEAK.search("\n".join(leak)).groups() for leak in leaks]
    direct = [(int(size), int(count)) for kind, size, count in heads if kind == "Direct"]
    stacks = [[line for line in leak if line.lstrip().startswith("#")] for leak in leaks]
    return (
        len(direct) == 1
        and direct[0][0] != MESSAGE_SIZE
        and direct[0][1] == 1
        and any(_is_allocated_by_nng(frames) for frames in stacks)
        and all(_is_allocated_by_nng(frames) or _is_a_listener_of_nng(frames) for frames in stacks)
    )
