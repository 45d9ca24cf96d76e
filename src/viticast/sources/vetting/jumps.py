"""A newest year in another scale: no vintage before can show it, the years before can."""

from collections.abc import Iterator

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import Case

JUMP = "jump"
ENOUGH_YEARS = 10
RECENT_YEARS = 5


def check_last_year_scale(case: Case) -> Iterator[Finding]:
    """Refuse a last year whose total is a multiple of every year before, or a sliver of each of the recent ones."""
    leaves = case.cells[case.cells["row_kind"] == "leaf"]
    for measure, cells in leaves.groupby("measure"):
        totals = cells.groupby("year")["value"].sum()
        before = totals[(totals.index < case.last_year) & (totals > 0)]
        last = float(totals.get(case.last_year, 0.0))
        if len(before) < ENOUGH_YEARS or last <= 0:
            continue
        highest, lowest = float(before.max()), float(before.tail(RECENT_YEARS).min())
        if last > highest * case.bounds.jump_factor:
            against = f"{last / highest:,.0f} times the highest year before, {highest:,.0f}"
            yield _jump(case, str(measure), last, against)
        elif last * case.bounds.jump_factor < lowest:
            against = f"1/{lowest / last:,.0f} of the lowest recent year, {lowest:,.0f}"
            yield _jump(case, str(measure), last, against)


def _jump(case: Case, measure: str, last: float, against: str) -> Finding:
    return Finding(
        outcome="refusal",
        rule=JUMP,
        reason=f"the {measure} of {case.last_year} adds up to {last:,.0f}, {against}: the year is in another unit",
        remedy=f"fetch the file again; {case.accept(JUMP)}",
        column_label=str(case.last_year),
        found=f"{last:.0f}",
    )
