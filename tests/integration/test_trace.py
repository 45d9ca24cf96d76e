"""`kedro trace` on a run of the sample: what it says is compared with the files themselves."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from kedro.framework.startup import bootstrap_project

from viticast.cli import cli

pytestmark = pytest.mark.slow

SPARKLING = "exportacao_usd/exp_espumantes/paraguai"
MODEL_RECEIPT = "data/sample/02_lake/modeling_receipt.json"


def run_trace(project: Path, *arguments: str) -> Result:
    """The command in this process: its imports take seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        return CliRunner().invoke(cli, ["trace", *arguments])


def traced(project: Path, *arguments: str) -> dict[str, Any]:
    done = run_trace(project, *arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def table(project: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(project / "data" / "sample" / "02_lake" / name)


def figure(project: Path, file: dict[str, Any], line: dict[str, Any]) -> str:
    """The text that stands where a trace points to, in the raw file that it names."""
    text = (project / file["path"]).read_bytes().decode("utf-8-sig").splitlines()[line["row_number"] - 1]
    delimiter = max(";,\t", key=text.count)
    return text.split(delimiter)[line["last_column"] - 1]


@pytest.fixture(scope="module", autouse=True)
def known_project(sample_run: Path) -> None:
    """The settings of the project, as the `kedro` command reads them before any of its commands."""
    bootstrap_project(sample_run)


@pytest.fixture(scope="module")
def receipt(sample_run: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((sample_run / MODEL_RECEIPT).read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def leaf(sample_run: Path) -> dict[str, Any]:
    return traced(sample_run, "forecast", SPARKLING, "2025")


@pytest.fixture
def damaged(sample_run: Path, leaf: dict[str, Any]) -> Iterator[Path]:
    """The raw file under the leaf, with a byte too many as long as the test runs."""
    file = sample_run / leaf["tables"][0]["file"]["path"]
    content = file.read_bytes()
    file.write_bytes(content + b" ")
    yield file
    file.write_bytes(content)


def test_the_number_is_the_one_of_the_lake(sample_run: Path, leaf: dict[str, Any], receipt: dict[str, Any]) -> None:
    forecasts = table(sample_run, "forecasts")
    row = forecasts[(forecasts["series_id"] == SPARKLING) & (forecasts["year"] == 2025)].iloc[0]
    for name in ("yhat", "lo80", "hi80", "lo95", "hi95"):
        assert leaf["forecast"][name] == row[name]
    assert leaf["forecast"]["is_synthetic"] is True
    assert leaf["forecast"]["snapshot_id"] == receipt["snapshot_id"]


def test_the_model_comes_with_hashes_run_and_version(leaf: dict[str, Any], receipt: dict[str, Any]) -> None:
    model = leaf["model"]
    for name in ("model_key", "panel_sha256", "code_sha256", "params_sha256"):
        assert model[name] == receipt[name]
    (version,) = model["versions"]
    assert (version["name"], version["version"], version["aliases"]) == ("viticast-sample", "1", ["champion"])
    assert model["run_ids"] == [version["run_id"]]
    assert model["is_on_page"] is True


def test_the_raw_file_has_the_hash_the_address_and_the_date(sample_run: Path, leaf: dict[str, Any]) -> None:
    (origin,) = leaf["tables"]
    content = (sample_run / origin["file"]["path"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == origin["file"]["sha256"]
    assert origin["file"]["state"] == "ok"
    assert origin["published_at"].startswith("2025-04-01")
    (landing,) = origin["landings"]
    assert (sample_run / landing["address"]).read_bytes() == content


@pytest.mark.parametrize(
    "series_id", [SPARKLING, "exportacao_kg/exp_espumantes/paraguai", "producao_l/suco/suco_de_uva_integral"]
)
def test_the_figure_of_the_last_year_stands_where_the_trace_points(sample_run: Path, series_id: str) -> None:
    (origin,) = traced(sample_run, "forecast", series_id, "2025")["tables"]
    assert origin["numbered_in"] == origin["file"]["sha256"]
    panel = table(sample_run, "panel")
    known = panel[(panel["series_id"] == series_id) & (panel["year"] == origin["last_year"])]
    pointed = [float(figure(sample_run, origin["file"], line)) for line in origin["lines"]]
    assert sum(pointed) == known["value"].iloc[0]


def test_a_sum_leads_to_all_tables_and_corrections_below_it(sample_run: Path) -> None:
    trace = traced(sample_run, "forecast", "processamento_kg", "2025")
    series = table(sample_run, "series")
    below = series[(series["level"] == "leaf") & series["series_id"].str.startswith("processamento_kg/")]
    assert trace["leaf_series"] == len(below)
    assert {origin["table_name"] for origin in trace["tables"]} == set(below["table_name"])
    told = {line["series_id"] for origin in trace["tables"] for line in origin["lines"]}
    assert told == set(below["series_id"])
    panel = table(sample_run, "panel")
    touched = panel[panel["series_id"].isin(below["series_id"])]["correction_id"].dropna()
    assert {made["correction_id"]: made["cells"] for made in trace["corrections"]} == touched.value_counts().to_dict()
    assert len(trace["corrections"]) == 2


def test_a_file_leads_forward_to_the_forecast_that_leads_back_to_it(
    sample_run: Path, leaf: dict[str, Any], receipt: dict[str, Any]
) -> None:
    sha256 = leaf["tables"][0]["file"]["sha256"]
    trace = traced(sample_run, "file", sha256[:16])
    assert trace["file"] == leaf["tables"][0]["file"]
    assert [held["vintage_id"] for held in trace["vintages"]] == [leaf["tables"][0]["vintage_id"]]
    assert [finding["outcome"] for finding in trace["findings"]].count("table_accepted") == 1
    (use,) = trace["snapshots"]
    assert (use["snapshot_id"], use["names_file"]) == (receipt["snapshot_id"], True)
    (model,) = use["models"]
    assert (model["model_key"], model["is_on_page"]) == (receipt["model_key"], True)
    assert model["versions"] == leaf["model"]["versions"]
    forecasts = table(sample_run, "forecasts")
    assert model["forecasts"] == len(forecasts)
    own = forecasts["series_id"].str.match(r"exportacao_(kg|usd)(/exp_espumantes(/.*)?)?$")
    assert model["forecasts_above_file"] == own.sum()


def test_an_older_file_landed_and_nothing_rests_on_it(sample_run: Path) -> None:
    trace = traced(sample_run, "file", "data/00_sample/2024-04/ExpEspumantes.csv")
    assert [held["last_year"] for held in trace["vintages"]] == [2022]
    assert (trace["snapshots"], trace["is_on_page"]) == ([], False)


def test_a_damaged_file_is_called_damaged(sample_run: Path, damaged: Path) -> None:
    done = run_trace(sample_run, "file", damaged.name)
    assert done.exit_code == 0
    assert "DAMAGED" in done.stdout


def test_the_text_names_what_the_json_holds(sample_run: Path, leaf: dict[str, Any]) -> None:
    command = [sys.executable, "-m", "kedro", "trace", "forecast", SPARKLING, "2025"]
    done = subprocess.run(command, cwd=sample_run, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("forecast "), done.stdout + done.stderr
    for expected in (leaf["model"]["model_key"], leaf["tables"][0]["file"]["sha256"], "SYNTHETIC", "(champion)"):
        assert expected in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("forecast", "paraguai", "2025"), "UnknownSeriesError: no forecast has the series 'paraguai'. Near it: "),
        (("forecast", SPARKLING, "2024"), "UnknownYearError: "),
        (("forecast", SPARKLING, "2025", "--model-key", "ffff"), "UnknownModelError: "),
        (("forecast", SPARKLING, "2025", "--source", "embrapa"), "UnknownModelError: the lake has no forecasts"),
        (("file", "README.txt"), "UnknownFileError: "),
        (("file", "pyproject.toml"), "UnknownFileError: the bytes of pyproject.toml"),
    ],
)
def test_a_wrong_question_ends_in_a_plain_message(sample_run: Path, arguments: tuple[str, ...], message: str) -> None:
    done = run_trace(sample_run, *arguments)
    assert done.exit_code == 1
    assert f"Error: {message}" in done.stderr
    assert "Traceback" not in done.stderr
