"""Which years a file reaches: none may lie in the future, and none that was there may be lost."""

from collections.abc import Iterator

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import Case

FUTURE = "future_years"
LOST = "lost_years"


def check_future(case: Case) -> Iterator[Finding]:
    """Refuse a year after the one of publication; watch the year of publication itself, which cannot be over."""
    ahead = case.last_year - case.publication_year
    if ahead < 0:
        return
    what = "which lies in the future" if ahead else "which was not over"
    yield Finding(
        outcome="refusal" if ahead else "watch",
        rule=FUTURE,
        reason=f"the file goes to {case.last_year}, {what} when it was published in {case.publication_year}",
        remedy="check the header and the date of publication that the folder's name declares"
        + (f"; {case.accept(FUTURE)}" if ahead else "; the last year may hold part of a year only"),
        column_label=str(case.last_year),
        found=str(case.last_year),
    )


def check_lost(case: Case) -> Iterator[Finding]:
    """Refuse a file that ends earlier, or starts later, than the vintage before it."""
    if case.previous is None:
        return
    first, first_before = int(case.cells["year"].min()), int(case.previous["year"].min())
    last_before = int(case.previous["year"].max())
    if case.last_year >= last_before and first <= first_before:
        return
    yield Finding(
        outcome="refusal",
        rule=LOST,
        reason=f"the file has the years {first} to {case.last_year}, the vintage before had {first_before} to "
        f"{last_before}",
        remedy="fetch the file again; if it is an older file, declare when it was published by its folder's name "
        f"(YYYY-MM); {case.accept(LOST)}",
        found=f"{first}-{case.last_year}",
    )
