"""Answers are asked for side by side: a slow server costs a fraction of asking one by one, in the same run."""

import time

import httpx
import pytest
from tests.connectors.api_server import Api, serve_api
from tests.connectors.connection import CREDENTIALS, connection_of, only
from tests.connectors.contract import Contract
from tests.connectors.figures import figures_folder

from viticast.sources.api import fetch_api
from viticast.sources.connections.requests import Requests
from viticast.sources.fetched import FetchedFile

TABLES = ("ImpSuco", "ImpFrescas")
YEARS = range(1970, 2024)
DELAY = 0.05
AT_LEAST = 3
"""Times as fast: with eight requests at once it would be eight on an idle machine."""


@pytest.mark.slow
def test_the_default_concurrency_is_several_times_as_fast_as_one_by_one() -> None:
    contract = Contract(auth="none")
    usual = Requests().model_dump()
    connection = connection_of(contract, TABLES, requests=usual, years={"first": YEARS[0], "last": YEARS[-1]})
    with serve_api(figures_folder(), contract, delay_seconds=DELAY, is_warm=True, tables=TABLES) as api:
        started = time.perf_counter()
        fetched = fetch_api(api.url, only(TABLES), connection, CREDENTIALS)
        together = time.perf_counter() - started
        one_by_one = _one_by_one(api)
    assert [type(one) for one in fetched] == [FetchedFile] * len(TABLES)
    assert one_by_one / together > AT_LEAST


def _one_by_one(api: Api) -> float:
    """Seconds for the same requests, one after the other, as the server has seen them."""
    targets = [request.target for request in api.requests if request.table is not None]
    assert len(targets) == len(TABLES) * len(YEARS)
    started = time.perf_counter()
    for target in targets:
        httpx.get(api.url + target).raise_for_status()
    return time.perf_counter() - started
