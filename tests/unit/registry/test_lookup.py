"""A real registry: SQLite and files in a folder of its own."""

from pathlib import Path

import pytest

from viticast.registry.lookup import RUN_COLUMNS, VERSION_COLUMNS, registered_versions, runs_of, store_exists

KEY, OTHER = "a" * 16, "b" * 16


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two runs and two versions of one model, a run of another, a version of another name."""
    import mlflow  # noqa: PLC0415 - six seconds that only these tests pay

    folder = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{folder}/mlflow.db"
    client = mlflow.MlflowClient(tracking_uri=uri)
    experiment = client.create_experiment("test", artifact_location=str(folder / "artifacts"))
    tags = [{"model_key": KEY, "code_sha256": "c" * 64}, {"model_key": OTHER}, {"model_key": KEY}]
    runs = [client.create_run(experiment, tags=given, start_time=start) for start, given in enumerate(tags, start=1)]
    for name in ("ours", "theirs"):
        client.create_registered_model(name)
    for name, run, key in (("ours", runs[0], KEY), ("ours", runs[1], OTHER), ("theirs", runs[2], KEY)):
        run_id = run.info.run_id
        client.create_model_version(
            name, source=str(folder), run_id=run_id, tags={"model_key": key, "params_sha256": "d"}
        )
    client.set_registered_model_alias("ours", "champion", "2")
    client.set_registered_model_alias("ours", "best", "2")
    return uri


def test_versions_of_one_name_come_with_aliases_tags_and_runs(store: str) -> None:
    versions = registered_versions("ours", store, None).sort_values("version")
    assert list(versions.columns) == VERSION_COLUMNS
    assert versions["model_key"].tolist() == [KEY, OTHER]
    assert versions["aliases"].tolist() == ["", "best,champion"]
    assert versions["params_sha256"].tolist() == ["d", "d"]
    assert versions["code_sha256"].isna().all()
    assert versions["run_id"].iloc[0] == runs_of(KEY, store)["run_id"].iloc[0]


def test_runs_of_a_model_come_in_the_order_in_which_they_began(store: str) -> None:
    runs = runs_of(KEY, store)
    assert list(runs.columns) == RUN_COLUMNS
    assert runs["model_key"].tolist() == [KEY, KEY]
    assert runs["code_sha256"].iloc[0] == "c" * 64
    assert runs["code_sha256"].isna().tolist() == [False, True]


def test_the_registry_may_lie_elsewhere(store: str, tmp_path: Path) -> None:
    elsewhere = f"sqlite:///{tmp_path}/none.db"
    assert len(registered_versions("ours", elsewhere, store)) == 2
    assert registered_versions("ours", store, elsewhere).empty


def test_a_name_that_nobody_registered_has_no_versions(store: str) -> None:
    assert registered_versions("unknown", store, None).empty
    assert runs_of("c" * 16, store).empty


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    assert registered_versions("ours", uri, None).columns.tolist() == VERSION_COLUMNS
    assert runs_of(KEY, uri).columns.tolist() == RUN_COLUMNS
    assert list(tmp_path.iterdir()) == []


def test_only_local_stores_can_be_missing(tmp_path: Path) -> None:
    assert store_exists("http://127.0.0.1:5000")
    assert store_exists(str(tmp_path))
    assert store_exists(f"file:{tmp_path}")
    assert not store_exists(str(tmp_path / "none"))
    (tmp_path / "mlflow.db").touch()
    assert store_exists(f"sqlite:///{tmp_path}/mlflow.db")
    assert not store_exists(f"sqlite:///{tmp_path}/none.db")
