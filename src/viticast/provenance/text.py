"""Traces as text for a terminal: one fact a line, under the name of what it is about."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from viticast.provenance.records import (
    CorrectionMade,
    FileTrace,
    FindingMade,
    ForecastTrace,
    Landing,
    Line,
    ManifestEntry,
    ModelOrigin,
    ModelUse,
    ModelVersion,
    RawFile,
    SnapshotUse,
    TableOrigin,
    VintageHeld,
)

MOST_LINES = 8
"""Of one kind; the JSON has them all."""

REBUILT = "the panel was built anew since this model was fitted: corrections and lines below are those of the newer one"

Row = tuple[str, str]
"""Name and fact; a fact goes on in rows without a name."""

ACTIONS = {
    "permute": "takes its values from other lines of the category",
    "missing": "its values are not believed and became missing",
    "undetailed": "only the category's total was published; (sem detalhamento) carries it",
}


def forecast_text(trace: ForecastTrace) -> str:
    """The trace of a forecast, from the number down to the files."""
    number = trace.forecast
    synthetic = ", SYNTHETIC figures" if number.is_synthetic else ""
    rows: list[Row] = [
        ("forecast", f"{number.series_id} in {number.year}: {number.yhat:,.2f} {number.unit}"),
        ("", f"80 %: {number.lo80:,.2f} to {number.hi80:,.2f}; 95 %: {number.lo95:,.2f} to {number.hi95:,.2f}"),
        ("", f"{number.label}, {number.level}; {number.series_class}; {_count(number.horizon, 'year')} ahead"),
        ("source", f"{number.source}{synthetic}"),
        *_model_rows(trace.model),
        *([("", REBUILT)] if trace.is_panel_of_model is False else []),
        ("snapshot", number.snapshot_id),
        ("leaves", f"{_count(trace.leaf_series, 'series', 'series')} of {_count(len(trace.tables), 'table')}"),
        *_correction_rows(trace.corrections),
    ]
    for table in trace.tables:
        rows += _table_rows(table)
    return _layout(rows)


def file_text(trace: FileTrace) -> str:
    """The trace of a raw file, from the bytes up to the page."""
    rows: list[Row] = [
        *_file_rows("raw file", trace.file),
        ("source", trace.source),
        *_some("landings", [_manifest_fact(entry) for entry in trace.landings], "none in the manifest"),
        *_some("vintages", [_vintage_fact(held) for held in trace.vintages], "none: no table was read from it"),
        *_some("findings", [_finding_fact(finding) for finding in trace.findings], "none"),
        *_some("snapshots", [_snapshot_fact(use) for use in trace.snapshots], "none rests on it"),
        *_some("models", [_use_fact(use, model) for use in trace.snapshots for model in use.models], "none"),
        ("page", "shows forecasts that rest on it" if trace.is_on_page else "shows nothing that rests on it"),
    ]
    return _layout(rows)


def _model_rows(model: ModelOrigin) -> Iterator[Row]:
    yield "model", model.model_key
    for name, value in (("panel", model.panel_sha256), ("code", model.code_sha256), ("params", model.params_sha256)):
        yield f"  {name}", value or "hash not recorded"
    yield from _some("  MLflow run", model.run_ids, "none recorded")
    yield from _some("  registered", [_version_fact(version) for version in model.versions], "no")
    yield "  page", "shows this model" if model.is_on_page else "does not show this model"


def _correction_rows(corrections: tuple[CorrectionMade, ...]) -> Iterator[Row]:
    facts = []
    for made in corrections:
        years = _range(made.first_year, made.last_year)
        touched = f"{_count(made.cells, 'cell')} of {_count(made.series, 'series', 'series')}, {years}"
        facts.append(f"{made.correction_id}: {touched}; {ACTIONS.get(made.action, made.action)}\n{made.reason}")
    yield from _some("corrections", facts, "none touched it")


def _table_rows(table: TableOrigin) -> Iterator[Row]:
    yield "table", f"{table.table_name}: vintage {table.vintage_id}, figures to {table.last_year}"
    yield "  published", _published(table.published_at, is_inferred=table.is_published_at_inferred)
    yield from _file_rows("  file", table.file)
    yield from _some("  landed", [_landing_fact(landing, table) for landing in table.landings], "not recorded")
    where = "" if table.numbered_in == table.file.sha256 else f" (lines of the file {table.numbered_in})"
    yield from _some("  lines", [f"{_line_fact(line, table)}{where}" for line in table.lines], "none")


def _file_rows(name: str, file: RawFile) -> Iterator[Row]:
    verdict = {
        "ok": "its bytes have this hash",
        "damaged": "DAMAGED: its bytes have another hash",
        "missing": "MISSING: there is no such file",
    }
    yield name, file.path
    yield "", f"SHA-256 {file.sha256}"
    yield "", verdict[file.state]


def _landing_fact(landing: Landing, table: TableOrigin) -> str:
    same = landing.file.sha256 == table.file.sha256
    other = "" if same else f", other bytes of the same content: {landing.file.sha256} ({landing.file.state})"
    published = _published(landing.published_at, is_inferred=landing.is_published_at_inferred)
    return f"{landing.address}, fetched {_moment(landing.fetched_at)}, published {published}{other}"


def _line_fact(line: Line, table: TableOrigin) -> str:
    group = f"{line.group_label}: " if line.group_label and line.row_kind == "leaf" else ""
    total = ": the published total of its category" if line.row_kind == "total" else ""
    place = f"line {line.row_number}, {table.last_year} in column {line.last_column}"
    return f"{place}: {group}{line.item_label.strip()}{total}"


def _manifest_fact(entry: ManifestEntry) -> str:
    declared = "no date of publication declared"
    if entry.declared_published_at is not None:
        declared = f"declared as published {entry.declared_published_at:%Y-%m-%d}"
    status = "" if entry.status is None else f", HTTP {entry.status}"
    fetched = f"fetched {_moment(entry.fetched_at)}{status}"
    return f"{entry.table_name}: {entry.address}, {fetched}, {entry.bytes} bytes, {declared}"


def _vintage_fact(held: VintageHeld) -> str:
    published = _published(held.published_at, is_inferred=held.is_published_at_inferred)
    return (
        f"{held.table_name}: {held.vintage_id}, published {published}, figures to {held.last_year}; "
        f"{held.file_lines} lines, {held.rows} rows and {held.quarantined_rows} set aside, "
        f"{held.cells} cells and {held.quarantined_cells} of them set aside"
    )


def _finding_fact(finding: FindingMade) -> str:
    place = f", line {finding.row_number}" if finding.row_number else ""
    if finding.column_number:
        label = f" ({finding.column_label})" if finding.column_label else ""
        place += f", column {finding.column_number}{label}"
    found = f", found {finding.found!r}" if finding.found else ""
    outcome = finding.outcome.replace("_", " ")
    remedy = f"\nRemedy: {finding.remedy}" if finding.remedy else ""
    return f"{finding.table_name}{place}: {outcome}{found}: {finding.reason}{remedy}"


def _snapshot_fact(use: SnapshotUse) -> str:
    named = "" if use.names_file else "; it names another file of the same content"
    models = "" if use.models else "; no model was fitted on it"
    return f"{use.snapshot_id} has it as {use.table_name}, vintage {use.vintage_id}{named}{models}"


def _use_fact(use: SnapshotUse, model: ModelUse) -> str:
    versions = ", ".join(_version_fact(version) for version in model.versions) or "not registered"
    page = ", shown on the page" if model.is_on_page else ""
    return (
        f"{model.model_key} on {use.snapshot_id}: {_count(model.forecasts, 'forecast')}, "
        f"{model.forecasts_above_file} of them of {use.table_name} and the sums above it; {versions}{page}"
    )


def _version_fact(version: ModelVersion) -> str:
    aliases = f" ({', '.join(version.aliases)})" if version.aliases else ""
    return f"{version.name} version {version.version}{aliases}"


def _published(moment: datetime, *, is_inferred: bool) -> str:
    return f"{moment:%Y-%m-%d} ({'inferred from the last year' if is_inferred else 'declared'})"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _count(number: int, one: str, several: str | None = None) -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"


def _some(name: str, facts: Iterable[str], none: str) -> list[Row]:
    """The first facts, and how many are left out."""
    listed = list(facts)
    shown = listed[:MOST_LINES] or [none]
    if len(listed) > MOST_LINES:
        shown.append(f"… and {len(listed) - MOST_LINES} more: --format json lists all")
    return [(name if position == 0 else "", fact) for position, fact in enumerate(shown)]


def _layout(rows: list[Row]) -> str:
    width = max(len(name) for name, _ in rows) + 2
    lines = []
    for name, fact in rows:
        first, *rest = fact.splitlines()
        lines += [f"{name:<{width}}{first}", *(f"{'':<{width}}  {line}" for line in rest)]
    return "\n".join(line.rstrip() for line in lines)
