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
unfinished='\b(TO''DO|FIX''ME|XX''X)\b'

cd "$root"
status=0
while IFS= read -r name; do
    if grep -nIE -- "$machine" "$name" | sed "s|^\([0-9]*\):|$name:\1: machine-path: |" | grep .; then
        status=1
    fi
    if grep -nIE -- "$unfinished" "$name" | sed "s|^\([0-9]*\):|$name:\1: unfinished: |" | grep .; then
        status=1
    fi
done < <(tracked . | grep -v 'package-lock\.json$')
if [ "$status" -eq 0 ]; then
    echo "leftovers: clean"
fi
exit "$status"
