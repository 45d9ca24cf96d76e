"""Asks a server that does something wrong as the project does, and finds what is not as it must be."""

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from tests.connectors.api_server import Api, nobody_listens, serve_api
from tests.connectors.case import BYSTANDER, FIRST, VICTIM, Case, Outcome
from tests.connectors.compare import different_cells
from tests.connectors.connection import CREDENTIALS, connection_of, only
from tests.connectors.contract import SECRETS
from tests.connectors.figures import figures_folder
from tests.connectors.vetted import decide

from viticast.sources.api import fetch_api
from viticast.sources.batch import ReadFile, RefusedFile, check_and_read_all
from viticast.sources.connections import ApiConnection
from viticast.sources.credentials import Credentials
from viticast.sources.errors import SourceError
from viticast.sources.fetched import FetchedFile, NotFetched
from viticast.sources.findings import Finding
from viticast.sources.intake import Accepted, Refused
from viticast.sources.reader import Reading

TABLES = (VICTIM, BYSTANDER)
_PORT, _HASH = re.compile(r"//(127\.0\.0\.1|localhost):[0-9]+"), re.compile(r"raw_sha256: '[0-9a-f]+'")
SHOWN = 2
"""So many errors of a table are printed."""


@dataclass(frozen=True)
class Found:
    """What became of a case.

    Attributes:
        name: The case's.
        outcome: What became of the table.
        message: What a reader is told.
        wrong: What is not as it must be.
        requests: How often the table was asked for.
        seconds: How long it took.
    """

    name: str
    outcome: Outcome
    message: str
    wrong: tuple[str, ...]
    requests: int
    seconds: float


@dataclass(frozen=True)
class End:
    """What became of a table.

    Attributes:
        outcome: As a case's.
        told: Error or rule, and what it says, each.
        different: Cells that are not those of the file.
    """

    outcome: Outcome
    told: tuple[tuple[str, str], ...] = ()
    different: int = 0

    @property
    def message(self) -> str:
        """What a reader is told first."""
        return "\n".join(f"{name}: {text}" for name, text in self.told[:SHOWN])


def run_all(
    cases: Iterable[Case], folder: Path | None = None, tell: Callable[[Found], None] = lambda found: None
) -> list[Found]:
    """Runs cases one after the other, and tells of each."""
    found = []
    for case in cases:
        found.append(run(case, folder))
        tell(found[-1])
    return found


def run(case: Case, folder: Path | None = None) -> Found:
    """Runs a case, with the figures of a folder, or the real ones where they are."""
    folder = folder or figures_folder()
    with serve_api(folder, case.contract, faults=case.faults, tables=TABLES) as api, _logged() as texts:
        started = time.monotonic()
        years = {} if case.is_vetted else {"first": FIRST}
        changes = {**case.changes, "years": {**years, **case.changes.get("years", {})}}
        connection = connection_of(case.contract, TABLES, of_tables={VICTIM: case.table_changes}, **changes)
        ends = _ends(nobody_listens() if case.is_closed else api.url, connection, case, folder)
        seconds = time.monotonic() - started
    end = ends[VICTIM]
    wrong = (*_outcome(case, ends), *_said(case, end), *_secrets(ends, texts), *_nuisance(case, api))
    message = _the_same_each_time(end.message)
    return Found(case.name, end.outcome, message, wrong, api.count(VICTIM), seconds)


def _the_same_each_time(text: str) -> str:
    """A message without the port of this run, and the hash that it leads to."""
    return _HASH.sub("raw_sha256: '…'", _PORT.sub("//api.example", text))


def _ends(url: str, connection: ApiConnection, case: Case, folder: Path) -> dict[str, End]:
    try:
        fetched = fetch_api(url, only(TABLES), connection, _credentials(case))
    except SourceError as error:
        return dict.fromkeys(TABLES, _failed((error,)))
    files = [file for file in fetched if isinstance(file, FetchedFile)]
    read = check_and_read_all(files, only(TABLES), connection)
    not_fetched = {file.table_name: _failed(file.errors) for file in fetched if isinstance(file, NotFetched)}
    ends = {one.file.table_name: _read(one, case, folder) for one in read}
    judged = [file for file in files if case.is_vetted and file.table_name == VICTIM]
    vetted = {
        file.table_name: _decided(decide(file, connection, folder, case.in_lake), case, folder) for file in judged
    }
    return {**not_fetched, **ends, **vetted}


def _credentials(case: Case) -> Credentials:
    if case.known is None:
        return CREDENTIALS
    return CREDENTIALS.model_copy(update={"password": SecretStr(case.known) if case.known else None})


def _decided(decision: Accepted | Refused, case: Case, folder: Path) -> End:
    if isinstance(decision, Accepted):
        return _came_in(decision.reading, decision.findings, decision.file.table_name, case, folder)
    is_read = not any(finding.rule.endswith("Error") for finding in decision.findings)
    return End("refused table" if is_read else "named error", _told(decision.findings))


def _read(one: ReadFile | RefusedFile, case: Case, folder: Path) -> End:
    if isinstance(one, RefusedFile):
        return _failed(one.errors)
    aside = [Finding.from_error(error, "cell_quarantined") for error in one.reading.quarantined]
    return _came_in(one.reading, (*aside, *one.reading.notices), one.file.table_name, case, folder)


def _came_in(reading: Reading, findings: Iterable[Finding], table: str, case: Case, folder: Path) -> End:
    told, different = _told(findings), different_cells(reading, folder, table, case.contract)
    if reading.quarantined:
        return End("quarantined cell", told, different)
    if told:
        return End("watch", told, different)
    return End("other figures" if different else "right figures", told, different)


def _failed(errors: Iterable[SourceError]) -> End:
    return End("named error", tuple((type(error).__name__, error.message) for error in errors))


def _told(findings: Iterable[Finding]) -> tuple[tuple[str, str], ...]:
    return tuple((finding.rule, _words(finding)) for finding in findings)


def _words(finding: Finding) -> str:
    place = f"line {finding.row_number}: " if finding.row_number else ""
    return f"{place}{finding.reason}. Remedy: {finding.remedy}"


def _outcome(case: Case, ends: dict[str, End]) -> Iterator[str]:
    end, other = ends[VICTIM], ends[BYSTANDER]
    if end.outcome != case.outcome:
        yield f"the outcome is {end.outcome!r}, not {case.outcome!r}: {end.message}"
    elif end.different != case.different and case.different is not None:
        yield f"{end.different} cells are not those of the file, instead of {case.different}"
    expected = "named error" if case.stops_all else "right figures"
    if other.outcome != expected or other.different:
        yield f"{BYSTANDER}: {other.outcome}, {other.different} cells differ: {other.message}"


def _said(case: Case, end: End) -> Iterator[str]:
    if case.error and case.error not in {name for name, _ in end.told}:
        yield f"{case.error} is not among {sorted({name for name, _ in end.told})}"
    yield from (f"{text!r} is not said: {end.message}" for text in case.said if text not in end.message)
    if end.outcome == "named error" and "Remedy: " not in end.message:
        yield f"no remedy is said: {end.message}"


def _secrets(ends: dict[str, End], texts: list[str]) -> Iterator[str]:
    told = "\n".join([*texts, *(text for end in ends.values() for _, text in end.told)])
    yield from (f"{secret!r} is told" for secret in SECRETS if secret in told)


def _nuisance(case: Case, api: Api) -> Iterator[str]:
    if case.most_requests is not None and len(api.requests) > case.most_requests:
        yield f"{len(api.requests)} requests, more than {case.most_requests}"


class _Texts(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(record.getMessage())


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Whatever any library logs meanwhile."""
    handler, root = _Texts(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler.kept
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
