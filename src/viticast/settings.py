"""Settings of the Kedro project."""

import os
import warnings

# Before any of these packages is imported: none of them may report to its makers or draw bars into a log.
for _name, _value in {
    "DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "KEDRO_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # Sums in one order on every machine, and no threads that wait for each other on small arrays.
    "OMP_NUM_THREADS": "1",
    # Arrow's own allocator keeps what it was given: a tenth of the memory of a run.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}.items():
    os.environ.setdefault(_name, _value)

# Kedro 1.7 and kedro-mlflow 2.0 call OmegaConf by the old name of a function; nobody here can change that.
warnings.filterwarnings("ignore", message="register_new_resolver", category=UserWarning)

from kedro.config import OmegaConfigLoader  # noqa: E402
from omegaconf.resolvers import oc  # noqa: E402

from viticast.hooks import ProjectHooks  # noqa: E402
from viticast.shared_run_hooks import SharedRunHooks  # noqa: E402

HOOKS = (ProjectHooks(), SharedRunHooks())

# SharedRunHooks are kedro-mlflow's, and more.
DISABLE_HOOKS_FOR_PLUGINS = ("kedro_mlflow",)


def aws_setting(name: str) -> str | None:
    """What `${aws:<name>}` gives in configuration: a setting of `viticast.lake.aws.settings`, or null.

    Raises:
        KeyError: There is no such setting.
    """
    # Loaded where configuration asks for it, which only that of the environment `aws` does.
    from viticast.lake.aws.settings import setting  # noqa: PLC0415

    return setting(name)


def file_name(address: str) -> str:
    """What `${file_name:<address>}` gives in configuration: an address of S3 as one name of a file.

    Two addresses never have one name: no bucket and no prefix may have a plus sign in it.
    """
    return address.removeprefix("s3://").replace("/", "+")


CONFIG_LOADER_CLASS = OmegaConfigLoader
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "config_patterns": {"mlflow": ["mlflow*"], "airflow": ["airflow*"]},
    # A user who names the address of one source keeps those of the others.
    # An environment that keeps artifacts elsewhere keeps the rest of mlflow.yml.
    "merge_strategy": {"globals": "soft", "mlflow": "soft"},
    "custom_resolvers": {"oc.env": oc.env, "aws": aws_setting, "file_name": file_name},
}
