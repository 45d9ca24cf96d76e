"""From the raw form of a table that an API answered to the reading that its CSV file would give."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from viticast.sources.answers import Answer, unpack
from viticast.sources.api.body import parse_body, place_of, placed, records_at
from viticast.sources.api.origin import Origins
from viticast.sources.api.shapes import AnswerPlace, read_shape
from viticast.sources.connections.api import ApiConnection, Years
from viticast.sources.connections.numbers import Numbers
from viticast.sources.decoding import refuse_twice_encoded
from viticast.sources.errors import MojibakeError, SourceError, raise_all
from viticast.sources.reader import Reading
from viticast.sources.records.assemble import assemble
from viticast.sources.records.record import Record
from viticast.sources.records.years import left_out, years_with_figures
from viticast.sources.tables import TableSpec


def read_answers(content: bytes, table: TableSpec, connection: ApiConnection) -> Reading:
    """Read the answers of one table.

    Args:
        content: What `answers.pack` wrote: all years and pages of the table.
        table: What the answers should hold.
        connection: How they are understood.

    Returns:
        The cells that a CSV file of the same figures would give. `notices` say which years come from a copy that the
        server itself calls stale, and how many figures are null, which may stand for any mark.

    Raises:
        SourceError: The one thing that is wrong, or `SourceErrors` with all that is.
    """
    reader = _Answers(table, connection)
    answers = unpack(content)
    records = reader.read(answers)
    numbers, declared = connection.numbers_of(table.name), connection.years_of(table.name)
    years = _years(answers, records, table, numbers, declared)
    reading = assemble(records, table, numbers, connection.records_of(table.name).absent, years)
    return replace(
        reading,
        repairs=() if declared.last else left_out(records, years),
        notices=(*reader.origins.notices(years), *reading.notices),
    )


def _years(
    answers: Iterable[Answer], records: Sequence[Record], table: TableSpec, numbers: Numbers, declared: Years
) -> range:
    """The years that the table has.

    A server that has no record of a year beyond its last one has published all years that it has records of, were they
    zeros; and so has one that was not asked for any year. Any other may have made up the years at the end.
    """
    first = max(declared.first, table.first_year)
    known = {record.year for record in records}
    if declared.last is None and known:
        beyond = [answer.year for answer in answers if answer.year is None or answer.year > max(known)]
        if beyond:
            return range(first, max(known) + 1)
    return years_with_figures(records, table, numbers, first, declared.last)


class _Answers:
    """Reads answers as records, and notes where they say that they come from."""

    def __init__(self, table: TableSpec, connection: ApiConnection) -> None:
        self._table = table
        self._records = connection.records_of(table.name)
        self._missing = set(connection.years_of(table.name).missing)
        self._sound: set[str] = set()
        self.origins = Origins(connection.provenance, table.name)

    def read(self, answers: Iterable[Answer]) -> list[Record]:
        """Records of all answers, in the order of years."""
        records: list[Record] = []
        errors: list[SourceError] = []
        for answer in answers:
            if answer.status in self._missing:
                continue
            try:
                records += self._read_one(answer)
            except SourceError as error:
                errors.append(error)
        raise_all(errors)
        return sorted(records, key=lambda record: record.year)

    def _read_one(self, answer: Answer) -> list[Record]:
        place, name = place_of(answer), self._table.name
        body = parse_body(answer, name)
        self.origins.note(body, answer)
        found = records_at(self._records.path, body, place, name)
        records = read_shape(found, AnswerPlace(place, answer.year), self._records, self._table)
        self._refuse_mojibake(records, place)
        return records

    def _refuse_mojibake(self, records: Iterable[Record], place: str) -> None:
        """JSON may escape the letters of a label, so that only the label shows how it was encoded."""
        labels = {text for record in records for text in (record.label, record.group) if text} - self._sound
        for label in sorted(labels):
            try:
                refuse_twice_encoded(label, self._table.name)
            except MojibakeError as error:
                raise placed(error, place, self._table.name) from None
        self._sound |= labels
