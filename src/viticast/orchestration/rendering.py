"""Writes the DAGs with kedro-airflow and the project's own template, and finds those that are stale."""

import json
from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import click
from kedro_airflow.plugin import create

from viticast.orchestration.plan import WHOLE, Given
from viticast.orchestration.settings import AirflowSettings
from viticast.pipeline_registry import PIPELINES

TEMPLATE = Path(__file__).with_name("dag.py.j2")
DAGS, POOLS = "dags", "pools.json"
GENERATED = "viticast*_dag.py"


def render(ctx: click.Context, given: Given) -> dict[str, str]:
    """The generated files.

    Args:
        ctx: Of a command of the project: kedro-airflow's own runs in it.
        given: What the template is given.

    Returns:
        Path below the folder of deployment -> content.
    """
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        ctx.invoke(
            create,
            pipeline_names=[WHOLE, *PIPELINES],
            # kedro-airflow puts the name of any other one into the files' names; where a task runs, its worker decides
            env="local",
            target_path=folder,
            jinja_file=str(TEMPLATE),
            node_grouping="namespace",
            tags=[],
            params={"given": given},
            conf_source=None,
            convert_all=False,
        )
        dags = {f"{DAGS}/{path.name}": path.read_text(encoding="utf-8") for path in Path(folder).glob("*.py")}
    return dict(sorted(dags.items())) | {POOLS: pools_json(given.settings)}


def pools_json(settings: AirflowSettings) -> str:
    """What `airflow pools import` reads."""
    pools = {
        name: {"slots": pool.slots, "description": pool.description, "include_deferred": False}
        for name, pool in sorted(settings.pools.items())
    }
    return json.dumps(pools, indent=2, ensure_ascii=False) + "\n"


def stale(folder: Path, files: Mapping[str, str]) -> list[str]:
    """What in a folder differs from the files that would be written: missing, changed, or written for another pipeline.

    Args:
        folder: Of deployment.
        files: Path below it -> content.
    """
    different = [f"{name} ({how})" for name, content in files.items() if (how := _difference(folder / name, content))]
    return different + [f"{path.relative_to(folder).as_posix()} (of no pipeline)" for path in _surplus(folder, files)]


def write(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Writes what differs, each file at once, and deletes what is of no pipeline; gives the names of both.

    Args:
        folder: Of deployment.
        files: Path below it -> content.
    """
    changed = stale(folder, files)
    for name, content in files.items():
        if _difference(folder / name, content):
            _replace(folder / name, content)
    for path in _surplus(folder, files):
        path.unlink()
    return changed


def _difference(path: Path, content: str) -> str | None:
    if not path.is_file():
        return "missing"
    return None if path.read_bytes() == content.encode() else "changed"


def _surplus(folder: Path, files: Mapping[str, str]) -> list[Path]:
    return sorted(path for path in (folder / DAGS).glob(GENERATED) if path.relative_to(folder).as_posix() not in files)


def _replace(path: Path, content: str) -> None:
    """An Airflow that looks at the folder sees the old file or the new one, never a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # no .py at its end, so that Airflow passes it over
    beside = path.with_name(f"{path.name}.tmp-{uuid4().hex}")
    beside.write_bytes(content.encode())
    beside.replace(path)
