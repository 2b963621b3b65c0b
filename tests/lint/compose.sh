#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Lint: docker-compose understands docker-compose.yml. Nothing is started.
#
# Usage: compose.sh ROOT
set -euo pipefail

cd "$1"
docker-compose -f docker-compose.yml config -q
echo "compose: clean"
