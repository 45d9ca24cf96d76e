"""Ingestion in several processes: fetched once, taken in table by table, published once; the lake is as of one."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from kedro.framework.startup import bootstrap_project
from tests.integration.crash_runs import raw, receipt, tables
from tests.pipelines.project_runs import clean_environment, contents, keep_tables, make_project, run

from viticast.cli import cli
from viticast.sources.errors import TablesLeftOutError

TABLES = ("Producao", "Comercio", "ExpSuco")
NAME = "manual__2026-11-23T23:00:00+00:00"
PAGE = "<!DOCTYPE html><html><body>Erro 500</body></html>"
INGESTION = ["ingestion"]

Make = Callable[[], Path]


@contextmanager
def inside(project: Path) -> Iterator[None]:
    """Addresses in the manifest are relative: two projects have the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        yield
    mlflow.set_tracking_uri("")


def step(project: Path, tag: str, **parameters: Any) -> None:
    with inside(project):
        run(project, pipelines=INGESTION, tags=[tag], source="sample", delivery=NAME, **parameters)


def at_once(project: Path, **parameters: Any) -> None:
    with inside(project):
        run(project, pipelines=INGESTION, source="sample", **parameters)


def said(project: Path, *arguments: str) -> str:
    """What a command that fails says, without a traceback."""
    with inside(project):
        bootstrap_project(project)
        ended: Result = CliRunner().invoke(cli, ["run", "--pipelines=ingestion", *arguments])
    assert ended.exit_code == 1
    assert isinstance(ended.exception, SystemExit)
    assert "Traceback" not in ended.output
    return ended.output.split("Error: ", 1)[1]


def assert_same(one: Path, other: Path) -> None:
    """Every table of lake and manifest, every raw file and the receipt."""
    ours, theirs = tables(one), tables(other)
    assert set(ours) == set(theirs)
    for name in ours:
        pd.testing.assert_frame_equal(ours[name], theirs[name], obj=name)
    assert raw(one) == raw(other)
    assert [path.name for path in (other / "data").rglob("*.tmp-*")] == []


def deliveries(project: Path) -> Path:
    return project / "data" / "sample" / "01_raw" / "deliveries"


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Make:
    """Makes projects of three tables."""

    def made() -> Path:
        project = make_project(tmp_path_factory.mktemp("project"), project_root)
        keep_tables(project, TABLES)
        return project

    return made


@pytest.fixture(scope="module")
def single(make: Make) -> Path:
    project = make()
    at_once(project)
    return project


@pytest.fixture(scope="module")
def fetched(make: Make) -> Path:
    """A project to which a delivery came, of which nothing was taken in."""
    project = make()
    step(project, "fetch")
    return project


def test_one_process_writes_no_delivery(single: Path) -> None:
    assert not deliveries(single).exists()


def test_several_processes_leave_what_one_does(single: Path, make: Make) -> None:
    project = make()
    step(project, "fetch", source_url="data/00_sample")
    for some in ("ExpSuco", "Producao", "ExpSuco", "Comercio Producao"):
        step(project, "intake", tables=some)
    step(project, "publish")
    assert_same(single, project)
    assert receipt(single, "ingestion_receipt") == receipt(project, "ingestion_receipt")
    before = contents(str(project / "data" / "sample" / "02_lake"))
    for tag in ("publish", "intake", "fetch", "intake", "publish"):
        step(project, tag)
    assert contents(str(project / "data" / "sample" / "02_lake")) == before


def break_one(project: Path) -> None:
    (project / "data" / "00_sample" / "2025-04" / "Comercio.csv").write_text(PAGE)


def break_two(project: Path) -> None:
    folder = project / "data" / "00_sample" / "2025-04"
    shutil.copy(folder / "Producao.csv", folder / "Comercio.csv")


def take_one_away(project: Path) -> None:
    (project / "data" / "00_sample" / "2025-04" / "Comercio.csv").unlink()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "told"),
    [(break_one, "web page"), (break_two, "has the same bytes as"), (take_one_away, "does not exist")],
)
def test_what_one_process_refuses_several_refuse_as_well(make: Make, spoil: Callable[[Path], None], told: str) -> None:
    one, several = make(), make()
    for project in (one, several):
        spoil(project)
    with pytest.raises(TablesLeftOutError, match=told) as at_one:
        at_once(one)
    step(several, "fetch")
    for table in reversed(TABLES):
        step(several, "intake", tables=table)
    with pytest.raises(TablesLeftOutError, match=told) as at_several:
        step(several, "publish")
    assert_same(one, several)
    assert not (several / "data" / "sample" / "02_lake" / "ingestion_receipt.json").exists()
    first, *lines = str(at_one.value).splitlines()
    of_several, *same_lines = str(at_several.value).splitlines()
    assert same_lines == lines
    assert of_several.partition("kedro run")[0] == first.partition("kedro run")[0]
    assert "delivery" not in first
    chosen = f"source=sample,delivery={NAME},allow_partial=true"
    assert of_several.endswith(f'kedro run --pipelines=ingestion --tags publish --params "{chosen}"')
    at_once(one, allow_partial=True)
    step(several, "publish", allow_partial=True)
    assert_same(one, several)
    assert receipt(one, "ingestion_receipt") == receipt(several, "ingestion_receipt")


@pytest.mark.parametrize(
    ("tag", "parameters", "error"),
    [
        ("intake", "source=sample", "nothing says which delivery is taken in"),
        ("publish", "source=sample", "nothing says which delivery is published"),
        ("intake", "source=sample,delivery=other", "there is no delivery 'other' of source sample"),
        ("publish", "source=sample,delivery=other", "there is no delivery 'other' of source sample"),
        ("intake", f"source=embrapa,delivery={NAME}", f"there is no delivery '{NAME}' of source embrapa"),
        ("publish", f"source=embrapa,delivery={NAME}", f"there is no delivery '{NAME}' of source embrapa"),
        (
            "intake",
            f"source=sample,delivery={NAME},tables=Producao Vinhos",
            "has no table Vinhos. There are: Producao, ",
        ),
        ("publish", f"source=sample,delivery={NAME}", f"{', '.join(TABLES)} of 3 tables were not taken in"),
        ("fetch", "source=sample,delivery=../../x", "'../../x' is no name of a delivery"),
        ("fetch", "source=sample,delivery=12", "'12' is no name of a delivery"),
    ],
)
def test_a_step_that_cannot_be_done_says_why(fetched: Path, tag: str, parameters: str, error: str) -> None:
    message = said(fetched, "--tags", tag, "--params", parameters)
    assert error in message
    assert "kedro run --pipelines=ingestion" in message or "There are: " in message or "Use 1 to 200" in message


def test_a_raw_file_that_is_gone_or_damaged_is_told_and_comes_with_the_next_fetch(single: Path, make: Make) -> None:
    project = make()
    step(project, "fetch")
    kept = sorted((project / "data" / "sample" / "01_raw" / "files").iterdir())
    kept[0].write_bytes(b"damaged")
    parameters = f"source=sample,delivery={NAME}"
    assert f"{kept[0]} is damaged" in said(project, "--tags", "intake", "--params", parameters)
    kept[0].unlink()
    message = said(project, "--tags", "intake", "--params", parameters)
    assert "a raw file is missing" in message
    assert f'--tags fetch --params "{parameters},source_url=data/00_sample"' in message
    for tag in ("fetch", "intake", "publish"):
        step(project, tag)
    assert_same(single, project)
    assert receipt(single, "ingestion_receipt") == receipt(project, "ingestion_receipt")


@pytest.mark.crash
def test_processes_that_meet_and_one_that_is_killed_leave_what_one_does(single: Path, make: Make) -> None:
    project = make()
    step(project, "fetch")
    processes = [_start(project, some) for some in ("Producao Comercio ExpSuco", "ExpSuco", "ExpSuco Producao")]
    lake = project / "data" / "sample" / "02_lake" / "observations"
    while not any(lake.rglob("part-0.parquet")) and processes[0].poll() is None:
        time.sleep(0.01)
    os.kill(processes[0].pid, signal.SIGKILL)
    processes[0].wait()
    assert [process.wait(timeout=300) for process in processes[1:]] == [0, 0]
    step(project, "intake", tables="Comercio")
    step(project, "publish")
    assert_same(single, project)
    assert receipt(single, "ingestion_receipt") == receipt(project, "ingestion_receipt")


def _start(project: Path, some: str) -> "subprocess.Popen[bytes]":
    parameters = f"source=sample,delivery={NAME},tables={some}"
    command = [sys.executable, "-m", "kedro", "run", "--pipelines=ingestion", "--tags=intake", "--params", parameters]
    with (project / f"{some}.log").open("wb") as log:
        return subprocess.Popen(command, cwd=project, env=clean_environment(), stdout=log, stderr=log)
