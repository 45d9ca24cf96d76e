"""Bad input ends a run with a named error, and leaves the lake as it was."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from kedro.framework.startup import bootstrap_project
from tests.pipelines.project_runs import contents

from viticast.cli import cli

Breaker = Callable[[Path], None]


def _page(folder: Path) -> None:
    (folder / "ExpVinho.csv").write_text("<!DOCTYPE html><html><body>Erro 500</body></html>")


def _empty(folder: Path) -> None:
    (folder / "ImpSuco.csv").write_bytes(b"")


def _truncated(folder: Path) -> None:
    path = folder / "Comercio.csv"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _wrong_table(folder: Path) -> None:
    shutil.copy(folder / "ExpUva.csv", folder / "ExpVinho.csv")


def _text(folder: Path) -> None:
    path = folder / "Producao.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[2] = lines[2].rsplit(";", 1)[0] + ";muito"
    path.write_text("\n".join(lines), encoding="utf-8")


def _duplicated_year(folder: Path) -> None:
    path = folder / "ImpVinhos.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("1985", "1984"), encoding="utf-8")


def _missing(folder: Path) -> None:
    (folder / "ExpSuco.csv").unlink()


CASES: list[tuple[Breaker, str, str]] = [
    (_page, "HtmlPageError", "ExpVinho"),
    (_empty, "EmptyFileError", "ImpSuco"),
    (_truncated, "TruncatedFileError", "Comercio"),
    (_wrong_table, "SameBytesError", "ExpVinho"),
    (_text, "NotANumberError", "Producao, line 3"),
    (_duplicated_year, "DuplicatedYearError", "ImpVinhos"),
    (_missing, "MissingFileError", "ExpSuco"),
]


@pytest.mark.parametrize(("breaker", "error", "where"), CASES, ids=[case[1] for case in CASES])
def test_a_broken_folder_ends_in_a_named_error(
    project: Path, tmp_path: Path, breaker: Breaker, error: str, where: str
) -> None:
    folder = tmp_path / "2025-04"
    shutil.copytree(project / "data" / "00_sample" / "2025-04", folder)
    breaker(folder)
    before = contents("data/sample/02_lake")
    bootstrap_project(project)
    arguments = ["run", "--pipelines=ingestion", "--params", f"source=sample,source_url={folder}"]
    ended = CliRunner().invoke(cli, arguments)
    assert ended.exit_code == 1
    assert isinstance(ended.exception, SystemExit)
    assert f"Error: {error}: " in ended.output
    message = ended.output.split(f"Error: {error}: ")[1]
    assert where in message
    assert "Remedy:" in message
    assert contents("data/sample/02_lake") == before


@pytest.mark.parametrize(
    ("parameters", "error", "said"),
    [
        ("sorce=embrapa", "UnknownParameterError", "source_url"),
        ("source=imaginary", "DatasetError", "sample, embrapa"),
        ("source=api", "DatasetError", "no connector"),
        ("source=embrapa,source_url=no/such/folder", "MissingFolderError", "no/such/folder"),
        ("modeling.horizon=none", "ParameterValidationError", "horizon"),
    ],
)
def test_a_wrong_parameter_ends_in_a_named_error(project: Path, parameters: str, error: str, said: str) -> None:
    bootstrap_project(project)
    ended = CliRunner().invoke(cli, ["run", "--params", parameters])
    assert ended.exit_code == 1
    assert said in ended.output.split(f"Error: {error}: ")[1]


def test_an_unknown_pipeline_ends_in_a_named_error(project: Path) -> None:
    bootstrap_project(project)
    ended = CliRunner().invoke(cli, ["run", "--pipelines=cooking"])
    assert ended.exit_code == 1
    assert (
        "ingestion, cataloging, feature, modeling, monitoring" in ended.output.split("Error: UnknownPipelineError: ")[1]
    )


def test_a_run_outside_the_projects_folder_says_where_to_go(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = bootstrap_project(project)
    monkeypatch.chdir(project / "conf")
    ended = CliRunner().invoke(cli, ["run"], obj=metadata)
    assert ended.exit_code == 1
    assert f"cd {project}" in ended.output
