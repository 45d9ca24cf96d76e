"""What a run is given wrongly ends it with a named error; `tests/faults` tries the kinds of broken input one by one."""

import hashlib
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kedro.framework.startup import bootstrap_project

from viticast.cli import cli

PAGE = "<!DOCTYPE html><html><body>Erro 500</body></html>"


def run(project: Path, *arguments: str) -> Result:
    bootstrap_project(project)
    return CliRunner().invoke(cli, ["run", *arguments])


def told(ended: Result, error: str) -> str:
    """What the command says after the name of the error."""
    assert ended.exit_code == 1
    assert isinstance(ended.exception, SystemExit)
    assert "Traceback" not in ended.output
    return ended.output.split(f"Error: {error}: ")[1]


@pytest.fixture(scope="module")
def broken(project: Path) -> Path:
    """A whole vintage in which a page stands in the place of one table."""
    folder = project / "data" / "incoming" / "2025-04"
    shutil.copytree(project / "data" / "00_sample" / "2025-04", folder)
    (folder / "ExpVinho.csv").write_text(PAGE)
    return folder


@pytest.mark.slow
def test_a_broken_file_is_refused_alone_and_every_file_is_kept(project: Path, broken: Path) -> None:
    message = told(
        run(project, "--pipelines=ingestion", "--params", f"source=sample,source_url={broken}"), "TablesLeftOutError"
    )
    assert "1 refused of 15 tables" in message
    assert "ExpVinho, line 1: the file is a web page" in message
    assert f'--params "source=sample,source_url={broken},allow_partial=true"' in message
    stored = project / "data" / "sample"
    kept = {path.name for path in (stored / "01_raw" / "files").iterdir()}
    assert kept == {hashlib.sha256(path.read_bytes()).hexdigest() for path in broken.iterdir()}
    assert len(list((stored / "02_lake").glob("observations/*/*/part-0.parquet"))) == 14
    assert not (stored / "02_lake" / "ingestion_receipt.json").exists()


@pytest.mark.slow
def test_a_table_that_never_had_a_vintage_is_missing_in_a_partial_run(project: Path, broken: Path) -> None:
    parameters = f"source=sample,source_url={broken},allow_partial=true"
    message = told(run(project, "--pipelines=ingestion,cataloging,feature", "--params", parameters), "SnapshotError")
    assert message.startswith("no vintage of ExpVinho. Ingest a folder that has these files")


@pytest.mark.parametrize(
    ("parameters", "error", "said"),
    [
        ("sorce=embrapa", "UnknownParameterError", "source_url"),
        ("source=imaginary", "UnknownSourceError", "sample, embrapa"),
        ("source=embrapa,source_url=no/such/folder", "MissingFolderError", "no/such/folder"),
        ("modeling.horizon=none", "ParameterValidationError", "horizon"),
    ],
)
def test_a_wrong_parameter_ends_in_a_named_error(project: Path, parameters: str, error: str, said: str) -> None:
    assert said in told(run(project, "--params", parameters), error)


@pytest.mark.slow
def test_a_declaration_that_cannot_be_understood_ends_in_a_named_error(project: Path, broken: Path) -> None:
    path = project / "conf" / "base" / "aliases_sample.yml"
    declared = path.read_text(encoding="utf-8")
    path.write_text(declared.replace("labels: [", "lables: [", 1), encoding="utf-8")
    try:
        ended = run(project, "--pipelines=ingestion", "--params", f"source=sample,source_url={broken}")
    finally:
        path.write_text(declared, encoding="utf-8")
    assert "aliases.0.lables (Alemanha): Extra inputs are not permitted" in told(ended, "DeclarationError")


def test_an_unknown_pipeline_ends_in_a_named_error(project: Path) -> None:
    message = told(run(project, "--pipelines=cooking"), "UnknownPipelineError")
    assert "ingestion, cataloging, feature, modeling, monitoring" in message


def test_a_run_outside_the_projects_folder_says_where_to_go(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = bootstrap_project(project)
    monkeypatch.chdir(project / "conf")
    ended = CliRunner().invoke(cli, ["run"], obj=metadata)
    assert ended.exit_code == 1
    assert f"cd {project}" in ended.output
