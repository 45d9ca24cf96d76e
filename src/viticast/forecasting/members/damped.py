"""A trend that fades."""

from viticast.forecasting.members.smoothed import variants
from viticast.forecasting.smoothing import Grid

MEMBERS = variants(
    "damped",
    Grid.of(
        alpha=(0.1, 0.3, 0.5, 0.7, 0.9, 1.0),
        ratio=(0.0, 0.05, 0.15, 0.3, 0.6, 1.0),
        phi=(0.8, 0.87, 0.92, 0.96, 0.98),
    ),
)
