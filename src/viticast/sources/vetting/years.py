"""Which years a file reaches: none, nor its publication, may lie in the future; none that was there may be lost."""

from collections.abc import Iterator

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import Case

FUTURE = "future_years"
LOST = "lost_years"
FUTURE_PUBLICATION = "future_publication"


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


def check_publication(case: Case) -> Iterator[Finding]:
    """Refuse a file that is declared to be published after it was fetched; it would be the newest for years."""
    fetched = case.fetched_at.date()
    if case.published_at is None or case.published_at <= fetched:
        return
    yield Finding(
        outcome="refusal",
        rule=FUTURE_PUBLICATION,
        reason=f"the file is declared to be published on {case.published_at}, after {fetched}, when it was fetched",
        remedy="rename the folder to the month of publication (YYYY-MM), or correct the clock of this computer",
        found=str(case.published_at),
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
