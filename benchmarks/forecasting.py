"""Accuracy and speed of the forecaster against ETS of statsmodels fitted series by series, on the M3 and M4 panels.

    python benchmarks/forecasting.py [FOLDER]

FOLDER holds m3_yearly.parquet, m4_yearly_sample.parquet and score.py; by default it is ../shared/benchmarks.
Every panel goes through the command line, as a user would send it, and through score.py. The peer is timed in the same
run on the same series, so that the ratio holds on any machine. The command's time has start-up and imports in it.
"""

import json
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

PANELS = ("m3_yearly", "m4_yearly_sample")
HORIZON = 6
PEER_SERIES = 300
"""ETS by AICc takes up to 60 ms for a series: a sample of them, the same in every run, is enough."""


def main() -> int:
    """Run all panels; returns the exit code."""
    beside = Path(__file__).resolve().parents[1].parent / "shared" / "benchmarks"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else beside
    missing = [
        name for name in (*(f"{panel}.parquet" for panel in PANELS), "score.py") if not (folder / name).is_file()
    ]
    if missing:
        print(f"NOTHING WAS MEASURED: {folder} has no {', '.join(missing)}; give the folder as argument")
        return 2
    for panel in PANELS:
        print(json.dumps({"panel": panel, **measure(folder, panel)}), flush=True)
    return 0


def measure(folder: Path, panel: str) -> dict[str, Any]:
    """Scores and times of one panel."""
    path = folder / f"{panel}.parquet"
    data = pd.read_parquet(path)
    chosen = sorted(data["unique_id"].unique())
    chosen = chosen[:: max(len(chosen) // PEER_SERIES, 1)][:PEER_SERIES]
    with tempfile.TemporaryDirectory() as scratch:
        few, ours, peers = (Path(scratch) / f"{name}.parquet" for name in ("few", "ours", "peers"))
        data[data["unique_id"].isin(chosen)].to_parquet(few)
        seconds = timed_command(path, ours)
        whole = score(folder, path, ours)
        ours_of_few = pd.read_parquet(ours)
        ours_of_few[ours_of_few["unique_id"].isin(chosen)].to_parquet(ours)
        peer_seconds = fit_peers(few, peers)
        same, peer = score(folder, few, ours), score(folder, few, peers)
    per_series, peer_per_series = 1e3 * seconds / whole["n"], 1e3 * peer_seconds / peer["n"]
    return {
        "viticast": {**whole, "seconds": round(seconds, 1), "ms_per_series": round(per_series, 2)},
        "on_the_peers_series": {"n": same["n"], "OWA": same["OWA"], "statsmodels_ets_OWA": peer["OWA"]},
        "statsmodels_ets_ms_per_series": round(peer_per_series, 2),
        "time_ratio_to_peer": round(per_series / peer_per_series, 2),
        "OWA_ratio_to_peer": round(same["OWA"] / peer["OWA"], 3),
    }


def timed_command(panel: Path, output: Path) -> float:
    """Seconds of one call of the command line, start-up included."""
    command = [
        sys.executable,
        "-m",
        "viticast.forecasting",
        str(panel),
        "--horizon",
        str(HORIZON),
        "--output",
        str(output),
    ]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def score(folder: Path, panel: Path, forecasts: Path) -> dict[str, Any]:
    """What score.py says."""
    command = [sys.executable, str(folder / "score.py"), str(panel), str(forecasts)]
    result: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return result


def fit_peers(panel: Path, output: Path) -> float:
    """Forecast each series by the better, by AICc, of three ETS models; seconds without the import."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: F401, PLC0415 - not to be timed

    data = pd.read_parquet(panel)
    train = data[data["split"] == "train"]
    rows = []
    start = time.perf_counter()
    for name, series in train.groupby("unique_id"):
        ahead = peer(series["y"].to_numpy(float))
        rows += [(name, int(series["ds"].max()) + 1 + step, value) for step, value in enumerate(ahead)]
    seconds = time.perf_counter() - start
    pd.DataFrame(rows, columns=["unique_id", "ds", "yhat"]).to_parquet(output)
    return seconds


def peer(y: np.ndarray) -> np.ndarray:
    """ETS(A,N,N), ETS(A,A,N) or ETS(A,Ad,N), whichever has the least AICc."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415 - imported by then

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits = [
            ETSModel(y, error="add", trend=trend, damped_trend=damped, initialization_method="estimated").fit(disp=0)
            for trend, damped in ((None, False), ("add", False), ("add", True))
        ]
        best = min(fits, key=lambda fit: fit.aicc)
        return np.asarray(best.forecast(HORIZON), dtype=float)


if __name__ == "__main__":
    sys.exit(main())
