import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from viticast.sources.errors import HttpError, SourceErrors
from viticast.sources.http import fetch_http


class Site:
    """A site on loopback; `answers` maps a table to (status, body) of each request in turn, the last one for ever."""

    def __init__(self):
        self.answers = {}
        self.asked = Counter()
        self.queries = set()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path, _, query = self.path.partition("?")
                table = path.removeprefix("/download/").removesuffix(".csv")
                answers = site.answers.get(table, [(200, f"figures of {table}".encode())])
                status, body = answers[min(site.asked[table], len(answers) - 1)]
                site.asked[table] += 1
                site.queries.add(query)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}/download"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


@pytest.fixture
def fetch(registry):
    pauses = []

    def fetch_now(url, **options):
        return fetch_http(url, registry, sleep=pauses.append, **options)

    fetch_now.pauses = pauses
    return fetch_now


@pytest.mark.parametrize("slash", ["", "/"])
def test_every_table_is_fetched_as_bytes(site, fetch, registry, slash):
    files = fetch(site.url + slash)
    assert [file.table_name for file in files] == list(registry.names)
    assert files[0].content == b"figures of Producao"
    assert files[0].address == f"{site.url}/Producao.csv"
    assert files[0].status == 200
    assert files[0].published_at is None
    assert files[0].fetched_at.utcoffset().total_seconds() == 0
    assert fetch.pauses == []


def test_credentials_are_used_and_never_recorded(site, fetch):
    files = fetch(f"http://ana:secret@{site.host}/download?token=hidden")
    assert files[0].address == f"{site.url}/Producao.csv"
    assert site.queries == {"token=hidden"}


def test_credentials_are_not_in_an_error(site, fetch):
    site.answers["Producao"] = [(404, b"")]
    with pytest.raises(HttpError) as raised:
        fetch(f"http://ana:secret@{site.host}/download?token=hidden")
    assert "secret" not in str(raised.value)
    assert "hidden" not in str(raised.value)


def test_a_server_error_is_asked_again_with_growing_pauses(site, fetch):
    site.answers["ExpUva"] = [(503, b""), (500, b""), (200, b"at last")]
    files = {file.table_name: file for file in fetch(site.url, backoff_seconds=1.0)}
    assert files["ExpUva"].content == b"at last"
    assert site.asked["ExpUva"] == 3
    assert fetch.pauses == [1.0, 2.0]


def test_all_refused_tables_are_named_at_once(site, fetch):
    site.answers |= {"ExpUva": [(503, b"")], "Comercio": [(404, b"")]}
    with pytest.raises(SourceErrors) as raised:
        fetch(site.url)
    by_table = {error.table: error for error in raised.value.errors}
    assert set(by_table) == {"ExpUva", "Comercio"}
    assert f"{site.url}/ExpUva.csv answered with status 503, asked 3 times" in str(raised.value)
    assert "source_url=FOLDER" in by_table["ExpUva"].remedy
    assert by_table["Comercio"].remedy == "check the address"
    assert site.asked["Comercio"] == 1


def test_a_page_with_status_200_is_handed_on_for_the_reader_to_refuse(site, fetch):
    site.answers["ExpUva"] = [(200, b"<html>down</html>")]
    files = {file.table_name: file for file in fetch(site.url)}
    assert files["ExpUva"].content == b"<html>down</html>"


def test_a_site_that_is_down_is_asked_for_one_table_only(fetch):
    site = Site()
    site.close()
    with pytest.raises(
        HttpError, match=r"cannot be reached .* asked 3 times; the other tables were not asked"
    ) as raised:
        fetch(site.url)
    assert raised.value.table == "Producao"
    assert "download the files by hand" in raised.value.remedy
    assert len(fetch.pauses) == 2


def test_a_site_that_does_not_answer_in_time(fetch):
    asked = []

    def never(request):
        asked.append(request.url.path)
        raise httpx.ReadTimeout("too slow", request=request)

    with (
        httpx.Client(transport=httpx.MockTransport(never)) as client,
        pytest.raises(HttpError, match="did not answer in time"),
    ):
        fetch("http://example.org/download", client=client, attempts=2)
    assert asked == ["/download/Producao.csv"] * 2


def test_a_busy_site_is_asked_again(site, fetch):
    site.answers["ExpUva"] = [(429, b""), (200, b"at last")]
    assert {file.content for file in fetch(site.url) if file.table_name == "ExpUva"} == {b"at last"}


def test_a_site_that_sends_in_circles(fetch):
    def circle(request):
        return httpx.Response(302, headers={"Location": str(request.url)}, request=request)

    with (
        httpx.Client(transport=httpx.MockTransport(circle), follow_redirects=True) as client,
        pytest.raises(HttpError, match="maximum allowed redirects"),
    ):
        fetch("http://example.org/download", client=client, attempts=1)


def test_an_address_that_is_none(fetch):
    with pytest.raises(HttpError, match="cannot be understood") as raised:
        fetch("http://ana:secret@[::1/download")
    assert "secret" not in str(raised.value)


def test_at_least_one_attempt(site, fetch):
    with pytest.raises(ValueError, match="attempts must be 1 or more"):
        fetch(site.url, attempts=0)
