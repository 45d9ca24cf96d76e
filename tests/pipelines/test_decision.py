"""A whole run on the sample decides: what it stores, tells and sends."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from kedro.io import DatasetError
from mlflow import MlflowClient
from tests.pipelines.project_runs import contents, run

from viticast.commands.verdict import current_decision
from viticast.contracts.decision import Decision

pytestmark = pytest.mark.slow

REPORTS = Path("data/sample/08_reporting")


@pytest.fixture(scope="module")
def finished(project: Path) -> Path:
    run(project)
    return project


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What a webhook on loopback got."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("VITICAST_WEBHOOK_URL", f"http://127.0.0.1:{server.server_port}/s3cr3t")
        yield got
        server.shutdown()


def last_run() -> Any:
    client = MlflowClient("sqlite:///data/mlflow/mlflow.db")
    [experiment] = [one for one in client.search_experiments() if one.name == "viticast"]
    return client.search_runs([experiment.experiment_id], order_by=["attributes.start_time DESC"])[0]


def test_the_decision_is_stored_and_belongs_to_the_current_forecasts(finished: Path) -> None:
    decision, path = current_decision("sample", None)
    assert Path(path) == finished / REPORTS / "decision.json"
    assert decision == Decision.model_validate_json(Path(path).read_text(encoding="utf-8"))
    tags = last_run().data.tags
    assert (tags["decision"], tags["decision.exit_status"]) == (decision.decision, str(decision.exit_status))


def test_the_figures_are_inputs_of_the_mlflow_run(finished: Path) -> None:
    found = {one.dataset.name: one for one in last_run().inputs.dataset_inputs}
    assert len(found) == 15 + 1
    receipt = json.loads(Path("data/sample/02_lake/ingestion_receipt.json").read_text())
    hashes = {table["vintage_id"] for table in receipt["tables"]}
    assert {one.dataset.digest for name, one in found.items() if name != "panel"} <= hashes
    assert (
        found["panel"].dataset.digest
        == json.loads(Path("data/sample/02_lake/feature_receipt.json").read_text())["panel_sha256"][:16]
    )


@pytest.mark.parametrize("report", ["summary", "drift", "regression"])
def test_each_report_of_evidently_has_tests(finished: Path, report: str) -> None:
    content = json.loads((REPORTS / f"evidently_{report}.json").read_text())
    assert content["tests"]
    assert {test["status"] for test in content["tests"]} <= {"SUCCESS", "FAIL"}


def test_the_webhook_gets_the_decision_from_the_mildest_on(finished: Path, hook: list[dict[str, Any]]) -> None:
    parameters = finished / "conf" / "local" / "parameters_monitoring.yml"
    written = (finished / "conf" / "base" / "parameters_monitoring.yml").read_text(encoding="utf-8")
    parameters.write_text(written.replace("notify_from: retrain", "notify_from: ok"), encoding="utf-8")
    try:
        run(finished, pipelines=["monitoring"])
    finally:
        parameters.unlink()
    assert hook == [json.loads((REPORTS / "decision.json").read_text(encoding="utf-8"))]


def test_a_webhook_that_fails_fails_the_run_after_all_is_stored(
    finished: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = contents(str(REPORTS))
    for path in REPORTS.glob("*"):
        path.unlink()
    monkeypatch.setenv("VITICAST_WEBHOOK_URL", "http://127.0.0.1:1/s3cr3t")
    parameters = finished / "conf" / "local" / "parameters_monitoring.yml"
    written = (finished / "conf" / "base" / "parameters_monitoring.yml").read_text(encoding="utf-8")
    parameters.write_text(written.replace("notify_from: retrain", "notify_from: ok"), encoding="utf-8")
    try:
        with pytest.raises(DatasetError, match=r"in 3 attempts: it cannot be reached .* decision and page are stored"):
            run(finished, pipelines=["modeling", "monitoring"])
    finally:
        parameters.unlink()
    assert set(contents(str(REPORTS))) == set(before)
    assert current_decision("sample", None)[0]
    assert "s3cr3t" not in caplog.text
    stored = [path for path in Path("data/mlflow").rglob("*") if path.is_file()]
    assert [path for path in stored if b"127.0.0.1:1/s3cr3t" in path.read_bytes()] == []
