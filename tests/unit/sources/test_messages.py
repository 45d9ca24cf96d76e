"""What a person reads of each defect: where it is, what was found, and what to do."""

import pytest

from viticast.sources.errors import SourceError
from viticast.sources.reader import read_table

GROUPS = "id|control|cultivar|2000|2001\n1|TINTAS|TINTAS|3|3\n2|ti_A|A|1|1\n3|ti_B|B|2|2\n"
COUNTRIES = "Id|País|2000|2000|2001|2001\n1|Chile|1|2|3|4\n2|Peru|5|6|7|8\n"
LONG = "x" * 250

OTHER_FILE = "Remedy: fetch the file again, and check that it is the file of this table"
AGAIN = "Remedy: fetch the file again, whole"
DOWNLOAD = "Remedy: fetch the file again; it must be the CSV that the site offers for download"
NAME = "Remedy: write the name of its product, cultivar or country, or fetch the file again"
NOTE = "Remedy: nothing if it is a note or a footer; if it is a row, write its name and figures"
HEADER = "Remedy: correct the header, or fetch the file again"
CELL = "Remedy: correct the cell, or fetch the file again from the site"

REFUSALS = [
    ("", f"the file is empty. {DOWNLOAD}", None),
    (
        "<p>503</p>",
        f", line 1: the file is a web page, not a table: the site answers errors with a page. {DOWNLOAD}",
        "<p>503</p>",
    ),
    (
        GROUPS.replace("|A|", "|ClassificaÃ§Ã£o|"),
        ", line 3: 'ti_A;ClassificaÃ§Ã£o;1;1 3;ti_B;' is mojibake: UTF-8 that was decoded as Latin-1 and encoded "
        "again. Remedy: download the bytes without converting them (a client that guesses the charset does this)",
        "ti_A;ClassificaÃ§Ã£o;1;1 3;ti_B;",
    ),
    (
        "id,control,cultivar,1970,1971,1972,1973,1974,1975\n",
        ", line 1: the fields of 'id,control,cultivar,1970,1971,1972,1973,' are separated neither by ';' nor by tabs. "
        "Remedy: use the CSV as the site offers it",
        "id,control,cultivar,1970,1971,1972,1973,",
    ),
    ("||||\n", f"no line of the file has a figure. {AGAIN}", None),
    (
        GROUPS + "4|ti_C|C",
        f", line 5: the file ends in the middle of a line: 3 fields where the others have 5. {AGAIN}",
        "C",
    ),
    (
        GROUPS.replace("A|1|1", "A|6"),
        f", line 3: the line is short: 4 fields where the others have 5. {AGAIN}",
        "6",
    ),
    (
        GROUPS.replace("A|1|1", "A|1|1|7|8"),
        ", line 3: 7 fields where the others have 5. Remedy: remove the extra delimiter, or fetch the file again",
        "8",
    ),
    (
        GROUPS.replace("control|cultivar", "control|produto"),
        f", line 1: the header starts with 'id, control, produto', which is not a table of cultivar rows. {OTHER_FILE}",
        "id, control, produto",
    ),
    (
        "id|a|b|c|d|2000|2001\n1|1|1|1|1|1|1\n",
        f", line 1: the header starts with 'id, a, b, c', which is not a table of cultivar rows. {OTHER_FILE}",
        "id, a, b, c",
    ),
    (
        GROUPS.replace("TINTAS", "Tintas"),
        f", line 2: no row is a category in capital letters, but this table has groups. {OTHER_FILE}",
        "Tintas",
    ),
    (GROUPS.replace("2001", "total"), f", line 1, column 5: 'total' should be one year. {OTHER_FILE}", "total"),
    (GROUPS.replace("2001", "2000"), f", line 1, column 5: the year 2000 stands twice. {HEADER}", "2000"),
    (GROUPS.replace("2001", "2002"), f", line 1, column 5: the year 2002 stands where 2001 is due. {HEADER}", "2002"),
    (GROUPS.replace("|A|", "||"), f", line 3, column 3: the row has no name. {NAME}", ""),
    (
        GROUPS.replace("|A|", f"|{LONG}|"),
        f", line 3, column 3: the name of the row has a control character, or more than 200 characters. {NAME}",
        "x" * 60,
    ),
    ("id|control|cultivar|2000\n", ", line 1: the file has a header and no row. Remedy: fetch the file again", None),
    (GROUPS + GROUPS, f", line 5: the header stands a second time. {OTHER_FILE}", "id, control, cultivar, 2000"),
]

REFUSALS_OF_COUNTRIES = [
    (
        COUNTRIES.replace("2001|2001", "2001|2002"),
        f", line 1, column 5: '2001' and '2002' should be one year for each measure. {OTHER_FILE}",
        "2001;2002",
    ),
    (
        COUNTRIES.replace("|2001|2001", "|2001").replace("3|4", "3").replace("7|8", "7"),
        f", line 1: 3 columns of figures cannot be 2 for each year. {OTHER_FILE}",
        "3",
    ),
    (
        "1|Chile|x|y|3|4\n2|Peru|z|6|7|8\n",
        ", line 1, column 3: the second and third columns are text, but a table of countries has one column of labels. "
        + OTHER_FILE,
        "x",
    ),
    (
        "1|Chile" + "|1" * 204 + "\n",
        f", line 1: 204 columns of figures would reach beyond the year 2100. {OTHER_FILE}",
        "204",
    ),
]

SET_ASIDE = [
    (GROUPS + "Fonte: Embrapa\n", f", line 5: the line has no figure and is no row. {NOTE}", "Fonte: Embrapa"),
    (GROUPS.replace("ti_A|A|1|1", " ||0|"), f", line 3: the row has no name. {NOTE}", "2 0"),
    (GROUPS + "||Fonte||\n", f", line 5: the line has a text and nothing else. {NOTE}", "Fonte"),
    (
        GROUPS[:-1],
        ", line 4, column 5 (2001 kg): '2' ends the file without a line end: digits may be missing. "
        "Remedy: fetch the file again, whole; or end its last line if the figure is right",
        "2",
    ),
    (GROUPS.replace("A|1|1", "A|1|abc"), f", line 3, column 5 (2001 kg): 'abc' is not a number. {CELL}", "abc"),
    (
        GROUPS.replace("A|1|1", "A|1|1.234"),
        ", line 3, column 5 (2001 kg): '1.234' may have a thousands separator. "
        "Remedy: write the figure without separators (1234567 or 1234567,89)",
        "1.234",
    ),
    (GROUPS.replace("A|1|1", "A|-1|1"), f", line 3, column 4 (2000 kg): '-1' is negative. {CELL}", "-1"),
    (
        GROUPS.replace("A|1|1", "A|1|99999999999"),
        ", line 3, column 5 (2001 kg): '99999999999' lies outside the bounds 0 to 1,000,000,000 kg. "
        f"{CELL}; if the figure is right, widen the table's bounds in conf/base/tables.yml",
        "99999999999",
    ),
]


def bytes_of(text):
    return text.replace("|", ";").encode()


def check_refusal(text, table, message, value):
    with pytest.raises(SourceError) as raised:
        read_table(bytes_of(text), table)
    assert str(raised.value) == table.name + (message if message.startswith(",") else f": {message}")
    assert raised.value.value == value


@pytest.mark.parametrize(("text", "message", "value"), REFUSALS)
def test_why_a_table_of_groups_is_refused(cultivars, text, message, value):
    check_refusal(text, cultivars, message, value)


@pytest.mark.parametrize(("text", "message", "value"), REFUSALS_OF_COUNTRIES)
def test_why_a_table_of_countries_is_refused(countries, text, message, value):
    check_refusal(text, countries, message, value)


@pytest.mark.parametrize(("text", "message", "value"), SET_ASIDE)
def test_why_a_line_or_a_cell_is_set_aside(cultivars, text, message, value):
    [error] = read_table(bytes_of(text), cultivars).quarantined
    assert str(error) == cultivars.name + message
    assert error.value == value


def test_what_was_repaired(cultivars):
    bare = "1|TINTAS|3|3\n2|A|1|1\n3|B|2|2"
    assert read_table(bytes_of(bare), cultivars).repairs == (
        "no header line: years counted from 2000 by position, to 2001",
        "no control column: categories are told by their capitals alone",
        "the last line does not end: its last figure may have been cut",
    )
    named = "id|cultivar|2000|2000\n1|TINTAS|3|4\n2|A|1|2\n"
    assert read_table(bytes_of(named), cultivars).repairs == (
        "no control column: categories are told by their capitals alone",
        "the header calls the last year 2000 again: read by position as 2001",
    )
