"""Rules on the model: does it still beat the forecast that costs nothing, and do its intervals hold what they say?"""

from collections.abc import Iterator, Mapping
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from viticast.monitoring.bounds import ModelBounds
from viticast.monitoring.verdicts import Status, Verdict, bounded

COHERENCE = 1e-6

REPRODUCES = (
    "the champion, loaded from the registry, gives the forecasts of the lake (relative difference at most 1e-6)"
)


class StaleModelError(ValueError):
    """The forecasts are of other figures than the panel: a page of both would mislead."""


def require_current_model(feature_receipt: Mapping[str, Any], identity: Mapping[str, Any]) -> None:
    """Refuses to judge a model beside figures that it was not trained on.

    Raises:
        StaleModelError: The panel was built anew and the model was not.
    """
    if feature_receipt["panel_sha256"] != identity["panel_sha256"]:
        raise StaleModelError(
            f"the forecasts are of snapshot {identity['snapshot_id']}, "
            f"the panel is of {feature_receipt['snapshot_id']} or was corrected since. "
            "Have the champion forecast it first: kedro run --tags predict --params "
            f"source={feature_receipt['source']}; "
            "or train on it: --pipelines=modeling,monitoring in the place of --tags predict"
        )


def require_one_model(model: Mapping[str, Any], identity: Mapping[str, Any]) -> None:
    """Refuses to judge the forecasts of one model by the backtests and accuracy of another.

    Raises:
        StaleModelError: Another model is in use, and did not forecast yet.
    """
    if model["model_key"] != identity["model_key"]:
        raise StaleModelError(
            f"the forecasts are of model {identity['model_key']}, and backtests and accuracy are of model "
            f"{model['model_key']}, which is in use: a run ended between both. "
            f"Forecast first: kedro run --tags predict --params source={identity['source']}"
        )


def check_losses(accuracy: pd.DataFrame, bounds: ModelBounds) -> Iterator[Verdict]:
    """Compares the published method with naive, overall and in each class that is large enough.

    Args:
        accuracy: breakdown, group, method, series_origins, capped_mase and wape.
        bounds: When two losses are equal, and which classes are large enough.
    """
    judged = accuracy[accuracy["breakdown"].isin(["overall", "series_class"])]
    ours, naive = judged[judged["method"] == "viticast"], judged[judged["method"] == "naive"]
    pairs = ours.merge(naive, on=["breakdown", "group"], suffixes=("", "_naive"), validate="1:1")
    for pair in pairs[pairs["series_origins"] >= bounds.minimum_series_origins].to_dict("records"):
        for loss in ("capped_mase", "wape"):
            numbers = float(pair[loss]), float(pair[f"{loss}_naive"])
            yield _against_naive(str(pair["breakdown"]), str(pair["group"]), loss, *numbers, tie=bounds.tie)


def _against_naive(breakdown: str, group: str, loss: str, ours: float, naive: float, tie: float) -> Verdict:
    subject = "all leaf series" if breakdown == "overall" else f"class {group}"
    rule = f"{loss} of the backtest at most {tie:g} times that of the naive forecast"
    if isnan(ours) and isnan(naive):
        why = "the loss is not defined for any series: none of them had a change to scale errors by, or any quantity"
        return Verdict(f"{loss}_against_naive", subject, "skipped", rule, threshold=tie, detail=why)
    # A class of all-zero series has a loss of zero over zero for both: neither is better.
    ratio = 1.0 if ours == naive else ours / naive if naive > 0 else float("nan")
    return bounded(
        f"{loss}_against_naive",
        subject,
        ratio,
        tie,
        rule,
        otherwise="retrain" if breakdown == "overall" else "watch",
        detail=f"{ours:.3f} against {naive:.3f}",
    )


def check_coverage(accuracy: pd.DataFrame, bounds: ModelBounds) -> Iterator[Verdict]:
    """Compares the share of actuals inside the intervals with the level, over all leaf series."""
    overall = accuracy[(accuracy["breakdown"] == "overall") & (accuracy["method"] == "viticast")].iloc[0]
    for level, (low, high) in bounds.coverage().items():
        covered = float(overall[f"coverage{level}"])
        status: Status = "ok" if low <= covered <= high else "watch"
        yield Verdict(
            f"coverage_{level}",
            "all leaf series",
            status,
            f"the {level} % intervals of the backtest hold between {low:.0%} and {high:.0%} of the actuals",
            covered,
            low if covered < low else high,
            None if status == "ok" else f"{covered:.1%} of the actuals",
        )


def check_coherence(forecasts: pd.DataFrame, series: pd.DataFrame) -> Iterator[Verdict]:
    """Compares every forecast above the leaves with the sum of the series below it.

    Only years in which all of them are forecasts: a table that was refreshed early has a published figure instead.
    """
    children = series["parent_id"].value_counts()
    named = forecasts.merge(series[["series_id", "parent_id"]], on="series_id", validate="m:1")
    sums = named.groupby(["parent_id", "year"], as_index=False).agg(parts=("yhat", "sum"), forecast=("yhat", "size"))
    whole = sums[sums["forecast"] == sums["parent_id"].map(children)].set_index(["parent_id", "year"])["parts"]
    above = named.merge(whole, left_on=["series_id", "year"], right_index=True)
    gap = _relative_gap(above["yhat"], above["parts"])
    worst = above.iloc[int(gap.to_numpy().argmax())]
    yield bounded(
        "forecasts_add_up",
        "all series above the leaves",
        float(gap.max()),
        COHERENCE,
        f"a forecast equals the sum of those below it (relative difference at most {COHERENCE:g})",
        otherwise="stop",
        detail=f"{worst['series_id']} {worst['year']}: {worst['yhat']:.0f} against {worst['parts']:.0f}",
    )


def check_registry(champion_answer: pd.DataFrame, forecasts: pd.DataFrame, is_current: bool) -> Iterator[Verdict]:
    """Compares what the registered champion answers with the forecasts of the lake.

    Args:
        champion_answer: series_id, year, yhat as the model loaded from the registry gives them.
        forecasts: Of the current model.
        is_current: True if the champion is the current model.
    """
    if not is_current:
        yield Verdict(
            "champion_reproduces", "registry", "watch", REPRODUCES, detail="the current model is not the champion"
        )
        return
    both = champion_answer.merge(forecasts, on=["series_id", "year"], suffixes=("_champion", ""), validate="1:1")
    gap = _relative_gap(both["yhat"], both["yhat_champion"])
    yield bounded("champion_reproduces", "registry", float(gap.max()), 1e-6, REPRODUCES, otherwise="stop")


def check_updated(trained_on: str) -> Verdict:
    """The verdict on a champion that took newer figures: in the registry it still stands before them.

    Args:
        trained_on: Snapshot that it was trained on.
    """
    why = f"it was trained on snapshot {trained_on}, and its forecasts continue newer figures, which it took over"
    return Verdict("champion_reproduces", "registry", "skipped", REPRODUCES, detail=why)


def check_code(is_other_code: bool) -> Verdict:
    """The verdict on the code that forecasts: the champion's shares and errors were learnt for its own.

    Args:
        is_other_code: True if the installed forecaster is not the one that made the champion.
    """
    rule = "the champion was made by the code and the libraries that are installed"
    why = "the forecasts are the installed code's, by what the champion learnt with other code: train anew"
    return Verdict(
        "champion_code", "registry", "watch" if is_other_code else "ok", rule, detail=why if is_other_code else None
    )


def _relative_gap(reference: "pd.Series[float]", other: "pd.Series[float]") -> "pd.Series[float]":
    # Below one unit a relative difference says nothing.
    return (reference - other).abs() / np.maximum(reference.abs(), 1.0)
