"""Figures that became 0: a site shows what it has lost as zeros, and a single zero is too small a share to be seen."""

from collections.abc import Iterator

import pandas as pd

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import ROW_KEYS, UNIT, Case, named, place_of

RULE = "zeroed_figures"


def check_zeroed(case: Case) -> Iterator[Finding]:
    """Refuse a whole year or row of figures that is 0 now, watch single figures if they are many."""
    if case.previous is None or case.compared is None:
        return
    years = _years(case.previous, case.cells)
    rows = _rows(case.compared, case.bounds.zeroed_row_figures)
    if len(years):
        yield _zeroed_years(case, years)
    if len(rows):
        yield _zeroed_rows(case, rows)
    if years.empty and rows.empty:
        yield from _zeroed_figures(case, case.compared)


def _is_zeroed(before: "pd.Series[float]", now: "pd.Series[float]") -> "pd.Series[bool]":
    # a fraction of a unit is no figure either
    return (now < UNIT) & (before - now > UNIT)


def _years(previous: pd.DataFrame, cells: pd.DataFrame) -> "pd.Series[float]":
    """What each (measure, year) that is all 0 now added up to; totals are asked apart, as they could hide leaves."""
    by = ["row_kind", "measure", "year"]
    sums = {"before": previous.groupby(by)["value"].sum(), "now": cells.groupby(by)["value"].sum(min_count=1)}
    both = pd.concat(sums, axis=1, join="inner")
    zeroed: pd.Series[float] = both.loc[_is_zeroed(both["before"], both["now"]), "before"]
    return zeroed.groupby(["measure", "year"]).max()


def _rows(compared: pd.DataFrame, so_few: int) -> "pd.Series[int]":
    """How many figures each row had, by name, that has none now; a row may lose its weights alone, or its US$."""
    figures = compared[compared["before"] > 0]
    facts = figures.assign(zeroed=_is_zeroed(figures["before"], figures["now"]), left=figures["now"] >= UNIT)
    found = []
    for by in ([*ROW_KEYS, "measure"], ROW_KEYS):
        row = facts.groupby(by).agg(figures=("before", "size"), zeroed=("zeroed", "sum"), left=("left", "sum"))
        gone = row[(row["figures"] > so_few) & (row["zeroed"] > 0) & (row["left"] == 0)]
        found.append(gone["figures"])
    lost: pd.Series[int] = pd.concat([counts.groupby(ROW_KEYS).sum() for counts in found])
    return lost.groupby(ROW_KEYS).max()


def _zeroed_years(case: Case, years: "pd.Series[float]") -> Finding:
    places: list[tuple[str, int]] = years.index.tolist()
    pairs = zip(places[:3], years.tolist(), strict=False)
    listed = "; ".join(f"{measure} of {year}: {total:,.0f} before" for (measure, year), total in pairs)
    return Finding(
        outcome="refusal",
        rule=RULE,
        reason=f"{len(years)} sums of a year that the vintage before had are 0 now ({listed})",
        remedy=f"fetch the file again; {case.accept(RULE)}",
        column_label=str(places[0][1]),
        found="0",
    )


def _zeroed_rows(case: Case, rows: "pd.Series[int]") -> Finding:
    names = rows.index.tolist()
    return Finding(
        outcome="refusal",
        rule=RULE,
        reason=f"{len(rows)} rows of the vintage before are all 0 now: {named(names)}; the first had {rows.iloc[0]} "
        "figures that are none now",
        remedy=f"fetch the file again; {case.accept(RULE)}",
        found=names[0][1],
    )


def _zeroed_figures(case: Case, compared: pd.DataFrame) -> Iterator[Finding]:
    figures = compared[compared["before"] > 0]
    zeroed = figures[_is_zeroed(figures["before"], figures["now"])]
    if len(zeroed) <= case.bounds.changed_share_watched * len(figures):
        return
    yield Finding(
        outcome="watch",
        rule=RULE,
        reason=f"{len(zeroed)} of {len(figures)} figures ({len(zeroed) / len(figures):.1%}) of the vintage before are "
        f"0 now, e.g. {place_of(zeroed)}, which was {zeroed.iloc[0]['before']:,.0f}",
        remedy="fetch the file again; kedro revisions lists the changes",
        column_label=f"{zeroed.index[0][3]}",
        found="0",
    )
