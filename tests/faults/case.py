"""What a kind of broken input is, and what must become of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.faults.workspace import Workspace

Outcome = Literal[
    "refused table", "table not fetched", "quarantined cell", "quarantined row", "watch", "named error", "accepted"
]


@dataclass(frozen=True)
class Case:
    """One kind of broken input.

    Attributes:
        name: Name of its function.
        group: What is broken: encoding, lines, header, ...
        text: The input, for a reader.
        breaks: Breaks one thing in a workspace.
        outcome: What must become of it.
        tables: Those that are refused, or do not come.
        said: What the message must contain: table, line, column, value.
        remedy: What the message must contain to say what to do; not asked where a run goes on.
        is_late: True if the new figures are in the lake before the error, so that receipts and catalog are new.
    """

    name: str
    group: str
    text: str
    breaks: Callable[[Workspace], None]
    outcome: Outcome
    tables: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    remedy: str = "Remedy: "
    is_late: bool = False

    @property
    def ends_well(self) -> bool:
        """True if the run must go on to its end."""
        return self.outcome not in {"refused table", "table not fetched", "named error"}


class Group:
    """Cases of one kind, collected as their functions are defined."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cases: list[Case] = []

    def _add(self, outcome: Outcome, **facts: object) -> Callable[[Callable[[Workspace], None]], None]:
        def collect(function: Callable[[Workspace], None]) -> None:
            text = " ".join((function.__doc__ or "").split())
            self.cases.append(Case(function.__name__, self.name, text, function, outcome, **facts))  # type: ignore[arg-type]

        return collect

    def refused(self, *tables: str, said: tuple[str, ...] = ()) -> Callable[[Callable[[Workspace], None]], None]:
        """The table's new file is refused, and a run may go on with the others."""
        return self._add("refused table", tables=tables, said=(*tables, *said))

    def not_fetched(
        self, *tables: str, said: tuple[str, ...] = (), remedy: str = "Remedy: "
    ) -> Callable[[Callable[[Workspace], None]], None]:
        """The table does not come, and a run may go on with the others."""
        return self._add("table not fetched", tables=tables, said=(*tables, *said), remedy=remedy)

    def error(
        self, name: str, *said: str, remedy: str = "Remedy: ", is_late: bool = False
    ) -> Callable[[Callable[[Workspace], None]], None]:
        """The run ends with an error of this name."""
        return self._add("named error", said=(f"Error: {name}: ", *said), remedy=remedy, is_late=is_late)

    def cell(self, *said: str) -> Callable[[Callable[[Workspace], None]], None]:
        """A cell is set aside, and the run goes on."""
        return self._add("quarantined cell", said=said)

    def row(self, *said: str) -> Callable[[Callable[[Workspace], None]], None]:
        """A line is set aside, and the run goes on."""
        return self._add("quarantined row", said=said)

    def watch(self, *said: str) -> Callable[[Callable[[Workspace], None]], None]:
        """The run goes on and says what is worth a look."""
        return self._add("watch", said=said)

    def accepted(self, *said: str) -> Callable[[Callable[[Workspace], None]], None]:
        """No harm is done."""
        return self._add("accepted", said=said)
