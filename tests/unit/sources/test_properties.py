"""What holds for any bytes and for any table, however it is written."""

import re
from collections import Counter

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from viticast.sources.cells import holds_figure, is_nothing
from viticast.sources.errors import SourceError, SourceErrors
from viticast.sources.reader import Reading, read_table
from viticast.sources.vintage import content_id

HEADERS = {"ProcessaTeste": "id;control;cultivar;2000;2001", "ExpTeste": "Id;País;2000;2000;2001;2001"}
WIDTH = {"ProcessaTeste": 5, "ExpTeste": 6}

FIELDS = st.one_of(
    st.sampled_from(["", "0", "5", "nd", "*", "+", "7,5", "1.234", "-3", "abc", "TINTAS", "ti_A", "Merlot", "Chile"]),
    st.sampled_from(["2000", "2001", "12 kg", "Fonte: UVIBRA, 2024", "<br>", '"', "Ã§", "\ufeff", "\x00", "9" * 30]),
    st.text(max_size=6),
)


@st.composite
def texts_like_a_table(draw, name):
    """Lines of about the right width, of fields that any file might have."""
    delimiter = draw(st.sampled_from(";\t"))
    lines = [HEADERS[name].split(";")] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(0, 6))):
        width = draw(st.sampled_from([WIDTH[name]] * 6 + [1, 2, WIDTH[name] - 1, WIDTH[name] + 1]))
        lines.append(draw(st.lists(FIELDS, min_size=width, max_size=width)))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = end.join(delimiter.join(line) for line in lines)
    return text + (end if draw(st.booleans()) else "")


def read_or_refuse(content, table):
    """A reading, or the errors; any other exception fails the test."""
    try:
        return read_table(content, table)
    except SourceErrors as several:
        return several.errors
    except SourceError as error:
        return (error,)


def check_any(content, table):
    """A reading accounts for every line and cell, and a refusal says where and what to do."""
    result = read_or_refuse(content, table)
    if isinstance(result, Reading):
        check_conservation(result, content, table)
    else:
        assert result
        assert all(error.table == table.name and error.remedy for error in result)
        assert {error.outcome for error in result} == {"refusal"}


def check_conservation(reading, content, table):
    text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    lines = {number for number, line in enumerate(text.split("\n"), start=1) if line.strip()}
    rows = set(reading.frame["row_number"])
    aside = {error.row for error in reading.quarantined if error.outcome == "row_quarantined"}
    assert reading.file_lines == len(lines)
    assert (reading.rows, reading.quarantined_rows) == (len(rows), len(aside))
    assert not rows & aside
    others = lines - rows - aside
    has_header = not any("no header line" in repair for repair in reading.repairs)
    assert len(others) == has_header
    assert all(number < min(rows) for number in others)

    slots = len(set(reading.frame["year"])) * len(table.measures)
    assert len(reading.frame) == len(rows) * slots
    assert set(reading.frame["row_number"].value_counts()) == {slots}
    assert (reading.frame["value"].isna() != reading.frame["mark"].isna()).all()
    places = zip(reading.frame["row_number"], reading.frame["column_number"], reading.frame["mark"], strict=True)
    unreadable = {(row, column) for row, column, mark in places if mark == "unreadable"}
    cells = [(error.row, error.column) for error in reading.quarantined if error.outcome == "cell_quarantined"]
    assert sorted(unreadable) == cells
    assert reading.quarantined_cells == len(cells)


@settings(deadline=None, max_examples=25)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_a_reading_or_a_named_error(cultivars, countries, content):
    check_any(content, cultivars)
    check_any(content, countries)


@settings(deadline=None, max_examples=30)
@given(text=texts_like_a_table("ProcessaTeste"))
def test_every_line_and_cell_of_a_table_of_groups_is_accounted_for(cultivars, text):
    check_any(text.encode(errors="replace"), cultivars)


@settings(deadline=None, max_examples=30)
@given(text=texts_like_a_table("ExpTeste"))
def test_every_line_and_cell_of_a_table_of_countries_is_accounted_for(countries, text):
    check_any(text.encode(errors="replace"), countries)


CELLS = st.one_of(st.integers(0, 10**6).map(str), st.sampled_from(["0", "nd", "", "*", "x", "1.234", "-5", "7,25"]))
NAMES = st.lists(st.text("abcdefghijklm", min_size=2, max_size=6).map(str.title), min_size=1, max_size=5, unique=True)


@st.composite
def rows_of_countries(draw):
    return [(name, draw(st.lists(CELLS, min_size=4, max_size=4))) for name in draw(NAMES)]


def write_countries(rows, *, end="\n", last_end=True, notes=()):
    lines = [HEADERS["ExpTeste"], *(";".join([str(n), name, *cells]) for n, (name, cells) in enumerate(rows, start=1))]
    for place, note in notes:
        lines.insert(1 + place % len(lines), note)
    return (end.join(lines) + (end if last_end else "")).encode()


@settings(deadline=None, max_examples=25)
@given(rows=rows_of_countries(), last_end=st.booleans())
def test_every_number_of_a_file_is_in_the_frame_or_in_quarantine(countries, rows, last_end):
    reading = read_table(write_countries(rows, last_end=last_end), countries)
    written = Counter(cell for _, cells in rows for cell in cells if re.search("[0-9]", cell))
    read = Counter(
        f"{value:g}".replace(".", ",") if value % 1 else f"{value:.0f}" for value in reading.frame["value"].dropna()
    )
    aside = Counter(error.value for error in reading.quarantined if re.search("[0-9]", error.value))
    assert read + aside == written


@settings(deadline=None, max_examples=25)
@given(
    rows=rows_of_countries(),
    notes=st.lists(
        st.tuples(
            st.integers(0, 9), st.sampled_from(["Fonte: Embrapa", ";;;;;", "Nota: dados de 2024;;;;;", ";;0;0;0;0"])
        ),
        max_size=3,
    ),
)
def test_notes_change_no_figure(countries, rows, notes):
    plain = read_table(write_countries(rows), countries)
    noted = read_table(write_countries(rows, notes=notes), countries)
    assert content_id(noted.frame) == content_id(plain.frame)
    assert noted.quarantined_rows == len(notes)
    assert noted.quarantined_cells == plain.quarantined_cells


@settings(deadline=None, max_examples=25)
@given(rows=rows_of_countries(), data=st.data())
def test_the_order_of_countries_makes_no_other_content(countries, rows, data):
    other = data.draw(st.permutations(rows))
    one, permuted = (read_table(write_countries(each), countries) for each in (rows, other))
    assert content_id(one.frame) == content_id(permuted.frame)


@settings(deadline=None, max_examples=25)
@given(
    rows=rows_of_countries(),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    delimiter=st.sampled_from(["\t", ";"]),
    header=st.sampled_from(["id;pais;2000;2000.1;2001;2001.1", "ID;PAÍS ;2000;2000;2001;2001", None]),
    mark=st.booleans(),
)
def test_how_a_file_is_written_makes_no_other_content(countries, rows, end, delimiter, header, mark):
    # without a header, a column of text alone looks like one of controls
    assume(header or all(cells[0] != "x" for _, cells in rows))
    lines = write_countries(rows).decode().splitlines()
    written = [header, *lines[1:]] if header else lines[1:]
    other = (end.join(written) + end).replace(";", delimiter).replace("7,25", "7.25").replace("\tnd", "\tND")
    content = (b"\xef\xbb\xbf" if mark else b"") + other.encode()
    one, another = read_table(write_countries(rows), countries), read_table(content, countries)
    assert content_id(one.frame) == content_id(another.frame)
    assert one.quarantined_cells == another.quarantined_cells


@settings(deadline=None, max_examples=25)
@given(cells=st.lists(CELLS, min_size=2, max_size=6))
def test_a_control_column_makes_no_other_content(cultivars, cells):
    years, figures = ";".join(str(2000 + position) for position in range(len(cells))), ";".join(cells)
    plain = [f"id;control;cultivar;{years}", f"1;TINTAS;TINTAS;{figures}", f"2;ti_A;Merlot;{figures}"]
    bare = [f"id;cultivar;{years}", f"1;TINTAS;{figures}", f"2;Merlot;{figures}"]
    one, other = (read_table(("\n".join(lines) + "\n").encode(), cultivars) for lines in (plain, bare))
    assert content_id(one.frame) == content_id(other.frame)


@given(text=st.text(max_size=20))
def test_what_is_nothing_can_be_lost(text):
    if is_nothing(text) and holds_figure(text):
        assert not set("123456789") & set(text)
