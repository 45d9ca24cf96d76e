import pandas as pd
import pytest

from viticast.sources.errors import (
    EmptyFileError,
    MissingLabelError,
    NegativeNumberError,
    NotANumberError,
    OutOfBoundsError,
    SourceErrors,
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


def test_an_error_names_table_line_column_year_value_and_remedy(countries, write):
    with pytest.raises(NotANumberError) as raised:
        read_table(write("Id|País|2000|2000|2001|2001", "1|Chile|1|2|3|4", "2|Peru|1|2|abc|4"), countries)
    error = raised.value
    assert (error.table, error.row, error.column, error.column_label, error.value) == (
        "ExpTeste",
        3,
        5,
        "2001 kg",
        "abc",
    )
    assert str(error).startswith("ExpTeste, line 3, column 5 (2001 kg): 'abc' is not a number. Remedy: ")


def test_all_bad_cells_are_named_at_once(countries, write):
    with pytest.raises(SourceErrors) as raised:
        read_table(write("Id|País|2000|2000", "1|Chile|x|-2", "2|Peru|1|99999999"), countries)
    assert [type(error) for error in raised.value.errors] == [NotANumberError, NegativeNumberError, OutOfBoundsError]
    assert all(error.message in str(raised.value) for error in raised.value.errors)


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
