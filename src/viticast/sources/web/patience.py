"""Asking again: how often, and how long the pauses are."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event
from typing import TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    sleep_using_event,
    stop_after_attempt,
    stop_when_event_set,
    wait_exponential_jitter,
)

from viticast.sources.connections.requests import Requests
from viticast.sources.errors import HttpError
from viticast.sources.web.pace import Pace

logger = logging.getLogger(__name__)
Result = TypeVar("Result")


class Passing(Exception):  # noqa: N818 - it is an error only if it lasts
    """A failure that may pass.

    Attributes:
        error: What is raised if it lasts.
        pause: Seconds that the server asks to wait, None where it does not say.
    """

    def __init__(self, error: HttpError, pause: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.pause = pause


class Patience:
    """Repeats what fails in passing."""

    def __init__(self, requests: Requests, pace: Pace, closing: Event) -> None:
        """Remember how to wait.

        Args:
            requests: Attempts and pauses.
            pace: Held back, for all requests, where the server asks for a pause.
            closing: Set when nobody waits any longer: it ends all pauses.
        """
        self._requests = requests
        self._pace = pace
        self._closing = closing
        self._growing = wait_exponential_jitter(
            multiplier=requests.backoff_seconds, max=requests.longest_pause_seconds, jitter=requests.backoff_seconds
        )

    def call(self, attempt: Callable[[], Result]) -> Result:
        """Calls until it succeeds or the attempts are used up.

        Args:
            attempt: Raises Passing where it is worth to ask again.

        Raises:
            HttpError: The last failure, and how often it was tried.
        """
        retrying = Retrying(
            retry=retry_if_exception_type(Passing),
            stop=stop_after_attempt(self._requests.attempts) | stop_when_event_set(self._closing),
            wait=self._pause,
            sleep=sleep_using_event(self._closing),
            before_sleep=_tell,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except Passing as passing:
            raise _counted(passing.error, retrying.statistics["attempt_number"]) from None

    def _pause(self, state: RetryCallState) -> float:
        asked = _passing(state).pause
        if asked is None:
            return self._growing(state)
        self._pace.hold(asked)
        return asked


def asked_pause(retry_after: str | None) -> float | None:
    """Seconds that a header `Retry-After` asks for: a number of seconds or a date; None where it says nothing."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
        # A date without a zone is GMT: HTTP knows no other.
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):
        return None


def _passing(state: RetryCallState) -> Passing:
    failure = state.outcome.exception() if state.outcome else None
    if not isinstance(failure, Passing):
        msg = "only what passes is asked again"
        raise TypeError(msg)
    return failure


def _tell(state: RetryCallState) -> None:
    logger.info("%s; asked again in %.1f s", _passing(state).error.reason, state.upcoming_sleep)


def _counted(error: HttpError, attempts: int) -> HttpError:
    times = "once" if attempts == 1 else f"{attempts} times"
    return type(error)(
        f"{error.reason}, asked {times}",
        remedy=error.remedy,
        table=error.table,
        row=error.row,
        column=error.column,
        column_label=error.column_label,
        value=error.value,
    )
