#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Lint: no file holds a path of somebody's machine, or a note that something is unfinished.
#
# Usage: leftovers.sh ROOT
set -euo pipefail

root=$1
# shellcheck source=tests/lint/files.sh
. "$(dirname "${BASH_SOURCE[0]}")/files.sh"

# Written in pieces, so that this file does not find itself.
machine='(^|[^A-Za-z0-9_.])(/wor''k/|/tm''p/w/|/hom''e/[a-z]|/roo''t/)'
unfinished='(^|[^A-Za-z0-9_-])(TO''DO|FIX''ME|XX''X)($|[^A-Za-z0-9_-])'

# Prints what matches $2 in our files as `file:line: $1: text`; succeeds if there is something.
find_rule() {
    tracked . | grep -v 'package-lock\.json$' | tr '\n' '\0' |
        xargs -0 grep -nHIE -- "$2" | sed "s|^\([^:]*:[0-9]*\):|\1: $1: |" | grep .
}

cd "$root"
status=0
if find_rule machine-path "$machine"; then
    status=1
fi
if find_rule unfinished "$unfinished"; then
    status=1
fi
if [ "$status" -eq 0 ]; then
    echo "leftovers: clean"
fi
exit "$status"
