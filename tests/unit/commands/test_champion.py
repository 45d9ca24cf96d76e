"""`kedro champion` in a project of its own: a registry, no run."""

import shutil

import mlflow
import pytest
from click.testing import CliRunner
from kedro.framework.project import configure_project

from viticast.cli import cli
from viticast.datasets.mlflow_store import make_store
from viticast.registry.champion import CHAMPION


@pytest.fixture
def project(tmp_path, project_root, monkeypatch):
    shutil.copytree(project_root / "conf", tmp_path / "conf", ignore=shutil.ignore_patterns("local"))
    (tmp_path / "conf" / "local").mkdir()
    # MLflow keeps one store for each address in a process: a relative one would lead to another test's database.
    (tmp_path / "conf" / "local" / "globals.yml").write_text(f"data_path: {tmp_path}/data\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KEDRO_ENV", raising=False)
    configure_project("viticast")
    return tmp_path


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory):
    """A store with nothing in it: each takes seconds to make."""
    database = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    make_store(f"sqlite:///{database}")
    return database


@pytest.fixture
def client(project, empty_store):
    folder = project / "data" / "mlflow"
    folder.mkdir(parents=True)
    shutil.copy(empty_store, folder)
    return mlflow.MlflowClient(f"sqlite:///{folder}/mlflow.db")


def ask(*arguments):
    return CliRunner().invoke(cli, ["champion", *arguments])


def register(client, name, tags):
    client.create_registered_model(name)
    version = client.create_model_version(name, source="nowhere", tags=tags).version
    client.set_registered_model_alias(name, CHAMPION, version)


def test_without_a_store_there_is_none_and_none_is_made(project):
    result = ask()
    assert (result.exit_code, result.output.count("\n")) == (10, 1)
    assert result.output.startswith("viticast-sample has no champion")
    assert not (project / "data").exists()


def test_a_champion_is_one_line(client):
    register(client, "viticast-sample", {"model_key": "1" * 16})
    result = ask("--source", "sample")
    assert (result.exit_code, result.output) == (0, f"viticast-sample version 1 {'1' * 16}\n")


def test_each_source_has_its_own(client):
    register(client, "viticast-sample", {"model_key": "1" * 16})
    result = ask("--source", "embrapa")
    assert result.exit_code == 10
    assert result.output.startswith("viticast has no champion")


def test_a_version_without_the_alias_is_none(client):
    client.create_registered_model("viticast-sample")
    client.create_model_version("viticast-sample", source="nowhere", tags={"model_key": "1" * 16})
    assert ask().exit_code == 10


def test_a_champion_that_viticast_did_not_register_is_an_error(client):
    register(client, "viticast-sample", {})
    result = ask()
    assert result.exit_code == 1
    assert "viticast did not register it" in result.output.replace("\n", " ")


@pytest.mark.parametrize(("arguments", "status"), [(["--source", "nope"], 2), (["--env", "nope"], 1)])
def test_what_there_is_not_is_no_answer(project, arguments, status):
    assert ask(*arguments).exit_code == status


def test_outside_a_project_there_is_no_answer(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = ask()
    assert result.exit_code == 1
    assert "is no viticast project" in result.output
