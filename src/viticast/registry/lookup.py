"""What MLflow's store has about models: registered versions and runs, as frames."""

from pathlib import Path
from typing import Any

import pandas as pd

HASHES = ("panel_sha256", "code_sha256", "params_sha256")
VERSION_COLUMNS = ["name", "version", "run_id", "aliases", "model_key", *HASHES]
RUN_COLUMNS = ["run_id", "model_key", *HASHES]
SQLITE = "sqlite:///"


def store_exists(tracking_uri: str) -> bool:
    """True unless the address is that of a local store that was never made: asking would make it."""
    if tracking_uri.startswith(SQLITE):
        return Path(tracking_uri.removeprefix(SQLITE)).is_file()
    return "://" in tracking_uri or Path(tracking_uri.removeprefix("file:")).is_dir()


def registered_versions(model_name: str, tracking_uri: str, registry_uri: str | None) -> pd.DataFrame:
    """The versions of a registered model; no row if there are none, or no store.

    Args:
        model_name: Name in the registry.
        tracking_uri: Address of the store of runs.
        registry_uri: Address of the registry, None if it is the same.

    Returns:
        name, version, run_id, aliases (with commas between), model_key and hashes; null where a version has no such
        tag.
    """
    if not store_exists(registry_uri or tracking_uri):
        return _frame([], VERSION_COLUMNS)
    client = _client(tracking_uri, registry_uri)
    models = client.search_registered_models(f"name = '{model_name}'")
    aliases = [(alias, str(version)) for model in models for alias, version in model.aliases.items()]
    rows = [
        {
            "name": found.name,
            "version": str(found.version),
            "run_id": found.run_id or None,
            "aliases": ",".join(sorted(alias for alias, version in aliases if version == str(found.version))),
        }
        | _tags(found.tags)
        for found in client.search_model_versions(f"name = '{model_name}'")
    ]
    return _frame(rows, VERSION_COLUMNS)


def runs_of(model_key: str, tracking_uri: str) -> pd.DataFrame:
    """The runs that made a model, the oldest first; no row if there are none, or no store.

    Args:
        model_key: Its key; runs are tagged with it.
        tracking_uri: Address of the store of runs.

    Returns:
        run_id, model_key and hashes.
    """
    if not store_exists(tracking_uri):
        return _frame([], RUN_COLUMNS)
    client = _client(tracking_uri, None)
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    found = client.search_runs(experiments, f"tags.model_key = '{model_key}'", order_by=["attributes.start_time ASC"])
    return _frame([{"run_id": run.info.run_id} | _tags(run.data.tags) for run in found], RUN_COLUMNS)


def _client(tracking_uri: str, registry_uri: str | None) -> Any:  # noqa: ANN401 - mlflow's, imported late
    from mlflow import MlflowClient  # noqa: PLC0415 - seconds that only a look into the store should pay

    return MlflowClient(tracking_uri=tracking_uri, registry_uri=registry_uri)


def _tags(tags: dict[str, str]) -> dict[str, str | None]:
    return {name: tags.get(name) for name in ("model_key", *HASHES)}


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns).astype("str")
