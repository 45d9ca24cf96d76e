"""One run for one identity in a real store: SQLite, without the lock that the commands hold."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from mlflow import MlflowClient
from mlflow.entities import ViewType

from viticast.datasets.mlflow_choice import DECISION, GIVEN_UP, find_or_make_run
from viticast.datasets.mlflow_store import make_store


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    address = f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"
    make_store(address)
    return MlflowClient(address)


@pytest.fixture
def experiment(request, client):
    return client.create_experiment(request.node.name)


def find(client, experiment, name="one"):
    return find_or_make_run(client, experiment, name, {"name": name}, {"more": "tags"}).info.run_id


def test_a_run_is_made_once(client, experiment):
    first, other = find(client, experiment), find(client, experiment, "other")
    assert find(client, experiment) == first != other
    made = client.get_run(first)
    assert (made.info.run_name, made.data.tags["more"]) == ("one", "tags")


def test_what_a_killed_process_left_undecided_gives_way(client, experiment):
    left = client.create_run(experiment, tags={"name": "one"}).info.run_id
    found = find(client, experiment)
    assert found != left
    assert client.get_run(left).info.lifecycle_stage == "deleted"
    assert [run.info.run_id for run in client.search_runs([experiment])] == [found]


def test_one_that_another_process_has_given_up_makes_another(client, experiment):
    class Overtaken:
        """A client whose first run another process gives up before it is chosen."""

        made = 0

        def __getattr__(self, name):
            return getattr(client, name)

        def create_run(self, *arguments, **options):
            run = client.create_run(*arguments, **options)
            self.made += 1
            if self.made == 1:
                client.log_param(run.info.run_id, DECISION, GIVEN_UP)
                client.delete_run(run.info.run_id)
            return run

    overtaken = Overtaken()
    found = find(overtaken, experiment)
    assert overtaken.made == 2
    assert [run.info.run_id for run in client.search_runs([experiment])] == [found]


def test_of_many_that_look_at_once_all_find_the_same(client, experiment):
    barrier = Barrier(6)

    def look(_):
        barrier.wait()
        return find(client, experiment)

    with ThreadPoolExecutor(6) as pool:
        found = set(pool.map(look, range(6)))
    assert len(found) == 1
    everything = client.search_runs([experiment], run_view_type=ViewType.ALL)
    assert len(everything) > 1, "no two met: this showed nothing"
    assert {run.info.run_id for run in everything if run.info.lifecycle_stage == "active"} == found
