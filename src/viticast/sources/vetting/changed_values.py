"""Figures that differ from the vintage before: single revisions are normal, a rewritten table is not."""

from collections.abc import Iterator

import pandas as pd

from viticast.sources.findings import Finding, FindingOutcome
from viticast.sources.vetting.case import UNIT, Case, place_of

CHANGED = "changed_values"
MARKED = "values_became_marks"


def check_changed_values(case: Case) -> Iterator[Finding]:
    """Refuse a table of which a large share of figures changed, watch a small one; few changes are in the revisions."""
    both = case.compared
    if both is None:
        return
    told = both.dropna()
    told = told[(told["before"] > 0) | (told["now"] > 0)]
    changed = told[(told["now"] - told["before"]).abs() > UNIT]
    share = len(changed) / len(told) if len(told) else 0.0
    outcome = _outcome(share, case.bounds.changed_share_watched, case.bounds.changed_share)
    if outcome is None:
        return
    example = changed.iloc[0]
    yield Finding(
        outcome=outcome,
        rule=CHANGED,
        reason=f"{len(changed)} of {len(told)} figures ({share:.1%}) are not those of the vintage before, e.g. "
        f"{place_of(changed)} is {example['now']:,.0f}, not {example['before']:,.0f}{_factor(changed, case)}",
        remedy="fetch the file again, and check that it is the file of this table"
        + (f"; {case.accept(CHANGED)}" if outcome == "refusal" else "; kedro revisions lists the changes"),
        column_label=f"{changed.index[0][3]}",
        found=f"{example['now']:.0f}",
    )


def check_values_became_marks(case: Case) -> Iterator[Finding]:
    """Refuse a table of which a large share of figures turned into marks; watch any that did."""
    both = case.compared
    if both is None:
        return
    figures = both[both["before"] > 0]
    marked = figures[figures["now"].isna()]
    share = len(marked) / len(figures) if len(figures) else 0.0
    outcome = _outcome(share, case.bounds.marked_share_watched, case.bounds.marked_share)
    if outcome is None:
        return
    yield Finding(
        outcome=outcome,
        rule=MARKED,
        reason=f"{len(marked)} of {len(figures)} figures ({share:.1%}) of the vintage before have become marks, e.g. "
        f"{place_of(marked)}, which was {marked.iloc[0]['before']:,.0f}",
        remedy="fetch the file again"
        + (f"; {case.accept(MARKED)}" if outcome == "refusal" else "; kedro revisions lists the changes"),
        column_label=f"{marked.index[0][3]}",
    )


def _outcome(share: float, watched: float, refused: float) -> FindingOutcome | None:
    if share > refused:
        return "refusal"
    return "watch" if share > watched else None


def _factor(changed: pd.DataFrame, case: Case) -> str:
    ratios = changed["now"] / changed["before"].where(changed["before"] > 0)
    factor = ratios.median()
    share = ((ratios / factor - 1).abs() <= case.bounds.scaled_tolerance).mean()
    # Small revisions of all figures are no unit.
    is_unit = factor > 0 and abs(factor - 1) > case.bounds.scaled_tolerance
    if not is_unit or share < case.bounds.scaled_share:
        return ""
    scale = f"multiplied by {factor:,.4g}" if factor > 1 else f"divided by {1 / factor:,.4g}"
    return f"; {share:.0%} of them are {scale}: the unit is another"
