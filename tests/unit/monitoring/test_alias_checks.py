import pandas as pd

from viticast.monitoring.alias_checks import check_aliases


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
