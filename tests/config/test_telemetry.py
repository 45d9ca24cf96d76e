import json
import subprocess
import sys

import pytest
import yaml

SWITCHES = {
    "kedro": {"DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "true"},
    "mlflow": {"MLFLOW_DISABLE_TELEMETRY": "true"},
    "evidently": {"DO_NOT_TRACK": "1"},
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The environment of a process that had nothing set and read the project's settings."""
    code = "import viticast.settings, os, json; print(json.dumps(dict(os.environ)))"
    home = str(tmp_path_factory.mktemp("home"))
    answer = subprocess.run(
        [sys.executable, "-c", code], env={"HOME": home}, capture_output=True, text=True, check=True
    )
    return json.loads(answer.stdout.splitlines()[-1])


@pytest.mark.parametrize("package", sorted(SWITCHES))
def test_a_package_is_told_to_report_nothing(environment, package):
    assert SWITCHES[package].items() <= environment.items()


def test_the_project_does_not_consent(project_root):
    assert yaml.safe_load((project_root / ".telemetry").read_text(encoding="utf-8")) == {"consent": False}
