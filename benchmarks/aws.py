"""Time and calls of the five pipelines with `--env aws`, against the embedded run, and with more and more old vintages.

    python benchmarks/aws.py [FOLDER] [--old N ...]

FOLDER holds folders of Embrapa's CSV files, one for each vintage; by default ../shared/vitibrasil, else the sample.
What is timed is the run of the newest vintage, as a user starts it, with start-up, imports and MLflow in it; a proxy
before the local AWS of the tests counts the calls to S3, Glue and Athena. Old vintages are copies of two tables with
one other figure and earlier dates. The local AWS answers and crawls at once: the times say what this program adds, not
how long Amazon takes. `make test-aws` sets it up.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.local_aws.account import AwsAccount  # noqa: E402
from tests.local_aws.process import LocalAwsServer, server_python  # noqa: E402
from tests.local_aws.proxy import Proxy  # noqa: E402
from tests.pipelines.project_runs import SMALL, keep_tables, make_project  # noqa: E402

OLD = (0, 5, 20)
OLD_TABLES = ("ImpSuco", "ExpUva")
"""Countries only: a changed figure breaks no total."""
LISTING = {("s3", "ListObjectsV2"), ("glue", "GetPartitions")}
"""What may grow: a page more for each thousand partitions."""
LOOKING = {("glue", "GetCrawler"), ("athena", "GetQueryExecution")}
"""How often is looked whether something is done is a matter of seconds."""


@dataclass(frozen=True)
class Figures:
    """What is ingested.

    Attributes:
        source: embrapa or sample.
        before: Folder of the vintage before the newest.
        newest: Folder of the newest vintage.
    """

    source: str
    before: Path
    newest: Path

    @property
    def title(self) -> str:
        """What the numbers are of."""
        return "sample, SYNTHETIC" if self.source == "sample" else f"VitiBrasil {self.newest.name}"


@dataclass(frozen=True)
class Measured:
    """A run.

    Attributes:
        seconds: From start to end.
        cpu_seconds: Of the processor, in the run's own process: whatever else the machine does, it takes as many.
        calls: (service, action) -> how often.
    """

    seconds: float
    cpu_seconds: float
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)

    def times(self) -> dict[str, float]:
        """Both times, for people."""
        return {"seconds": round(self.seconds, 1), "cpu_seconds": round(self.cpu_seconds, 1)}

    def by_service(self) -> dict[str, dict[str, int]]:
        """Service -> action -> how often."""
        services = sorted({service for service, _ in self.calls})
        return {
            service: {action: count for (of, action), count in sorted(self.calls.items()) if of == service}
            for service in services
        }


def main() -> int:
    """Measures, and prints a line of JSON for the run, and one for each number of old vintages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=None, help="folder of folders of CSV files")
    parser.add_argument("--old", nargs="+", type=int, default=list(OLD), help="how many old vintages are in the lake")
    given = parser.parse_args()
    python = server_python()
    if python is None:
        print("NOTHING WAS MEASURED: the local AWS is not set up; run make test-aws once")
        return 2
    figures = find_figures(given.folder)
    print(json.dumps(compare(figures, measure_embedded(figures), measure(python, figures, 0))), flush=True)
    first: Measured | None = None
    for number in given.old:
        # A small backtest, so that a second more is seen.
        found = measure(python, figures, number, small=True)
        first = first or found
        print(json.dumps(describe(number, first, found)), flush=True)
    return 0


def find_figures(folder: Path | None) -> Figures:
    """The two newest vintages of a folder, of the real figures where they are, else of the sample."""
    real, sample = ROOT.parent / "shared" / "vitibrasil", ROOT / "data" / "00_sample"
    chosen = folder.resolve() if folder else real if real.is_dir() else sample
    before, newest = sorted(path.parent for path in chosen.glob("*/Producao.csv"))[-2:]
    return Figures("sample" if chosen == sample else "embrapa", before, newest)


def compare(figures: Figures, embedded: Measured, found: Measured) -> dict[str, Any]:
    """The line of the run against the embedded one."""
    return {
        "figures": figures.title,
        "embedded": embedded.times(),
        "aws": found.times(),
        "times_embedded": round(found.seconds / embedded.seconds, 2),
        "times_embedded_cpu": round(found.cpu_seconds / embedded.cpu_seconds, 2),
        "calls": found.by_service(),
    }


def describe(number: int, first: Measured, found: Measured) -> dict[str, Any]:
    """The line of a run with so many old vintages."""
    return {
        "old_vintages": number,
        **found.times(),
        "calls": {service: sum(actions.values()) for service, actions in found.by_service().items()},
        "more_calls_than_at_first": {
            f"{service}:{action}": more for (service, action), more in sorted(growth(first, found).items())
        },
    }


def growth(first: Measured, found: Measured) -> dict[tuple[str, str], int]:
    """How many calls more than in the first run, by service and action; what is only waiting is left out."""
    names = (set(first.calls) | set(found.calls)) - LOOKING
    return {name: more for name in names if (more := found.calls[name] - first.calls[name])}


def measure(
    python: Path, figures: Figures, number: int, *, small: bool = False, tables: Sequence[str] = ()
) -> Measured:
    """Lands so many old vintages and the one before the newest, then runs the five pipelines on the newest.

    Args:
        python: Interpreter of the local AWS.
        figures: What is ingested.
        number: Of old vintages.
        small: True for a small backtest.
        tables: Of the sample, the only ones that count; all without them.
    """
    with tempfile.TemporaryDirectory() as scratch, account(python, Path(scratch)) as (there, proxy):
        folder = project(Path(scratch) / "project", small=small)
        if tables:
            keep_tables(folder, tables)
        past = land_before(Path(scratch) / "past", figures, number)
        on_aws = {**there.environment, **variables(there, folder)}
        # The copies have two tables only.
        run(folder, figures.source, past, on_aws, "--pipelines=ingestion,cataloging", allow_partial="true")
        proxy.clear()
        found = timed(lambda: run(folder, figures.source, figures.newest, on_aws))
        return replace(found, calls=proxy.counts())


def measure_embedded(figures: Figures) -> Measured:
    """The same run of the newest vintage on this machine's own files, after the same preparation."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = project(Path(scratch) / "project", small=False)
        run(folder, figures.source, figures.before, {}, "--pipelines=ingestion,cataloging")
        return timed(lambda: run(folder, figures.source, figures.newest, {}))


def project(folder: Path, *, small: bool) -> Path:
    """A copy of the project without anything in its lake."""
    made = make_project(folder, ROOT)
    # With --env aws nothing of conf/local counts.
    (made / "conf" / "local" / "parameters_modeling.yml").unlink()
    if small:
        (made / "conf" / "base" / "parameters_modeling.yml").write_text(SMALL, encoding="utf-8")
    return made


def variables(there: AwsAccount, folder: Path) -> dict[str, str]:
    """What a user exports."""
    return {
        "VITICAST_AWS_BUCKET": there.bucket,
        "VITICAST_AWS_ROLE": "arn:aws:iam::000000000000:role/viticast-crawler",
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
    }


def timed(run: Callable[[], None]) -> Measured:
    """How long a run takes that is a process of its own."""
    before, started = os.times(), time.perf_counter()
    run()
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(time.perf_counter() - started, used)


@contextmanager
def account(python: Path, folder: Path) -> Iterator[tuple[AwsAccount, Proxy]]:
    """A local AWS with one bucket, behind a proxy that counts."""
    with LocalAwsServer(python, folder / "aws") as server, Proxy(server.port) as proxy:
        there = AwsAccount(server, proxy.endpoint)
        there.client("s3").create_bucket(Bucket=there.bucket)
        yield there, proxy


def land_before(folder: Path, figures: Figures, number: int) -> Path:
    """A folder of the vintage before the newest, and of copies of it under earlier months, a figure changed in each."""
    (folder / figures.before.name).mkdir(parents=True)
    for path in figures.before.glob("*.csv"):
        (folder / figures.before.name / path.name).write_bytes(path.read_bytes())
    for step, month in enumerate(months_before(figures.before.name, number), start=1):
        (folder / month).mkdir()
        for table in OLD_TABLES:
            content = (figures.before / f"{table}.csv").read_text(encoding="utf-8")
            (folder / month / f"{table}.csv").write_text(with_another_figure(content, step), encoding="utf-8")
    return folder


def months_before(name: str, number: int) -> list[str]:
    """So many months before `2024-04`, the last one first."""
    year, month = map(int, name.split("-")[:2])
    counted = [12 * year + month - 1 - step for step in range(1, number + 1)]
    return [f"{months // 12}-{months % 12 + 1:02d}" for months in counted]


def with_another_figure(content: str, by: int) -> str:
    """The text of a table with the last figure of its first row of more than 1000 raised by so much."""
    lines = content.split("\n")
    delimiter = ";" if ";" in lines[0] else "\t"
    for number, line in enumerate(lines[1:], start=1):
        cells = line.rstrip("\r").split(delimiter)
        if cells[-1].isdigit() and int(cells[-1]) > 1000:
            lines[number] = delimiter.join([*cells[:-1], str(int(cells[-1]) + by)])
            return "\n".join(lines)
    raise ValueError("no row has a last figure of more than 1000")


def run(folder: Path, source: str, url: Path, on_aws: dict[str, str], *more: str, **parameters: str) -> None:
    """`kedro run`, with `--env aws` if there are variables for it.

    Raises:
        RuntimeError: It failed; the message has the end of its log.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "VITICAST_"))}
    given = {"source": source, "source_url": str(url), **parameters}
    command = [sys.executable, "-m", "kedro", "run", *more, *(["--env", "aws"] if on_aws else [])]
    command += ["--params", ",".join(f"{name}={value}" for name, value in given.items())]
    done = subprocess.run(
        command, cwd=folder, env={**environment, **on_aws}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr)[-2000:])


if __name__ == "__main__":
    sys.exit(main())
