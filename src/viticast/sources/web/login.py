"""A login that answers with a token."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from math import inf, isfinite, nan
from time import monotonic

import httpx

from viticast.sources.connections.auth import LoginAuth
from viticast.sources.errors import FailedAnswerError, HttpError, LoginError, UnavailableError, UnreachableError
from viticast.sources.web.address import Address
from viticast.sources.web.bodies import found, parsed
from viticast.sources.web.call import Call, Raw
from viticast.sources.web.patience import Passing, Patience
from viticast.sources.web.secrecy import Secrets, is_header_text
from viticast.sources.web.success import SuccessRule

Build = Callable[..., httpx.Request]
Send = Callable[[Call], Raw]

_CHECK = (
    "check VITICAST_USERNAME and VITICAST_PASSWORD in the environment, or username and password in "
    "conf/local/credentials.yml; and `auth` of the connection file"
)
_MARGIN = 0.1
"""Share of a token's life after which it is no longer used: the request takes time, and clocks differ."""


@dataclass(frozen=True)
class Token:
    """A token in its header.

    Attributes:
        header: Value of `Authorization`.
        ends_at: When to ask for another, on the monotonic clock.
    """

    header: str
    ends_at: float


class Login:
    """Asks for tokens."""

    def __init__(
        self,
        auth: LoginAuth,
        credentials: tuple[str, str],
        address: Address,
        build: Build,
        send: Send,
        patience: Patience,
        rule: SuccessRule,
        secrets: Secrets,
        remedy: str,
    ) -> None:
        """Remember how.

        Args:
            auth: Where and with which fields.
            credentials: User and password.
            address: The source's.
            build: Makes a request, as `httpx.Client.build_request` does.
            send: Sends a request and reads its answer.
            patience: Repeats what fails in passing.
            rule: When the login counts as granted.
            secrets: Learns the tokens.
            remedy: What helps where the server is not there.
        """
        self._auth = auth
        self._fields = {**auth.extra_fields, auth.username_field: credentials[0], auth.password_field: credentials[1]}
        self._address = address
        self._build = build
        self._send = send
        self._patience = patience
        self._rule = rule
        self._secrets = secrets
        self._remedy = remedy

    def token(self, table: str | None) -> Token:
        """Logs in.

        Args:
            table: File stem of the VitiBrasil table that is waiting, for the message.

        Raises:
            HttpError: LoginError where the server does not grant it; UnreachableError, UnavailableError and the like
                where the server is not there.
        """
        call = Call(
            request=self._request(),
            shown=f"the login {self._address.shown(self._auth.path, {})}",
            remedy=self._remedy,
            table=table,
            is_login=True,
        )
        asked_at = monotonic()
        return self._patience.call(lambda: self._attempt(call, asked_at))

    def _request(self) -> httpx.Request:
        url = self._address.of(self._auth.path, {})
        if self._auth.body == "form":
            return self._build("POST", url, data=self._fields)
        return self._build("POST", url, json=self._fields)

    def _attempt(self, call: Call, asked_at: float) -> Token:
        raw = self._send(call)
        try:
            self._rule.require(raw, call)
        except Passing as passing:
            # A body may say 500 of a wrong password too: asked again and again, it could lock the account.
            if isinstance(passing.error, FailedAnswerError):
                raise _refusal(passing.error) from None
            raise
        except (UnavailableError, UnreachableError):
            raise
        except HttpError as error:
            raise _refusal(error, self._rule.words(raw)) from None
        return self._token(raw, call, asked_at)

    def _token(self, raw: Raw, call: Call, asked_at: float) -> Token:
        body = parsed(raw.content)
        text = found(self._auth.token, body)
        if not isinstance(text, str) or not text.strip():
            raise call.error(
                LoginError,
                f"gives no token at `{self._auth.token}` (status {raw.status})",
                remedy="check `auth.token` and `auth.success` of the connection file, and the credentials",
            )
        text = text.strip()
        self._secrets.add(text)
        if not is_header_text(text):
            raise call.error(LoginError, "gives a token with characters that no header can carry", remedy=_CHECK)
        return Token(f"Bearer {text}", asked_at + self._lifetime(body, call) * (1 - _MARGIN))

    def _lifetime(self, body: object, call: Call) -> float:
        if self._auth.lifetime_seconds is None:
            return inf
        seconds = _number(found(self._auth.lifetime_seconds, body))
        if not (isfinite(seconds) and seconds > 0):
            raise call.error(
                LoginError,
                f"gives no lifetime in seconds at `{self._auth.lifetime_seconds}`",
                remedy="correct `auth.lifetime_seconds` of the connection file, or leave it out",
            )
        return seconds


def _refusal(error: HttpError, words: str = "") -> LoginError:
    told = words if words and words not in error.reason else ""
    is_wrong = error.value == str(HTTPStatus.NOT_FOUND.value)
    remedy = "check the address, and `auth.path` of the connection file" if is_wrong else _CHECK
    return LoginError(f"{error.reason}{told}", remedy=remedy, table=error.table, value=error.value)


def _number(value: object) -> float:
    """A number that may be written as a text; NaN for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return nan
