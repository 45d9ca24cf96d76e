"""All rules over one file: what was found, and what a person has accepted."""

from dataclasses import replace
from datetime import date, datetime

import pandas as pd

from viticast.sources.findings import Finding
from viticast.sources.tables import TableSpec
from viticast.sources.vetting.anchors import check_anchors
from viticast.sources.vetting.bounds import VettingBounds
from viticast.sources.vetting.case import Case, Rule, SameLabel, with_keys
from viticast.sources.vetting.changed_values import check_changed_values, check_values_became_marks
from viticast.sources.vetting.duplicates import check_duplicates
from viticast.sources.vetting.exchanged import (
    check_equal_measures,
    check_exchanged_measures,
    check_exchanged_since,
    check_sum_row,
)
from viticast.sources.vetting.expectations import Acceptance, Expectations
from viticast.sources.vetting.figures import check_any_figure, check_last_year, check_thin_last_year
from viticast.sources.vetting.jumps import check_last_year_scale
from viticast.sources.vetting.pairs import check_last_unit_value, check_one_sided_pairs, check_unit_values
from viticast.sources.vetting.repeated_years import check_repeated_years
from viticast.sources.vetting.totals import check_totals
from viticast.sources.vetting.unreadable import check_unreadable
from viticast.sources.vetting.vanished_rows import check_vanished_rows
from viticast.sources.vetting.years import check_future, check_lost, check_publication
from viticast.sources.vetting.zeroed import check_zeroed

RULES: tuple[Rule, ...] = (
    check_unreadable,
    check_any_figure,
    check_anchors,
    check_duplicates,
    check_totals,
    check_last_year,
    check_thin_last_year,
    check_last_year_scale,
    check_publication,
    check_future,
    check_lost,
    check_repeated_years,
    check_vanished_rows,
    check_changed_values,
    check_values_became_marks,
    check_zeroed,
    check_one_sided_pairs,
    check_unit_values,
    check_last_unit_value,
    check_exchanged_measures,
    check_exchanged_since,
    check_equal_measures,
    check_sum_row,
)


def vet(
    cells: pd.DataFrame,
    table: TableSpec,
    *,
    raw_sha256: str,
    published_at: date | None,
    fetched_at: datetime,
    previous: pd.DataFrame | None,
    expectations: Expectations,
    bounds: VettingBounds,
    same_label: SameLabel,
) -> tuple[Finding, ...]:
    """Ask every rule what it finds in a file that could be read.

    Args:
        cells: `Reading.frame` of the file.
        table: What the file should hold.
        raw_sha256: Hash of the bytes of the file, as hexadecimal digits; an acceptance holds for one file.
        published_at: When it was published, None where nobody declared it.
        fetched_at: When it was fetched.
        previous: The cells of the vintage published before, None if there is none.
        expectations: What is declared for the source.
        bounds: The thresholds.
        same_label: (table, label) -> the folded name that all spellings of a label share; groups go through it too.

    Returns:
        Refusals and watches, in the order of `RULES`; a file with a refusal must not replace the vintage before.
    """

    def key_of(label: str) -> str:
        return same_label(table.name, label)

    case = Case(
        table=table,
        cells=with_keys(cells, key_of),
        raw_sha256=raw_sha256,
        published_at=published_at,
        fetched_at=fetched_at,
        previous=None if previous is None else with_keys(previous, key_of),
        expectations=expectations.of(table.name),
        bounds=bounds,
        key_of=key_of,
    )
    findings = [finding for rule in RULES for finding in rule(case)]
    return tuple(_accepted(finding, case) for finding in findings)


def _accepted(finding: Finding, case: Case) -> Finding:
    """A refusal that a person has accepted for this file is watched."""
    if finding.outcome != "refusal":
        return finding
    for acceptance in case.expectations.accepted:
        if _applies(acceptance, finding, case):
            return replace(
                finding,
                outcome="watch",
                reason=f"{finding.reason} (accepted: {' '.join(acceptance.reason.split())})",
                remedy="if that was not meant, take the entry out of `accepted` in "
                "conf/base/expectations_<declarations>.yml",
            )
    return finding


def _applies(acceptance: Acceptance, finding: Finding, case: Case) -> bool:
    return (
        acceptance.rule == finding.rule
        and acceptance.last_year == case.last_year
        and case.raw_sha256.startswith(acceptance.raw_sha256)
    )
