"""Which table, year and page a request is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from tests.connectors.contract import Contract
from tests.connectors.figures import Table

SUBOPTION = "subopcao"


@dataclass(frozen=True)
class Asked:
    """A request for figures."""

    table: str
    year: int | None
    start: int
    size: int | None


class NotAskedSoError(Exception):
    """The request is none that the contract knows: the server says so with a status."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Routes:
    """The addresses of an API."""

    def __init__(self, contract: Contract, tables: Iterable[Table]) -> None:
        self.contract = contract
        self._tables: dict[tuple[str, str | None], Table] = {
            (table.spec.flow, contract.word(table.spec)): table for table in tables
        }

    def read(self, target: str) -> Asked:
        """Understands path and query."""
        split = urlsplit(target)
        flow, *segments = [unquote(segment) for segment in split.path.strip("/").split("/")]
        query = {name: values[-1] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
        word = self._word(segments, query)
        table = self._tables.get((flow, word))
        if table is None:
            raise NotAskedSoError(404, f"não existe: {flow} {word}")
        year = None if self.contract.is_whole else self._year(segments, query)
        start, size = self._page(query) if self.contract.pages_of(table.spec) else (0, None)
        if segments or query:
            raise NotAskedSoError(422, f"parâmetros desconhecidos: {segments} {sorted(query)}")
        return Asked(table.spec.name, year, start, size)

    def _word(self, segments: list[str], query: dict[str, str]) -> str | None:
        if self.contract.suboption_in == "query":
            return query.pop(SUBOPTION, None)
        has_year = self.contract.year_in == "path" and not self.contract.is_whole
        return segments.pop(0) if len(segments) > has_year else None

    def _year(self, segments: list[str], query: dict[str, str]) -> int:
        if self.contract.year_in == "path":
            text = segments.pop(0) if segments else None
        else:
            text = query.pop(self.contract.year_name, None)
        if text is None or not text.isdecimal():
            raise NotAskedSoError(422, f"ano inválido: {text}")
        return int(text)

    def _page(self, query: dict[str, str]) -> tuple[int, int]:
        size = min(int(query.pop("limit", self.contract.page_size)), self.contract.page_size)
        if self.contract.pages == "page":
            return (int(query.pop("page", "1")) - 1) * size, size
        return int(query.pop("offset", "0")), size
