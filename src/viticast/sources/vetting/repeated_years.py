"""Years that say the same: a column was copied, or a cache answered with another year's figures."""

from collections.abc import Iterator

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import Case

RULE = "repeated_year"


def check_repeated_years(case: Case) -> Iterator[Finding]:
    """Refuse two years of which nearly all figures above zero are the same."""
    wide = case.cells.pivot(index=["row_number", "measure"], columns="year", values="value").fillna(0.0)
    years, figures = wide.columns.tolist(), wide.to_numpy()
    for position, later in enumerate(years[1:], start=1):
        before, this = figures[:, :position], figures[:, [position]]
        told = ((before > 0) | (this > 0)).sum(axis=0)
        same = ((before == this) & (this > 0)).sum(axis=0)
        for earlier in (same > case.bounds.repeated_year_share * told).nonzero()[0]:
            yield Finding(
                outcome="refusal",
                rule=RULE,
                reason=f"{later} has {same[earlier]} of {told[earlier]} figures in common with {years[earlier]}: "
                "a year stands twice",
                remedy=f"fetch the file again; {case.accept(RULE)}",
                column_label=str(later),
                found=str(same[earlier]),
            )
