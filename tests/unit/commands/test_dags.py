"""`kedro dags` in a project of its own: what it writes, what it finds stale, and what it refuses."""

import subprocess
import sys

import pytest
import yaml
from tests.pipelines.project_runs import clean_environment, keep_tables, make_project


@pytest.fixture(scope="module")
def project(tmp_path_factory, project_root):
    """A project with two tables and the DAGs that the command wrote for it."""
    folder = make_project(tmp_path_factory.mktemp("dags"), project_root)
    keep_tables(folder, ["ExpVinho", "ImpSuco"])
    done = ask(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def ask(project, *words):
    return subprocess.run(
        [sys.executable, "-m", "kedro", "dags", *words],
        cwd=project,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def local(project):
    """Writes settings that override the project's, for one test."""
    path = project / "conf" / "local" / "airflow.yml"
    yield lambda text: path.write_text(text, encoding="utf-8")
    path.unlink(missing_ok=True)


def dags(folder):
    return {path.name: path.read_text(encoding="utf-8") for path in (folder / "deploy" / "airflow" / "dags").iterdir()}


def test_there_is_a_dag_of_the_whole_flow_and_one_of_each_pipeline(project):
    assert sorted(dags(project)) == [
        "viticast_cataloging_dag.py",
        "viticast_dag.py",
        "viticast_feature_dag.py",
        "viticast_ingestion_dag.py",
        "viticast_modeling_dag.py",
        "viticast_monitoring_dag.py",
    ]
    assert 'TABLES = [\n    ["ExpVinho"],\n    ["ImpSuco"],\n]' in dags(project)["viticast_dag.py"]


def test_nothing_of_the_machine_is_in_a_generated_file(project):
    for text in dags(project).values():
        assert str(project) not in text
        assert sys.executable not in text


def test_they_are_formatted_and_lint_clean(project):
    """By the rules of the project that they are in."""
    for words in (["format", "--check"], ["check"]):
        command = [sys.executable, "-m", "ruff", *words, "--no-cache", "deploy"]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_written_again_they_are_the_same_bytes(project, tmp_path):
    assert ask(project, "--target", str(tmp_path)).returncode == 0
    assert {path.name: path.read_text() for path in (tmp_path / "dags").iterdir()} == dags(project)


def test_a_changed_byte_is_named(project):
    path = project / "deploy" / "airflow" / "dags" / "viticast_feature_dag.py"
    kept = path.read_bytes()
    try:
        path.write_bytes(kept.replace(b"max_active_runs=1", b"max_active_runs=2"))
        done = ask(project, "--check")
    finally:
        path.write_bytes(kept)
    assert done.returncode == 1
    assert "stale: deploy/airflow/dags/viticast_feature_dag.py (changed)" in done.stdout
    assert "Remedy: kedro dags" in done.stdout
    assert done.stdout.count("stale:") == 1


def test_what_is_current_passes(project):
    done = ask(project, "--check")
    assert (done.returncode, "7 files in deploy/airflow are what kedro dags writes" in done.stdout) == (0, True)


def test_a_wrong_setting_is_refused_and_nothing_is_written(project, local):
    before = dags(project)
    local("schedules: {viticast: sometimes, ingestion: null}\nretry: 3\n")
    done = ask(project)
    assert done.returncode == 1
    assert "schedules.viticast is 'sometimes'" in done.stderr
    assert "retry: no setting has this name" in done.stderr
    assert "Traceback" not in done.stderr
    assert dags(project) == before


def test_a_setting_changes_what_it_says(project, local, tmp_path):
    local("schedules: {viticast: null, ingestion: '@daily'}\nmax_active_runs: 3\ntables_per_task: 2\n")
    assert ask(project, "--target", str(tmp_path)).returncode == 0
    whole = (tmp_path / "dags" / "viticast_dag.py").read_text()
    assert "    schedule=None,\n" in whole
    assert "    max_active_runs=3,\n" in whole
    assert '    ["ExpVinho", "ImpSuco"],\n' in whole
    assert '    schedule="@daily",\n' in (tmp_path / "dags" / "viticast_ingestion_dag.py").read_text()


def test_the_project_s_own_dags_are_current(project_root, tmp_path_factory):
    """What CI asks of a change of the pipelines, of airflow.yml or of tables.yml."""
    folder = make_project(tmp_path_factory.mktemp("committed"), project_root)
    done = ask(folder, "--check", "--target", str(project_root / "deploy" / "airflow"))
    assert done.returncode == 0, done.stdout


def test_what_is_read_at_parse_time_is_airflow_and_the_plugins(project):
    for text in dags(project).values():
        modules = {line.split()[1] for line in text.splitlines() if line.startswith(("from ", "import "))}
        assert {module.split(".")[0] for module in modules} <= {"datetime", "airflow", "viticast_airflow"}


def test_the_descriptions_are_those_of_the_settings(project, project_root):
    params = yaml.safe_load((project_root / "conf" / "base" / "airflow.yml").read_text(encoding="utf-8"))["params"]
    for param in params.values():
        assert param["description"].replace('"', '\\"') in dags(project)["viticast_dag.py"]
