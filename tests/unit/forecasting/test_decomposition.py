from typing import get_args

import numpy as np
import pandas as pd
import pytest

from viticast.contracts.decompositions import FITS
from viticast.forecasting import decomposition
from viticast.forecasting.decomposition import LAGS, SHORTEST, Status, decompose

from .conftest import frame


def walk(seed=1, years=50):
    random = np.random.default_rng(seed)
    return 1e6 * (50 + np.cumsum(random.normal(1, 1, years)) + random.normal(0, 2, years))


def told_of(values, name="a"):
    components, diagnoses = decompose(frame(**{name: values}), [name])
    return components, diagnoses.iloc[0]


def test_level_and_irregular_are_the_figure_in_its_unit():
    values = walk()
    components, told = told_of(values)
    np.testing.assert_allclose(components["level"] + components["irregular"], values)
    assert components["ds"].tolist() == list(range(2000, 2050))
    assert (told["status"], told["years"], told["ljung_box_lags"]) == ("converged", 50, LAGS)
    assert told[["level_share", "trend_share", "irregular_share"]].sum() == pytest.approx(1)


def test_of_a_line_with_noise_the_trend_is_its_slope_and_the_irregular_the_noise():
    noise = np.random.default_rng(0).normal(0, 3, 60)
    components, told = told_of(100 + 5 * np.arange(60) + noise)
    assert components["trend"].mean() == pytest.approx(5, rel=0.05)
    assert np.corrcoef(components["irregular"], noise)[0, 1] > 0.8
    assert told["irregular_share"] > 0.8


def test_residuals_are_told_apart_by_the_tests():
    calm = told_of(walk())[1]
    assert min(calm["ljung_box_p"], calm["jarque_bera_p"], calm["heteroskedasticity_p"]) > 0.05
    random = np.random.default_rng(4)
    louder = np.concatenate([random.normal(0, 1, 20), random.normal(0, 30, 20)])
    assert told_of(1000 + louder)[1]["heteroskedasticity_p"] < 0.01
    shocked = random.normal(0, 1, 40)
    shocked[30] = 40
    assert told_of(1000 + shocked)[1]["jarque_bera_p"] < 0.01
    cycle = 1000 + 50 * np.sin(np.arange(60) * 2 * np.pi / 3) + random.normal(0, 1, 60)
    assert told_of(cycle)[1]["ljung_box_p"] < 0.01


def test_a_gap_has_a_level_and_no_irregular_and_years_outside_the_figures_are_left_out():
    values = walk()
    values[[0, 20, 49]] = np.nan
    components, told = told_of(values)
    assert components["ds"].tolist() == list(range(2001, 2049))
    gap = components.set_index("ds").loc[2020]
    assert np.isfinite(gap["level"])
    assert np.isnan(gap["irregular"])
    assert (told["first_year"], told["last_year"], told["years"]) == (2001, 2048, 47)


def test_a_year_without_a_row_is_a_gap():
    panel = frame(a=walk())
    components, _ = decompose(panel[panel["ds"] != 2020], ["a"])
    assert components.set_index("ds").loc[2020, ["y", "irregular"]].isna().all()


@pytest.mark.parametrize(
    ("values", "status"),
    [([1.0, 2, 3, 4, 5, 6, 7, 8, 9], "too_short"), ([5.0] * 20, "constant"), ([0] * 20, "constant")],
)
def test_a_series_that_no_model_fits_is_said_to_be_one(values, status):
    components, told = told_of(values)
    assert components.empty
    assert told["status"] == status
    assert told[["level_share", "ljung_box_p"]].isna().all()


def test_the_shortest_series_is_tested_as_well():
    told = told_of(walk(years=SHORTEST))[1]
    assert told["years"] == SHORTEST
    assert 0 <= told["ljung_box_p"] <= 1


def test_a_fit_that_does_not_converge_is_not_hidden(monkeypatch):
    monkeypatch.setattr(decomposition, "ITERATIONS", 1)
    components, told = told_of(walk())
    assert told["status"] == "not_converged"
    assert len(components) == 50


def test_a_fit_that_breaks_off_is_not_hidden_either(monkeypatch):
    def singular(values):
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(decomposition, "_fit", singular)
    components, told = told_of(walk())
    assert components.empty
    assert told["status"] == "failed"


def test_only_the_series_that_are_asked_for_and_those_with_a_figure():
    panel = frame(a=walk(1), b=walk(2), c=[np.nan] * 50)
    components, diagnoses = decompose(panel, ["b", "c"])
    assert set(components["unique_id"]) == {"b"}
    assert diagnoses["unique_id"].tolist() == ["b"]


def test_nothing_to_decompose_is_two_tables_without_rows():
    components, diagnoses = decompose(frame(a=[1.0]), [])
    assert (len(components), len(diagnoses)) == (0, 0)
    assert components["level"].dtype == np.float64


def test_the_same_panel_gives_the_same_numbers():
    one, other = (decompose(frame(a=walk()), ["a"]) for _ in range(2))
    for first, second in zip(one, other, strict=True):
        pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_the_contract_knows_every_status():
    assert get_args(Status) == FITS
