"""Records in, the table of a CSV file out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from viticast.sources.connections.numbers import Numbers
from viticast.sources.errors import (
    AbsentRecordError,
    EmptyFileError,
    MissingLabelError,
    MissingYearError,
    NotANumberError,
    RepeatedRecordError,
    SourceErrors,
    WrongTableError,
    WrongYearError,
)
from viticast.sources.reader import read_table
from viticast.sources.records.assemble import assemble
from viticast.sources.records.record import Record
from viticast.sources.records.years import years_with_figures

NUMBERS = Numbers()


def records_of(rows, years=(2000, 2001)):
    """Records of rows `(label, figures of each year, …)`, year by year."""
    return [
        Record(year, label, figures[position], f"http://server/x, {year}, record {number}", **more)
        for position, year in enumerate(years)
        for number, (label, figures, more) in enumerate(rows, start=1)
        if figures[position] is not ...
    ]


def row(label, *figures, **more):
    return (label, [figure if figure is ... or isinstance(figure, tuple) else (figure,) for figure in figures], more)


def shown(reading):
    frame = reading.frame.drop_duplicates("row_number")
    named = frame[["group_label", "item_label", "row_kind"]].astype(object)
    return list(named.where(frame[named.columns].notna(), None).itertuples(index=False, name=None))


def put(rows, table, absent="error", years=(2000, 2001)):
    return assemble(records_of(rows, years), table, NUMBERS, absent, years)


def test_records_are_read_as_the_file_of_the_same_figures(cultivars, write):
    content = write(
        "id|control|cultivar|2000|2001",
        "1|TINTAS|TINTAS|12|nd",
        "2|ti_Merlot|Merlot |5|*",
        "3|ti_Merlot|Merlot |7,5|",
        "4|SEMCLASS|OUTRAS|3|4",
    )
    rows = [
        row("TINTAS", 12, "nd"),
        row("Merlot ", 5, "*"),
        row("Merlot ", "7,5", ""),
        row("OUTRAS", 3.0, "4"),
    ]
    expected, reading = read_table(content, cultivars), put(rows, cultivars)
    assert_frame_equal(reading.frame, expected.frame)
    assert (reading.rows, reading.file_lines, reading.quarantined) == (4, 5, ())
    assert reading.notices == ()


def test_countries_are_read_as_the_file_of_the_same_figures(countries, write):
    content = write("Id|País|2000|2000|2001|2001", "1|ALEMANHA|1|2|3|4", "2|Chile|5|6|7|8")
    rows = [
        row("ALEMANHA", (1, 2), (3, 4)),
        row("Chile", (5, 6), (7, 8)),
        row("Total", (6, 8), (10, 12), is_total=True),
    ]
    assert_frame_equal(put(rows, countries).frame, read_table(content, countries).frame)


@pytest.mark.parametrize("total", [True, None])
def test_told_groups_need_no_order_and_no_capitals(cultivars, total):
    rows = [
        row("Merlot", 5, 5, group="Tintas"),
        row("IAC", 5, 5, group="Brancas", control="IAC"),
        row("Tintas", 5, 5, group="Tintas", is_total=total),
        row("VINHO FRIZANTE", 5, 5),
        row("OUTROS", 5, 5, group="OUTROS"),
        row("Malbec", 5, 5, group="Tintas", is_total=False),
    ]
    assert shown(put(rows, cultivars)) == [
        ("Tintas", "Tintas", "total"),
        ("Tintas", "Merlot", "leaf"),
        ("Tintas", "Malbec", "leaf"),
        ("Brancas", "IAC", "leaf"),
        (None, "VINHO FRIZANTE", "leaf"),
        (None, "OUTROS", "leaf"),
    ]


def test_the_total_of_a_told_group_may_have_no_group_itself(cultivars):
    rows = [row("TINTAS", 5, 5), row("Merlot", 5, 5, group="TINTAS")]
    assert shown(put(rows, cultivars)) == [("TINTAS", "TINTAS", "total"), ("TINTAS", "Merlot", "leaf")]


def test_a_group_has_one_total(cultivars):
    rows = [row(label, 5, 5, group="TINTAS") for label in ("TINTAS", "TINTAS", "Merlot")]
    assert [kind for _, _, kind in shown(put(rows, cultivars))] == ["total", "leaf", "leaf"]


def test_a_label_that_stands_in_two_groups_is_two_rows(cultivars):
    rows = [row("MESA", 1, 1), row("Tinto", 2, ...), row("FINO", 3, 3), row("Tinto", 4, 4)]
    reading = put(rows, cultivars, absent="zero")
    tinto = reading.frame[reading.frame["item"] == "Tinto"]
    assert list(tinto[["group_label", "year", "value"]].itertuples(index=False, name=None)) == [
        ("MESA", 2000, 2.0),
        ("MESA", 2001, 0.0),
        ("FINO", 2000, 4.0),
        ("FINO", 2001, 4.0),
    ]


def test_a_row_that_is_met_late_stands_in_its_group(cultivars):
    rows = [row("MESA", 1, 1), row("Tinto", 1, 1), row("Rosado", ..., 1), row("FINO", 3, 3), row("Branco", 1, 1)]
    reading = put(rows, cultivars, absent="empty")
    assert [label for _, label, _ in shown(reading)] == ["MESA", "Tinto", "Rosado", "FINO", "Branco"]
    rosado = reading.frame[reading.frame["item"] == "Rosado"]
    assert rosado["mark"].tolist()[:1] == ["empty"]
    assert rosado["value"].tolist()[1:] == [1.0]


def test_a_row_that_lacks_a_record_is_an_error_unless_it_is_said_what_that_means(countries):
    rows = [row("Chile", (1, 1), ...), row("Peru", (1, 1), (1, 1)), row("Cuba", ..., (1, 1))]
    with pytest.raises(SourceErrors) as raised:
        put(rows, countries)
    errors = raised.value.errors
    assert [type(error) for error in errors] == [AbsentRecordError, AbsentRecordError]
    assert "'Chile' has no record in 2001" in errors[0].message
    assert all(choice in errors[0].message for choice in ("`zero`", "`empty`", "`error`"))


def test_an_absent_record_of_a_group_names_the_group(cultivars):
    with pytest.raises(AbsentRecordError, match="'Tinto' of MESA has no record in 2000, "):
        put([row("MESA", 1, 1), row("Tinto", ..., 1)], cultivars)


def test_many_years_are_counted(countries):
    years = range(2000, 2010)
    rows = [row("Peru", *[(1, 1)] * 10), row("Cuba", (1, 1), *[...] * 9)]
    with pytest.raises(AbsentRecordError, match="2001, 2002, 2003, 2004, 2005 and 4 more years"):
        put(rows, countries, years=years)


def test_a_year_between_two_others_must_have_records(countries):
    with pytest.raises(MissingYearError, match="2001 of 2000 to 2002 has no record"):
        put([row("Peru", (1, 1), ..., (1, 1))], countries, years=(2000, 2001, 2002))


def test_it_may_be_said_what_a_year_without_records_means(countries):
    rows = [row("Peru", (1, 1), ..., (1, 1))]
    for absent, value in (("zero", [0.0, 0.0]), ("empty", [])):
        frame = put(rows, countries, absent, (2000, 2001, 2002)).frame
        assert frame.loc[frame["year"] == 2001, "value"].dropna().tolist() == value


def test_no_record_is_an_error(countries):
    with pytest.raises(EmptyFileError, match="ExpTeste"):
        put([], countries)


def test_records_of_other_years_are_not_looked_at(countries):
    records = records_of([row("Peru", (1, 1), ("x", "y"))])
    reading = assemble(records, countries, NUMBERS, "error", [2000])
    assert reading.frame["year"].unique().tolist() == [2000]
    assert reading.quarantined == ()


def test_a_table_of_groups_without_any_is_another_table(cultivars):
    with pytest.raises(WrongTableError, match=r"fields\.group"):
        put([row("Chile", 1, 1), row("Peru", 1, 1)], cultivars)


def test_one_row_needs_no_group(cultivars):
    assert shown(put([row("Sem classificação", 1, 1)], cultivars)) == [(None, "Sem classificação", "leaf")]


def test_a_figure_that_cannot_be_read_costs_its_cell(countries):
    reading = put([row("Peru", (1, "12 kg"), (1, 1)), row("Cuba", (-1, 1), (True, 1))], countries)
    assert reading.frame["mark"].tolist().count("unreadable") == 3
    error = reading.quarantined[0]
    assert type(error) is NotANumberError
    assert error.message.startswith(
        "ExpTeste, line 2, column 4 (2000 USD): http://server/x, 2000, record 1: '12 kg' is"
    )
    assert [(error.row, error.column) for error in reading.quarantined] == [(2, 4), (3, 3), (3, 5)]
    assert {error.outcome for error in reading.quarantined} == {"cell_quarantined"}
    assert (reading.quarantined_cells, reading.file_lines) == (3, 3)


def test_a_record_without_name_and_figure_is_set_aside(cultivars):
    rows = [row("TINTAS", 1, 1), row("", None, 0), row("Merlot", 1, 1), row("OUTRAS", 1, 1), row("--", None, None)]
    reading = put(rows, cultivars)
    assert shown(reading) == [("TINTAS", "TINTAS", "total"), ("TINTAS", "Merlot", "leaf"), (None, "OUTRAS", "leaf")]
    assert [(error.row, error.outcome) for error in reading.quarantined] == [
        (3, "row_quarantined"),
        (6, "row_quarantined"),
    ]
    assert (reading.rows, reading.file_lines) == (3, 6)
    assert reading.frame["row_number"].unique().tolist() == [2, 4, 5]


def test_a_record_with_figures_and_without_name_costs_the_table(countries):
    with pytest.raises(MissingLabelError, match="record 2: the row has no name"):
        put([row("Peru", (1, 1), (1, 1)), row(" ", (1, 1), (1, 1))], countries)


def test_nothing_but_nameless_records_is_no_table(countries):
    with pytest.raises(EmptyFileError, match="no record has a name"):
        put([row(" ", (0, 0), (0, 0))], countries)


def test_nulls_are_told(countries):
    reading = put([row("Peru", (None, float("nan")), ("", "nd"))], countries)
    (notice,) = reading.notices
    assert (notice.outcome, notice.rule, notice.found) == ("watch", "marks_not_carried", "2")
    assert notice.reason == "2 cells are null; whether nd, * or + was meant is not carried; read as empty"
    assert put([row("Peru", (None, 1), (1, 1))], countries).notices[0].reason.startswith("1 cell is null; ")


@pytest.mark.parametrize(
    ("last_figures", "last"),
    [
        (((0, 0), (0, 0)), 2000),
        ((("0", None), ...), 2000),
        (((0, 0), (0, 5)), 2002),
        (((0, 5), ...), 2001),
        ((("nd", 0), ...), 2001),
        ((("", None), ...), 2000),
        ((("what", 0), ...), 2001),
    ],
)
def test_years_at_the_end_without_figures_are_not_published_yet(countries, last_figures, last):
    years = (2000, 2001, 2002)
    records = records_of([row("Peru", (0, 5), *last_figures)], years)
    assert years_with_figures(records, countries, NUMBERS, 2000, None) == range(2000, last + 1)
    assert years_with_figures(records, countries, NUMBERS, 2000, 2002) == range(2000, 2003)


def test_no_year_has_a_figure(countries):
    assert len(years_with_figures([], countries, NUMBERS, 2000, None)) == 0


NAMES = st.sampled_from(["Tinto", "Branco", "Rosado ", "Merlot", "IAC", "VINHO", "OUTRAS"])
GROUPED = st.lists(
    st.tuples(st.sampled_from(["MESA", "FINO", "SUCO", "BORRA"]), st.lists(NAMES, max_size=5)),
    min_size=1,
    max_size=4,
    unique_by=lambda block: block[0],
)


@settings(deadline=None, max_examples=30)
@given(GROUPED, st.integers(1, 3), st.randoms())
def test_the_order_of_told_groups_does_not_matter_to_what_the_table_says(cultivars, blocks, count, random):
    """Rows of one group keep their order, but groups may be mixed."""
    years = range(2000, 2000 + count)
    totals = [row(group, *[1] * count, group=group, is_total=True) for group, _ in blocks]
    leaves = [row(label, *[2] * count, group=group, is_total=False) for group, labels in blocks for label in labels]
    mixed = [*totals, *leaves]
    random.shuffle(mixed)
    one, other = (put(rows, cultivars, years=years) for rows in ([*totals, *leaves], mixed))
    assert sorted(map(str, shown(one))) == sorted(map(str, shown(other)))
    assert one.rows == len(mixed)


@settings(deadline=None, max_examples=30)
@given(GROUPED)
def test_a_category_is_told_by_its_capitals_as_in_a_file(cultivars, write, blocks):
    rows = [
        line for group, labels in blocks for line in [(group, group), *((label, f"xx_{label}") for label in labels)]
    ]
    lines = [f"{number}|{control}|{label}|1|2" for number, (label, control) in enumerate(rows, start=1)]
    expected = read_table(write("id|control|cultivar|2000|2001", *lines), cultivars)
    reading = put([row(label, 1, 2, control=control) for label, control in rows], cultivars)
    assert_frame_equal(reading.frame, expected.frame)


@pytest.mark.parametrize("absent", ["error", "zero", "empty"])
def test_a_country_that_stands_twice_in_one_year_is_refused(countries, absent):
    rows = [row("Chile", (1, 2), (3, 4)), row("Peru", (5, 6), (7, 8)), row("Chile", ..., (3, 4))]
    with pytest.raises(RepeatedRecordError, match="'Chile' has several records in 2001, and one in other years"):
        put(rows, countries, absent=absent)


def test_a_product_that_stands_twice_in_one_year_is_refused_unless_zeros_are_left_out(cultivars):
    rows = [row("TINTAS", 9, 9), row("Merlot", 4, 4), row("Tannat", 5, 5), row("Merlot", ..., 4)]
    with pytest.raises(RepeatedRecordError, match="'Merlot' of TINTAS has several records in 2001"):
        put(rows, cultivars)
    assert len(shown(put(rows, cultivars, absent="zero"))) == 4


def test_two_rows_of_one_name_in_every_year_are_two_rows(countries):
    rows = [row("Chile", (1, 2), (3, 4)), row("Chile", (5, 6), (7, 8))]
    assert [label for _, label, _ in shown(put(rows, countries))] == ["Chile", "Chile"]


def test_categories_without_totals_are_worth_a_look(cultivars):
    rows = [row("Merlot", 4, 4, group="TINTAS"), row("Tannat", 5, 5, group="TINTAS")]
    [notice] = put(rows, cultivars).notices
    assert (notice.rule, notice.outcome) == ("no_totals", "watch")
    with_total = [row("TINTAS", 9, 9, group="TINTAS"), *rows]
    assert put(with_total, cultivars).notices == ()


MANY = ("Chile", "Peru", "Itália", "França", "Uruguai")


@pytest.mark.parametrize("absent", ["zero", "empty"])
@pytest.mark.parametrize(("count", "is_refused"), [(4, False), (5, True)])
def test_a_year_without_records_between_full_years_is_believed_to_be_nothing(countries, absent, count, is_refused):
    rows = [row(label, (1, 2), ..., (3, 4)) for label in MANY[:count]]
    years = (2000, 2001, 2002)
    if is_refused:
        with pytest.raises(MissingYearError, match="2001 of 2000 to 2002 has no record"):
            put(rows, countries, absent=absent, years=years)
    else:
        assert put(rows, countries, absent=absent, years=years).last_year == 2002


@pytest.mark.parametrize("year", [1999, 2101, 9999])
def test_records_of_years_that_no_table_has_are_refused(countries, year):
    records = [*records_of([row("Chile", (1, 2), (3, 4))]), Record(year, "Chile", (1, 2), "here")]
    with pytest.raises(WrongYearError, match=f"there are records of {year}"):
        assemble(records, countries, NUMBERS, "zero", (2000, 2001))
