"""The registered model as a Kedro dataset: saving registers, loading gives the champion."""

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
from viticast.registry.package import LEVELS, ModelPackage
from viticast.registry.revision import git_revision

CHAMPION = "champion"
REQUIREMENTS = ("mlflow", "numba", "numpy", "pandas", "pydantic", "scikit-learn", "scipy")
"""What the packaged code imports when it is loaded and asked."""

logger = logging.getLogger(__name__)


class RegisteredModelDataset(AbstractDataset[ModelPackage, Any]):
    """A model of MLflow's registry, stored as code and arrays.

    A model key is registered once: saving it again changes nothing. The alias `champion` goes to the first version, and
    moves only to a version that was judged fit. Runs that end at the same time take their turns.

    Args:
        model_name: Name in the registry.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, model_name: str, metadata: dict[str, Any] | None = None) -> None:
        self._model_name = model_name
        self.metadata = metadata

    def save(self, data: ModelPackage) -> None:
        """Registers the model unless its key is known, and moves the alias if the model is fit."""
        import mlflow  # noqa: PLC0415 - six seconds that only a run that saves should pay

        with store_lock(mlflow.get_registry_uri(), f"register model {data.model_key}"):
            self._enter(mlflow.MlflowClient(), data)

    def _enter(self, client: Any, data: ModelPackage) -> None:  # noqa: ANN401 - mlflow's, imported late
        known = self._version_of(client, data.model_key)
        registered = known or self._register(client, data)
        # Without any champion nothing could be used: the first model takes the place, and monitoring says what it is
        # worth.
        champion = self._champion(client)
        chosen = data.is_champion or champion is None
        if chosen:
            client.set_registered_model_alias(self._model_name, CHAMPION, registered)
        if known is None:
            place = _place(data, chosen)
            logger.info("model %s version %s: %s (%s)", self._model_name, registered, place, data.reason)
        else:
            place = _known_place(data, known, champion)
            logger.info("model %s of %s is version %s already: %s", data.model_key, self._model_name, known, place)

    def load(self) -> Any:  # noqa: ANN401 - a pyfunc model
        """The champion, ready to predict."""
        import mlflow  # noqa: PLC0415
        from mlflow.exceptions import MlflowException  # noqa: PLC0415

        try:
            return mlflow.pyfunc.load_model(f"models:/{self._model_name}@{CHAMPION}")
        except MlflowException as error:
            raise DatasetError(
                f"the registry has no '{self._model_name}@{CHAMPION}': train one first with "
                f"kedro run --pipelines=modeling ({error.message})"
            ) from error

    def _champion(self, client: Any) -> str | None:  # noqa: ANN401
        """The version that is champion."""
        found = client.search_registered_models(f"name = '{self._model_name}'")
        return str(found[0].aliases[CHAMPION]) if found and CHAMPION in found[0].aliases else None

    def _version_of(self, client: Any, model_key: str) -> str | None:  # noqa: ANN401
        found = client.search_model_versions(f"name = '{self._model_name}' and tags.model_key = '{model_key}'")
        return str(found[0].version) if found else None

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
                tags={**_tags(data), "decision": data.reason},
            )
        return str(registered.version)

    def _describe(self) -> dict[str, Any]:
        return {"model_name": self._model_name, "alias": CHAMPION}


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
    """What the version's page says of the model besides the decision on it."""
    measured = {f"backtest_{name}": f"{value:.6g}" for name, value in package.metrics.items()}
    made_by = {"git_revision": git_revision(Path.cwd()), "viticast_version": __version__}
    return {**package.tags, **measured, **made_by, "model_key": package.model_key}


def _place(package: ModelPackage, chosen: bool) -> str:
    if not chosen:
        return "kept aside"
    return CHAMPION if package.is_champion else f"{CHAMPION}, as there was none"


def _known_place(package: ModelPackage, known: str, champion: str | None) -> str:
    """Place of a version that was there; `champion` is the one that was."""
    if champion == known:
        # The reason would be that it does not beat itself.
        return CHAMPION
    if package.is_champion or champion is None:
        return f"{_place(package, chosen=True)}, from now on ({package.reason})"
    return f"not {CHAMPION}, which is version {champion}"
