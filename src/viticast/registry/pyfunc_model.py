"""The registered model as MLflow runs it: code and arrays, nothing pickled.

MLflow stores this file and executes it when the model is loaded.
"""

from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from viticast.forecasting import Fitted


class ViticastModel(PythonModel):
    """Answers for each (series_id, year) asked: the forecast and its intervals, in the unit of the series."""

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
            model_input: series_id and year; years after the last published one.
            params: Not used.

        Returns:
            series_id, year, yhat, lo80, hi80, lo95, hi95, in the order of the rows.

        Raises:
            ValueError: A series is unknown, or a year lies before its first forecast.
        """
        asked = model_input[["series_id", "year"]].astype({"year": "int64"})
        forecasts = self.fitted.predict(until=int(asked["year"].max()), levels=(80, 95))
        forecasts = forecasts.rename(columns={"unique_id": "series_id", "ds": "year"})
        columns = ["series_id", "year", "yhat", "lo80", "hi80", "lo95", "hi95"]
        answer = asked.reset_index(drop=True).merge(forecasts[columns], on=["series_id", "year"], how="left")
        if answer["yhat"].isna().any():
            row = answer[answer["yhat"].isna()].iloc[0]
            raise ValueError(
                f"no forecast of '{row['series_id']}' for {row['year']}: "
                "the series is unknown to the model, or the year is already published"
            )
        return answer


mlflow.models.set_model(ViticastModel())
