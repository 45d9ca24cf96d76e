"""Time and memory of ingesting 15 tables year by year from an API on loopback that takes 100 ms for each answer.

    python benchmarks/ingestion.py [FOLDER] [--tables N] [--delay SECONDS]

FOLDER holds Embrapa's CSV files of one vintage; by default the newest of ../shared/vitibrasil, else the sample.
The API runs in a process of its own. `kedro run --pipelines=ingestion` is timed as a user starts it, with start-up,
imports and MLflow in it, at the default concurrency; so is what public projects do, in the same run: one request after
the other, each on a connection of its own, without reading what came.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

ROOT = Path(__file__).resolve().parents[1]
FIRST_YEAR = 1970
YEARS = 54
CONTENT = ("conf", "src", "pyproject.toml")


def main() -> int:
    """Measures, and prints one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=newest_folder())
    parser.add_argument("--tables", type=int, default=15, help="how many tables are ingested")
    parser.add_argument("--delay", type=float, default=0.1, help="seconds that the API takes for each answer")
    given = parser.parse_args()
    print(json.dumps(measure(given.folder.resolve(), given.tables, given.delay)), flush=True)
    return 0


def newest_folder() -> Path:
    """The real figures where they are, else the sample."""
    real = sorted((ROOT.parent / "shared" / "vitibrasil").glob("*/Producao.csv"))
    sample = sorted((ROOT / "data" / "00_sample").glob("*/Producao.csv"))
    return (real or sample)[-1].parent


def measure(folder: Path, tables: int, delay: float) -> dict[str, Any]:
    """Seconds and peak memory of the run, seconds of the peer, and their ratio."""
    with served(folder, delay) as (url, secrets), tempfile.TemporaryDirectory() as scratch:
        project = make_project(Path(scratch), tables)
        run = ingest(project, url, secrets)
        peer = ask_one_by_one(project, url, secrets)
    return {
        "figures": "sample, SYNTHETIC" if "00_sample" in folder.parts else f"VitiBrasil {folder.name}",
        "viticast": run,
        "one_by_one": peer,
        "times_faster": round(peer["seconds"] / run["seconds"], 1),
    }


@contextmanager
def served(folder: Path, delay: float) -> Iterator[tuple[str, dict[str, str]]]:
    """An API in a process of its own: its address, and the variables of its credentials."""
    command = [sys.executable, "-m", "tests.connectors.serve", str(folder), "--delay", str(delay)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            if server.stdout is None:
                raise RuntimeError(command)
            url = server.stdout.readline().strip()
            yield url, _variables(server.stdout.readline())
        finally:
            server.terminate()


def make_project(scratch: Path, tables: int) -> Path:
    """A copy of the project without figures, whose API has so many tables, of the years up to the 54th."""
    project = scratch / "project"
    project.mkdir()
    for name in CONTENT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=shutil.ignore_patterns("__pycache__", "local"))
        else:
            shutil.copyfile(source, project / name)
    (project / "conf" / "local").mkdir()
    path = project / "conf" / "base" / "connections" / "api.yml"
    declared = yaml.safe_load(path.read_text(encoding="utf-8"))
    declared["tables"] = dict(list(declared["tables"].items())[:tables])
    declared["years"] = {**declared["years"], "last": FIRST_YEAR + YEARS - 1}
    path.write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    return project


def ingest(project: Path, url: str, secrets: dict[str, str]) -> dict[str, float]:
    """Runs ingestion as a user does: seconds from start to end, and the peak of its memory."""
    command = [
        sys.executable,
        "-m",
        "kedro",
        "run",
        "--pipelines=ingestion",
        "--params",
        f"source=api,source_url={url}",
    ]
    log = project / "run.log"
    started = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=project, env={**os.environ, **secrets}, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise RuntimeError(log.read_text(encoding="utf-8")[-2000:])
    return {"seconds": round(seconds, 1), "peak_mb": round(used.ru_maxrss / 1024)}


def ask_one_by_one(project: Path, url: str, secrets: dict[str, str]) -> dict[str, float]:
    """Asks for the same tables and years, one after the other."""
    declared = yaml.safe_load((project / "conf" / "base" / "connections" / "api.yml").read_text(encoding="utf-8"))
    options = yaml.safe_load((project / "conf" / "base" / "tables.yml").read_text(encoding="utf-8"))["tables"]
    login = {"username": secrets["VITICAST_USERNAME"], "password": secrets["VITICAST_PASSWORD"]}
    started = time.perf_counter()
    token = httpx.post(f"{url}/auth/login", json=login).raise_for_status().json()["access_token"]
    requests = 0
    for name, table in declared["tables"].items():
        for year in range(FIRST_YEAR, FIRST_YEAR + YEARS):
            query = {
                key: text.format(year=year, suboption=options[name].get("suboption"))
                for key, text in table["query"].items()
            }
            answer = httpx.get(url + table["path"], params=query, headers={"Authorization": f"Bearer {token}"})
            answer.raise_for_status().json()
            requests += 1
    return {"seconds": round(time.perf_counter() - started, 1), "requests": requests}


def _variables(line: str) -> dict[str, str]:
    """`NAME='value' NAME='value'` -> the variables."""
    return dict(part.split("=", 1) for part in shlex.split(line))


if __name__ == "__main__":
    sys.exit(main())
