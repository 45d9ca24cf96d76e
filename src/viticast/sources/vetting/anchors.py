"""Cells that are known: they tell one table from another, and a whole file from one that was cut at a line end."""

from collections.abc import Iterator

import pandas as pd

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import UNIT, Case, named
from viticast.sources.vetting.expectations import Anchor
from viticast.sources.vetting.vanished_rows import Name, find_renames

RULE = "anchors"


def check_anchors(case: Case) -> Iterator[Finding]:
    """Refuse a file without the row of an anchor, or with none of the values; watch one where some values differ."""
    anchors = [anchor for anchor in case.expectations.anchors if not _is_left_out(case, anchor)]
    found = {anchor: _cells(case, anchor) for anchor in anchors}
    absent = [anchor for anchor, cells in found.items() if cells.empty]
    # one equal figure proves no new name: only the vintage before shows that a whole row has one
    renames = find_renames(case) if absent else {}
    renamed = [anchor for anchor in absent if _is_renamed(case, anchor, renames)]
    missing = [anchor for anchor in absent if anchor not in renamed]
    present = [anchor for anchor in anchors if not found[anchor].empty]
    differing = [anchor for anchor in present if not _holds(found[anchor], anchor)]
    if missing:
        yield _missing(case, missing)
    if renamed:
        yield _renamed(case, renamed)
    if differing:
        yield _differing(case, differing, found, refused=len(differing) == len(present))


def _is_left_out(case: Case, anchor: Anchor) -> bool:
    """A source that gives no total of any category cannot have the cell of one."""
    is_total = anchor.group is not None and case.key_of(anchor.group) == case.key_of(anchor.item)
    return is_total and not (case.cells["row_kind"] == "total").any()


def _cells(case: Case, anchor: Anchor) -> pd.DataFrame:
    cells = case.cells
    rows = cells["item_key"] == case.key_of(anchor.item)
    if anchor.group is not None:
        rows &= cells["group_key"] == case.key_of(anchor.group)
    return cells[rows]


def _holds(cells: pd.DataFrame, anchor: Anchor) -> bool:
    # a name may stand in several rows, one for each spelling: the published cell is one of theirs
    return bool(((_values(cells, anchor) - anchor.value).abs() <= UNIT).any())


def _values(cells: pd.DataFrame, anchor: Anchor) -> "pd.Series[float]":
    values: pd.Series[float] = cells.loc[
        (cells["year"] == anchor.year) & (cells["measure"] == anchor.measure), "value"
    ].dropna()
    return values


def _is_renamed(case: Case, anchor: Anchor, renames: dict[Name, Name]) -> bool:
    item = case.key_of(anchor.item)
    group = None if anchor.group is None else case.key_of(anchor.group)
    return any(old[1] == item and group in {None, old[0]} for old in renames)


def _named(case: Case, anchors: list[Anchor]) -> str:
    return named(dict.fromkeys((anchor.group or "", anchor.item) for anchor in anchors))


def _missing(case: Case, anchors: list[Anchor]) -> Finding:
    rows = len(case.rows)
    return Finding(
        outcome="refusal",
        rule=RULE,
        reason=f"{_named(case, anchors)} should be among the {rows} rows and is not: the file was cut, or is of "
        "another table",
        remedy="fetch the file again, whole, and check that it is the file of this table; if the row has a new name, "
        "add it to conf/base/aliases_<declarations>.yml, or change the anchor in "
        "conf/base/expectations_<declarations>.yml; " + case.accept(RULE),
        found=str(rows),
    )


def _renamed(case: Case, anchors: list[Anchor]) -> Finding:
    return Finding(
        outcome="watch",
        rule=RULE,
        reason=f"{len(anchors)} known figures stand under another name than {_named(case, anchors)}",
        remedy="name the new spelling in conf/base/aliases_<declarations>.yml and in the anchor in "
        "conf/base/expectations_<declarations>.yml",
    )


def _differing(case: Case, anchors: list[Anchor], found: dict[Anchor, pd.DataFrame], *, refused: bool) -> Finding:
    known = len(case.expectations.anchors)
    first = anchors[0]
    texts = [f"{value:.0f}" for value in _values(found[first], first)]
    text = " and ".join(texts) or "nothing"
    example = f"{first.item} {first.year} ({first.measure}) is {text}, not {first.value:.0f}"
    what = ": the figures are of another table, or stand in other columns" if refused else ""
    return Finding(
        outcome="refusal" if refused else "watch",
        rule=RULE,
        reason=f"{len(anchors)} of {known} known figures differ, e.g. {example}{what}",
        remedy="fetch the file again and check that it is the file of this table; if Embrapa has revised the figures, "
        "change the anchors in conf/base/expectations_<declarations>.yml"
        + (f"; {case.accept(RULE)}" if refused else ""),
        found=text,
    )
