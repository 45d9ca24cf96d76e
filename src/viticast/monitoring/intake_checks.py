"""Rules on how the figures came in: was every file accepted, could every cell be read, is every join sound?"""

from collections.abc import Iterator

import pandas as pd

from viticast.monitoring.verdicts import Verdict, bounded

SHOWN = 3
"""A detail names so many places; the table `findings` has all."""


def check_findings(findings: pd.DataFrame) -> Iterator[Verdict]:
    """Judges, table by table, what was found in the files of the snapshot and in those refused last."""
    for table_name, rows in findings.groupby("table_name"):
        yield from _check_table(str(table_name), rows)


def _check_table(table_name: str, rows: pd.DataFrame) -> Iterator[Verdict]:
    outcome = rows["outcome"]
    for check_name, outcomes, rule in (
        ("intake_refused", ("refusal",), "no file of the table was refused in the last ingestion"),
        (
            "intake_quarantined",
            ("row_quarantined", "cell_quarantined"),
            "every line and cell of the table's file is read",
        ),
        ("intake_plausible", ("watch",), "the table's file is what was expected of it"),
    ):
        found = rows[outcome.isin(outcomes)]
        yield bounded(check_name, table_name, float(len(found)), 0.0, rule, detail=_places(found))


def check_aliases(applied: pd.DataFrame) -> Iterator[Verdict]:
    """Labels that an alias joins must not both have figures in one year, unless it says so."""
    rule = "labels that an alias joins have figures in different years"
    joins = applied[(applied["action"] == "alias") & (applied["status"] != "not_applicable")]
    doubtful = joins[joins["status"] == "overlapping"]
    for row in doubtful.itertuples(index=False):
        yield Verdict("alias_overlap", str(row.correction_id), "watch", rule, detail=str(row.detail))
    if doubtful.empty:
        yield Verdict("alias_overlap", "all aliases", "ok", rule)


def _places(found: pd.DataFrame) -> str:
    shown = [
        f"{_place(int(row.row_number), int(row.column_number))}{row.reason}"
        for row in found.head(SHOWN).itertuples(index=False)
    ]
    more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "; ".join([*shown, *more])


def _place(row: int, column: int) -> str:
    parts = [f"line {row}"] if row else []
    parts += [f"column {column}"] if column else []
    return f"{', '.join(parts)}: " if parts else ""
