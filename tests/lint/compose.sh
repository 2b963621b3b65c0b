#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Lint: docker-compose understands docker-compose.yml, and every service in it is closed (compose.py).
# Nothing is started.
#
# Usage: compose.sh ROOT
set -euo pipefail

docker-compose -f "$1/docker-compose.yml" --project-directory "$1" config -q
exec /usr/bin/python3 -B "$(dirname "${BASH_SOURCE[0]}")/compose.py" "$1"
