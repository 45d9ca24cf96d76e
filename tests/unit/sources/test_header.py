import pytest

from viticast.sources.delimited import Line
from viticast.sources.errors import (
    DuplicatedYearError,
    HeaderError,
    WrongTableError,
    YearOrderError,
)
from viticast.sources.header import read_columns


def lines(*texts):
    return tuple(Line(number, tuple(text.split("|"))) for number, text in enumerate(texts, start=1))


def test_a_header_with_control(cultivars):
    columns, body = read_columns(lines("id|control|cultivar|2000|2001", "1|ti_A|A|5|6"), cultivars)
    assert (columns.control, columns.label, columns.first_figure) == (1, 2, 3)
    assert columns.years == (2000, 2001)
    assert columns.repairs == ()
    assert [line.number for line in body] == [2]


@pytest.mark.parametrize(
    "header", ["ID|CONTROL|CULTIVAR|2000", "Id|control|Cultivar |2000", " id|Control|cultivar|2000"]
)
def test_the_case_of_the_header_is_free(cultivars, header):
    assert read_columns(lines(header, "1|ti_A|A|5"), cultivars)[0].years == (2000,)


def test_a_missing_control_column_is_a_repair(cultivars):
    columns, _ = read_columns(lines("id|cultivar|2000", "1|A|5"), cultivars)
    assert (columns.control, columns.label, columns.first_figure) == (None, 1, 2)
    assert "no control column" in columns.repairs[0]


def test_a_missing_header_counts_the_years_from_the_first(cultivars):
    columns, body = read_columns(lines("1|TINTAS|TINTAS|5|6|7", "2|ti_A|A|5|6|nd"), cultivars)
    assert columns.years == (2000, 2001, 2002)
    assert (columns.control, columns.first_figure) == (1, 3)
    assert columns.repairs == ("no header line: years counted from 2000 by position, to 2002",)
    assert len(body) == 2


def test_neither_header_nor_control(cultivars):
    columns, _ = read_columns(lines("1|TINTAS|5|6", "2|A|*|nd", "3|B|0|1"), cultivars)
    assert columns.control is None
    assert len(columns.repairs) == 2


def test_a_table_of_countries_without_header(countries):
    columns, _ = read_columns(lines("1|Itália|5|6|7|8", "2|Chile|0|0|0|0"), countries)
    assert columns.years == (2000, 2001)
    assert columns.first_figure == 2


def test_the_second_of_a_pair_may_be_named_as_pandas_does(countries):
    columns, _ = read_columns(lines("Id|País|2000|2000.1|2001|2001.1", "1|Chile|1|2|3|4"), countries)
    assert columns.years == (2000, 2001)


def test_a_mislabelled_last_block_is_read_by_position(countries):
    columns, _ = read_columns(lines("Id|Pais|2000|2000|2001|2001|2001|2001", "1|Chile|1|2|3|4|5|6"), countries)
    assert columns.years == (2000, 2001, 2002)
    assert columns.repairs == ("the header calls the last year 2001 again: read by position as 2002",)


def test_a_mislabelled_last_year_of_a_grouped_table(cultivars):
    columns, _ = read_columns(lines("id|control|cultivar|2000|2001|2001", "1|sc|S|1|2|3"), cultivars)
    assert columns.years == (2000, 2001, 2002)


@pytest.mark.parametrize(
    ("header", "row", "column"),
    [
        ("Id|País|2000|2000|2001|2001|2001|2001", "1|Chile|1|2|3|4|3|4", 7),  # the same figures: a copied block
        ("Id|País|2000|2000|2000|2000|2001|2001", "1|Chile|1|2|3|4|5|6", 5),  # not the last block
        ("Id|País|2000|2000|2001|2001|2000|2000", "1|Chile|1|2|3|4|5|6", 7),  # not the block before
    ],
)
def test_any_other_repeated_year_is_an_error(countries, header, row, column):
    with pytest.raises(DuplicatedYearError) as raised:
        read_columns(lines(header, row), countries)
    assert (raised.value.table, raised.value.row, raised.value.column) == ("ExpTeste", 1, column)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("id|control|cultivar|2000|2002", "2002 stands where 2001 is due"),
        ("id|control|cultivar|2001|2002", "2001 stands where 2000 is due"),
        ("id|control|cultivar|2000|1999", "1999 stands where 2001 is due"),
    ],
)
def test_gaps_disorder_and_late_starts_are_errors(cultivars, header, found):
    with pytest.raises(YearOrderError, match=found):
        read_columns(lines(header, "1|sc|S|1|2"), cultivars)


@pytest.mark.parametrize(
    "header",
    [
        "Id|País|2000|2001|2002",
        "id|produto|2000|2001|2002",
        "id|control|produto|2000|2001",
        "control|cultivar|2000|2001|2002",
        "name|2000|2001|2002|2003",
    ],
)
def test_the_header_of_another_table_is_refused(cultivars, header):
    with pytest.raises(WrongTableError, match="not a table of cultivar rows"):
        read_columns(lines(header, "1|x|y|1|2"), cultivars)


def test_a_table_of_countries_has_no_control_column(countries):
    with pytest.raises(WrongTableError):
        read_columns(lines("Id|control|País|2000|2000", "1|x|Chile|1|2"), countries)


def test_a_grouped_file_without_header_is_no_table_of_countries(countries):
    with pytest.raises(WrongTableError, match="second and third columns are text"):
        read_columns(lines("1|TINTAS|TINTAS|5|6", "2|ti_A|A|5|6"), countries)


@pytest.mark.parametrize("header", ["Id|País|2000|2000|2001", "Id|País"])
def test_figures_come_in_pairs(countries, header):
    with pytest.raises(WrongTableError, match="cannot be 2 for each year"):
        read_columns(lines(header, "1|Chile|1|2|3"), countries)


@pytest.mark.parametrize("header", ["Id|País|2000|2001", "Id|País|2000|total", "Id|País|2000|20x1"])
def test_a_pair_of_columns_is_of_one_year(countries, header):
    with pytest.raises(HeaderError, match="should be one year for each measure"):
        read_columns(lines(header, "1|Chile|1|2"), countries)


def test_a_column_that_is_no_year(cultivars):
    with pytest.raises(HeaderError, match="'total' should be one year") as raised:
        read_columns(lines("id|control|cultivar|2000|total", "1|sc|S|1|2"), cultivars)
    assert raised.value.column == 5


def test_a_second_header_is_refused_wherever_it_stands(cultivars):
    header = "id|control|cultivar|2000"
    with pytest.raises(HeaderError, match="line 4: the header stands a second time") as raised:
        read_columns(lines(header, "1|sc|S|1", "2|sc|T|1", " ID|Control|cultivar|2000"), cultivars)
    assert (raised.value.table, raised.value.value) == ("ProcessaTeste", "id, control, cultivar, 2000")


@pytest.mark.parametrize(("years", "is_read"), [(101, True), (102, False)])
@pytest.mark.parametrize("has_header", [True, False])
def test_no_figure_is_of_a_year_beyond_the_last_of_the_contract(cultivars, years, is_read, has_header):
    header = "id|cultivar|" + "|".join(str(2000 + position) for position in range(years))
    texts = [*([header] if has_header else []), "1|S|" + "|".join("1" * years)]
    if is_read:
        assert read_columns(lines(*texts), cultivars)[0].years[-1] == 2100
    else:
        with pytest.raises(WrongTableError, match="102 columns of figures would reach beyond the year 2100"):
            read_columns(lines(*texts), cultivars)


@pytest.mark.parametrize(
    ("third", "control"),
    [(("TINTAS", "A", "5"), 1), (("TINTAS", "5", "5"), None), (("A", "5"), None), (("nd", "*"), None)],
)
def test_the_third_column_is_of_labels_where_most_of_it_is_text(cultivars, third, control):
    columns, _ = read_columns(lines(*(f"{number}|X|{text}|5" for number, text in enumerate(third, start=1))), cultivars)
    assert columns.control == control


def test_a_single_label_and_nothing_else_has_no_figure(cultivars):
    with pytest.raises(WrongTableError, match="0 columns of figures cannot be 1 for each year"):
        read_columns(lines("1|X", "2|Y"), cultivars)
    with pytest.raises(WrongTableError, match="0 columns of figures cannot be 1 for each year"):
        read_columns(lines("1|x|X", "2|y|Y"), cultivars)
