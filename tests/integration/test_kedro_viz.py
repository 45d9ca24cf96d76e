"""The graph that `make viz` shows: the API's answer, then the picture in a real browser."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from viticast.pipeline_registry import PIPELINES

from .browser import browser, programs

pytestmark = pytest.mark.slow

LAYERS = ["source", "raw", "intermediate", "primary", "feature", "models", "model_output", "reporting"]
START_SECONDS = 120.0
NAMES = "[...document.querySelectorAll('.pipeline-node')].map((node) => node.textContent)"


@pytest.fixture(scope="module")
def address(project_copy: Path):
    """Kedro viz on a free port of loopback, ended with all of its processes."""
    port = _free_port()
    log = project_copy / "viz.log"
    command = [sys.executable, "-m", "kedro", "viz", "run", "--no-browser", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=project_copy, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait(f"http://127.0.0.1:{port}/api/main", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def graph(address: str):
    return json.loads(_get(f"{address}/api/main"))


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    if programs() is None:
        pytest.skip("CHROMIUM OR CHROMEDRIVER IS NOT HERE, this test checks nothing")
    with browser(tmp_path_factory.mktemp("profile") / "fresh") as opened:
        opened.resize(1400, 1600)
        yield opened


def test_each_pipeline_is_a_box_that_holds_all_of_its_nodes(graph):
    modular = graph["modular_pipelines"]
    assert set(modular) == {"__root__", *PIPELINES}
    tasks = [node for node in graph["nodes"] if node["type"] == "task"]
    assert len(tasks) > 20
    assert {node["name"] for node in tasks if len(node["modular_pipelines"]) != 1} == set()


def test_layers_stand_in_the_order_of_the_flow(graph):
    assert graph["layers"] == LAYERS


def test_every_dataset_has_a_layer(graph):
    datasets = [node for node in graph["nodes"] if node["type"] == "data"]
    assert len(datasets) > 40
    assert [node["name"] for node in datasets if node["layer"] not in LAYERS] == []


def test_no_box_depends_on_a_later_one(graph):
    place = {name: position for position, name in enumerate(PIPELINES)}
    boxes = [(name, graph["modular_pipelines"][name]) for name in PIPELINES]
    backward = [
        f"{later} -> {earlier}"
        for later, giving in boxes
        for earlier, taking in boxes
        if place[earlier] < place[later] and set(giving["outputs"]) & set(taking["inputs"])
    ]
    assert backward == []


def test_folded_shows_the_five_boxes_and_no_node_inside_them(window, address, graph):
    window.visit(address)
    window.wait_until(f"{NAMES}.includes('ingestion')")
    drawn = set(window.run(f"return {NAMES}"))
    assert set(PIPELINES) <= drawn
    assert drawn.isdisjoint(node["name"] for node in graph["nodes"] if node["type"] == "task")
    # The datasets of the layer models never leave the box.
    assert set(LAYERS) - {"models"} <= set(window.run("return document.body.innerText").split())


def test_unfolded_shows_every_node_and_dataset(window, address, graph):
    window.visit(f"{address}/?expandAllPipelines=true")
    window.wait_until(f"{NAMES}.includes('fetch_files')")
    shown = sorted(window.run(f"return {NAMES}"))
    assert shown == sorted(node["name"] for node in graph["nodes"] if node["type"] in {"task", "data"})


def _free_port() -> int:
    """Below those that the system gives out, of which kedro viz refuses the upper ones."""
    for port in range(24141, 32141):
        with socket.socket() as candidate, contextlib.suppress(OSError):
            candidate.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


def _get(url: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=30) as answer:
        content: bytes = answer.read()
    return content


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            _get(url)
        except (urllib.error.URLError, ConnectionError):
            printed = log.read_text(encoding="utf-8", errors="replace")[-3000:]
            assert process.poll() is None, f"kedro viz ended:\n{printed}"
            assert time.monotonic() < end, f"kedro viz does not answer:\n{printed}"
            time.sleep(0.5)
        else:
            return
