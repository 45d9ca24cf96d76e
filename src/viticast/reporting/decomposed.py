"""The totals in their parts, and what the tests of the model say in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

import pandas as pd

from viticast.reporting.context import Language, PageContext
from viticast.reporting.numbers import number
from viticast.reporting.payload import root_name
from viticast.reporting.records import SeriesRecord
from viticast.reporting.text import words

SIGNIFICANCE = 0.05
"""A p-value below this is read as evidence."""

TESTS = ("ljung_box", "jarque_bera", "heteroskedasticity")


@dataclass(frozen=True)
class DiagnosisRow:
    """A total with its diagnosis: shares of variance, NaN where there is none, p-values as text, and their reading."""

    name: str
    years: int
    shares: tuple[float, ...]
    p_values: tuple[str, ...]
    reading: str


@dataclass(frozen=True)
class DecompositionSection:
    """What the page says of the decomposition.

    Attributes:
        drawn: Ids of the flows that have components.
        totals: One row for each flow.
        parts: One row for each sum directly below a flow.
        note: How to read tests and shares.
    """

    drawn: list[str]
    totals: list[DiagnosisRow]
    parts: list[DiagnosisRow]
    note: str


def decomposition_section(
    components: pd.DataFrame, diagnostics: pd.DataFrame, records: Mapping[str, SeriesRecord], context: PageContext
) -> DecompositionSection:
    """Reads the diagnostics in the language of the page, in the order of the records.

    Args:
        components: As `contracts.decompositions.Components` describes.
        diagnostics: As `contracts.decompositions.Diagnostics` describes.
        records: The series of the page.
        context: Language of the page.
    """
    known = {str(row["series_id"]): row for row in diagnostics.to_dict("records")}
    rows = {sid: _row(known[sid], record, context) for sid, record in records.items() if sid in known}
    fitted = set(components["series_id"])
    return DecompositionSection(
        drawn=[sid for sid in rows if sid in fitted and _is_root(sid)],
        totals=[row for sid, row in rows.items() if _is_root(sid)],
        parts=[row for sid, row in rows.items() if not _is_root(sid)],
        note=_note(diagnostics, context.language),
    )


def component_columns(components: pd.DataFrame) -> dict[str, list[Any]]:
    """Of each flow its first year, levels and yearly changes, rounded to the unit; years run without gaps."""
    roots = components[components["series_id"].map(_is_root).astype(bool)].sort_values("year")
    return {
        str(sid): [int(rows["year"].iloc[0]), *([round(v) for v in rows[name]] for name in ("level", "trend"))]
        for sid, rows in roots.groupby("series_id")
    }


def p_value(value: float, language: Language) -> str:
    """A p-value to three decimals, a dash where a test says nothing: 0,430 or < 0,001."""
    if not isnan(value) and value < 0.001:
        return f"< {number(0.001, language, 3)}"
    return number(value, language, 3)


def _is_root(series_id: str) -> bool:
    return "/" not in series_id


def _row(row: Mapping[Any, Any], record: SeriesRecord, context: PageContext) -> DiagnosisRow:
    return DiagnosisRow(
        name=" › ".join((root_name(record.root_id, context), *record.path)),
        years=int(row["years"]),
        shares=tuple(float(row[f"{name}_share"]) for name in ("level", "trend", "irregular")),
        p_values=tuple(p_value(float(row[f"{test}_p"]), context.language) for test in TESTS),
        reading=_reading(row, context.language),
    )


def _reading(row: Mapping[Any, Any], language: Language) -> str:
    text = words(language)["decomposition"]
    sentences = [text["statuses"][row["status"]]]
    for test in TESTS:
        p = float(row[f"{test}_p"])
        if not isnan(p):
            shown = p_value(p, language)
            told = (f"p {shown}" if shown.startswith("<") else f"p = {shown}").replace(" ", "\u00a0")
            sentences.append(text["readings"][test]["evidence" if p < SIGNIFICANCE else "no_evidence"].format(p=told))
    return " ".join(sentence for sentence in sentences if sentence)


def _note(diagnostics: pd.DataFrame, language: Language) -> str:
    lags = ", ".join(str(lag) for lag in sorted(diagnostics["ljung_box_lags"].unique()))
    note: str = words(language)["decomposition"]["note"]
    return note.format(lags=lags, limit=number(SIGNIFICANCE, language, 2))
