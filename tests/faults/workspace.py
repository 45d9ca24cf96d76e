"""One throw-away project for many faults: a lake with one vintage, put back before each of them."""

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.pipelines.project_runs import keep_tables, make_project

TABLES = ("Producao", "ProcessaViniferas", "ImpSuco", "ExpVinho")
"""One of each layout and number of measures, with and without categories: few, so that a run takes seconds."""

OLDER, NEWER = "2024-04", "2025-04"
BESIDE = "data/sample"
"""Where the project writes."""


@dataclass
class Workspace:
    """A project as it is before a fault, with the folder of new files that comes in.

    Attributes:
        project: Folder of the project.
        folder: The new vintage.
        params: What the run is started with.
        delivered: Bytes that come in otherwise than from the folder; None where they come from the folder.
        renewed: Files that the run may write anew, by their path in the project: those that the fault itself changed.
        pipelines: Which of them run.
        stack: Closed after the run.
    """

    project: Path
    folder: Path
    params: dict[str, str] = field(default_factory=dict)
    delivered: list[bytes] | None = None
    renewed: set[str] = field(default_factory=set)
    pipelines: str = "ingestion,cataloging,feature"
    stack: ExitStack = field(default_factory=ExitStack)

    def path(self, table: str) -> Path:
        """The table's new file."""
        return self.folder / f"{table}.csv"

    def read(self, table: str) -> str:
        """The table's new file as text."""
        return self.path(table).read_bytes().decode("utf-8")

    def write(self, table: str, text: str) -> None:
        """Puts another text in the place of the table's new file."""
        self.path(table).write_bytes(text.encode("utf-8"))

    def change(self, table: str, change: Callable[[str], str]) -> None:
        """Changes the text of the table's new file."""
        self.write(table, _changed(self.read(table), change, table))

    def change_lines(self, table: str, change: Callable[[list[str]], list[str]]) -> None:
        """Changes the lines of the table's new file."""
        self.change(table, lambda text: "\n".join([*change(text.removesuffix("\n").split("\n")), ""]))

    def change_line(self, table: str, number: int, change: Callable[[str], str]) -> None:
        """Changes one line, the first being 1."""
        self.change_lines(
            table, lambda lines: [*lines[: number - 1], _changed(lines[number - 1], change, table), *lines[number:]]
        )

    def change_rows(self, table: str, change: Callable[[list[str]], list[str]]) -> None:
        """Changes the fields of every line."""
        mark = self.delimiter(table)
        self.change_lines(table, lambda lines: [mark.join(change(line.split(mark))) for line in lines])

    def set_field(self, table: str, line: int, column: int, text: str) -> None:
        """Writes a text into one cell, the first line and the first column being 1."""
        mark = self.delimiter(table)

        def put(content: str) -> str:
            fields = content.split(mark)
            fields[column - 1] = text
            return mark.join(fields)

        self.change_line(table, line, put)

    def delimiter(self, table: str) -> str:
        """What separates the fields of the table's new file."""
        return ";" if ";" in self.read(table).split("\n")[0] else "\t"

    def change_settings(self, name: str, change: Callable[[str], str]) -> None:
        """Changes a file of conf/base."""
        path = self.project / "conf" / "base" / name
        path.write_text(_changed(path.read_text(encoding="utf-8"), change, name), encoding="utf-8")

    def written(self, pattern: str) -> Path:
        """The first file that runs wrote and that matches."""
        return sorted((self.project / BESIDE).glob(pattern))[0]

    def damage(self, pattern: str, change: Callable[[bytes], bytes]) -> None:
        """Changes a file that runs wrote."""
        path = self.written(pattern)
        path.write_bytes(change(path.read_bytes()))
        self.expect_change(pattern)

    def expect_change(self, pattern: str) -> None:
        """Lets the run write a file anew."""
        self.renewed.add(self.written(pattern).relative_to(self.project).as_posix())

    def add(self, path: Path, content: bytes) -> None:
        """Puts a file into the lake that no run needs."""
        path.write_bytes(content)
        self.renewed.add(path.relative_to(self.project).as_posix())

    def remove(self, pattern: str) -> None:
        """Deletes a file that runs wrote."""
        path = self.written(pattern)
        path.unlink()
        self.renewed.add(path.relative_to(self.project).as_posix())


def _changed(text: str, change: Callable[[str], str], name: str) -> str:
    changed = change(text)
    if changed == text:
        msg = f"{name}: the fault changes nothing"
        raise AssertionError(msg)
    return changed


class Project:
    """The project of one process, whose lake holds the older vintage."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = _make(folder, root)
        self.saved = folder / "saved"
        os.chdir(self.folder)

    def save(self) -> None:
        """Remembers the lake and the settings: every fault starts from them."""
        for name in (BESIDE, "conf"):
            shutil.copytree(self.folder / name, self.saved / name)

    def workspace(self) -> Workspace:
        """The project as it was saved, and a new vintage that is whole."""
        for name in (BESIDE, "conf"):
            shutil.rmtree(self.folder / name)
            shutil.copytree(self.saved / name, self.folder / name)
        incoming = self.folder / "data" / "incoming"
        shutil.rmtree(incoming, ignore_errors=True)
        for table in TABLES:
            target = incoming / NEWER / f"{table}.csv"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.folder / "data" / "00_sample" / NEWER / target.name, target)
        return Workspace(self.folder, incoming / NEWER, {"source": "sample", "source_url": str(incoming / NEWER)})


def _make(folder: Path, root: Path) -> Path:
    project = folder / "project"
    project.mkdir(parents=True)
    make_project(project, root)
    keep_tables(project, TABLES)
    return project
