# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with deploy/up and its other parts
#
# For deploy/up: keys, settings, and the services themselves. The keys are for development: they are
# made here, without a passphrase, and no real election may ever know them. Sourced, never run.

SERVICES=(participation ledger reporting)
LISTENERS=("${SERVICES[@]}" portal) # what listens, in the order of ports
READY_SECONDS=60

# Who signs what in the demonstration.
KEYS=(operator:demo-kim operator:demo-lee front-end:demo-portal front-end:demo-page auditor:demo-auditor staff:demo-staff)

hyeopchi() {
    as_user "$programs/hyeopchi" "$@"
}

# signed ROLE:ID ARGUMENTS...: the command with that key.
signed() {
    local key=$1
    shift

    hyeopchi "$@" --key-file "$(key_file "$key")"
}

# key_file ROLE:ID
key_file() {
    printf '%s' "$data/keys/${1/:/-}.key"
}

# put FILE: standard input into a file that only its user may read.
put() {
    # shellcheck disable=SC2016 # the inner shell expands it
    as_user sh -c 'umask 077 && cat >"$1.new" && mv "$1.new" "$1"' sh "$1"
}

random_base64url() {
    head -c 32 /dev/urandom | base64 -w 0 | tr '+/' '-_' | tr -d '='
}

make_keys() {
    local key file lines

    lines=
    for key in "${KEYS[@]}"; do
        file=$(key_file "$key")
        if [ ! -f "$file" ]; then
            hyeopchi key new --role "${key%%:*}" --id "${key#*:}" --out "$file" >/dev/null ||
                fail "서명 키를 만들 수 없습니다: $file" "cannot make the key $file"
        fi
        lines+=$(hyeopchi key public "$file" --not-before 2022-01-01T00:00:00Z)$'\n'
    done
    printf '%s\n%s' "# Development keys of deploy/up, for the demonstration only. Never use them for a real ballot." \
        "$lines" | put "$data/keys/public-keys"
    for file in receipt-key board-key subject-key join-key; do
        if [ ! -f "$data/keys/$file" ]; then
            random_base64url | put "$data/keys/$file"
        fi
    done
}

# The settings every service has, and those of one.
settings_of() {
    local name=$1 port=$2

    cat <<SETTINGS
# Written anew by every deploy/up.
district = seongdong
http_listen = 127.0.0.1:$port
database_url = host=$sockets dbname=$name user=$name
migration_database_url = host=$sockets dbname=$name user=${name}_owner
pub_url = ipc://$sockets/$name.pub.ipc
fetch_url = ipc://$sockets/$name.fetch.ipc
keys_file = $data/keys/public-keys
demonstration_clock_file = $data/clock
log_format = json
SETTINGS
    case $name in
        participation)
            cat <<SETTINGS
ledger_pub_url = ipc://$sockets/ledger.pub.ipc
ledger_fetch_url = ipc://$sockets/ledger.fetch.ipc
ballot_keys_directory = $data/ballot-keys
receipt_key_file = $data/keys/receipt-key
board_key_file = $data/keys/board-key
SETTINGS
            ;;
        ledger)
            cat <<SETTINGS
participation_pub_url = ipc://$sockets/participation.pub.ipc
participation_fetch_url = ipc://$sockets/participation.fetch.ipc
SETTINGS
            ;;
        reporting)
            cat <<SETTINGS
participation_pub_url = ipc://$sockets/participation.pub.ipc
participation_fetch_url = ipc://$sockets/participation.fetch.ipc
ledger_pub_url = ipc://$sockets/ledger.pub.ipc
ledger_fetch_url = ipc://$sockets/ledger.fetch.ipc
contact = 시연용 화면입니다. 문의처가 없습니다.
SETTINGS
            ;;
    esac
}

# The ballot page is no service: it has no database and no bus.
portal_settings() {
    cat <<SETTINGS
# Written anew by every deploy/up.
http_listen = 127.0.0.1:$1
participation_url = $HYEOPCHI_PARTICIPATION_URL
reporting_public_url = $HYEOPCHI_REPORTING_URL
signing_key_file = $(key_file front-end:demo-page)
join_key_file = $data/keys/join-key
demonstration_clock_file = $data/clock
contact = 시연용 화면입니다. 문의처가 없습니다.
log_format = json
SETTINGS
}

services_configure() {
    local i name

    make_keys
    for i in "${!SERVICES[@]}"; do
        name=${SERVICES[i]}
        settings_of "$name" "$((port_base + i))" | put "$data/settings/$name.conf"
        printf -v "HYEOPCHI_${name^^}_URL" 'http://127.0.0.1:%s' "$((port_base + i))"
        export "HYEOPCHI_${name^^}_URL"
    done
    portal_url=http://127.0.0.1:$((port_base + ${#SERVICES[@]}))
    portal_settings "${portal_url##*:}" | put "$data/settings/portal.conf"
    write_environment
}

# What a person's shell needs to use the hyeopchi command on the running demonstration.
write_environment() {
    local name

    {
        echo "# For use with: . $data/environment"
        # shellcheck disable=SC2016 # the reader's shell expands it
        printf 'export PATH=%q:"$PATH"\n' "$programs"
        printf 'export HYEOPCHI_KEY_FILE=%q\n' "$(key_file "$OPERATOR")"
        printf 'export HYEOPCHI_STAFF_KEY_FILE=%q\n' "$(key_file staff:demo-staff)"
        printf 'export HYEOPCHI_SUBJECT_KEY_FILE=%q\n' "$data/keys/subject-key"
        for name in DEMONSTRATION_CLOCK_FILE "${SERVICES[@]^^}"; do
            name=HYEOPCHI_$name
            case $name in
                *_FILE) ;;
                *) name+=_URL ;;
            esac
            printf 'export %s=%q\n' "$name" "${!name}"
        done
    } | put "$data/environment"
}

services_start() {
    local name

    step "서비스를 시작합니다: ${LISTENERS[*]}" "starting the services: ${LISTENERS[*]}"
    for name in "${LISTENERS[@]}"; do
        # What an earlier run said is not taken for this one's.
        if [ -f "$data/log/$name.log" ]; then
            mv "$data/log/$name.log" "$data/log/$name.log.before"
        fi
    done
    for name in "${SERVICES[@]}"; do
        attend "$programs/$name" migrate --config "$data/settings/$name.conf" 2>>"$data/log/$name.log" ||
            fail "$name 데이터베이스를 준비하지 못했습니다: $(last_error "$data/log/$name.log")" \
                "$name could not migrate its database: $(last_error "$data/log/$name.log")"
    done
    for name in "${LISTENERS[@]}"; do
        start "$name" "$data/log/$name.log" TERM \
            "$programs/$name" --config "$data/settings/$name.conf"
    done
    for name in "${LISTENERS[@]}"; do
        service_wait "$name"
    done
}

service_wait() {
    local name=$1 pid tenths=$((READY_SECONDS * 5))

    pid=$(pid_of "$name")
    until as_user "$programs/$name" healthcheck --config "$data/settings/$name.conf" 2>/dev/null; do
        if ! kill -0 "$pid" 2>/dev/null || [ "$tenths" = 0 ]; then
            fail "$name 이(가) 준비되지 않았습니다 ($data/log/$name.log): $(last_error "$data/log/$name.log")" \
                "$name does not get ready ($data/log/$name.log): $(last_error "$data/log/$name.log")"
        fi
        tenths=$((tenths - 1))
        sleep 0.2
    done
}
