"""MLflow keeps artifacts in the bucket: at the address that the SDK is told, encrypted as the lake is."""

import mlflow
import pytest

from viticast.lake.aws.settings import AwsSettings, export_settings

pytestmark = pytest.mark.aws


@pytest.fixture
def client(aws, tmp_path, monkeypatch):
    for name in ("MLFLOW_S3_ENDPOINT_URL", "MLFLOW_S3_UPLOAD_EXTRA_ARGS"):
        monkeypatch.delenv(name, raising=False)
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    yield mlflow.MlflowClient()
    mlflow.set_tracking_uri(before)


def kept(client, aws, text="figures"):
    """A text that a run of a new experiment keeps: its key in the bucket, and the text as it comes back."""
    experiment = client.create_experiment("viticast", f"s3://{aws.bucket}/viticast/mlflow/artifacts")
    run_id = client.create_run(experiment).info.run_id
    client.log_text(run_id, text, "page.txt")
    [key] = [key for key in aws.keys("viticast/mlflow/artifacts/") if key.endswith("page.txt")]
    assert run_id in key
    return key, mlflow.artifacts.load_text(f"runs:/{run_id}/page.txt")


def test_the_address_of_the_sdk_is_enough(client, aws):
    key, text = kept(client, aws)
    assert text == "figures"
    assert aws.get(key) == b"figures"


def test_an_address_of_mlflows_own_goes_before(client, aws, monkeypatch):
    monkeypatch.setenv("MLFLOW_S3_ENDPOINT_URL", aws.endpoint)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert kept(client, aws)[1] == "figures"


def test_artifacts_are_encrypted_as_the_lake_is(client, aws, monkeypatch):
    given = {
        "VITICAST_SOURCE": "sample",
        "VITICAST_AWS_BUCKET": aws.bucket,
        "VITICAST_AWS_ROLE": "r",
        "VITICAST_AWS_ENCRYPTION": "aws:kms",
        "VITICAST_AWS_KMS_KEY": "alias/lake",
    }
    told = {}
    export_settings(AwsSettings.from_environment(given), told)
    monkeypatch.setenv("MLFLOW_S3_UPLOAD_EXTRA_ARGS", told["MLFLOW_S3_UPLOAD_EXTRA_ARGS"])
    key, _ = kept(client, aws)
    head = aws.client("s3").head_object(Bucket=aws.bucket, Key=key)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/lake")
