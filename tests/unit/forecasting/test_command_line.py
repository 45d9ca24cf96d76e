import os

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


def test_an_output_that_is_no_file_is_refused_and_stays(panel, capsys):
    pipe, folder = panel.with_name("pipe"), panel.with_name("folder")
    os.mkfifo(pipe)
    folder.mkdir()
    link = panel.with_name("link")
    link.symlink_to(pipe)
    for output in (pipe, folder, link):
        assert run(panel, output=output)[0] == 2
        told = capsys.readouterr().err
        assert f"{output} is not a regular file" in told
        assert told.count("\n") == 1
    assert pipe.is_fifo()
    assert folder.is_dir()
    assert link.is_symlink()
    assert sorted(path.name for path in panel.parent.iterdir()) == ["folder", "link", "panel.parquet", "pipe"]


@pytest.mark.parametrize("is_there", [True, False])
def test_an_output_that_is_a_link_is_written_where_it_leads(panel, is_there):
    folder, link = panel.with_name("elsewhere"), panel.with_name("link.parquet")
    folder.mkdir()
    if is_there:
        (folder / "forecasts.parquet").write_text("old")
    link.symlink_to(folder / "forecasts.parquet")
    assert run(panel, output=link)[0] == 0
    assert link.is_symlink()
    assert len(pd.read_parquet(folder / "forecasts.parquet")) == 18
    assert [path.name for path in folder.iterdir()] == ["forecasts.parquet"]


def test_a_link_to_itself_is_refused(panel, capsys):
    link = panel.with_name("link.parquet")
    link.symlink_to(link)
    assert run(panel, output=link)[0] == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert link.is_symlink()


@pytest.mark.parametrize(
    "argument",
    [
        ("--levels", "80,80"),
        ("--levels", "80,080"),
        ("--levels", "²"),
        ("--levels", "0"),
        ("--levels", "a"),
        ("--horizon", "0"),
        ("--horizon", "²"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(panel, argument, capsys):
    with pytest.raises(SystemExit) as stop:
        run(panel, *argument)
    assert stop.value.code == 2
    told = capsys.readouterr().err
    assert f"{argument[1]!r} is not" in told
    assert "Traceback" not in told


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
