"""What happens to answers on their way, and before there are any."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.connectors.case import LAST, VICTIM, YEAR, Group, of_year
from tests.connectors.contract import Contract
from tests.connectors.replies import (
    Call,
    Fault,
    Reply,
    bytes_changed,
    drip,
    redirected_to,
    reset,
    silent,
    status,
)

GROUP = Group("transport")


@GROUP.right()
def busy_for_a_second() -> list[Fault]:
    """Status 429 once, with `Retry-After: 1`."""
    return of_year(status(429, Retry_After="1"), times=1)


@GROUP.right()
def busy_until_a_moment() -> list[Fault]:
    """Status 429 once, with a date in `Retry-After`."""

    def spoil(call: Call, reply: Reply) -> Reply:
        moment = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
        return status(429, Retry_After=moment)(call, reply)

    return of_year(spoil, times=1)


@GROUP.right(changes={"requests": {"attempts": 6}})
def busy_again_and_again() -> list[Fault]:
    """Every second answer is status 429, without a word on how long."""

    def spoil(call: Call, reply: Reply) -> Reply:
        return status(429)(call, reply) if call.number % 2 else reply

    return [Fault(spoil, VICTIM)]


@GROUP.error("UnavailableError", "3600", "2019")
def busy_for_an_hour() -> list[Fault]:
    """Status 429 with `Retry-After: 3600`."""
    return of_year(status(429, Retry_After="3600"))


@GROUP.right()
def stumbles_twice() -> list[Fault]:
    """Status 500 twice, then the figures."""
    return of_year(status(500), times=2)


@GROUP.right()
def restarts_behind_a_proxy() -> list[Fault]:
    """Status 503 and 502 with a page, once each."""
    page = b"<html><body><h1>503 Service Unavailable</h1></body></html>"
    return [*of_year(status(502, page), times=1), Fault(status(503, page), VICTIM, (YEAR,), times=1)]


@GROUP.error("UnavailableError", "500", "2019")
def fails_for_ever() -> list[Fault]:
    """Status 500 each time, for one year."""
    return of_year(status(500))


@GROUP.error("HttpError", "404", "2019")
def lacks_a_year() -> list[Fault]:
    """Status 404 for one year in the middle."""
    return of_year(status(404, b'{"detail":"Not Found"}'))


@GROUP.right(changes={"years": {"missing": [404, 500]}})
def fails_for_a_year_to_come() -> list[Fault]:
    """Status 500 for a year that is not published yet, and the connection file says so."""
    return [Fault(status(500), VICTIM, (LAST + 1,))]


@GROUP.right(changes={"years": {"missing": [204]}})
def no_content_for_a_year_to_come() -> list[Fault]:
    """Status 204 without a body for a year that is not published yet, and the connection file says so."""
    return [Fault(status(204, b""), VICTIM, (LAST + 1,))]


@GROUP.right()
def resets_once() -> list[Fault]:
    """The connection is reset in the middle of an answer, once."""
    return of_year(reset(0.5), times=1)


@GROUP.error("UnavailableError", "2019")
def resets_for_ever() -> list[Fault]:
    """The connection is reset in the middle of the answer for one year, each time."""
    return of_year(reset(0.5))


@GROUP.right()
def hangs_up_once() -> list[Fault]:
    """The connection is closed without an answer, once."""
    return of_year(silent(), times=1)


@GROUP.error(
    "TooLargeAnswerError", "2019", changes={"requests": {"attempts": 2, "backoff_seconds": 0.01, "answer_seconds": 0.4}}
)
def drips() -> list[Fault]:
    """The answer for one year comes byte by byte, without end."""
    return of_year(drip(0.02))


@GROUP.error(
    "UnavailableError", "2019", changes={"requests": {"attempts": 2, "backoff_seconds": 0.01, "read_seconds": 0.2}}
)
def falls_silent() -> list[Fault]:
    """The answer for one year stops after its first byte."""
    return of_year(drip(5.0))


@GROUP.error("TooLargeAnswerError", "2019", changes={"requests": {"largest_answer_megabytes": 1}})
def sends_too_much() -> list[Fault]:
    """The answer for one year has more than a megabyte where none may."""
    return of_year(bytes_changed(lambda content: content + b" " * 2_000_000))


@GROUP.error("RedirectError", "2019")
def redirects_to_itself() -> list[Fault]:
    """The answer for one year is a redirect to the same address, without end."""
    return of_year(redirected_to())


@GROUP.error("UnreachableError", stops_all=True, is_closed=True)
def nobody_is_there() -> list[Fault]:
    """No server listens at the address."""
    return []


@GROUP.error("UnavailableError", stops_all=True, is_vetted=True, most_requests=120)
def goes_down_in_the_middle() -> list[Fault]:
    """After 30 answers, every connection is closed without one."""
    return [Fault(silent(), after=30)]


@GROUP.right(contract=Contract(status=201))
def created() -> list[Fault]:
    """Answers have status 201, and the connection file says so."""
    return []
