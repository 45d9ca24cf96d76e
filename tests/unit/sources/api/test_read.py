"""Answers that are not as they should be: each is read right or refused by name, with its place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.sources.api.conftest import FIELDS, record

from viticast.sources.answers import Answer, pack
from viticast.sources.api import read_answers
from viticast.sources.api.shapes import AnswerPlace, read_shape, year_of
from viticast.sources.errors import (
    AnswerShapeError,
    EmptyFileError,
    HtmlPageError,
    MissingFieldError,
    MissingYearError,
    MojibakeError,
    NotJsonError,
    SourceError,
    SourceErrors,
    WrongYearError,
)

ADDRESS = "http://server/exportacao"
GROUPS = {
    "shape": "groups",
    "path": "@",
    "members": "itens",
    "total": "total",
    "fields": {"item": ["produto"], "quantity": ["kg"], "group": ["categoria"]},
}
LIST = {"path": "@", "fields": {"item": ["produto"], "quantity": ["kg"], "group": ["categoria"]}}


def answer(body, year=2000, page=1, status=200):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(ADDRESS, status, content, year, page)


def read(table, connection, *answers):
    return read_answers(pack(table.name, answers), table, connection)


@pytest.fixture
def refused(countries, connect):
    """The error of one answer to a table of countries."""

    def error_of(body, error, year=2000, **more):
        with pytest.raises(error) as raised:
            read(countries, connect(years={"first": 2000}, **more), answer(body, year))
        assert type(raised.value) is error
        assert raised.value.table == "ExpTeste"
        assert raised.value.remedy
        return raised.value.message

    return error_of


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        (b"", EmptyFileError, "is empty"),
        (b"<html>busy</html>", HtmlPageError, "web page"),
        (b'{"dados": [', NotJsonError, "no JSON, or not to its end"),
        (b"[" * 100_000, NotJsonError, "no JSON"),
        ('{"dados": "Ã§"}'.encode(), MojibakeError, "mojibake"),
        (b'{"dados": "\xe7"}', MojibakeError, "not UTF-8"),
        ({"dados": [record(2000, "Austr\u00c3\u00a1lia")]}, MojibakeError, "mojibake"),
        (b'{"dados": [{"pais": "\\ud83d"}]}', MojibakeError, "half a character"),
        (b'{"dados": [{"pais": "Peru", "pais": "Cuba"}]}', AnswerShapeError, "'pais' stands twice"),
        ({"data": []}, AnswerShapeError, "nothing stands at 'dados'; the answer is an object of 'data'"),
        ([], AnswerShapeError, "the answer is a list of 0"),
        ({"dados": {"a": 1}}, AnswerShapeError, "should be a list, not an object of 'a'"),
        ({"dados": [5]}, AnswerShapeError, "record 1 should be an object, not '5'"),
        ({"dados": [{"pais": 5, "kg": 1, "usd": 1, "ano": 2000}]}, AnswerShapeError, "'5' is no text (item)"),
        ({"dados": [{"pais": "Peru", "kg": 1, "ano": 2000}]}, MissingFieldError, "record 1: no field 'usd' (value)"),
        ({"dados": [{"kg": 1, "usd": 1, "ano": 2000}]}, MissingFieldError, "no field 'pais' (item)"),
        ({"dados": [{"pais": "Peru", "kg": 1, "usd": 1}]}, MissingFieldError, "no field 'ano' (year)"),
        ({"dados": [record(1999)]}, WrongYearError, "the record is of 1999, but 2000 was asked for"),
        ({"dados": [{**record(2000), "ano": "dois mil"}]}, AnswerShapeError, "'dois mil' is no year"),
        ({"dados": []}, EmptyFileError, "no year has a record"),
    ],
)
def test_an_answer_that_cannot_be_read_is_refused_by_name(refused, body, error, message):
    assert message in refused(body, error)


def test_a_message_names_the_answer(refused):
    message = refused({"dados": [record(2000), record(1999)]}, WrongYearError)
    assert message.startswith(f"ExpTeste: {ADDRESS}, 2000, record 2: ")


def test_every_year_that_is_wrong_is_told(countries, connect):
    answers = [answer({"dados": [record(1990)]}, year) for year in (2000, 2001)]
    with pytest.raises(SourceErrors) as raised:
        read(countries, connect(), *answers)
    assert [type(error) for error in raised.value.errors] == [WrongYearError] * 2


def test_a_path_that_does_not_suit_the_answer_is_told(refused):
    message = refused({"dados": 5}, AnswerShapeError, records={"path": "length(dados)", "fields": FIELDS})
    assert "'length(dados)' does not suit the answer" in message


@pytest.mark.parametrize(
    ("records", "body", "error", "message"),
    [
        ({"shape": "by_label"}, [1], AnswerShapeError, "should be an object, not a list of 1"),
        ({"shape": "by_label"}, {"Peru": 5}, MissingFieldError, "no field 'ano'"),
        ({"shape": "columns"}, {"pais": "x"}, AnswerShapeError, "the column 'pais' should be a list"),
        ({"shape": "columns"}, {"pais": ["x"], "kg": []}, AnswerShapeError, "not equally long (kg: 0, pais: 1)"),
        ({"shape": "columns"}, {"pais": ["x"]}, MissingFieldError, "no field 'ano' (year)"),
        ({"shape": "table"}, {"headers": ["pais"]}, MissingFieldError, "no field 'rows' (rows)"),
        ({"shape": "table"}, {"headers": ["a", "a"], "rows": []}, AnswerShapeError, "two headers have the same name"),
        (
            {"shape": "table"},
            {"headers": ["a"], "rows": [[1, 2]]},
            AnswerShapeError,
            "row 1 has 2 values for 1 headers",
        ),
        ({"shape": "wide"}, [{"pais": "Peru"}], AnswerShapeError, "record 1 has no field for a year"),
        ({"shape": "wide", "by_year": "anos"}, [{"pais": "Peru"}], MissingFieldError, "no field 'anos'"),
        (
            {"shape": "wide", "by_year": "anos"},
            [{"pais": "Peru", "anos": {"2000": {"kg": 1, "usd": 1}, "soma": 5}}],
            AnswerShapeError,
            "or one that is none",
        ),
        (
            {"shape": "wide", "by_year": "anos"},
            [{"pais": "Peru", "anos": {"2000": 5}}],
            MissingFieldError,
            "no field '2000.1' (second figure)",
        ),
        ({"shape": "wide"}, [{"pais": "Peru", "1999": 5, "1999.1": 5}], WrongYearError, "is of 1999, but 2000"),
    ],
)
def test_each_shape_says_what_is_wrong(refused, records, body, error, message):
    assert message in refused(body, error, records={**records, "path": "@", "fields": FIELDS})


def test_one_figure_by_label_is_not_two(refused):
    fields = {**FIELDS, "year": []}
    message = refused({"Peru": 5}, AnswerShapeError, records={"shape": "by_label", "fields": fields})
    assert "has one figure where quantity and value are due" in message


def test_a_measure_needs_a_field(refused):
    fields = {**FIELDS, "value": []}
    message = refused([record(2000)], MissingFieldError, records={"path": "@", "fields": fields})
    assert "the connection file names no field for the value" in message


def test_an_answer_without_years_must_have_them(countries, connect):
    records = {"shape": "wide", "path": "@", "fields": FIELDS}
    connection = connect(path="/tudo", query={}, records=records)
    body = [{"pais": "Peru", "2000": 1, "2000.1": 2, "2001": {"kg": 3, "usd": 4}, "2002": 5, "2002.1": None}]
    reading = read(countries, connection, answer(body, None))
    assert reading.frame["value"].tolist()[:5] == [1, 2, 3, 4, 5]
    assert [notice.rule for notice in reading.notices] == ["marks_not_carried"]


def test_a_record_of_no_year_is_refused(countries, connect):
    records = connect(records={"path": "@", "fields": {**FIELDS, "year": []}}).records
    with pytest.raises(AnswerShapeError, match="record 1 has no year"):
        read_shape([record(2000)], AnswerPlace(ADDRESS, None), records, countries)


def test_nan_is_null(countries, connect):
    body = {"dados": [record(2000, kg=float("nan")), record(2000, "Cuba", usd=float("-inf"))]}
    reading = read(countries, connect(years={"first": 2000}), answer(body))
    assert reading.frame["mark"].dropna().tolist() == ["empty", "empty"]
    assert reading.notices[0].found == "2"


def test_a_byte_order_mark_is_no_harm(countries, connect):
    body = b"\xef\xbb\xbf" + json.dumps({"dados": [record(2000)]}).encode()
    assert read(countries, connect(years={"first": 2000}), answer(body)).rows == 1


def test_fields_that_are_not_known_are_not_looked_at_and_names_may_differ(countries, connect):
    fields = {"item": ["produto", "pais"], "quantity": ["kg"], "value": ["valor", "usd"], "year": []}
    body = [{**record(2000), "extra": {"a": [1]}, "ano": "?"}]
    connection = connect(records={"path": "@", "fields": fields}, years={"first": 2000})
    assert read(countries, connection, answer(body)).frame["value"].tolist() == [5.0, 7.0]


def test_the_sum_of_all_countries_is_left_out(countries, connect):
    records = {"path": "dados", "fields": FIELDS, "label_of_total": ["total"]}
    body = {"dados": [record(2000), record(2000, " Total ")]}
    assert read(countries, connect(records=records, years={"first": 2000}), answer(body)).rows == 1


def test_a_figure_that_cannot_be_read_names_its_record(countries, connect):
    body = {"dados": [record(2000), record(2000, "Peru", kg="5 t"), record(2000, "Cuba", kg={"kg": 5})]}
    reading = read(countries, connect(years={"first": 2000}), answer(body))
    assert reading.quarantined_cells == 2
    assert reading.quarantined[0].message.startswith(
        f"ExpTeste, line 3, column 3 (2000 kg): {ADDRESS}, 2000, record 2: '5 t' is not a number."
    )


def test_pages_of_a_year_are_one_table(countries, connect):
    pages = [answer({"dados": [record(2000, f"Pais {page}")]}, page=page) for page in (1, 2)]
    reading = read(countries, connect(years={"first": 2000}), *pages)
    assert reading.frame["item"].unique().tolist() == ["Pais 1", "Pais 2"]
    broken = answer({"dados": [{}]}, page=3)
    with pytest.raises(MissingFieldError, match="2000, page 3, record 1"):
        read(countries, connect(), *pages, broken)


def test_a_year_between_two_others_is_missed(countries, connect):
    answers = [answer({"dados": [record(year)] if year != 2001 else []}, year) for year in (2000, 2001, 2002)]
    with pytest.raises(MissingYearError, match="2001 of 2000 to 2002"):
        read(countries, connect(years={"first": 2000}), *answers)


@pytest.mark.parametrize(
    ("beyond", "last", "left_out"),
    [
        ([answer({"dados": []}, 2003)], 2002, ()),
        ([answer({"dados": [record(2003, kg=0, usd=0)]}, 2003)], 2001, ("2002, 2003",)),
        ([], 2001, ("2002",)),
    ],
)
def test_a_last_year_of_zeros_is_published_where_the_server_has_no_record_of_later_ones(
    countries, connect, beyond, last, left_out
):
    answers = [answer({"dados": [record(one, kg=int(one < 2002), usd=0)]}, one) for one in (2000, 2001, 2002)]
    reading = read(countries, connect(years={"first": 2000}), *answers, *beyond)
    assert reading.last_year == last
    assert tuple(repair.partition(":")[0] for repair in reading.repairs) == left_out


def test_a_last_year_of_zeros_may_be_declared_for_a_table(countries, connect):
    answers = [answer({"dados": [record(one, kg=int(one < 2002), usd=0)]}, one) for one in (2000, 2001, 2002)]
    tables = {"ExpTeste": {"path": "/x/{year}", "years": {"first": 2001, "last": 2002}}}
    reading = read(countries, connect(tables=tables), *answers)
    assert reading.frame["year"].unique().tolist() == [2001, 2002]
    assert reading.repairs == ()


def test_one_answer_of_all_years_has_published_them_all(countries, connect):
    body = {"dados": [record(2000), record(2001, kg=0, usd=0)]}
    reading = read(countries, connect(path="/x", query={}, years={"first": 2000}), answer(body, None))
    assert reading.last_year == 2001


def test_a_stale_copy_that_is_admitted_is_told(countries, connect):
    provenance = {"path": "fonte", "live": ["Embrapa"]}
    said = {2000: "embrapa ", 2001: "csv local", 2002: "csv local", 2003: None, 2004: "csv local"}
    answers = [
        answer({"fonte": text, "dados": [record(year, kg=0 if year == 2004 else 1, usd=0)]}, year)
        for year, text in said.items()
    ]
    reading = read(countries, connect(provenance=provenance, years={"first": 2000}), *answers)
    assert [(one.outcome, one.rule, one.found) for one in reading.notices] == [
        ("watch", "stale_answer", "csv local"),
        ("watch", "stale_answer", "nothing"),
    ]
    assert "the answers of 2001, 2002 say 'csv local' at 'fonte'" in reading.notices[0].reason, "2004 is left out"


def grouped(connect, records, **more):
    return connect("ProcessaTeste", "/x/{year}", {}, records=records, years={"first": 2000}, **more)


def kinds(reading):
    frame = reading.frame.astype(object).where(reading.frame.notna(), None)
    return list(frame[["group_label", "item_label", "row_kind", "value"]].itertuples(index=False, name=None))


def test_groups_with_totals(cultivars, connect):
    body = [
        {"categoria": "TINTAS", "total": 9, "itens": [{"produto": "Merlot", "kg": 4}, {"produto": "IAC", "kg": 5}]},
        {"categoria": "FRIZANTE", "total": 3, "itens": []},
        {"categoria": "OUTRAS", "total": 2, "itens": [{"produto": "OUTRAS", "kg": 2}]},
        {"categoria": "SUCO", "total": 7, "itens": [{"produto": "SUCO", "kg": 7}, {"produto": "Integral", "kg": 7}]},
        {"categoria": "BORRA", "total": 1, "itens": None},
        {"categoria": "Total", "total": 22, "itens": []},
    ]
    connection = grouped(connect, {**GROUPS, "label_of_total": ["Total"]})
    assert kinds(read(cultivars, connection, answer(body))) == [
        ("TINTAS", "TINTAS", "total", 9.0),
        ("TINTAS", "Merlot", "leaf", 4.0),
        ("TINTAS", "IAC", "leaf", 5.0),
        (None, "FRIZANTE", "leaf", 3.0),
        (None, "OUTRAS", "leaf", 2.0),
        ("SUCO", "SUCO", "total", 7.0),
        ("SUCO", "Integral", "leaf", 7.0),
        (None, "BORRA", "leaf", 1.0),
    ]


def test_groups_without_totals_have_leaves_alone(cultivars, connect):
    body = [{"categoria": "TINTAS", "itens": [{"produto": "Merlot", "kg": 4}, {"produto": "IAC", "kg": 5}]}]
    connection = grouped(connect, {**GROUPS, "total": None})
    assert [kind for _, _, kind, _ in kinds(read(cultivars, connection, answer(body)))] == ["leaf", "leaf"]


def test_a_category_must_have_a_name_and_its_total(cultivars, connect):
    for body, error, message in [
        ([{"categoria": None, "total": 1, "itens": []}], AnswerShapeError, "record 1 has no name"),
        ([{"categoria": "A", "itens": []}], MissingFieldError, "no field 'total'"),
        ([{"categoria": "A", "total": 1}], MissingFieldError, "no field 'itens'"),
    ]:
        with pytest.raises(error) as raised:
            read(cultivars, grouped(connect, GROUPS), answer(body))
        assert message in raised.value.message


def test_the_label_of_a_total_makes_the_total_of_its_group(cultivars, connect):
    body = [
        {"categoria": "TINTAS", "produto": "Merlot", "kg": 4},
        {"categoria": "TINTAS", "produto": "Subtotal", "kg": 4},
        {"categoria": None, "produto": "Subtotal", "kg": 4},
        {"categoria": "", "produto": "SOLTO", "kg": 1},
    ]
    connection = grouped(connect, {**LIST, "label_of_total": ["Subtotal"]})
    assert kinds(read(cultivars, connection, answer(body))) == [
        ("TINTAS", "TINTAS", "total", 4.0),
        ("TINTAS", "Merlot", "leaf", 4.0),
        (None, "SOLTO", "leaf", 1.0),
    ]


def test_figures_by_label_may_have_no_fields(cultivars, connect):
    records = {"shape": "by_label", "fields": {"item": [], "quantity": []}}
    body = {"TINTAS": 5, "Merlot": 4, "Malbec": None}
    reading = read(cultivars, grouped(connect, records), answer(body))
    assert [row[:3] for row in kinds(reading)] == [
        ("TINTAS", "TINTAS", "total"),
        ("TINTAS", "Merlot", "leaf"),
        ("TINTAS", "Malbec", "leaf"),
    ]


@pytest.mark.parametrize(
    ("found", "year"),
    [
        (2019, 2019),
        ("2019", 2019),
        (" 2019 ", 2019),
        (2019.0, 2019),
        (2019.5, None),
        ("19", None),
        ("2019-01", None),
        (1969, None),
        (2101, None),
        (True, None),
        (None, None),
        (float("nan"), None),
        (float("inf"), None),
        ("٢٠١٩", None),
        ([2019], None),
    ],
)
def test_years_are_numbers_or_texts(found, year):
    assert year_of(found) == year


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["dados", "pais", "kg", "usd", "ano", "2000", "headers", "rows", "itens"]), inner
        ),
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["list", "groups", "by_label", "columns", "table", "wide"]), st.booleans())
def test_any_json_is_a_reading_or_a_named_error(countries, connect, body, shape, is_wrapped):
    more = {"members": "itens", "fields": {**FIELDS, "group": ["pais"]}} if shape == "groups" else {"fields": FIELDS}
    connection = connect(records={"shape": shape, "path": "dados", **more}, years={"first": 2000})
    error = None
    try:
        reading = read(countries, connection, answer({"dados": body} if is_wrapped else body))
    except SourceError as raised:
        error = raised
    assert error.remedy if error else reading.rows
