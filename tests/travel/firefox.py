"""Firefox of the system, driven by WebDriver BiDi: playwright drives only its own build of it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

#: Names under which systems know it; an own choice goes into QIANTANG_FIREFOX.
NAMES = ("firefox", "firefox-esr")
#: Longest waits. [s]
START, FIRST = 60.0, 60.0
#: No look at the network by the browser itself, which a test could not tell from the page's.
PREFERENCES = """
user_pref("network.proxy.type", 1);
user_pref("network.proxy.http", "127.0.0.1");
user_pref("network.proxy.http_port", 9);
user_pref("network.proxy.ssl", "127.0.0.1");
user_pref("network.proxy.ssl_port", 9);
user_pref("app.update.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
"""


def firefox_path() -> str | None:
    """Return a Firefox of the system, None if there is none."""
    own = os.environ.get("QIANTANG_FIREFOX")
    return own or next(filter(None, map(shutil.which, NAMES)), None)


class Window:
    """A page in Firefox: what it runs, asks for and complains of."""

    def __init__(self, socket: Any) -> None:
        self.socket, self.number = socket, 0
        self.complaints: list[str] = []
        self.call("session.new", capabilities={})
        events = ["log.entryAdded", "network.beforeRequestSent"]
        self.call("session.subscribe", events=events)
        (context,) = self.call("browsingContext.getTree")["contexts"]
        self.context = context["context"]

    def call(self, method: str, **params: Any) -> Any:
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            self._note(answer)
            if answer.get("id") == self.number:
                assert answer["type"] == "success", answer
                return answer["result"]

    def _note(self, answer: dict[str, Any]) -> None:
        params = answer.get("params", {})
        if answer.get("method") == "log.entryAdded":
            self.complaints.append(str(params.get("text")))
        if answer.get("method") == "network.beforeRequestSent":
            address = params["request"]["url"]
            if not address.startswith(("file:", "blob:", "data:", "about:")):
                self.complaints.append(f"asked for {address}")

    def run(self, script: str) -> Any:
        """Return what a script yields, by way of JSON."""
        whole = f"Promise.resolve({script}).then((x) => JSON.stringify(x ?? null))"
        target = {"context": self.context}
        done = self.call("script.evaluate", expression=whole, target=target, awaitPromise=True)
        return json.loads(done["result"]["value"])

    def open(self, file: Path) -> None:
        """Open a page and wait until it shows its first numbers."""
        self.call(
            "browsingContext.navigate", context=self.context, url=file.as_uri(), wait="complete"
        )
        self.until("document.documentElement.dataset.ready === 'yes'")

    def until(self, script: str) -> None:
        """Wait until a script yields true."""
        end = time.monotonic() + FIRST
        while not self.run(script):
            assert time.monotonic() < end, script
            time.sleep(0.1)


@contextlib.contextmanager
def window(path: str, profile: Path) -> Iterator[Window]:
    """Start Firefox with a profile of its own; yield its page; stop it."""
    websocket = pytest.importorskip("websocket", reason="websocket-client is not installed")
    (profile / "user.js").write_text(PREFERENCES, encoding="utf-8")
    command = [path, "--headless", "--no-remote", "--profile", str(profile)]
    log = profile / "stderr.txt"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*command, "--remote-debugging-port=0", "about:blank"], stderr=stream,
            env=os.environ | {"HOME": str(profile)},
        )  # fmt: skip
    try:
        socket = websocket.create_connection(
            f"{_address(log)}/session", timeout=FIRST, suppress_origin=True
        )
        yield Window(socket)
        socket.close()
    finally:
        process.terminate()
        process.wait(20)


def _address(log: Path) -> str:
    end = time.monotonic() + START
    while time.monotonic() < end:
        found = re.search(r"ws://[\d.:]+", log.read_text(encoding="utf-8", errors="replace"))
        if found:
            return found[0]
        time.sleep(0.2)
    raise RuntimeError(f"Firefox did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")
