"""A request and its answer: bounded in time and size, followed where it leads, and every failure named."""

import logging
import ssl
from functools import cache
from time import monotonic

import httpx

from viticast.sources.connections.requests import Requests
from viticast.sources.errors import (
    HttpError,
    RedirectError,
    TooLargeAnswerError,
    UnavailableError,
    UnreachableError,
)
from viticast.sources.web.call import Call, Raw
from viticast.sources.web.patience import Passing

MOST_REDIRECTS = 10
_MEGABYTE = 1_000_000

# They write whole addresses and headers, where keys may stand.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def open_client(requests: Requests) -> httpx.Client:
    """A client that keeps its connections, for as many requests at once as are allowed.

    Raises:
        HttpError: The environment names a proxy that cannot be used.
    """
    try:
        return _client(requests)
    except (ValueError, ImportError, httpx.InvalidURL):
        # The words of httpx may hold the address of the proxy, and that a password.
        raise HttpError(
            "the environment names a proxy that cannot be used",
            remedy="correct HTTP_PROXY, HTTPS_PROXY and ALL_PROXY, or unset them: http://host:port",
        ) from None


def _client(requests: Requests) -> httpx.Client:
    return httpx.Client(
        verify=_certificates(),
        headers={"User-Agent": "viticast", **requests.headers},
        timeout=httpx.Timeout(requests.read_seconds, connect=requests.connect_seconds, pool=None),
        limits=httpx.Limits(
            max_connections=requests.concurrency, max_keepalive_connections=requests.concurrency, keepalive_expiry=30
        ),
    )


@cache
def _certificates() -> ssl.SSLContext:
    """The certificates that are trusted: reading them takes longer than a request."""
    return httpx.create_ssl_context()


def exchange(client: httpx.Client, call: Call, requests: Requests) -> Raw:
    """Sends a request and reads its whole answer, whatever its status.

    Raises:
        Passing: The server cannot be reached, was silent, broke off or dripped.
        HttpError: RedirectError, TooLargeAnswerError, or HttpError for a request that cannot be sent.
    """
    deadline = monotonic() + requests.answer_seconds
    request = call.request
    for _ in range(MOST_REDIRECTS + 1):
        response = _send(client, request, call, requests)
        try:
            if response.next_request is None:
                return Raw(response.status_code, response.headers, _body(response, call, requests, deadline))
            request = _followed(response.next_request, call, requests)
        finally:
            response.close()
    raise call.error(
        RedirectError,
        f"leads in circles: {MOST_REDIRECTS} redirects, and no answer",
        remedy="check the address; a server may send everybody in circles who lacks a cookie or a login",
    )


def _send(client: httpx.Client, request: httpx.Request, call: Call, requests: Requests) -> httpx.Response:
    try:
        return client.send(request, stream=True)
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError):
        # UnicodeError: see `address`
        raise call.error(RedirectError, "leads to an address that cannot be asked") from None
    except httpx.ConnectTimeout as error:
        reason = f"cannot be reached: no connection within {requests.connect_seconds:g} s"
        raise _unreachable(call, reason, error) from None
    except (httpx.ConnectError, httpx.ProxyError) as error:
        raise _unreachable(call, f"cannot be reached ({_cause(error)})", error) from None
    except httpx.TimeoutException as error:
        reason = f"did not answer in time: it was silent for {requests.read_seconds:g} s"
        raise _unreachable(call, reason, error) from None
    except httpx.RequestError as error:
        raise _broken(call, f"gave no answer that can be understood ({_cause(error)})", error) from None


def _body(response: httpx.Response, call: Call, requests: Requests, deadline: float) -> bytes:
    content = bytearray()
    if "," in response.headers.get("Content-Encoding", ""):
        # Packed twice, five kilobytes hold gigabytes, and httpx unpacks a chunk at once.
        raise call.error(
            TooLargeAnswerError, "sends an answer that is compressed more than once", remedy="check the address"
        )
    try:
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > requests.largest_answer_megabytes * _MEGABYTE:
                raise call.error(
                    TooLargeAnswerError,
                    f"answers with more than {requests.largest_answer_megabytes:g} MB",
                    remedy="check the address, or raise `requests.largest_answer_megabytes` of the connection file",
                )
            if monotonic() > deadline:
                raise Passing(_dripping(call, requests, len(content)))
    except httpx.TimeoutException as error:
        reason = f"fell silent for {requests.read_seconds:g} s in the middle of its answer, after {len(content)} bytes"
        raise _broken(call, reason, error) from None
    except httpx.DecodingError as error:
        raise _broken(call, "sent a compressed answer that cannot be unpacked", error) from None
    except httpx.RequestError as error:
        reason = f"broke off in the middle of its answer, after {len(content)} bytes ({_cause(error)})"
        raise _broken(call, reason, error) from None
    return bytes(content)


def _followed(request: httpx.Request, call: Call, requests: Requests) -> httpx.Request:
    """The request that a redirect asks for; httpx has taken the credentials away where it leaves the server."""
    if _origin(request.url) == _origin(call.request.url):
        return request
    if call.is_login:
        raise call.error(
            RedirectError,
            f"leads to another server ({request.url.scheme}://{request.url.host}), which must not get the password",
            remedy="check the address of the login",
        )
    for name in requests.headers:
        if name.casefold() not in {"accept", "accept-language", "user-agent"}:
            request.headers.pop(name, None)
    return request


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _unreachable(call: Call, reason: str, error: httpx.RequestError) -> Passing:
    return Passing(call.error(UnreachableError, reason, value=type(error).__name__))


def _broken(call: Call, reason: str, error: httpx.RequestError) -> Passing:
    return Passing(call.error(UnavailableError, reason, value=type(error).__name__))


def _dripping(call: Call, requests: Requests, size: int) -> TooLargeAnswerError:
    return call.error(
        TooLargeAnswerError,
        f"did not answer in time: {size} bytes came within {requests.answer_seconds:g} s, and no end",
        remedy=f"{call.remedy}; or raise `requests.answer_seconds` of the connection file",
    )


def _cause(error: httpx.RequestError) -> str:
    """What the operating system said; the words of httpx may hold the address, and are not repeated."""
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, ssl.SSLCertVerificationError):
            return f"its certificate is not valid: {link.verify_message}"
        if isinstance(link, OSError) and link.strerror:
            return link.strerror
        link = link.__cause__ or link.__context__
    return (
        "no HTTP, or the connection was closed"
        if isinstance(error, httpx.RemoteProtocolError)
        else type(error).__name__
    )
