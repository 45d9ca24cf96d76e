"""Any file dataset, written so that nobody ever sees half of it."""

import atexit
import hashlib
import shutil
import tempfile
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from kedro.io import AbstractDataset
from kedro.io.core import parse_dataset_definition

from viticast.lake.storage import is_local, make_folder, open_file, put_in_place
from viticast.lake.writers import unfinished_path


class AtomicDataset(AbstractDataset[Any, Any]):
    """Saves through another dataset into a file beside the target, then puts it in place.

    A file that would not change is left alone, with its time. For a target in S3 the other dataset saves into a local
    copy, whose bytes are then sent; the copy stays until the process ends.

    Args:
        filepath: The target, a path or an address of S3.
        dataset: `type` and arguments of the dataset that knows the format, without `filepath`.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, filepath: str, dataset: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
        self._address = filepath
        self._definition = dataset
        self.metadata = metadata

    def load(self) -> Any:  # noqa: ANN401 - whatever the other dataset gives
        """What the other dataset loads from the target."""
        if is_local(self._address):
            return self._dataset(self._address).load()
        storage, name = open_file(self._address)
        copy = self._local_copy()
        copy.write_bytes(storage.read(name))
        return self._dataset(str(copy)).load()

    def save(self, data: Any) -> None:  # noqa: ANN401 - whatever the other dataset takes
        """Saves beside the target, then replaces it."""
        if not is_local(self._address):
            self._send(data)
            return
        target = Path(self._address)
        make_folder(target.parent)
        # The suffix stays last: some formats are chosen by it.
        unfinished = unfinished_path(target, suffix=target.suffix)
        try:
            self._dataset(str(unfinished)).save(data)
            if not (target.exists() and target.read_bytes() == unfinished.read_bytes()):
                put_in_place(unfinished, target)
        finally:
            unfinished.unlink(missing_ok=True)

    @property
    def _filepath(self) -> PurePosixPath:
        """What kedro-mlflow logs, when it is asked to keep a copy as an artifact: always a file of this machine."""
        return PurePosixPath(self._address if is_local(self._address) else self._local_copy())

    def _send(self, data: Any) -> None:  # noqa: ANN401 - whatever the other dataset takes
        copy = self._local_copy()
        self._dataset(str(copy)).save(data)
        storage, name = open_file(self._address)
        storage.write_changed(name, copy.read_bytes())

    def _local_copy(self) -> Path:
        """A local file of the target's name, in a folder of its own."""
        folder = _copies() / hashlib.sha256(self._address.encode()).hexdigest()[:16]
        folder.mkdir(exist_ok=True)
        return folder / PurePosixPath(self._address).name

    def _dataset(self, filepath: str) -> AbstractDataset[Any, Any]:
        dataset_class, arguments = parse_dataset_definition({**self._definition, "filepath": filepath})
        dataset: AbstractDataset[Any, Any] = dataset_class(**arguments)
        return dataset

    def _exists(self) -> bool:
        if is_local(self._address):
            return self._dataset(self._address).exists()
        storage, name = open_file(self._address)
        return storage.exists(name)

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._address, "dataset": self._definition.get("type")}


@cache
def _copies() -> Path:
    """Where this process keeps its local copies, until it ends."""
    folder = Path(tempfile.mkdtemp(prefix="viticast-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
