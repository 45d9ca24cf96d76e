"""`kedro probe`: ask a source and say what would come in, without keeping any of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click
import yaml
from kedro.config import OmegaConfigLoader

from viticast.commands.plain import PlainErrors
from viticast.commands.project import configuration, lake_of
from viticast.contracts.columns import FIRST_YEAR, LAST_YEAR, SOURCES
from viticast.datasets.figure_source import FigureSource, FigureSourceDataset
from viticast.panel.declarations import Aliases
from viticast.panel.labels import fold
from viticast.sources import FetchedFile, NotFetched, TableRegistry, check_and_read_all, fetch
from viticast.sources.intake import KnownVintages, take_in
from viticast.sources.probe import Met, Probed, describe, narrowed
from viticast.sources.vetting import Expectations, VettingBounds

_YEARS = re.compile(r"([0-9]{4})-([0-9]{4})")
_SHOWN_NOTES = 5
_LATEST = 3


class YearSpan(click.ParamType[tuple[int, int]]):
    """Two years with a dash between them, e.g. `2019-2023`."""

    name = "FIRST-LAST"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:  # noqa: ANN401 - click's signature
        """The two years."""
        match = _YEARS.fullmatch(str(value))
        first, last = (int(match[1]), int(match[2])) if match else (0, 0)
        if not FIRST_YEAR <= first <= last <= LAST_YEAR:
            self.fail(f"{value!r} is no span of years such as 2019-2023", param, ctx)
        return first, last


@dataclass(frozen=True)
class _Judge:
    """What ingestion would compare a table with."""

    loader: OmegaConfigLoader
    source: FigureSource
    registry: TableRegistry
    bounds: VettingBounds

    def decide(self, files: Sequence[FetchedFile]) -> list[Met]:
        catalog = self.loader["catalog"]
        lake = lake_of(self.loader, self.source.name)
        aliases = Aliases.from_mapping(_yaml(catalog["aliases"]["filepath"]))
        return list(
            take_in(
                check_and_read_all(files, self.registry, self.source.connection),
                self.registry,
                KnownVintages(lake.table("vintages"), lake.readers("observations")),
                Expectations.from_mapping(_yaml(catalog["expectations"]["filepath"])),
                self.bounds,
                same_label=lambda table, item: fold(aliases.resolve(table, item)),
            )
        )


@click.command(name="probe", cls=PlainErrors)
@click.option("--source", type=click.Choice(SOURCES), help="Which source; the configured one without it.")
@click.option("--url", help="Folder, http address or SQLAlchemy URL; the source's usual one without it.")
@click.option("--connection", help="Connection file; the source's usual one without it.")
@click.option(
    "--declarations", help="Whose aliases and expectations hold: sample or embrapa; as configured without it."
)
@click.option("--table", "tables", multiple=True, metavar="NAME", help="Only this table; may be given several times.")
@click.option(
    "--years",
    type=YearSpan(),
    help="Years to ask an API for, without judging them; the latest few without it.",
)
@click.option("--full", is_flag=True, help="Ask an API for all years, and judge what comes as ingestion would.")
@click.option("--env", "-e", help="Configuration environment; local without it.")
def probe(
    source: str | None,
    url: str | None,
    connection: str | None,
    declarations: str | None,
    tables: tuple[str, ...],
    years: tuple[int, int] | None,
    full: bool,
    env: str | None,
) -> None:
    """Ask a source and print what would come in; nothing is written.

    Folders, sites and databases are read whole and judged as ingestion would judge them. An API is asked for a few
    years of each table, so that a new connection file is tried in seconds; --full asks for all.
    """
    if full and years:
        raise click.UsageError("--full asks for all years: leave out --years")
    loader = configuration(source, env, source_url=url, connection=connection, declarations=declarations)
    asked = _source(loader)
    registry = TableRegistry.from_mapping(_yaml(loader["catalog"]["tables"]["filepath"]))
    bounds = VettingBounds(**loader["parameters"]["ingestion"]["bounds"])
    is_judged = full or (years is None and asked.connection.kind != "api")
    span = None if is_judged else years or _latest_years()
    narrow, chosen = narrowed(asked.connection, registry, tables, span)
    note = " SYNTHETIC figures, they say nothing about Brazil" if asked.is_synthetic else ""
    click.echo(f"source: {asked.name} ({asked.url}), as {asked.connection_file} says.{note}")
    fetched = fetch(asked.url, chosen, narrow, asked.credentials)
    files = [one for one in fetched if isinstance(one, FetchedFile)]
    met: list[Met] = [one for one in fetched if isinstance(one, NotFetched)]
    if is_judged:
        met += _Judge(loader, asked, chosen, bounds).decide(files)
    else:
        met += check_and_read_all(files, chosen, narrow)
    probed = [
        describe(one, bounds.unreadable_share) for one in sorted(met, key=lambda one: chosen.names.index(_table(one)))
    ]
    click.echo(_text(probed, span))
    if not all(one.is_usable for one in probed):
        raise SystemExit(1)


def _source(loader: OmegaConfigLoader) -> FigureSource:
    entry = dict(loader["catalog"]["figure_source"])
    del entry["type"]
    given = loader["credentials"].get(entry.pop("credentials"))
    return FigureSourceDataset(**entry, credentials=given).load()


def _latest_years() -> tuple[int, None]:
    # The last year of some tables lags by two.
    return datetime.now(UTC).year - 1 - _LATEST, None


def _yaml(path: str) -> Any:  # noqa: ANN401 - whatever the YAML holds
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a path of the catalog
        return yaml.safe_load(file)


def _table(met: Met) -> str:
    return met.table_name if isinstance(met, NotFetched) else met.file.table_name


def _text(probed: Sequence[Probed], span: tuple[int, int | None] | None) -> str:
    headings = ("table", "outcome", "years", "rows", "leaves", "figures", "marks", "last year's sum of leaves")
    lines = [headings, *(_cells(one) for one in probed)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    table = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    notes = [text for one in probed for text in _noted(one)]
    usable = sum(one.is_usable for one in probed)
    asked = "judged as ingestion would judge them"
    if span is not None:
        asked = f"{span[0]} to {span[1] or 'now'} only, not judged: --full asks for all years and judges them"
    return "\n".join([*table, *notes, "", f"{usable} of {len(probed)} can be used; {asked}. Nothing was written."])


def _cells(one: Probed) -> tuple[str, ...]:
    years = "-" if one.first_year is None else f"{one.first_year}-{one.last_year}"
    marks = ", ".join(f"{count} {mark}" for mark, count in one.marks) or "-"
    sums = ", ".join(f"{value:,.0f} {unit}" for unit, value in one.last_sum) or "-"
    return (one.table_name, one.outcome, years, str(one.rows), str(one.leaves), str(one.figures), marks, sums)


def _noted(one: Probed) -> list[str]:
    rows = [f"first rows: {'; '.join(one.first_rows)}"] if one.first_rows else []
    shown = [*rows, *one.notes[:_SHOWN_NOTES]]
    if len(one.notes) > _SHOWN_NOTES:
        shown.append(f"and {len(one.notes) - _SHOWN_NOTES} more notes")
    return ["", f"{one.table_name} ({one.address})", *(f"  {text}" for text in shown)]
