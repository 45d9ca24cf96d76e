"""The raw form of a table of a database: its columns and rows as they were read, in one file."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

FORMAT = "viticast.rows"
VERSION = 1

Row = tuple[object, ...]


@dataclass(frozen=True)
class Column:
    """A column of a database's table.

    Attributes:
        name: As the database has it.
        type: As the database calls it, e.g. `BIGINT`; empty where it calls it nothing.
    """

    name: str
    type: str


@dataclass(frozen=True)
class Dump:
    """Rows of a database's table.

    Attributes:
        table_name: File stem of the VitiBrasil table.
        database_table: The table or view that they come from.
        columns: In the order of the table.
        rows: In the order of the database, one value for each column: int, float, Decimal, str, bytes, bool or None.
    """

    table_name: str
    database_table: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)


def dump(table_name: str, database_table: str, columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> bytes:
    """Writes rows as JSON lines: the same rows give the same bytes, whenever they were read.

    Args:
        table_name: File stem of the VitiBrasil table.
        database_table: The table or view that they come from.
        columns: In the order of the values.
        rows: As the driver gives them; a value that JSON has no form for is kept with its kind.
    """
    head = {
        "format": FORMAT,
        "version": VERSION,
        "table": table_name,
        "database_table": database_table,
        "columns": [{"name": column.name, "type": column.type} for column in columns],
    }
    lines = [head, *([_written(value) for value in row] for row in rows)]
    return "".join(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n" for line in lines).encode()


def is_dump(content: bytes) -> bool:
    """Tells dumped rows by their beginning."""
    return content.startswith(f'{{"format": "{FORMAT}"'.encode())


def load(content: bytes) -> Dump:
    """The rows of `dump`, value for value."""
    # A text may hold any line separator of Unicode but a line feed, which JSON escapes.
    first, *lines = content.decode().split("\n")
    head = json.loads(first)
    return Dump(
        head["table"],
        head["database_table"],
        tuple(Column(column["name"], column["type"]) for column in head["columns"]),
        tuple(tuple(_value(written) for written in json.loads(line)) for line in lines if line),
    )


def _written(value: object) -> object:
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and isfinite(value)):
        return value
    if isinstance(value, float):
        return {"float": repr(value)}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, bytes | bytearray | memoryview):
        return {"base64": base64.b64encode(bytes(value)).decode("ascii")}
    return {"text": str(value), "type": type(value).__name__}


def _value(written: object) -> object:
    if not isinstance(written, dict):
        return written
    if "float" in written:
        return float(written["float"])
    if "decimal" in written:
        return Decimal(written["decimal"])
    if "base64" in written:
        return base64.b64decode(written["base64"])
    return written["text"]
