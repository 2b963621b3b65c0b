#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Lint: cppcheck over the services and the tests. What it found clean it remembers in the build.
#
# Usage: cppcheck.sh ROOT BUILD
set -euo pipefail

root=$1
build=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
memory=$build/lint-cache/cppcheck
mkdir -p "$memory"

version=$(cppcheck --version)
case $version in
    *' 2.10'*) ;;
    *)
        echo "cppcheck: skipped: its rules are for version 2.10, this is $version"
        exit 77
        ;;
esac

cd "$root"
# Only folders that exist: cppcheck takes an unknown path for an error.
folders=()
for folder in services tests/unit tests/fuzz tests/support tests/bench; do
    if [ -d "$folder" ]; then
        folders+=("$folder")
    fi
done
cppcheck --quiet --std=c11 --platform=unix64 --language=c \
    --enable=warning,style,performance,portability --inline-suppr \
    --suppressions-list="$here/cppcheck-suppressions.txt" \
    -D_POSIX_C_SOURCE=200809L -D__GNUC__=12 \
    -DPROTOBUF_C_VERSION_NUMBER=1004001 -DPROTOBUF_C_MIN_COMPILER_VERSION=1000000 \
    -Iservices "-I$build/proto" \
    --cppcheck-build-dir="$memory" -j "$(nproc)" \
    --template='{file}:{line}: {id}: {message}' --error-exitcode=1 "${folders[@]}"
echo "cppcheck: clean"
