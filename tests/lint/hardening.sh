#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Lint: every program of the release build is hardened: position independent, its relocations
# read-only and bound at start, no executable stack, stack protector, checked libc calls.
#
# Usage: hardening.sh BIN-FOLDER
set -euo pipefail
export LC_ALL=C

folder=$1
status=0
count=0

say() {
    echo "$program:1: hardening: $*"
    status=1
}

for program in "$folder"/*; do
    if [ ! -f "$program" ] || [ ! -x "$program" ]; then
        continue
    fi
    count=$((count + 1))
    header=$(readelf -hW "$program")
    segments=$(readelf -lW "$program")
    dynamic=$(readelf -dW "$program")
    symbols=$(readelf --dyn-syms -W "$program")

    grep -qE 'Type:[[:space:]]+DYN' <<<"$header" || say "not position independent (PIE)"
    grep -q 'GNU_RELRO' <<<"$segments" || say "relocations stay writable (RELRO)"
    grep -qE 'BIND_NOW|FLAGS_1.*NOW' <<<"$dynamic" || say "symbols are bound late (BIND_NOW)"
    grep -q 'GNU_STACK.*RWE' <<<"$segments" && say "the stack is executable (NX)"
    grep -q 'GNU_STACK' <<<"$segments" || say "says nothing about its stack (NX)"
    grep -q '__stack_chk_fail' <<<"$symbols" || say "no stack protector"
    grep -qE '__[a-z]+_chk(@|$)' <<<"$symbols" || say "no checked libc call (FORTIFY)"
    grep -qE '\((RPATH|RUNPATH)\)' <<<"$dynamic" && say "looks for libraries in a folder of its own (RPATH)"
done

if [ "$count" -eq 0 ]; then
    echo "hardening: error: there is no program in $folder; build the release preset (tests/run does)" >&2
    exit 2
fi
if [ "$status" -eq 0 ]; then
    echo "hardening: $count programs: clean"
fi
exit "$status"
