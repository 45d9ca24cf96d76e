"""Rules on the rows of the tables: which are new, which vanished, and which have another name."""

from collections.abc import Iterator

import pandas as pd

from viticast.monitoring.bounds import FigureBounds
from viticast.monitoring.verdicts import Status, Verdict
from viticast.panel.labels import fold

_SHOWN = 10
ROW = ["table_name", "group_label", "item"]


def check_vanished_series(revisions: pd.DataFrame, previous: pd.DataFrame, bounds: FigureBounds) -> Iterator[Verdict]:
    """A row that vanished takes its history along: the sums above it are no longer what they were.

    Args:
        revisions: As `contracts.revisions.Revisions` describes.
        previous: The cells of the vintage before of each table that has one.
        bounds: Which share of the history of its table a row may take along.
    """
    rule = (
        "no row of the vintage before vanished; with one that had more than "
        f"{bounds.vanished_share:.3g} of the history of its table nothing is published"
    )
    if not _is_compared(revisions):
        yield _skipped("vanished_series", rule)
        return
    gone = _leaves(revisions, "row_gone")
    shares = _shares(previous)
    for row in gone.itertuples(index=False):
        share = shares.get(_key(row), 0.0)
        detail = (
            f"{share:.2%} of the table's history; if it has a new name, name it in "
            "conf/base/aliases_<declarations>.yml; if it is meant, raise monitoring.figures.vanished_share"
        )
        status: Status = "stop" if share > bounds.vanished_share else "watch"
        yield Verdict("vanished_series", _name(row), status, rule, share, bounds.vanished_share, detail)
    if gone.empty:
        yield Verdict("vanished_series", "all tables", "ok", rule, 0.0, bounds.vanished_share)


def check_new_series(revisions: pd.DataFrame, current: pd.DataFrame, bounds: FigureBounds) -> Iterator[Verdict]:
    """A new row has no history to be forecast from: a small one is usual, a large one was renamed or split.

    Args:
        revisions: As `contracts.revisions.Revisions` describes.
        current: The cells of the snapshot.
        bounds: Which share of the last year of its table a new row may have.
    """
    rule = f"a row that is new has at most {bounds.new_share:.3g} of the last year of its table"
    if not _is_compared(revisions):
        yield _skipped("new_series", rule)
        return
    new = _leaves(revisions, "row_new")
    last = current[current["year"] == current.groupby("table_name")["year"].transform("max")]
    shares = _shares(last)
    found = {_name(row): shares.get(_key(row), 0.0) for row in new.itertuples(index=False)}
    large = {name: share for name, share in found.items() if share > bounds.new_share}
    for name, share in large.items():
        detail = f"{share:.2%} of the table's last year, without a history: was another row renamed or split?"
        yield Verdict("new_series", name, "watch", rule, share, bounds.new_share, detail)
    if not large:
        largest = max(found.values(), default=0.0)
        yield Verdict("new_series", "all tables", "ok", rule, largest, bounds.new_share, _listed(sorted(found)))


def check_renamed_series(revisions: pd.DataFrame, crosswalk: pd.DataFrame) -> Iterator[Verdict]:
    """A row with another name is another series, unless it folds to the same or an alias joins the two.

    Args:
        revisions: As `contracts.revisions.Revisions` describes.
        crosswalk: Label -> series, each label once.
    """
    rule = "a row with another name stays in its series"
    if not _is_compared(revisions):
        yield _skipped("renamed_series", rule)
        return
    renamed = _leaves(revisions, "label_renamed")
    known = crosswalk.groupby(["table_name", "item_key"])["series_id"].agg(set).to_dict()
    moved = []
    for row in renamed.itertuples(index=False):
        was, now = fold(str(row.old_item)), fold(str(row.item))
        before, after = (known.get((row.table_name, key), set()) for key in (was, now))
        if was != now and not before & after:
            moved.append(row)
    for row in moved:
        detail = (
            f"it was '{row.old_item}': its figures stand under a series of the new name. To keep one series, declare "
            "the names in conf/base/aliases_<declarations>.yml before the first file that has them is taken in"
        )
        yield Verdict("renamed_series", _name(row), "watch", rule, detail=detail)
    if not moved:
        yield Verdict("renamed_series", "all tables", "ok", rule, detail=f"{len(renamed)} names are spelt otherwise")


def _is_compared(revisions: pd.DataFrame) -> bool:
    return bool((revisions["kind"] == "compared").any())


def _skipped(check_name: str, rule: str) -> Verdict:
    return Verdict(check_name, "all tables", "skipped", rule, detail="the lake has one vintage of every table")


def _leaves(revisions: pd.DataFrame, kind: str) -> pd.DataFrame:
    return revisions[(revisions["kind"] == kind) & (revisions["row_kind"] == "leaf")]


def _shares(cells: pd.DataFrame) -> dict[tuple[str, str, str], float]:
    """The share of each row in the sum of its table's leaves: the largest of its units."""
    leaves = cells[cells["row_kind"] == "leaf"].assign(group_label=lambda frame: frame["group_label"].fillna(""))
    sums = leaves.groupby([*ROW, "unit"])["value"].sum()
    wholes = sums.groupby(["table_name", "unit"]).transform("sum")
    shares = (sums / wholes.where(wholes > 0)).fillna(0.0)
    largest = shares.groupby(ROW).max().reset_index(name="share")
    keys = zip(*(largest[name].astype(str) for name in ROW), strict=True)
    return dict(zip(keys, largest["share"].astype(float), strict=True))


def _key(row: object) -> tuple[str, str, str]:
    group = getattr(row, "group_label", None)
    return str(getattr(row, "table_name", "")), group if isinstance(group, str) else "", str(getattr(row, "item", ""))


def _name(row: object) -> str:
    return " > ".join(part for part in _key(row) if part)


def _listed(names: list[str]) -> str:
    """How many there are, and the first ones by name."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{len(names)} new: {', '.join(names[:_SHOWN])}{more}" if names else "none is new"
