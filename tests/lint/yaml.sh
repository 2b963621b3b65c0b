#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Lint: yamllint, with the rules of .yamllint, over every YAML file.
#
# Usage: yaml.sh ROOT
set -euo pipefail

root=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/lint/files.sh
. "$here/files.sh"

cd "$root"
mapfile -t files < <(tracked . | grep -E '\.ya?ml$|(^|/)\.clang-(format|tidy)$|^\.yamllint$')
[ ${#files[@]} -gt 0 ] || {
    echo "yaml: error: there is no YAML file in $root" >&2
    exit 2
}
yamllint --strict --format parsable --config-file "$here/../../.yamllint" "${files[@]}"
echo "yaml: ${#files[@]} files: clean"
