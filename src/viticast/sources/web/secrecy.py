"""What no text may show, even where a server repeats it."""

import base64
import json
from threading import Lock
from urllib.parse import quote, quote_plus

_LONGEST = 200
_SHORTEST_NAME = 4


class Secrets:
    """The passwords and tokens that a server is told."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: frozenset[str] = frozenset()

    def add(self, secret: str) -> None:
        """Remembers one more, and what it becomes where a server repeats what it was sent."""
        if secret:
            with self._lock:
                self._known |= _forms(secret)

    def add_login(self, name: str, password: str) -> None:
        """Remembers both, and what HTTP Basic makes of them; a name so short that it stands in many words stays."""
        self.add(password)
        self.add(f"{name}:{password}")
        if len(name) >= _SHORTEST_NAME:
            self.add(name)

    def hidden_in(self, text: str) -> str:
        """A server's words in one line of at most 200 characters, without the secrets."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, "***")
        line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
        return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _forms(secret: str) -> frozenset[str]:
    """A secret as it stands, in an address, in JSON and in base64."""
    in_addresses = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    lower = {text.lower() for text in in_addresses if text != secret}
    coded = base64.b64encode(secret.encode()).decode("ascii").rstrip("=")
    return frozenset({secret, *in_addresses, *lower, json.dumps(secret)[1:-1], coded})


def is_header_text(text: str) -> bool:
    """True if a header can carry it."""
    return text.isascii() and text.isprintable()
