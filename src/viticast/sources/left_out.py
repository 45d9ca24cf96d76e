"""What a run says of tables that did not come in: why, what the lake keeps of them, and how to go on."""

from collections.abc import Iterable

import pandas as pd

from viticast.sources.errors import SourceError, TablesLeftOutError
from viticast.sources.fetched import NotFetched
from viticast.sources.intake import Accepted, Decision, Refused


def left_out(decisions: Iterable[Decision], known_vintages: pd.DataFrame, run_params: str) -> TablesLeftOutError:
    """The error that names every table that was not fetched or was refused.

    Args:
        decisions: On every table.
        known_vintages: As `contracts.vintages.Vintages` describes: what the lake held before.
        run_params: What `kedro run --params` takes to ask the same source again.
    """
    decided = tuple(decisions)
    accepted = {one.file.table_name for one in decided if isinstance(one, Accepted)}
    refused = {one.file.table_name for one in decided if isinstance(one, Refused)}
    missing = {one.table_name for one in decided if isinstance(one, NotFetched)}
    return TablesLeftOutError(
        [error for one in decided for error in _errors(one)],
        refused=len(refused),
        not_fetched=len(missing),
        tables=len(accepted | refused | missing),
        kept=[f"{table}: {_kept(table, known_vintages)}" for table in sorted(refused | missing)],
        remedy=_remedy(bool(accepted), not known_vintages.empty, run_params),
    )


def _errors(decision: Decision) -> Iterable[SourceError]:
    if isinstance(decision, NotFetched):
        return decision.errors
    return decision.errors() if isinstance(decision, Refused) else ()


def _kept(table: str, known: pd.DataFrame) -> str:
    landings = known[known["table_name"] == table]
    if landings.empty:
        return "nothing yet"
    newest = landings.sort_values(["published_at", "fetched_at"]).iloc[-1]
    return f"figures up to {newest['last_year']}, fetched on {newest['fetched_at']:%Y-%m-%d}"


def _remedy(some_came: bool, some_known: bool, run_params: str) -> str:
    mend = "do what each line says, and run again"
    if some_came:
        return f'{mend}; or go on with the other tables: kedro run --params "{run_params},allow_partial=true"'
    if some_known:
        return (
            f"{mend}; or go on with what the lake keeps: "
            f'kedro run --pipelines=cataloging,feature,modeling,monitoring --params "{run_params}"'
        )
    return f"{mend}. There is nothing to go on with: the lake has no figures of this source yet"
