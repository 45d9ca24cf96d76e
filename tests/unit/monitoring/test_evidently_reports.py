"""Evidently itself is asked: its cold import takes most of the time."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from viticast.monitoring.bounds import EvidentlyBounds
from viticast.monitoring.evidently_reports import Report, check_tests, data_drift, data_summary, regression_performance

pytestmark = pytest.mark.slow

NETWORK = re.compile(r"""<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)\s*=\s*["']?\s*(?:https?:)?//[^>]*>""", re.I)


def cells(scale=1.0):
    values = np.random.default_rng(1).gamma(1.0, scale, 200)
    values[:20], values[20:25] = 0.0, np.nan
    return pd.DataFrame(
        {
            "table_name": ["ExpVinho", "ExpSuco"] * 100,
            "unit": ["kg", "USD"] * 100,
            "row_kind": ["leaf"] * 190 + ["total"] * 10,
            "year": [2020, 2020, 2021, 2021] * 50,
            "value": values,
        }
    )


BOUNDS = EvidentlyBounds()


def backtests(error):
    """Series that grow by a fifth: naive misses them by that, viticast by the error on the log scale."""
    y = np.exp(np.arange(60) / 5.0) * 100
    case = pd.DataFrame({"series_id": "a", "origin": range(60), "horizon": 1, "y": y})
    ours, naive = case.assign(method="viticast", yhat=y * np.exp(error)), case.assign(method="naive", yhat=y / 1.2)
    return pd.concat([ours, naive], ignore_index=True)


@pytest.fixture(scope="module")
def reports():
    fewer = cells().iloc[20:]
    return {
        "summary": data_summary(cells(), cells(), BOUNDS),
        "first": data_summary(cells(), cells().head(0), BOUNDS),
        "fewer": data_summary(fewer, cells(), BOUNDS),
        "thousandfold": data_summary(cells(1e3), cells(), BOUNDS),
        "same": data_drift(cells(), cells(), BOUNDS),
        "other": data_drift(cells(1e6), cells(), BOUNDS),
        "regression": regression_performance(backtests(0.01), BOUNDS),
        "worse": regression_performance(backtests(0.5), BOUNDS),
        "biased": regression_performance(backtests(-0.1), BOUNDS),
    }


def failed(reports, name):
    return {one.subject for one in check_tests(reports[name], f"evidently_{name}", "all") if one.verdict == "watch"}


@pytest.mark.parametrize("name", ["summary", "same", "regression"])
def test_a_report_is_one_page_that_needs_no_network(reports, name):
    html = reports[name].html
    assert len(html) > 10_000
    assert "<title>viticast: " in html
    assert html.count("<h1 ") == 1
    assert NETWORK.findall(html) == []


@pytest.mark.parametrize(
    "tag",
    [
        '<script src="https://cdn.example.org/plotly.js">',
        "<link rel=stylesheet href='http://example.org/a.css'>",
        '<img alt="x" src="//example.org/a.png">',
    ],
)
def test_a_page_that_needed_the_network_would_be_noticed(tag):
    assert NETWORK.search(f"<html>{tag}</html>")


@pytest.mark.parametrize("name", ["summary", "same", "regression"])
def test_a_report_is_plain_json_too(reports, name):
    content = reports[name].content
    assert json.loads(json.dumps(content)) == content
    assert content["metrics"]


@pytest.mark.parametrize("name", ["summary", "first", "same", "regression"])
def test_a_suite_that_passes_is_one_verdict(reports, name):
    [verdict] = check_tests(reports[name], f"evidently_{name}", "all tables")
    assert (verdict.verdict, verdict.subject) == ("ok", "all tables")
    assert verdict.detail == f"{len(reports[name].content['tests'])} tests"


def test_the_first_vintage_has_tests_of_its_own(reports):
    assert len(reports["first"].content["tests"]) == 3
    assert len(reports["summary"].content["tests"]) == 3 + 2 + 5


def test_lost_cells_fail_by_table(reports):
    names = failed(reports, "fewer")
    assert {name for name in names if "categories 'ExpVinho'" in name}
    assert {name for name in names if "categories 'ExpSuco'" in name}


def test_other_units_fail(reports):
    assert any("Mean value of 'log_value'" in name for name in failed(reports, "thousandfold"))


def test_only_other_figures_drift(reports):
    assert failed(reports, "same") == set()
    assert any("log_value" in name for name in failed(reports, "other"))


def test_errors_are_tested_against_those_of_naive(reports):
    [mae, *_] = [
        one for one in check_tests(reports["worse"], "evidently_regression", "all") if "Absolute" in one.subject
    ]
    assert mae.observed == pytest.approx(0.5, rel=0.01)
    assert mae.threshold == pytest.approx(BOUNDS.error_ratio * np.log(1.2), rel=0.02)
    assert mae.check_name == "evidently_regression"
    assert any("Mean Error" in name for name in failed(reports, "biased"))
    assert not any("Absolute" in name for name in failed(reports, "biased"))


def test_a_report_without_tests_is_an_error():
    with pytest.raises(ValueError, match="has no test"):
        list(check_tests(Report("", {"metrics": [], "tests": []}), "evidently_drift", "all"))
