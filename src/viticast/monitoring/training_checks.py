"""The rule on what the published model has learnt from: new years ask for a new model, revised ones for a look."""

from collections.abc import Iterator, Mapping

import pandas as pd

from viticast.monitoring.verdicts import Verdict


def check_training(
    trained_on: str, current: pd.DataFrame, trained: pd.DataFrame | None, is_judged: bool, is_revised: bool
) -> Iterator[Verdict]:
    """Asks for a new model where years came that the published one was not trained on.

    Args:
        trained_on: Snapshot that the published model was trained on.
        current: The current snapshot, as `contracts.snapshots.Snapshots` describes.
        trained: The snapshot that the model was trained on, None where the lake no longer has it.
        is_judged: True if a model that was trained on the current snapshot was judged, and not taken.
        is_revised: True if the panel is not the one that the model was trained on.
    """
    rule = "the published model was trained on all years that are published"
    if trained is None:
        why = f"the lake has no snapshot {trained_on}, which the model was trained on: nobody knows which years it has"
        yield Verdict("trained_on_all_years", "published model", "retrain", rule, detail=why)
        return
    newer = _newer_years(current, trained)
    years = float(sum(newer.values()))
    if newer:
        listed = ", ".join(f"{table} {count}" for table, count in newer.items())
        why = f"years that it does not know: {listed}"
        if is_judged:
            judged = f"{why}; a model that knows them was judged and not taken: see the table promotions"
            yield Verdict("trained_on_all_years", "published model", "watch", rule, years, 0.0, judged)
            return
        yield Verdict("trained_on_all_years", "published model", "retrain", rule, years, 0.0, why)
        return
    detail = "figures of the past were revised or corrected since; there is no new year" if is_revised else None
    yield Verdict("trained_on_all_years", "published model", "watch" if is_revised else "ok", rule, 0.0, 0.0, detail)


def _newer_years(current: pd.DataFrame, trained: pd.DataFrame) -> Mapping[str, int]:
    """Table -> how many of its years the model was not trained on; all of a new table's count as one."""
    known = trained.set_index("table_name")["last_year"].astype(int)
    now = current.set_index("table_name")["last_year"].astype(int)
    behind = now - known.reindex(now.index).fillna(now - 1).astype(int)
    return {str(table): int(years) for table, years in behind[behind > 0].sort_index().items()}
