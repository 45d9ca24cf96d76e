import pytest

from viticast.reporting.records import chart_datasets, series_records


def records(frames):
    return series_records(frames["panel"], frames["series"], frames["forecasts"])


def test_flows_come_in_the_order_of_the_contract_and_before_their_parts(frames):
    assert list(records(frames))[:2] == ["producao_l", "producao_l/vinho"]


def test_a_path_does_not_repeat_what_stands_above_it(frames):
    found = records(frames)
    assert found["producao_l"].path == ()
    assert found["producao_l/vinho/tinto"].path == ("Vinho", "Tinto")
    assert found["exportacao_usd/exp_vinho/paraguai"].path == ("Vinhos", "Paraguai")


def test_two_series_that_read_the_same_are_told_apart(frames):
    frames["series"]["label"] = frames["series"]["label"].replace({"Branco (Vinho)": "Tinto (Vinho)"})
    paths = [r.path for r in records(frames).values() if r.series_id.startswith("producao_l/vinho/")]
    assert len(set(paths)) == len(paths)


def test_a_mark_is_a_gap_and_not_a_zero(frames):
    record = records(frames)["producao_l/vinho/tinto"]
    assert record.values[3] is None
    assert record.marks == {2018: "nd"}
    rows = chart_datasets(record)
    assert rows["gaps"] == [{"year": 2018, "mark": "nd"}]
    assert rows["history"][3] == {"year": 2018, "value": None, "correction": None}


def test_a_corrected_cell_names_its_correction(frames):
    record = records(frames)["producao_l/vinho/branco"]
    corrected = [row for row in chart_datasets(record)["history"] if row["correction"]]
    assert corrected == [{"year": 2017, "value": 3e6, "correction": "vinho_2017"}]


def test_the_band_opens_at_the_last_figure(frames):
    rows = chart_datasets(records(frames)["producao_l"])["forecast"]
    assert [row["year"] for row in rows] == [2023, 2024, 2025]
    assert rows[0]["lo95"] == rows[0]["hi95"] == 1e7
    assert (rows[2]["yhat"], rows[2]["lo80"], rows[2]["hi95"]) == (12.5e6, 11.5e6, 15.75e6)


def test_forecasts_with_a_hole_are_refused(frames):
    frames["forecasts"].loc[frames["forecasts"]["year"] == 2025, "year"] = 2026
    with pytest.raises(ValueError, match="skip a year"):
        records(frames)


def test_a_series_without_forecasts_or_figures_is_kept(frames):
    sid = "producao_l/vinho/raro"
    for name in ("panel", "forecasts"):
        frames[name] = frames[name][frames[name]["series_id"] != sid]
    record = records(frames)[sid]
    assert (record.last, record.forecasts, record.series_class) == (None, [], "empty")
    assert chart_datasets(record) == {"history": [], "gaps": [], "forecast": []}
