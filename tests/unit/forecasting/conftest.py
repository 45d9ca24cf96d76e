import numpy as np
import pandas as pd
import pytest

from viticast.forecasting import ForecastSpec


def frame(first_year=2000, **series):
    """`a=[1, 2]` is series a with its values from `first_year` on; an underscore pair is a slash."""
    rows = [
        (name.replace("__", "/"), first_year + offset, float(value))
        for name, values in series.items()
        for offset, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=["unique_id", "ds", "y"])


@pytest.fixture(scope="session")
def quick_spec():
    """Without learners: a test that needs them asks for them."""
    return ForecastSpec(learners=(), horizon=3, origins=6)


@pytest.fixture(scope="session")
def mixed_panel():
    """Forty series of 30 years, of every class, on very different scales; the last five end a year earlier."""
    random = np.random.default_rng(7)
    rows = []
    for number in range(40):
        scale = 10.0 ** random.integers(0, 7)
        y = scale * np.exp(np.cumsum(random.normal(0.01, 0.2, 30)))
        if number % 4 == 1:
            y[random.random(30) < 0.4] = 0
        elif number % 4 == 2:
            y[: 30 - random.integers(4, 9)] = 0
        elif number % 8 == 3:
            y[-random.integers(3, 9) :] = 0
        elif number % 8 == 7:
            y[random.random(30) < 0.1] = np.nan
        if number == 39:
            y[:] = 0
        years = 29 if number >= 35 else 30
        rows += [(f"s{number:02d}", 1990 + t, y[t]) for t in range(years)]
    return pd.DataFrame(rows, columns=["unique_id", "ds", "y"])


@pytest.fixture(scope="session")
def learnable_panel(mixed_panel):
    """The mixed panel and forty regular series more, enough for a learner at every origin after 2010."""
    random = np.random.default_rng(11)
    walks = {f"w{i:02d}": 50 * np.exp(np.cumsum(random.normal(0, 0.2, 30))) for i in range(40)}
    return pd.concat([mixed_panel, frame(first_year=1990, **walks)], ignore_index=True)


@pytest.fixture(scope="session")
def tree_panel():
    """Two roots with two groups of four leaves each; the sums are those of the leaves."""
    random = np.random.default_rng(3)
    leaves = {
        f"{root}/{group}/{leaf}": 10.0 ** random.integers(1, 5) * np.exp(np.cumsum(random.normal(0, 0.25, 25)))
        for root in ("kg", "usd")
        for group in ("red", "white")
        for leaf in "abcd"
    }
    leaves["kg/red/a"][-6:] = 0
    leaves["usd/white/b"][::3] = 0
    leaves["usd/white/c"][:-5] = 0
    wide = pd.DataFrame(leaves, index=range(1995, 2020))
    for depth in (2, 1):
        for name in {"/".join(column.split("/")[:depth]) for column in leaves}:
            wide[name] = wide[[column for column in leaves if column.startswith(f"{name}/")]].sum(axis=1)
    long = wide.rename_axis("ds").reset_index().melt(id_vars="ds", var_name="unique_id", value_name="y")
    parents = {name: name.rsplit("/", 1)[0] for name in wide.columns if "/" in name}
    return long[["unique_id", "ds", "y"]], parents
