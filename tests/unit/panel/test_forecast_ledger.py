import pandas as pd
import pytest

from viticast.contracts.ledger import ForecastLedger
from viticast.panel.forecast_ledger import count_forecasts
from viticast.panel.ledger import LedgerError

STAMP = {"snapshot_id": "0" * 16, "model_key": "1" * 16, "source": "sample", "is_synthetic": True}
SERIES = pd.DataFrame(
    [
        ("exportacao_kg", "flow", None, "kg"),
        ("exportacao_kg/exp_vinho", "table", "ExpVinho", "kg"),
        ("exportacao_kg/exp_vinho/chile", "leaf", "ExpVinho", "kg"),
        ("producao_l/suco", "leaf", "Producao", "L"),
    ],
    columns=["series_id", "level", "table_name", "unit"],
)
LAST = {"producao_l/suco": 2022}


@pytest.fixture
def panel():
    return pd.DataFrame(
        [(name, year, 1.0) for name in SERIES["series_id"] for year in (2021, LAST.get(name, 2023))],
        columns=["series_id", "year", "value"],
    )


@pytest.fixture
def forecasts():
    rows = [(name, year, 2.0) for name in SERIES["series_id"] for year in range(LAST.get(name, 2023) + 1, 2026)]
    return pd.DataFrame(rows, columns=["series_id", "year", "yhat"])


def test_every_table_is_counted_beside_what_is_due(panel, forecasts):
    ledger = count_forecasts(panel, SERIES, forecasts, 2025)
    ForecastLedger.validate(
        ledger.assign(**STAMP)[list(ForecastLedger.to_schema().columns)].astype(
            {"snapshot_id": "str", "model_key": "str", "source": "str"}
        )
    )
    told = ledger.set_index("table_name")[["unit", "rows", "cells", "total"]].to_dict("index")
    assert told == {
        "(sums)": {"unit": "kg", "rows": 1, "cells": 2, "total": 0.0},
        "ExpVinho": {"unit": "kg", "rows": 2, "cells": 4, "total": 4.0},
        "Producao": {"unit": "L", "rows": 1, "cells": 3, "total": 6.0},
    }


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        (
            ("producao_l/suco", None),
            r"Producao \(L\), stage forecasts: 1 series, 0 forecasts where 3 are due: producao_l/suco",
        ),
        (
            ("exportacao_kg", 2025),
            r"\(sums\) \(kg\), stage forecasts: 1 series, 1 forecasts where 2 are due: exportacao_kg",
        ),
    ],
)
def test_a_series_or_a_year_without_a_forecast_is_named(panel, forecasts, lost, words):
    name, year = lost
    gone = (forecasts["series_id"] == name) & ((forecasts["year"] == year) | (year is None))
    with pytest.raises(LedgerError, match=words):
        count_forecasts(panel, SERIES, forecasts[~gone], 2025)


def test_a_forecast_of_a_year_that_is_known_does_not_count(panel, forecasts):
    forecasts.loc[forecasts["series_id"] == "producao_l/suco", "year"] -= 1
    with pytest.raises(LedgerError, match="2 forecasts where 3 are due"):
        count_forecasts(panel, SERIES, forecasts, 2025)
