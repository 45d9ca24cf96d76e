import numpy as np
import pytest

from viticast.reporting.decomposed import component_columns, decomposition_section, p_value
from viticast.reporting.records import series_records

from .conftest import make_components, make_context, make_diagnostics, make_frames


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        (0.43, "pt", "0,430"),
        (0.001, "pt", "0,001"),
        (0.00099, "en", "< 0.001"),
        (0.0, "pt", "< 0,001"),
        (1.0, "en", "1.000"),
        (np.nan, "pt", "–"),
    ],
)
def test_a_small_p_value_is_not_written_as_zero(value, language, text):
    assert p_value(value, language) == text


def section(language="pt", **changes):
    frames = make_frames("embrapa")
    records = series_records(frames["panel"], frames["series"], frames["forecasts"])
    return decomposition_section(
        make_components(), make_diagnostics().assign(**changes), records, make_context("embrapa", language)
    )


def test_flows_come_in_the_order_of_the_page_and_apart_from_their_parts():
    found = section()
    assert [row.name for row in found.totals] == ["Produção (L)", "Exportação (US$)"]
    assert [row.name for row in found.parts] == ["Produção (L) › Vinho"]
    assert found.drawn == ["producao_l"]


def test_a_p_value_at_the_limit_is_no_evidence_and_one_below_it_is():
    at, below = (section("en", ljung_box_p=p).totals[0].reading for p in (0.05, 0.0499))
    assert "show no autocorrelation" in at
    assert "show autocorrelation" in below


def test_a_test_that_says_nothing_is_not_read():
    row = section("en", jarque_bera_p=np.nan).totals[0]
    assert row.p_values[1] == "–"
    assert "normal" not in row.reading


def test_only_flows_are_given_to_the_charts():
    assert set(component_columns(make_components())) == {"producao_l"}
    assert component_columns(make_components().head(0)) == {}
