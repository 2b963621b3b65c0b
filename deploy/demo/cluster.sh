# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with deploy/up and its other parts
#
# For deploy/up: a PostgreSQL cluster of its own. It has no TCP port: its one socket is in a
# directory that only its user may enter. Writes are durable, as in production. Sourced, never run.

POSTGRES_VERSION_MIN=15
START_SECONDS=60

cluster_find_programs() {
    local path version wanted=

    if [ -f "$data/postgresql/PG_VERSION" ]; then
        wanted=$(cat "$data/postgresql/PG_VERSION")
    fi
    postgres=
    for path in /usr/lib/postgresql/*/bin; do
        version=$(basename "$(dirname "$path")")
        if [ -x "$path/postgres" ] && [[ $version =~ ^[0-9]+$ ]] &&
            [ "$version" -ge "$POSTGRES_VERSION_MIN" ] && [ "$version" = "${wanted:-$version}" ]; then
            postgres=$path
        fi
    done
    [ -n "$postgres" ] ||
        fail "PostgreSQL ${wanted:-$POSTGRES_VERSION_MIN 이상} 서버가 없습니다. deploy/install-deps 를 실행하십시오" \
            "PostgreSQL ${wanted:-$POSTGRES_VERSION_MIN or newer} is not installed; run deploy/install-deps"
}

cluster_initialise() {
    if [ -f "$data/postgresql/initialised" ]; then
        return
    fi
    step "PostgreSQL 클러스터를 만듭니다 ($data/postgresql)" "making a PostgreSQL cluster in $data/postgresql"
    # What an interrupted initdb left behind is nobody's data.
    rm -rf "$data/postgresql"
    (cd / && as_user "$postgres/initdb" --pgdata="$data/postgresql" --username=postgres \
        --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8) \
        >"$data/log/initdb.log" 2>&1 ||
        fail "initdb 에 실패했습니다: $(last_line "$data/log/initdb.log")" \
            "initdb failed: $(last_line "$data/log/initdb.log")"
    as_user tee -a "$data/postgresql/postgresql.conf" >/dev/null <<'CONF'

# The private cluster of deploy/up.
listen_addresses = ''
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 60
shared_buffers = '64MB'
fsync = on
synchronous_commit = on
full_page_writes = on
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = 'warning'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
CONF
    as_user touch "$data/postgresql/initialised"
}

# Runs the statements on standard input.
query() {
    (cd / && as_user "$postgres/psql" -XAtq -v ON_ERROR_STOP=1 -h "$sockets" -U postgres -d postgres)
}

cluster_wait() {
    local tenths=$((START_SECONDS * 10)) pid

    pid=$(pid_of postgresql)
    until as_user "$postgres/pg_isready" -q -h "$sockets"; do
        if ! kill -0 "$pid" 2>/dev/null || [ "$tenths" = 0 ]; then
            fail "PostgreSQL 이 시작하지 못했습니다: $(last_line "$data/log/postgresql.log")" \
                "PostgreSQL does not start: $(last_line "$data/log/postgresql.log")"
        fi
        tenths=$((tenths - 1))
        sleep 0.1
    done
}

# The owner migrates, the other role serves; nobody else may connect.
cluster_make_database() {
    local name=$1

    query >/dev/null <<SQL
SELECT format('CREATE ROLE %I LOGIN', role)
FROM unnest(ARRAY['${name}_owner', '${name}']) AS role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role)
\\gexec
SELECT 'CREATE DATABASE ${name} OWNER ${name}_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${name}')
\\gexec
REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
GRANT CONNECT ON DATABASE ${name} TO ${name};
SQL
}

cluster_start() {
    local name

    cluster_find_programs
    cluster_initialise
    step "PostgreSQL 을 시작합니다" "starting PostgreSQL"
    cd /
    start postgresql "$data/log/postgresql.log" INT \
        "$postgres/postgres" -D "$data/postgresql" -k "$sockets"
    cluster_wait
    for name in "${SERVICES[@]}"; do
        cluster_make_database "$name" ||
            fail "데이터베이스 $name 을(를) 만들 수 없습니다" "cannot make the database $name"
    done
}
