"""What an API can do wrong, what must become of it, and how cases are collected."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.connectors.contract import Contract
from tests.connectors.figures import OLDER
from tests.connectors.replies import Fault, Spoil

Outcome = Literal["right figures", "watch", "quarantined cell", "named error", "refused table", "other figures"]

COMMONEST = Contract()
VICTIM, BYSTANDER = "ImpSuco", "ProcessaMesa"
"""A table of quantity and value that is answered badly, and one of groups and marks that never is."""


@dataclass(frozen=True)
class Case:
    """One thing that an API does wrong.

    Attributes:
        name: Of its function.
        group: What is wrong: transport, body, credentials, pages, records, figures.
        text: For a reader.
        faults: What the server does.
        outcome: What must become of the table.
        error: Class of the error that names it, or rule of the finding.
        said: What the message must contain.
        contract: How the server answers.
        changes: Keys of the connection file that differ.
        table_changes: Keys of the table's entry there that differ.
        is_vetted: True if the figures are compared with what is known of them, and so of all years.
        different: Cells that are not those of the file, where the figures come in; None for any number of them.
        stops_all: True if no table can come.
        most_requests: More requests for the table than that would be a nuisance to the server; None for any.
        known: What the client takes for the password; None for the right one.
        is_closed: True if nobody listens at the address.
        in_lake: Vintages that the lake holds already.
    """

    name: str
    group: str
    text: str
    faults: Sequence[Fault]
    outcome: Outcome
    error: str = ""
    said: tuple[str, ...] = ()
    contract: Contract = COMMONEST
    changes: dict[str, Any] = field(default_factory=dict)
    table_changes: dict[str, Any] = field(default_factory=dict)
    is_vetted: bool = False
    different: int | None = 0
    stops_all: bool = False
    most_requests: int | None = None
    known: str | None = None
    is_closed: bool = False
    in_lake: tuple[str, ...] = (OLDER,)


YEAR, FIRST, LAST = 2019, 2016, 2024
"""The year that is answered badly, the first that is asked for where nothing is vetted, and the last with figures."""


def of_year(spoil: Spoil, times: int | None = None) -> list[Fault]:
    """The answer for one year is bad, so many times or always."""
    return [Fault(spoil, VICTIM, (YEAR,), times=times)]


def of_table(spoil: Spoil) -> list[Fault]:
    """Every answer for the table is bad."""
    return [Fault(spoil, VICTIM)]


Make = Callable[[], Sequence[Fault]]


class Group:
    """Cases of one kind, collected as their functions are defined: each gives the faults of its server."""

    def __init__(self, name: str, contract: Contract | None = None, *, is_vetted: bool = False) -> None:
        self.name, self.cases = name, list[Case]()
        self._contract, self._is_vetted = contract or COMMONEST, is_vetted

    def _add(self, outcome: Outcome, error: str = "", *said: str, **facts: Any) -> Callable[[Make], None]:
        contract = facts.pop("contract", self._contract)
        facts = {"is_vetted": self._is_vetted, **facts}

        def collect(function: Make) -> None:
            text = " ".join((function.__doc__ or "").split())
            case = Case(function.__name__, self.name, text, function(), outcome, error, said, contract, **facts)
            self.cases.append(case)

        return collect

    def right(self, **facts: Any) -> Callable[[Make], None]:
        """The figures come in, and are right."""
        return self._add("right figures", **facts)

    def unseen(self) -> Callable[[Make], None]:
        """Figures come in that are not those of the file, and nothing tells so."""
        return self._add("other figures", different=None)

    def watched(self, rule: str, *said: str, **facts: Any) -> Callable[[Make], None]:
        """The figures come in, and a finding says what to look at."""
        return self._add("watch", rule, *said, **facts)

    def cell(self, error: str, *said: str, **facts: Any) -> Callable[[Make], None]:
        """A cell is set aside, and all others come in."""
        return self._add("quarantined cell", error, *said, **facts)

    def error(self, name: str, *said: str, **facts: Any) -> Callable[[Make], None]:
        """The table does not come in, and an error of this name says why."""
        return self._add("named error", name, *said, **facts)

    def refused(self, rule: str, *said: str, **facts: Any) -> Callable[[Make], None]:
        """The figures can be read, and vetting refuses them."""
        return self._add("refused table", rule, *said, **{"is_vetted": True, **facts})
