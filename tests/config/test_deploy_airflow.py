"""What an image and its settings promise that can be read without building or starting them."""

import fnmatch
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
AIRFLOW = ROOT / "deploy" / "airflow"
IMAGE = AIRFLOW / "Dockerfile"
# Compose replaces ${NAME:?why}, ${NAME:-default} and ${NAME}.
VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::[-?][^}]*)?\}")


@pytest.fixture
def compose() -> Any:
    return yaml.safe_load((AIRFLOW / "celery" / "compose.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def values() -> Any:
    return yaml.safe_load((AIRFLOW / "kubernetes" / "values.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def pinned() -> str:
    [version] = re.findall(
        r"^apache-airflow(?:\[[^]]*\])?==(\S+)", (AIRFLOW / "requirements.in").read_text(encoding="utf-8"), re.M
    )
    return version


def copied() -> list[str]:
    lines = re.findall(r"^COPY (?!--from)(?:--\S+ )*(.+)$", IMAGE.read_text(encoding="utf-8"), re.M)
    return [source for line in lines for source in line.split()[:-1]]


@pytest.mark.parametrize("source", copied())
def test_the_image_copies_what_is_there_and_not_left_out(source):
    assert (ROOT / source).exists()
    kept = [line for line in IMAGE.with_name("Dockerfile.dockerignore").read_text(encoding="utf-8").split("\n") if line]
    assert any(line[1:] == source or source.startswith(f"{line[1:]}/") for line in kept if line.startswith("!"))


def test_no_credential_comes_into_the_image():
    lines = IMAGE.with_name("Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    verdict = False
    for rule in rules:
        name = rule.removeprefix("!")
        if fnmatch.fnmatch("conf/local/credentials.yml", name) or "conf/local/credentials.yml".startswith(f"{name}/"):
            verdict = rule.startswith("!")
    assert not verdict


def test_the_image_names_what_the_tasks_ask_for():
    text = IMAGE.read_text(encoding="utf-8")
    for name in ("VITICAST_HOME=/opt/viticast", "VITICAST_PYTHON=/opt/viticast/.venv/bin/python", "util-linux"):
        assert name in text
    assert text.count("--require-hashes") == 2


def test_published_ports_are_of_loopback(compose):
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_variable_of_the_services_is_in_the_example(compose):
    asked = set(VARIABLE.findall(yaml.safe_dump(compose)))
    example = (AIRFLOW / "celery" / "example.env").read_text(encoding="utf-8")
    assert asked == set(re.findall(r"^([A-Z_]+)=", example, re.M))


def test_no_secret_stands_in_the_settings(compose, values):
    example = (AIRFLOW / "celery" / "example.env").read_text(encoding="utf-8")
    for name in ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "AIRFLOW_JWT_SECRET", "AIRFLOW_SECRET_KEY"):
        assert f"\n{name}=\n" in f"\n{example}"
        assert f"${{{name}:?" in (AIRFLOW / "celery" / "compose.yaml").read_text(encoding="utf-8")
    assert {"metadataSecretName"} == set(values["data"])
    assert not {"fernetKey", "jwtSecret", "apiSecretKey"} & set(values)


def test_celery_has_airflow_and_mlflow_on_postgresql_and_a_queue(compose):
    services = compose["services"]
    assert {"postgres", "redis", "mlflow", "init", "api-server", "scheduler", "dag-processor", "worker"} == set(
        services
    )
    environment = services["worker"]["environment"]
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith("postgresql")
    assert any(word.startswith("--backend-store-uri=postgresql") for word in services["mlflow"]["command"])


def test_kubernetes_runs_the_version_of_the_lock(values, pinned):
    assert values["airflowVersion"] == pinned
    assert values["executor"] == "KubernetesExecutor"


def test_mlflow_on_kubernetes_keeps_runs_in_a_database_and_artifacts_in_s3():
    documents = yaml.safe_load_all((AIRFLOW / "kubernetes" / "mlflow.yaml").read_text(encoding="utf-8"))
    deployment, service = list(documents)
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    assert "--backend-store-uri=$(BACKEND)" in container["command"]
    assert any(word.startswith("--artifacts-destination=s3://") for word in container["command"])
    assert service["spec"]["ports"] == [{"port": 5000, "targetPort": 5000}]
