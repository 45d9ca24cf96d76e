"""Receipts: small JSON files by which a pipeline tells the next what it made."""

import json
from pathlib import Path
from typing import Any

from kedro.io import DatasetError


def read_receipt(path: Path) -> dict[str, Any]:
    """The receipt's content.

    Raises:
        DatasetError: It is not there, because the pipeline that writes it has not run.
    """
    try:
        receipt: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DatasetError(
            f"{path} is missing: the pipeline that writes it has not run yet. Run them all once: kedro run"
        ) from error
    return receipt
