"""Registered models as Kedro datasets: one registers a version, one gives the champion."""

import logging
import tempfile
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from viticast import __version__
from viticast.datasets.mlflow_store import store_lock
from viticast.datasets.registry import find_version
from viticast.registry.champion import CHAMPION, ChampionRecord
from viticast.registry.package import LEVELS, ModelPackage
from viticast.registry.revision import git_revision

REQUIREMENTS = ("mlflow", "numba", "numpy", "pandas", "pydantic", "scikit-learn", "scipy")
"""What the packaged code imports when it is loaded and asked."""

logger = logging.getLogger(__name__)


class RegisteredModelDataset(AbstractDataset[None, Any]):
    """The champion of MLflow's registry, ready to predict.

    Args:
        model_name: Name in the registry.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, model_name: str, metadata: dict[str, Any] | None = None) -> None:
        self._model_name = model_name
        self.metadata = metadata

    def load(self) -> Any:  # noqa: ANN401 - a pyfunc model
        """The champion.

        Raises:
            DatasetError: There is none.
        """
        import mlflow  # noqa: PLC0415 - six seconds that only a run that loads should pay
        from mlflow.exceptions import MlflowException  # noqa: PLC0415

        try:
            return mlflow.pyfunc.load_model(f"models:/{self._model_name}@{CHAMPION}")
        except MlflowException as error:
            raise DatasetError(
                f"the registry has no '{self._model_name}@{CHAMPION}': train one first with "
                f"kedro run --pipelines=modeling ({error.message})"
            ) from error

    def save(self, data: None) -> None:
        """A version is registered through another dataset, and becomes champion by a verdict."""
        raise DatasetError("the champion is only loaded here")

    def _describe(self) -> dict[str, Any]:
        return {"model_name": self._model_name, "alias": CHAMPION}


class ModelVersionDataset(AbstractDataset[ModelPackage, ChampionRecord]):
    """A version of MLflow's registry, stored as code and arrays; no alias moves.

    A model key is registered once: saving it again changes nothing. Runs that end at the same time take their turns.

    Args:
        model_name: Name in the registry.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, model_name: str, metadata: dict[str, Any] | None = None) -> None:
        self._model_name = model_name
        self._saved: str | None = None
        self.metadata = metadata

    def save(self, data: ModelPackage) -> None:
        """Registers the model unless its key is known."""
        import mlflow  # noqa: PLC0415

        with store_lock(mlflow.get_registry_uri(), f"register model {data.model_key}"):
            client = mlflow.MlflowClient()
            known = find_version(client, self._model_name, data.model_key)
            version = self._register(client, data) if known is None else known.version
        already = " already" if known else ""
        logger.info("model %s of %s is version %s%s", data.model_key, self._model_name, version, already)
        self._saved = data.model_key

    def load(self) -> ChampionRecord:
        """The version that this run registered, or found registered.

        Raises:
            DatasetError: It registered none.
        """
        import mlflow  # noqa: PLC0415

        found = self._saved and find_version(mlflow.MlflowClient(), self._model_name, self._saved)
        if not found:
            raise DatasetError(
                f"this run registered no version of '{self._model_name}': kedro run --pipelines=modeling"
            )
        return found

    def _register(self, client: Any, data: ModelPackage) -> str:  # noqa: ANN401
        import mlflow  # noqa: PLC0415

        series_id, year = data.example
        package = files("viticast")
        with (
            tempfile.TemporaryDirectory() as folder,
            as_file(package.joinpath("registry", "pyfunc_model.py")) as code,
            as_file(package) as source,
        ):
            arrays = Path(folder) / "arrays.npz"
            np.savez_compressed(arrays, **data.arrays)  # type: ignore[arg-type]
            logged = mlflow.pyfunc.log_model(
                name="viticast",
                python_model=str(code),
                artifacts={"arrays": str(arrays)},
                code_paths=[str(source)],
                metadata={"model_key": data.model_key},
                signature=_signature(),
                input_example=(
                    pd.DataFrame({"series_id": [series_id], "year": [year], "threshold": [0.0]}),
                    {"levels": list(LEVELS)},
                ),
                pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
            )
            # Tagged as it is created: a version without its key could be registered twice.
            if not client.search_registered_models(f"name = '{self._model_name}'"):
                client.create_registered_model(self._model_name)
            registered = client.create_model_version(
                self._model_name,
                source=logged.model_uri,
                run_id=logged.run_id,
                model_id=logged.model_id,
                tags=_tags(data),
            )
        return str(registered.version)

    def _describe(self) -> dict[str, Any]:
        return {"model_name": self._model_name}


def _signature() -> Any:  # noqa: ANN401 - mlflow's, imported late
    from mlflow.models import ModelSignature  # noqa: PLC0415
    from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema, TensorSpec  # noqa: PLC0415

    asked: list[ColSpec | TensorSpec] = [ColSpec("string", "series_id"), ColSpec("long", "year")]
    threshold = ColSpec("double", "threshold", required=False)
    # of the levels that are asked for; these are the ones without a question
    bounds = [ColSpec("double", f"{side}{level}", required=False) for level in LEVELS for side in ("lo", "hi")]
    above = ColSpec("double", "probability_above", required=False)
    return ModelSignature(
        inputs=Schema([*asked, threshold]),
        outputs=Schema([*asked, ColSpec("double", "yhat"), *bounds, above]),
        params=ParamSchema([ParamSpec("levels", "long", list(LEVELS), (-1,))]),
    )


def _tags(package: ModelPackage) -> dict[str, str]:
    """What the version's page says of the model besides the verdict on it."""
    measured = {f"backtest_{name}": f"{value:.6g}" for name, value in package.metrics.items()}
    made_by = {"git_revision": git_revision(Path.cwd()), "viticast_version": __version__}
    return {**package.tags, **measured, **made_by, "model_key": package.model_key}
