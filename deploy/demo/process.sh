# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with deploy/up and its other parts
#
# For deploy/up: starting and ending processes. Only what was started here is ended, by its id.
# Sourced, never run.

identity=() # what a command starts with to run as the unprivileged user
running=()  # "name:pid", in the order of their start
foreground= # the program that is waited for
interrupted=
settled=    # everything was printed: Ctrl-C is how it ends

STOP_SECONDS=40

# What TERM does. The ) is for bash 5.2: a trap that comes while a command's second $(…) is expanded is
# parsed as if it stood in there, and would end with 2. Otherwise that line is never reached.
INTERRUPT=$'interrupted=yes; exit 130\n)'

# Where root is, the command runs as the unprivileged user; elsewhere as who we are.
as_user() {
    "${identity[@]}" "$@"
}

# start NAME LOG SIGNAL COMMAND...: in a session of its own, so that Ctrl-C reaches only us; and with
# us gone for whatever reason, it gets the signal.
start() {
    local name=$1 log=$2 signal=$3
    shift 3

    setsid "${identity[@]}" setpriv --pdeathsig "$signal" -- "$@" </dev/null >>"$log" 2>&1 9>&- &
    running+=("$name:$!")
    printf '%s\n' "$!" >>"$data/run/pids"
}

# pid_of NAME
pid_of() {
    local entry

    for entry in "${running[@]}"; do
        if [ "${entry%%:*}" = "$1" ]; then
            printf '%s' "${entry#*:}"
            return
        fi
    done
}

# Runs a program that may take long as the user, so that Ctrl-C is heard at once.
attend() {
    local status=0

    "${identity[@]}" "$@" 9>&- &
    foreground=$!
    wait "$foreground" || status=$?
    foreground=
    return "$status"
}

# wait_gone PID SECONDS
wait_gone() {
    local tenths=$(($2 * 10))

    while kill -0 "$1" 2>/dev/null; do
        [ "$tenths" -gt 0 ] || return 1
        tenths=$((tenths - 1))
        sleep 0.1
    done
}

# Ends what was started, last first: the services in order, then the database without waiting for
# clients that are left.
stop_all() {
    local i name pid

    if [ -n "$foreground" ]; then
        kill -TERM "$foreground" 2>/dev/null || true
        wait_gone "$foreground" 5 || kill -KILL "$foreground" 2>/dev/null || true
    fi
    for ((i = ${#running[@]} - 1; i >= 0; i--)); do
        name=${running[i]%%:*}
        pid=${running[i]#*:}
        if [ "$name" = postgresql ]; then
            kill -INT "$pid" 2>/dev/null || true
        else
            kill -TERM "$pid" 2>/dev/null || true
        fi
        if ! wait_gone "$pid" "$STOP_SECONDS"; then
            say "$name 이(가) 멈추지 않아 강제로 끝냅니다" "$name does not stop, ending it by force" >&2
            kill -KILL "$pid" 2>/dev/null || true
        fi
    done
    running=()
}

# The EXIT trap.
finish() {
    local status=$1

    trap '' INT TERM HUP
    trap - EXIT
    set +e
    if [ -n "$interrupted" ]; then
        printf '\n'
        if [ -n "$settled" ]; then
            status=0
        else
            say "중단했습니다. 같은 명령을 다시 실행하면 이어서 진행합니다." \
                "Interrupted. Run the same command again and it continues." >&2
        fi
    fi
    clock_keep
    stop_all
    rm -f "$data/run/pids"
    if [ -n "$settled" ] && [ "$status" = 0 ]; then
        say "모두 멈췄습니다. 자료는 $data 에 있습니다." "All stopped. The data is in $data."
    fi
    exit "$status"
}

# Runs on until Ctrl-C, or until something that should run does not.
stay() {
    local entry

    settled=yes
    # Bash would tell of a killed process in words of its own.
    wait -n 2>/dev/null || true
    for entry in "${running[@]}"; do
        if ! kill -0 "${entry#*:}" 2>/dev/null; then
            settled=
            fail "${entry%%:*} 이(가) 멈췄습니다: $(last_error "$data/log/${entry%%:*}.log")" \
                "${entry%%:*} has ended: $(last_error "$data/log/${entry%%:*}.log")"
        fi
    done
}
