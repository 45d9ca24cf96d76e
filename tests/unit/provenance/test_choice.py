import pandas as pd
import pytest
from tests.unit.provenance.conftest import MODEL, OLDER_MODEL, SNAPSHOT

from viticast.provenance.choice import choose_forecast, near_series
from viticast.provenance.errors import (
    SeveralModelsError,
    UnknownModelError,
    UnknownSeriesError,
    UnknownYearError,
)

PARAGUAY = "exportacao_usd/exp_vinho/paraguai"


def test_the_current_model_is_meant_where_none_is_named(forecasts: pd.DataFrame) -> None:
    for key in (MODEL, OLDER_MODEL):
        found = choose_forecast(forecasts, PARAGUAY, 2026, current=(SNAPSHOT, key))
        assert (found["model_key"], found["series_id"], found["year"]) == (key, PARAGUAY, 2026)


def test_a_named_model_beats_the_current_one_and_may_be_named_by_its_beginning(forecasts: pd.DataFrame) -> None:
    found = choose_forecast(forecasts, PARAGUAY, 2025, model_key="AB", current=(SNAPSHOT, MODEL))
    assert found["model_key"] == OLDER_MODEL


def test_the_only_model_needs_no_receipt(forecasts: pd.DataFrame) -> None:
    one = forecasts[forecasts["model_key"] == OLDER_MODEL]
    assert choose_forecast(one, PARAGUAY, 2025)["model_key"] == OLDER_MODEL


@pytest.mark.parametrize("current", [None, (SNAPSHOT, "f" * 16), ("f" * 16, MODEL)])
def test_several_models_and_no_current_one_are_named(forecasts: pd.DataFrame, current: tuple[str, str] | None) -> None:
    with pytest.raises(SeveralModelsError, match=f"--model-key {MODEL} --snapshot-id {SNAPSHOT}"):
        choose_forecast(forecasts, PARAGUAY, 2025, current=current)


def test_a_snapshot_tells_models_of_one_key_apart(forecasts: pd.DataFrame) -> None:
    other = forecasts.assign(snapshot_id="6" * 16)
    both = pd.concat([forecasts, other], ignore_index=True)
    with pytest.raises(SeveralModelsError):
        choose_forecast(both, PARAGUAY, 2025, model_key=MODEL)
    assert choose_forecast(both, PARAGUAY, 2025, model_key=MODEL, snapshot_id="66")["snapshot_id"] == "6" * 16


def test_an_unknown_model_or_snapshot_ends_with_those_that_are_known(forecasts: pd.DataFrame) -> None:
    with pytest.raises(UnknownModelError, match=f"model_key 'ff'.*{MODEL}, {OLDER_MODEL}"):
        choose_forecast(forecasts, PARAGUAY, 2025, model_key="ff")
    with pytest.raises(UnknownModelError, match=f"snapshot_id 'ff'.*{SNAPSHOT}"):
        choose_forecast(forecasts, PARAGUAY, 2025, snapshot_id="ff")


def test_a_lake_without_forecasts_says_how_to_make_some(forecasts: pd.DataFrame) -> None:
    with pytest.raises(UnknownModelError, match="kedro run"):
        choose_forecast(forecasts.head(0), PARAGUAY, 2025)


@pytest.mark.parametrize(
    ("asked", "proposed"),
    [
        ("paraguai", PARAGUAY),
        ("Paraguai", PARAGUAY),
        ("exportacao_usd/exp_vinho/paraguay", PARAGUAY),
        ("exportacao_us", "exportacao_usd"),
    ],
)
def test_an_unknown_series_ends_with_those_near_it(forecasts: pd.DataFrame, asked: str, proposed: str) -> None:
    with pytest.raises(UnknownSeriesError, match="Near it: ") as caught:
        choose_forecast(forecasts, asked, 2025, current=(SNAPSHOT, MODEL))
    assert proposed in str(caught.value).split("Near it: ")[1].split(", ")


def test_a_series_like_no_other_ends_with_the_flows(forecasts: pd.DataFrame) -> None:
    with pytest.raises(UnknownSeriesError, match="The flows are: exportacao_kg, exportacao_usd, producao_l"):
        choose_forecast(forecasts, "???", 2025)


@pytest.mark.parametrize("year", [2024, 2027])
def test_a_year_without_forecast_ends_with_the_years_that_there_are(forecasts: pd.DataFrame, year: int) -> None:
    with pytest.raises(UnknownYearError, match=f"{PARAGUAY} for {year}: it forecasts 2025 to 2026"):
        choose_forecast(forecasts, PARAGUAY, year, model_key=MODEL)


def test_a_single_year_is_no_range(forecasts: pd.DataFrame) -> None:
    one = forecasts[(forecasts["model_key"] == MODEL) & (forecasts["year"] == 2025)]
    with pytest.raises(UnknownYearError, match="it forecasts 2025, and"):
        choose_forecast(one, PARAGUAY, 2026)


def test_few_series_are_proposed_and_none_twice() -> None:
    known = [f"exportacao_usd/exp_vinho/chile_{number}" for number in range(20)]
    found = near_series("chile", known)
    assert len(found) == 5
    assert len(set(found)) == 5
