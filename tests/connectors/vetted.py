"""What the project decides on fetched tables: read, compared with the vintage before, accepted or refused."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

import pandas as pd
import yaml
from tests.connectors.connection import only
from tests.connectors.figures import OLDER, REAL, ROOT

from viticast.panel.declarations import Aliases
from viticast.panel.labels import fold
from viticast.sources.batch import ReadFile, RefusedFile, check_and_read_all
from viticast.sources.connections import ApiConnection
from viticast.sources.fetched import FetchedFile
from viticast.sources.intake import Accepted, KnownVintages, Refused, take_in
from viticast.sources.vetting import Expectations, VettingBounds


def decide(
    file: FetchedFile, connection: ApiConnection, folder: Path, in_lake: Sequence[str] = (OLDER,)
) -> Accepted | Refused:
    """What becomes of a table, with vintages in the lake.

    Args:
        file: As fetched.
        connection: How it is understood.
        folder: Of the figures that are served; beside it lie those of the vintage before.
        in_lake: Names of the vintages that the lake holds.
    """
    known = _nothing()
    for vintage in in_lake:
        for accepted in _standing(file.table_name, folder.parent / vintage):
            known.add(accepted)
    return _take_in(check_and_read_all([file], only([file.table_name]), connection), known, folder)[0]


@lru_cache
def _standing(name: str, folder: Path) -> tuple[Accepted, ...]:
    """The table of a vintage."""
    published = date.fromisoformat(f"{folder.name}-01")
    content, now = (folder / f"{name}.csv").read_bytes(), datetime.now(UTC)
    file = FetchedFile(name, content, f"{folder}/{name}.csv", now, published_at=published)
    decided = _take_in(check_and_read_all([file], only([name])), _nothing(), folder)
    return tuple(one for one in decided if isinstance(one, Accepted))


def _take_in(
    read: Sequence[ReadFile | RefusedFile], known: KnownVintages, folder: Path
) -> tuple[Accepted | Refused, ...]:
    aliases, expectations = _declared("embrapa" if folder.is_relative_to(REAL) else "sample")
    return take_in(
        read,
        only([one.file.table_name for one in read]),
        known,
        expectations,
        VettingBounds(),
        same_label=lambda table, item: fold(aliases.resolve(table, item)),
    )


def _nothing() -> KnownVintages:
    return KnownVintages(
        pd.DataFrame(columns=["table_name", "vintage_id", "landing_id", "published_at", "last_year", "fetched_at"]),
        {},
    )


@lru_cache
def _declared(source: str) -> tuple[Aliases, Expectations]:
    conf = ROOT / "conf" / "base"
    aliases, expectations = (
        yaml.safe_load((conf / f"{what}_{source}.yml").read_text(encoding="utf-8"))
        for what in ("aliases", "expectations")
    )
    return Aliases.from_mapping(aliases), Expectations.from_mapping(expectations)
