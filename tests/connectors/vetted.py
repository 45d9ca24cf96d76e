"""What the project decides on fetched tables: read, compared with the vintage before, accepted or refused."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import pandas as pd
import yaml
from tests.connectors.connection import only
from tests.connectors.figures import OLDER, ROOT, figures_folder, is_real

from viticast.panel.declarations import Aliases
from viticast.panel.labels import fold
from viticast.sources.batch import ReadFile, RefusedFile, check_and_read_all
from viticast.sources.connections import ApiConnection
from viticast.sources.fetched import FetchedFile
from viticast.sources.intake import Accepted, KnownVintages, Refused, take_in
from viticast.sources.vetting import Expectations, VettingBounds


def decide(files: Iterable[FetchedFile], connection: ApiConnection) -> dict[str, Accepted | Refused]:
    """Table -> what becomes of its file, with the vintage of 2024-04 in the lake."""
    fetched = list(files)
    names = [file.table_name for file in fetched]
    known = _nothing()
    _take_in(check_and_read_all(_older(names), only(names)), names, known)
    read = check_and_read_all(fetched, only(names), connection)
    return {decision.file.table_name: decision for decision in _take_in(read, names, known)}


def _take_in(
    read: Iterable[ReadFile | RefusedFile], names: list[str], known: KnownVintages
) -> tuple[Accepted | Refused, ...]:
    aliases = Aliases.from_mapping(_declared("aliases"))
    return take_in(
        read,
        only(names),
        known,
        Expectations.from_mapping(_declared("expectations")),
        VettingBounds(),
        same_label=lambda table, item: fold(aliases.resolve(table, item)),
    )


def _older(names: Iterable[str]) -> list[FetchedFile]:
    folder, published = figures_folder(OLDER), date.fromisoformat(f"{OLDER}-01")
    now = datetime.now(UTC)
    return [
        FetchedFile(name, (folder / f"{name}.csv").read_bytes(), f"{folder}/{name}.csv", now, published_at=published)
        for name in names
    ]


def _nothing() -> KnownVintages:
    return KnownVintages(
        pd.DataFrame(columns=["table_name", "vintage_id", "landing_id", "published_at", "last_year", "fetched_at"]),
        pd.DataFrame(columns=["table_name", "vintage_id"]),
    )


def _declared(what: str) -> dict[str, object]:
    """What is declared of the figures that are served."""
    path = ROOT / "conf" / "base" / f"{what}_{'embrapa' if is_real() else 'sample'}.yml"
    declared: dict[str, object] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return declared
