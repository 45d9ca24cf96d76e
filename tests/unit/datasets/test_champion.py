"""The alias in a real registry: SQLite in a folder of its own."""

import mlflow
import pytest
import sqlalchemy
from kedro.io import DatasetError

from viticast.datasets.champion import ChampionAliasDataset, ChampionDataset, ChampionMovedError
from viticast.registry.champion import CHAMPION, AliasMove, Standing


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mlflow")
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    yield mlflow.MlflowClient()
    mlflow.set_tracking_uri(before)


@pytest.fixture
def name(request, client):
    """A registered model of its own for each test, with three versions: keys 1, 2 and 3."""
    client.create_registered_model(request.node.name)
    for key in "123":
        client.create_model_version(request.node.name, source="nowhere", tags={"model_key": key * 16})
    return request.node.name


@pytest.fixture
def standing(name):
    return ChampionDataset(model_name=name).load


@pytest.fixture
def move(name):
    """Saves a verdict as a run does, with a dataset of its own."""

    def run(key, against=None, verdict="promote", rule="better"):
        expected = against * 16 if against else "none"
        tags = {"verdict": verdict, "rule": rule, "promote": "gate", "reason": "why", "judged_against": expected}
        dataset = ChampionAliasDataset(model_name=name)
        dataset.save(AliasMove(key * 16, key, expected, verdict == "promote", tags))
        return dataset.load()

    return run


def test_a_registry_without_the_model_has_no_champion(client):
    assert ChampionDataset(model_name="unheard-of").load() == Standing(None)
    assert ChampionAliasDataset(model_name="unheard-of").load() is None


def test_the_first_champion_was_judged_against_none(move, standing):
    assert standing() == Standing(None)
    assert move("1", rule="first_model").version == "1"
    found = standing()
    assert (found.champion.model_key, found.judged_against, found.had_champion) == ("1" * 16, None, False)


def test_a_promoted_version_takes_the_alias_and_says_why(move, standing, client, name):
    move("1")
    assert move("2", "1").version == "2"
    found = standing()
    assert (found.champion.version, found.judged_against.version) == ("2", "1")
    tags = client.get_model_version(name, "2").tags
    assert {key: tags[key] for key in ("verdict", "reason", "judged_against")} == {
        "verdict": "promote",
        "reason": "why",
        "judged_against": "1" * 16,
    }


@pytest.mark.parametrize("verdict", ["keep", "refuse"])
def test_a_version_that_is_not_promoted_says_why_and_the_alias_stays(move, standing, client, name, verdict):
    move("1")
    assert move("2", "1", verdict).version == "1"
    assert standing().champion.version == "1"
    assert client.get_model_version(name, "2").tags["verdict"] == verdict


def test_a_second_identical_verdict_changes_nothing(move, standing):
    move("1")
    move("2", "1")
    before = standing()
    move("2", "1")
    assert standing() == before


@pytest.mark.parametrize("verdict", ["promote", "keep", "refuse"])
@pytest.mark.parametrize("against", [None, "1"])
def test_a_verdict_about_another_champion_moves_nothing(move, standing, client, name, against, verdict):
    move("1")
    move("2", "1")
    with pytest.raises(ChampionMovedError, match=r"2222222222222222 is champion.*kedro run --pipelines=modeling"):
        move("3", against, verdict)
    assert standing().champion.version == "2"
    assert "verdict" not in client.get_model_version(name, "3").tags


def test_a_verdict_about_a_champion_whose_alias_is_gone_moves_nothing(move, client, name):
    move("1")
    client.delete_registered_model_alias(name, CHAMPION)
    with pytest.raises(ChampionMovedError, match="none is champion"):
        move("2", "1")


def test_an_alias_that_is_gone_is_missed_until_a_model_takes_it(move, standing, client, name):
    move("1")
    client.delete_registered_model_alias(name, CHAMPION)
    assert standing() == Standing(None, had_champion=True)
    move("2", rule="alias_gone")
    found = standing()
    assert (found.champion.version, found.judged_against, found.had_champion) == ("2", None, True)


def test_a_champion_before_that_was_deleted_is_still_named(move, standing, client, name):
    move("1")
    move("2", "1")
    client.delete_model_version(name, "1")
    assert (standing().judged_against.model_key, standing().judged_against.version) == ("1" * 16, "none")


def test_an_alias_that_mlflow_refuses_to_set_fails_the_run(move, standing, client):
    """A trigger in the database stands for a registry without permission."""
    move("1")
    engine = sqlalchemy.create_engine(mlflow.get_tracking_uri())
    with engine.begin() as connection:
        for event in ("INSERT", "UPDATE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER no_{event} BEFORE {event} ON registered_model_aliases "
                "BEGIN SELECT RAISE(ABORT, 'read only'); END"
            )
    try:
        with pytest.raises(DatasetError, match=r"(?s)MLflow refuses.*read only.*The verdict is in the lake"):
            move("2", "1")
    finally:
        with engine.begin() as connection:
            for event in ("INSERT", "UPDATE"):
                connection.exec_driver_sql(f"DROP TRIGGER no_{event}")
    assert standing().champion.version == "1"
    assert move("2", "1").version == "2"


def test_the_champion_is_not_saved(name):
    with pytest.raises(DatasetError, match="not allowed"):
        ChampionDataset(model_name=name).save(None)


def test_a_champion_that_viticast_did_not_register_is_named(client, name):
    version = client.create_model_version(name, source="nowhere").version
    client.set_registered_model_alias(name, CHAMPION, version)
    for dataset in (ChampionDataset(model_name=name), ChampionAliasDataset(model_name=name)):
        with pytest.raises(DatasetError, match=f"version {version} of '{name}' is champion, and has no tag model_key"):
            dataset.load()
