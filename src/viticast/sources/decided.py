"""What is left to say of a table once its figures are in the lake: its entry of the receipt, and why it was refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict

from viticast.contracts.receipts import IngestedTable, NotFetchedTable, RefusedTable
from viticast.sources.delivery import Origin
from viticast.sources.error_record import ErrorRecord
from viticast.sources.fetched import NotFetched
from viticast.sources.intake import Accepted, Decision, Refused


class Decided(BaseModel):
    """A decision without its figures.

    Attributes:
        landing_id: Of the file as it was fetched, or of where nothing came from.
        published_at: When the figures were published, as far as it can be told.
        entry: Of the receipt.
        errors: Why the table was refused or not fetched; none for an accepted one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    landing_id: str
    published_at: date | None
    entry: IngestedTable | RefusedTable | NotFetchedTable
    errors: tuple[ErrorRecord, ...]

    @property
    def table_name(self) -> str:
        """File stem of the VitiBrasil table."""
        return self.entry.table_name

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """What is left to say of a decision."""
        if isinstance(decision, NotFetched):
            return cls(
                landing_id=decision.landing_id,
                published_at=None,
                entry=_not_fetched(decision),
                errors=tuple(ErrorRecord.of(error) for error in decision.errors),
            )
        return cls(
            landing_id=decision.file.landing_id,
            published_at=decision.published_at,
            entry=_accepted(decision) if isinstance(decision, Accepted) else _refused(decision),
            errors=tuple(map(ErrorRecord.of, decision.errors())) if isinstance(decision, Refused) else (),
        )


class DecidedTable(BaseModel):
    """The file in which a process says what it decided on a table of a delivery."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decided: tuple[Decided, ...]


@dataclass(frozen=True)
class Decisions:
    """What was decided on every table of a delivery.

    Attributes:
        origin: Where the figures come from.
        decided: In the order of publication, those that were not fetched last.
        delivery: Its name, None where one process does all.
    """

    origin: Origin
    decided: tuple[Decided, ...]
    delivery: str | None = None


def in_order(decided: Iterable[Decided], landings: Sequence[str]) -> tuple[Decided, ...]:
    """What several processes decided, in the order in which one process decides.

    Args:
        decided: On each table, in its order.
        landings: Of the delivery, in its order.
    """
    place = {landing: position for position, landing in enumerate(landings)}

    def key(one: Decided) -> tuple[bool, int, date, str]:
        if isinstance(one.entry, NotFetchedTable):
            return (True, place[one.landing_id], date.max, one.table_name)
        return (False, 0, one.published_at or date.max, one.table_name)

    return tuple(sorted(decided, key=key))


def _accepted(one: Accepted) -> IngestedTable:
    return IngestedTable(
        table_name=one.file.table_name,
        vintage_id=one.vintage_id,
        landing_id=one.landing_id,
        raw_sha256=one.file.sha256,
        address=one.file.address,
        last_year=one.reading.last_year,
        cells=len(one.reading.frame),
        repairs=one.reading.repairs,
    )


def _refused(one: Refused) -> RefusedTable:
    return RefusedTable(
        table_name=one.file.table_name,
        address=one.file.address,
        raw_sha256=one.file.sha256,
        reason=one.errors()[0].reason,
    )


def _not_fetched(one: NotFetched) -> NotFetchedTable:
    return NotFetchedTable(
        table_name=one.table_name, landing_id=one.landing_id, address=one.address, reason=one.errors[0].reason
    )
