"""A statement over the lake as a Kedro dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from viticast.lake.queries import statement

if TYPE_CHECKING:
    from viticast.lake.engine import QueryEngine, Value


class LakeQuery:
    """A statement that waits for its parameters; calling it runs it.

    Args:
        name: Name of the statement, for messages.
        sql: Its text, with `:name` placeholders.
        engine: What runs it.
    """

    def __init__(self, name: str, sql: str, engine: QueryEngine) -> None:
        self.name = name
        self._sql = sql
        self._engine = engine

    def __call__(self, **parameters: Value | Sequence[Value]) -> pd.DataFrame:
        """The rows; text columns as pandas strings."""
        frame = self._engine.query(self._sql, parameters)
        texts = {column: "str" for column in frame.columns if frame[column].dtype == object}
        return frame.astype(texts)


class LakeQueryDataset(AbstractDataset[None, LakeQuery]):
    """Loads one of the project's statements, ready to be run on the engine of the environment.

    Args:
        statement_name: `lake/sql/<statement_name>.sql`.
        engine: `{type: duckdb, filepath: <file of views>}`.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, statement_name: str, engine: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
        self._statement_name = statement_name
        self._engine = engine
        self.metadata = metadata

    def load(self) -> LakeQuery:
        """The statement, not its rows: a node gives the parameters."""
        return LakeQuery(self._statement_name, statement(self._statement_name), make_engine(self._engine))

    def save(self, data: None) -> None:
        """A query cannot be saved."""
        raise DatasetError(f"{self._statement_name} is a query and cannot be saved")

    def _describe(self) -> dict[str, Any]:
        return {"statement": f"lake/sql/{self._statement_name}.sql", "engine": self._engine}


def make_engine(settings: dict[str, Any]) -> QueryEngine:
    """The engine of an environment.

    Raises:
        DatasetError: Its type is unknown.
    """
    if settings.get("type") != "duckdb":
        raise DatasetError(f"query engine {settings.get('type')!r} is unknown; known: duckdb")
    # Loaded where something is asked: Kedro makes every dataset of the catalog, whatever a run needs.
    from viticast.lake.engine import DuckDBEngine  # noqa: PLC0415

    return DuckDBEngine(settings["filepath"])
