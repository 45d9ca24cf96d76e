"""A headless Chromium that can reach no network, driven by the WebDriver protocol."""

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    # every name but loopback fails to resolve and every proxy is refused: what the page asks of others, it does not get
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--proxy-server=127.0.0.1:1",
)
PATIENCE_SECONDS = 30.0


def programs() -> tuple[str, str] | None:
    """Chromium and its driver, or None where one is missing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    return (chromium, driver) if chromium and driver else None


class Browser:
    """One window of the browser."""

    def __init__(self, address: str, capabilities: dict[str, Any]) -> None:
        self._address = address
        session = self._send("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self._address += f"/session/{session['sessionId']}"

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the driver on this machine
            self._address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)["value"]

    def open(self, path: Path, fragment: str = "") -> None:
        self.visit(path.resolve().as_uri() + fragment)

    def visit(self, address: str) -> None:
        self._send("POST", "/url", {"url": address})

    def screenshot(self) -> bytes:
        """The window as PNG."""
        return base64.b64decode(self._send("GET", "/screenshot"))

    def resize(self, width: int, height: int) -> None:
        # a window is never narrower than 500 pixels; the emulated screen of a telephone is
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        body = {"cmd": "Emulation.setDeviceMetricsOverride", "params": metrics}
        self._send("POST", "/goog/cdp/execute", body)

    def run(self, script: str, *arguments: Any) -> Any:
        return self._send("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait_until(self, condition: str, *arguments: Any) -> None:
        """Waits until the JavaScript expression is true."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not self.run(f"return Boolean({condition})", *arguments):
            if time.monotonic() > end:
                raise TimeoutError(f"never true in the page: {condition}; console: {self.log('browser')}")
            time.sleep(0.1)

    def type_into(self, selector: str, text: str) -> None:
        element = self._send("POST", "/element", {"using": "css selector", "value": selector})
        (reference,) = element.values()
        self._send("POST", f"/element/{reference}/clear", {})
        self._send("POST", f"/element/{reference}/value", {"text": text})

    def log(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._send("POST", "/se/log", {"type": kind})
        return found

    def requested(self) -> list[str]:
        """Every address that the browser was asked to load since the last call."""
        events = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def close(self) -> None:
        self._send("DELETE", "")


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser with a fresh profile, ended with its driver."""
    found = programs()
    if found is None:
        raise FileNotFoundError("chromium or chromedriver is not installed")
    chromium, driver = found
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    capabilities = {
        "browserName": "chrome",
        "goog:chromeOptions": {"binary": chromium, "args": [*FLAGS, f"--user-data-dir={profile}"]},
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
    }
    try:
        window = _connected(f"http://127.0.0.1:{port}", capabilities)
        try:
            yield window
        finally:
            window.close()
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_SECONDS)


def _connected(address: str, capabilities: dict[str, Any]) -> Browser:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return Browser(address, capabilities)
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
