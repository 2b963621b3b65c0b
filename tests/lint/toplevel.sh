#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Lint: the top level holds only what the architecture says, and dot files.
#
# Usage: toplevel.sh ROOT
set -euo pipefail

root=$1
# shellcheck source=tests/lint/files.sh
. "$(dirname "${BASH_SOURCE[0]}")/files.sh"

status=0
while IFS= read -r name; do
    case $name in
        .* | CMakeLists.txt | services | proto | deploy | tests | docker-compose.yml | README.md | LICENSE) ;;
        *)
            echo "$name:1: toplevel: nothing but CMakeLists.txt services/ proto/ deploy/ tests/" \
                "docker-compose.yml README.md LICENSE and dot files stands at the top"
            status=1
            ;;
    esac
done < <(tracked "$root" | cut -d/ -f1 | sort -u)
if [ "$status" -eq 0 ]; then
    echo "toplevel: clean"
fi
exit "$status"
