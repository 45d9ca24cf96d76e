"""Vintages loaded in some order into projects of their own, and what the lake then says."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import yaml
from tests.pipelines.project_runs import make_project, run

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.lake import Lake
from viticast.panel.crosswalk import KEYS, settled

TO_THE_PANEL = ["ingestion", "cataloging", "feature"]
OF_A_SNAPSHOT = ("snapshots", "corrections_applied", "series", "panel", "ledger", "revisions")
OF_THE_CLOCK = ["fetched_at"]


class Project:
    """A project that ingests folders one after the other.

    Args:
        folder: Where it is made.
        root: The project to copy the configuration from.
        source: sample or embrapa.
    """

    def __init__(self, folder: Path, root: Path, source: str = "sample") -> None:
        self.folder = make_project(folder, root)
        self.source = source

    def ingest(self, *folders: Path) -> None:
        """Loads each folder in a run of its own, up to the panel."""
        for folder in folders:
            run(self.folder, pipelines=TO_THE_PANEL, source=self.source, source_url=str(folder))

    def look_back(self, as_of: str) -> None:
        """Builds the panel as of a date."""
        run(self.folder, pipelines=["feature"], source=self.source, as_of=as_of)

    def table(self, name: str, **where: str) -> pd.DataFrame:
        """Rows of a table in an order of their own, without what the clock says."""
        frame = self.lake.table(name, **where)
        frame = frame.drop(columns=[column for column in OF_THE_CLOCK if column in frame])
        return frame.sort_values(list(frame.columns), ignore_index=True)

    def crosswalk(self) -> pd.DataFrame:
        """Label -> series, without when a label came in."""
        frame = settled(self.lake.crosswalk())[[*KEYS, "series_id", "item_kind"]]
        return frame.sort_values(KEYS, ignore_index=True)

    @property
    def lake(self) -> Lake:
        """All that the project has of its source."""
        data = self.folder / "data" / self.source
        return Lake(self.source, str(data / "02_lake"), str(data / "01_raw"), str(data / "03_primary"))

    @property
    def snapshot_id(self) -> str:
        """The current snapshot."""
        receipt = self.folder / "data" / self.source / "02_lake" / "feature_receipt.json"
        return str(yaml.safe_load(receipt.read_text(encoding="utf-8"))["snapshot_id"])

    def leaf(self, series_id: str, year: int) -> float:
        """A value of the current panel."""
        panel = self.table("panel", snapshot_id=self.snapshot_id).set_index(["series_id", "year"])["value"]
        return float(panel[series_id, year])


def assert_same_lake(one: Project, other: Project, tables: Iterable[str] = LAKE_TABLES) -> None:
    """Fails where a table differs in more than the times of fetching."""
    for name in tables:
        pd.testing.assert_frame_equal(one.table(name), other.table(name), rtol=1e-9, obj=name)
    pd.testing.assert_frame_equal(one.crosswalk(), other.crosswalk())


def later_vintage(vintage: Path, folder: Path, table: str, replacements: dict[str, str]) -> Path:
    """A copy of a vintage under a later month, with lines of one table replaced, each of them there once."""
    shutil.copytree(vintage, folder)
    path = folder / f"{table}.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    for was, becomes in replacements.items():
        assert lines.count(was) == 1, was[:60]
        lines[lines.index(was)] = becomes
    path.write_text("\n".join(lines), encoding="utf-8")
    return folder


def rotated_back(vintage: Path) -> dict[str, str]:
    """Producao's lines of VINHO DE MESA with the figures of 2017 where the declared correction puts them."""
    lines = (vintage / "Producao.csv").read_text(encoding="utf-8").split("\n")
    delimiter = ";" if ";" in lines[0] else "\t"
    column = lines[0].split(delimiter).index("2017")
    start = next(number for number, line in enumerate(lines) if "VINHO DE MESA" in line)
    rows = {line.split(delimiter)[2].strip(): line for line in lines[start + 1 : start + 4]}
    taken = {"Tinto": "Branco", "Branco": "Rosado", "Rosado": "Tinto"}
    out = {}
    for item, line in rows.items():
        fields = line.split(delimiter)
        fields[column] = rows[taken[item]].split(delimiter)[column]
        out[line] = delimiter.join(fields)
    return out
