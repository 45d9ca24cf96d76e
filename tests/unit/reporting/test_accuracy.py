import pytest

from viticast.reporting.accuracy import accuracy_by, comparable
from viticast.reporting.scorecard import scorecard


def test_losses_are_those_of_the_definition(frames):
    row = accuracy_by(comparable(frames["backtests"]), "series_class")[0]
    assert (row.series, row.forecasts) == (2, 4)
    assert row.mase == pytest.approx((1 + 2) / 2)
    assert row.mase_naive == pytest.approx((2 + 4) / 2)
    assert row.mase_gain == pytest.approx(0.5)
    assert row.wape == pytest.approx((10 + 20 + 10 + 20) / 600)
    assert row.wape_naive == pytest.approx((20 + 40 + 20 + 40) / 600)
    assert row.coverage80 == pytest.approx(3 / 4)
    assert row.coverage95 == 1


def test_only_rows_that_both_methods_forecast_are_compared(frames):
    rows = frames["backtests"]
    lost = (rows["method"] == "naive") & (rows["horizon"] == 2)
    kept = comparable(rows[~lost])
    assert set(kept["method"]) == {"viticast", "naive"}
    assert set(kept["horizon"]) == {1}


def test_rows_keep_the_order_that_was_asked_for(frames):
    rows = comparable(frames["backtests"])
    assert [r.name for r in accuracy_by(rows, "horizon", (2, 1))] == ["2", "1"]
    assert [r.name for r in accuracy_by(rows, "horizon")] == ["1", "2"]


def test_the_summary_says_what_the_table_says(frames, context):
    card = scorecard(frames["backtests"], frames["series"], context)
    assert "1,500, contra 3,000" in card.summary
    assert "50,0\u00a0% menor" in card.summary
    assert "80\u00a0% conteve 75,0\u00a0%" in card.summary
    assert [row.name for row in card.table] == ["Producao, Produção (L)"]


def test_without_a_backtest_nothing_is_claimed(frames, context):
    assert scorecard(frames["backtests"].iloc[:0], frames["series"], context) is None
