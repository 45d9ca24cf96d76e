import pytest

from viticast.sources.delimited import Line, Lines, split_lines
from viticast.sources.errors import (
    EmptyFileError,
    FieldCountError,
    NoRowError,
    SourceErrors,
    TruncatedFileError,
    UnknownDelimiterError,
)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_delimiter_is_found(delimiter):
    lines = split_lines(delimiter.join("abc") + "\n" + delimiter.join("123") + "\n", "T")
    assert lines == Lines((Line(1, ("a", "b", "c")), Line(2, ("1", "2", "3"))), (), 2)


def test_a_label_with_the_other_delimiter_does_not_mislead():
    lines = split_lines("id\tx\t1970\n1\tA; B; C; D\t5\n", "T")
    assert lines.kept[1].fields == ("1", "A; B; C; D", "5")


def test_quoted_fields_are_read_as_spreadsheets_write_them():
    lines = split_lines('id;x;1970\n1;"A; B";5\n', "T")
    assert lines.kept[1].fields == ("1", "A; B", "5")


def test_blank_lines_are_skipped_and_counted():
    lines = split_lines("a;b;c\n\n1;2;3\n\n", "T")
    assert [line.number for line in lines.kept] == [1, 3]
    assert lines.total == 2


@pytest.mark.parametrize("text", ["a,b,c\n1,2,3\n", '{"code":"500"}\n', "nothing here\n", "a;b\n1;2\n"])
def test_other_delimiters_are_refused(text):
    with pytest.raises(UnknownDelimiterError, match="neither by"):
        split_lines(text, "T")


def test_no_line_is_an_empty_file():
    with pytest.raises(EmptyFileError) as raised:
        split_lines("\n\n", "T")
    assert str(raised.value) == "T: the file has no line. Remedy: fetch the file again, whole"


def test_a_file_that_ends_in_the_middle_of_a_line_is_cut():
    with pytest.raises(TruncatedFileError, match=r"T, line 3: the file ends in the middle of a line: 2 fields"):
        split_lines("a;b;c;d\n1;2;3;4\n5;6", "T")


def test_a_short_line_in_the_middle_is_named():
    with pytest.raises(TruncatedFileError, match=r"T, line 2: the line is short: 3 fields where the others have 4"):
        split_lines("a;b;c;d\n1;2;3\n5;6;7;8\n", "T")


def test_two_lines_of_which_one_is_cut():
    with pytest.raises(TruncatedFileError, match="T, line 2: the file ends in the middle of a line: 2 fields"):
        split_lines("a;b;c;1970\n1;2", "T")


def test_a_long_line_is_named():
    with pytest.raises(FieldCountError, match=r"line 3: 4 fields where the others have 3"):
        split_lines("a;b;1970\n1;2;3\n1;2;3;4\n", "T")


def test_all_uneven_lines_are_named_at_once():
    with pytest.raises(SourceErrors) as raised:
        split_lines("a;b;c;d\n1;2;3\n1;2;3;4\n1;2;3;4\n1;2;3;4;5\n", "T")
    assert [(type(error), error.row) for error in raised.value.errors] == [
        (TruncatedFileError, 2),
        (FieldCountError, 5),
    ]


def test_of_two_widths_that_are_equally_common_the_larger_is_meant():
    with pytest.raises(TruncatedFileError, match=r"line 2: the line is short: 3 fields where the others have 4"):
        split_lines("a;b;c;1970\n1;2;3\n", "T")


@pytest.mark.parametrize(("end", "is_cut"), [("", True), ("\n", False), ("\n\n", False), ("\n  ", False)])
def test_a_last_line_without_end_may_be_cut(end, is_cut):
    lines = split_lines("a;b;c\n1;2;3" + end, "T").kept
    assert [line.is_cut for line in lines] == [False, is_cut]


@pytest.mark.parametrize(
    "note",
    [
        "Fonte: UVIBRA",
        "Fonte: UVIBRA, dados de 2024",
        "Fonte: UVIBRA;;;",
        ";;;",
        ";;;;;;",
        "Fonte: UVIBRA; elaboração: Embrapa",
        "nd; *",
        "sep=;",
    ],
)
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_line_without_figures_that_is_no_row_is_set_aside(note, place):
    texts = ["id;c;x;1970", "1;a;A;5", "2;b;B;nd"]
    texts.insert(place, note)
    lines = split_lines("\n".join(texts) + "\n", "T")
    assert [";".join(line.fields) for line in lines.kept] == ["id;c;x;1970", "1;a;A;5", "2;b;B;nd"]
    assert lines.total == 4
    [aside] = lines.set_aside
    assert type(aside) is NoRowError
    assert (aside.table, aside.row, aside.column, aside.outcome) == ("T", place + 1, None, "row_quarantined")
    assert aside.value == " ".join(note.replace(";", " ").split())
    assert aside.reason == "the line has no figure and is no row"
    assert "if it is a note or a footer" in aside.remedy


def test_what_is_recorded_of_a_long_note_is_its_start():
    [aside] = split_lines("id;c;x;1970\n1;a;A;5\n" + "x" * 500 + "\n", "T").set_aside
    assert aside.value == "x" * 200


def test_a_row_without_a_single_figure_stays():
    lines = split_lines("id;c;x;1970\n1;a;A;5\nx;b;B;nd\n;;CATEGORIA;\n", "T")
    assert len(lines.kept) == 4


@pytest.mark.parametrize("line", ["2", "2;b", "2;b;B;1;7", "Fonte;2024", ";0", "12 kg", "R$ 5", "1e6"])
def test_a_line_with_a_figure_is_never_set_aside(line):
    with pytest.raises((TruncatedFileError, FieldCountError), match="line 3"):
        split_lines(f"id;c;x;1970\n1;a;A;5\n{line}\n3;c;C;5\n", "T")


def test_more_notes_than_rows_do_not_set_the_measure():
    lines = split_lines("id;c;x;1970\n1;a;A;5\n" + "nota\n" * 5, "T")
    assert (len(lines.kept), len(lines.set_aside), lines.total) == (2, 5, 7)


def test_nothing_but_delimiters_is_an_empty_file():
    with pytest.raises(EmptyFileError, match="T: no line of the file has a figure"):
        split_lines(";;;\n;;;\n", "T")


def test_a_field_may_be_longer_than_the_csv_module_likes():
    lines = split_lines("id;c;x;1970\n1;a;" + "A" * 200_000 + ";5\n", "T")
    assert len(lines.kept[1].fields[2]) == 200_000
