from collections.abc import Callable
from typing import Any

import pandas as pd
import pandera.errors
import pytest

from viticast.contracts.columns import Table

Row = dict[str, Any]
Rejects = Callable[..., set[str]]


def frame_of(model: type[Table], rows: list[Row]) -> pd.DataFrame:
    """Rows in the types that a contract asks for, as far as their values allow."""
    frame = pd.DataFrame(rows)
    for name, column in model.to_schema().columns.items():
        kind = str(column.dtype)
        if kind == "string[pyarrow]" and all(value is None or isinstance(value, str) for value in frame[name]):
            frame[name] = frame[name].astype("str")
        elif kind == "float64" and all(value is None or isinstance(value, float) for value in frame[name]):
            frame[name] = frame[name].astype("float64")
        elif kind.startswith("datetime64"):
            frame[name] = frame[name].astype("datetime64[us]")
    return frame


@pytest.fixture(scope="session")
def accept() -> Callable[..., pd.DataFrame]:
    """Validates rows and gives them back as a frame."""

    def run(model: type[Table], *rows: Row) -> pd.DataFrame:
        return model.validate(frame_of(model, list(rows)), lazy=True)

    return run


@pytest.fixture(scope="session")
def rejects() -> Rejects:
    """Columns and rules that rows break; a failure of the test if they break none."""

    def run(model: type[Table], frame_or_rows: pd.DataFrame | list[Row]) -> set[str]:
        frame = frame_or_rows if isinstance(frame_or_rows, pd.DataFrame) else frame_of(model, frame_or_rows)
        with pytest.raises(pandera.errors.SchemaErrors) as raised:
            model.validate(frame, lazy=True)
        cases = raised.value.failure_cases
        return {str(cell) for name in ("column", "check", "failure_case") for cell in cases[name].dropna()}

    return run
