# SPDX-License-Identifier: Apache-2.0
"""The stack of docker-compose.yml under a name of its own, from a copy of the checkout.

Everything it makes (containers, networks, volumes, images) carries the project's name and is removed
by close(), whatever happened. Published on a loopback port that nobody else takes.
"""

import concurrent.futures
import json
import os
import re
import secrets
import shutil
import subprocess

from support.client import Clock
from support.paths import ROOT
from support.ports import free_port
from support.process import Process

from door import Door

COPIED = ("docker-compose.yml", ".dockerignore", "CMakeLists.txt", "deploy", "proto", "services")
COPIED_DATA = os.path.join("tests", "data")
STAND_INS = os.path.join(ROOT, "tests", "compose")
SERVICES = ("participation", "ledger", "reporting")
BUILD_SECONDS = 900
COMMAND_SECONDS = 180

# The calendar of a test that cannot wait for a ballot's window to end.
CLOCK_FILE = "clock.yml"
CLOCK_ENVIRONMENT = {"HYEOPCHI_DEMONSTRATION_CLOCK_FILE": "/clock/offset"}


def run(*command, timeout=COMMAND_SECONDS, check=True, **options):
    """Runs a command; returns what it wrote to standard output."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, check=False, **options
    )
    if check:
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


class ComposeStack:
    """Call build() and then what the test is about; close() at the end.

    HYEOPCHI_COMPOSE_IMAGES=NAME keeps the images under that name, so that the next run is quick.
    """

    def __init__(self, engine, folder, artifacts):
        self.compose_command = engine.compose
        self.folder = str(folder)
        self.artifacts = artifacts
        self.project = f"hyeopchi-test-{secrets.token_hex(4)}"
        self.kept_images = os.environ.get("HYEOPCHI_COMPOSE_IMAGES")
        self.images = self.kept_images or self.project
        self.port = free_port()
        self.secrets = os.path.join(self.folder, ".secrets")
        self.clock = None
        self.events = None
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "DOCKER_HOST") if name in os.environ},
            "LC_ALL": "C.UTF-8",
            "COMPOSE_PROJECT_NAME": self.project,
            "HYEOPCHI_IMAGES": self.images,
            "HYEOPCHI_PUBLISH": f"127.0.0.1:{self.port}",
            "HYEOPCHI_LANGUAGE": "en",
            "POSTGRES_IMAGE": f"{self.images}/postgres",
            "NGINX_IMAGE": f"{self.images}/nginx",
        }
        self._copy_checkout()

    def _copy_checkout(self):
        ignored = shutil.ignore_patterns("__pycache__")
        for name in (*COPIED, COPIED_DATA):
            source, target = os.path.join(ROOT, name), os.path.join(self.folder, name)
            if os.path.isdir(source):
                shutil.copytree(source, target, ignore=ignored)
            else:
                shutil.copy(source, target)

    # --- Images. -----------------------------------------------------------------------------------

    def _build(self, target, context, file):
        image = f"{self.images}/{target}"
        run(
            "docker", "build", "-q", "-t", image, "--target", target, "-f", file, context,
            timeout=BUILD_SECONDS, env=self.environment,
        )  # fmt: skip

    def _build_stand_ins(self):
        for target in ("postgres", "nginx"):
            self._build(target, STAND_INS, os.path.join(STAND_INS, "Dockerfile"))

    def build(self):
        """Builds the stand-ins beside the programs; the stage that compiles gets a name, to be removed."""
        with concurrent.futures.ThreadPoolExecutor(1) as beside:
            stand_ins = beside.submit(self._build_stand_ins)
            self._build("build", self.folder, os.path.join(self.folder, "deploy", "Dockerfile"))
            stand_ins.result()
        return self

    def image_sizes(self):
        """What `docker images` says of each of our images."""
        text = run("docker", "images", "--format", "{{.Repository}} {{.Size}}")
        prefix = f"{self.images}/"
        lines = [line.split() for line in text.splitlines() if line.startswith(prefix)]
        return {name[len(prefix) :]: size for name, size in lines}

    # --- Commands. ---------------------------------------------------------------------------------

    def compose(self, *arguments, timeout=COMMAND_SECONDS, **options):
        return run(
            *self.compose_command, *arguments,
            timeout=timeout, cwd=self.folder, env=self.environment, **options,
        )  # fmt: skip

    def hyeopchi(self, *arguments, **options):
        """The operator's command as its container runs it."""
        return self.compose(
            "run", "--rm", "-T", "hyeopchi", *arguments, stdin=subprocess.DEVNULL, **options
        )

    def readme(self, name, **changes):
        """The commands between the marks of that name in deploy/README.md, for this stack.

        `changes` replace words; each must be there.
        """
        with open(os.path.join(self.folder, "deploy", "README.md"), encoding="utf-8") as file:
            text = file.read()
        found = re.search(rf"<!-- {name} -->\n```\n(.*?)\n```\n<!-- /{name} -->", text, re.DOTALL)
        assert found, f"deploy/README.md has no commands {name}"
        commands = found[1].replace("localhost:8443", f"localhost:{self.port}")
        for before, after in changes.items():
            assert before in commands, f"the commands {name} have no '{before}'"
            commands = commands.replace(before, after)
        if self.compose_command != ["docker-compose"]:
            commands = f'docker-compose() {{ {" ".join(self.compose_command)} "$@"; }}\n' + commands
        return commands

    def shell(self, commands, timeout=BUILD_SECONDS):
        """Runs commands as a person would type them, but ends with the first that fails."""
        return run(
            "bash", "-euo", "pipefail", "-c", commands,
            timeout=timeout, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def start_shell(self, name, commands):
        """The same, beside the test; returns a Process."""
        return Process(
            name,
            ["bash", "-euxo", "pipefail", "-c", commands],
            os.path.join(self.artifacts, f"{name}.log"),
            cwd=self.folder,
            env=self.environment,
        )

    # --- Containers. -------------------------------------------------------------------------------

    def containers(self):
        """{service: id} of those that are meant to be there, running or not."""
        text = run(
            "docker", "ps", "-a", "--no-trunc",
            "--filter", f"label=com.docker.compose.project={self.project}",
            "--filter", "label=com.docker.compose.oneoff=False",
            "--format", '{{.Label "com.docker.compose.service"}} {{.ID}}',
        )  # fmt: skip
        return dict(line.split() for line in text.splitlines())

    def inspect(self, service):
        return json.loads(run("docker", "inspect", self.containers()[service]))[0]

    def execute(self, service, *command):
        return run("docker", "exec", self.containers()[service], *command)

    def logs(self, service):
        done = subprocess.run(
            ["docker", "logs", self.containers()[service]],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=COMMAND_SECONDS,
            check=True,
        )
        return done.stdout.decode("utf-8", "replace")

    def watch(self):
        """Begins to listen to what the engine says of this project's containers."""
        self.events = Process(
            "engine-events",
            [
                "docker", "events",
                "--filter", f"label=com.docker.compose.project={self.project}",
                "--format", '{{.Action}} {{index .Actor.Attributes "com.docker.compose.service"}}',
            ],
            os.path.join(self.artifacts, "engine-events.log"),
        )  # fmt: skip
        return self

    def wait_healthy(self, *services, timeout=120):
        """Waits until each is healthy, woken by the engine."""
        for service in services:
            mark = self.events.output.mark()
            health = self.inspect(service)["State"].get("Health", {}).get("Status")
            if health != "healthy":
                self.events.wait_line(
                    lambda line, name=service: line == f"health_status: healthy {name}",
                    f"health of {service}",
                    timeout,
                    mark,
                )

    def kill(self, service):
        """As a power cut would, and without the engine starting it again by itself."""
        run("docker", "kill", "--signal", "KILL", self.containers()[service])

    def start(self, service):
        run("docker", "start", self.containers()[service])

    # --- Through the door. -------------------------------------------------------------------------

    def use_clock(self):
        """From the next `up` on, services and command share a calendar that the test moves."""
        folder = os.path.join(self.folder, "clock")
        os.mkdir(folder)
        self.clock = Clock(os.path.join(folder, "offset"))
        os.chmod(folder, 0o755)
        os.chmod(self.clock.path, 0o644)
        override = {
            "services": {
                name: {"environment": CLOCK_ENVIRONMENT, "volumes": ["./clock:/clock:ro"]}
                for name in (*SERVICES, "portal", "hyeopchi")
            }
        }
        with open(os.path.join(self.folder, CLOCK_FILE), "w", encoding="ascii") as file:
            json.dump(override, file)
        self.environment["COMPOSE_FILE"] = f"docker-compose.yml:{CLOCK_FILE}"

    def client(self, service, key=None):
        certificate = os.path.join(self.secrets, "tls_certificate")
        return Door(service, self.port, certificate, key, self.clock)

    # --- The end. ----------------------------------------------------------------------------------

    def keep_logs(self):
        for service in self.containers():
            with open(os.path.join(self.artifacts, f"{service}.log"), "w", encoding="utf-8") as file:
                file.write(self.logs(service))

    def _remove_images(self):
        text = run("docker", "images", "--format", "{{.Repository}}:{{.Tag}}", check=False)
        names = [line for line in text.splitlines() if line.startswith(f"{self.images}/")]
        if names:
            run("docker", "rmi", *names, check=False)

    def close(self):
        """Removes everything of this project."""
        if self.events is not None:
            self.events.kill()
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "5", check=False)
        for kind, listing in (
            ("container", ("ps", "-aq")),
            ("network", ("network", "ls", "-q")),
            ("volume", ("volume", "ls", "-q")),
        ):
            label = f"label=com.docker.compose.project={self.project}"
            left = run("docker", *listing, "--filter", label, check=False).split()
            if left:
                run("docker", kind, "rm", "--force", *left, check=False)
        if not self.kept_images:
            self._remove_images()
