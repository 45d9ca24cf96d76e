"""A hash of source code, so that a model's key changes when the code that made it does."""

import hashlib
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from kedro.io import AbstractDataset, DatasetError


class CodeFingerprintDataset(AbstractDataset[None, str]):
    """The hash of the Python files of some packages.

    Args:
        packages: Names of packages, e.g. `viticast.forecasting`.
        distributions: Installed libraries whose version counts, because another version gives other numbers.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(
        self, *, packages: list[str], distributions: list[str], metadata: dict[str, Any] | None = None
    ) -> None:
        self._packages = packages
        self._distributions = distributions
        self.metadata = metadata

    def load(self) -> str:
        """64 hexadecimal digits."""
        digest = hashlib.sha256()
        for package in sorted(self._packages):
            _add(digest, files(package), package)
        for name in sorted(self._distributions):
            digest.update(f"{name}=={version(name)}".encode() + b"\0")
        return digest.hexdigest()

    def save(self, data: None) -> None:
        """Code is read, not written."""
        raise DatasetError("a code fingerprint cannot be saved")

    def _describe(self) -> dict[str, Any]:
        return {"packages": self._packages, "distributions": self._distributions}


def _add(digest: "hashlib._Hash", folder: Traversable, name: str) -> None:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        inner = f"{name}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            _add(digest, entry, inner)
        elif entry.name.endswith(".py"):
            digest.update(inner.encode() + b"\0" + entry.read_bytes() + b"\0")
