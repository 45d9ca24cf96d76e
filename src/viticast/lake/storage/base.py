"""What the lake asks of wherever its files are."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class DamagedFileError(OSError):
    """A file is there, but it is not what a writer put there."""


class Storage(ABC):
    """Files under one root: each is whole or not there, whoever reads or writes meanwhile.

    Attributes:
        root: The full address of the root.
    """

    root: str

    def path(self, name: str) -> str:
        """The full address of a name under the root."""
        return f"{self.root}/{name}"

    @abstractmethod
    def exists(self, name: str) -> bool:
        """True if a finished file of this name is there."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """The file's bytes.

        Raises:
            FileNotFoundError: It is not there.
        """

    @abstractmethod
    def glob(self, pattern: str) -> list[str]:
        """Names under the root that match, sorted, without unfinished files.

        Args:
            pattern: `*` stands for any part of a folder's or file's name, `**` for any folders.
        """

    @abstractmethod
    def write_once(self, name: str, content: bytes, is_whole: Callable[[bytes], bool] | None = None) -> bool:
        """Writes a file whose name says what is in it; of several writers the first one's file stays.

        Args:
            name: Name under the root.
            content: What to write.
            is_whole: Tells what a writer left from what was damaged since; a damaged file is replaced.

        Returns:
            True if this call wrote it.
        """

    @abstractmethod
    def write_changed(self, name: str, content: bytes) -> bool:
        """Writes a file unless it already holds these bytes.

        Returns:
            True if this call wrote it.
        """

    def each(self, act: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Reads or writes many files.

        Args:
            act: Reads or writes one.
            items: What it is given, one after the other; or several at once, where each would wait for a network.

        Returns:
            What it gives, in the order of the items.
        """
        return map(act, items)
