"""What goes wrong with the services of a run: a fault ends in a named error, shows nothing, and the next run mends it.

The first run lands a vintage and makes a panel. The second has a vintage more and meets the fault. Athena must then
show what it showed before; and the run after that must make what a run makes that nothing disturbed.
"""

import contextlib
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest
from tests.integration.aws.aws_project import FEW, ROOT, AwsProject, Ended, assert_equal, ended
from tests.local_aws.account import AwsAccount
from tests.local_aws.calls import Call
from tests.local_aws.faults import DENIED, EXPIRED, THROTTLED, CutUpload, Fault, Interruption
from tests.local_aws.fixtures import empty_account, leading_to
from tests.local_aws.process import LocalAwsServer
from tests.local_aws.proxy import Proxy

pytestmark = pytest.mark.aws

TO_THE_PANEL = "ingestion,cataloging,feature"
SAMPLE = ROOT / "data" / "00_sample"
EARLIER, ALL = "2024-04", ""
ATTEMPTS = 5
"""Of botocore for one call; nothing may multiply them."""
HASTE = {
    " timeout_seconds: 600": " timeout_seconds: 15\n  poll_seconds: 0.05",
    "crawl_timeout_seconds: 1800": "crawl_timeout_seconds: 4",
}
"""Bounds of queries and crawls that a test can wait for, and no pauses."""

Prepare = Callable[[LocalAwsServer, Proxy], object]


@dataclass(frozen=True)
class Case:
    """Something that goes wrong.

    Attributes:
        name: Of the test.
        error: What the run ends with; nothing if it goes well all the same.
        says: What the message has, each of it.
        prepare: Lets it go wrong.
        environment: Variables that are wrong.
        most: (service, action) -> the most calls of it.
        is_crawled: True if a crawl was begun by then: it goes on without the run, and shows whole vintages.
    """

    name: str
    error: str
    says: tuple[str, ...]
    prepare: Prepare = lambda *_: None
    environment: dict[str, str] = field(default_factory=dict)
    most: dict[tuple[str, str], int] = field(default_factory=dict)
    is_crawled: bool = False


def strike(fault: Fault, service: str, action: str = "", *, nth: int = 1, times: int | None = None) -> Prepare:
    return lambda _, proxy: proxy.fail(fault, service, action, nth=nth, times=times)


def let(what: str, outcome: str, message: str = "", **more: object) -> Prepare:
    return lambda server, _: server.let(what, outcome, message, **more)


CASES = [
    Case(
        "no bucket",
        "BucketMissingError",
        ("no-such-bucket", "VITICAST_AWS_BUCKET"),
        environment={"VITICAST_AWS_BUCKET": "no-such-bucket"},
    ),
    Case("s3 denied", "AccessDeniedError", ("s3:PutObject",), strike(DENIED, "s3", "PutObject")),
    Case("glue denied", "AccessDeniedError", ("glue:StartCrawler",), strike(DENIED, "glue", "StartCrawler")),
    Case(
        "athena denied",
        "AccessDeniedError",
        ("athena:StartQueryExecution",),
        strike(DENIED, "athena", "StartQueryExecution"),
    ),
    Case("s3 throttled for a while", "", (), strike(THROTTLED, "s3", "PutObject", nth=5, times=2)),
    Case("glue throttled for a while", "", (), strike(THROTTLED, "glue", "GetCrawler", times=2)),
    Case("athena throttled for a while", "", (), strike(THROTTLED, "athena", "StartQueryExecution", times=2)),
    Case("s3 throttled", "ThrottledError", ("PutObject",), strike(THROTTLED, "s3", "PutObject")),
    Case(
        "glue throttled",
        "ThrottledError",
        ("StartCrawler",),
        strike(THROTTLED, "glue", "StartCrawler"),
        most={("glue", "StartCrawler"): ATTEMPTS},
    ),
    Case(
        "athena throttled",
        "ThrottledError",
        ("StartQueryExecution",),
        strike(THROTTLED, "athena", "StartQueryExecution"),
        most={("athena", "StartQueryExecution"): ATTEMPTS},
    ),
    Case("crawl failed", "CrawlFailedError", ("no room left",), let("crawl", "fails", "no room left", times=None)),
    Case("crawl cancelled", "CrawlCancelledError", ("-sample",), let("crawl", "is cancelled", times=None)),
    Case("crawl never ends", "CrawlTimeoutError", ("4 seconds",), let("crawl", "never ends", times=None)),
    Case(
        "query failed",
        "QueryFailedError",
        ("out of memory",),
        let("query", "fails", "EXCEEDED_MEMORY: out of memory", containing="measure", times=None),
        is_crawled=True,
    ),
    Case(
        "query cancelled",
        "QueryCancelledError",
        ("query",),
        let("query", "is cancelled", "by somebody", containing="measure", times=None),
        is_crawled=True,
    ),
    Case(
        "query never ends",
        "QueryTimeoutError",
        ("15 seconds",),
        let("query", "never ends", containing="measure", times=None),
        is_crawled=True,
    ),
    Case("upload cut once", "", (), strike(CutUpload(1_000), "s3", "PutObject", nth=2, times=1)),
    Case(
        "uploads cut",
        "UnreachableError",
        ("could not write", "Run again"),
        strike(CutUpload(1_000), "s3", "PutObject", nth=2),
    ),
    Case("credentials expire while writing", "CredentialsError", ("ExpiredToken",), strike(EXPIRED, "s3", nth=40)),
    Case(
        "credentials expire while crawling",
        "CredentialsError",
        ("ExpiredToken",),
        strike(EXPIRED, "glue", "GetCrawler", nth=2),
        is_crawled=True,
    ),
    Case(
        "credentials expire while a query runs",
        "CredentialsError",
        ("ExpiredToken",),
        strike(EXPIRED, "athena", "GetQueryExecution"),
    ),
]

KILLS = {
    "before an object is written": ("s3", "PutObject", 3, False),
    "after an object was written": ("s3", "PutObject", 3, True),
    "between two tables": ("s3", "PutObject", 9, True),
    "before the crawl": ("glue", "StartCrawler", 1, False),
    "while it crawls": ("glue", "GetCrawler", 2, True),
    "while a query runs": ("athena", "GetQueryExecution", 2, True),
}


@pytest.fixture(scope="module")
def world(
    aws_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LocalAwsServer, Proxy, AwsAccount]]:
    """One local AWS for all cases; each has a prefix, a database and a crawler of its own."""
    with (
        LocalAwsServer(aws_python, tmp_path_factory.mktemp("faulty_aws")) as server,
        Proxy(server.port) as proxy,
    ):
        account = empty_account(server, proxy)
        with leading_to(account):
            yield server, proxy, account


def make(folder: Path, account: AwsAccount, prefix: str) -> AwsProject:
    project = AwsProject(folder, account, FEW, prefix=prefix)
    catalog = project.folder / "conf" / "aws" / "catalog.yml"
    text = catalog.read_text(encoding="utf-8")
    for usual, hasty in HASTE.items():
        assert text.count(usual) == 1
        text = text.replace(usual, hasty)
    catalog.write_text(text, encoding="utf-8")
    return project


def land(project: AwsProject, vintage: str = ALL) -> Ended:
    return project.run("sample", SAMPLE / vintage, TO_THE_PANEL)


@pytest.fixture(scope="module")
def undisturbed(
    world: tuple[LocalAwsServer, Proxy, AwsAccount], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, pd.DataFrame | None]:
    """What Athena shows after two runs that nothing disturbed."""
    project = make(tmp_path_factory.mktemp("undisturbed") / "project", world[2], "undisturbed")
    for vintage in (EARLIER, ALL):
        done = land(project, vintage)
        assert done.status == 0, done.output[-3000:]
    return project.shown("sample")


@pytest.fixture(scope="module")
def base(world: tuple[LocalAwsServer, Proxy, AwsAccount], tmp_path_factory: pytest.TempPathFactory) -> AwsProject:
    """A project whose lake has the earlier vintage."""
    project = make(tmp_path_factory.mktemp("base") / "project", world[2], "base")
    done = land(project, EARLIER)
    assert done.status == 0, done.output[-3000:]
    return project


@pytest.fixture
def begun(
    world: tuple[LocalAwsServer, Proxy, AwsAccount], base: AwsProject, tmp_path: Path
) -> tuple[AwsProject, dict[str, pd.DataFrame | None]]:
    """Another project with the same lake, under a prefix and in a database of its own, and what Athena shows of it."""
    _, _, account = world
    project = make(tmp_path / "project", account, f"case{uuid.uuid4().hex[:12]}")
    project.take_over(base, "sample")
    # Making a store of its own takes longer than all that a case does.
    project.overrides["MLFLOW_TRACKING_URI"] = base.environment["MLFLOW_TRACKING_URI"]
    return project, project.shown("sample")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_a_fault_is_named_shows_nothing_and_is_mended(
    case: Case,
    world: tuple[LocalAwsServer, Proxy, AwsAccount],
    begun: tuple[AwsProject, dict[str, pd.DataFrame | None]],
    undisturbed: dict[str, pd.DataFrame | None],
) -> None:
    server, proxy, _ = world
    project, before = begun
    proxy.clear()
    case.prepare(server, proxy)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in case.environment.items():
            patch.setitem(project.overrides, name, value)
        done = land(project)
    counts = proxy.counts()
    recover(project, server, proxy)
    if case.error:
        assert done.status == 1, done.output[-3000:]
        assert case.error in done.error, done.output[-3000:]
        assert all(text in done.error for text in case.says), done.error
        if not case.is_crawled:
            assert_equal(before, project.shown("sample"))
        done = land(project)
    assert done.status == 0, done.output[-3000:]
    assert_equal(undisturbed, project.shown("sample"))
    assert {call: counts[call] for call, most in case.most.items() if counts[call] > most} == {}


def recover(project: AwsProject, server: LocalAwsServer, proxy: Proxy) -> None:
    """Everything goes well again; a crawl that would never end is stopped, as its message says."""
    proxy.clear()
    server.forget()
    glue, name = project.account.client("glue"), f"{project.prefix}-sample"
    if name not in [crawler["Name"] for crawler in glue.get_crawlers()["Crawlers"]]:
        return
    if glue.get_crawler(Name=name)["Crawler"]["State"] == "RUNNING":
        with contextlib.suppress(glue.exceptions.CrawlerNotRunningException):
            glue.stop_crawler(Name=name)
    while glue.get_crawler(Name=name)["Crawler"]["State"] != "READY":
        time.sleep(0.1)


def test_a_crawl_that_runs_already_is_joined(
    world: tuple[LocalAwsServer, Proxy, AwsAccount],
    begun: tuple[AwsProject, dict[str, pd.DataFrame | None]],
    undisturbed: dict[str, pd.DataFrame | None],
) -> None:
    server, proxy, account = world
    project, _ = begun
    made = project.run("sample", SAMPLE / EARLIER, "cataloging")
    assert made.status == 0, made.output[-3000:]
    server.let("crawl", "never ends", times=1)
    glue, crawler = account.client("glue"), f"{project.prefix}-sample"
    glue.start_crawler(Name=crawler)
    catalog = project.folder / "conf" / "aws" / "catalog.yml"
    catalog.write_text(catalog.read_text().replace("crawl_timeout_seconds: 4", "crawl_timeout_seconds: 60"))
    proxy.clear()
    running = project.start("sample", SAMPLE, TO_THE_PANEL)
    while proxy.count("glue", "GetCrawler") < 2 and running.poll() is None:
        time.sleep(0.05)
    glue.stop_crawler(Name=crawler)
    done = ended(running)
    assert done.status == 0, done.output[-3000:]
    assert "waiting for the crawl of another run" in done.output
    assert_equal(undisturbed, project.shown("sample"))


@pytest.mark.parametrize("moment", KILLS, ids=lambda name: name.replace(" ", "-"))
def test_after_a_kill_nothing_shows_and_the_next_run_completes(
    moment: str,
    world: tuple[LocalAwsServer, Proxy, AwsAccount],
    begun: tuple[AwsProject, dict[str, pd.DataFrame | None]],
    undisturbed: dict[str, pd.DataFrame | None],
) -> None:
    server, proxy, _ = world
    project, before = begun
    service, action, nth, carried_out = KILLS[moment]
    proxy.clear()
    if moment == "while it crawls":
        server.let("crawl", "succeeds", seconds=1.0, times=1)
    running: list[subprocess.Popen[str]] = []

    def kill(_: Call) -> None:
        os.killpg(running[0].pid, signal.SIGKILL)

    proxy.fail(Interruption(kill, carried_out=carried_out), service, action, nth=nth)
    running.append(project.start("sample", SAMPLE, TO_THE_PANEL))
    killed: Ended = ended(running[0])
    assert killed.status == -signal.SIGKILL, killed.output[-3000:]
    shown = project.shown("sample")
    if moment not in {"while it crawls", "while a query runs"}:
        # A crawl that was begun goes on without the run; what it shows is whole.
        assert_equal(before, shown)
    recover(project, server, proxy)
    done = land(project)
    assert done.status == 0, done.output[-3000:]
    assert_equal(undisturbed, project.shown("sample"))
