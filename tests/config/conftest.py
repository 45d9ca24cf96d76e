import os
from collections import UserDict
from collections.abc import Callable, Iterator
from copy import deepcopy
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

AWS = {
    "VITICAST_AWS_BUCKET": "a-bucket",
    "VITICAST_AWS_ROLE": "a-role",
    "AWS_REGION": "sa-east-1",
}
"""The least that the environment `aws` needs, beside a source."""

MakeContext = Callable[..., KedroContext]


@pytest.fixture(scope="session")
def aws_environment() -> Iterator[dict[str, str]]:
    """Environment variables for `aws`, whatever those of this machine are."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("VITICAST_", "AWS_", "MLFLOW_TRACKING"))]:
            patch.delenv(name)
        for name, value in AWS.items():
            patch.setenv(name, value)
        yield AWS


@pytest.fixture(scope="session")
def make_context(aws_environment: dict[str, str]) -> MakeContext:
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
    return settled(make_context(env, source=source))


class ReadConfiguration(UserDict[str, Any]):
    """Configuration that was read once, and is given out in copies: Kedro changes paths in what it is given."""

    def __getitem__(self, kind: str) -> Any:
        return deepcopy(super().__getitem__(kind))


def settled(context: KedroContext) -> KedroContext:
    """The context with its configuration read: of several loaders, the newest one's globals hold for all of them."""
    kinds = ("globals", "catalog", "parameters", "credentials", "mlflow")
    context.config_loader = ReadConfiguration({kind: context.config_loader[kind] for kind in kinds})
    return context


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
