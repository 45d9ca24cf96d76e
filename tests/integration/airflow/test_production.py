"""The production path: the generated DAG with the environment `aws`, on the local AWS, with a server of MLflow."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow import MlflowClient
from tests.integration.airflow.flow_project import BY_HAND, SOON, TABLES, children_of, make_flow_project
from tests.integration.airflow.live import Live, running_airflow
from tests.integration.aws.aws_project import CRAWLER_ROLE, AwsProject, steady
from tests.integration.model_server import serve_tracking
from tests.local_aws.account import AwsAccount
from tests.local_aws.fixtures import leading_to
from tests.local_aws.process import LocalAwsServer
from tests.pipelines.project_runs import SMALL, run

from viticast.lake.lake import Lake

pytestmark = [pytest.mark.airflow_proof, pytest.mark.printed]

PREFIX = "lake"
COMPARED = ("observations", "snapshots", "panel", "forecasts", "backtests", "monitoring")


@pytest.fixture(scope="module")
def account(aws_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsAccount]:
    with LocalAwsServer(aws_python, tmp_path_factory.mktemp("aws")) as server:
        account = AwsAccount(server, server.endpoint)
        account.client("s3").create_bucket(Bucket=account.bucket)
        with leading_to(account):
            yield account


def test_the_dag_runs_on_aws_with_a_server_of_mlflow(
    python: Path, account: AwsAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_flow_project(tmp_path / "project", BY_HAND + SOON)
    # The environment aws does not see conf/local.
    (project / "conf" / "base" / "parameters_modeling.yml").write_text(SMALL)
    with serve_tracking(tmp_path) as tracking_uri:
        settings = {
            **account.environment,
            "VITICAST_KEDRO_ENV": "aws",
            "VITICAST_SOURCE": "sample",
            "VITICAST_AWS_BUCKET": account.bucket,
            "VITICAST_AWS_PREFIX": PREFIX,
            "VITICAST_AWS_DATABASE": PREFIX,
            "VITICAST_AWS_CRAWLER": PREFIX,
            "VITICAST_AWS_ROLE": CRAWLER_ROLE,
            "MLFLOW_TRACKING_URI": tracking_uri,
        }
        with running_airflow(python, project, tmp_path / "home", **settings) as live:
            _whole_flow(live, tracking_uri, account)
    theirs = AwsProject(tmp_path / "looking", account, TABLES, prefix=PREFIX)
    plain = make_flow_project(tmp_path / "plain", BY_HAND)
    monkeypatch.chdir(plain)
    run(plain)
    data = plain / "data" / "sample"
    ours = Lake("sample", str(data / "02_lake"), str(data / "01_raw"), str(data / "03_primary"))
    for name in COMPARED:
        found = theirs.table("sample", name)
        assert found is not None
        assert len(found) > 0
        expected = steady(ours.table(name))
        assert expected is not None
        assert list(found.columns) == list(expected.columns)
        assert len(found) == len(expected), name
    print(f"Athena shows as many rows as the embedded default in {', '.join(COMPARED)}")


def _whole_flow(live: Live, tracking_uri: str, account: AwsAccount) -> None:
    live.start("viticast", "production", source="sample")
    live.succeeds("viticast", "production", 900)
    client = MlflowClient(tracking_uri)
    experiment = client.get_experiment_by_name("viticast")
    assert experiment is not None
    assert experiment.artifact_location == f"s3://{account.bucket}/{PREFIX}/mlflow/artifacts"
    asked = "tags.`viticast.shared_run` = 'viticast/production'"
    [recorded] = client.search_runs([experiment.experiment_id], asked)
    children = client.search_runs([experiment.experiment_id], f"tags.`mlflow.parentRunId` = '{recorded.info.run_id}'")
    assert recorded.info.status == "FINISHED"
    assert {child.info.run_name: child.info.status for child in children} == children_of()
    artifacts = account.keys(f"{PREFIX}/mlflow/artifacts/{recorded.info.run_id}/")
    assert artifacts
    [version] = client.search_model_versions("name='viticast-sample'")
    assert client.get_model_version_by_alias("viticast-sample", "champion").version == version.version
    print(
        f"\nwhole DAG with VITICAST_KEDRO_ENV=aws: success, {len(live.api.tasks('viticast', 'production'))} tasks; one "
        f"MLflow run with {len(recorded.data.metrics)} metrics and {len(artifacts)} artifacts in S3; champion "
        f"version {version.version}"
    )
