"""Whole runs on a connector, each in a throw-away project: what they end with, say, log and leave."""

import logging
import shlex
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner
from kedro.framework.startup import bootstrap_project
from tests.connectors.figures import ROOT
from tests.pipelines.project_runs import keep_tables, make_project

from viticast.cli import cli
from viticast.lake.lake import Lake

TO_THE_PANEL = "ingestion,cataloging,feature"
FEW = ("ProcessaMesa", "ImpSuco")
"""Groups with every mark, and countries with two measures."""


@dataclass(frozen=True)
class Ended:
    """A command that has ended.

    Attributes:
        status: Exit status.
        output: What it printed, on either stream.
        records: What was logged meanwhile, as a formatter writes it.
        chain: Every error that led to its end, with its traceback; "" where there was none.
    """

    status: int
    output: str
    records: str
    chain: str

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """All that somebody could have read, each under its name."""
        return (("output", self.output), ("log", self.records), ("errors", self.chain))

    @property
    def everything(self) -> str:
        """All of that."""
        return "\n".join(text for _, text in self.texts)


class Project:
    """A project that asks sources.

    Args:
        folder: Where it is made.
        tables: Those that it knows; all without them.
        declarations: Whose aliases, corrections and expectations hold.
        is_heard: True to collect what is logged from DEBUG on; it takes time.
    """

    def __init__(
        self, folder: Path, tables: Sequence[str] = (), declarations: str = "sample", *, is_heard: bool = False
    ) -> None:
        self.folder = make_project(folder, ROOT)
        self.is_heard = is_heard
        own = dict.fromkeys(("sample", "embrapa", "api", "database"), declarations)
        with (self.folder / "conf" / "local" / "globals.yml").open("a") as file:
            file.write(yaml.safe_dump({"declarations": own}))
        if tables:
            keep_tables(self.folder, tables)

    def connection(self, name: str, mapping: Mapping[str, Any]) -> str:
        """Writes a connection file; gives the parameter that names it."""
        file = self.folder / "conf" / "local" / f"{name}.yml"
        file.write_text(yaml.safe_dump(dict(mapping), allow_unicode=True), encoding="utf-8")
        return f"connection={file}"

    def run(self, source: str, url: str, *more: str, pipelines: str = TO_THE_PANEL) -> Ended:
        """`kedro run` on a source, up to the panel."""
        given = [f"source={source}", f"source_url={url}", *more]
        return self.command("run", f"--pipelines={pipelines}", "--params", ",".join(given))

    def command(self, *arguments: str) -> Ended:
        """Any command of the project."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            metadata = bootstrap_project(self.folder)
            lowest = logging.DEBUG if self.is_heard else logging.INFO
            with _listening(lowest) as records, warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                ended = CliRunner().invoke(cli, list(arguments), obj=metadata)
        chain = "".join(traceback.format_exception(*ended.exc_info)) if ended.exc_info else ""
        told = "\n".join([*records, *(str(warning.message) for warning in warned)])
        return Ended(ended.exit_code, ended.output, told, chain)

    def typed(self, line: str) -> Ended:
        """A command as a message tells a user to type it: `kedro run …`."""
        return self.command(*shlex.split(line)[1:])

    def lake(self, source: str) -> Lake:
        """All that the project has of a source."""
        data = self.folder / "data" / source
        return Lake(source, str(data / "02_lake"), str(data / "01_raw"), str(data / "03_primary"))

    def receipt(self, source: str, pipeline: str = "ingestion") -> dict[str, Any]:
        """What a pipeline says that it made."""
        path = self.folder / "data" / source / "02_lake" / f"{pipeline}_receipt.json"
        return dict(yaml.safe_load(path.read_text(encoding="utf-8")))

    def panel(self, source: str) -> pd.DataFrame:
        """The current panel, without whose it is."""
        snapshot_id = str(self.receipt(source, "feature")["snapshot_id"])
        frame = self.lake(source).table("panel", snapshot_id=snapshot_id)
        columns = ["series_id", "year", "value", "mark", "correction_id"]
        return frame[columns].sort_values(["series_id", "year"], ignore_index=True)

    def findings(self, source: str, rule: str) -> pd.DataFrame:
        """Findings of a rule."""
        found = self.lake(source).table("findings")
        return found[found["rule"] == rule].sort_values("table_name", ignore_index=True)

    def partitions(self, source: str, table: str) -> set[str]:
        """Folders of a table of the lake."""
        folder = self.folder / "data" / source / "02_lake" / table
        return {path.parent.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")}


@contextmanager
def _listening(lowest: int) -> Iterator[list[str]]:
    """Collects what is logged; every logger is set to DEBUG where that is wanted."""
    kept: list[str] = []
    formatter = logging.Formatter("%(name)s %(levelname)s %(message)s")

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(formatter.format(record))

    handler, root = Handler(lowest), logging.getLogger()
    known = [root, *(logging.getLogger(name) for name in list(logging.root.manager.loggerDict))]
    levels = {logger: logger.level for logger in known if logger is root or logger.level}
    consoles = {console: console.level for console in root.handlers}
    for console in consoles:
        console.setLevel(logging.CRITICAL)
    for logger in levels if lowest == logging.DEBUG else ():
        logger.setLevel(lowest)
    root.addHandler(handler)
    try:
        yield kept
    finally:
        root.removeHandler(handler)
        for logger, level in [*levels.items(), *consoles.items()]:
            logger.setLevel(level)
