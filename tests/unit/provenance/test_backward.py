from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from tests.unit.provenance.conftest import EXPORTS, HASH, MODEL, SNAPSHOT

from viticast.panel.fingerprint import panel_hash
from viticast.provenance.backward import (
    SnapshotFrames,
    corrections_on,
    leaves_under,
    lines_of,
    trace_forecast,
)
from viticast.provenance.choice import choose_forecast
from viticast.provenance.records import ForecastTrace, ModelOrigin, RawFile

PARAGUAY = "exportacao_usd/exp_vinho/paraguai"
ORIGIN = ModelOrigin(MODEL, None, None, None, (), (), is_on_page=False)
Raw = Callable[[str], RawFile]


def traced(series_id: str, forecasts: pd.DataFrame, frames: SnapshotFrames, raw: Raw) -> ForecastTrace:
    row = choose_forecast(forecasts, series_id, 2026, current=(SNAPSHOT, MODEL))
    return trace_forecast(row, frames, ORIGIN, raw)


def test_a_leaf_is_its_own_leaf_and_a_sum_has_those_below_it(series: pd.DataFrame) -> None:
    assert leaves_under(series, PARAGUAY)["series_id"].tolist() == [PARAGUAY]
    below = leaves_under(series, "exportacao_usd")["series_id"].tolist()
    assert sorted(below) == ["exportacao_usd/exp_vinho/chile", PARAGUAY]


def test_a_series_whose_name_begins_alike_is_not_below(series: pd.DataFrame) -> None:
    longer = series[series["series_id"] == PARAGUAY].assign(series_id="exportacao_usd_antiga/exp_vinho/paraguai")
    found = leaves_under(pd.concat([series, longer]), "exportacao_usd")
    assert "exportacao_usd_antiga/exp_vinho/paraguai" not in set(found["series_id"])


def test_every_spelling_of_a_series_has_its_line_and_the_column_of_its_unit(
    observations: pd.DataFrame, crosswalk: pd.DataFrame, series: pd.DataFrame
) -> None:
    found = lines_of(observations, crosswalk, leaves_under(series, PARAGUAY))
    columns = ["row_number", "last_column", "item_label", "unit"]
    assert found[columns].to_numpy().tolist() == [[7, 6, "Paraguai", "USD"], [9, 6, " Paraguay ", "USD"]]
    kilograms = lines_of(observations, crosswalk, leaves_under(series, "exportacao_kg/exp_vinho/paraguai"))
    assert kilograms[columns].to_numpy().tolist() == [[7, 5, "Paraguai", "kg"]]


def test_the_first_batch_says_whose_a_label_is(
    observations: pd.DataFrame, crosswalk: pd.DataFrame, series: pd.DataFrame
) -> None:
    found = lines_of(observations, crosswalk, leaves_under(series, "exportacao_usd"))
    assert dict(zip(found["row_number"], found["series_id"], strict=True))[8] == "exportacao_usd/exp_vinho/chile"


def test_a_label_of_another_group_is_another_line(
    observations: pd.DataFrame, crosswalk: pd.DataFrame, series: pd.DataFrame
) -> None:
    found = lines_of(observations, crosswalk, leaves_under(series, "producao_l/suco/integral"))
    assert found[["row_number", "group_label"]].to_numpy().tolist() == [[3, "SUCO"]]


def test_a_leaf_that_carries_a_total_stands_in_the_line_of_the_total(
    observations: pd.DataFrame, crosswalk: pd.DataFrame, series: pd.DataFrame
) -> None:
    found = lines_of(observations, crosswalk, leaves_under(series, "producao_l/suco/sem_detalhamento"))
    assert found[["row_number", "row_kind"]].to_numpy().tolist() == [[2, "total"]]


def test_corrections_are_those_that_touched_the_leaves(panel: pd.DataFrame, corrections_applied: pd.DataFrame) -> None:
    both = {"producao_l/suco/integral", "producao_l/suco/sem_detalhamento"}
    (made,) = corrections_on(panel, corrections_applied, both)
    assert (made.correction_id, made.action, made.reason) == ("undetailed", "undetailed", "O total está sem o detalhe.")
    assert (made.series, made.cells, made.first_year, made.last_year) == (2, 3, 2022, 2023)
    assert corrections_on(panel, corrections_applied, {PARAGUAY}) == ()


def test_a_forecast_leads_to_vintage_files_and_addresses(
    forecasts: pd.DataFrame, frames: SnapshotFrames, raw: Raw
) -> None:
    trace = traced(PARAGUAY, forecasts, frames, raw)
    assert (trace.forecast.yhat, trace.forecast.unit, trace.forecast.label) == (10.5, "USD", "Paraguai")
    assert (trace.leaf_series, trace.corrections, trace.model) == (1, (), ORIGIN)
    (table,) = trace.tables
    assert (table.table_name, table.vintage_id, table.last_year) == ("ExpVinho", EXPORTS, 2024)
    assert (table.file, table.numbered_in) == (raw(HASH["exports"]), HASH["exports"])
    assert [(landing.address, landing.file.state) for landing in table.landings] == [
        ("figures/ExpVinho.csv", "ok"),
        ("http://example.org/ExpVinho.csv", "damaged"),
    ]
    assert [landing.is_published_at_inferred for landing in table.landings] == [False, True]


def test_a_sum_leads_to_every_table_below_it(forecasts: pd.DataFrame, frames: SnapshotFrames, raw: Raw) -> None:
    flow = traced("exportacao_usd", forecasts, frames, raw)
    assert [table.table_name for table in flow.tables] == ["ExpVinho"]
    assert flow.leaf_series == 2
    assert [made.correction_id for made in flow.corrections] == ["swapped"]
    production = traced("producao_l", forecasts, frames, raw)
    assert [line.row_number for table in production.tables for line in table.lines] == [2, 3]


def test_lines_are_counted_in_the_file_that_was_read_though_the_snapshot_names_another(
    forecasts: pd.DataFrame, frames: SnapshotFrames, raw: Raw
) -> None:
    named = frames.snapshots.assign(raw_sha256=HASH["again"])
    (table,) = traced(PARAGUAY, forecasts, replace(frames, snapshots=named), raw).tables
    assert table.file.sha256 == HASH["again"]
    assert table.numbered_in == HASH["exports"]


def test_a_vintage_without_landings_is_traced_to_the_file_of_the_snapshot(
    forecasts: pd.DataFrame, frames: SnapshotFrames, raw: Raw
) -> None:
    (table,) = traced(PARAGUAY, forecasts, replace(frames, vintages=frames.vintages.head(0)), raw).tables
    assert table.landings == ()
    assert table.file.sha256 == HASH["exports"]


@pytest.mark.parametrize("rebuilt", [False, True])
def test_a_panel_that_was_built_anew_is_not_that_of_the_model(
    forecasts: pd.DataFrame, frames: SnapshotFrames, raw: Raw, rebuilt: bool
) -> None:
    fitted = frames.panel.assign(value=1.0)
    origin = replace(ORIGIN, panel_sha256=panel_hash(fitted))
    panel = fitted.assign(value=2.0) if rebuilt else fitted.sample(frac=1, random_state=1)
    row = choose_forecast(forecasts, PARAGUAY, 2026, current=(SNAPSHOT, MODEL))
    trace = trace_forecast(row, replace(frames, panel=panel), origin, raw)
    assert trace.is_panel_of_model is not rebuilt
