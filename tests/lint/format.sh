#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Lint: C code looks as .clang-format says. Mend with: clang-format -i FILE
#
# Usage: format.sh ROOT
set -euo pipefail

root=$1
# shellcheck source=tests/lint/files.sh
. "$(dirname "${BASH_SOURCE[0]}")/files.sh"

version=$(clang-format --version)
case $version in
    *'version 14.'*) ;;
    *)
        echo "format: skipped: its rules are for version 14, this is $version"
        exit 77
        ;;
esac

mapfile -t files < <(tracked "$root" | grep -E '^(services|tests)/.*\.[ch]$')
[ ${#files[@]} -gt 0 ] || {
    echo "format: error: there is no C file in $root" >&2
    exit 2
}
cd "$root"
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 40 clang-format --dry-run -Werror --style=file
echo "format: ${#files[@]} files: clean"
