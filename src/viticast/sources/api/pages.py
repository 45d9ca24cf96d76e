"""Answers that are cut into pages: what is asked for next, and whether the pages are those of one answer."""

import json
from collections.abc import Mapping

from viticast.sources.answers import Answer
from viticast.sources.api.body import parse_body, place_of, search
from viticast.sources.connections.pages import Pages
from viticast.sources.connections.records import Records
from viticast.sources.errors import PageError, SourceError

_REMEDY = "correct `pages` of the connection file, or ask again if the server's figures changed meanwhile"


class PageWalk:
    """Follows the pages of one answer.

    Attributes:
        answers: The pages so far.
        is_done: True if there is no other page.
    """

    def __init__(self, pages: Pages | None, records: Records, table: str) -> None:
        """Begin before the first page.

        Args:
            pages: How answers are cut; None where they are whole.
            records: Where the records of a page stand.
            table: File stem of the table.
        """
        self._pages = pages
        self._records = records
        self._table = table
        self._count = 0
        self._total: int | None = None
        self._met: list[list[str]] = []
        self.answers: list[Answer] = []
        self.is_done = False

    @property
    def number(self) -> int:
        """Number of the next page, the first being 1."""
        return len(self.answers) + 1

    @property
    def query(self) -> dict[str, str]:
        """Parameters of the next page."""
        pages = self._pages
        if pages is None:
            return {}
        done = self._count if pages.kind == "offset" else len(self.answers)
        return {pages.offset: str(pages.first + done), pages.limit: str(pages.size)}

    def take(self, answer: Answer, *, has_records: bool) -> None:
        """Take the next page.

        Args:
            answer: The page.
            has_records: False if its status says that there are no figures.

        Raises:
            SourceError: PageError where the pages are not those of one answer; or the page cannot be read at all.
        """
        if self._pages is None or (not has_records and not self.answers):
            self.answers.append(answer)
            self.is_done = True
            return
        if not has_records:
            raise self._error(
                answer, "a later page is answered as a year without figures: the pages before may not be all"
            )
        self._follow(answer, self._pages)
        self._require_all(answer)

    def _follow(self, answer: Answer, pages: Pages) -> None:
        body = parse_body(answer, self._table)
        records = self._records_of(body, answer)
        self._note_total(body, answer, pages)
        if len(records) > pages.size:
            raise self._error(answer, f"{len(records)} records where {pages.limit}={pages.size} were asked for")
        self._refuse_repeated(records, answer)
        self.answers.append(answer)
        self._met.append(records)
        self._count += len(records)
        full = len(records) == pages.size if self._total is None else self._count < self._total
        self.is_done = not records or not full
        if not self.is_done and len(self.answers) >= pages.most:
            raise self._error(answer, f"there are more than {pages.most} pages")

    def _records_of(self, body: object, answer: Answer) -> list[str]:
        """The records of a page, each as text; where they stand elsewhere, the reader says so."""
        found = search(self._records.path, body, place_of(answer), self._table)
        return [json.dumps(record, sort_keys=True) for record in _entries(found, self._records)]

    def _note_total(self, body: object, answer: Answer, pages: Pages) -> None:
        if pages.total is None:
            return
        said = search(pages.total, body, place_of(answer), self._table)
        total = int(said) if isinstance(said, str) and said.isascii() and said.isdecimal() else said
        if isinstance(total, bool) or not isinstance(total, int):
            raise self._error(answer, f"no number of all records stands at {pages.total!r}")
        if self._total is not None and total != self._total:
            raise self._error(answer, f"there are {total} records in all where an earlier page said {self._total}")
        self._total = total

    def _refuse_repeated(self, records: list[str], answer: Answer) -> None:
        for number, earlier in enumerate(self._met, start=1):
            if records and records == earlier:
                raise self._error(answer, f"the page is the same as page {number}")
        before = self._met[-1] if self._met else []
        # One record that stands twice may be two rows; where a page ends and begins with the same, it overlaps.
        for length in range(1, min(len(before), len(records)) + 1):
            if before[-length] == records[0] and before[-length:] == records[:length]:
                raise self._error(answer, f"the page begins with the last {length} records of the one before")

    def _require_all(self, answer: Answer) -> None:
        if self.is_done and self._total is not None and self._count != self._total:
            raise self._error(answer, f"{self._count} records came of {self._total} that there are")

    def _error(self, answer: Answer, reason: str) -> SourceError:
        return PageError(f"{place_of(answer)}: {reason}", remedy=_REMEDY, table=self._table)


def _entries(found: object, records: Records) -> list[object]:
    """What counts as a record of a page."""
    if isinstance(found, list):
        return found
    if not isinstance(found, Mapping):
        return []
    if records.shape == "by_label":
        return [list(pair) for pair in found.items()]
    if records.shape == "table":
        rows = found.get(records.rows)
        return rows if isinstance(rows, list) else []
    names = {name for names in records.fields.model_dump().values() for name in names}
    columns = [values for name, values in found.items() if name in names and isinstance(values, list)]
    return [list(values) for values in zip(*columns, strict=False)]
