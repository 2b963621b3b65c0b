#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Lint: no common misspelling. Words that are right all the same are in spelling-words.txt.
#
# Usage: spelling.sh ROOT
set -euo pipefail

root=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/lint/files.sh
. "$here/files.sh"

cd "$root"
# Lock files and the input of tests are nobody's prose.
mapfile -t files < <(tracked . | grep -vE 'package-lock\.json$|^LICENSE$|/corpus/|/data/|\.(png|pb|pdf|ico|woff2)$')
codespell --ignore-words="$here/spelling-words.txt" "${files[@]}"
echo "spelling: ${#files[@]} files: clean"
