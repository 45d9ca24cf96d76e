from dataclasses import replace

import pandas as pd
import pytest

from viticast.provenance.records import (
    CorrectionMade,
    FileTrace,
    FindingMade,
    ForecastNumber,
    ForecastTrace,
    Landing,
    Line,
    ManifestEntry,
    ModelOrigin,
    ModelUse,
    ModelVersion,
    RawFile,
    SnapshotUse,
    TableOrigin,
    VintageHeld,
)
from viticast.provenance.text import MOST_LINES, file_text, forecast_text

FILE = RawFile("a" * 64, "data/raw/a", "ok")
APRIL = pd.Timestamp("2025-04-01").to_pydatetime()
FETCHED = pd.Timestamp("2025-05-02 03:04:05").to_pydatetime()
VERSION = ModelVersion("viticast-sample", "2", "r1", ("champion",))
LINE = Line("producao_l/suco/integral", "L", 3, 57, "SUCO", "Integral ", "leaf")
TABLE = TableOrigin(
    table_name="Producao",
    vintage_id="d" * 16,
    published_at=APRIL,
    is_published_at_inferred=False,
    last_year=2023,
    file=FILE,
    landings=(Landing(FILE, "figures/Producao.csv", FETCHED, APRIL, is_published_at_inferred=True),),
    numbered_in=FILE.sha256,
    lines=(LINE,),
)
FORECAST = ForecastTrace(
    forecast=ForecastNumber(
        source="sample",
        is_synthetic=True,
        snapshot_id="5" * 16,
        series_id="producao_l/suco/integral",
        label="Integral (Suco)",
        level="leaf",
        unit="L",
        year=2026,
        horizon=1,
        series_class="regular",
        yhat=1234567.891,
        lo80=1.0,
        hi80=2.0,
        lo95=0.0,
        hi95=3.0,
    ),
    model=ModelOrigin("e" * 16, "1" * 64, "2" * 64, None, ("r1",), (VERSION,), is_on_page=True),
    is_panel_of_model=True,
    leaf_series=1,
    corrections=(CorrectionMade("fix", "Producao", "missing", "Valores errados.", 1, 2021, 2021, 1),),
    tables=(TABLE,),
)
USE = SnapshotUse("5" * 16, "Producao", "d" * 16, True, (ModelUse("e" * 16, 9, 1, (VERSION,), is_on_page=True),))
TRACE = FileTrace(
    source="sample",
    file=FILE,
    landings=(ManifestEntry("Producao", "figures/Producao.csv", FETCHED, APRIL, 200, 10),),
    vintages=(VintageHeld("Producao", "d" * 16, APRIL, False, 2023, 52, 51, 1, 2754, 2),),
    findings=(FindingMade("Producao", "cell_quarantined", "R", 3, 57, "2023 L", "1O", "no figure", "Fetch it again"),),
    snapshots=(USE,),
    is_on_page=True,
)


@pytest.mark.parametrize(
    "expected",
    [
        "forecast      producao_l/suco/integral in 2026: 1,234,567.89 L",
        "80 %: 1.00 to 2.00; 95 %: 0.00 to 3.00",
        "Integral (Suco), leaf; regular; 1 year ahead",
        "sample, SYNTHETIC figures",
        f"  panel       {'1' * 64}",
        f"  code        {'2' * 64}",
        "  params      hash not recorded",
        "  MLflow run  r1",
        "  registered  viticast-sample version 2 (champion)",
        "  page        shows this model",
        f"snapshot      {'5' * 16}",
        "leaves        1 series of 1 table",
        "fix: 1 cell of 1 series, 2021; its values are not believed and became missing",
        "Valores errados.",
        f"table         Producao: vintage {'d' * 16}, figures to 2023",
        "  published   2025-04-01 (declared)",
        f"SHA-256 {'a' * 64}",
        "its bytes have this hash",
        "figures/Producao.csv, fetched 2025-05-02 03:04:05 UTC, published 2025-04-01 (inferred from the last year)",
        "line 3, 2023 in column 57: SUCO: Integral",
    ],
)
def test_the_text_of_a_forecast_has_every_fact(expected: str) -> None:
    assert expected in forecast_text(FORECAST)


@pytest.mark.parametrize(
    "expected",
    [
        "raw file   data/raw/a",
        "Producao: figures/Producao.csv, fetched 2025-05-02 03:04:05 UTC, HTTP 200, 10 bytes, declared as",
        f"Producao: {'d' * 16}, published 2025-04-01 (declared), figures to 2023; 52 lines, 51 rows and 1 set aside",
        "2754 cells and 2 of them set aside",
        "Producao, line 3, column 57 (2023 L): cell quarantined, found '1O': no figure",
        "  Remedy: Fetch it again",
        f"{'5' * 16} has it as Producao, vintage {'d' * 16}",
        "9 forecasts, 1 of them of Producao and the sums above it; viticast-sample version 2 (champion), shown on",
        "page       shows forecasts that rest on it",
    ],
)
def test_the_text_of_a_file_has_every_fact(expected: str) -> None:
    assert expected in file_text(TRACE)


def test_a_long_list_is_cut_and_says_so() -> None:
    lines = tuple(replace(LINE, row_number=row) for row in range(1, MOST_LINES + 4))
    text = forecast_text(replace(FORECAST, tables=(replace(TABLE, lines=lines),)))
    assert f"line {MOST_LINES}, 2023" in text
    assert f"line {MOST_LINES + 1}, 2023" not in text
    assert "… and 3 more: --format json lists all" in text
    whole = forecast_text(replace(FORECAST, tables=(replace(TABLE, lines=lines[:MOST_LINES]),)))
    assert "more:" not in whole


@pytest.mark.parametrize(("state", "word"), [("damaged", "DAMAGED"), ("missing", "MISSING")])
def test_a_damaged_or_missing_file_stands_out(state: str, word: str) -> None:
    broken = replace(FILE, state=state)
    assert word in file_text(replace(TRACE, file=broken))
    assert word in forecast_text(replace(FORECAST, tables=(replace(TABLE, file=broken),)))


def test_other_bytes_of_a_vintage_are_named_with_their_state() -> None:
    other = replace(TABLE.landings[0], file=RawFile("b" * 64, "data/raw/b", "missing"))
    text = forecast_text(replace(FORECAST, tables=(replace(TABLE, landings=(other,), numbered_in="b" * 64),)))
    assert f"other bytes of the same content: {'b' * 64} (missing)" in text
    assert f"(lines of the file {'b' * 64})" in text


def test_a_line_that_is_a_total_says_so() -> None:
    total = replace(LINE, item_label="SUCO", row_kind="total")
    text = forecast_text(replace(FORECAST, tables=(replace(TABLE, lines=(total,)),)))
    assert "line 3, 2023 in column 57: SUCO: the published total of its category" in text


def test_what_is_not_there_is_said() -> None:
    bare = ModelOrigin("e" * 16, None, None, None, (), (), is_on_page=False)
    text = forecast_text(replace(FORECAST, model=bare, corrections=(), tables=(replace(TABLE, landings=(), lines=()),)))
    for expected in (
        "none recorded",
        "  registered  no",
        "does not show this model",
        "none touched it",
        "not recorded",
    ):
        assert expected in text
    nothing = replace(TRACE, landings=(), vintages=(), findings=(), snapshots=(), is_on_page=False)
    for expected in (
        "none in the manifest",
        "no table was read from it",
        "none rests on it",
        "shows nothing that rests",
    ):
        assert expected in file_text(nothing)


def test_a_snapshot_without_model_and_a_model_without_version_are_said() -> None:
    assert "no model was fitted on it" in file_text(replace(TRACE, snapshots=(replace(USE, models=()),)))
    unregistered = replace(USE, names_file=False, models=(replace(USE.models[0], versions=(), is_on_page=False),))
    text = file_text(replace(TRACE, snapshots=(unregistered,)))
    assert "not registered" in text
    assert "names another file of the same content" in text
    assert "shown on the page" not in text


@pytest.mark.parametrize(("known", "told"), [(True, False), (None, False), (False, True)])
def test_a_panel_that_is_newer_than_the_model_is_told(known: bool | None, told: bool) -> None:
    text = forecast_text(replace(FORECAST, is_panel_of_model=known))
    assert ("built anew since this model was fitted" in text) is told
