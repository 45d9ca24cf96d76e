"""Receipts: small JSON files by which a pipeline tells the next what it made."""

import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from kedro.io import AbstractDataset, DatasetError
from kedro.utils import load_obj
from pydantic import ValidationError

from viticast.contracts.receipts import Receipt
from viticast.lake.storage import open_file

WRITTEN_BY = {
    "ingestion_receipt": "ingestion",
    "feature_receipt": "feature",
    "modeling_receipt": "modeling",
    "forecast_receipt": "modeling",
    "decision": "monitoring",
}
"""Dataset of the catalog, by which its file is named -> the pipeline that writes it."""

REMEDY = "Run again the pipeline that writes it, or all of them: kedro run"


class ReceiptDataset(AbstractDataset[Mapping[str, Any], dict[str, Any]]):
    """A receipt, written whole, and read only if it fulfils its contract.

    Within the run that saved it, a load gives what was saved: another run may have put its own in place since.

    Args:
        filepath: The JSON file, local or remote.
        contract: Dotted name of the `contracts.receipts.Receipt` that it fulfils.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, filepath: str, contract: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = filepath
        self._contract: type[Receipt] = load_obj(contract)
        self._saved: Receipt | None = None
        self.metadata = metadata

    def save(self, data: Mapping[str, Any]) -> None:
        """Writes the receipt, unless it is there already.

        Raises:
            DatasetError: It does not fulfil its contract.
        """
        try:
            receipt = self._contract.model_validate(dict(data))
        except ValidationError as error:
            raise DatasetError(f"this is no receipt to write to {self._filepath}: {_problems(error)}") from error
        content = json.dumps(receipt.model_dump(mode="json"), ensure_ascii=False, indent=2)
        storage, name = open_file(self._filepath)
        storage.write_changed(name, f"{content}\n".encode())
        self._saved = receipt

    def load(self) -> dict[str, Any]:
        """The receipt's content.

        Raises:
            DatasetError: It is missing, damaged or incomplete.
        """
        receipt = self._saved or self._checked(read_receipt(self._filepath))
        return receipt.model_dump(mode="json")

    def _checked(self, content: Mapping[str, Any]) -> Receipt:
        try:
            return self._contract.model_validate(content)
        except ValidationError as error:
            raise DatasetError(f"{self._filepath} is incomplete: {_problems(error)}. {REMEDY}") from error

    def _exists(self) -> bool:
        storage, name = open_file(self._filepath)
        return storage.exists(name)

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath, "contract": self._contract.__name__}


def read_receipt(filepath: str) -> dict[str, Any]:
    """The receipt's content.

    Raises:
        DatasetError: It is not there, because the pipeline that writes it has not run; or it is no file, or no JSON
            object.
    """
    storage, name = open_file(filepath)
    try:
        content = json.loads(storage.read(name).decode())
    except FileNotFoundError as error:
        writer = WRITTEN_BY.get(PurePath(name).stem)
        first = f"{writer}, the pipeline that writes it," if writer else "the pipeline that writes it"
        alone = f"Run it first: kedro run --pipelines={writer}; or run" if writer else "Run"
        raise DatasetError(
            f"{filepath} is missing: {first} has not run yet. {alone} them all once: kedro run"
        ) from error
    except OSError as error:
        raise DatasetError(
            f"{filepath} cannot be read ({error.strerror or error}): it has to be a file that you may read; what else "
            f"has its name is to be moved away. {REMEDY}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{filepath} is damaged ({error}). {REMEDY}") from error
    if not isinstance(content, dict):
        raise DatasetError(f"{filepath} is damaged (it holds no JSON object). {REMEDY}")
    return content


def _problems(error: ValidationError) -> str:
    found = (f"{'.'.join(map(str, problem['loc'])) or 'all'}: {problem['msg']}" for problem in error.errors())
    return "; ".join(found)
