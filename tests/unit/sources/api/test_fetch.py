"""Fetching against a real server on loopback."""

from datetime import UTC, datetime

import pytest
from tests.unit.sources.api.conftest import FIELDS, by_query, record
from tests.unit.sources.web_server import reply

from viticast.contracts.declared import DeclarationError
from viticast.sources.answers import unpack
from viticast.sources.api import fetch_api, read_answers
from viticast.sources.credentials import Credentials
from viticast.sources.errors import (
    AnswerShapeError,
    CredentialsError,
    FailedAnswerError,
    HttpError,
    MojibakeError,
    NotJsonError,
    PageError,
    RefreshError,
    UnavailableError,
)
from viticast.sources.fetched import FetchedFile, NotFetched
from viticast.sources.tables import TableRegistry

NOBODY = Credentials()
YEARS = (2000, 2001, 2002)


def fetch(server, registry, connection, credentials=NOBODY):
    (one,) = fetch_api(server.url, registry, connection, credentials)
    return one


def a_year(query):
    return {"dados": [record(query["ano"]), record(query["ano"], "Peru")]}


def test_each_year_is_asked_for_and_kept_as_it_came(server, one_table, countries, connect):
    server.on("/exportacao", by_query(a_year))
    fetched = fetch(server, one_table, connect())
    assert isinstance(fetched, FetchedFile)
    assert (fetched.table_name, fetched.status) == ("ExpTeste", 200)
    assert fetched.address == f"{server.url}/exportacao?ano={{year}}"
    assert abs(fetched.fetched_at - datetime.now(UTC)).total_seconds() < 60
    answers = unpack(fetched.content)
    assert [(answer.year, answer.status, answer.page) for answer in answers] == [(year, 200, 1) for year in YEARS]
    assert answers[0].address == f"{server.url}/exportacao?ano=2000"
    reading = read_answers(fetched.content, countries, connect())
    assert reading.frame["value"].tolist() == [5.0, 7.0] * 6


def test_the_same_answers_are_the_same_bytes(server, one_table, connect):
    server.on("/exportacao", by_query(a_year))
    one, other = (fetch(server, one_table, connect()) for _ in range(2))
    assert one.content == other.content
    assert one.landing_id == other.landing_id


def test_one_answer_may_hold_all_years(server, one_table, countries, connect):
    server.on("/tudo", reply(200, {"dados": [record(year) for year in YEARS]}))
    connection = connect(path="/tudo", query={})
    fetched = fetch(server, one_table, connection)
    assert [answer.year for answer in unpack(fetched.content)] == [None]
    assert read_answers(fetched.content, countries, connection).frame["year"].unique().tolist() == list(YEARS)


def test_the_last_year_is_the_one_before_this(server, one_table, connect):
    server.on("/exportacao", by_query(a_year))
    fetched = fetch(server, one_table, connect(years={"first": 1970}))
    years = [answer.year for answer in unpack(fetched.content)]
    assert years == list(range(2000, datetime.now(UTC).year)), "the table begins in 2000"


def test_a_table_may_have_years_of_its_own(server, one_table, connect):
    server.on("/exportacao/2001", reply(404))
    server.on("/exportacao/2002", by_query(lambda _: {"dados": []}))
    years = {"first": 2001, "last": 2002, "missing": [404]}
    connection = connect(tables={"ExpTeste": {"path": "/exportacao/{year}", "years": years}}, years={"first": 1990})
    fetched = fetch(server, one_table, connection)
    assert [(answer.year, answer.status) for answer in unpack(fetched.content)] == [(2001, 404), (2002, 200)]


def test_tables_that_the_connection_does_not_name_are_not_asked_for(server, countries, cultivars, connect):
    server.on("/exportacao", by_query(a_year))
    cultivars = cultivars.model_copy(update={"database_table": "cultivares"})
    fetched = fetch_api(server.url, TableRegistry((cultivars, countries)), connect(), NOBODY)
    assert [one.table_name for one in fetched] == ["ExpTeste"]


def test_a_year_that_the_server_does_not_have_is_an_answer_where_that_is_declared(
    server, one_table, countries, connect
):
    gone = reply(404, {"detail": "ano sem dados"})
    server.on("/exportacao", by_query(lambda query: gone if query["ano"] == "2002" else a_year(query)))
    years = {"first": 2000, "missing": [404]}
    fetched = fetch(server, one_table, connect(years={**years, "last": 2002}))
    assert [answer.status for answer in unpack(fetched.content)] == [200, 200, 404]
    assert read_answers(fetched.content, countries, connect(years=years)).last_year == 2001
    refused = fetch(server, one_table, connect())
    assert isinstance(refused, NotFetched)
    assert refused.errors[0].table == "ExpTeste"


def test_a_table_with_a_year_that_failed_is_not_fetched_and_the_others_are(server, countries, connect):
    other = countries.model_copy(update={"name": "ExpOutra", "slug": "exp_outra", "database_table": "outra"})
    server.on("/exportacao", by_query(a_year))
    server.on("/outra", by_query(lambda query: reply(500) if query["ano"] == "2001" else a_year(query)))
    by_year = {"ano": "{year}"}
    tables = {"ExpTeste": {"path": "/exportacao", "query": by_year}, "ExpOutra": {"path": "/outra", "query": by_year}}
    one, failed = fetch_api(server.url, TableRegistry((countries, other)), connect(tables=tables), NOBODY)
    assert isinstance(one, FetchedFile)
    assert isinstance(failed, NotFetched)
    assert [type(error) for error in failed.errors] == [UnavailableError]
    assert failed.address == f"{server.url}/outra?ano={{year}}"


def test_many_errors_are_counted(server, one_table, connect):
    server.on("/exportacao", reply(400))
    fetched = fetch(server, one_table, connect(years={"first": 2000, "last": 2009}))
    assert "10 of 10 requests failed" in fetched.errors[-1].message
    said = [error.message for error in fetched.errors]
    assert len(said) == len(set(said)) <= 6
    assert {error.table for error in fetched.errors} == {"ExpTeste"}


@pytest.mark.parametrize("body", [b'{"dados": [{"ano": 20', b"", b"<html>busy</html>", '{"dados": "É'.encode()[:-1]])
def test_what_is_no_json_is_asked_for_again(server, one_table, connect, body):
    server.on("/exportacao", reply(200, body), by_query(a_year))
    connection = connect(years={"first": 2000, "last": 2000})
    assert isinstance(fetch(server, one_table, connection), FetchedFile)
    assert server.count("/exportacao") == 2
    server.on("/nie", reply(200, body))
    failed = fetch(server, one_table, connect(path="/nie", query={}))
    assert [type(error) for error in failed.errors] == [NotJsonError]
    assert server.count("/nie") == 2


def test_another_charset_is_kept_and_refused_by_the_reader(server, one_table, countries, connect):
    server.on("/exportacao", reply(200, '{"dados": [{"pais": "Áustria"}]}'.encode("latin-1")))
    fetched = fetch(server, one_table, connect(years={"first": 2000, "last": 2000}))
    assert isinstance(fetched, FetchedFile)
    assert server.count("/exportacao") == 1
    with pytest.raises(MojibakeError, match="exportacao"):
        read_answers(fetched.content, countries, connect())


def test_an_error_in_a_body_with_status_200_is_one(server, one_table, connect):
    server.on("/exportacao", reply(200, {"code": "500", "message": "sem banco"}))
    connection = connect(success={"code": "code", "message": "message"}, years={"first": 2000, "last": 2000})
    failed = fetch(server, one_table, connection)
    assert type(failed.errors[0]) in {FailedAnswerError, UnavailableError}
    assert "sem banco" in failed.errors[0].message


def test_missing_secrets_are_told_before_anything_is_asked(server, one_table, connect):
    with pytest.raises(CredentialsError):
        fetch(server, one_table, connect(auth={"kind": "basic"}))
    assert server.asked == []


def test_a_gap_that_cannot_be_filled_is_told_before_anything_is_asked(server, one_table, connect):
    with pytest.raises(DeclarationError, match="suboption"):
        fetch(server, one_table, connect(path="/exportacao/{suboption}/{year}", refresh={"path": "/refresh"}))
    assert server.asked == []


def test_the_server_is_refreshed_before_it_is_asked(server, one_table, connect):
    server.on("/refresh", reply(200, {}))
    server.on("/exportacao", by_query(a_year))
    fetch(server, one_table, connect(refresh={"path": "/refresh"}))
    assert server.asked[0].path == "/refresh"


@pytest.mark.parametrize("required", [True, False])
def test_a_refresh_that_fails_costs_the_table_unless_it_is_not_required(server, one_table, connect, caplog, required):
    server.on("/refresh", reply(400))
    server.on("/exportacao", by_query(a_year))
    fetched = fetch(server, one_table, connect(refresh={"path": "/refresh", "required": required}))
    if required:
        assert [type(error) for error in fetched.errors] == [RefreshError]
        assert server.count("/exportacao") == 0
    else:
        assert isinstance(fetched, FetchedFile)
        assert "the figures that the server has are read" in caplog.text


LABELS = [f"Pais {number}" for number in range(7)]


def paged(query, *, size=None, total=None, labels=LABELS):
    start, limit = int(query["offset"]), size or int(query["limit"])
    records = [record(query["ano"], label) for label in labels[start : start + limit]]
    return {"dados": records, **({"total": total} if total is not None else {})}


@pytest.mark.parametrize(
    ("pages", "answer", "requests"),
    [
        ({"size": 3}, paged, 3),
        ({"size": 7}, paged, 2),
        ({"size": 10}, paged, 1),
        ({"size": 7, "total": "total"}, lambda query: paged(query, total=7), 1),
        ({"size": 5, "total": "total"}, lambda query: paged(query, total="7", size=2), 4),
        ({"size": 3, "first": 1}, lambda query: paged({**query, "offset": int(query["offset"]) - 1}), 3),
        (
            {"size": 3, "kind": "page", "first": 1, "offset": "pagina", "limit": "tamanho"},
            lambda query: paged({**query, "offset": 3 * (int(query["pagina"]) - 1), "limit": query["tamanho"]}),
            3,
        ),
    ],
)
def test_pages_are_asked_for_until_the_last(server, one_table, countries, connect, pages, answer, requests):
    server.on("/exportacao", by_query(answer))
    connection = connect(pages=pages)
    fetched = fetch(server, one_table, connection)
    assert server.count("/exportacao") == requests * len(YEARS)
    assert [answer.page for answer in unpack(fetched.content)] == [*range(1, requests + 1)] * len(YEARS)
    reading = read_answers(fetched.content, countries, connection)
    assert reading.frame["item"].drop_duplicates().tolist() == LABELS
    assert reading.rows == len(LABELS)


@pytest.mark.parametrize(
    ("pages", "answer", "message"),
    [
        ({"size": 3}, lambda query: paged({**query, "offset": 0}), "the page is the same as page 1"),
        (
            {"size": 3},
            lambda query: paged({**query, "offset": int(query["offset"]) - (query["offset"] != "0")}),
            "last 1",
        ),
        ({"size": 3}, lambda query: paged({**query, "offset": int(query["offset"]) // 3}), "the last 2 records"),
        ({"size": 3}, lambda query: paged(query, size=7), "7 records where limit=3 were asked for"),
        ({"size": 3, "total": "total"}, paged, "no number of all records stands at 'total'"),
        ({"size": 3, "total": "total"}, lambda query: paged(query, total=9), "7 records came of 9"),
        ({"size": 3, "total": "total"}, lambda query: paged(query, total=5), "6 records came of 5"),
        (
            {"size": 3, "total": "total"},
            lambda query: paged(query, total=7 + int(query["offset"])),
            "10 records in all where an earlier page said 7",
        ),
        (
            {"size": 3, "most": 4},
            lambda query: paged({**query, "offset": 0}, labels=[f"Pais {query['offset']} {n}" for n in range(3)]),
            "more than 4 pages",
        ),
    ],
)
def test_pages_that_are_not_those_of_one_answer_are_refused(server, one_table, connect, pages, answer, message):
    server.on("/exportacao", by_query(answer))
    failed = fetch(server, one_table, connect(pages=pages))
    assert isinstance(failed, NotFetched)
    assert {type(error) for error in failed.errors} == {PageError}
    assert message in failed.errors[0].message
    assert failed.errors[0].table == "ExpTeste"


def test_a_later_page_that_is_answered_as_no_figures_is_refused(server, one_table, connect):
    """The first page is full: nothing tells whether it was all."""
    gone = reply(404, {})
    server.on("/exportacao", by_query(lambda query: gone if query["offset"] == "7" else paged(query)))
    years = {"first": 2000, "last": 2000, "missing": [404]}
    failed = fetch(server, one_table, connect(pages={"size": 7}, years=years))
    assert isinstance(failed.errors[0], PageError)
    assert "a later page is answered as a year without figures" in failed.errors[0].message


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("by_label", lambda records: {one["pais"]: one for one in records}),
        ("columns", lambda records: {**{key: [one[key] for one in records] for key in record(2000)}, "x": [1] * 9}),
        ("table", lambda records: {"headers": list(record(2000)), "rows": [list(one.values()) for one in records]}),
    ],
)
def test_pages_of_other_shapes_are_counted_too(server, one_table, countries, connect, shape, body):
    server.on("/exportacao", by_query(lambda query: {"dados": body(paged(query)["dados"])}))
    connection = connect(pages={"size": 3}, records={"shape": shape, "path": "dados", "fields": FIELDS})
    fetched = fetch(server, one_table, connection)
    assert read_answers(fetched.content, countries, connection).rows == len(LABELS)


def test_a_page_whose_records_stand_elsewhere_is_left_to_the_reader(server, one_table, countries, connect):
    server.on("/exportacao", reply(200, {"dados": "nada"}))
    connection = connect(pages={"size": 3}, years={"first": 2000, "last": 2000})
    fetched = fetch(server, one_table, connection)
    with pytest.raises(AnswerShapeError, match="should be a list"):
        read_answers(fetched.content, countries, connection)


def test_errors_are_those_of_the_web(server, one_table, connect):
    server.on("/exportacao", reply(403))
    (error,) = fetch(server, one_table, connect(years={"first": 2000, "last": 2000})).errors
    assert isinstance(error, HttpError)
