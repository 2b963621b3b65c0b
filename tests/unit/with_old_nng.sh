#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs a test of the bus on nng before 1.8, whose nng_close() may hang for ever (upstream #1543): a
# run that hangs is skipped, and said; one that fails fails. Never used with a newer nng.
timeout -s KILL 60 "$@"
status=$?
if [ "$status" -eq 137 ]; then
    echo "skipped: nng hung while closing a socket (upstream #1543), which no test can wait out"
    exit 77
fi
exit "$status"
