"""A webhook as a Kedro dataset: what is saved is sent as JSON; the address may hold a token, and no text shows it."""

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from kedro.io import AbstractDataset, DatasetError
from pydantic import SecretStr

SETTING = "VITICAST_WEBHOOK_URL, or url under webhook in conf/local/credentials.yml"
_BUSY = 429

logger = logging.getLogger(__name__)


class WebhookError(ValueError):
    """The webhook did not take what was sent."""


@dataclass(frozen=True)
class _Failure:
    """Why an attempt failed, without the address.

    Attributes:
        reason: In words.
        may_pass: True if it may be otherwise in a moment.
    """

    reason: str
    may_pass: bool


class WebhookDataset(AbstractDataset[Mapping[str, Any], None]):
    """Sends a JSON object to an address, and again where a failure may pass. Without an address it does nothing.

    An answer of 2xx is a success; 429, 5xx, a connection that fails and a time that runs out are tried again. No
    redirect is followed: it would carry the decision to an address that nobody gave.

    Args:
        credentials: `url`, an http or https address; null or empty for none.
        timeout_seconds: How long an attempt may take in all, from connecting to the head of the answer, however
            steadily a server sends bytes of it.
        attempts: How often it is tried.
        pause_seconds: How long to wait before the second attempt; twice as long before each further one.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(
        self,
        *,
        credentials: Mapping[str, str | None] | None = None,
        timeout_seconds: float = 10.0,
        attempts: int = 3,
        pause_seconds: float = 2.0,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._url = SecretStr((credentials or {}).get("url") or "")
        self._timeout_seconds = timeout_seconds
        self._attempts = attempts
        self._pause_seconds = pause_seconds
        self.metadata = metadata

    def save(self, data: Mapping[str, Any]) -> None:
        """Sends the object; an empty one is not sent.

        Raises:
            WebhookError: The address is none, or nobody took the object there.
        """
        if not self._url.get_secret_value():
            logger.info("webhook: no address is configured, nothing is sent (%s)", SETTING)
            return
        if not data:
            logger.info("webhook: the decision is milder than monitoring.notify_from, nothing is sent")
            return
        body = json.dumps(dict(data), ensure_ascii=False).encode()
        attempts, failure = self._deliver(body)
        if failure is not None:
            raise WebhookError(
                f"the webhook did not take the decision in {attempts} attempts: {failure.reason}. Verdicts, decision "
                f"and page are stored. Remedy: see that the address is right and answers ({SETTING}), then send it "
                "again: kedro run --pipelines=monitoring"
            )
        logger.info("webhook: the decision was sent (%d attempts)", attempts)

    def load(self) -> None:
        """A webhook gives nothing."""
        raise DatasetError("a webhook is only written to")

    def _deliver(self, body: bytes) -> tuple[int, _Failure | None]:
        """How many attempts there were, and why the last one failed; None if it did not."""
        failure: _Failure | None = None
        for attempt in range(1, self._attempts + 1):
            failure = self._attempt(body)
            if failure is None or not failure.may_pass or attempt == self._attempts:
                return attempt, failure
            pause = self._pause_seconds * 2 ** (attempt - 1)
            logger.warning("webhook: %s; attempt %d of %d in %g s", failure.reason, attempt + 1, self._attempts, pause)
            time.sleep(pause)
        return self._attempts, failure

    def _attempt(self, body: bytes) -> _Failure | None:
        """Why an attempt failed; the words of httpx may hold the address, and are not repeated."""
        import httpx  # noqa: PLC0415 - a run without an address needs no client

        # They write whole addresses.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        url = _parsed(self._url)
        if url is None:
            return _Failure("the address is none of http or https", may_pass=False)
        try:
            # In a thread of its own: that of a notebook has a loop of events which is running already.
            with ThreadPoolExecutor(max_workers=1) as thread:
                return _judged(thread.submit(asyncio.run, _status(url, body, self._timeout_seconds)).result())
        except TimeoutError:
            return _Failure(f"it did not answer within {self._timeout_seconds:g} s", may_pass=True)
        except httpx.RequestError as error:
            return _Failure(f"it cannot be reached ({type(error).__name__})", may_pass=True)
        except (ValueError, ImportError):
            # httpx.InvalidURL is no RequestError; a proxy of the environment may be no address either.
            return _Failure("the address, or that of a proxy in the environment, cannot be used", may_pass=False)

    def _describe(self) -> dict[str, Any]:
        return {"is_configured": bool(self._url.get_secret_value()), "attempts": self._attempts}


async def _status(url: Any, body: bytes, seconds: float) -> int:  # noqa: ANN401 - httpx.URL, imported late
    """Posts a body; what it is answered with.

    Raises:
        TimeoutError: There was no whole head of an answer in time. The time-outs of httpx are for each read: one byte
            in each of them would keep it waiting for ever.
    """
    import httpx  # noqa: PLC0415

    headers = {"Content-Type": "application/json", "User-Agent": "viticast"}
    # The body of the answer is of no interest, and not read: it may have no end.
    async with (
        asyncio.timeout(seconds),
        httpx.AsyncClient(timeout=None, follow_redirects=False) as client,  # noqa: S113 - of all of it together
        client.stream("POST", url, content=body, headers=headers) as response,
    ):
        return response.status_code


def _parsed(secret: SecretStr) -> Any:  # noqa: ANN401 - httpx.URL, imported late
    """The address, None if it is none that can be posted to."""
    import httpx  # noqa: PLC0415

    try:
        url = httpx.URL(secret.get_secret_value().strip())
    except (httpx.InvalidURL, UnicodeError):
        return None
    return url if url.scheme in {"http", "https"} and url.host else None


def _judged(status: int) -> _Failure | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return _Failure(f"it answers {status}, a redirect, which is not followed: give the final address", False)
    return _Failure(f"it answers {status}", may_pass=status == _BUSY or status >= 500)
