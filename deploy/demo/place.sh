# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with deploy/up and its other parts
#
# For deploy/up: as whom, where and on which ports. Sourced, never run.

DISK_FREE_KIB_MIN=524288 # 512 MiB: the cluster with its write-ahead log, and room to spare

# A socket's path must fit into 107 bytes, with its name.
SOCKET_FOLDER_LENGTH_MAX=70

# Settings of this environment must not reach the services.
forget_settings() {
    local name

    for name in $(compgen -e HYEOPCHI_); do
        case $name in
            HYEOPCHI_BUILD | HYEOPCHI_LANGUAGE) ;;
            *) unset "$name" ;;
        esac
    done
    unset PGHOST PGPORT PGUSER PGDATABASE PGOPTIONS PGSERVICE PGPASSFILE
}

need_tool() {
    command -v "$1" >/dev/null ||
        fail "'$1' 이(가) 없습니다. deploy/install-deps 를 root 로 실행하십시오" \
            "'$1' is missing; run deploy/install-deps as root"
}

choose_user() {
    local tool

    for tool in jq setpriv setsid flock awk od; do
        need_tool "$tool"
    done
    run_as=$(id -un)
    if [ "$(id -u)" != 0 ]; then
        return
    fi
    run_as=${user_wanted:-hyeopchi}
    if ! id -u "$run_as" >/dev/null 2>&1; then
        [ -z "$user_wanted" ] ||
            fail "사용자 '$run_as' 이(가) 없습니다" "there is no user '$run_as'"
        useradd --system --user-group --no-create-home --home-dir /nonexistent \
            --shell /usr/sbin/nologin "$run_as" ||
            fail "시스템 사용자 '$run_as' 을(를) 만들 수 없습니다" "cannot make the system user '$run_as'"
        say "시스템 사용자 '$run_as' 을(를) 만들었습니다 (PostgreSQL과 서비스가 이 사용자로 실행됩니다)" \
            "made the system user '$run_as', which PostgreSQL and the services run as"
    fi
    [ "$(id -u "$run_as")" != 0 ] ||
        fail "--user 는 root 가 아닌 사용자여야 합니다" "--user must not be root"
    identity=(setpriv --reuid "$run_as" --regid "$(id -g "$run_as")" --clear-groups --)
}

# Makes the data directory; where root's checkout is closed to others, the data and a copy of the
# programs go where the unprivileged user can reach them.
choose_place() {
    local parent name

    if [ -z "$data" ]; then
        data=$root/build/demo
        mkdir -p "$root/build"
        if ! as_user test -x "$root/build"; then
            data=/var/lib/hyeopchi-demo
            say "사용자 '$run_as' 이(가) $root 에 들어갈 수 없어 $data 에 둡니다" \
                "user '$run_as' may not enter $root, so everything is kept in $data"
        fi
    fi
    is_free || has_our_lock ||
        fail "$data 폴더는 비어 있지 않고 deploy/up 이 쓰던 곳도 아닙니다. --data 로 비어 있거나 없는 폴더를 주십시오" \
            "$data is neither empty nor of an earlier deploy/up; give an empty or a new directory with --data"
    mkdir -p "$data" || fail "$data 폴더를 만들 수 없습니다" "cannot make the directory $data"
    data=$(cd "$data" && pwd)
    parent=$(dirname "$data")
    as_user test -x "$parent" ||
        fail "사용자 '$run_as' 이(가) $parent 에 들어갈 수 없습니다. --data 로 다른 곳을 주십시오" \
            "user '$run_as' may not enter $parent; give another place with --data"
    check_disk
    if [ "$(id -u)" = 0 ]; then
        chown "$run_as:" "$data"
    fi
    [ "$(stat -c %U "$data")" = "$run_as" ] ||
        fail "$data 은(는) 다른 사용자의 것입니다. 처음 실행한 사용자로 실행하거나 --data 로 다른 곳을 주십시오" \
            "$data belongs to another user; run as the one who began, or give another place with --data"
    chmod 0700 "$data"
    : >>"$data/lock" # before anything else, so that what is stopped here may go on
    for name in keys settings log run ballots ballot-keys; do
        as_user mkdir -p -m 0700 "$data/$name"
    done
    sockets=$data/run
    if [ ${#sockets} -gt "$SOCKET_FOLDER_LENGTH_MAX" ]; then
        fail "$data: 경로가 너무 길어 소켓을 둘 수 없습니다. --data 로 더 짧은 경로를 주십시오" \
            "$data is too long a path for sockets; give a shorter one with --data"
    fi
    choose_programs
}

# Succeeds if nothing is in the data directory; one that cannot be read is found another user's later.
is_free() {
    [ -z "$(ls -A "$data" 2>/dev/null)" ]
}

# Succeeds if an earlier run began in the data directory: others have a file 'lock' as well.
has_our_lock() {
    [ -f "$data/lock" ] && { [ -d "$data/keys" ] || [ "$(ls -A "$data")" = lock ]; }
}

check_disk() {
    local free

    free=$(df -Pk "$data" | awk 'NR == 2 { print $4 }')
    [ "${free:-0}" -ge "$DISK_FREE_KIB_MIN" ] ||
        fail "$data 의 디스크 여유가 $((free / 1024)) MiB 뿐입니다. 512 MiB 이상이 필요합니다" \
            "only $((free / 1024)) MiB are free on the disk of $data; 512 MiB are needed"
}

choose_programs() {
    local name

    programs=$build/bin
    for name in hyeopchi "${LISTENERS[@]}"; do
        [ -x "$programs/$name" ] ||
            fail "$programs/$name 이(가) 없습니다. 먼저 빌드하십시오" "$programs/$name is missing; build it first"
    done
    if ! as_user test -x "$programs/hyeopchi"; then
        mkdir -p "$data/bin"
        for name in hyeopchi "${LISTENERS[@]}"; do
            install -m 0755 "$programs/$name" "$data/bin/$name"
        done
        programs=$data/bin
    fi
}

# One run at a time in one data directory. Processes of a run that was killed end by themselves; they
# are waited for.
lock_place() {
    local pid

    exec 9>>"$data/lock"
    flock -n 9 || fail "$data 에서 deploy/up 이 이미 실행 중입니다" "another deploy/up runs in $data"
    while read -r pid; do
        if [[ $pid =~ ^[0-9]+$ ]] && is_ours "$pid" && ! wait_gone "$pid" "$STOP_SECONDS"; then
            fail "이전 실행의 프로세스 $pid 이(가) 아직 끝나지 않았습니다" \
                "process $pid of an earlier run has not ended yet"
        fi
    done < <(cat "$data/run/pids" 2>/dev/null || true)
    rm -f "$data/run/pids" "$data"/run/*.ipc
}

# Succeeds if the process has to do with this data directory: ids are used again by others.
is_ours() {
    tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF -- "$data/"
}

check_ports() {
    local i port

    for i in "${!LISTENERS[@]}"; do
        port=$((port_base + i))
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            fail "포트 $port (${LISTENERS[i]}) 을(를) 다른 프로그램이 쓰고 있습니다. 그 프로그램을 끝내거나 --port-base 로 다른 포트를 주십시오" \
                "port $port (for ${LISTENERS[i]}) is in use by another program; end it, or give other ports with --port-base"
        fi
    done
}
