"""The panel forecaster: annual series in, forecasts with intervals out. It knows no framework and no file."""

from viticast.forecasting.backtest import Backtest
from viticast.forecasting.fitted import Fitted, fit
from viticast.forecasting.metrics import losses
from viticast.forecasting.panel import PanelError
from viticast.forecasting.spec import ForecastSpec

__all__ = ["Backtest", "Fitted", "ForecastSpec", "PanelError", "fit", "losses"]
