"""The files of a delivery: by them one process of ingestion tells the next what it did."""

from typing import Any, TypeVar

from kedro.io import DatasetError
from pydantic import BaseModel, ValidationError

from viticast.lake.storage import Storage, open_storage
from viticast.sources.delivery import delivery_folder
from viticast.sources.delivery_record import DeliveryRecord

FETCHED = "fetched.json"

Model = TypeVar("Model", bound=BaseModel)


class DeliveryFiles:
    """The files of a delivery, and the commands that write them."""

    def __init__(self, path: str, source: str, name: str | None) -> None:
        self._root = path
        self._source = source
        self.name = name
        self._storage = None if name is None else open_storage(f"{path}/{delivery_folder(name)}")

    @property
    def called(self) -> str:
        """How a message calls the delivery."""
        return f"delivery '{self.name}' of source {self._source}"

    def command(self, step: str, **parameters: str) -> str:
        """What does a step of this delivery."""
        chosen = {"source": self._source, "delivery": self.name or "<name>", **parameters}
        given = ",".join(f"{key}={value}" for key, value in chosen.items())
        return f'kedro run --pipelines=ingestion --tags {step} --params "{given}"'

    def remedy_for_name(self, step: str) -> str:
        """What to do where a step of a delivery was asked for by none."""
        return (
            f"Name the one that was fetched: {self.command(step)}; or do all in one process: "
            f"kedro run --pipelines=ingestion --params source={self._source}"
        )

    def record(self) -> DeliveryRecord:
        """What was fetched.

        Raises:
            DatasetError: It is not there or damaged.
        """
        try:
            return self.read(FETCHED, DeliveryRecord, "fetch")
        except FileNotFoundError as error:
            raise DatasetError(
                f"there is no {self.called}: {error}. Look for a mistake in delivery and source, or fetch it (with "
                f"source_url, if that is not the usual one): {self.command('fetch')}"
            ) from error

    def read(self, name: str, model: type[Model], step: str, **parameters: str) -> Model:
        """What a step wrote.

        Raises:
            FileNotFoundError: It is not there.
            DatasetError: It is damaged.
        """
        storage = self._opened()
        try:
            return model.model_validate_json(storage.read(name))
        except FileNotFoundError as error:
            raise FileNotFoundError(f"{storage.path(name)} is missing") from error
        except ValidationError as error:
            problem = error.errors()[0]
            place = ".".join(map(str, problem["loc"]))
            raise DatasetError(
                f"{storage.path(name)} is damaged ({place + ': ' if place else ''}{problem['msg']}). Write it anew: "
                f"{self.command(step, **parameters)}"
            ) from error

    def write(self, name: str, record: BaseModel) -> None:
        """Writes a file whole, unless it says the same already."""
        self._opened().write_changed(name, f"{record.model_dump_json(indent=2)}\n".encode())

    def has(self, name: str) -> bool:
        """True if the delivery has a name and the file is there."""
        return self._storage is not None and self._storage.exists(name)

    def describe(self) -> dict[str, Any]:
        """What Kedro shows of a dataset."""
        return {"path": self._root, "name": self.name}

    def _opened(self) -> Storage:
        if self._storage is None:
            raise DatasetError("without a name a delivery has no files")
        return self._storage
