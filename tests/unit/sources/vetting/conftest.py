"""Small tables for one rule at a time."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from viticast.panel.labels import fold
from viticast.sources.vetting.bounds import VettingBounds
from viticast.sources.vetting.case import Case, with_keys
from viticast.sources.vetting.expectations import Expectations

RAW_SHA256 = "0123456789abcdef" * 4
FETCHED_AT = datetime(2026, 1, 1, 23, 59, tzinfo=UTC)
ALIASES = {"singapura": "cingapura"}


def key_of(label):
    folded = fold(label)
    return ALIASES.get(folded, folded)


def cells_of(rows, *, first_year=2000, measures=("quantity",)):
    """Cells of (group, item, kind, figures): one figure for each year and measure, a text being a mark."""
    records = []
    for row_number, (group, item, kind, figures) in enumerate(rows, start=2):
        for position, figure in enumerate(figures):
            year, measure = first_year + position // len(measures), measures[position % len(measures)]
            mark = figure if isinstance(figure, str) else None
            records.append(
                {
                    "row_number": row_number,
                    "column_number": position + 3,
                    "group_label": group,
                    "item_label": f" {item} ",
                    "item": item,
                    "row_kind": kind,
                    "measure": measure,
                    "unit": "USD" if measure == "value" else "kg",
                    "year": year,
                    "value": float("nan") if mark else float(figure),
                    "mark": mark,
                }
            )
    frame = pd.DataFrame(records)
    return frame.astype(dict.fromkeys(("group_label", "item_label", "item", "mark"), "str"))


def leaves_of(figures_by_item, **options):
    """Cells of leaves that stand in no group."""
    return cells_of([(None, item, "leaf", figures) for item, figures in figures_by_item.items()], **options)


@pytest.fixture
def ask(registry):
    """Asks one rule: ask(rule, cells, ...) -> list of findings."""

    def _ask(rule, cells, *, previous=None, table="ProcessaViniferas", published=2024, bounds=None, **declared):
        case = Case(
            table=registry[table],
            cells=with_keys(cells, key_of),
            raw_sha256=RAW_SHA256,
            published_at=date(published, 1, 1) if isinstance(published, int) else published,
            fetched_at=FETCHED_AT,
            previous=None if previous is None else with_keys(previous, key_of),
            expectations=Expectations.from_mapping(declared),
            bounds=VettingBounds(**(bounds or {})),
            key_of=key_of,
        )
        return list(rule(case))

    return _ask
