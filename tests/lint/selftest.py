# SPDX-License-Identifier: Apache-2.0
"""Every lint must be able to fail: each gets a sample that breaks its rule, and one that does not.

Run by ctest as lint.selftest. The samples live in a temporary folder that looks like a checkout.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

SPDX_C = "/* SPDX-License-Identifier: Apache-2.0 */\n"
PARAGRAPH = "/* What this sample is for: to be looked at by a lint and by nobody else. */\n"
HEAD = SPDX_C + PARAGRAPH
SPDX = "# SPDX-License-Identifier: Apache-2.0\n"
CLEAN_C = HEAD + "int one(void);\n\nint one(void)\n{\n    return 1;\n}\n"

# Written in pieces, so that the lints do not find them in this file.
MACHINE_PATH = "/wor" + "k/main"
UNFINISHED = "TO" + "DO"
MISSPELLED = "reci" + "eve"

NGINX = "deploy/nginx/nginx.conf"


@pytest.fixture
def tree(tmp_path):
    """A function that makes a small checkout from {path: text} and returns its root."""

    def make(files):
        for name in (".clang-format", ".clang-tidy", ".sqlfluff", ".yamllint"):
            shutil.copy(os.path.join(ROOT, name), tmp_path)
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return str(tmp_path)

    return make


def lint(name, *arguments):
    """Runs a lint; returns (exit status, everything it printed)."""
    script = os.path.join(HERE, name)
    command = [sys.executable, "-B", script] if name.endswith(".py") else [script]
    result = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, check=False, timeout=300
    )
    output = result.stdout + result.stderr
    if result.returncode == 77:
        pytest.skip(output)
    return result.returncode, output


def refuses(name, expected, *arguments):
    status, output = lint(name, *arguments)
    assert status == 1, output
    assert expected in output


def accepts(name, *arguments):
    status, output = lint(name, *arguments)
    assert status == 0, output


def compile_commands(root, build, *names):
    """Writes what cmake would write for these C files."""
    entries = [
        {
            "directory": build,
            "file": os.path.join(root, name),
            "command": f"cc -std=c11 -Wall -I{root}/services -O1 -o x.o -c {os.path.join(root, name)}",
        }
        for name in names
    ]
    os.makedirs(build, exist_ok=True)
    with open(os.path.join(build, "compile_commands.json"), "w", encoding="utf-8") as file:
        json.dump(entries, file)


LAYERS = [
    ("services/runtime/a.c", '"ledger/store.h"', "layer-runtime"),
    ("services/ledger/store.c", '"participation/store.h"', "layer-service"),
    ("services/ledger/store.c", '"store.h"', "layer-path"),
    ("services/ledger/domain/a.c", "<stdio.h>", "layer-domain"),
    ("services/ledger/domain/a.c", "<time.h>", "layer-domain"),
    ("services/ledger/domain/a.c", '"ledger/store.h"', "layer-domain"),
    ("services/ledger/domain/a.c", '"runtime/log.h"', "layer-domain"),
    ("services/ledger/domain/a.h", '"participation/domain/b.h"', "layer-domain"),
    ("services/ledger/http.c", '"hyeopchi/ledger/v1/ledger.pb-c.h"', "layer-generated"),
    ("services/ledger/web/page.c", '"ledger/store.h"', "layer-web"),
    ("services/ledger/http.c", '"ledger/web/page.h"', "layer-web"),
    ("services/runtime/http.c", '"hyeopchi/event/v1/envelope.pb-c.h"', "layer-generated"),
    ("services/verify/main.c", '"runtime/crypto.h"', "layer-verify"),
    ("services/cli/tally.c", '"participation/store.h"', "layer-service"),
]


@pytest.mark.parametrize("path, header, rule", LAYERS)
def test_layers_refuses_an_include_across_layers(tree, path, header, rule):
    refuses("layers.py", f"{path}:3: {rule}", tree({path: HEAD + f"#include {header}\n"}))


def test_layers_refuses_a_generated_name_outside_events(tree):
    text = HEAD + "void f(struct Hyeopchi__Event__V1__Envelope *e);\n"
    refuses("layers.py", "layer-generated", tree({"services/ledger/store.h": text}))


def test_layers_accepts_what_the_rule_allows(tree):
    allowed = {
        "services/runtime/a.c": '"runtime/a.h"',
        "services/runtime/eventlog.c": '"hyeopchi/event/v1/envelope.pb-c.h"',
        "services/runtime/proto_json.c": '"hyeopchi/event/v1/envelope.pb-c.h"',
        "services/ledger/domain/a.c": '"ledger/domain/a.h"',
        "services/ledger/domain/b.c": '"runtime/err.h"',
        "services/ledger/events.c": '"hyeopchi/ledger/v1/ledger.pb-c.h"',
        "services/ledger/http.c": "<stdio.h>",
        "services/cli/tally.c": '"participation/domain/tally.h"',
        "tests/unit/ledger_events_test.c": '"hyeopchi/ledger/v1/ledger.pb-c.h"',
    }
    files = {path: HEAD + f"#include {header}\n" for path, header in allowed.items()}
    files["services/ledger/domain/c.c"] = HEAD + "/* #include <stdio.h> */\n"
    accepts("layers.py", tree(files))


def build_domain(root, source):
    """Compiles a domain library of one file as cmake would name it; returns the build folder."""
    build = os.path.join(root, "out")
    folder = os.path.join(build, "services", "ledger")
    os.makedirs(folder)
    path = os.path.join(root, "services", "ledger", "domain", "a.c")
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEAD + source)
    made = os.path.join(folder, "a.o")
    subprocess.run(["gcc", "-O1", "-c", path, "-o", made], check=True)
    subprocess.run(["ar", "rc", os.path.join(folder, "libledger_domain.a"), made], check=True)
    return build


def test_layers_refuses_a_domain_that_links_more_than_pure_functions(tree):
    root = tree({"services/ledger/domain/a.h": HEAD})
    build = build_domain(root, "int getpid(void);\nint f(void);\nint f(void) { return getpid(); }\n")
    refuses("layers.py", "layer-domain-links: the domain library needs getpid", root, build)


def test_layers_accepts_a_domain_that_copies_and_asserts(tree):
    root = tree({"services/ledger/domain/a.h": HEAD})
    source = (
        "#include <assert.h>\n#include <string.h>\nvoid f(char *to, const char *from, int n);\n"
        "void f(char *to, const char *from, int n)\n{ assert(n > 0); memcpy(to, from, (size_t)n); }\n"
    )
    accepts("layers.py", root, build_domain(root, source))


@pytest.mark.parametrize(
    "path, text, expected",
    [
        ("services/a.c", PARAGRAPH, "services/a.c:1: spdx-line"),
        ("services/a.c", SPDX_C + "int x;\n", "services/a.c:2: spdx-paragraph"),
        ("services/a.c", SPDX_C + "/* Short. */\n", "services/a.c:2: spdx-paragraph"),
        ("tests/x.sh", "#!/bin/sh\necho\n", "tests/x.sh:2: spdx-line"),
        ("README.md", "# Title\n", "README.md:1: spdx-line"),
        ("deploy/empty.yml", "", "deploy/empty.yml:1: spdx-line"),
    ],
)
def test_spdx_refuses_a_file_without_licence_or_purpose(tree, path, text, expected):
    refuses("spdx.py", expected, tree({path: text}))


def test_spdx_accepts_files_that_say_both(tree):
    files = {
        "services/a.c": CLEAN_C,
        "tests/x.sh": "#!/bin/sh\n" + SPDX,
        "tests/data.json": "{}\n",
        "README.md": "<!-- SPDX-License-Identifier: Apache-2.0 -->\n# Title\n",
    }
    accepts("spdx.py", tree(files))


BANNED = (
    "sprintf vsprintf strcpy strcat strncpy strncat strtok gets atoi atol atof strtol alloca system"
    " sleep usleep time localtime gmtime rand exit abort printf fprintf PQexec PQescapeLiteral"
).split()


@pytest.mark.parametrize("name", BANNED)
def test_banned_refuses_each_function(tree, name):
    root = tree({"services/ledger/store.c": HEAD + f"    {name} (x);\n"})
    refuses("banned.sh", "services/ledger/store.c:3: banned: ", root)


def test_banned_accepts_words_members_comments_and_the_places_named(tree):
    text = HEAD + (
        "/* exit(1) would be wrong; */\n"
        'const char *s = "printf(";\n'
        "int a = loop->exit(1);\n"
        "int b = runtime_exit(1);\n"
        "int exit_status;\n"
        "int c = snprintf(x, 1, y);\n"
    )
    files = {
        "services/ledger/store.c": text,
        "services/ledger/main.c": HEAD + "    exit(1);\n",
        "services/cli/tally.c": HEAD + "    printf(x);\n",
        "services/runtime/db.c": HEAD + "    PQexec(x);\n",
        "services/runtime/clock.c": HEAD + "    gmtime_r(x);\n",
    }
    accepts("banned.sh", tree(files))


def test_format_refuses_a_file_that_is_laid_out_otherwise(tree):
    root = tree({"services/a.c": HEAD + "int  one( void ){return 1;}\n"})
    refuses_any("format.sh", "services/a.c:3", root)


def refuses_any(name, expected, *arguments):
    """Like refuses(), for tools whose own exit status may be any but 0."""
    status, output = lint(name, *arguments)
    assert status != 0, output
    assert expected in output


def test_format_accepts_a_formatted_file(tree):
    accepts("format.sh", tree({"services/a.c": CLEAN_C}))


def test_shell_refuses_what_shellcheck_refuses_by_name_and_by_first_line(tree):
    root = tree({"deploy/go": "#!/bin/bash\n" + SPDX + "rm $1\n"})
    refuses_any("shell.sh", "deploy/go:3", root)
    root = tree({"deploy/go": "#!/bin/bash\n" + SPDX, "tests/a.sh": "#!/bin/sh\n" + "rm $1\n"})
    refuses_any("shell.sh", "tests/a.sh:2", root)


def test_shell_accepts_a_quoted_variable(tree):
    accepts("shell.sh", tree({"deploy/go": "#!/bin/bash\n" + SPDX + 'rm "$1"\n'}))


def test_spelling_refuses_a_misspelling(tree):
    refuses_any("spelling.sh", MISSPELLED, tree({"README.md": f"We {MISSPELLED} votes.\n"}))


def test_spelling_accepts_both_languages(tree):
    accepts("spelling.sh", tree({"README.md": "We receive votes. 투표를 접수합니다.\n"}))


def test_yaml_refuses_a_key_given_twice(tree):
    root = tree({"deploy/a.yaml": SPDX + "a: 1\na: 2\n"})
    # yaml.sh takes the rules of the real checkout.
    refuses_any("yaml.sh", "deploy/a.yaml:3", root)


def test_yaml_accepts_plain_yaml(tree):
    accepts("yaml.sh", tree({"deploy/a.yaml": SPDX + "a: 1\nb:\n  - 2\n"}))


COMPOSE_FAULTS = {
    "postgres must not have privileged": ('    user: "999:999"\n', '    user: "999:999"\n    privileged: true\n'),
    "postgres user is": ('    user: "999:999"\n', '    user: "0:0"\n'),
    "ledger has no cap_drop": ("  cap_drop: [ALL]\n", ""),
    "ledger read_only is False": ("  read_only: true\n", "  read_only: false\n"),
    "only nginx publishes a port": (
        "    secrets: [ledger_password]\n",
        '    secrets: [ledger_password]\n    ports: ["8082:8080"]\n',
    ),
    "must come from a file": (
        "      PGDATA:",
        "      POSTGRES_PASSWORD: x\n      PGDATA:",
    ),
    "ledger-database must be internal": (
        "  ledger-database: {internal: true}\n",
        "  ledger-database: {}\n",
    ),
    "ledger-database is of ledger and reporting": (
        "networks: [reporting-database]",
        "networks: [reporting-database, ledger-database]",
    ),
    "nothing asks it how it is": ("      test: [CMD, ledger, healthcheck]\n", ""),
    "must be read-only": ("docker-entrypoint-initdb.d:ro", "docker-entrypoint-initdb.d"),
}


@pytest.mark.parametrize("finding", sorted(COMPOSE_FAULTS))
def test_compose_refuses_a_service_that_is_less_closed(tree, finding):
    before, after = COMPOSE_FAULTS[finding]
    with open(os.path.join(ROOT, "docker-compose.yml"), encoding="utf-8") as file:
        text = file.read()
    assert before in text, "the sample no longer fits docker-compose.yml"
    refuses("compose.py", finding, tree({"docker-compose.yml": text.replace(before, after)}))


def test_compose_accepts_the_file_as_it_is():
    accepts("compose.py", ROOT)


NGINX_FAULTS = {
    "/votes is logged": ('        "~/votes(:batch)?$" "-";\n', ""),
    "the network of who asks for /v1/ballots/": ('        "~/board/codes/" "-";\n', ""),
    "the code in ": ('"$board-"', '"$uri"'),
    "$uri is logged": ('"path":"$logged_path"', '"path":"$uri"'),
    "http has no 'error_log stderr emerg;'": ("    error_log stderr emerg;\n", ""),
    "http has no 'proxy_max_temp_file_size 0;'": ("    proxy_max_temp_file_size 0;\n", ""),
    "$remote_addr is logged": ('"network":"$logged_network"', '"network":"$remote_addr"'),
}


@pytest.mark.parametrize("finding", sorted(NGINX_FAULTS))
def test_nginx_refuses_a_door_that_tells_or_keeps_too_much(tree, finding):
    before, after = NGINX_FAULTS[finding]
    with open(os.path.join(ROOT, NGINX), encoding="utf-8") as file:
        text = file.read()
    assert before in text, f"the sample no longer fits {NGINX}"
    refuses("nginx.py", finding, tree({NGINX: text.replace(before, after)}))


def test_nginx_accepts_the_file_as_it_is():
    accepts("nginx.py", ROOT)


def test_toplevel_refuses_a_stranger(tree):
    refuses("toplevel.sh", "notes.txt:1: toplevel", tree({"notes.txt": "x\n"}))


def test_toplevel_accepts_the_folders_of_the_architecture(tree):
    accepts("toplevel.sh", tree({"services/a.c": CLEAN_C, "LICENSE": "x\n", ".ci/run": "x\n"}))


def test_leftovers_refuses_paths_of_a_machine_and_unfinished_work(tree):
    root = tree({"deploy/up": f"cd {MACHINE_PATH}\n", "services/a.c": f"/* {UNFINISHED} */\n"})
    refuses("leftovers.sh", "deploy/up:1: machine-path", root)
    refuses("leftovers.sh", "services/a.c:1: unfinished", root)


def test_leftovers_accepts_paths_of_the_project(tree):
    accepts("leftovers.sh", tree({"deploy/up": "cd build/work/main; mktemp /tmp/x.XXXXXX; echo XXXX-XX" + "X\n"}))


PROTO_HEAD = SPDX.replace("#", "//") + 'syntax = "proto3";\npackage hyeopchi.x.v1;\n'


@pytest.mark.parametrize(
    "line, rule",
    [
        ("  optional int64 a = 1; // What it is.", "proto-label"),
        ("  int64 a = 1;", "proto-comment"),
        ("  double share = 1; // A share.", "proto-integer"),
        ("  int32 amount_krw = 1; // Won.", "proto-money"),
        ("  int64 closing_time = 1; // When.", "proto-time"),
        ("  enum Kind { // Kinds.\n    KIND_UNSPECIFIED = 0;\n  }", "proto-comment"),
    ],
)
def test_proto_refuses_what_the_project_does_not_write(tree, line, rule):
    text = PROTO_HEAD + "// A message.\nmessage A {\n" + line + "\n}\n"
    refuses("proto.py", f": {rule}: ", tree({"proto/hyeopchi/x/v1/a.proto": text}))


def test_proto_refuses_a_message_without_comment(tree):
    text = PROTO_HEAD + "\nmessage A {}\n"
    refuses("proto.py", "proto-comment: A", tree({"proto/hyeopchi/x/v1/a.proto": text}))


def test_proto_accepts_comments_above_and_beside(tree):
    text = PROTO_HEAD + (
        "// A message.\nmessage A {\n  // Above.\n  int64 amount_krw = 1;\n"
        "  int64 closing_time_ms = 2; // Beside.\n  reserved 3;\n}\n"
    )
    accepts("proto.py", tree({"proto/hyeopchi/x/v1/a.proto": text}))


def fake_service(root, service, env, settings):
    """A program that prints these texts as a service prints its settings table."""
    folder = os.path.join(root, "bin")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, service)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\ncase $1 in --print-env) printf '{env}';; *) printf '{settings}';; esac\n")
    os.chmod(path, 0o755)
    return folder


def settings_tree(tree, table):
    return tree(
        {
            "services/ledger/main.c": CLEAN_C,
            "services/ledger/README.md": f"<!-- settings -->\n{table}\n<!-- /settings -->\n",
            "deploy/env/ledger.env": SPDX + "HYEOPCHI_A=1\n",
        }
    )


def test_settings_refuses_a_sample_a_table_or_a_readme_that_differs(tree):
    root = settings_tree(tree, "| a | 1 |")
    binaries = fake_service(root, "ledger", "HYEOPCHI_A=2", "| a | 1 |")
    refuses("settings.py", "deploy/env/ledger.env:1: settings", root, binaries)
    binaries = fake_service(root, "ledger", "HYEOPCHI_A=1", "| a | 2 |")
    refuses("settings.py", "services/ledger/README.md:1: settings", root, binaries)
    os.remove(os.path.join(root, "deploy/env/ledger.env"))
    refuses("settings.py", "deploy/env/ledger.env:1: settings: is missing", root, binaries)


def test_settings_refuses_a_readme_without_markers(tree):
    root = settings_tree(tree, "x")
    binaries = fake_service(root, "ledger", "HYEOPCHI_A=1", "x")
    with open(os.path.join(root, "services/ledger/README.md"), "w", encoding="utf-8") as file:
        file.write("no table\n")
    refuses("settings.py", "needs the lines", root, binaries)


def test_settings_cannot_pass_without_the_program(tree):
    root = settings_tree(tree, "x")
    status, output = lint("settings.py", root, os.path.join(root, "bin"))
    assert status == 2, output


def test_settings_accepts_what_is_printed(tree):
    root = settings_tree(tree, "| a | 1 |")
    accepts("settings.py", root, fake_service(root, "ledger", "HYEOPCHI_A=1", "| a | 1 |"))


def sql_tree(tree, statement):
    text = HEAD + f"static const char STATEMENT[] =\n    {statement};\n"
    return tree({"services/ledger/store.c": text})


@pytest.mark.parametrize(
    "statement, line, rule",
    [
        ('"select id"\n    " FROM entry WHERE id = $1"', 4, "sqlfluff-L010"),
        ('"SELECT id"\n    " FROM entry AS e"\n    " WHERE f.id = $1"', 6, "sqlfluff-L026"),
        ('"SELECT id"\n    " FROM WHERE id = $1"', 5, "sqlfluff-PRS"),
        ('"SELECT * FROM entry"', 4, "sql-star"),
        ('"SELECT id FROM entry WHERE name = %s"', 4, "sql-built"),
    ],
)
def test_sql_refuses_a_bad_statement_and_names_its_line_in_c(tree, tmp_path, statement, line, rule):
    root = sql_tree(tree, statement)
    refuses("sql.py", f"services/ledger/store.c:{line}: {rule}", root, str(tmp_path / "build"))


def test_sql_reads_the_columns_that_a_macro_names(tree, tmp_path):
    text = (
        '#define COLUMNS \\\n    "id, "      \\\n    "amount_krw"\n'
        'static const char READ[] =\n    "SELECT " COLUMNS " FROM entry"\n    " WHERE id = $1";\n'
    )
    accepts("sql.py", tree({"services/ledger/store.c": HEAD + text}), str(tmp_path / "build"))
    root = tree({"services/ledger/store.c": HEAD + text.replace("WHERE", "where")})
    refuses("sql.py", "services/ledger/store.c:8: sqlfluff-L010", root, str(tmp_path / "build"))


def test_sql_refuses_a_statement_without_a_name(tree, tmp_path):
    root = tree({"services/ledger/store.c": HEAD + 'int x = run("SELECT id FROM entry");\n'})
    refuses("sql.py", "services/ledger/store.c:3: sql-place", root, str(tmp_path / "build"))


def test_sql_refuses_a_bad_migration_and_a_gap_in_the_numbers(tree, tmp_path):
    table = "-- SPDX-License-Identifier: Apache-2.0\nCREATE TABLE entry (id bigint PRIMARY KEY);\n"
    name = "services/ledger/schema/0002_entry.sql"
    refuses("sql.py", f"{name}:1: sql-number", tree({name: table}), str(tmp_path / "build"))
    name = "services/ledger/schema/0001_first.sql"
    root = tree({name: table.replace("CREATE", "create")})
    refuses("sql.py", f"{name}:2: sqlfluff-L010", root, str(tmp_path / "build"))


def test_sql_accepts_a_good_statement_twice_and_remembers_only_that(tree, tmp_path):
    good = '"INSERT INTO entry (id, amount_krw)"\n    " VALUES ($1, $2)"\n    " ON CONFLICT (id) DO NOTHING"'
    root = sql_tree(tree, good)
    accepts("sql.py", root, str(tmp_path / "build"))
    accepts("sql.py", root, str(tmp_path / "build"))
    refuses("sql.py", "sqlfluff-L010", sql_tree(tree, good.replace("VALUES", "values")), str(tmp_path / "build"))


def test_tidy_refuses_a_finding_each_time_and_a_header_changed_later(tree, tmp_path):
    header = HEAD + "#ifndef A_H\n#define A_H\nint one(void);\n#endif\n"
    source = HEAD + '#include "runtime/a.h"\n\nint one(void)\n{\n    return 1;\n}\n'
    files = {"services/runtime/a.h": header, "services/runtime/a.c": source}
    root = tree(files)
    build = str(tmp_path / "build")
    compile_commands(root, build, "services/runtime/a.c")
    accepts("tidy.py", root, build)
    files["services/runtime/a.h"] = header.replace("one(void)", "one(void);\nint BadName(void)")
    refuses("tidy.py", "readability-identifier-naming", tree(files), build)
    refuses("tidy.py", "readability-identifier-naming", tree(files), build)


def test_tidy_refuses_recursion(tree, tmp_path):
    text = HEAD + "int f(int n);\nint f(int n)\n{\n    return n > 0 ? f(n - 1) : 0;\n}\n"
    root = tree({"services/a.c": text})
    build = str(tmp_path / "build")
    compile_commands(root, build, "services/a.c")
    refuses("tidy.py", "misc-no-recursion", root, build)


def test_analyzer_refuses_a_double_free(tree, tmp_path):
    text = HEAD + (
        "#include <stdlib.h>\nvoid f(char *p, int n);\nvoid f(char *p, int n)\n{\n"
        "    free(p);\n    if (n > 3) {\n        free(p);\n    }\n}\n"
    )
    root = tree({"services/a.c": text})
    build = str(tmp_path / "build")
    compile_commands(root, build, "services/a.c")
    refuses("analyzer.py", "analyzer-double-free", root, build)
    refuses("analyzer.py", "analyzer-double-free", root, build)


def test_analyzer_accepts_clean_code(tree, tmp_path):
    root = tree({"services/a.c": CLEAN_C})
    build = str(tmp_path / "build")
    compile_commands(root, build, "services/a.c")
    accepts("analyzer.py", root, build)


@pytest.mark.parametrize("name", ["tidy.py", "analyzer.py"])
def test_analysis_cannot_pass_without_a_build(tree, tmp_path, name):
    status, output = lint(name, tree({"services/a.c": CLEAN_C}), str(tmp_path / "build"))
    assert status == 2, output
    assert "build first" in output


def test_cppcheck_refuses_an_index_out_of_bounds(tree, tmp_path):
    text = HEAD + "int f(void);\nint f(void)\n{\n    int a[2] = {0, 1};\n    return a[2];\n}\n"
    root = tree({"services/a.c": text})
    refuses("cppcheck.sh", "services/a.c:7: arrayIndexOutOfBounds", root, str(tmp_path / "build"))


def test_cppcheck_accepts_clean_code(tree, tmp_path):
    accepts("cppcheck.sh", tree({"services/a.c": CLEAN_C}), str(tmp_path / "build"))


def link(folder, *flags):
    os.makedirs(folder, exist_ok=True)
    source = os.path.join(folder, "a.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write(
            "#include <string.h>\n#include <stdio.h>\n"
            "int main(int c, char **v) { char b[16]; strcpy(b, v[c - 1]); puts(b); return 0; }\n"
        )
    subprocess.run(["gcc", "-O2", *flags, source, "-o", os.path.join(folder, "a")], check=True)
    os.remove(source)
    return folder


HARDENED = [
    "-fPIE",
    "-pie",
    "-fstack-protector-strong",
    "-U_FORTIFY_SOURCE",
    "-D_FORTIFY_SOURCE=2",
    "-Wl,-z,relro,-z,now,-z,noexecstack",
]


@pytest.mark.parametrize(
    "without, instead, expected",
    [
        ("-pie", "-no-pie", "PIE"),
        ("-fstack-protector-strong", "-fno-stack-protector", "stack protector"),
        ("-D_FORTIFY_SOURCE=2", "-D_FORTIFY_SOURCE=0", "FORTIFY"),
        (HARDENED[-1], "-Wl,-z,norelro,-z,now", "RELRO"),
        (HARDENED[-1], "-Wl,-z,relro,-z,lazy", "BIND_NOW"),
        (HARDENED[-1], "-Wl,-z,relro,-z,now,-z,execstack", "NX"),
    ],
)
def test_hardening_refuses_each_missing_protection(tmp_path, without, instead, expected):
    flags = [instead if flag == without else flag for flag in HARDENED]
    refuses("hardening.sh", expected, link(str(tmp_path / "bin"), *flags))


def test_hardening_accepts_a_hardened_program_and_no_empty_folder(tmp_path):
    accepts("hardening.sh", link(str(tmp_path / "bin"), *HARDENED))
    status, output = lint("hardening.sh", str(tmp_path))
    assert status == 2, output


def git(root, *arguments):
    who = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", root, *who, *arguments], check=True, capture_output=True)


BUF_PATH = "proto/hyeopchi/x/v1/a.proto"
BUF_TEXT = (
    PROTO_HEAD.replace("\nsyntax", "\n\nsyntax").replace("\npackage", "\n\npackage")
    + "\n// A message.\nmessage A {\n  // A field.\n  int64 amount_krw = 1;\n}\n"
)


def buf_tools():
    """The folder where lint.buf has its program, so that it is installed once only."""
    return os.path.join(ROOT, "build", "lint-tools")


def test_buf_refuses_a_name_that_breaks_its_rules(tree):
    root = tree({BUF_PATH: BUF_TEXT.replace("amount_krw", "amountKrw")})
    refuses("buf.py", f"{BUF_PATH}:", root, buf_tools())


def test_buf_refuses_a_change_that_old_events_cannot_take_unless_excused(tree):
    root = tree({BUF_PATH: BUF_TEXT})
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    accepts("buf.py", root, buf_tools())

    tree({BUF_PATH: BUF_TEXT.replace("int64 amount_krw", "string amount_krw")})
    git(root, "commit", "-q", "-a", "-m", "second")
    refuses("buf.py", "amount_krw", root, buf_tools())
    git(root, "commit", "-q", "--amend", "-m", "second\n\nBreaks-Messages: nobody has stored one")
    accepts("buf.py", root, buf_tools())

    # Against a tagged version there is no excuse that does not stand in a commit since.
    git(root, "tag", "v1.0.0")
    tree({BUF_PATH: BUF_TEXT.replace("int64 amount_krw = 1", "string amount_krw = 2")})
    refuses("buf.py", "amount_krw", root, buf_tools())


def test_sizes_prints_the_long_the_wide_and_the_assertions(tree):
    body = "".join("    x++;\n" for _ in range(80))
    text = HEAD + f"void long_one(int a, int b, int c, int d, int e, int f)\n{{\n{body}}}\n"
    short = HEAD + "int one(void)\n{\n    assert(1);\n    return 1;\n}\n"
    status, output = lint(
        "sizes.py", tree({"services/a.c": text, "services/ledger/domain/b.c": short})
    )
    assert status == 0
    assert "services/a.c: long_one(): 80 lines, 6 parameters" in output
    assert "1.0   >= 2" in output
