import pytest

from viticast.reporting.headline import headlines, target_year
from viticast.reporting.records import series_records


@pytest.fixture
def records(frames):
    return series_records(frames["panel"], frames["series"], frames["forecasts"])


def test_a_card_holds_the_last_figure_and_the_forecast_of_the_target_year(records):
    production = headlines(records, target_year(records))[0]
    assert (production.last_year, production.last_value) == (2023, 1e7)
    assert (production.target_year, production.yhat) == (2025, 12.5e6)
    assert production.change == pytest.approx(0.25)
    assert production.half_width == pytest.approx(0.08)
    assert production.certainty == "narrow"


def test_a_wide_interval_is_called_medium_or_wide(records):
    trade = headlines(records, 2025)[1]
    assert trade.half_width == pytest.approx(1 / 3)
    assert trade.certainty == "medium"


def test_the_target_year_is_one_that_every_flow_reaches(frames):
    rows = frames["forecasts"]
    short = rows[(rows["series_id"] != "producao_l") | (rows["year"] < 2025)]
    assert target_year(series_records(frames["panel"], frames["series"], short)) == 2024


def test_a_page_without_forecasts_of_the_flows_is_refused(frames):
    leaves = frames["forecasts"][frames["forecasts"]["series_id"].str.contains("/")]
    records = series_records(frames["panel"], frames["series"], leaves)
    with pytest.raises(ValueError, match="no flow has a forecast"):
        target_year(records)
