import pytest

from viticast.lake.aws.endpoints import require_plain_endpoints
from viticast.lake.aws.settings import MissingSettingsError
from viticast.lake.service_environment import prepare_environment

NAMES = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_GLUE", "AWS_ENDPOINT_URL_ATHENA"]


@pytest.mark.parametrize("name", [*NAMES, "MLFLOW_S3_ENDPOINT_URL"])
@pytest.mark.parametrize(
    "address",
    ["http://SECRET@host", "http://user:SEC/RET@host", "https://host?key=SECRET", "https://host/#SECRET", "SECRET"],
)
def test_an_address_that_could_have_a_secret_in_it_is_refused_and_not_repeated(name, address):
    with pytest.raises(MissingSettingsError, match=f"^{name}: malformed") as raised:
        require_plain_endpoints({name: address})
    assert "SEC" not in str(raised.value)


def test_all_of_them_are_named():
    with pytest.raises(MissingSettingsError, match=f"^{NAMES[0]}, {NAMES[1]}: "):
        require_plain_endpoints({NAMES[1]: "http://a@b", NAMES[2]: "http://b", NAMES[0]: "http://a@b"})


def test_plain_addresses_and_other_variables_pass():
    require_plain_endpoints({NAMES[0]: "http://127.0.0.1:4566", NAMES[1]: "https://s3.example/path", NAMES[2]: ""})
    require_plain_endpoints({"HTTPS_PROXY": "http://user:password@proxy"})


def test_the_environment_aws_refuses_one_before_anything_else(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", "http://user:SECRET@host")
    prepare_environment("local", None)
    with pytest.raises(MissingSettingsError, match=r"^AWS_ENDPOINT_URL_GLUE: malformed"):
        prepare_environment("aws", None)
