# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For deploy/up: what it says to people, in Korean or English. Sourced, never run.

# The same rule as the hyeopchi command's.
choose_language() {
    HYEOPCHI_LANGUAGE=${HYEOPCHI_LANGUAGE:-${LC_ALL:-${LC_MESSAGES:-${LANG:-en}}}}
    case $HYEOPCHI_LANGUAGE in
        ko*) HYEOPCHI_LANGUAGE=ko ;;
        *) HYEOPCHI_LANGUAGE=en ;;
    esac
    export HYEOPCHI_LANGUAGE
}

# phrase KOREAN ENGLISH
phrase() {
    if [ "${HYEOPCHI_LANGUAGE:-en}" = ko ]; then
        printf '%s' "$1"
    else
        printf '%s' "$2"
    fi
}

say() {
    printf '%s\n' "$(phrase "$@")"
}

step() {
    printf '== %s\n' "$(phrase "$@")"
}

# Ends the run with one line.
fail() {
    printf 'deploy/up: %s: %s\n' "$(phrase 오류 error)" "$(phrase "$@")" >&2
    exit 1
}

# The last line of a file that says anything.
last_line() {
    grep -v '^[[:space:]]*$' "$1" 2>/dev/null | tail -n 1
}

# The last line of a service's log that tells of an error, else of a warning, else its last line.
last_error() {
    local line

    line=$(grep '"level":"error"' "$1" 2>/dev/null | tail -n 1)
    if [ -z "$line" ]; then
        line=$(grep '"level":"warn"' "$1" 2>/dev/null | grep -v '"event":"demonstration_clock"' | tail -n 1)
    fi
    printf '%s' "${line:-$(last_line "$1")}"
}
