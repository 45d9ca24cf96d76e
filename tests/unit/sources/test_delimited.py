import pytest

from viticast.sources.delimited import split_lines
from viticast.sources.errors import (
    EmptyFileError,
    FieldCountError,
    SourceErrors,
    TruncatedFileError,
    UnknownDelimiterError,
)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_delimiter_is_found(delimiter):
    lines, repairs = split_lines(delimiter.join("abc") + "\n" + delimiter.join("123") + "\n", "T")
    assert [line.fields for line in lines] == [("a", "b", "c"), ("1", "2", "3")]
    assert repairs == ()


def test_a_label_with_the_other_delimiter_does_not_mislead():
    lines, _ = split_lines("id\tx\t1970\n1\tA; B; C; D\t5\n", "T")
    assert lines[1].fields == ("1", "A; B; C; D", "5")


def test_quoted_fields_are_read_as_spreadsheets_write_them():
    lines, _ = split_lines('id;x;1970\n1;"A; B";5\n', "T")
    assert lines[1].fields == ("1", "A; B", "5")


def test_blank_lines_are_skipped_and_counted():
    lines, _ = split_lines("a;b;c\n\n1;2;3\n\n", "T")
    assert [line.number for line in lines] == [1, 3]


@pytest.mark.parametrize("text", ["a,b,c\n1,2,3\n", '{"code":"500"}\n', "nothing here\n", "a;b\n1;2\n"])
def test_other_delimiters_are_refused(text):
    with pytest.raises(UnknownDelimiterError, match="neither by"):
        split_lines(text, "T")


def test_no_line_is_an_empty_file():
    with pytest.raises(EmptyFileError):
        split_lines("\n\n", "T")


def test_a_file_that_ends_in_the_middle_of_a_line_is_cut():
    with pytest.raises(TruncatedFileError, match=r"T, line 3: the file ends in the middle of a line: 2 fields"):
        split_lines("a;b;c;d\n1;2;3;4\n5;6", "T")


def test_a_short_line_in_the_middle_is_named():
    with pytest.raises(TruncatedFileError, match=r"T, line 2: the line is short: 3 fields where the others have 4"):
        split_lines("a;b;c;d\n1;2;3\n5;6;7;8\n", "T")


def test_two_lines_of_which_one_is_cut():
    with pytest.raises(TruncatedFileError, match="line 2"):
        split_lines("a;b;c;d\n1;2", "T")


def test_a_long_line_is_named():
    with pytest.raises(FieldCountError, match=r"line 3: 4 fields where the others have 3"):
        split_lines("a;b;c\n1;2;3\n1;2;3;4\n", "T")


def test_all_uneven_lines_are_named_at_once():
    with pytest.raises(SourceErrors) as raised:
        split_lines("a;b;c;d\n1;2;3\n1;2;3;4\n1;2;3;4\n1;2;3;4;5\n", "T")
    assert [(type(error), error.row) for error in raised.value.errors] == [
        (TruncatedFileError, 2),
        (FieldCountError, 5),
    ]


def test_a_last_line_without_end_is_reported_when_it_is_whole():
    lines, repairs = split_lines("a;b;c\n1;2;3", "T")
    assert len(lines) == 2
    assert len(repairs) == 1
    assert "may have been cut" in repairs[0]
