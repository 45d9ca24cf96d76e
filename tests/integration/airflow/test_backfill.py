"""History replayed by Airflow on the real figures: a run for each date, which knows what was published by then."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.integration.airflow.flow_project import SOON, make_flow_project
from tests.integration.airflow.live import ENDED, Live, running_airflow, wait_for

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.table import LakeTable

pytestmark = [pytest.mark.airflow_proof, pytest.mark.printed]

# Each 1 June: the vintages are of April.
YEARLY = "schedules: {viticast: '0 6 1 6 *', ingestion: null}\n" + SOON
DAG = "viticast"


@pytest.fixture(scope="module")
def live(python: Path, tmp_path_factory: pytest.TempPathFactory, real_vintages: dict[str, Path]) -> Iterator[Live]:
    """An Airflow whose DAG has a schedule, and the real figures of two tables in the project's configuration."""
    folder = tmp_path_factory.mktemp("airflow")
    project = make_flow_project(folder / "project", YEARLY)
    url = next(iter(real_vintages.values())).parent
    with (project / "conf" / "local" / "globals.yml").open("a", encoding="utf-8") as settings:
        settings.write(f"source: embrapa\nsource_urls:\n  embrapa: {url.as_posix()}\n")
    with running_airflow(python, project, folder / "home") as live:
        yield live


def runs(live: Live, kind: str) -> list[dict[str, Any]]:
    """The DAG runs of a kind, by their beginning."""
    found = live.api.ask("GET", f"/dags/{DAG}/dagRuns?run_type={kind}&limit=50")["dag_runs"]
    return sorted(found, key=lambda run: run["start_date"] or "")


def lake(live: Live) -> Path:
    return live.project / "data" / "embrapa" / "02_lake"


def current_snapshot(live: Live) -> str:
    return str(json.loads((lake(live) / "feature_receipt.json").read_text(encoding="utf-8"))["snapshot_id"])


def last_years(live: Live) -> dict[str, int]:
    """Snapshot -> the newest year that its vintages know."""
    table = LakeTable(str(lake(live)), "snapshots", LAKE_TABLES["snapshots"].partition_by, "changed").read({})
    return {str(snapshot): int(rows["last_year"].max()) for snapshot, rows in table.groupby("snapshot_id")}


def panel_hash(live: Live, snapshot: str) -> str:
    [path] = (lake(live) / "panel" / f"snapshot_id={snapshot}").glob("*.parquet")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_backfill_replays_both_vintages_in_order_and_an_old_date_gives_the_old_panel(live: Live) -> None:
    live.api.wait_for_dag(DAG)
    asked = {
        "dag_id": DAG,
        "from_date": "2024-05-01T00:00:00Z",
        "to_date": "2025-07-01T00:00:00Z",
        "max_active_runs": 1,
        "dag_run_conf": {},
        "reprocess_behavior": "none",
        "run_backwards": False,
    }
    live.api.ask("POST", "/backfills", asked)

    def ended() -> list[dict[str, Any]]:
        found = runs(live, "backfill")
        return found if len(found) == 2 and all(run["state"] in ENDED for run in found) else []

    first, second = wait_for("both runs of the backfill end", ended, 900)
    assert [first["state"], second["state"]] == ["success", "success"], [
        live.api.failures(DAG, run["dag_run_id"]) for run in (first, second)
    ]
    assert (first["logical_date"][:10], second["logical_date"][:10]) == ("2024-06-01", "2025-06-01")
    assert pd.Timestamp(first["end_date"]) <= pd.Timestamp(second["start_date"])
    known = last_years(live)
    old, new = sorted(known, key=lambda snapshot: known[snapshot])
    assert known[old] < known[new]
    assert current_snapshot(live) == new
    before = panel_hash(live, old)

    live.start(DAG, "old", as_of="2024-06-01")
    live.succeeds(DAG, "old")
    assert current_snapshot(live) == old
    assert panel_hash(live, old) == before
    dates = {run["logical_date"][:10]: known[snapshot] for run, snapshot in ((first, old), (second, new))}
    print(f"\nbackfill: date -> newest year known: {dates}; then as of 2024-06-01 snapshot {old} again, the same panel")
