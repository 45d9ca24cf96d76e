"""Bounds by which a model is judged, before it is used and while it is."""

TIE = 1.02
"""Two methods whose losses differ by less are equal: one series in one year moves a loss as much."""

COVERAGE = {80: (0.75, 0.88), 95: (0.92, 0.98)}
"""Level -> bounds of the share of actuals that its intervals must hold."""
