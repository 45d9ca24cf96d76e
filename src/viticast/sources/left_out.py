"""What a run says of tables that did not come in: why, what the lake keeps of them, and how to go on."""

from collections.abc import Iterable

import pandas as pd

from viticast.contracts.receipts import IngestedTable, NotFetchedTable, RefusedTable
from viticast.sources.decided import Decided, Decisions
from viticast.sources.errors import TablesLeftOutError


def left_out(decisions: Decisions, known_vintages: pd.DataFrame) -> TablesLeftOutError:
    """The error that names every table that was not fetched or was refused.

    Args:
        decisions: On every table.
        known_vintages: As `contracts.vintages.Vintages` describes: what the lake held before.
    """
    accepted = _tables(decisions.decided, IngestedTable)
    refused = _tables(decisions.decided, RefusedTable)
    missing = _tables(decisions.decided, NotFetchedTable)
    return TablesLeftOutError(
        [record.error() for one in decisions.decided for record in one.errors],
        refused=len(refused),
        not_fetched=len(missing),
        tables=len(accepted | refused | missing),
        kept=[f"{table}: {_kept(table, known_vintages)}" for table in sorted(refused | missing)],
        remedy=_remedy(bool(accepted), not known_vintages.empty, decisions),
    )


def _tables(
    decided: Iterable[Decided], entry: type[IngestedTable] | type[RefusedTable] | type[NotFetchedTable]
) -> set[str]:
    return {one.table_name for one in decided if isinstance(one.entry, entry)}


def _kept(table: str, known: pd.DataFrame) -> str:
    landings = known[known["table_name"] == table]
    if landings.empty:
        return "nothing yet"
    newest = landings.sort_values(["published_at", "fetched_at"]).iloc[-1]
    return f"figures up to {newest['last_year']}, fetched on {newest['fetched_at']:%Y-%m-%d}"


def _remedy(some_came: bool, some_known: bool, decisions: Decisions) -> str:
    mend, run_params = "do what each line says, and run again", decisions.origin.run_params
    if some_came:
        return f"{mend}; or go on with the other tables: kedro run {_go_on(decisions)}"
    if some_known:
        return (
            f"{mend}; or go on with what the lake keeps: "
            f'kedro run --pipelines=cataloging,feature,modeling,monitoring --params "{run_params}"'
        )
    return f"{mend}. There is nothing to go on with: the lake has no figures of this source yet"


def _go_on(decisions: Decisions) -> str:
    if decisions.delivery is None:
        return f'--params "{decisions.origin.run_params},allow_partial=true"'
    chosen = f"source={decisions.origin.source},delivery={decisions.delivery},allow_partial=true"
    return f'--pipelines=ingestion --tags publish --params "{chosen}"'
