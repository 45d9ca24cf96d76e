"""Compares the ledger of a run with that of the run before: what was there and is gone stops the run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator

from viticast.panel.ledger import LedgerError, count_past

Share = Annotated[float, Field(ge=0, le=1)]
_KEY = ["table_name", "unit", "stage"]
COMPARED = ("snapshot", "corrected", "panel")
"""Stages that both ledgers have; what ingestion wrote is what the query gave, or a run ends before."""


class LedgerBounds(BaseModel):
    """How much of a table may be gone since the ledger before, at each stage.

    Attributes:
        rows_share: Share of the rows, or of the series in the panel.
        known_share: Share of the figures of past years.
        total_share: Share of their sum.
        accept: Tables whose losses are meant.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    # measured from 2024-04 to 2025-04: no table has fewer rows or past figures
    rows_share: Share = 0.02
    known_share: Share = 0.01
    # one corrected figure moves the sum of a small table: 0.082 of ImpSuco in the sample
    total_share: Share = 0.2
    accept: tuple[str, ...] = ()

    @field_validator("accept", mode="before")
    @classmethod
    def names(cls, value: Any) -> Any:  # noqa: ANN401 - whatever was given
        """`--params` gives one text, with blanks between the names."""
        return tuple(value.split()) if isinstance(value, str) else value


@dataclass(frozen=True)
class Loss:
    """Something of which there is less than before.

    Attributes:
        table_name: File stem of the table.
        unit: Of its figures.
        stage: Where it was counted.
        what: rows, known or total.
        before: How much there was, of the years that the older ledger reaches.
        now: How much there is.
        bound: Which share may be gone.
    """

    table_name: str
    unit: str
    stage: str
    what: str
    before: float
    now: float
    bound: float

    @property
    def share(self) -> float:
        """Which share is gone; nothing is where there was nothing."""
        return (self.before - self.now) / self.before if self.before > 0 else 0.0

    def __str__(self) -> str:
        words = {"rows": "rows or series", "known": "figures of past years", "total": "as the sum of past years"}
        return (
            f"{self.table_name} ({self.unit}), stage {self.stage}: {self.now:,.0f} {words[self.what]}, "
            f"{self.before:,.0f} before: {self.share:.2%} are gone, at most {self.bound:.2%} may be"
        )


@dataclass(frozen=True)
class LedgerBefore:
    """The ledger that another is compared with.

    Attributes:
        snapshot_id: Its snapshot.
        rows: As `contracts.ledger.Ledger` describes.
        last_years: Table -> last year that it counted.
    """

    snapshot_id: str
    rows: pd.DataFrame
    last_years: Mapping[str, int]


def require_nothing_lost(
    before: LedgerBefore,
    cells: pd.DataFrame,
    corrected: pd.DataFrame,
    crosswalk: pd.DataFrame,
    panel: pd.DataFrame,
    bounds: LedgerBounds,
) -> tuple[Loss, ...]:
    """Counts the years that an older ledger reaches, and refuses to go on where something of it is gone.

    Args:
        before: The older ledger, or the one that an earlier run of the same snapshot kept.
        cells: Cells of the snapshot, leaves and totals.
        corrected: Leaves after the declared corrections.
        crosswalk: Label -> series, each label once.
        panel: series_id, year, value of the leaves.
        bounds: How much may be gone, and of which tables a loss is meant.

    Returns:
        The losses that are meant.

    Raises:
        LedgerError: Names table, unit, stage and both numbers of each loss, and how to accept it.
    """
    now = count_past(cells, corrected, crosswalk, panel, before.last_years)
    losses = tuple(_losses(before.rows, now, bounds))
    silent = [loss for loss in losses if loss.table_name not in bounds.accept]
    if silent:
        tables = " ".join(sorted({loss.table_name for loss in silent}))
        raise LedgerError(
            f"figures were lost since the ledger of snapshot {before.snapshot_id}:\n- "
            + "\n- ".join(map(str, silent))
            + "\nThe lake keeps the panel that it had. Find out where they went (kedro revisions, corrections);"
            f' if it is meant, accept it once: kedro run --params "feature.ledger.accept={tables}"; or '
            "raise the bound under feature.ledger in conf/local/parameters_feature.yml"
        )
    return losses


def ledger_to_compare(
    snapshot: pd.DataFrame, known: Sequence[pd.DataFrame], with_ledger: set[str]
) -> tuple[str, dict[str, int]] | None:
    """Which ledger a snapshot's is compared with: its own of an earlier run, else that of the nearest older snapshot.

    A snapshot is older if none of its tables was published after that of the current one. So a run that goes back in
    time is compared with what lies before it, and not with what came later.

    Args:
        snapshot: The current one, as `contracts.snapshots.Snapshots` describes.
        known: Those of the lake.
        with_ledger: Ids of the snapshots that have a ledger.

    Returns:
        Its id, and table -> last year; None if there is nothing to compare with.
    """
    own = str(snapshot["snapshot_id"].iloc[0])
    if own in with_ledger:
        return own, _last_years(snapshot)
    candidates = [other for other in known if _id(other) in with_ledger and _is_older(other, snapshot)]
    if not candidates:
        return None
    nearest = max(candidates, key=lambda other: (*_dates(other), _id(other)))
    return _id(nearest), _last_years(nearest)


def _losses(before: pd.DataFrame, now: pd.DataFrame, bounds: LedgerBounds) -> Iterator[Loss]:
    allowed = {"rows": bounds.rows_share, "known": bounds.known_share, "total": bounds.total_share}
    was = before[before["stage"].isin(COMPARED)]
    both = was.merge(now, on=_KEY, how="left", suffixes=("_before", "_now"))
    order = {stage: position for position, stage in enumerate(COMPARED)}
    for row in both.sort_values(_KEY, key=lambda column: column.replace(order)).to_dict("records"):
        for what, bound in allowed.items():
            there = row[f"{what}_now"]
            numbers = float(row[f"{what}_before"]), 0.0 if pd.isna(there) else float(there)
            loss = Loss(str(row["table_name"]), str(row["unit"]), str(row["stage"]), what, *numbers, bound)
            if loss.share > bound:
                yield loss


def _is_older(other: pd.DataFrame, snapshot: pd.DataFrame) -> bool:
    if _id(other) == _id(snapshot):
        return False
    both = other.merge(snapshot, on="table_name", suffixes=("_other", ""))
    return len(both) > 0 and bool((both["published_at_other"] <= both["published_at"]).all())


def _dates(snapshot: pd.DataFrame) -> tuple[int, ...]:
    """When its tables were published, the newest first: by it snapshots have an order in time."""
    moments = snapshot["published_at"].astype("datetime64[us]").astype("int64")
    return tuple(sorted(moments.tolist(), reverse=True))


def _last_years(snapshot: pd.DataFrame) -> dict[str, int]:
    return dict(zip(snapshot["table_name"], snapshot["last_year"].astype(int).tolist(), strict=True))


def _id(snapshot: pd.DataFrame) -> str:
    return str(snapshot["snapshot_id"].iloc[0])
