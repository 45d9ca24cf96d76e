"""The figures of a file, delivered in any shape, give the table of the file cell by cell."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.unit.sources.api.served import (
    WAYS,
    brazilian,
    labels_are_unique,
    number,
    rows_of,
    without,
)

from viticast.sources.api import read_answers
from viticast.sources.reader import read_table

SAMPLE_TABLES = ["ProcessaAmericanas", "ImpFrescas"]
VINTAGES = ["2024-04", "2025-04"]


def read(folder: Path, table):
    return read_table((folder / table.file_name).read_bytes(), table)


def as_numbered(frame, table):
    """The frame as of a file that has a header and every column."""
    first = {"grouped": 4, "countries": 3}[table.layout]
    return frame.assign(
        row_number=frame["row_number"] - frame["row_number"].min() + 2,
        column_number=frame["column_number"] - frame["column_number"].min() + first,
    )


def years_of(reading):
    """A last year of zeros looks like one that is not published yet, unless it is declared."""
    frame = reading.frame
    last = frame[frame["year"] == reading.last_year]
    return {} if (last["value"] > 0).any() or last["mark"].notna().any() else {"last": reading.last_year}


def check_every_way(reading, table):
    rows = rows_of(reading.frame)
    expected = as_numbered(reading.frame, table)
    for name, way in WAYS.items():
        if name == "by label" and not labels_are_unique(rows):
            continue
        found = read_answers(way.packed(rows, table), table, way.connection(table, years=years_of(reading)))
        assert_frame_equal(found.frame, expected, obj=f"{table.name} as {name}")
        assert (found.rows, found.quarantined, found.notices) == (reading.rows, (), ())


@pytest.mark.parametrize("name", ["Comercio", *SAMPLE_TABLES])
def test_the_sample_survives_every_shape(sample_vintages, registry, name):
    check_every_way(read(sample_vintages["2025-04"], registry[name]), registry[name])


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("vintage", VINTAGES)
def test_the_real_figures_survive_every_shape(real_vintages, registry, vintage):
    for table in registry:
        check_every_way(read(real_vintages[vintage], table), table)


def check_texts(reading, table):
    """Figures as texts of the country, and years that are not published yet as dashes."""
    way = WAYS["list under a key"]
    rows = rows_of(reading.frame, figure=brazilian)
    last = reading.last_year
    rows += [
        {**row, "ano": last + later, **{name: "-" for name in ("quantidade", "valor") if name in row}}
        for later in (1, 2)
        for row in rows
        if row["ano"] == last
    ]
    numbers = {"thousands": ".", "decimal": ",", "zero": ["-"]}
    found = read_answers(
        way.packed(rows, table), table, way.connection(table, numbers=numbers, years=years_of(reading))
    )
    assert_frame_equal(found.frame, as_numbered(reading.frame, table))
    not_published = f"{last + 1}, {last + 2}: no figure above zero, left out as not published yet"
    assert [repair.startswith(not_published) for repair in found.repairs] == ([] if years_of(reading) else [True])


def test_the_sample_survives_as_texts(sample_vintages, registry):
    for name in SAMPLE_TABLES:
        check_texts(read(sample_vintages["2024-04"], registry[name]), registry[name])


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("vintage", VINTAGES)
def test_the_real_figures_survive_as_texts(real_vintages, registry, vintage):
    for table in registry:
        check_texts(read(real_vintages[vintage], table), table)


def check_nulls(reading, table):
    """Without marks, all that is lost is which of them was meant."""
    way = WAYS["list"]
    rows = rows_of(reading.frame, marks=dict.fromkeys(("nd", "*", "+", "empty")))
    years = {"last": reading.last_year}
    found = read_answers(way.packed(rows, table), table, way.connection(table, years=years))
    expected = as_numbered(reading.frame, table)
    marks = expected["mark"].where(expected["mark"].isna(), "empty")
    assert_frame_equal(found.frame, expected.assign(mark=marks))
    nulls = int(marks.notna().sum())
    assert [notice.found for notice in found.notices] == ([str(nulls)] if nulls else [])


def test_the_sample_survives_without_marks(sample_vintages, registry):
    for name in SAMPLE_TABLES:
        check_nulls(read(sample_vintages["2025-04"], registry[name]), registry[name])


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("vintage", VINTAGES)
def test_the_real_figures_survive_without_marks(real_vintages, registry, vintage):
    for table in registry:
        check_nulls(read(real_vintages[vintage], table), table)


def check_left_out_zeros(reading, table):
    """A server that leaves out zeros changes the order of rows and no figure."""
    way = WAYS["list"]
    way = type(way)({**way.records, "absent": "zero"}, way.body, way.is_by_year)
    rows = rows_of(reading.frame)
    kept = [row for row in rows if any(row.get(name) for name in ("quantidade", "valor"))]
    ever = {row["produto"] for row in kept}
    found = read_answers(way.packed(kept, table), table, way.connection(table)).frame
    key = ["group_label", "item_label", "measure", "year"]
    columns = [*key, "item", "row_kind", "value", "mark"]
    expected = reading.frame[reading.frame["item_label"].isin(ever)][columns]
    found, expected = (one[columns].sort_values(key, ignore_index=True) for one in (found, expected))
    assert_frame_equal(found, expected)


def test_zeros_may_be_left_out(sample_vintages, registry):
    table = registry["ImpFrescas"]
    check_left_out_zeros(read(sample_vintages["2025-04"], table), table)


NAMES = st.text("abcdefghijãéçõ ", min_size=2, max_size=8).map(lambda text: f"X{text}".title())
FIGURES = st.one_of(
    st.integers(0, 10**6),
    st.integers(0, 10**8).map(lambda cents: cents / 100),
    st.sampled_from(["nd", "*", "+", ""]),
)


@st.composite
def tables_of(draw):
    years = range(2000, 2000 + draw(st.integers(1, 3)))
    groups = draw(st.lists(st.sampled_from(["TINTAS", "BRANCAS", "ROSADAS"]), min_size=1, unique=True))
    labels = [
        (group, label, is_child)
        for group in groups
        for label, is_child in [(group, False), *((one, True) for one in draw(st.lists(NAMES, max_size=4)))]
    ]
    rows = [
        {
            "ano": year,
            "categoria": group,
            "controle": f"xx_{label}" if is_child else label,
            "produto": label,
            "quantidade": draw(FIGURES),
        }
        for year in years
        for group, label, is_child in labels
    ]
    # the last year is published
    return [{**row, "quantidade": row["quantidade"] or 1} if row["ano"] == years[-1] else row for row in rows]


@settings(deadline=None, max_examples=15)
@given(rows=tables_of())
def test_records_in_any_shape_give_the_same_reading(cultivars, rows):
    years = {"first": 2000}
    readings = {
        name: read_answers(way.packed(rows, cultivars), cultivars, way.connection(cultivars, years=years))
        for name, way in WAYS.items()
        if name != "by label" or labels_are_unique(rows)
    }
    expected = readings["list of order and controls"]
    for name, reading in readings.items():
        assert_frame_equal(reading.frame, expected.frame, obj=name)
        assert {notice.rule for notice in reading.notices} <= {"no_totals"}


def test_labels_that_stand_twice_are_carried_by_every_shape_but_by_label(cultivars):
    rows = [
        {"ano": 2000, "categoria": "TINTAS", "controle": "TINTAS", "produto": "TINTAS", "quantidade": 3},
        {"ano": 2000, "categoria": "TINTAS", "controle": "xx_a", "produto": "Mistura", "quantidade": 1},
        {"ano": 2000, "categoria": "TINTAS", "controle": "xx_b", "produto": "Mistura", "quantidade": 2},
    ]
    for name, way in WAYS.items():
        if name == "by label":
            continue
        reading = read_answers(way.packed(rows, cultivars), cultivars, way.connection(cultivars, years={"first": 2000}))
        assert reading.frame["value"].tolist() == [3.0, 1.0, 2.0], name


def test_figures_are_written_as_they_would_be():
    assert [brazilian(value) for value in (0.0, 139320884.0, 1234.5)] == ["-", "139.320.884", "1.234,5"]
    assert number(5.0) == 5
    assert without({"a": 1, "b": 2}, "a") == {"b": 2}
