"""Logins and tokens."""

from tests.connectors.case import Group, of_year
from tests.connectors.contract import Contract
from tests.connectors.replies import (
    Call,
    Fault,
    Reply,
    redirected_to,
    says,
    status,
)

FORM = Contract(auth="login_form")
GROUP = Group("credentials", FORM)


@GROUP.right(contract=Contract(auth="login_json", token_requests=25))
def token_expires() -> list[Fault]:
    """A token holds for 25 requests, and is refused with status 401 from then on."""
    return []


@GROUP.right(contract=Contract(auth="login_json", token_requests=15, has_code=True, login_under="result"))
def token_expires_with_status_200() -> list[Fault]:
    """A token holds for 15 requests, and is refused with status 200 and code 401 from then on."""
    return []


@GROUP.right()
def login_stumbles() -> list[Fault]:
    """The login answers status 503 once."""
    return [Fault(status(503), on="login", times=1)]


@GROUP.error("LoginError", "401", stops_all=True, known="errada", most_requests=1)
def wrong_password() -> list[Fault]:
    """The password is wrong."""
    return []


@GROUP.error(
    "LoginError",
    "inválidos",
    stops_all=True,
    known="errada",
    most_requests=1,
    contract=Contract(auth="login_json", has_code=True, login_under="result"),
)
def wrong_password_with_status_200() -> list[Fault]:
    """The password is wrong, and the login says so with status 200 and code 401."""
    return []


@GROUP.error("CredentialsError", "VITICAST_PASSWORD", stops_all=True, known="", most_requests=0)
def no_password() -> list[Fault]:
    """No password is given."""
    return []


@GROUP.error("LoginError", "access_token", stops_all=True, most_requests=1)
def login_without_token() -> list[Fault]:
    """The login answers with something else than a token."""
    return [Fault(says(b'{"message":"ok"}'), on="login")]


@GROUP.error("LoginError", "401", stops_all=True, most_requests=20)
def token_never_holds() -> list[Fault]:
    """Every token that the login gives is refused."""
    return [Fault(says(b'{"access_token":"abc"}'), on="login")]


@GROUP.error("LoginError", "401", stops_all=True, known="errada", most_requests=8, contract=Contract(auth="basic"))
def wrong_basic_password() -> list[Fault]:
    """The password for HTTP Basic is wrong."""
    return []


@GROUP.error("LoginError", "2019")
def redirects_to_another_server() -> list[Fault]:
    """One year is redirected to another name of the server: the token stays behind, and nobody answers without it."""

    def spoil(call: Call, reply: Reply) -> Reply:
        return redirected_to(f"http://localhost:{call.port}{call.target}")(call, reply)

    return of_year(spoil)
