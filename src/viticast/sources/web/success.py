"""Whether an answer is a success: its status, and the code that some servers put into the body instead."""

import json
from http import HTTPStatus

from viticast.sources.connections.answers import Success
from viticast.sources.connections.requests import Requests
from viticast.sources.errors import FailedAnswerError, HttpError, NotJsonError, UnavailableError
from viticast.sources.web.bodies import found, parsed
from viticast.sources.web.call import Call, Raw
from viticast.sources.web.patience import Passing, asked_pause
from viticast.sources.web.secrecy import Secrets

_REMEDIES: dict[int, str] = {
    HTTPStatus.FORBIDDEN: "check that this account may read it",
    HTTPStatus.NOT_FOUND: "check the address, and the path in the connection file where it has one",
}

_LOOKED_AT = 20_000
"""More than is shown: a token that is cut in two would not be found."""


class SuccessRule:
    """Tells answers from failures."""

    def __init__(self, success: Success, requests: Requests, secrets: Secrets) -> None:
        """Remember the rule.

        Args:
            success: When an answer counts.
            requests: The longest pause that a server may ask for.
            secrets: Taken out of the server's words.
        """
        self._success = success
        self._longest_pause = requests.longest_pause_seconds
        self._secrets = secrets

    def is_unauthorized(self, raw: Raw) -> bool:
        """True if the server wants (other) credentials, by its status or by the code in the body."""
        if raw.status == HTTPStatus.UNAUTHORIZED:
            return True
        if self._success.code is None:
            return False
        return self._code_of(parsed(raw.content)) == str(HTTPStatus.UNAUTHORIZED.value)

    def require(self, raw: Raw, call: Call) -> None:
        """Refuses a failure.

        Raises:
            Passing: It is worth to ask again.
            HttpError: It is not; FailedAnswerError where the body says so.
        """
        if not self._is_good(raw.status):
            raise self._refused(raw, call)
        if self._success.code is None:
            return
        body = parsed(raw.content)
        if body is None:
            raise Passing(call.error(NotJsonError, "answered with something else than JSON", value=self._start(raw)))
        if (code := self._code_of(body)) not in self._success.codes:
            raise self._failed(code, body, raw, call)

    def words(self, raw: Raw) -> str:
        """What the server says about a failure, ready to follow a reason; empty where it says nothing."""
        return self._words_of(parsed(raw.content)) if self._success.message else ""

    def _is_good(self, status: int) -> bool:
        return status in self._success.statuses if self._success.statuses else 200 <= status < 300

    def _refused(self, raw: Raw, call: Call) -> HttpError | Passing:
        reason = f"answered with status {raw.status}{self.words(raw)}"
        if not _may_pass(raw.status):
            return call.error(HttpError, reason, remedy=_REMEDIES.get(raw.status), value=str(raw.status))
        pause = asked_pause(raw.headers.get("Retry-After"))
        if pause is not None and pause > self._longest_pause:
            return call.error(
                UnavailableError,
                f"{reason} and asks for a pause of {pause:.0f} s, longer than the longest of {self._longest_pause:g} s",
                remedy="run again after that pause, or raise `requests.longest_pause_seconds` of the connection file",
                value=str(raw.status),
            )
        return Passing(call.error(UnavailableError, reason, value=str(raw.status)), pause)

    def _failed(self, code: str | None, body: object, raw: Raw, call: Call) -> HttpError | Passing:
        says = f"code {code!r}" if code is not None else f"no code at `{self._success.code}`"
        error = call.error(
            FailedAnswerError,
            f"answered with status {raw.status} and {says}{self._words_of(body)}",
            remedy="see what the server says of it, and try again later; if it is no failure, correct `success` of the "
            "connection file",
            value=code,
        )
        return Passing(error) if code is not None and code.isdecimal() and _may_pass(int(code)) else error

    def _code_of(self, body: object) -> str | None:
        code = found(self._success.code, body) if self._success.code else None
        return None if code is None else self._secrets.hidden_in(code if isinstance(code, str) else json.dumps(code))

    def _words_of(self, body: object) -> str:
        said = found(self._success.message, body) if self._success.message else None
        if said is None or said == "":
            return ""
        return f": {self._secrets.hidden_in(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False))!r}"

    def _start(self, raw: Raw) -> str:
        return self._secrets.hidden_in(raw.content[:_LOOKED_AT].decode(errors="replace"))


def _may_pass(status: int) -> bool:
    return status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS} or 500 <= status < 600
