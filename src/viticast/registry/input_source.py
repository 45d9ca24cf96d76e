"""Figures and where they came from, as MLflow keeps them: a name, a hash, an address of any kind."""

from typing import Any

from mlflow.data.dataset_source import DatasetSource
from mlflow.data.meta_dataset import MetaDataset


class AddressSource(DatasetSource):
    """An address of a file, a site, an API or a database.

    Args:
        address: Without credentials.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    @staticmethod
    def _get_source_type() -> str:
        return "viticast"

    def load(self, **kwargs: Any) -> Any:  # noqa: ANN401 - mlflow's signature
        """The figures are in the lake, under the hash that the input names."""
        raise NotImplementedError(f"the figures of {self._address} are in the lake: kedro trace says where")

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:  # noqa: ANN401 - mlflow's signature
        return isinstance(raw_source, AddressSource)

    @classmethod
    def _resolve(cls, raw_source: Any) -> "AddressSource":  # noqa: ANN401 - mlflow's signature
        return cls(raw_source._address)

    def to_dict(self) -> dict[Any, Any]:
        """What MLflow keeps."""
        return {"address": self._address}

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> "AddressSource":
        """The source that was kept."""
        return cls(str(source_dict["address"]))


class Figures(MetaDataset):
    """Figures that a run was given; they themselves stay in the lake."""

    @property
    def profile(self) -> None:
        """Sizes stand in the tags of the input."""
        return
