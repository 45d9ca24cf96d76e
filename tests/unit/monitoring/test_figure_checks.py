import pandas as pd
import pytest

from viticast.monitoring.bounds import FigureBounds
from viticast.monitoring.figure_checks import (
    Revisions,
    check_corrections,
    check_findings,
    check_freshness,
    check_missing_tables,
    check_revisions,
    find_revisions,
)
from viticast.monitoring.verdicts import Verdict

BOUNDS = FigureBounds()
RULE = "at most 0.01 of a table's cells changed since the vintage before; beyond 0.05 nothing is published"


def revisions(**tables):
    """The rows of a report: for each table the cells compared, None for a first vintage, and then its kinds."""
    rows = []
    for table, (compared, *kinds) in tables.items():
        whole = "first_vintage" if compared is None else "compared"
        rows += [(table, whole, compared or 0), *((table, kind, 1) for kind in kinds)]
    return pd.DataFrame(rows, columns=["table_name", "kind", "cells"])


def test_each_kind_is_counted_for_its_table():
    kinds = ["value_changed"] * 2 + ["mark_filled"] * 3 + ["value_gone"] * 4 + ["row_new"] * 5 + ["row_gone"] * 6
    found = find_revisions(revisions(Producao=(100, *kinds, "label_renamed"), ExpVinho=(50,), ExpSuco=(None,)))
    assert found == {
        "Producao": Revisions(changed=2, filled=3, emptied=4, new_rows=5, gone_rows=6, renamed_rows=1, compared=100),
        "ExpVinho": Revisions(compared=50),
    }


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        (["value_changed"], "ok"),
        (["value_changed"] * 2, "watch"),
        (["value_changed", "value_gone"], "watch"),
        (["value_gone"] * 2, "watch"),
        (["mark_filled"] * 90 + ["row_new"] * 50 + ["label_renamed"] * 9, "ok"),
        # per-row rules have their own word on it
        (["row_gone"], "ok"),
        (["value_changed"] * 5, "watch"),
        (["value_changed"] * 6, "stop"),
        (["value_changed"] * 3 + ["value_gone"] * 3, "stop"),
        ([], "ok"),
    ],
)
def test_many_changes_ask_for_a_look_and_very_many_stop(kinds, status):
    [verdict] = check_revisions(revisions(Producao=(100, *kinds)), BOUNDS)
    assert (verdict.verdict, verdict.subject) == (status, "all tables" if status == "ok" else "Producao")
    assert verdict.observed == (kinds.count("value_changed") + kinds.count("value_gone")) / 100
    assert "of 100 cells" in verdict.detail


def test_the_table_that_changed_is_named_however_many_others_did_not():
    report = revisions(ExpVinho=(100_000,), Producao=(100, "value_changed", "value_gone"), ExpSuco=(None,))
    [verdict] = check_revisions(report, BOUNDS)
    assert verdict == Verdict(
        "revisions",
        "Producao",
        "watch",
        RULE,
        0.02,
        0.01,
        "1 values changed, 0 marks filled, 1 values gone, 0 rows new, 0 rows gone, 0 renamed, of 100 cells",
    )


def test_tables_in_order_are_one_verdict_with_their_sums():
    report = revisions(ExpVinho=(300, "value_changed", "row_new"), Producao=(100, "value_changed", "label_renamed"))
    [verdict] = check_revisions(report, BOUNDS)
    assert verdict == Verdict(
        "revisions",
        "all tables",
        "ok",
        RULE,
        0.005,
        0.01,
        "2 values changed, 0 marks filled, 0 values gone, 1 rows new, 0 rows gone, 1 renamed, of 400 cells",
    )


def test_a_table_without_cells_in_common_is_no_division_by_zero():
    [verdict] = check_revisions(revisions(ExpVinho=(0,)), BOUNDS)
    assert (verdict.verdict, verdict.observed) == ("ok", 0.0)


def test_without_a_vintage_before_nothing_is_judged():
    [verdict] = check_revisions(revisions(ExpVinho=(None,), Producao=(None,)), BOUNDS)
    assert (verdict.check_name, verdict.subject, verdict.verdict) == ("revisions", "all tables", "skipped")
    assert verdict.rule == RULE
    assert verdict.detail == "the lake has one vintage of every table"


def findings(**tables):
    rows = [(table, outcome, f"reason {n}") for table, outcomes in tables.items() for n, outcome in enumerate(outcomes)]
    return pd.DataFrame(rows, columns=["table_name", "outcome", "reason"])


def test_files_in_which_nothing_was_found_are_one_verdict():
    [verdict] = check_findings(findings(ExpVinho=["table_accepted"], Producao=["table_accepted"]))
    rule = "every file was accepted, every cell of it could be read, and no figure is unlikely"
    assert verdict == Verdict("findings", "all tables", "ok", rule, 0.0, 0.0)


@pytest.mark.parametrize(
    ("outcomes", "observed", "detail"),
    [
        (["table_accepted", "watch"], 1, "1 things unlikely; first: reason 1"),
        (
            ["table_accepted", "watch", "cell_quarantined", "watch"],
            3,
            "1 cells set aside, 2 things unlikely; first: reason 2",
        ),
        (["table_accepted", "row_quarantined"], 1, "1 lines set aside; first: reason 1"),
        (["refusal", "refusal", "table_refused"], 1, "1 files refused; first: reason 2"),
    ],
)
def test_what_was_set_aside_refused_or_is_unlikely_asks_for_a_look(outcomes, observed, detail):
    [verdict] = check_findings(findings(ExpVinho=["table_accepted"], Producao=outcomes))
    assert (verdict.check_name, verdict.subject, verdict.verdict) == ("findings", "Producao", "watch")
    assert (verdict.observed, verdict.threshold) == (observed, 0.0)
    assert verdict.rule.startswith("every file was accepted")
    assert verdict.detail == detail


def test_without_findings_nothing_is_judged():
    [verdict] = check_findings(findings())
    rule = "every file was accepted, every cell of it could be read, and no figure is unlikely"
    assert verdict == Verdict("findings", "all tables", "skipped", rule, detail="nothing is known of the files")


def test_a_table_may_lie_one_year_behind_the_newest():
    snapshot = pd.DataFrame({"table_name": ["ExpVinho", "Producao", "Comercio"], "last_year": [2024, 2023, 2022]})
    verdicts = {verdict.subject: verdict for verdict in check_freshness(snapshot, BOUNDS)}
    assert {name: verdict.verdict for name, verdict in verdicts.items()} == {
        "ExpVinho": "ok",
        "Producao": "ok",
        "Comercio": "watch",
    }
    assert verdicts["Comercio"].detail == "ends in 2022"


def test_a_stale_correction_asks_for_a_look_and_one_that_does_not_apply_is_silent():
    applied = pd.DataFrame(
        {
            "correction_id": ["fits", "stale", "other"],
            "status": ["applied", "stale", "not_applicable"],
            "detail": pd.Series([None, "expected 1, found 2", None], dtype="str"),
        }
    )
    verdicts = list(check_corrections(applied))
    assert [(verdict.subject, verdict.verdict, verdict.detail) for verdict in verdicts] == [
        ("fits", "ok", None),
        ("stale", "watch", "expected 1, found 2"),
    ]


def test_a_bound_is_a_parameter():
    report = revisions(Producao=(100, *["value_changed"] * 6))
    [verdict] = check_revisions(report, FigureBounds(revised_share_watched=0.06, revised_share=0.06))
    assert verdict.verdict == "ok"
    snapshot = pd.DataFrame({"table_name": ["ExpVinho", "Comercio"], "last_year": [2024, 2022]})
    assert {one.verdict for one in check_freshness(snapshot, FigureBounds(lag_years=2))} == {"ok"}


def test_a_declared_table_without_a_vintage_stops():
    snapshot = pd.DataFrame({"table_name": ["ExpVinho"]})
    [missing] = check_missing_tables(snapshot, ["ExpVinho", "ExpSuco"])
    assert (missing.check_name, missing.subject, missing.verdict) == ("missing_tables", "ExpSuco", "stop")
    assert "ingest it" in missing.detail
    [whole] = check_missing_tables(snapshot, ["ExpVinho"])
    assert (whole.subject, whole.verdict, whole.detail) == ("all tables", "ok", "1 tables")
