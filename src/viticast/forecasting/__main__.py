"""Forecast a Parquet file of annual series from the command line."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from viticast.forecasting.fitted import fit
from viticast.forecasting.panel import PanelError
from viticast.forecasting.spec import ForecastSpec

DESCRIPTION = """\
Forecast many annual series at once, with intervals.

PANEL is a Parquet file of one row for each series and year with the columns unique_id, ds (a whole year or running
number) and y (null where missing; years may be left out). Where it has a column split, only the rows with
split == 'train' are read, and the forecasts follow those. Each series is forecast from its own last row on. Forecasts
are not below zero unless the panel has negative values."""

EPILOG = """\
example:
  python -m viticast.forecasting m3_yearly.parquet --horizon 6 --levels 80,95 --output forecasts.parquet

The output has the columns unique_id, ds, yhat and lo<level>, hi<level> of each level, one row for each series and
year ahead. It is written beside its place and moved there once complete. Exit code 2 says that the input cannot be
forecast; one line on stderr says why."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        output = _place(asked.output)
        forecasts = _forecast(asked.panel, asked.horizon, asked.levels)
        _write(forecasts, output)
    except (PanelError, OSError, pa.ArrowException) as error:
        print(f"{type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    print(f"{forecasts['unique_id'].nunique()} series, {len(forecasts)} forecasts -> {asked.output}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m viticast.forecasting",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("panel", type=Path, metavar="PANEL.parquet", help="the series")
    parser.add_argument("--horizon", type=_horizon, required=True, metavar="H", help="years ahead, 1 to 50")
    parser.add_argument(
        "--levels", type=_levels, default=(80, 95), metavar="L,L", help="percent of each interval (default 80,95)"
    )
    parser.add_argument("--output", type=Path, required=True, metavar="FORECASTS.parquet", help="where to write")
    return parser


def _horizon(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 50:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 50")
    return int(text)


def _levels(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    levels = tuple(int(part) if part.isdecimal() else 0 for part in parts)
    if not all(0 < level < 100 for level in levels) or len(set(levels)) < len(levels):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of different whole percentages like 80,95")
    return levels


def _place(path: Path) -> Path:
    """Where the output is to stand: `path`, or what it links to.

    Raises:
        OSError: There is something else than a regular file, which the output would replace, or links in a circle.
    """
    target = Path(os.path.realpath(path))
    if target.is_symlink() or (path.exists() and not path.is_file()):
        raise OSError(f"{path} is not a regular file; give the name of a file to write")
    return target


def _forecast(path: Path, horizon: int, levels: tuple[int, ...]) -> pd.DataFrame:
    frame = pd.read_parquet(path)
    if "split" in frame.columns:
        frame = frame[frame["split"] == "train"]
        if frame.empty:
            raise PanelError("no row has split == 'train'; mark the rows to forecast from, or drop the column")
    y = pd.to_numeric(frame["y"], errors="coerce") if "y" in frame.columns else pd.Series(dtype=float)
    lower = None if bool((y < 0).any()) else 0.0
    fitted = fit(frame, ForecastSpec(horizon=horizon, levels=levels, lower=lower))
    forecasts = fitted.predict_ahead(horizon, levels)
    bounds = [f"{side}{level}" for level in levels for side in ("lo", "hi")]
    return forecasts[["unique_id", "ds", "yhat", *bounds]].astype({"ds": np.int64})


def _write(forecasts: pd.DataFrame, path: Path) -> None:
    """Write beside `path` and move into place, so that a reader never sees half a file."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as aside:
        try:
            forecasts.to_parquet(aside, index=False)
            umask = os.umask(0)
            os.umask(umask)
            Path(aside.name).chmod(0o666 & ~umask)
            Path(aside.name).replace(path)
        except BaseException:
            Path(aside.name).unlink()
            raise


if __name__ == "__main__":
    sys.exit(main())
