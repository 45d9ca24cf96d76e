"""The registered model as MLflow runs it: code and arrays, nothing pickled.

MLflow stores this file and executes it when the model is loaded.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from numbers import Integral
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from viticast.forecasting import Fitted

FURTHEST = 50
"""Years after the last figures that may be asked: further ones cost time and memory, and say nothing."""


class ViticastModel(PythonModel):
    """Answers for each series and year asked: the forecast and its intervals, in the unit of the series.

    Attributes:
        fitted: The forecaster, e.g. to apply it to newer figures by `Fitted.update`.
    """

    fitted: Fitted

    def load_context(self, context: PythonModelContext) -> None:
        """Reads the fitted state."""
        with np.load(context.artifacts["arrays"], allow_pickle=False) as arrays:
            self.fitted = Fitted.from_arrays({name: arrays[name] for name in arrays.files})

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Forecasts of the rows that were asked.

        Args:
            context: Given by MLflow.
            model_input: series_id (a leaf, a group or a total) and year (after the last published one), and where it
                is wanted threshold, in the unit of the series.
            params: levels, the per cent that each interval is to cover, whole numbers from 1 to 99.

        Returns:
            series_id, year, yhat, lo and hi of each level, e.g. lo80 and hi80, in the order of the rows; where a
            threshold is given also probability_above, that of a figure above it, null in a row without one.

        Raises:
            MlflowException: The question has no answer, as INVALID_PARAMETER_VALUE, which a server returns as 400.
        """
        levels = _levels((params or {}).get("levels", self.fitted.engine.spec.levels))
        question = model_input.reset_index(drop=True)
        self._check(question)
        answer = self._forecasts(question, levels)
        if "threshold" in question and question["threshold"].notna().any():
            answer["probability_above"] = self._above(question)
        return answer

    def _check(self, question: pd.DataFrame) -> None:
        """Refuses rows that have no forecast."""
        if question.empty:
            raise _refused("no row is asked; give at least one of series_id and year")
        panel = self.fitted.engine.panel
        ends = dict(zip(panel.ids, (panel.last + panel.first_year).tolist(), strict=True))
        furthest = max(ends.values()) + FURTHEST
        for series_id, year in zip(question["series_id"], question["year"].tolist(), strict=True):
            if series_id not in ends:
                near = ", ".join(get_close_matches(str(series_id), panel.ids)) or "none"
                raise _refused(f"the model knows no series '{series_id}'; nearest to it: {near}")
            if year <= ends[series_id]:
                raise _refused(
                    f"'{series_id}' has figures up to {ends[series_id]}, and {year} is asked: "
                    f"ask for a year from {ends[series_id] + 1} to {furthest}"
                )
            if year > furthest:
                raise _refused(f"'{series_id}' is asked for {year}, too far ahead: ask for a year up to {furthest}")

    def _forecasts(self, question: pd.DataFrame, levels: tuple[int, ...]) -> pd.DataFrame:
        forecasts = self.fitted.predict(until=int(question["year"].max()), levels=levels)
        forecasts = forecasts.rename(columns={"unique_id": "series_id", "ds": "year"})
        asked = question[["series_id", "year"]].astype({"series_id": "str"})
        answer = asked.merge(forecasts, on=["series_id", "year"], how="left", validate="m:1")
        return answer.drop(columns=["horizon", "series_class"])

    def _above(self, question: pd.DataFrame) -> pd.Series:
        given = question[question["threshold"].notna()]
        if np.isinf(given["threshold"]).any():
            raise _refused("a threshold is infinite; give a number in the unit of the series")
        above = self.fitted.exceedance(given.rename(columns={"series_id": "unique_id", "year": "ds"}))
        # None, and not NaN, which is no JSON
        answer = np.full(len(question), None, dtype=object)
        answer[given.index] = above
        return pd.Series(answer, index=question.index)


def _levels(asked: Sequence[int]) -> tuple[int, ...]:
    levels = tuple(dict.fromkeys(asked))
    for level in levels:
        if not isinstance(level, Integral) or not 0 < level < 100:
            raise _refused(f"level {level} is out of bounds: give whole per cent from 1 to 99, e.g. [80, 95]")
    return levels


def _refused(message: str) -> MlflowException:
    return MlflowException(message, error_code=INVALID_PARAMETER_VALUE)


mlflow.models.set_model(ViticastModel())
