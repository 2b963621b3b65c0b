# SPDX-License-Identifier: Apache-2.0
"""Debian's Chromium without a window, driven over its debugging pipe (the DevTools protocol): one JSON
message after another, each ended by a NUL. Nothing listens on a port."""

import base64
import json
import os
import select
import shutil
import subprocess
import time

NAMES = ("chromium-headless-shell", "chromium")
SECONDS = 30

# What keys are to the protocol: key, code, Windows key code, text.
KEYS = {
    "Tab": ("Tab", "Tab", 9, ""),
    "Enter": ("Enter", "Enter", 13, "\r"),
    "Space": (" ", "Space", 32, " "),
    "Down": ("ArrowDown", "ArrowDown", 40, ""),
}


def find_browser():
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Chromium:
    """One browser process; pages are made by page(). Ended by its own pid."""

    def __init__(self, program, folder):
        self.folder = str(folder)
        self.next_id = 0
        self.buffer = b""
        self.events = []
        commands_read, self.commands = os.pipe()
        self.answers, answers_write = os.pipe()
        self.log = open(os.path.join(self.folder, "browser.log"), "wb")

        def place():
            os.dup2(commands_read, 3)
            os.dup2(answers_write, 4)

        # Without a sandbox of its own when started by root, as in a container.
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(
            [
                program, "--headless", "--remote-debugging-pipe", "--disable-gpu", *root,
                "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
                "--accept-lang=ko-KR", f"--user-data-dir={self.folder}/profile", "about:blank",
            ],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            preexec_fn=place, pass_fds=(3, 4), env={**os.environ, "HOME": self.folder},
        )  # fmt: skip
        os.close(commands_read)
        os.close(answers_write)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
            self.process.wait(SECONDS)
        except (OSError, AssertionError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        self.log.close()

    def _receive(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.answers], [], [], max(left, 0))
            assert ready, "the browser does not answer"
            piece = os.read(self.answers, 1 << 20)
            assert piece, "the browser has ended"
            self.buffer += piece
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        """One command and its answer; events that come in between are kept."""
        self.next_id += 1
        message = {"id": self.next_id, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data) :]
        deadline = time.monotonic() + SECONDS
        while True:
            answer = self._receive(deadline)
            if answer.get("id") == self.next_id:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self.events.append(answer)

    def wait_event(self, method, session):
        deadline = time.monotonic() + SECONDS
        while True:
            for place, event in enumerate(self.events):
                if event.get("method") == method and event.get("sessionId") == session:
                    del self.events[place]
                    return event["params"]
            self.events.append(self._receive(deadline))

    def page(self, **options):
        return Tab(self, **options)


class Tab:
    """One page with cookies of its own."""

    def __init__(self, browser, javascript=True, width=1000, height=900):
        self.browser = browser
        self.context = browser.call("Target.createBrowserContext")["browserContextId"]
        target = browser.call(
            "Target.createTarget", url="about:blank", browserContextId=self.context
        )["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")
        self.call("Runtime.enable")
        self.call("Log.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        if not javascript:
            self.call("Emulation.setScriptExecutionDisabled", value=True)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def _forget(self):
        """Forgets what happened on the page before."""
        self.browser.events = [
            event
            for event in self.browser.events
            if event.get("sessionId") != self.session or event.get("method") != "Page.loadEventFired"
        ]

    def wait_load(self):
        self.browser.wait_event("Page.loadEventFired", self.session)

    def open(self, url):
        self._forget()
        result = self.call("Page.navigate", url=url)
        assert "errorText" not in result, result
        self.wait_load()

    def run(self, expression):
        """The value of an expression in the page, awaited."""
        result = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def url(self):
        return self.run("location.href")

    def text(self):
        return self.run("document.body.innerText")

    def press(self, name, loads=False):
        """One key, down and up; where it leads to another page, that is waited for."""
        key, code, number, text = KEYS[name]
        if loads:
            self._forget()
        common = {"key": key, "code": code, "windowsVirtualKeyCode": number}
        kind = "keyDown" if text else "rawKeyDown"
        self.call("Input.dispatchKeyEvent", type=kind, text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)
        if loads:
            self.wait_load()

    def write(self, text):
        self.call("Input.insertText", text=text)

    def picture(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        data = self.call(
            "Page.captureScreenshot",
            captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1},
        )["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def complaints(self):
        """What the browser itself found wrong: broken policies, missing files, scripts that failed. That
        the page itself is a refusal (409, 422 …) is none of it."""
        own = self.url()
        found, kept = [], []
        for event in self.browser.events:
            method = event.get("method")
            if event.get("sessionId") != self.session:
                kept.append(event)
            elif method == "Log.entryAdded":
                entry = event["params"]["entry"]
                if entry.get("source") != "network" or entry.get("url") != own:
                    found.append(entry["text"])
            elif method == "Runtime.exceptionThrown":
                found.append(str(event["params"]["exceptionDetails"]))
        self.browser.events = kept
        return found

    def close(self):
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)
