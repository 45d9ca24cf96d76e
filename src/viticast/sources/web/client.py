"""The one door to servers on the web."""

import logging
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from threading import Event
from time import monotonic
from types import TracebackType
from typing import Self

from viticast.contracts.declared import REMEDY, DeclarationError
from viticast.sources.answers import Answer
from viticast.sources.connections.answers import Success
from viticast.sources.connections.auth import Auth, LoginAuth
from viticast.sources.connections.requests import Requests
from viticast.sources.credentials import Credentials
from viticast.sources.errors import CredentialsError, HttpError, LoginError, NotJsonError, UnavailableError
from viticast.sources.web.address import Address
from viticast.sources.web.authority import Authority, FixedAuthority, LoginAuthority, fixed_header, name_and_password
from viticast.sources.web.call import Call, Raw
from viticast.sources.web.exchange import exchange, open_client
from viticast.sources.web.health import Health
from viticast.sources.web.login import Login
from viticast.sources.web.pace import Pace
from viticast.sources.web.patience import Passing, Patience
from viticast.sources.web.question import Check, Question
from viticast.sources.web.secrecy import Secrets, is_header_text
from viticast.sources.web.success import SuccessRule

logger = logging.getLogger(__name__)

TRY_LATER = "try again later, and check that source_url is right and that this computer reaches it"
_PROGRESS_SECONDS = 5.0
_MOST_RENEWALS = 2
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NO_DECLARED_HEADER = {"authorization", "cookie", "proxy-authorization"}


class Web:
    """Asks one server, from as many threads as like to, until it is closed.

    What fails in passing is asked again. A server that cannot be reached, or that fails one question after the other,
    is given up, and so is a table of which several questions failed: the questions after that fail at once.
    """

    def __init__(
        self,
        url: str,
        requests: Requests,
        auth: Auth,
        credentials: Credentials,
        success: Success,
        *,
        remedy: str = TRY_LATER,
        setting: str = "source_url",
    ) -> None:
        """Open a client; nothing is asked yet.

        Args:
            url: The source's address, without user or password.
            requests: Politeness and patience.
            auth: Who asks.
            credentials: The secrets.
            success: When an answer counts.
            remedy: What to do where the server gives no usable answer.
            setting: Where the address was given.

        Raises:
            SourceError: HttpError for an address that is none; CredentialsError for secrets that are missing, that no
                header can carry, or that stand in the address or among the declared headers.
            DeclarationError: A declared header is none.
        """
        _require_good(requests.headers)
        self._address = Address(url, setting)
        self._requests = requests
        self._remedy = remedy
        self._secrets = Secrets()
        for value in self._address.hidden:
            self._secrets.add(value)
        self._closing = Event()
        self._pace = Pace(requests.per_second, self._closing)
        self._patience = Patience(requests, self._pace, self._closing)
        self._health = Health()
        self._rule = SuccessRule(success, requests, self._secrets)
        self._client = open_client(requests)
        self._authority = self._authority_of(auth, credentials)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends all pauses and connections."""
        self._closing.set()
        self._client.close()

    def address_of(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """An address below the source's, without secrets; gaps such as `{year}` stay as they are."""
        return self._address.shown(path, query or {})

    def ask(self, question: Question) -> Answer:
        """Asks one question, again where a failure may pass.

        Raises:
            HttpError: UnreachableError, UnavailableError (busy, stumbling or breaking off), TooLargeAnswerError,
                RedirectError, LoginError, FailedAnswerError, what `question.check` raises, or HttpError for any other
                status that is no success.
        """
        shown = self.address_of(question.path, question.query)
        self._health.require(shown, question.table)
        began = monotonic()
        try:
            answer = self._patience.call(lambda: self._attempt(question, shown))
        except HttpError as error:
            self._health.failed(error, question.table, began)
            raise
        self._health.succeeded()
        return answer

    def ask_all(self, questions: Sequence[Question]) -> list[Answer | HttpError]:
        """Asks many questions, so many at once as `requests.concurrency` says.

        Returns:
            For each question, in their order, its answer or why there is none.
        """
        with ThreadPoolExecutor(max_workers=self._requests.concurrency) as pool, ExitStack() as stack:
            # Whoever interrupts the work does not wait for pauses, and for questions that are not asked yet.
            stack.callback(pool.shutdown, wait=False, cancel_futures=True)
            stack.callback(self._closing.set)
            futures = [pool.submit(self._outcome, question) for question in questions]
            _watch(futures)
            outcomes = [future.result() for future in futures]
            stack.pop_all()
        return outcomes

    def _outcome(self, question: Question) -> Answer | HttpError:
        try:
            return self.ask(question)
        except HttpError as error:
            return error

    def _attempt(self, question: Question, shown: str) -> Answer:
        self._pace.wait()
        raw, call = self._authorized(question, shown)
        answer = Answer(shown, raw.status, raw.content, question.year, question.page)
        if raw.status in question.allowed:
            return answer
        self._rule.require(raw, call)
        if question.check is not None:
            _checked(question.check, answer)
        return answer

    def _authorized(self, question: Question, shown: str) -> tuple[Raw, Call]:
        """The answer to a question, with a new token where the old one has expired."""
        header = self._authority.header(question.table)
        for renewals in range(_MOST_RENEWALS + 1):
            call = self._call(question, shown, header)
            raw = self._send(call)
            if raw.status in question.allowed or not self._rule.is_unauthorized(raw):
                self._authority.accepted(header)
                return raw, call
            if renewals < _MOST_RENEWALS:
                header = self._authority.refused(header, shown, question.table)
        raise call.error(
            LoginError,
            f"refuses each token that the login gives{self._rule.words(raw)}",
            remedy="check that this account may read it",
            value=str(raw.status),
        )

    def _call(self, question: Question, shown: str, header: str | None) -> Call:
        headers = {} if header is None else {"Authorization": header}
        url = self._address.of(question.path, question.query)
        request = self._client.build_request(question.method, url, headers=headers)
        return Call(request, shown, self._remedy, question.table)

    def _send(self, call: Call) -> Raw:
        if self._closing.is_set():
            raise call.error(HttpError, "was not asked: the work has ended", remedy="run again")
        raw = exchange(self._client, call, self._requests)
        self._health.heard()
        return raw

    def _authority_of(self, auth: Auth, credentials: Credentials) -> Authority:
        if not isinstance(auth, LoginAuth):
            return FixedAuthority(*fixed_header(auth, credentials, self._secrets))
        name, password = name_and_password(credentials, "a login")
        self._secrets.add_login(name, password)
        return LoginAuthority(
            Login(
                auth,
                (name, password),
                self._address,
                self._client.build_request,
                self._send,
                self._patience,
                SuccessRule(auth.success, self._requests, self._secrets),
                self._secrets,
                self._remedy,
            )
        )


def _checked(check: Check, answer: Answer) -> None:
    try:
        check(answer)
    except (NotJsonError, UnavailableError) as error:
        raise Passing(error) from None


def _require_good(headers: Mapping[str, str]) -> None:
    malformed = sorted(name for name, value in headers.items() if not (_NAME.fullmatch(name) and is_header_text(value)))
    if malformed:
        raise DeclarationError(
            f"`requests.headers` of the connection file: {', '.join(malformed)}: neither a name nor a value may have "
            f"accents or line breaks, and a name no blanks. {REMEDY}"
        )
    secret = sorted(name for name in headers if name.casefold() in _NO_DECLARED_HEADER)
    if secret:
        raise CredentialsError(
            f"`requests.headers` of the connection file has {', '.join(secret)}, which holds a secret",
            remedy="declare `auth` instead, and keep the secrets in the environment or in conf/local/credentials.yml",
        )


def _watch(futures: Sequence[Future[Answer | HttpError]]) -> None:
    """Waits, and says every few seconds how far it is."""
    pending = set(futures)
    while pending:
        done, pending = wait(pending, timeout=_PROGRESS_SECONDS, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
        if pending:
            logger.info("%d of %d answers", len(futures) - len(pending), len(futures))
