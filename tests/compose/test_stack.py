# SPDX-License-Identifier: Apache-2.0
"""docker-compose.yml as it is deployed: from nothing to a certified ballot, closed, and losing nothing.

The tests share one stack and follow on each other: what the README says for a first start, what can
be reached, containers killed under load, a backup restored. The database and nginx are stand-ins
(Dockerfile here), since no registry is needed for this.
"""

import concurrent.futures
import json
import os
import random
import threading
import time

import pytest

from engine import succeeds
from load import LIMIT_YEAR, Follower, Load, expected_scores
from stack import SERVICES, run
from support.client import Answer, Key
from support.participation import BASE, definition
from support.process import Process

ALL = ("postgres", *SERVICES, "portal", "nginx")
PORTS = (80, 443, 5432, 8080, 8081, 8082, 8083, 8443)
DEMONSTRATION_SECONDS = 400

# A window that the commands before closing fit into, and that is not waited for long.
WINDOW = "50 seconds"

# What is killed under load, each as often as this, and by whose answers its return is known.
KILLED = {
    "participation": "vote",
    "ledger": "limit",
    "reporting": "report",
    "portal": "page",
    "nginx": "vote",
    "postgres": "vote",
}
ROUNDS = 2
ANSWERS_BEFORE = 20
ANSWERS_AFTER = 20

ASKING_AGAIN_THREADS = 6

# A wave has more unsigned requests than nginx takes at once (200, and 50 a second), on connections of
# their own, of which it lets an address have 512. Waves follow until one is refused.
FLOOD_WAVE = 400
FLOOD_WAVES_MAX = 5
OPENING_THREADS = 8

# As nginx.conf has it.
BUNDLES_AT_ONCE = 2


@pytest.fixture(scope="session")
def demonstration(stack):
    """The README's demonstration, typed beside the tests that only look."""
    commands = stack.readme("demonstration", **{"2 minutes": WINDOW})
    process = stack.start_shell("demonstration", commands + '\necho "ballot=$ballot"')
    yield process
    process.kill()


def test_every_container_is_closed(stack, demonstration):
    for service, container in stack.containers().items():
        state = stack.inspect(service)
        host = state["HostConfig"]
        assert host["ReadonlyRootfs"], service
        assert host["CapDrop"] == ["ALL"] and not host["CapAdd"], service
        assert any("no-new-privileges" in option for option in host["SecurityOpt"]), service
        assert 0 < host["PidsLimit"] <= 500 and host["Memory"] > 0, service
        assert host["Init"] and not host["Privileged"], service
        assert state["Config"]["User"].split(":")[0] not in ("", "0", "root"), service
        published = [port for port, places in state["NetworkSettings"]["Ports"].items() if places]
        assert published == (["8443/tcp"] if service == "nginx" else []), service
        if service in ALL:
            assert state["Config"]["Healthcheck"]["Test"], service
            status = dict(
                line.split(":\t", 1)
                for line in stack.execute(service, "cat", "/proc/1/status").splitlines()
                if ":\t" in line
            )
            assert int(status["CapEff"], 16) == 0 and int(status["CapBnd"], 16) == 0, service
            assert status["NoNewPrivs"] == "1" and not status["Uid"].startswith("0"), service
            assert succeeds("docker", "exec", container, "touch", "/tmp/written"), service
            assert not succeeds("docker", "exec", container, "touch", "/usr/written"), service


def test_services_share_no_network(stack, demonstration):
    networks = [
        set(stack.inspect(service)["NetworkSettings"]["Networks"]) for service in (*SERVICES, "portal")
    ]
    assert all(networks) and len(set.union(*networks)) == sum(map(len, networks)), networks


def test_the_packages_that_a_program_links_are_told_from_its_image(stack, demonstration):
    stack.shell(stack.readme("spdx"))
    with open(os.path.join(stack.folder, "ledger.spdx"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    for package in ("libc6", "libnng1", "libpq5", "libuv1t64"):
        assert f"PackageName: {package}" in lines


def test_no_secret_is_in_an_environment_an_image_or_a_log(stack, demonstration):
    values = {}
    for name in os.listdir(stack.secrets):
        if name not in ("tls_certificate", "tls_key"):
            with open(os.path.join(stack.secrets, name), encoding="ascii") as file:
                values[name] = file.read().split()[-1]  # Of a key with its name, the secret.
    assert len(values) == 12
    for service in stack.containers():
        state = json.dumps(stack.inspect(service)) + stack.logs(service)
        found = [name for name, value in values.items() if value in state]
        assert not found, (service, found)


def test_only_nginx_can_be_reached(stack, demonstration):
    """From a container beside nginx on the network that leads outside, by address and by name."""
    places = {}
    for service in ALL:
        networks = stack.inspect(service)["NetworkSettings"]["Networks"]
        places[service] = [network["IPAddress"] for network in networks.values()] + [service]
    targets = [
        f"{service} {host} {port}"
        for service, hosts in places.items()
        for host in hosts
        if host
        for port in PORTS
    ]
    script = """
        probe() { if timeout 2 bash -c "exec 3<>/dev/tcp/$2/$3" 2>/dev/null; then echo "$1 $3"; fi; }
        while read -r service host port; do probe "$service" "$host" "$port" & done
        wait"""
    answer = run(
        "docker", "run", "--rm", "-i", "--network", f"{stack.project}_public", "--entrypoint", "bash",
        f"{stack.images}/postgres", "-c", script, input="\n".join(targets) + "\n",
    )  # fmt: skip
    assert set(answer.splitlines()) == {"nginx 8443"}


def test_what_is_for_inside_stays_inside(stack, demonstration):
    for service in SERVICES:
        client = stack.client(service)
        assert client.get("/metrics").status == 404
        assert client.get("/livez").status == 404
        assert client.get("/readyz").status == 200
    assert stack.client("participation").post("/v1/ballots", {}).status == 401


def test_a_service_that_starts_before_its_migration_waits_and_says_so(
    stack, demonstration, artifacts
):
    """An empty database in place of its own: the service must not end, and must say what to do."""
    stack.execute("postgres", "psql", "-qc", "CREATE DATABASE empty OWNER ledger")
    name = f"{stack.project}-early"
    stack.compose(
        "run", "-d", "--no-deps", "--name", name,
        "-e", "HYEOPCHI_DATABASE_URL=host=postgres dbname=empty user=ledger",
        "-e", "HYEOPCHI_HTTP_LISTEN=unix:/tmp/early.sock",
        "-e", "HYEOPCHI_PUB_URL=ipc:///tmp/early.pub",
        "-e", "HYEOPCHI_FETCH_URL=ipc:///tmp/early.fetch",
        "ledger",
    )  # fmt: skip
    log = Process("early", ["docker", "logs", "-f", name], os.path.join(artifacts, "early.log"))
    try:
        said = log.wait_line(lambda line: '"event":"schema_missing"' in line, "schema_missing")
        assert "waiting for that" in said
        assert run("docker", "inspect", "-f", "{{.State.Running}}", name).strip() == "true"
        assert not succeeds("docker", "exec", name, "ledger", "healthcheck")
        ready = stack.containers()["ledger"]
        assert succeeds("docker", "exec", ready, "ledger", "healthcheck")
    finally:
        log.kill()
        run("docker", "rm", "-f", name)
        stack.execute("postgres", "psql", "-qc", "DROP DATABASE empty WITH (FORCE)")


def test_the_readme_leads_from_nothing_to_a_certified_ballot(stack, demonstration):
    last = demonstration.wait_line(
        lambda line: line.startswith("ballot="), "end of the commands", DEMONSTRATION_SECONDS
    )
    assert demonstration.wait_exit() == 0, demonstration.log_tail()
    ballot_id = last.partition("=")[2]
    result = stack.client("participation").get(f"/v1/ballots/{ballot_id}/result").json()
    counted = json.loads(
        stack.hyeopchi(
            "tally", "/usr/share/hyeopchi/demonstration.pb", "--rule", "greedy", "--tie", "id", "--json"
        )
    )
    assert counted["funded"] and sorted(result["funded"]) == sorted(counted["funded"])
    report = stack.client("reporting").get(f"/v1/ballot-reports/{ballot_id}").json()
    assert report["state"] == "certified"
    print("\nimages:", stack.image_sizes())


# --- Under load. ------------------------------------------------------------------------------------


class Office:
    """Two operators and a front end, whose keys were made outside."""

    def __init__(self, stack):
        self.stack = stack
        self.kim = Key("operator", "kim-2")
        self.lee = Key("operator", "lee-2")
        self.portal = Key("front-end", "portal-2")
        for key in (self.kim, self.lee, self.portal):
            stack.hyeopchi("key", "add", "--line", key.line().strip())

    def decide(self, ballot_id, action):
        for key, status in ((self.kim, 202), (self.lee, 200)):
            client = self.stack.client("participation", key)
            answer = client.post(f"/v1/ballots/{ballot_id}:{action}")
            assert answer.status == status, answer.body

    def open_ballot(self):
        treasurer = self.stack.client("ledger", self.kim)
        answer = treasurer.request(
            "PUT",
            "/v1/envelope-limits/2023/district",
            {"limit_krw": 1000 * BASE},
            headers={"idempotency-key": "limit-2023"},
        )
        assert answer.status == 200, answer.body
        client = self.stack.client("participation", self.kim)
        answer = client.post("/v1/ballots", definition(self.stack, title="컨테이너 시험 투표"))
        assert answer.status == 201, answer.body
        ballot_id = answer.json()["ballot_id"]
        self.decide(ballot_id, "open")
        self.wait_state(ballot_id, "open")
        return ballot_id

    def wait_state(self, ballot_id, state):
        self.stack.hyeopchi("ballot", "wait", ballot_id, "--state", state, "--timeout", "60")


@pytest.fixture(scope="session")
def certified(stack, artifacts):
    """A ballot that lived through the death of every container, and its load's record."""
    stack.use_clock()
    stack.compose("up", "-d")
    stack.wait_healthy(*ALL)
    office = Office(stack)
    ballot_id = office.open_ballot()
    load = Load(stack, ballot_id, office.portal, office.kim, os.path.join(artifacts, "load.jsonl"))
    load.start()
    seed = random.SystemRandom().randrange(2**32)
    order = random.Random(seed).sample(sorted(KILLED) * ROUNDS, len(KILLED) * ROUNDS)
    print(f"\nseed {seed}: kills {', '.join(order)}")
    try:
        for service in order:
            kind = KILLED[service]
            load.record.wait_more(kind, ANSWERS_BEFORE, 60)
            before = load.record.failed(kind)
            stack.kill(service)
            stack.start(service)
            load.record.wait_more(kind, ANSWERS_AFTER, 90)
            load.missed[service] += load.record.failed(kind) - before
    finally:
        load.stop()
    stack.wait_healthy(*ALL)
    stack.clock.move_ms(3_700_000)
    office.decide(ballot_id, "close")
    office.wait_state(ballot_id, "counted")
    office.decide(ballot_id, "certify")
    load.office = office
    return load


def test_every_container_was_killed_while_requests_were_under_way(certified):
    record = certified.record
    print("\nanswers:", dict(record.answered), "attempts:", dict(record.attempts))
    assert set(KILLED) == set(ALL)
    assert all(certified.missed[service] for service in KILLED), certified.missed
    assert len(certified.votes) == record.answered["vote"] > 3 * ROUNDS * ANSWERS_AFTER


def test_every_acknowledged_vote_is_counted_exactly_once(stack, certified):
    client = stack.client("participation")
    result = client.get(f"/v1/ballots/{certified.ballot_id}/result").json()
    scores = {option["id"]: int(option["score"]) for option in result["options"]}
    assert scores == expected_scores(certified.votes)
    turnout = client.get(f"/v1/ballots/{certified.ballot_id}/turnout").json()
    assert turnout["voters"] == len(certified.votes)
    assert turnout["revisions"] == 0


def test_every_receipt_is_given_again_byte_for_byte(stack, certified):
    client = stack.client("participation", certified.front_end)

    def ask_again(number):
        answer = certified.send_vote(client, number)
        return answer.status, answer.body

    with concurrent.futures.ThreadPoolExecutor(ASKING_AGAIN_THREADS) as pool:
        answers = dict(zip(certified.votes, pool.map(ask_again, certified.votes)))
    assert answers == {number: (201, receipt) for number, receipt in certified.votes.items()}


def test_the_ledger_kept_what_it_answered_and_its_books_are_right(stack, certified):
    client = stack.client("ledger", certified.operator)
    limits = client.get("/v1/envelope-limits").json()
    kept = [row["limit_krw"] for row in limits["limits"] if row["fiscal_year"] == LIMIT_YEAR]
    assert kept == [certified.limit_krw]
    stack.hyeopchi("ledger", "verify", "--key-file", "kim.key")


def test_the_report_is_heard_downstream_once_and_without_a_gap(stack, certified):
    """What was followed through every kill goes on to the certified report, with no event twice."""
    events = certified.events
    assert events, "nothing was heard under load"
    follower = Follower(stack.client("reporting"), events, events[-1][0])

    def heard_all():
        data = events[-1][1]["data"]
        selected = [line for line in data["lines"] if line["stage"] == "M10"]
        total = sum(int(line["balance_krw"]) for line in selected)
        return data["ballot_id"] == certified.ballot_id and 0 < total == int(data["funded_krw"])

    if not heard_all():
        follower.follow(heard_all)
    numbers = [tuple(int(part) for part in event_id.split("-")) for event_id, _ in events]
    assert numbers == [(1, number) for number in range(1, len(numbers) + 1)]
    data = events[-1][1]["data"]
    assert data["state"] == "BALLOT_STATE_CERTIFIED"
    assert int(data["voters"]) == len(certified.votes)
    scores = {option["option_id"]: int(option["score"]) for option in data["options"]}
    assert scores == expected_scores(certified.votes)


def test_reporting_can_be_made_again_from_the_first_event(stack, certified):
    stack.hyeopchi("reporting", "rebuild", "--check", "--key-file", "kim.key")


def test_the_door_keeps_no_address_of_a_voter(stack, certified):
    entries = [json.loads(line) for line in stack.logs("nginx").splitlines() if line.startswith("{")]
    voting = [entry for entry in entries if entry["path"].endswith("/votes")]
    assert len(voting) >= len(certified.votes)
    assert {entry["network"] for entry in voting} == {"-"}
    assert all(entry["network"] == "-" or "/" in entry["network"] for entry in entries)


def test_the_door_keeps_neither_a_receipts_code_nor_who_asked_for_it(stack, certified):
    code = json.loads(next(iter(certified.votes.values())))["receipt"]["code"]
    client = stack.client("participation")
    ballot = f"/v1/ballots/{certified.ballot_id}"
    assert client.get(f"{ballot}/board/codes/{code}").json()["code"] == code
    assert client.get(f"{ballot}/turnout").status == 200
    log = stack.logs("nginx")
    assert code not in log
    assert "client: " not in log, "an error is told with the address of who asked"
    entries = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    asked = [entry for entry in entries if "/board/codes/" in entry["path"]]
    assert [(entry["path"], entry["network"]) for entry in asked] == [(f"{ballot}/board/codes/-", "-")]


def flood(client, between):
    """A wave of requests: all are sent before the first answer is read, so that how fast this machine
    answers makes no difference. Calls between() while it waits for them; returns the answers."""
    connections = [client.connect(60) for _ in range(FLOOD_WAVE)]
    try:
        with concurrent.futures.ThreadPoolExecutor(OPENING_THREADS) as pool:
            list(pool.map(lambda connection: connection.connect(), connections))
        for connection in connections:
            connection.request("GET", "/v1/ballot-reports")
        between()
        responses = [connection.getresponse() for connection in connections]
        return [Answer(one.status, one.headers, one.read()) for one in responses]
    finally:
        for connection in connections:
            connection.close()


def test_a_flood_is_told_to_come_back_and_disturbs_nobody_who_signs(stack, certified):
    public = stack.client("reporting")
    treasurer = stack.client("ledger", certified.operator)

    def sign():
        assert treasurer.get("/v1/lines?fiscal_year=2023").status == 200

    for _ in range(FLOOD_WAVES_MAX):
        answers = flood(public, sign)
        refused = [answer for answer in answers if answer.status != 200]
        if refused:
            break
    assert 0 < len(refused) < FLOOD_WAVE
    for answer in refused:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "overloaded"


def test_an_address_takes_two_bundles_at_once_and_is_told_to_come_back_for_a_third(stack, certified):
    """A request whose body has not come yet counts; nginx says 100 once it has counted it."""
    client = stack.client("participation")
    target = f"/v1/ballots/{certified.ballot_id}/bundle"
    whole = until(lambda: client.get(target), lambda answer: answer.status != 409)
    assert whole.status == 200, whole.body
    held = [client.connect(60) for _ in range(BUNDLES_AT_ONCE)]
    try:
        for connection in held:
            connection.putrequest("GET", target)
            connection.putheader("Content-Length", "1")
            connection.putheader("Expect", "100-continue")
            connection.endheaders()
            assert b" 100 " in connection.sock.recv(100)
        refused = client.get(target)
        assert (refused.status, refused.json()["code"]) == (503, "overloaded")
        assert client.get(f"/v1/ballots/{certified.ballot_id}/result").status == 200
    finally:
        for connection in held:
            connection.close()
    again = until(lambda: client.get(target), lambda answer: answer.status != 503)
    assert again.body == whole.body


# --- From a backup. ---------------------------------------------------------------------------------


def until(answers, is_wanted, seconds=60):
    """Asks again and again, and returns the first answer that is wanted."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while True:
        answer = answers()
        if is_wanted(answer):
            return answer
        assert time.monotonic() < deadline, answer.body
        pause.wait(0.2)


def test_a_backup_brings_back_everything_that_was_acknowledged(stack, certified):
    """By the README's commands: everything is removed in between, but for what was backed up."""
    target = f"/v1/ballots/{certified.ballot_id}/result"
    before = stack.client("participation").get(target)
    assert before.status == 200
    stack.shell(stack.readme("back-up"))
    stack.compose("stop")
    for service in ALL:
        status = stack.inspect(service)["State"]["ExitCode"]
        assert status == 0, f"{service} was not stopped in order: {status}"
    stack.shell(stack.readme("restore"))
    stack.wait_healthy(*ALL)
    assert stack.client("participation").get(target).body == before.body
    voter = stack.client("participation", certified.front_end)
    for number in list(certified.votes)[::20]:
        assert certified.send_vote(voter, number).body == certified.votes[number], number
    check_that_it_goes_on(stack, certified.operator)


def check_that_it_goes_on(stack, operator):
    """A new entry is taken under the new epoch, the books are right, and reporting follows."""
    treasurer = stack.client("ledger", operator)
    answer = treasurer.request(
        "PUT",
        f"/v1/envelope-limits/{LIMIT_YEAR}/district",
        {"limit_krw": BASE},
        headers={"idempotency-key": "limit-after-restore"},
    )
    assert answer.status == 200, answer.body
    assert treasurer.get("/v1/verification").json()["sound"]
    reporting = stack.client("reporting", operator)
    check = reporting.post("/v1/rebuild:check").json()["check_id"]
    done = until(
        lambda: reporting.get(f"/v1/rebuild-checks/{check}"),
        lambda answer: answer.json()["state"] != "running",
    )
    assert done.json()["equal"], done.body
    for service in SERVICES:
        status = stack.client(service, operator).get("/v1/status").json()
        assert status["ready"] and status["stream"]["epoch"] == 2, status
        assert status["libraries"]["nng"].startswith("1.10"), status
        assert all(subscriber["lag"] == 0 for subscriber in status["subscribers"]), status
