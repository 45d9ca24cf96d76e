import pandas as pd
import pytest

from viticast.monitoring.intake_checks import check_aliases, check_findings

ACCEPTED = {
    "table_name": "ExpVinho",
    "outcome": "table_accepted",
    "row_number": 0,
    "column_number": 0,
    "reason": "fine",
}
CELL = ACCEPTED | {"outcome": "cell_quarantined", "row_number": 7, "column_number": 9, "reason": "'x' is no number"}
LINE = ACCEPTED | {"outcome": "row_quarantined", "row_number": 8, "reason": "the row has no name"}
WATCH = ACCEPTED | {"outcome": "watch", "reason": "2 values differ"}
REFUSAL = ACCEPTED | {"outcome": "refusal", "reason": "half of it is missing"}


def verdicts(*rows):
    return {(one.check_name, one.subject): one for one in check_findings(pd.DataFrame(rows))}


def test_a_file_without_findings_is_fine():
    assert {one.verdict for one in verdicts(ACCEPTED).values()} == {"ok"}


@pytest.mark.parametrize(
    ("row", "check_name", "detail"),
    [
        (CELL, "intake_quarantined", "line 7, column 9: 'x' is no number"),
        (LINE, "intake_quarantined", "line 8: the row has no name"),
        (WATCH, "intake_plausible", "2 values differ"),
        (REFUSAL, "intake_refused", "half of it is missing"),
    ],
)
def test_what_was_found_is_watched_and_placed(row, check_name, detail):
    found = verdicts(ACCEPTED, row)
    watched = {key for key, one in found.items() if one.verdict == "watch"}
    assert watched == {(check_name, "ExpVinho")}
    assert (found[check_name, "ExpVinho"].detail, found[check_name, "ExpVinho"].observed) == (detail, 1.0)


def test_each_table_is_judged_by_itself():
    found = verdicts(ACCEPTED, CELL, ACCEPTED | {"table_name": "ExpUva"})
    assert found["intake_quarantined", "ExpUva"].verdict == "ok"


def test_many_findings_are_counted_and_the_first_named():
    one = verdicts(ACCEPTED, *(CELL | {"row_number": row} for row in range(1, 6)))["intake_quarantined", "ExpVinho"]
    assert one.observed == 5.0
    assert one.detail.count("line") == 3
    assert one.detail.endswith("and 2 more")


def applied(*statuses):
    rows = [
        {"correction_id": f"alias_{number}", "action": "alias", "status": status, "detail": "both in 2020"}
        for number, status in enumerate(statuses)
    ]
    stale = {"correction_id": "one", "action": "missing", "status": "stale", "detail": "gone"}
    return pd.DataFrame([*rows, stale])


def test_joins_are_fine_while_none_overlaps():
    [verdict] = check_aliases(applied("applied", "not_applicable"))
    assert (verdict.verdict, verdict.subject) == ("ok", "all aliases")


def test_each_overlapping_join_is_named():
    found = list(check_aliases(applied("applied", "overlapping", "overlapping")))
    assert [(one.subject, one.verdict, one.detail) for one in found] == [
        ("alias_1", "watch", "both in 2020"),
        ("alias_2", "watch", "both in 2020"),
    ]
