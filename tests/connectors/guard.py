"""Who may ask a server: HTTP Basic, a given token, or one that a login hands out."""

import base64
import json
import secrets
import threading
from urllib.parse import parse_qs

from tests.connectors.bodies import dump
from tests.connectors.contract import PASSWORD, TOKEN, USERNAME, Contract
from tests.connectors.replies import Reply

LOGIN = "/auth/login"
REFRESH_LOGIN = "/api/vitidata/auth/login"
REFRESH = "/api/vitidata/update/table/"


class Guard:
    """Knows the credentials and the tokens that hold."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.logins = 0
        self._lock = threading.Lock()
        self._left: dict[str, int | None] = {TOKEN: None} if contract.auth == "bearer" else {}

    def admits(self, authorization: str | None) -> bool:
        """True if a request with this header may have figures."""
        if self.contract.auth == "none":
            return authorization is None
        if self.contract.auth == "basic":
            return authorization == f"Basic {base64.b64encode(f'{USERNAME}:{PASSWORD}'.encode()).decode()}"
        kind, _, token = (authorization or "").partition(" ")
        return kind == "Bearer" and self._uses(token)

    def log_in(self, content: bytes, media: str) -> Reply:
        """Answers a login with a token or a refusal."""
        with self._lock:
            self.logins += 1
            number = self.logins
        if self._fields(content, media) != {"username": USERNAME, "password": PASSWORD}:
            return self._refusal()
        token = f"{TOKEN}.{number}.{secrets.token_hex(4)}"
        with self._lock:
            self._left[token] = self.contract.token_requests or None
        granted = {"access_token": token, "token_type": "bearer", "expires_in": 1800}
        more = {"code": "200"} if self.contract.has_code else {}
        under = self.contract.login_under
        return Reply(content=dump({**more, under: granted} if under else {**more, **granted}))

    def expire_all(self) -> None:
        """No token that was handed out holds any more."""
        with self._lock:
            self._left.clear()

    def _uses(self, token: str) -> bool:
        with self._lock:
            if token not in self._left:
                return False
            left = self._left[token]
            if left is not None:
                self._left[token] = left - 1
            return left is None or left > 0

    def _fields(self, content: bytes, media: str) -> dict[str, str] | None:
        if media.startswith("application/json") and self.contract.auth != "login_form":
            fields: dict[str, str] = json.loads(content)
            return fields
        if media.startswith("application/x-www-form-urlencoded") and self.contract.auth == "login_form":
            return {name: values[0] for name, values in parse_qs(content.decode()).items()}
        return None

    @property
    def refused(self) -> Reply:
        """What who may not have figures has instead."""
        if self.contract.has_code:
            return Reply(content='{"code":"401","message":"Token inválido"}'.encode())
        return Reply(401, b'{"detail":"Not authenticated"}', headers={"WWW-Authenticate": "Bearer"})

    def _refusal(self) -> Reply:
        if self.contract.has_code:
            return Reply(content='{"code":"401","message":"Usuário ou senha inválidos"}'.encode())
        return Reply(401, '{"detail":"Usuário ou senha inválidos"}'.encode())
