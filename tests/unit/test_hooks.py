"""What the project does around a run, with the context and the other hooks stood in for."""

from collections import UserDict
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mlflow
import pluggy
import pytest
from kedro.framework.hooks import hook_impl
from kedro.framework.hooks.markers import HOOK_NAMESPACE
from kedro.framework.hooks.specs import KedroContextSpecs, PipelineSpecs

from viticast.environments import UnknownEnvironmentError
from viticast.hooks import SHOWN_REASONS, ProjectHooks, UnknownParameterError, _decision_lines, _mlflow_lines
from viticast.lake.aws.settings import MissingSettingsError
from viticast.lake.writers import unfinished_path


class Tracker:
    """Stands for kedro-mlflow, whose hook finds the store."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.found: list[bool] = []

    @hook_impl
    def after_context_created(self, context: object) -> None:
        """Says whether the store was there."""
        self.found.append(self.database.exists())


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "mlflow" / "mlflow.db"


@pytest.fixture
def tracker(database: Path) -> Tracker:
    return Tracker(database)


@pytest.fixture
def manager(tracker: Tracker) -> Generator[pluggy.PluginManager, None, None]:
    before = mlflow.get_tracking_uri()
    manager = pluggy.PluginManager(HOOK_NAMESPACE)
    manager.add_hookspecs(KedroContextSpecs)
    manager.add_hookspecs(PipelineSpecs)
    manager.register(tracker)
    manager.register(ProjectHooks())
    yield manager
    mlflow.set_tracking_uri(before)


class Settings(UserDict[str, Any]):
    """Stands for the loader of the configuration."""

    conf_source = ""


@pytest.fixture
def context(tmp_path: Path, database: Path) -> SimpleNamespace:
    for env in ("aws", "local"):
        (tmp_path / "conf" / env).mkdir(parents=True)
    values = {
        "parameters": {"modeling": {}},
        "globals": {"data_path": str(tmp_path), "source": "sample"},
        "mlflow": {
            "server": {"mlflow_tracking_uri": f"sqlite:///{database}"},
            "tracking": {"experiment": {"name": "viticast"}},
        },
    }
    settings = Settings(values)
    settings.conf_source = str(tmp_path / "conf")
    return SimpleNamespace(config_loader=settings, env=None, _runtime_params={})


def test_the_store_is_there_before_anybody_looks_for_it(
    manager: pluggy.PluginManager, tracker: Tracker, context: SimpleNamespace
) -> None:
    manager.hook.after_context_created(context=context)
    assert tracker.found == [True]


@pytest.mark.parametrize("env", ["nope", "../conf/local", ".", "local/"])
def test_an_environment_that_there_is_not_stops_a_run_before_anything_is_made(
    manager: pluggy.PluginManager, database: Path, context: SimpleNamespace, env: str
) -> None:
    context.env = env
    with pytest.raises(UnknownEnvironmentError, match=rf"'{env}' is unknown.*Use one of: aws, local"):
        manager.hook.after_context_created(context=context)
    assert not database.parent.exists()


def test_settings_that_a_user_left_out_are_no_error(
    manager: pluggy.PluginManager, tracker: Tracker, context: SimpleNamespace
) -> None:
    context.config_loader["mlflow"] = {"server": {"mlflow_tracking_uri": None}}
    manager.hook.after_context_created(context=context)
    assert tracker.found == [False]


def test_a_parameter_that_nothing_reads_is_refused_before_anything_is_made(
    manager: pluggy.PluginManager, tracker: Tracker, context: SimpleNamespace, database: Path
) -> None:
    context._runtime_params = {"sorce": "embrapa", "modeling.horizon": 1}
    with pytest.raises(UnknownParameterError, match=r"nothing reads sorce\. Known: source, "):
        manager.hook.after_context_created(context=context)
    assert tracker.found == []
    assert not database.parent.exists()


def test_on_aws_all_that_is_missing_is_said_before_anything_is_made(
    manager: pluggy.PluginManager,
    tracker: Tracker,
    context: SimpleNamespace,
    database: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("VITICAST_SOURCE", "VITICAST_AWS_BUCKET", "VITICAST_AWS_ROLE"):
        monkeypatch.delenv(name, raising=False)
    context.env = "aws"
    context._runtime_params = {"source": "sample", "nothing_reads": "this"}
    with pytest.raises(MissingSettingsError, match=r"(?s)VITICAST_AWS_BUCKET.*VITICAST_AWS_ROLE") as raised:
        manager.hook.after_context_created(context=context)
    assert "VITICAST_SOURCE" not in str(raised.value)
    assert tracker.found == []
    assert not database.parent.exists()


@pytest.mark.parametrize(("given", "swept"), [({}, "sample"), ({"source": "embrapa"}, "embrapa")])
def test_a_run_clears_up_under_its_own_source(
    manager: pluggy.PluginManager,
    context: SimpleNamespace,
    database: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, str],
    swept: str,
) -> None:
    monkeypatch.setenv("MLFLOW_RUN_CONTEXT", "{}")
    context._runtime_params = given
    left = {name: _leave_unfinished(tmp_path / name) for name in ("sample", "embrapa")}
    manager.hook.after_context_created(context=context)
    mlflow.set_tracking_uri(f"sqlite:///{database}")
    manager.hook.before_pipeline_run(run_params={}, pipeline=None, catalog=None)
    assert {name for name, path in left.items() if not path.exists()} == {swept}


def _leave_unfinished(folder: Path) -> Path:
    folder.mkdir()
    path = unfinished_path(folder / "part-0.parquet")
    # A process number beyond what any system gives.
    gone = path.with_name(path.name.replace(f"-{_pid(path)}-", "-999999999-"))
    gone.write_bytes(b"half")
    return gone


def _pid(path: Path) -> str:
    return path.name.rsplit("-", 2)[1]


@pytest.mark.parametrize(
    ("store", "shown"),
    [
        ("https://user:SECRET@mlflow.example?token=SECRET", "https://***@mlflow.example?***"),
        ("sqlite:////a@b/mlflow.db", "--backend-store-uri sqlite:////a@b/mlflow.db"),
    ],
)
def test_the_end_of_a_run_shows_no_secret_of_the_tracking_address(
    monkeypatch: pytest.MonkeyPatch, store: str, shown: str
) -> None:
    monkeypatch.setattr(mlflow, "active_run", lambda: SimpleNamespace(info=SimpleNamespace(run_id="1")))
    monkeypatch.setattr(mlflow, "get_tracking_uri", lambda: store)
    [run, look] = _mlflow_lines()
    assert run.endswith(" 1")
    assert look.endswith(shown)
    assert "SECRET" not in look


class FakeCatalog(dict[str, SimpleNamespace]):
    """Where a page lies, and a receipt of the sample."""

    def load(self, name: str) -> dict[str, bool]:
        """The receipt."""
        assert name == "modeling_receipt"
        return {"is_synthetic": True}


@pytest.mark.parametrize(
    ("data_path", "said", "unsaid"),
    [
        (
            "s3://bucket/prefix",
            [
                "to look at it: aws s3 cp s3://bucket/prefix/sample/page.html .",
                "Real figures: kedro run --env aws --params source_url=<folder",
                "a stack of Source=embrapa: deploy/aws/README.md",
            ],
            "make run",
        ),
        ("data", ["Real figures: make run SOURCE=<folder"], "aws"),
    ],
)
def test_the_way_to_page_and_real_figures_is_that_of_the_environment(
    caplog: pytest.LogCaptureFixture, data_path: str, said: list[str], unsaid: str
) -> None:
    caplog.set_level("INFO", logger="viticast")
    hooks = ProjectHooks()
    hooks._written_under = f"{data_path}/sample"
    place = {"filepath": f"{data_path}/sample/page.html"}
    catalog = FakeCatalog(
        page=SimpleNamespace(_describe=lambda: place), modeling_receipt=SimpleNamespace(_describe=dict)
    )
    pipeline = SimpleNamespace(outputs=lambda: {"page"}, all_outputs=lambda: {"page"})
    hooks.after_pipeline_run(run_params={}, pipeline=pipeline, catalog=catalog)  # type: ignore[arg-type]
    text = "\n".join(caplog.messages)
    assert [words for words in said if words not in text] == []
    assert unsaid not in text


def test_the_end_of_a_run_shows_the_decision_its_reasons_and_what_to_do() -> None:
    reason = {
        "verdict": "stop",
        "check_name": "revisions",
        "subject": "ExpVinho",
        "rule": "so it is",
        "detail": "9 of 10",
    }
    decision = {
        "decision": "stop",
        "exit_status": 30,
        "source": "sample",
        "reasons": [reason] * (SHOWN_REASONS + 2),
        "what_to_do": ["do not publish these forecasts", "kedro verdict --source sample"],
    }
    lines = [line.split(maxsplit=1) for line in _decision_lines(decision)]
    assert lines[0] == ["verdict", "stop (kedro verdict ends with 30)"]
    assert lines[1] == ["stop:", "revisions, ExpVinho: so it is (9 of 10)"]
    assert lines[SHOWN_REASONS + 1] == ["and", "2 more: kedro verdict --source sample"]
    assert lines[SHOWN_REASONS + 2] == ["what", "to do  do not publish these forecasts"]
    assert len(lines) == 1 + SHOWN_REASONS + 1 + 2


def test_nothing_is_to_be_done_where_all_is_well() -> None:
    lines = _decision_lines({"decision": "ok", "exit_status": 0, "source": "sample", "reasons": [], "what_to_do": []})
    assert [line.split(maxsplit=1) for line in lines] == [["verdict", "ok (kedro verdict ends with 0)"]]
