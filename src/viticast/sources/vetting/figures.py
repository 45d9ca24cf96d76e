"""Tables and years without figures: the site answers what it does not have with zeros and dashes."""

from collections.abc import Iterator

import pandas as pd

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import Case

NO_FIGURES = "no_figures"
EMPTY_LAST_YEAR = "empty_last_year"
THIN_LAST_YEAR = "thin_last_year"
ENOUGH_FIGURES = 10

_SAID_MISSING = ("nd", "*", "+")
"""Marks by which Embrapa says that a figure is not published, so that a year without figures is no accident."""


def check_any_figure(case: Case) -> Iterator[Finding]:
    """Refuse a table in which no cell is above zero."""
    if (case.cells["value"] > 0).any():
        return
    marks = int(case.cells["mark"].notna().sum())
    yield Finding(
        outcome="refusal",
        rule=NO_FIGURES,
        reason=f"none of {len(case.cells)} cells is above zero: {marks} are marks, the others 0",
        remedy=f"fetch the file again; {case.accept(NO_FIGURES)}",
        found="0",
    )


def check_last_year(case: Case) -> Iterator[Finding]:
    """Refuse a last year of zeros and blanks in a table that has figures in nearly every year."""
    for measure, cells in case.cells.groupby("measure"):
        by_year = _by_year(cells)
        last = by_year.loc[case.last_year]
        earlier = by_year[(by_year.index < case.last_year) & ~by_year["said_missing"]]
        if last["figures"] or last["said_missing"] or earlier.empty:
            continue
        share = float((earlier["figures"] > 0).mean())
        if share > case.bounds.usual_share_of_years_with_figures:
            yield _empty(case, str(measure), share, earlier["figures"])


def check_thin_last_year(case: Case) -> Iterator[Finding]:
    """Watch a last year with figures in far fewer rows than the year before: it may be published in part only."""
    for measure, cells in case.cells.groupby("measure"):
        figures = _by_year(cells)["figures"]
        last, before = int(figures.get(case.last_year, 0)), int(figures.get(case.last_year - 1, 0))
        # a year without any is another rule's
        if not last or before < ENOUGH_FIGURES or last >= case.bounds.thin_last_year_share * before:
            continue
        yield Finding(
            outcome="watch",
            rule=THIN_LAST_YEAR,
            reason=f"{case.last_year} has {last} rows with a {measure} above zero, {case.last_year - 1} has {before}: "
            "part of the year may be missing",
            remedy="compare the last year with the site, and fetch the file again once Embrapa has published all of it",
            column_label=str(case.last_year),
            found=str(last),
        )


def _by_year(cells: pd.DataFrame) -> pd.DataFrame:
    facts = cells.assign(
        positive=cells["value"] > 0,
        said_missing=cells["mark"].isin(_SAID_MISSING),
    )
    by_year = facts.groupby("year").agg(
        figures=("positive", "sum"), missing=("said_missing", "sum"), cells=("positive", "size")
    )
    # one mark beside zeros does not excuse them
    return by_year.assign(said_missing=by_year["missing"] * 2 > by_year["cells"])


def _empty(case: Case, measure: str, share: float, earlier: "pd.Series[int]") -> Finding:
    return Finding(
        outcome="refusal",
        rule=EMPTY_LAST_YEAR,
        reason=f"{case.last_year} has no {measure} above zero, where {earlier.index[-1]} has {earlier.iloc[-1]} and "
        f"{share:.0%} of the years before have some: the site shows a year that it does not have as zeros",
        remedy=f"fetch the file again once Embrapa has published the year; {case.accept(EMPTY_LAST_YEAR)}",
        column_label=str(case.last_year),
        found="0",
    )
