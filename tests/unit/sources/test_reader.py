import pandas as pd
import pytest

from viticast.sources.errors import (
    CutFigureError,
    EmptyFileError,
    HeaderError,
    MissingLabelError,
    NegativeNumberError,
    NoRowError,
    NotANumberError,
    OutOfBoundsError,
    ThousandsSeparatorError,
    WrongTableError,
)
from viticast.sources.reader import COLUMNS, read_table


def kinds(reading):
    rows = reading.frame.drop_duplicates("row_number")
    return list(zip(rows["item"], rows["row_kind"], rows["group_label"].fillna("-"), strict=True))


def test_a_table_of_groups(cultivars, write):
    reading = read_table(
        write(
            "id|control|cultivar|2000|2001",
            "1|TINTAS|TINTAS|7|8,5",
            "2|ti_A|  Merlot |7|nd",
            "3|ti_B|Outras1||*",
            "4|BRANCASEROSADAS|BRANCAS  E ROSADAS|1|+",
            "5|br_IAC|IAC|1|0",
        ),
        cultivars,
    )
    assert tuple(reading.frame.columns) == COLUMNS
    assert kinds(reading) == [
        ("TINTAS", "total", "TINTAS"),
        ("Merlot", "leaf", "TINTAS"),
        ("Outras", "leaf", "TINTAS"),
        ("BRANCAS E ROSADAS", "total", "BRANCAS E ROSADAS"),
        ("IAC", "leaf", "BRANCAS E ROSADAS"),
    ]
    assert reading.repairs == ()
    assert reading.last_year == 2001
    merlot = reading.frame[reading.frame["item"] == "Merlot"]
    assert list(merlot["item_label"].unique()) == ["  Merlot "]
    assert list(merlot["row_number"]) == [3, 3]
    assert list(merlot["column_number"]) == [4, 5]
    assert list(reading.frame["value"].dropna()) == [7, 8.5, 7, 1, 1, 0]
    assert list(reading.frame["mark"].dropna()) == ["nd", "empty", "*", "+"]
    assert set(reading.frame["unit"]) == {"kg"}


def test_a_value_or_a_mark_never_both(cultivars, write):
    frame = read_table(write("id|control|cultivar|2000|2001", "1|sc|S|0|nd"), cultivars).frame
    assert (frame["value"].isna() != frame["mark"].isna()).all()
    assert frame["value"].iloc[0] == 0


def test_categories_without_children_are_leaves(cultivars, write):
    reading = read_table(
        write(
            "1|VINHO|VINHO|1|2",
            "2|vm_Tinto|Tinto|1|2",
            "3|VINHO FRIZANTE|VINHO FRIZANTE|1|2",
            "4|VINHO ORGÂNICO|VINHO ORGÂNICO|1|2",
            "5||OUTROS|1|2",
            "6|ou_A|Agrin|1|2",
            "7|CONCENTRADO|CONCENTRADO|1|2",
        ),
        cultivars,
    )
    assert kinds(reading) == [
        ("VINHO", "total", "VINHO"),
        ("Tinto", "leaf", "VINHO"),
        ("VINHO FRIZANTE", "leaf", "-"),
        ("VINHO ORGÂNICO", "leaf", "-"),
        ("OUTROS", "total", "OUTROS"),
        ("Agrin", "leaf", "OUTROS"),
        ("CONCENTRADO", "leaf", "-"),
    ]


def test_repeated_labels_controls_and_ids_stay_apart(cultivars, write):
    reading = read_table(
        write(
            "id|control|cultivar|2000",
            "1|TINTAS|TINTAS|3",
            "29|ti_M|Mistura|1",
            "29|ti_M|Mistura|2",
            "3|BRANCAS|BRANCAS|4",
            "4|ti_M|Mistura|4",
        ),
        cultivars,
    )
    leaves = reading.frame[reading.frame["row_kind"] == "leaf"]
    assert list(leaves["value"]) == [1, 2, 4]
    assert leaves["row_number"].is_unique


def test_a_table_of_countries_reads_pairs_by_position(countries, write):
    reading = read_table(
        write("Id|País|2000|2000|2001|2001", "1|ITÁLIA|1|2|3|4", "2|Chile|0|5||0", delimiter="\t"), countries
    )
    frame = reading.frame
    assert set(frame["row_kind"]) == {"leaf"}
    assert frame["group_label"].isna().all()
    italy = frame[frame["item"] == "ITÁLIA"]
    assert list(zip(italy["year"], italy["measure"], italy["unit"], italy["value"], strict=True)) == [
        (2000, "quantity", "kg", 1),
        (2000, "value", "USD", 2),
        (2001, "quantity", "kg", 3),
        (2001, "value", "USD", 4),
    ]


def test_the_types_do_not_depend_on_the_content(countries, cultivars, write):
    one = read_table(write("Id|País|2000|2000", "1|Chile||"), countries).frame
    other = read_table(write("id|control|cultivar|2000", "1|sc|S|1"), cultivars).frame
    assert one.dtypes.equals(other.dtypes)
    assert one["value"].dtype == "float64"
    assert isinstance(one["mark"].dtype, pd.StringDtype)
    assert isinstance(one["group_label"].dtype, pd.StringDtype)


def test_a_cell_that_is_no_figure_costs_that_cell_alone(countries, write):
    lines = ["Id|País|2000|2000|2001|2001", "1|Chile|1|2|3|4", "2|Peru|1|2|abc|4"]
    reading = read_table(write(*lines), countries)
    whole = read_table(write(*lines[:2], lines[2].replace("abc", "7")), countries)
    [error] = reading.quarantined
    assert (type(error), error.table, error.row, error.column, error.column_label, error.value, error.outcome) == (
        NotANumberError,
        "ExpTeste",
        3,
        5,
        "2001 kg",
        "abc",
        "cell_quarantined",
    )
    assert str(error).startswith("ExpTeste, line 3, column 5 (2001 kg): 'abc' is not a number. Remedy: ")
    differing = whole.frame.compare(reading.frame, keep_shape=False)
    assert list(differing.index) == [6]
    assert reading.frame.loc[6, "mark"] == "unreadable"
    assert pd.isna(reading.frame.loc[6, "value"])


def test_all_bad_cells_are_named_in_the_order_of_the_file(countries, write):
    reading = read_table(
        write("Id|País|2000|2000", "1|Chile|x|-2", "Fonte: Embrapa", "2|Peru|1|99999999", "3|Cuba|1|1.234"), countries
    )
    assert [(type(error), error.row, error.column) for error in reading.quarantined] == [
        (NotANumberError, 2, 3),
        (NegativeNumberError, 2, 4),
        (NoRowError, 3, None),
        (OutOfBoundsError, 4, 4),
        (ThousandsSeparatorError, 5, 4),
    ]
    assert (reading.quarantined_rows, reading.quarantined_cells) == (1, 4)
    assert list(reading.frame["mark"].dropna()) == ["unreadable"] * 4
    assert (reading.file_lines, reading.rows) == (5, 3)


@pytest.mark.parametrize(
    "line",
    [
        "Fonte: Embrapa",
        "Fonte: UVIBRA||",
        "||",
        "|Fonte: UVIBRA, 2024||",
        "2||0|0",
        "2||nd|",
        "2|-|0|*",
        "2|a\x07b|0|0",
    ],
)
def test_a_line_that_is_no_row_is_set_aside(countries, write, line):
    lines = ["Id|País|2000|2000", "1|Chile|5|7", "3|Peru|5|7"]
    plain = read_table(write(*lines), countries)
    reading = read_table(write(*lines[:2], line, lines[2]), countries)
    [aside] = reading.quarantined
    assert (type(aside), aside.row, aside.column, aside.outcome) == (NoRowError, 3, None, "row_quarantined")
    assert set(reading.frame["row_number"]) == {2, 4}
    assert list(reading.frame["value"]) == list(plain.frame["value"])
    assert (reading.file_lines, reading.rows, reading.quarantined_rows) == (4, 2, 1)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2||0|0", "the row has no name"),
        ("2|日本|0|0", "the name of the row has no Latin letter"),
        ("2|a\x07b|0|0", "the name of the row has a control character, or more than 200 characters"),
        ("|Fonte: UVIBRA||", "the line has a text and nothing else"),
        ("||", "the line has no figure and is no row"),
    ],
)
def test_it_is_said_why_a_line_is_no_row(countries, write, line, reason):
    [aside] = read_table(write("Id|País|2000|2000", "1|Chile|5|7", line), countries).quarantined
    assert aside.reason == reason


@pytest.mark.parametrize(
    "line", ["2|日本|0|7", "2||0|7", "2||0|0,5", "2||x 7|", "2|-|1e6|nd", "2|a\x07b|0|-3", "||12|"]
)
def test_a_line_with_a_figure_and_without_name_refuses_the_file(countries, write, line):
    with pytest.raises(MissingLabelError, match="line 3"):
        read_table(write("Id|País|2000|2000", "1|Chile|5|7", line), countries)


@pytest.mark.parametrize("line", ["9|Peru||", "|Peru|0|0", "x|Peru||", "|PERU||"])
def test_a_row_of_nothing_is_a_row_when_anything_beside_its_name_says_so(countries, write, line):
    reading = read_table(write("Id|País|2000|2000", "1|Chile|5|7", line), countries)
    assert (reading.rows, reading.quarantined) == (2, ())


def test_a_category_without_figures_still_parts_the_groups(cultivars, write):
    reading = read_table(
        write("id|control|cultivar|2000", "1|TINTAS|TINTAS|1", "2|ti_A|A|1", "||BRANCAS|", "4|br_B|B|1"), cultivars
    )
    assert kinds(reading)[-1] == ("B", "leaf", "BRANCAS")


@pytest.mark.parametrize(
    ("last", "cut"),
    [
        ("12", True),
        ("1", True),
        ("4108858,2", True),
        ("00", True),
        ("0", False),
        ("", True),
        ("nd", False),
        ("*", False),
    ],
)
def test_the_last_figure_of_a_file_that_does_not_end_may_be_cut(countries, write, last, cut):
    reading = read_table(write("Id|País|2000|2000", f"1|Chile|5|{last}", end=""), countries)
    assert reading.repairs == ("the last line does not end: its last figure may have been cut",)
    assert reading.frame["value"].iloc[0] == 5
    assert (reading.frame["mark"].iloc[-1] == "unreadable") == cut
    assert [(type(error), error.value, error.column) for error in reading.quarantined] == (
        [(CutFigureError, last, 4)] if cut else []
    )
    whole = read_table(write("Id|País|2000|2000", f"1|Chile|5|{last}"), countries)
    assert (whole.repairs, whole.quarantined) == ((), ())


def test_a_cut_cell_that_is_no_figure_is_named_as_such(countries, write):
    reading = read_table(write("Id|País|2000|2000", "1|Chile|5|n", end=""), countries)
    assert [type(error) for error in reading.quarantined] == [NotANumberError]


def test_a_file_whose_every_row_is_set_aside_is_empty(countries, write):
    with pytest.raises(EmptyFileError, match="line 1: the file has a header and no row"):
        read_table(write("Id|País|2000|2000", "1||0|0", "|Fonte: x||"), countries)


def test_two_files_in_one_are_refused(countries, write):
    with pytest.raises(HeaderError, match="ExpTeste, line 3: the header stands a second time"):
        read_table(write("Id|País|2000|2000", "1|Chile|5|7", "id|PAÍS|2000|2000 ", "1|Chile|5|7"), countries)


def test_a_label_with_a_tag_is_a_label(countries, write):
    reading = read_table(write("Id|País|2000|2000", "1|Coréia <br> do Sul|5|7", "2|<b>Peru</b>|5|7"), countries)
    assert reading.rows == 2


def test_a_line_of_marks_alone_is_a_row(cultivars, write):
    reading = read_table(write("id|control|cultivar|2000", "1|TINTAS|TINTAS|nd", "2|ti_A|A|*"), cultivars)
    assert list(reading.frame["mark"]) == ["nd", "*"]


def test_the_longest_names_are_looked_at_in_no_time(cultivars, write):
    label = "¹" * 300_000 + "a"
    with pytest.raises(MissingLabelError, match="more than 200 characters"):
        read_table(write("id|control|cultivar|2000", f"1|ti_A|{label}|7"), cultivars)


def test_a_name_of_200_characters_is_read(cultivars, write):
    assert read_table(write("id|control|cultivar|2000", f"1|ti_A|{'M' * 200}|7"), cultivars).rows == 1


def test_a_header_alone_is_an_empty_file(cultivars, write):
    with pytest.raises(EmptyFileError, match="no row"):
        read_table(write("id|control|cultivar|2000"), cultivars)


def test_a_row_without_name(cultivars, write):
    with pytest.raises(MissingLabelError, match=r"line 3, column 3: the row has no name"):
        read_table(write("id|control|cultivar|2000", "1|TINTAS|TINTAS|1", "2|ti_|  |1"), cultivars)


def test_a_grouped_table_has_categories(cultivars, write):
    with pytest.raises(WrongTableError, match="no row is a category"):
        read_table(write("1|Chile|1|2", "2|Peru|1|2"), cultivars)


def test_a_single_row_needs_no_category(cultivars, write):
    reading = read_table(write("id|control|cultivar|2000", "1|sc|Sem classificação|5"), cultivars)
    assert kinds(reading) == [("Sem classificação", "leaf", "-")]


def test_what_the_header_and_the_end_hide_is_reported_together(cultivars, write):
    reading = read_table(write("1|TINTAS|5", "2|A|5", end=""), cultivars)
    assert len(reading.repairs) == 3


@pytest.mark.parametrize("label", ["---", "...", "Mer\x00lot", "M" * 201, "M" * 200_000])
def test_a_name_that_nobody_could_have_written_is_refused(cultivars, write, label):
    with pytest.raises(MissingLabelError, match="line 2") as refused:
        read_table(write("id|control|cultivar|2000|2001", f"1|ti_A|{label}|7|8"), cultivars)
    assert refused.value.column == 3


def test_lines_may_end_as_on_an_old_macintosh(cultivars, write):
    content = write("id|control|cultivar|2000|2001", "1|TINTAS|TINTAS|7|8", "2|ti_A|Merlot|7|8")
    assert read_table(content.replace(b"\n", b"\r"), cultivars).frame.equals(read_table(content, cultivars).frame)
