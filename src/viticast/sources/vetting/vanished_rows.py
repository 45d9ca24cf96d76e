"""Rows of the vintage before that are gone: published rows never disappear, they are renamed at most."""

from collections.abc import Iterator

import pandas as pd

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import ROW_KEYS, UNIT, Case, named, sums_by_key

RULE = "vanished_rows"

Name = tuple[str, str]
"""Folded group and item; the group is '' where a row stands in none."""


def check_vanished_rows(case: Case) -> Iterator[Finding]:
    """Refuse a file without rows of the vintage before; a new row with the same figures is a rename, and watched.

    Rows that share a name, as the spellings of a country do, may become fewer only if their figures stay, added up.
    """
    if case.previous is None:
        return
    names = _names(case.previous)
    renames = find_renames(case)
    vanished = sorted(names - _names(case.cells) - set(renames))
    if renames:
        yield _renamed(renames)
    thinned = _thinned(case, case.previous)
    if len(vanished) + len(thinned) > case.bounds.vanished_rows:
        if vanished:
            yield _vanished(case, vanished, len(names))
        if thinned:
            yield _lost(case, thinned)


def _thinned(case: Case, previous: pd.DataFrame) -> list[Name]:
    """Names that have fewer rows than before, and less in a year that both vintages have."""
    rows = pd.concat({"before": _rows_of(previous), "now": _rows_of(case.cells)}, axis=1, join="inner")
    fewer = set(rows.index[rows["now"] < rows["before"]])
    if not fewer:
        return []
    before, now = _figures(previous, fewer), _figures(case.cells, fewer)
    before, now = before.align(now, join="inner")
    lost = (now < before - UNIT) | (now.isna() & before.notna())
    return sorted(lost.index[lost.any(axis=1)].tolist())


def _rows_of(cells: pd.DataFrame) -> "pd.Series[int]":
    return cells.drop_duplicates("row_number").groupby(ROW_KEYS).size()


def find_renames(case: Case) -> dict[Name, Name]:
    """Which row of the vintage before has which new name: one that it did not have, with all the same figures."""
    if case.previous is None:
        return {}
    names_before, names_now = _names(case.previous), _names(case.cells)
    gone, new = names_before - names_now, names_now - names_before
    if not gone or not new:
        return {}
    return _renames(_figures(case.previous, gone), _figures(case.cells, new))


def _names(cells: pd.DataFrame) -> set[Name]:
    return set(cells[ROW_KEYS].drop_duplicates().itertuples(index=False, name=None))


def _figures(cells: pd.DataFrame, names: set[Name]) -> pd.DataFrame:
    own = pd.MultiIndex.from_frame(cells[ROW_KEYS]).isin(sorted(names))
    return sums_by_key(cells[own]).unstack(["measure", "year"])


def _renames(gone: pd.DataFrame, new: pd.DataFrame) -> dict[Name, Name]:
    shared = gone.columns.intersection(new.columns)
    free: dict[tuple[float, ...], list[Name]] = {}
    for name, said in _said(new[shared]):
        free.setdefault(said, []).append(name)
    return {name: free[said].pop(0) for name, said in _said(gone[shared]) if free.get(said)}


def _said(figures: pd.DataFrame) -> list[tuple[Name, tuple[float, ...]]]:
    """What a row is known by: whether it stands in a group, and its figures; rows of zeros are all alike, and left out.

    A row that has lost its group has lost the total above it, which its figures would then be added to.
    """
    # a blank that became 0 is no other figure
    rows = zip(figures.index.tolist(), figures.fillna(0.0).to_numpy().tolist(), strict=True)
    return [(name, (float(bool(name[0])), *said)) for name, said in rows if any(said)]


def _renamed(renames: dict[Name, Name]) -> Finding:
    old, new = next(iter(renames.items()))
    return Finding(
        outcome="watch",
        rule=RULE,
        reason=f"{len(renames)} rows have a new name and the same figures, e.g. {named([old])} became {named([new])}",
        remedy="the figures are all there, under a series of the new name; to have later spellings join it, declare "
        "them in conf/base/aliases_<declarations>.yml before the first file that has them is taken in",
        found=new[1],
    )


def _vanished(case: Case, vanished: list[Name], before: int) -> Finding:
    return Finding(
        outcome="refusal",
        rule=RULE,
        reason=f"{len(vanished)} of {before} rows of the vintage before are gone: {named(vanished)}",
        remedy="fetch the file again, whole; if a row has a new name and new figures, name it in "
        f"conf/base/aliases_<declarations>.yml; {case.accept(RULE)}",
        found=vanished[0][1],
    )


def _lost(case: Case, thinned: list[Name]) -> Finding:
    return Finding(
        outcome="refusal",
        rule=RULE,
        reason=f"{len(thinned)} names stand in fewer rows than in the vintage before, and figures went with the rows: "
        f"{named(thinned)}",
        remedy=f"fetch the file again, whole; {case.accept(RULE)}",
        found=thinned[0][1],
    )
