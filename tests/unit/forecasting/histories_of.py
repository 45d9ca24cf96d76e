"""Histories for tests of members and learners."""

import numpy as np

from viticast.forecasting.histories import Histories


def histories_of(*histories):
    lengths = np.array([len(history) for history in histories])
    y = np.full((len(histories), lengths.max()), np.nan)
    for row, history in enumerate(histories):
        y[row, : len(history)] = history
    return Histories(y, lengths, np.ones(len(histories)), np.zeros(len(histories), dtype=np.int64))


def walks(count, years, seed=0):
    random = np.random.default_rng(seed)
    return [np.exp(np.cumsum(random.normal(0.02, 0.1, years))) for _ in range(count)]
