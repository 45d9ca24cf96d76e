"""Rules on the labels that declared aliases joined."""

from collections.abc import Iterator

import pandas as pd

from viticast.monitoring.verdicts import Verdict


def check_aliases(applied: pd.DataFrame) -> Iterator[Verdict]:
    """Labels that an alias joins must not both have figures in one year, unless it says so.

    Args:
        applied: As `contracts.panel.CorrectionsApplied` describes.
    """
    rule = "labels that an alias joins have figures in different years"
    joins = applied[(applied["action"] == "alias") & (applied["status"] != "not_applicable")]
    doubtful = joins[joins["status"] == "overlapping"]
    for row in doubtful.itertuples(index=False):
        yield Verdict("alias_overlap", str(row.correction_id), "watch", rule, detail=str(row.detail))
    if doubtful.empty:
        yield Verdict("alias_overlap", "all aliases", "ok", rule)
