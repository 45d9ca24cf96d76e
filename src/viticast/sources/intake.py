"""What becomes of fetched files: read, compared with the vintage before, and accepted or refused table by table."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pandas as pd

from viticast.sources.batch import ReadFile, RefusedFile
from viticast.sources.errors import ImplausibleTableError, SourceError
from viticast.sources.fetched import NO_FILE, FetchedFile, NotFetched
from viticast.sources.findings import Finding
from viticast.sources.reader import COLUMNS, Reading
from viticast.sources.tables import TableRegistry
from viticast.sources.vetting import Expectations, VettingBounds, vet
from viticast.sources.vintage import content_id, infer_published_at

OLDER_COPY = "older_copy"

SameLabel = Callable[[str, str], str]
"""(table, item) -> the folded name under which spellings of one thing are equal."""

ReadCells = Mapping[tuple[str, ...], Callable[[], pd.DataFrame]]
"""(table, vintage_id) -> what reads its observations: a lake has many vintages, and a file is compared with one."""


@dataclass(frozen=True)
class Accepted:
    """A file whose figures go into the lake.

    Attributes:
        file: As fetched.
        reading: What it says.
        vintage_id: Hash of its content.
        landing_id: Hash of bytes, address and declared date.
        published_at: Declared, or inferred from its last year.
        findings: What was quarantined, and what is worth a look.
    """

    file: FetchedFile
    reading: Reading
    vintage_id: str
    landing_id: str
    published_at: date
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Refused:
    """A file that stays among the raw files and goes no further.

    Attributes:
        file: As fetched.
        published_at: Declared, or inferred from its last year; None where it is not declared and cannot be read.
        findings: Every reason, and what else was found.
    """

    file: FetchedFile
    published_at: date | None
    findings: tuple[Finding, ...]

    def errors(self) -> list[SourceError]:
        """The reasons, each as an error that names its place."""
        return [
            ImplausibleTableError(
                finding.reason,
                remedy=finding.remedy,
                table=self.file.table_name,
                row=finding.row_number or None,
                column=finding.column_number or None,
                column_label=finding.column_label,
                value=finding.found,
            )
            for finding in self.findings
            if finding.outcome == "refusal"
        ]


Decision = Accepted | Refused | NotFetched
"""What became of a table of one delivery."""


@dataclass(frozen=True, order=True)
class Landing:
    """That a content came in: of two landings of one date the one fetched later stands."""

    published_at: date
    last_year: int
    fetched_at: datetime
    landing_id: str
    vintage_id: str


class KnownVintages:
    """The vintages that a file can be compared with: those of the lake, and those accepted before it in this run.

    Args:
        vintages: As `contracts.vintages.Vintages` describes; may have no row.
        observations: Reads the cells of a vintage, as `contracts.observations.Observations` describes.
    """

    def __init__(self, vintages: pd.DataFrame, observations: ReadCells) -> None:
        self._landings: dict[str, list[Landing]] = defaultdict(list)
        for row in vintages.to_dict("records"):
            landing = Landing(
                row["published_at"].date(),
                int(row["last_year"]),
                row["fetched_at"].to_pydatetime(),
                str(row["landing_id"]),
                str(row["vintage_id"]),
            )
            self._landings[str(row["table_name"])].append(landing)
        self._in_lake = observations
        self._accepted: dict[tuple[str, str], pd.DataFrame] = {}

    def add(self, accepted: "Accepted") -> None:
        """Lets later files be compared with this one."""
        fetched = accepted.file.fetched_at.astimezone(UTC).replace(tzinfo=None)
        landing = Landing(
            accepted.published_at, accepted.reading.last_year, fetched, accepted.landing_id, accepted.vintage_id
        )
        self._landings[accepted.file.table_name].append(landing)
        self._accepted.setdefault((accepted.file.table_name, accepted.vintage_id), accepted.reading.frame)

    def before(self, table: str, vintage_id: str, published_at: date) -> pd.DataFrame | None:
        """Cells of the newest other vintage of the table that was published by then, or None."""
        older = [
            landing
            for landing in self._landings[table]
            if landing.vintage_id != vintage_id
            and landing.published_at <= published_at
            and self._has((table, landing.vintage_id))
        ]
        return self._cells((table, max(older).vintage_id)) if older else None

    def _has(self, vintage: tuple[str, str]) -> bool:
        return vintage in self._in_lake or vintage in self._accepted

    def _cells(self, vintage: tuple[str, str]) -> pd.DataFrame:
        read = self._in_lake.get(vintage)
        return self._accepted[vintage] if read is None else read()[list(COLUMNS)]

    def newest(self, table: str) -> Landing | None:
        """The landing whose content stands now, or None."""
        return max(self._landings[table], default=None)

    def landing_id(self, file: FetchedFile, vintage_id: str, published_at: date) -> str:
        """The id of this landing: that of the file, or another where its content takes its place again.

        A file that is mended and later taken back lands a second time, or the mended one would stand for ever.
        """
        same_date = [landing for landing in self._landings[file.table_name] if landing.published_at == published_at]
        standing = max(same_date, default=None)
        is_known = any(landing.landing_id == file.landing_id for landing in same_date)
        if standing is None or not is_known or standing.vintage_id == vintage_id:
            return file.landing_id
        return hashlib.sha256(f"{file.landing_id} after {standing.landing_id}".encode()).hexdigest()[:16]


def take_in(
    files: Iterable[ReadFile | RefusedFile],
    registry: TableRegistry,
    known: KnownVintages,
    expectations: Expectations,
    bounds: VettingBounds,
    same_label: SameLabel,
) -> tuple[Accepted | Refused, ...]:
    """Decides on each file, those published first first, so that each is compared with the one before it.

    Args:
        files: As read.
        registry: The tables.
        known: What the lake holds; accepted files are added to it.
        expectations: Declared anchors and gaps of the source.
        bounds: How far a table may differ from what is expected.
        same_label: Knows the spellings of one thing.

    Returns:
        One decision for each file, in the order of publication.
    """
    ordered = sorted(files, key=_when)
    return tuple(_decide(file, registry, known, expectations, bounds, same_label) for file in ordered)


def _when(file: ReadFile | RefusedFile) -> tuple[date, str]:
    if isinstance(file, RefusedFile):
        return (file.file.published_at or date.max, file.file.table_name)
    return (_published_at(file), file.file.table_name)


def _published_at(file: ReadFile) -> date:
    return file.file.published_at or infer_published_at(file.reading.last_year, file.file.fetched_at)


def _decide(
    file: ReadFile | RefusedFile,
    registry: TableRegistry,
    known: KnownVintages,
    expectations: Expectations,
    bounds: VettingBounds,
    same_label: SameLabel,
) -> Accepted | Refused:
    if isinstance(file, RefusedFile):
        reasons = tuple(Finding.from_error(error, "refusal") for error in file.errors)
        return Refused(file.file, file.file.published_at, reasons)
    vintage_id, published_at = content_id(file.reading.frame), _published_at(file)
    table = file.file.table_name
    found = vet(
        file.reading.frame,
        registry[table],
        published_at=file.file.published_at,
        fetched_at=file.file.fetched_at,
        previous=known.before(table, vintage_id, published_at),
        expectations=expectations,
        bounds=bounds,
        same_label=same_label,
        raw_sha256=file.file.sha256,
    )
    aside = tuple(
        Finding.from_error(error, "row_quarantined" if error.outcome == "row_quarantined" else "cell_quarantined")
        for error in file.reading.quarantined
    )
    findings = (*aside, *file.reading.notices, *found, *_older_copy(file, known))
    if any(finding.outcome == "refusal" for finding in findings):
        return Refused(file.file, published_at, findings)
    landing_id = known.landing_id(file.file, vintage_id, published_at)
    accepted = Accepted(file.file, file.reading, vintage_id, landing_id, published_at, findings)
    known.add(accepted)
    return accepted


def _older_copy(file: ReadFile, known: KnownVintages) -> tuple[Finding, ...]:
    """Watch figures that end earlier than those of the lake, unless their date says that they are older."""
    newest = known.newest(file.file.table_name)
    if newest is None or file.file.published_at is not None or newest.last_year <= file.reading.last_year:
        return ()
    finding = Finding(
        outcome="watch",
        rule=OLDER_COPY,
        reason=f"the figures end in {file.reading.last_year}, those of the lake in {newest.last_year}: the source "
        "answers with an older copy, and the lake's stay",
        remedy="ask whoever runs the source to renew its copy; an old vintage that is meant is loaded from a folder "
        "that is named by its month, e.g. 2024-04",
        found=str(file.reading.last_year),
    )
    return (finding,)


def finding_rows(decision: "Decision") -> list[Mapping[str, object]]:
    """The table's rows of `contracts.findings.Findings`, but for the source: its outcome first."""
    rows = [_outcome(decision), *(_row(finding) for finding in _findings(decision))]
    return [{**_place(decision), **row} for row in rows]


def _outcome(decision: "Decision") -> Mapping[str, object]:
    if isinstance(decision, NotFetched):
        outcome, remedy = "table_not_fetched", "do what the rows with the outcome 'failure' say, and run again"
    elif isinstance(decision, Refused):
        outcome, remedy = "table_refused", "mend what the rows with the outcome 'refusal' name, and run again"
    else:
        outcome, remedy = "table_accepted", None
    return {
        "outcome": outcome,
        "rule": "intake",
        "row_number": 0,
        "column_number": 0,
        "column_label": None,
        "found": None,
        "reason": _summary(decision),
        "remedy": remedy,
    }


def _findings(decision: "Decision") -> tuple[Finding, ...]:
    if isinstance(decision, NotFetched):
        return tuple(Finding.from_error(error, "failure") for error in decision.errors)
    return decision.findings


def _row(finding: Finding) -> Mapping[str, object]:
    return {
        "outcome": finding.outcome,
        "rule": finding.rule,
        "row_number": finding.row_number,
        "column_number": finding.column_number,
        "column_label": finding.column_label,
        "found": finding.found,
        "reason": finding.reason,
        "remedy": finding.remedy,
    }


def _place(decision: "Decision") -> Mapping[str, object]:
    if isinstance(decision, NotFetched):
        return {
            "table_name": decision.table_name,
            "raw_sha256": NO_FILE,
            "landing_id": decision.landing_id,
            "address": decision.address,
        }
    return {
        "table_name": decision.file.table_name,
        "raw_sha256": decision.file.sha256,
        "landing_id": decision.landing_id if isinstance(decision, Accepted) else decision.file.landing_id,
        "address": decision.file.address,
    }


def _summary(decision: "Decision") -> str:
    if isinstance(decision, NotFetched):
        return f"not fetched for {_reasons(len(decision.errors))}; the table's last vintage stays"
    if isinstance(decision, Refused):
        reasons = sum(finding.outcome == "refusal" for finding in decision.findings)
        return f"refused for {_reasons(reasons)}; the table's last vintage stays"
    reading = decision.reading
    return (
        f"{reading.rows} rows and {len(reading.frame)} cells of {reading.file_lines} lines; "
        f"{reading.quarantined_rows} lines and {reading.quarantined_cells} cells quarantined"
    )


def _reasons(count: int) -> str:
    return f"{count} reason{'s' if count > 1 else ''}"
