# SPDX-License-Identifier: Apache-2.0
"""The runtime's database code against a real server: connections, migrations, readers, one writer.

What can be told in C is told by the drivers beside this file; here is what needs a server that is
reconfigured or looked at from outside. Several writers, and servers that die, are the matter of
test_runtime_stream.py.
"""

import os
import subprocess

import psycopg2
import pytest

from support.paths import BUILD

MIGRATION_LOCK = "hashtextextended('hyeopchi migration', 0)"


@pytest.fixture
def databases(postgres):
    """The cluster with the empty database of one service: the others would only cost time."""
    postgres.create_service_database("ledger")
    yield postgres
    postgres.drop_service_database("ledger")


def driver(name):
    return os.path.join(BUILD, "tests", f"runtime_{name}_driver")


def run(*command, timeout=120):
    """Runs a driver to its end; returns its exit status, standard output and log."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout
    )
    return done.returncode, done.stdout, done.stderr


def migrate(cluster, action, name, role="ledger_owner"):
    """Runs the migration driver; returns the name of its error and its log."""
    _, output, log = run(driver("migrate"), cluster.conninfo("ledger", role), action, name)
    return output.strip(), log


def applied(cluster, name):
    return cluster.psql(
        "ledger",
        "SELECT number FROM public.schema_migration WHERE name = %s ORDER BY number",
        (name,),
    )


@pytest.mark.parametrize("name", ["db", "reader"])
def test_the_driver_finds_every_promise_of_the_header_kept(databases, name):
    status, output, log = run(driver(name), databases.conninfo("ledger", "ledger_owner"))
    assert status == 0, output + log


def test_the_writer_keeps_every_promise_of_its_header(databases):
    assert migrate(databases, "apply", "runtime")[0] == "ok"
    status, output, log = run(driver("writer"), databases.conninfo("ledger", "ledger_owner"))
    assert status == 0, output + log


def wait_for_setting(cluster, name, value, role):
    """The server reads its settings again soon after it was told to; new sessions show it."""
    for _ in range(1000):
        if cluster.psql("ledger", f"SHOW {name}", role=role) == [(value,)]:
            return
    raise AssertionError(f"{name} does not become {value}")


@pytest.mark.parametrize("name", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_server_that_may_forget_what_it_confirmed_is_refused(databases, name):
    databases.psql("postgres", f"ALTER SYSTEM SET {name} = off")
    try:
        databases.psql("postgres", "SELECT pg_reload_conf()")
        wait_for_setting(databases, name, "off", "ledger_owner")
        error, log = migrate(databases, "apply", "whole")
        assert error == "invalid"
        assert f"{name}=off" in log
    finally:
        databases.psql("postgres", f"ALTER SYSTEM RESET {name}")
        databases.psql("postgres", "SELECT pg_reload_conf()")
        wait_for_setting(databases, name, "on", "ledger_owner")
    assert migrate(databases, "apply", "whole")[0] == "ok"


def test_migrations_are_applied_once_in_order_and_recorded(databases):
    assert migrate(databases, "check", "whole")[0] == "not_found"
    assert migrate(databases, "apply", "whole")[0] == "ok"
    assert migrate(databases, "check", "whole")[0] == "ok"
    assert applied(databases, "test") == [(1,), (2,)]
    error, log = migrate(databases, "apply", "whole")
    assert error == "ok" and "migration_applied" not in log
    assert databases.psql("ledger", "SELECT id FROM public.second") == [(1,)]
    assert migrate(databases, "check", "longer")[0] == "not_found"
    error, log = migrate(databases, "apply", "longer")
    assert error == "ok" and log.count("migration_applied") == 1
    assert applied(databases, "test") == [(1,), (2,), (3,)]


def test_the_runtime_role_may_check_but_not_migrate(databases):
    assert migrate(databases, "apply", "whole")[0] == "ok"
    assert migrate(databases, "check", "whole", role="ledger")[0] == "ok"
    assert migrate(databases, "apply", "longer", role="ledger")[0] == "internal"
    assert migrate(databases, "check", "whole", role="ledger")[0] == "ok"


def test_a_changed_migration_is_refused(databases):
    assert migrate(databases, "apply", "whole")[0] == "ok"
    for action in ("apply", "check"):
        error, log = migrate(databases, action, "changed")
        assert error == "conflict"
        assert "migration_changed" in log and "0001_first.sql" in log


def test_a_newer_schema_is_refused(databases):
    assert migrate(databases, "apply", "whole")[0] == "ok"
    for action in ("apply", "check"):
        error, log = migrate(databases, action, "shorter")
        assert error == "conflict"
        assert "migration_schema_newer" in log


def test_a_migration_that_fails_leaves_nothing_of_itself(databases):
    assert migrate(databases, "apply", "broken")[0] == "internal"
    assert applied(databases, "test") == [(1,), (2,)]
    assert databases.psql("ledger", "SELECT to_regclass('public.third')") == [(None,)]
    assert migrate(databases, "apply", "longer")[0] == "ok"


def wait_for_waiting_migrators(cluster, count):
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    for _ in range(3000):
        if cluster.psql("ledger", waiting) == [(count,)]:
            return
    raise AssertionError(f"there are never {count} migrators waiting")


def test_migrators_wait_for_each_other_and_apply_everything_once(databases):
    """While somebody holds the lock three start; when it is free, each finds what is left to do."""
    command = [driver("migrate"), databases.conninfo("ledger", "ledger_owner"), "apply", "whole"]
    connection = databases.connect("ledger", "ledger_owner", autocommit=False)
    migrators = []
    try:
        connection.cursor().execute(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        for _ in range(3):
            migrators.append(
                subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
        wait_for_waiting_migrators(databases, 3)
    finally:
        connection.close()
        outputs = [migrator.communicate(timeout=60) for migrator in migrators]
    assert [output for output, _ in outputs] == ["ok\n"] * 3
    assert sum(log.count("migration_applied") for _, log in outputs) == 2
    assert databases.psql("ledger", "SELECT id FROM public.second") == [(1,)]


@pytest.fixture(scope="module")
def event_schema(postgres):
    """A database with schema event and one event; no test below may change it."""
    postgres.create_service_database("participation")
    owner = postgres.conninfo("participation", "participation_owner")
    assert run(driver("migrate"), owner, "apply", "runtime")[0] == 0
    postgres.psql(
        "participation",
        "INSERT INTO event.log (stream, seq, epoch, event_id, type, envelope, chain)"
        " VALUES ('participation', 1, 1, gen_random_uuid(), 'x', '', sha256(''))",
    )
    yield postgres
    postgres.drop_service_database("participation")


CHANGES = ["UPDATE event.log SET type = 'y'", "DELETE FROM event.log", "TRUNCATE event.log"]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", ["postgres", "participation_owner", "participation"])
def test_the_log_refuses_every_change_from_everybody(event_schema, role, change):
    connection = event_schema.connect("participation", role)
    try:
        cursor = connection.cursor()
        if role == "postgres":
            # What restores and replication use to switch triggers off.
            cursor.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(change)
    finally:
        connection.close()
    assert event_schema.psql("participation", "SELECT type FROM event.log") == [("x",)]


def test_the_runtime_role_gets_what_the_service_needs_and_no_more(event_schema):
    grants = event_schema.psql(
        "participation",
        "SELECT table_name, string_agg(privilege_type, ' ' ORDER BY privilege_type)"
        " FROM information_schema.role_table_grants"
        " WHERE grantee = 'participation' AND table_schema = 'event'"
        " GROUP BY table_name ORDER BY 1",
    )
    assert grants == [
        ("consumer_offset", "INSERT SELECT UPDATE"),
        ("dead_letter", "INSERT SELECT UPDATE"),
        ("log", "INSERT SELECT"),
        ("stream_head", "INSERT SELECT UPDATE"),
    ]


def test_every_table_and_column_of_the_event_schema_is_explained(event_schema):
    tables = (
        " FROM pg_class AS c LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0"
        " WHERE c.relnamespace = 'event'::regnamespace AND c.relkind = 'r'"
    )
    assert event_schema.psql("participation", "SELECT count(DISTINCT c.oid)" + tables) == [(4,)]
    silent = event_schema.psql(
        "participation",
        "SELECT c.relname, a.attname" + tables + " AND (col_description(c.oid, a.attnum) IS NULL"
        " OR obj_description(c.oid, 'pg_class') IS NULL)",
    )
    assert silent == []
