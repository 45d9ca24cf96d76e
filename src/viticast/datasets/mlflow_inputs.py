"""The inputs of an MLflow run as a Kedro dataset: which figures, from where, with their hashes."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from viticast.lake.masking import masked

logger = logging.getLogger(__name__)


class MlflowInputsDataset(AbstractDataset[Sequence[Mapping[str, Any]], None]):
    """Logs inputs on the active MLflow run; one that it has already is not logged twice.

    Args:
        context: What the inputs are used for, e.g. `training`.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, context: str = "training", metadata: dict[str, Any] | None = None) -> None:
        self._context = context
        self.metadata = metadata

    def save(self, data: Sequence[Mapping[str, Any]]) -> None:
        """Logs name, digest, address and tags of each input."""
        import mlflow  # noqa: PLC0415 - six seconds that only a run that saves should pay

        from viticast.registry.input_source import AddressSource, Figures  # noqa: PLC0415 - mlflow comes with it

        for one in data:
            source = AddressSource(masked(str(one["address"])))
            figures = Figures(source, name=str(one["name"]), digest=str(one["digest"]))
            tags = {str(name): str(value) for name, value in one["tags"].items()}
            mlflow.log_input(figures, context=self._context, tags=tags)
        logger.info("MLflow: %d inputs of %s", len(data), self._context)

    def load(self) -> None:
        """Inputs are read in MLflow."""
        raise DatasetError("inputs of an MLflow run are not loaded; look at the run in MLflow")

    def _describe(self) -> dict[str, Any]:
        return {"context": self._context}
