"""Holt's linear trend."""

from viticast.forecasting.members.smoothed import variants
from viticast.forecasting.smoothing import Grid

MEMBERS = variants(
    "holt",
    Grid.of(
        alpha=(0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0), ratio=(0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0), phi=(1.0,)
    ),
)
