"""Accuracy, calibration, time and memory of the forecaster against its peers, in one run on one machine.

    python benchmarks/forecasting.py [FOLDER] [--series N] [--large N]

FOLDER holds m3_yearly.parquet, m4_yearly_sample.parquet and score.py; by default it is ../shared/benchmarks. Panels go
through the command line, as a user would send them, and through score.py. Peers forecast --series of each panel, the
same in every run, because some take 0.1 s for each; what the forecaster scores on those stands beside them.
VitiBrasil (../shared/vitibrasil/2025-04) is forecast at past origins; --large series are forecast for time and memory.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.peers import HAS_STATSFORECAST, Answer, answers

ROOT = Path(__file__).resolve().parents[1]
PANELS = ("m4_yearly_sample", "m3_yearly")
HORIZON = 6


def main() -> int:
    """Run everything; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT.parent / "shared" / "benchmarks")
    parser.add_argument("--series", type=int, default=300, help="series of each panel that peers forecast")
    parser.add_argument("--large", type=int, default=100_000, help="series of the panel for time and memory")
    asked = parser.parse_args()
    needed = (*(f"{panel}.parquet" for panel in PANELS), "score.py")
    missing = [name for name in needed if not (asked.folder / name).is_file()]
    if missing:
        print(f"NOTHING WAS MEASURED: {asked.folder} has no {', '.join(missing)}; give the folder as argument")
        return 2
    if not HAS_STATSFORECAST:
        print("statsforecast is not installed, its rows are left out: pip install 'viticast[peers]'")
    for panel in PANELS:
        print(f"\n{panel}")
        print(_table(measure(asked.folder, panel, asked.series)))
    vintage = ROOT.parent / "shared" / "vitibrasil" / "2025-04"
    if vintage.is_dir():
        from benchmarks.vitibrasil import report, trees_of  # noqa: PLC0415 - reads 15 files

        print(f"\nVitiBrasil\n{report(trees_of(vintage, ROOT))}")
    else:
        print(f"\nVITIBRASIL WAS NOT MEASURED: {vintage} is missing")
    print("\ntime and memory, without learners, then the learners alone")
    for count in sorted({2_000, 10_000, asked.large}):
        print(_in_process(asked.folder, count), flush=True)
    return 0


def measure(folder: Path, panel: str, count: int) -> pd.DataFrame:
    """One row for each method."""
    path = folder / f"{panel}.parquet"
    data = pd.read_parquet(path)
    ids = sorted(data["unique_id"].unique())
    chosen = ids[:: max(len(ids) // count, 1)][:count]
    few = data[data["unique_id"].isin(chosen)]
    with tempfile.TemporaryDirectory() as scratch:
        ours, subset, told = (Path(scratch) / f"{name}.parquet" for name in ("ours", "subset", "told"))
        few.to_parquet(subset)
        start = time.perf_counter()
        command = [sys.executable, "-m", "viticast.forecasting", str(path), "--horizon", str(HORIZON)]
        subprocess.run([*command, "--output", str(ours)], check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        pool = _pool_ms(data[data["split"] == "train"])
        rows = [
            {"method": f"viticast, all {len(ids)}", **_score(folder, path, ours), "ms": 1e3 * seconds / len(ids)},
            {"method": "  its 22 members alone", "ms": pool},
        ]
        forecasts = pd.read_parquet(ours)
        forecasts[forecasts["unique_id"].isin(chosen)].to_parquet(told)
        rows.append({"method": f"viticast on {len(chosen)}", **_score(folder, subset, told)})
        train = few[few["split"] == "train"]
        for answer in answers(train, HORIZON):
            _dated(answer, train).to_parquet(told)
            rows.append({"method": answer.name, **_score(folder, subset, told), "ms": answer.ms_per_series})
    table = pd.DataFrame(rows)
    return table.assign(times_the_members=table["ms"] / pool)


def _dated(answer: Answer, train: pd.DataFrame) -> pd.DataFrame:
    last = answer.forecasts["unique_id"].map(train.groupby("unique_id")["ds"].max())
    return answer.forecasts.assign(ds=(last + answer.forecasts["step"]).astype("int64")).drop(columns="step")


def _score(folder: Path, panel: Path, forecasts: Path) -> dict[str, Any]:
    command = [sys.executable, str(folder / "score.py"), str(panel), str(forecasts)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {name: value for name, value in json.loads(told).items() if name != "n"}


def _pool_ms(train: pd.DataFrame) -> float:
    """CPU milliseconds for each series of all members' forecasts."""
    from viticast.forecasting import ForecastSpec  # noqa: PLC0415 - numba takes a second
    from viticast.forecasting.panel import Panel  # noqa: PLC0415
    from viticast.forecasting.pool import Pool  # noqa: PLC0415

    panel = Panel.from_frame(train[["unique_id", "ds", "y"]])
    few = panel.take(np.arange(10))
    Pool(few, ForecastSpec()).members(few.last, HORIZON)
    start = time.process_time()
    Pool(panel, ForecastSpec()).members(panel.last, HORIZON)
    return 1e3 * (time.process_time() - start) / len(panel.ids)


def _in_process(folder: Path, count: int) -> str:
    """A process of its own, whose memory is its own."""
    code = f"from benchmarks.forecasting import scale; print(scale({str(folder)!r}, {count}))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    return done.stdout.strip()


def scale(folder: str, count: int) -> str:
    """Seconds and gigabytes for so many series, copies of the M4 sample at other sizes."""
    from viticast.forecasting import ForecastSpec, fit  # noqa: PLC0415
    from viticast.forecasting.learners import LEARNERS  # noqa: PLC0415

    data = pd.read_parquet(Path(folder) / "m4_yearly_sample.parquet").query("split == 'train'")[
        ["unique_id", "ds", "y"]
    ]
    copies = -(-count // data["unique_id"].nunique())
    parts = [data.assign(unique_id=data["unique_id"] + f"/{i}", y=data["y"] * 1.01**i) for i in range(copies)]
    large = pd.concat(parts)
    _pool_ms(data)
    start = time.perf_counter()
    fitted = fit(large, ForecastSpec(horizon=HORIZON, learners=()))
    calibrated = time.perf_counter()
    fitted.engine.pool.members(fitted.engine.panel.last, HORIZON)
    points = time.perf_counter()
    fitted.predict_ahead(HORIZON)
    done = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    rows = np.arange(min(len(fitted.engine.panel.ids), ForecastSpec().sample))
    pool, last = fitted.engine.pool, fitted.engine.panel.last
    learnt = time.perf_counter()
    pool.learners(last, last, HORIZON, tuple(LEARNERS))
    return (
        f"{len(fitted.engine.panel.ids):>7} series: panel and calibration {calibrated - start:.1f} s, "
        f"points {points - calibrated:.1f} s, blend, intervals and frame {done - points:.1f} s, {memory:.2f} GB; "
        f"learners {time.perf_counter() - learnt:.1f} s, learnt from {len(rows)} series"
    )


def _table(rows: pd.DataFrame) -> str:
    return rows.to_string(index=False, float_format=lambda value: f"{value:.3f}", na_rep="-")


if __name__ == "__main__":
    sys.exit(main())
