"""Tags of the MLflow run as a Kedro dataset."""

from collections.abc import Mapping
from typing import Any

from kedro.io import AbstractDataset, DatasetError


class MlflowTagsDataset(AbstractDataset[Mapping[str, str], None]):
    """Sets tags on the active MLflow run.

    Args:
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, metadata: dict[str, Any] | None = None) -> None:
        self.metadata = metadata

    def save(self, data: Mapping[str, str]) -> None:
        """Sets the tags; a tag that is there already takes the new value."""
        import mlflow  # noqa: PLC0415 - six seconds that only a run that saves should pay

        mlflow.set_tags(dict(data))

    def load(self) -> None:
        """Tags are read in MLflow."""
        raise DatasetError("tags of an MLflow run are not loaded; look at the run in MLflow")

    def _describe(self) -> dict[str, Any]:
        return {}
