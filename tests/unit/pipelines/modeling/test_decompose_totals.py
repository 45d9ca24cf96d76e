import logging

import numpy as np
import pandas as pd

from viticast.contracts.decompositions import Components, Diagnostics
from viticast.pipelines.modeling.nodes import decompose_totals

SERIES = pd.DataFrame(
    [
        ("producao_l", "flow"),
        ("producao_l/vinho", "group"),
        ("producao_l/vinho/tinto", "leaf"),
        ("producao_l/vinho/fino", "group"),
        ("producao_l/suco", "leaf"),
        ("exportacao_usd", "flow"),
    ],
    columns=["series_id", "level"],
)


def panel():
    random = np.random.default_rng(1)
    rows = [
        (sid, year, np.nan if year == 1990 else 10.0 + (0.0 if sid == "exportacao_usd" else random.normal(0, 1)))
        for sid in SERIES["series_id"]
        for year in range(1980, 2020)
    ]
    return pd.DataFrame(rows, columns=["unique_id", "ds", "y"])


def test_flows_and_the_sums_directly_below_them_are_decomposed_as_the_contracts_say():
    components, diagnostics = decompose_totals(panel(), SERIES)
    Components.validate(components)
    Diagnostics.validate(diagnostics)
    assert diagnostics["series_id"].tolist() == ["exportacao_usd", "producao_l", "producao_l/vinho"]
    assert set(components["series_id"]) == {"producao_l", "producao_l/vinho"}
    gap = components[components["year"] == 1990]
    assert gap["value"].isna().all()
    assert gap["level"].notna().all()


def test_a_total_that_was_not_decomposed_is_told(caplog):
    with caplog.at_level(logging.WARNING):
        decompose_totals(panel(), SERIES)
    assert caplog.messages == ["decomposition of exportacao_usd: constant"]
