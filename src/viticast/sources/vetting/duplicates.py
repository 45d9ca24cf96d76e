"""Rows that stand twice: their figures would be counted twice."""

from collections.abc import Iterator

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import ROW_KEYS, Case

RULE = "duplicate_rows"


def check_duplicates(case: Case) -> Iterator[Finding]:
    """Refuse one name twice in a group with the same figures; rows without any figure do no harm."""
    names = case.rows[ROW_KEYS]
    names = names[names.duplicated(keep=False)]
    figures = case.figures.loc[names.index]
    figures = figures[(figures > 0).any(axis=1)]
    # a mark is part of what the row says, and no figure is below zero
    said = figures.fillna(-1.0).set_axis([f"{column}" for column in figures.columns], axis=1)
    together = names.join(said, how="inner")
    repeated = together[together.duplicated(keep="first")]
    for row_number in repeated.index.tolist():
        same = together.index[(together == together.loc[row_number]).all(axis=1)]
        label = case.rows.loc[row_number, "item_label"]
        yield Finding(
            outcome="refusal",
            rule=RULE,
            reason=f"line {row_number} repeats line {same[0]}: {str(label).strip()!r} with the same "
            f"{int((figures.loc[row_number] > 0).sum())} figures, which would be counted twice",
            remedy=f"delete one of the two lines, or fetch the file again; {case.accept(RULE)}",
            row_number=row_number,
            found=str(label).strip(),
        )
