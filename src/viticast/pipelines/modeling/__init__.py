"""Modeling: from the panel to forecasts, their backtest and a registered model."""

from viticast.pipelines.modeling.pipeline import create_pipeline

__all__ = ["create_pipeline"]
