"""Answers that are cut into pages."""

from typing import Any

from tests.connectors.case import Group, of_year
from tests.connectors.contract import Contract
from tests.connectors.replies import (
    Call,
    Fault,
    Reply,
    answer_of,
    json_changed,
)

BY_TEN = Contract(pages="offset", page_size=10)
GROUP = Group("pages", BY_TEN)


def _fresh_page(call: Call, reply: Reply) -> Reply:
    """A full page of countries that no page had before."""
    start = call.start

    def change(content: Any) -> Any:
        records = [
            {"pais": f"País {start + number}", "ano": call.year, "quantidade": 1, "valor": 1} for number in range(10)
        ]
        return {**content, "data": records}

    return json_changed(change)(call, reply)


@GROUP.error("PageError", "2019", contract=Contract(pages="offset", page_size=10, says_total=False))
def pages_without_end() -> list[Fault]:
    """Every page of one year is full, for ever."""
    return of_year(_fresh_page)


@GROUP.error("PageError", "2019")
def more_pages_than_the_total_says() -> list[Fault]:
    """Every page of one year is full, for ever, though the answer says how many records there are."""
    return of_year(_fresh_page)


@GROUP.error("PageError", "2019", contract=Contract(pages="offset", page_size=10, says_total=False))
def offset_is_ignored() -> list[Fault]:
    """The offset is ignored: every page of one year is the first."""
    return of_year(answer_of(start=0))


@GROUP.error("PageError", "2019")
def offset_is_ignored_with_a_total() -> list[Fault]:
    """The offset is ignored, and the answer says how many records there are."""
    return of_year(answer_of(start=0))


@GROUP.error("PageError", "2019")
def page_lost() -> list[Fault]:
    """The second page of one year is empty, and the total says that there are more."""

    def spoil(call: Call, reply: Reply) -> Reply:
        return json_changed(lambda content: {**content, "data": []} if call.start == 10 else content)(call, reply)

    return of_year(spoil)


@GROUP.error("PageError", "2019", contract=Contract(pages="page", page_size=10))
def page_overlaps() -> list[Fault]:
    """The second page of one year begins before the first one ends."""

    def spoil(call: Call, reply: Reply) -> Reply:
        return answer_of(start=max(0, call.start - 5))(call, reply)

    return of_year(spoil)


@GROUP.error("PageError", "2019")
def total_changes() -> list[Fault]:
    """The total of one year grows from page to page."""

    def spoil(call: Call, reply: Reply) -> Reply:
        return json_changed(lambda content: {**content, "total": 30 + call.start})(call, reply)

    return of_year(spoil)
