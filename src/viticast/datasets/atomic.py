"""Any file dataset, written so that nobody ever sees half of it."""

from pathlib import Path, PurePosixPath
from typing import Any

from kedro.io import AbstractDataset
from kedro.io.core import parse_dataset_definition

from viticast.lake.storage import is_local, make_folder, put_in_place
from viticast.lake.writers import unfinished_path


class AtomicDataset(AbstractDataset[Any, Any]):
    """Saves through another dataset into a file beside the target, then puts it in place.

    A file that would not change is left alone, with its time. Object stores show an object only when it is whole, so
    there the other dataset writes for itself.

    Args:
        filepath: The target.
        dataset: `type` and arguments of the dataset that knows the format, without `filepath`.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, filepath: str, dataset: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
        self._address = filepath
        # kedro-mlflow logs the file under this name when it is asked to keep a copy as an artifact.
        self._filepath = PurePosixPath(filepath)
        self._definition = dataset
        self.metadata = metadata

    def load(self) -> Any:  # noqa: ANN401 - whatever the other dataset gives
        """What the other dataset loads from the target."""
        return self._dataset(self._address).load()

    def save(self, data: Any) -> None:  # noqa: ANN401 - whatever the other dataset takes
        """Saves beside the target, then replaces it."""
        target = Path(self._address)
        if not is_local(self._address):
            self._dataset(self._address).save(data)
            return
        make_folder(target.parent)
        # The suffix stays last: some formats are chosen by it.
        unfinished = unfinished_path(target, suffix=target.suffix)
        try:
            self._dataset(str(unfinished)).save(data)
            if not (target.exists() and target.read_bytes() == unfinished.read_bytes()):
                put_in_place(unfinished, target)
        finally:
            unfinished.unlink(missing_ok=True)

    def _dataset(self, filepath: str) -> AbstractDataset[Any, Any]:
        dataset_class, arguments = parse_dataset_definition({**self._definition, "filepath": filepath})
        dataset: AbstractDataset[Any, Any] = dataset_class(**arguments)
        return dataset

    def _exists(self) -> bool:
        return self._dataset(self._address).exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._address, "dataset": self._definition.get("type")}
