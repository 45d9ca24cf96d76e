"""Simple smoothing: the steady choice where a series has zeros or a short life."""

from viticast.forecasting.members.smoothed import variants
from viticast.forecasting.smoothing import Grid

MEMBERS = variants("ses", Grid.of((0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.0)))
