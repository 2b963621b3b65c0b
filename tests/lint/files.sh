# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For the lints written in shell: which files are ours. Sourced, never run.

# Prints the files under $1 that git knows or would take, one a line, relative to $1. In a folder
# that is no checkout, as the selftest makes them, it is every file.
tracked() {
    if [ -e "$1/.git" ]; then
        git -C "$1" ls-files --cached --others --exclude-standard
    else
        (cd "$1" && find . -type f -printf '%P\n')
    fi | sort -u | while IFS= read -r name; do
        if [ -f "$1/$name" ]; then
            printf '%s\n' "$name"
        fi
    done
}
