import pytest

from viticast.reporting.growth import growth_frame, rankings
from viticast.reporting.records import series_records

TINTO, BRANCO, RARO = (f"producao_l/vinho/{name}" for name in ("tinto", "branco", "raro"))


def grown(frames):
    records = series_records(frames["panel"], frames["series"], frames["forecasts"])
    leaves = set(frames["series"]["series_id"][frames["series"]["level"] == "leaf"])
    return records, growth_frame(records, leaves, 2025)


def test_the_base_is_the_mean_of_the_last_three_figures(frames):
    row = grown(frames)[1].set_index("series_id").loc[BRANCO]
    assert row["base"] == pytest.approx((3e6 + 3e6 + 4e6) / 3)
    assert (row["base_from"], row["base_to"]) == (2021, 2023)
    assert row["change"] == pytest.approx(3e6 - 10e6 / 3)
    assert row["change_share"] == pytest.approx(-0.1)


def test_a_change_is_clear_where_the_interval_leaves_the_base_out(frames):
    rows = grown(frames)[1].set_index("series_id")
    assert rows.loc[TINTO, "is_clear"]
    assert not rows.loc[BRANCO, "is_clear"]


def test_a_tiny_series_that_quadruples_is_no_news(frames):
    records, frame = grown(frames)
    production = rankings(frame, records)[0]
    assert RARO in set(frame["series_id"])
    assert production.relative["series_id"].tolist() == [TINTO, BRANCO]
    assert production.absolute["series_id"].tolist() == [TINTO, BRANCO]
    assert (production.considered, production.left_out) == (2, 1)


def test_rises_come_first_and_falls_last_and_none_twice(frames):
    records, frame = grown(frames)
    found = rankings(frame, records, count=1)[0]
    assert found.absolute["change"].tolist() == pytest.approx([3e6, 3e6 - 10e6 / 3])


def test_a_series_without_recent_figures_is_left_out(frames):
    panel = frames["panel"]
    old = (panel["series_id"] == TINTO) & (panel["year"] > 2017)
    panel.loc[old, "value"] = float("nan")
    panel.loc[old, "mark"] = "nd"
    assert TINTO not in set(grown(frames)[1]["series_id"])
