#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Lint: functions that our C code does not call, with what to call instead.
#
# Usage: banned.sh ROOT
set -euo pipefail

root=$1
here=$(dirname "${BASH_SOURCE[0]}")

# Prints $1 without the spaces around it.
trim() {
    local text=${1#"${1%%[![:space:]]*}"}
    printf '%s' "${text%"${text##*[![:space:]]}"}"
}

# names; files where they are allowed (a regular expression, "-" for nowhere); instead
rules() {
    cat <<'RULES'
sprintf vsprintf strcpy strcat strncpy strncat gets ; - ; snprintf or runtime/buffer.h
strtok ; - ; a loop over the text, which needs no hidden state
atoi atol atoll atof ; - ; a parser that reports errors and overflow
strtol strtoll strtoul strtoull ; ^services/(runtime/config[a-z_]*|cli/[a-z_]+|verify/[a-z_]+)\.c: ; a parser that reports overflow
alloca ; - ; a buffer with a named maximum
system popen ; - ; nothing: services start no programs
sleep usleep nanosleep ; - ; a timer of the loop
time localtime gmtime localtime_r gmtime_r ctime ; ^services/(runtime/clock|verify/[a-z_]+)\.c: ; runtime/clock.h
clock_gettime gettimeofday timespec_get ; ^services/(runtime|verify)/[a-z_]+\.c: ; runtime/clock.h
rand srand random drand48 ; - ; runtime/crypto.h
exit _exit abort ; ^services/(([a-z]+/)+main|runtime/loop)\.c: ; an error that reaches main
printf vprintf fprintf puts putchar ; ^services/(runtime/(config[a-z_]*|log)|cli/[a-z_]+|verify/[a-z_]+|([a-z]+/)+main)\.c: ; runtime/log.h
PQexec PQexecParams PQexecPrepared PQsendQuery PQsendQueryParams ; ^services/runtime/db[a-z_]*\.c: ; runtime/db.h
PQescapeLiteral PQescapeIdentifier PQescapeString PQescapeStringConn PQescapeBytea PQescapeByteaConn ; - ; parameters
RULES
}

code=$(python3 -B "$here/strip_comments.py" "$root" services/)
status=0
while IFS=';' read -r names allowed instead; do
    names=$(trim "$names")
    allowed=$(trim "$allowed")
    # The names stand alone, are called, and are no member of a struct (a.exit(), a->exit()).
    pattern="^[^:]+:[0-9]+:(.*[^A-Za-z0-9_.>])?(${names// /|})[[:space:]]*\("
    found=$(grep -E -- "$pattern" <<<"$code" || true)
    if [ "$allowed" != - ] && [ -n "$found" ]; then
        found=$(grep -vE -- "$allowed" <<<"$found" || true)
    fi
    if [ -n "$found" ]; then
        status=1
        while IFS=: read -r file line text; do
            printf '%s:%s: banned: use%s: %s\n' "$file" "$line" "$instead" "$(trim "$text")"
        done <<<"$found"
    fi
done < <(rules)

if [ "$status" -eq 0 ]; then
    echo "banned: clean"
fi
exit "$status"
