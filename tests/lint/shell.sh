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
mapfile -t files < <(tracked . | while IFS= read -r name; do
    if [[ $name == *.sh ]] || head -c 64 "$name" | head -n 1 | tr -d '\0' | grep -qE '^#!.*\b(ba|da)?sh\b'; then
        printf '%s\n' "$name"
    fi
done)
[ ${#files[@]} -gt 0 ] || {
    echo "shell: error: there is no shell script in $root" >&2
    exit 2
}
shellcheck --external-sources --format=gcc "${files[@]}"
echo "shell: ${#files[@]} scripts: clean"
