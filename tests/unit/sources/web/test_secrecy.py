import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from viticast.sources.web.secrecy import Secrets

PASSWORD = "gehe1m+&% ç"  # noqa: S105
LOGIN = f"ana.souza:{PASSWORD}"


@pytest.mark.parametrize(
    "echo",
    [
        PASSWORD,
        quote(PASSWORD),
        quote(PASSWORD, safe="").lower(),
        quote_plus(PASSWORD),
        json.dumps(PASSWORD),
        base64.b64encode(PASSWORD.encode()).decode(),
        base64.b64encode(LOGIN.encode()).decode(),
        "ana.souza",
    ],
)
def test_a_server_that_repeats_what_it_was_told_is_quoted_without_it(echo: str) -> None:
    secrets = Secrets()
    secrets.add_login("ana.souza", PASSWORD)
    quoted = secrets.hidden_in(f"refused: {echo} is wrong").replace('"', "").replace("=", "")
    assert quoted == "refused: *** is wrong"


def test_a_name_that_stands_in_many_words_does_not_garble_them() -> None:
    secrets = Secrets()
    secrets.add_login("a", PASSWORD)
    assert secrets.hidden_in(f"a senha {PASSWORD} falhou") == "a senha *** falhou"
