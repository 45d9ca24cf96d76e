import numpy as np
import pandas as pd
import pytest
from tests.unit.forecasting.conftest import frame

from viticast.forecasting.__main__ import main


@pytest.fixture
def panel(tmp_path):
    random = np.random.default_rng(4)
    data = frame(first_year=1, **{f"Y{i}": random.gamma(5, 20, 15 + i) for i in range(6)})
    last = data.groupby("unique_id")["ds"].transform("max")
    data["split"] = np.where(data["ds"] > last - 3, "test", "train")
    path = tmp_path / "panel.parquet"
    data.to_parquet(path)
    return path


def run(path, *more, output=None):
    target = output or path.with_name("forecasts.parquet")
    return main([str(path), "--horizon", "3", "--output", str(target), *more]), target


def test_it_forecasts_what_follows_the_train_rows(panel):
    code, target = run(panel)
    assert code == 0
    forecasts = pd.read_parquet(target)
    assert forecasts.columns.tolist() == ["unique_id", "ds", "yhat", "lo80", "hi80", "lo95", "hi95"]
    data = pd.read_parquet(panel)
    asked = data[data["split"] == "test"].set_index(["unique_id", "ds"]).index
    assert set(asked) == set(forecasts.set_index(["unique_id", "ds"]).index)


def test_without_a_split_it_forecasts_what_follows_all_rows(panel):
    pd.read_parquet(panel).drop(columns="split").to_parquet(panel)
    _, target = run(panel, "--levels", "90")
    forecasts = pd.read_parquet(target)
    assert forecasts.columns.tolist() == ["unique_id", "ds", "yhat", "lo90", "hi90"]
    assert forecasts.loc[forecasts["unique_id"] == "Y0", "ds"].tolist() == [16, 17, 18]


def test_negative_figures_have_no_lower_bound(panel):
    data = pd.read_parquet(panel)
    data["y"] -= 100
    data.to_parquet(panel)
    _, target = run(panel)
    assert (pd.read_parquet(target)["lo95"] < 0).any()


def test_positive_figures_stay_above_zero(panel):
    _, target = run(panel)
    assert (pd.read_parquet(target)["lo95"] >= 0).all()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda data: data.drop(columns="y"), "column 'y' is missing"),
        (lambda data: pd.concat([data, data.head(1)]), "has year 1 twice"),
        (lambda data: data.astype({"y": "str"}).replace({"y": {data["y"].iloc[2].astype(str): "x"}}), "give numbers"),
        (lambda data: data.head(0), "no row"),
        (lambda data: data.assign(y=np.inf), "infinite"),
        (lambda data: data.assign(split="test"), "split == 'train'"),
    ],
)
def test_a_panel_that_cannot_be_forecast_is_named_in_one_line(panel, spoil, message, capsys):
    spoil(pd.read_parquet(panel)).to_parquet(panel)
    code, target = run(panel)
    told = capsys.readouterr().err
    assert code == 2
    assert message in told
    assert told.count("\n") == 1
    assert not target.exists()


def test_a_file_that_is_not_there_or_not_parquet_is_named_too(tmp_path, capsys):
    assert run(tmp_path / "none.parquet")[0] == 2
    (tmp_path / "text.parquet").write_text("unique_id,ds,y")
    assert run(tmp_path / "text.parquet")[0] == 2
    (tmp_path / "empty.parquet").touch()
    assert run(tmp_path / "empty.parquet")[0] == 2
    assert capsys.readouterr().err.count("\n") == 3


def test_a_folder_that_cannot_be_written_is_named(panel, capsys):
    assert run(panel, output=panel.parent / "no" / "forecasts.parquet")[0] == 2
    assert "no" in capsys.readouterr().err


@pytest.mark.parametrize("argument", [("--levels", "80,80"), ("--levels", "0"), ("--levels", "a"), ("--horizon", "0")])
def test_arguments_that_make_no_sense_are_refused(panel, argument, capsys):
    with pytest.raises(SystemExit) as stop:
        run(panel, *argument)
    assert stop.value.code == 2
    assert argument[1] in capsys.readouterr().err


def test_the_old_file_stays_until_the_new_one_is_whole(panel, monkeypatch):
    _, target = run(panel)
    before = target.read_bytes()

    def fail(*arguments, **named):
        raise OSError("disk full")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", fail)
    assert run(panel)[0] == 2
    assert target.read_bytes() == before
    assert sorted(path.name for path in panel.parent.iterdir()) == ["forecasts.parquet", "panel.parquet"]


def test_help_shows_an_example(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "--levels 80,95" in capsys.readouterr().out
