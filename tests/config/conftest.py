from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kedro.config import OmegaConfigLoader
from kedro.framework.context import KedroContext
from kedro.framework.hooks.manager import _NullPluginManager
from kedro.framework.project import configure_project, settings
from kedro.pipeline import Pipeline

from viticast.pipeline_registry import PIPELINES, register_pipelines

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("sample", "embrapa", "api", "database")
ENVIRONMENTS = sorted(
    folder.name
    for folder in (ROOT / "conf").iterdir()
    if folder.is_dir() and folder.name != "local" and any(folder.glob("*.yml"))
)

MakeContext = Callable[..., KedroContext]


@pytest.fixture(scope="session")
def make_context() -> MakeContext:
    """The context that a session would make, without the hooks: kedro-mlflow's would write a database."""
    configure_project("viticast")

    def make(env: str = "base", **runtime_params: Any) -> KedroContext:
        loader = OmegaConfigLoader(
            conf_source=str(ROOT / "conf"), env=env, runtime_params=runtime_params, **settings.CONFIG_LOADER_ARGS
        )
        return KedroContext(
            project_path=ROOT,
            config_loader=loader,
            env=env,
            package_name="viticast",
            hook_manager=_NullPluginManager(),
            runtime_params=runtime_params,
        )

    return make


@pytest.fixture(scope="session", params=[(env, source) for env in ENVIRONMENTS for source in SOURCES], ids="-".join)
def choice(request: pytest.FixtureRequest) -> tuple[str, str]:
    """An environment and a source."""
    found: tuple[str, str] = request.param
    return found


@pytest.fixture(scope="session")
def context(make_context: MakeContext, choice: tuple[str, str]) -> KedroContext:
    env, source = choice
    return make_context(env, source=source)


@pytest.fixture(scope="session")
def entries(context: KedroContext) -> dict[str, dict[str, Any]]:
    """Catalog entries and factories as they are configured."""
    return {name: entry for name, entry in context.config_loader["catalog"].items() if not name.startswith("_")}


@pytest.fixture(scope="session")
def pipelines() -> dict[str, Pipeline]:
    configure_project("viticast")
    registered = register_pipelines()
    return {name: registered[name] for name in PIPELINES}


@pytest.fixture(scope="session")
def credentials(context: KedroContext) -> dict[str, Any]:
    """Credentials as they are configured, without any."""
    found: dict[str, Any] = context.config_loader["credentials"]
    return found
