"""Whatever is written in any of the shapes of the published files is read back as it was."""

from hypothesis import given, settings
from hypothesis import strategies as st

from viticast.sources.reader import read_table
from viticast.sources.sample.render import Shape, render
from viticast.sources.sample.rows import SampleRow

NAMES = st.text("abcdefghijãéçõ", min_size=2, max_size=8).map(str.title)
CELLS = st.one_of(
    st.integers(0, 10**6).map(float),
    st.integers(0, 10**8).map(lambda cents: cents / 100),
    st.sampled_from(["nd", "*", "+", ""]),
)
MARKS = {"": "empty", "nd": "nd", "*": "*", "+": "+"}


@st.composite
def rows_of(draw, measures, *, grouped):
    years = range(2000, 2000 + draw(st.integers(2, 4)))

    def row(label, control):
        cells = {(year, measure): draw(CELLS) for year in years for measure in range(measures)}
        return SampleRow(label, control, cells=cells)

    names = draw(st.lists(NAMES, min_size=1, max_size=4))
    if not grouped:
        return [row(name, None) for name in names]
    parent = row("TINTAS", "TINTAS")
    parent.children = [row(name, f"ti_{name}") for name in names]
    return [parent]


def expected(rows, measures):
    return [
        (row.label, year, measure, cell if isinstance(cell, float) else None, MARKS.get(cell))
        for parent in rows
        for row in (parent, *parent.children)
        for (year, measure), cell in sorted(row.cells.items())
        if measure < measures
    ]


def found(frame):
    cells = frame[["item_label", "year", "measure", "value", "mark"]].astype(object)
    position = {"quantity": 0, "value": 1}
    return [
        (label, year, position[measure], value, mark)
        for label, year, measure, value, mark in cells.where(frame[cells.columns].notna(), None).itertuples(index=False)
    ]


@settings(deadline=None)
@given(rows=rows_of(1, grouped=True), delimiter=st.sampled_from(";\t"), header=st.booleans(), control=st.booleans())
def test_groups_survive(cultivars, rows, delimiter, header, control):
    shape = Shape(delimiter, "Cultivar", has_header=header, has_control=control)
    reading = read_table(render(rows, shape), cultivars)
    assert found(reading.frame) == expected(rows, 1)
    assert bool(reading.repairs) == (not header or not control)
    assert set(reading.frame["group_label"]) == {"TINTAS"}


@settings(deadline=None)
@given(rows=rows_of(2, grouped=False), delimiter=st.sampled_from(";\t"), header=st.booleans())
def test_countries_survive(countries, rows, delimiter, header):
    shape = Shape(delimiter, "País", "Id", measures=2, has_header=header, has_control=False)
    reading = read_table(render(rows, shape), countries)
    assert found(reading.frame) == expected(rows, 2)


@settings(deadline=None)
@given(rows=rows_of(2, grouped=False))
def test_a_mislabelled_last_year_changes_nothing(countries, rows):
    plain = Shape(";", "País", "Id", measures=2, has_control=False)
    mislabelled = Shape(";", "País", "Id", measures=2, has_control=False, is_last_year_mislabelled=True)
    last = rows[0].years[-1]
    rows[0].cells[last, 0], rows[0].cells[last - 1, 0] = 1.0, 2.0
    one, other = (read_table(render(rows, shape), countries) for shape in (plain, mislabelled))
    assert one.frame.equals(other.frame)
    assert (one.repairs, len(other.repairs)) == ((), 1)
