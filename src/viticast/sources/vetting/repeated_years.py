"""Years that say the same: a column was copied, or a cache answered with another year's figures."""

from collections.abc import Iterator
from itertools import combinations

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import Case

RULE = "repeated_year"


def check_repeated_years(case: Case) -> Iterator[Finding]:
    """Refuse two years of which nearly all figures above zero are the same."""
    wide = case.cells.pivot(index=["row_number", "measure"], columns="year", values="value").fillna(-1.0)
    columns = {int(year): wide[year].to_numpy() for year in wide.columns}
    for earlier, later in combinations(sorted(columns), 2):
        one, other = columns[earlier], columns[later]
        told = (one > 0) | (other > 0)
        figures, same = int(told.sum()), int((one == other)[told].sum())
        if figures and same > case.bounds.repeated_year_share * figures:
            yield Finding(
                outcome="refusal",
                rule=RULE,
                reason=f"{later} has {same} of {figures} figures in common with {earlier}: a year stands twice",
                remedy=f"fetch the file again; {case.accept(RULE)}",
                column_label=str(later),
                found=str(same),
            )
