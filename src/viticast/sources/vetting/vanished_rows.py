"""Rows of the vintage before that are gone: published rows never disappear, they are renamed at most."""

from collections.abc import Iterator

import pandas as pd

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import Case, named, sums_by_key

RULE = "vanished_rows"


def check_vanished_rows(case: Case) -> Iterator[Finding]:
    """Refuse a file without rows of the vintage before; a new row with the same figures is a rename, and watched."""
    if case.previous is None:
        return
    before, now = _by_name(case.previous), _by_name(case.cells)
    gone = before.loc[before.index.difference(now.index)]
    new = now.loc[now.index.difference(before.index)]
    renames = _renames(gone, new)
    vanished = [key for key in gone.index if key not in renames]
    if renames:
        yield _renamed(renames)
    if len(vanished) > case.bounds.vanished_rows:
        yield _vanished(case, vanished, len(before))


def _by_name(cells: pd.DataFrame) -> pd.DataFrame:
    return sums_by_key(cells).unstack(["measure", "year"])


def _renames(gone: pd.DataFrame, new: pd.DataFrame) -> dict[tuple[str, str], tuple[str, str]]:
    shared = gone.columns.intersection(new.columns)
    said_before, said_now = gone[shared].fillna(0.0), new[shared].fillna(0.0)
    renames: dict[tuple[str, str], tuple[str, str]] = {}
    for key in said_before.index:
        same = said_now.index[(said_now == said_before.loc[key]).all(axis=1)]
        free = [candidate for candidate in same if candidate not in renames.values()]
        if free:
            renames[key] = free[0]
    return renames


def _renamed(renames: dict[tuple[str, str], tuple[str, str]]) -> Finding:
    old, new = next(iter(renames.items()))
    return Finding(
        outcome="watch",
        rule=RULE,
        reason=f"{len(renames)} rows have a new name and the same figures, e.g. {named([old])} is {named([new])}",
        remedy="name the new spelling in conf/base/aliases_<source>.yml, so that the row keeps its series",
        found=new[1],
    )


def _vanished(case: Case, vanished: list[tuple[str, str]], before: int) -> Finding:
    return Finding(
        outcome="refusal",
        rule=RULE,
        reason=f"{len(vanished)} of {before} rows of the vintage before are gone: {named(vanished)}",
        remedy="fetch the file again, whole; if a row has a new name and new figures, name it in "
        f"conf/base/aliases_<source>.yml; {case.accept(RULE)}",
        found=vanished[0][1],
    )
