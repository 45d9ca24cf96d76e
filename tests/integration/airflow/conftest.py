"""Airflow in an environment of its own; without it these tests skip, in capitals, and fail on CI."""

import os
from pathlib import Path

import pytest
from tests.integration.airflow.airflow_home import airflow_python


@pytest.fixture(scope="session")
def python() -> Path:
    """The interpreter of Airflow's environment."""
    found = airflow_python()
    if found is None:
        message = "AIRFLOW IS NOT HERE, this test checks nothing: make test-airflow sets it up in .venv-airflow"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found
