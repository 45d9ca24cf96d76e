"""Evidently itself is asked: its cold import takes most of the time."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from viticast.monitoring.evidently_reports import (
    Report,
    data_drift,
    data_summary,
    drifted_share,
    regression_performance,
)

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


@pytest.fixture(scope="module")
def reports():
    backtests = pd.DataFrame({"method": ["viticast", "naive"] * 30, "y": range(60), "yhat": range(1, 61)})
    return {
        "summary": data_summary(cells()),
        "same": data_drift(cells(), cells()),
        "other": data_drift(cells(), cells(1e6)),
        "regression": regression_performance(backtests.astype({"y": "float64", "yhat": "float64"})),
    }


@pytest.mark.parametrize("name", ["summary", "same", "regression"])
def test_a_report_is_one_page_that_needs_no_network(reports, name):
    html = reports[name].html
    assert len(html) > 10_000
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


def test_only_other_figures_drift(reports):
    assert drifted_share(reports["same"]) == 0
    assert drifted_share(reports["other"]) > 0


def test_a_report_without_the_share_is_an_error():
    with pytest.raises(ValueError, match="no DriftedColumnsCount"):
        drifted_share(Report("", {"metrics": []}))
