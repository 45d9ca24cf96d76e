import logging

import pytest
from tests.unit.sources.web_server import Server

from viticast.sources.connections.answers import Success
from viticast.sources.connections.auth import NoAuth
from viticast.sources.connections.requests import Requests
from viticast.sources.credentials import Credentials
from viticast.sources.web import Web

SECRETS = ("s3cret-password", "s3cret-token", "s3cret-key", "czNjcmV0")


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def no_secret_is_logged(caplog):
    """Whatever a test does: no log of any level has a secret."""
    with caplog.at_level(logging.DEBUG):
        yield
    for record in caplog.records:
        text = logging.Formatter().format(record)
        assert not [secret for secret in SECRETS if secret in text], text


@pytest.fixture
def credentials():
    return Credentials.model_validate({"username": "ana", "password": "s3cret-password", "token": "s3cret-token"})


@pytest.fixture
def open_web(server, credentials):
    """A client of the server with short pauses; keywords of Requests change them."""
    opened = []

    def open_now(url=None, *, auth=None, success=None, credentials=credentials, **requests):
        quick = {"backoff_seconds": 0.01, "attempts": 3, "read_seconds": 5, "connect_seconds": 5} | requests
        web = Web(url or server.url, Requests(**quick), auth or NoAuth(), credentials, success or Success())
        opened.append(web)
        return web

    yield open_now
    for web in opened:
        web.close()
