#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Lint: shellcheck over every shell script, known by its name or its first line.
#
# Usage: shell.sh ROOT
set -euo pipefail

root=$1
# shellcheck source=tests/lint/files.sh
. "$(dirname "${BASH_SOURCE[0]}")/files.sh"

cd "$root"
mapfile -t files < <(tracked . | tr '\n' '\0' | xargs -0 \
    awk 'FNR == 1 && (FILENAME ~ /\.sh$/ || /^#!.*[\/ ](ba|da)?sh( |$)/) { print FILENAME } { nextfile }')
[ ${#files[@]} -gt 0 ] || {
    echo "shell: error: there is no shell script in $root" >&2
    exit 2
}
shellcheck --external-sources --format=gcc "${files[@]}"
echo "shell: ${#files[@]} scripts: clean"
