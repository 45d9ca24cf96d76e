from viticast.reporting.explained import SHARED, explained

from .conftest import SERIES, make_explanations


def test_every_series_refers_to_its_explanation():
    found = explained(make_explanations())
    assert set(found.of_series) == {row[0] for row in SERIES}
    assert {place for place, _ in found.of_series.values()} == set(range(len(found.distinct)))
    assert [sid for sid, (_, moved) in found.of_series.items() if not moved] == ["exportacao_usd", "producao_l"]


def test_shares_keep_their_order_the_largest_first():
    found = explained(make_explanations())
    of_total = dict(zip(SHARED, found.distinct[found.of_series["producao_l"][0]], strict=True))
    assert of_total["members"] == [["damped", 0.75], ["log_ses", 0.25]]
    assert of_total["basis"] == "past"


def test_a_forecast_of_zero_has_no_members():
    rows = make_explanations().head(1).assign(members="{}", recipes='{"zero": 1.0}')
    assert explained(rows).distinct[0][:2] == [[], [["zero", 1.0]]]


def test_without_explanations_there_is_nothing():
    found = explained(make_explanations().head(0))
    assert (found.distinct, found.of_series) == ([], {})
