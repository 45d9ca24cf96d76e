"""Who asks: the header that tells a server, and what follows when the server does not believe it."""

import base64
from threading import Lock
from time import monotonic
from typing import Protocol

from viticast.sources.connections.auth import Auth, BasicAuth, BearerAuth
from viticast.sources.credentials import Credentials
from viticast.sources.errors import CredentialsError, HttpError, LoginError
from viticast.sources.web.call import of_table
from viticast.sources.web.login import Login, Token
from viticast.sources.web.secrecy import Secrets, is_header_text

_WHERE = "VITICAST_{}"
_CREDENTIALS_FILE = "conf/local/credentials.yml"


class Authority(Protocol):
    """Tells who asks; its methods may be called by many threads."""

    def header(self, table: str | None) -> str | None:
        """The value of `Authorization` for the next request, None for none.

        Raises:
            HttpError: Without credentials that work, asking makes no sense.
        """
        ...

    def accepted(self, header: str | None) -> None:
        """The server took this header."""
        ...

    def refused(self, header: str | None, shown: str, table: str | None) -> str | None:
        """The server did not take this header.

        Args:
            header: What was sent.
            shown: The address that was asked, without secrets.
            table: File stem of the VitiBrasil table.

        Returns:
            The header to try instead.

        Raises:
            HttpError: LoginError where there is no other, or the failure of a new login.
        """
        ...


class FixedAuthority:
    """The same header, or none, for every request."""

    def __init__(self, header: str | None, remedy: str) -> None:
        """Keep the header.

        Args:
            header: Value of `Authorization`, None for none.
            remedy: What helps where it is not taken.
        """
        self._header = header
        self._remedy = remedy
        self._lock = Lock()
        self._is_accepted = False
        self._refusal: LoginError | None = None

    def header(self, table: str | None) -> str | None:
        """The header; an account that was refused is not shown again and again, which could lock it."""
        with self._lock:
            if self._refusal is not None:
                raise of_table(self._refusal, table)
        return self._header

    def accepted(self, header: str | None) -> None:
        """One table may be closed to an account that others are open to."""
        with self._lock:
            self._is_accepted = True

    def refused(self, header: str | None, shown: str, table: str | None) -> str | None:
        """There is no other header."""
        asks = "does not accept the credentials" if header else "asks for credentials"
        error = LoginError(f"{shown} {asks} (status 401)", remedy=self._remedy, table=table, value="401")
        with self._lock:
            if not self._is_accepted and header:
                self._refusal = error
        raise error


class LoginAuthority:
    """A token from a login: one for all threads, renewed when it is refused or its time is up."""

    def __init__(self, login: Login) -> None:
        """Remember how to log in.

        Args:
            login: Asks for a token.
        """
        self._login = login
        self._lock = Lock()
        self._token: Token | None = None
        self._is_token_accepted = False
        self._was_ever_accepted = False
        self._failure: HttpError | None = None

    def header(self, table: str | None) -> str:
        """The token's header, after a login where there is none that is still good."""
        with self._lock:
            if self._token is None or self._token.ends_at <= monotonic():
                return self._renewed(table).header
            self._require_no_failure(table)
            return self._token.header

    def accepted(self, header: str | None) -> None:
        """A token that worked once and is refused later has expired."""
        with self._lock:
            self._was_ever_accepted = True
            if self._token is not None and header == self._token.header:
                self._is_token_accepted = True

    def refused(self, header: str | None, shown: str, table: str | None) -> str:
        """Logs in anew, unless another thread already has, or the token was refused at its first use."""
        with self._lock:
            self._require_no_failure(table)
            if self._token is not None and header != self._token.header:
                return self._token.header
            if self._is_token_accepted:
                return self._renewed(table).header
            error = LoginError(
                f"{shown} refuses the token that the login has just given (status 401)",
                remedy="check that this account may read it, and `auth.token` of the connection file",
                table=table,
                value="401",
            )
            # After a token that worked, it may be only this question that is refused.
            if not self._was_ever_accepted:
                self._failure = error
            raise error

    def _renewed(self, table: str | None) -> Token:
        self._require_no_failure(table)
        try:
            self._token = self._login.token(table)
        except HttpError as error:
            # Not tried again by every question: that waits long, and could lock the account.
            self._failure = error
            raise
        self._is_token_accepted = False
        return self._token

    def _require_no_failure(self, table: str | None) -> None:
        if self._failure is not None:
            raise of_table(self._failure, table)


def fixed_header(auth: Auth, credentials: Credentials, secrets: Secrets) -> tuple[str | None, str]:
    """The header of an authority without a login, and what helps where it is refused.

    Raises:
        CredentialsError: A secret that is asked for is missing, or no header can carry it.
    """
    if isinstance(auth, BasicAuth):
        username, password = name_and_password(credentials, "HTTP Basic")
        secrets.add_login(username, password)
        code = base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
        return f"Basic {code}", f"check {_places('username', 'password')}"
    if isinstance(auth, BearerAuth):
        token = credentials.token.get_secret_value().strip() if credentials.token else ""
        if not token:
            raise _missing("a bearer token", "token")
        if not is_header_text(token):
            raise CredentialsError(
                "the token has characters that no header can carry, such as a line break",
                remedy=f"check {_places('token')}",
            )
        secrets.add(token)
        return f"Bearer {token}", f"check {_places('token')}: it is wrong, or has expired"
    return None, "declare `auth` in the connection file, as its comments say"


def name_and_password(credentials: Credentials, what: str) -> tuple[str, str]:
    """User and password.

    Raises:
        CredentialsError: One of them is missing; names where it is looked for.
    """
    password = credentials.password.get_secret_value() if credentials.password else ""
    missing = [name for name, value in (("username", credentials.username), ("password", password)) if not value]
    if missing or credentials.username is None:
        raise _missing(what, *missing)
    return credentials.username, password


def _missing(what: str, *names: str) -> CredentialsError:
    return CredentialsError(
        f"the server asks for {what}, and there is no {' and no '.join(names)}", remedy=f"set {_places(*names)}"
    )


def _places(*names: str) -> str:
    variables = " and ".join(_WHERE.format(name.upper()) for name in names)
    return f"{variables} in the environment, or {' and '.join(names)} in {_CREDENTIALS_FILE}"
