from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from tests.unit.sources.web_server import Asked, Server, reply

from viticast.sources.connections.api import ApiConnection
from viticast.sources.tables import TableRegistry

FIELDS = {"item": ["pais"], "quantity": ["kg"], "value": ["usd"], "year": ["ano"]}


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def one_table(countries) -> TableRegistry:
    return TableRegistry((countries,))


@pytest.fixture(scope="session")
def connect():
    """A connection to one table of countries, by year; keywords change it."""

    def connection(table="ExpTeste", path="/exportacao", query=None, **more) -> ApiConnection:
        query = {"ano": "{year}"} if query is None else query
        declared = {
            "kind": "api",
            "requests": {"backoff_seconds": 0.01, "attempts": 2},
            "records": {"path": "dados", "fields": FIELDS},
            "years": {"first": 2000, "last": 2002},
            "tables": {table: {"path": path, "query": query}},
        }
        return ApiConnection.model_validate({**declared, **more})

    return connection


def record(year, label="Chile", kg=5, usd=7):
    return {"ano": int(year), "pais": label, "kg": kg, "usd": usd}


def query_of(asked: Asked) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(asked.query).items()}


def by_query(answer):
    """A reply that depends on the query: `answer(query)` is a body, or a reply itself."""

    def send(handler, asked):
        found = answer(query_of(asked))
        (found if callable(found) else reply(200, found))(handler, asked)

    return send
