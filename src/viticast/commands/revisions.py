"""`kedro revisions`: what the source changed between two dates."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import click
import pandas as pd

from viticast.commands.plain import PlainErrors
from viticast.commands.project import open_lake
from viticast.contracts.columns import SOURCES
from viticast.lake.lake import Lake
from viticast.panel.crosswalk import settled
from viticast.panel.revisions import compare
from viticast.panel.snapshot import SnapshotError, resolve_snapshot

_COUNTED = {
    "value_changed": "changed",
    "mark_filled": "filled",
    "value_gone": "emptied",
    "row_new": "new rows",
    "row_gone": "gone rows",
    "label_renamed": "renamed",
}
_HEADINGS = {
    "value_changed": "Values that changed",
    "mark_filled": "Cells that had no value and have one",
    "value_gone": "Cells that had a value and have none",
    "row_new": "New rows",
    "row_gone": "Rows that are gone",
    "label_renamed": "Rows with another name",
}
_DATE = click.DateTime(["%Y-%m-%d"])


@dataclass(frozen=True)
class Report:
    """What changed between two dates.

    Attributes:
        source: Whose figures.
        earlier: The date before.
        later: The date after.
        snapshots: The vintages as of each date; no row of `earlier` where the lake begins later.
        revisions: As `panel.revisions.compare` gives them.
    """

    source: str
    earlier: date
    later: date
    snapshots: tuple[pd.DataFrame, pd.DataFrame]
    revisions: pd.DataFrame


@click.command(name="revisions", cls=PlainErrors)
@click.option("--from", "earlier", type=_DATE, required=True, help="The date before, YYYY-MM-DD.")
@click.option("--to", "later", type=_DATE, required=True, help="The date after, YYYY-MM-DD.")
@click.option("--source", type=click.Choice(SOURCES), help="Whose figures; the configured source without it.")
@click.option("--env", "-e", help="Configuration environment; local without it.")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True, help="Output."
)
def revisions(earlier: datetime, later: datetime, source: str | None, env: str | None, form: str) -> None:
    """Say what the source changed between two dates: values, marks, rows and names.

    Compares the vintages that each date sees, as `kedro run --params as_of=YYYY-MM-DD` takes them. Figures of years
    that the older vintage did not reach are news and no revisions.
    """
    if earlier > later:
        raise click.UsageError(f"--from {earlier:%Y-%m-%d} is after --to {later:%Y-%m-%d}: swap them")
    report = report_between(open_lake(source, env), earlier.date(), later.date(), env)
    click.echo({"table": report_text, "csv": report_csv, "json": report_json}[form](report))


def report_between(lake: Lake, earlier: date, later: date, env: str | None = None) -> Report:
    """Compares the vintages of a lake that two dates see.

    Args:
        lake: The lake.
        earlier: The date before.
        later: The date after.
        env: The environment that the lake was asked for in, for what is to be run where it is empty.

    Raises:
        SnapshotError: Nothing was published by the later date.
    """
    vintages = lake.table("vintages")
    after = _as_of(vintages, later)
    if after.empty:
        raise SnapshotError(_nothing(lake.source, vintages, later, env))
    before = _as_of(vintages, earlier)
    told = compare(_cells(lake, before), _cells(lake, after), settled(lake.crosswalk()))
    return Report(lake.source, earlier, later, (before, after), told)


def report_csv(report: Report) -> str:
    """One line for each table and each revision."""
    return str(report.revisions.to_csv(index=False)).rstrip("\n")


def report_json(report: Report) -> str:
    """A list of one object for each table and each revision."""
    return str(report.revisions.to_json(orient="records", force_ascii=False, indent=2))


def report_text(report: Report) -> str:
    """A table of counts, then each revision in a line."""
    found = report.revisions
    if (found["kind"] == "first_vintage").all():
        return f"{_title(report)}\n\nThe lake has no vintage published by {report.earlier}: nothing to compare with."
    kinds = [kind for kind in _HEADINGS if (found["kind"] == kind).any()]
    listed = [f"{_HEADINGS[kind]}\n" + "\n".join(_lines(found[found["kind"] == kind])) for kind in kinds]
    return "\n\n".join([_title(report), _counts(report), *(listed or ["Nothing was revised."])])


def _as_of(vintages: pd.DataFrame, day: date) -> pd.DataFrame:
    """The vintage of each table that the day sees, of those tables that have one."""
    seen = vintages[vintages["published_at"] <= pd.Timestamp(day)]
    return seen if seen.empty else resolve_snapshot(vintages, set(seen["table_name"]), day)


def _nothing(source: str, vintages: pd.DataFrame, day: date, env: str | None) -> str:
    if vintages.empty:
        run = f"kedro run{f' --env {env}' if env else ''} --params source={source}"
        return f"the lake of source '{source}' has no vintage. Ingest one first: {run}"
    first = vintages["published_at"].min().date()
    return (
        f"the lake of source '{source}' has no vintage published by {day}; its first is of {first}: take a later --to"
    )


def _cells(lake: Lake, snapshot: pd.DataFrame) -> pd.DataFrame:
    frames = [
        lake.table("observations", table_name=str(row.table_name), vintage_id=str(row.vintage_id))
        for row in snapshot.itertuples(index=False)
    ]
    return pd.concat(frames, ignore_index=True) if frames else lake.table("observations", vintage_id="none")


def _title(report: Report) -> str:
    return f"Revisions of '{report.source}' from {report.earlier} to {report.later}"


def _counts(report: Report) -> str:
    """One line for each table, then their sums."""
    found = report.revisions
    whole = found[found["kind"].isin(["compared", "first_vintage"])].set_index("table_name")
    counts = pd.crosstab(found["table_name"], found["kind"]).reindex(columns=list(_COUNTED), fill_value=0)
    frame = counts.rename(columns=_COUNTED)
    frame.insert(0, "cells", whole["cells"])
    frame.loc["all"] = frame.sum()
    published = [_published(snapshot).reindex(frame.index).fillna("-") for snapshot in report.snapshots]
    frame.insert(0, "before", published[0])
    frame.insert(1, "after", published[1])
    return str(frame.rename_axis(index=None, columns=None).to_string())


def _published(snapshot: pd.DataFrame) -> "pd.Series[str]":
    days: pd.Series[str] = snapshot.set_index("table_name")["published_at"].dt.strftime("%Y-%m-%d").astype("str")
    return days


def _lines(rows: pd.DataFrame) -> list[str]:
    return [f"  {_line(row)}" for row in rows.astype(object).where(rows.notna(), None).to_dict("records")]


def _line(row: dict[Hashable, Any]) -> str:
    is_total = row["row_kind"] == "total"
    parts = (row["table_name"], None if is_total else row["group_label"], row["item"])
    name = " > ".join(str(part) for part in parts if part is not None) + (" (published total)" if is_total else "")
    if row["kind"] == "label_renamed":
        return f"{name} (was: {row['old_item']})"
    if row["unit"] is None:
        return name
    was, now = (_figure(row[f"{side}_value"], row[f"{side}_mark"]) for side in ("old", "new"))
    return f"{name}, {row['year']}: {was} -> {now} {row['unit']}"


def _figure(value: float | None, mark: str | None) -> str:
    return f"[{mark}]" if value is None else f"{value:,.15g}"
