"""Cells whose text is no figure: a few are set aside, many mean that the file is not what it should be."""

from collections.abc import Iterator

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import Case

RULE = "unreadable_cells"


def check_unreadable(case: Case) -> Iterator[Finding]:
    """Refuse a table of which too large a share of cells was set aside as unreadable."""
    unreadable = case.cells[case.cells["mark"] == "unreadable"]
    cells = len(case.cells)
    if len(unreadable) <= case.bounds.unreadable_share * cells:
        return
    yield Finding(
        outcome="refusal",
        rule=RULE,
        reason=f"{len(unreadable)} of {cells} cells ({len(unreadable) / cells:.1%}) are no figures, more than "
        f"{case.bounds.unreadable_share:.1%}; the first is in line {unreadable['row_number'].iloc[0]}",
        remedy="fetch the file again, or mend the cells, which are listed one by one; the bound is `unreadable_share` "
        "under `bounds` in conf/base/parameters_ingestion.yml",
        found=str(len(unreadable)),
    )
