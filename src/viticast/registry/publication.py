"""What is published belongs to one model, the champion: its backtests, its receipt, its forecaster."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from pydantic import ValidationError

from viticast.contracts.forecasts import Backtests
from viticast.contracts.receipts import ModelReceipt
from viticast.registry.champion import ChampionRecord, Opponent
from viticast.registry.gate import FORCE

MODELING = "kedro run --pipelines=modeling"


class NothingPublishedError(ValueError):
    """No model is in use of which all that is published together is known."""


class OtherChampionError(ValueError):
    """The champion is another model than the one that backtests and accuracy are of."""


def backtests_of(
    champion: ChampionRecord | None, known: Mapping[tuple[str, ...], Callable[[], pd.DataFrame]]
) -> pd.DataFrame:
    """A champion's backtests; no row if there is no champion, or if the lake does not have them.

    Args:
        champion: Whose.
        known: (snapshot_id, model_key) -> what reads the rows.
    """
    if champion is None:
        return Backtests.empty()
    read = known.get((champion.tags.get("snapshot_id", ""), champion.model_key))
    return Backtests.empty() if read is None else read()


def receipt_of(champion: ChampionRecord) -> dict[str, Any]:
    """The receipt of a registered model, as its run wrote it: from the tags of its version.

    Raises:
        NothingPublishedError: Tags are missing, or none that a run writes.
    """
    tags = {name: champion.tags[name] for name in ModelReceipt.model_fields if name in champion.tags}
    try:
        return ModelReceipt.model_validate(tags | {"model_key": champion.model_key}).model_dump()
    except ValidationError as error:
        raise NothingPublishedError(
            f"version {champion.version} of '{champion.name}' (model {champion.model_key}) is champion, and its tags "
            f"do not say what was trained: {_told(error)}. No run of viticast left it so. Give the alias champion back "
            f"to a version that a run registered, or replace the champion: {FORCE}"
        ) from error


def require_published(
    champion: ChampionRecord | None, opponent: Opponent, identity: Mapping[str, Any], backtests: pd.DataFrame
) -> ChampionRecord:
    """The champion, if it is one of two models of which the run knows everything.

    Args:
        champion: After the verdict.
        opponent: Whom the run's model was judged against.
        identity: Of the run's model.
        backtests: The opponent's.

    Raises:
        NothingPublishedError: There is no champion, it is a third model, it lacks tags, or the lake has no backtests
            of it.
    """
    key = identity["model_key"]
    if champion is None:
        raise NothingPublishedError(
            f"no model is champion, and model {key} was not to become it (promote=never): nothing can be published. "
            f"Let the gate decide: {MODELING}"
        )
    if champion.model_key not in (key, opponent.key):
        raise NothingPublishedError(
            f"model {key} was judged against {opponent.key}, and {champion.model_key} is champion by now: "
            f"nothing of it is published. Judge again: {MODELING}"
        )
    if champion.model_key == key:
        return champion
    receipt_of(champion)
    if backtests.empty:
        raise NothingPublishedError(
            f"model {champion.model_key} stays champion, and its backtests of snapshot "
            f"{champion.tags.get('snapshot_id', 'unknown')} are not in the lake: nothing can be published beside its "
            f"forecasts. Put a copy from a backup in its place, or replace the champion: {FORCE}"
        )
    return champion


def champion_forecaster(model: Any, model_key: str) -> Any:  # noqa: ANN401 - mlflow's, imported late
    """The forecaster inside of a model that came out of the registry.

    Args:
        model: A pyfunc model.
        model_key: Of the model that backtests and accuracy are of.

    Raises:
        OtherChampionError: It is another model, or one that an older version of viticast made.
    """
    found = (model.metadata.metadata or {}).get("model_key")
    if found != model_key:
        raise OtherChampionError(
            f"the champion is model {found}, and backtests and accuracy are of model {model_key}: the alias was moved "
            f"since. Publish what belongs to the champion: {MODELING} --params promote=never"
        )
    forecaster = getattr(model.unwrap_python_model(), "fitted", None)
    if forecaster is None:
        raise OtherChampionError(
            f"the champion, model {model_key}, was registered by a version of viticast whose models take no newer "
            f"figures. Replace it: {FORCE}"
        )
    return forecaster


def _told(error: ValidationError) -> str:
    """Tags that are missing, and what is wrong with others."""
    problems = [(".".join(map(str, problem["loc"])), problem) for problem in error.errors()]
    missing = ", ".join(name for name, problem in problems if problem["type"] == "missing")
    wrong = [f"{name}: {problem['msg']}" for name, problem in problems if problem["type"] != "missing"]
    return "; ".join([f"it has no {missing}"] * bool(missing) + wrong)
