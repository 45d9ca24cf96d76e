"""Several processes judge models against one champion: at most one is promoted, and every verdict is kept."""

import subprocess
import sys
import textwrap
from pathlib import Path

import mlflow
import pytest

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.table import LakeTable

NAME = "viticast-race"
CHAMPION = "c" * 16
RUNS = 6
JUDGE = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    import mlflow
    from tests.unit.registry.backtests import make_backtests, make_series
    from viticast.contracts.lake import LAKE_TABLES
    from viticast.datasets.champion import ChampionAliasDataset, ChampionDataset, ChampionMovedError
    from viticast.datasets.lake_table import LakeTableDataset
    from viticast.datasets.registry import find_version
    from viticast.pipelines.modeling.nodes import judge_challenger, move_alias
    from viticast.pipelines.modeling.params import ModelingParams
    from viticast.registry.champion import find_opponent

    store, lake, name, key, start, factor = *sys.argv[1:6], float(sys.argv[6])
    gate = {"promote": "gate", "samples": 200, "seed": 1, "margin": 0.02, "table_bound": 5.0}
    params = ModelingParams.model_validate(
        {"horizon": 2, "levels": [80, 95], "backtest_origins": 2, "calibration_origins": 3, "learners": [],
         "tracked": ["naive"], "seed": 1, "gate": gate | {"table_series_origins": 50, "fewest_series": 10}}
    )
    identity = {"snapshot_id": "5" * 16, "model_key": key, "source": "sample", "is_synthetic": True,
                "panel_sha256": "a" * 64, "code_sha256": "b" * 64}
    mlflow.set_tracking_uri(store)
    series = make_series()
    opponent = find_opponent(ChampionDataset(model_name=name).load(), key)
    rows = make_backtests(series, seed=1, error=0.1 * factor, width=factor), make_backtests(series)
    row = judge_challenger(*rows, series, opponent, identity, params, {})
    partition_by = LAKE_TABLES["promotions"].partition_by
    promotions = LakeTableDataset(path=lake, table="promotions", partition_by=partition_by, overwrite="changed",
                                  loads="saved")
    print("ready", flush=True)
    while not Path(start).exists():
        time.sleep(0.001)
    promotions.save(row)
    try:
        version = find_version(mlflow.MlflowClient(), name, key)
        ChampionAliasDataset(model_name=name).save(move_alias(promotions.load(), version))
    except ChampionMovedError as error:
        sys.exit(f"moved: {error}")
    """
)


@pytest.fixture
def client(tmp_path: Path) -> mlflow.MlflowClient:
    """A registry with a champion and a version for each run."""
    registry = mlflow.MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    registry.create_registered_model(NAME)
    for key in (CHAMPION, *(f"{number:016x}" for number in range(RUNS))):
        registry.create_model_version(NAME, source="nowhere", tags={"model_key": key})
    registry.set_registered_model_alias(NAME, "champion", "1")
    return registry


def race(folder: Path, factors: list[float]) -> list[tuple[int, str]]:
    """Lets runs that judged against the same champion store their verdicts and move the alias at once.

    Returns:
        How each ended, and what it said.
    """
    start = folder / "start"
    runs = []
    for number, factor in enumerate(factors):
        arguments = [f"sqlite:///{folder}/mlflow.db", str(folder / "lake"), NAME, f"{number:016x}", start, factor]
        command = [sys.executable, "-c", JUDGE, *map(str, arguments)]
        root = Path(__file__).resolve().parents[2]
        runs.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root))
    for one in runs:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n", one.communicate()[1]
    start.touch()
    return [(one.wait(), one.communicate()[1]) for one in runs]


@pytest.mark.slow
def test_of_several_better_models_one_is_promoted_and_all_verdicts_are_kept(
    client: mlflow.MlflowClient, tmp_path: Path
) -> None:
    ended = race(tmp_path, [0.5] * RUNS)
    assert sorted(code for code, _ in ended) == [0] + [1] * (RUNS - 1), ended
    [winner] = [f"{number:016x}" for number, (code, _) in enumerate(ended) if code == 0]
    assert client.get_model_version_by_alias(NAME, "champion").tags["model_key"] == winner
    for code, said in ended:
        assert code == 0 or f"{winner} is champion of {NAME} by now" in said
    kept = LakeTable(str(tmp_path / "lake"), "promotions", LAKE_TABLES["promotions"].partition_by, "changed").read()
    assert sorted(kept["model_key"]) == [f"{number:016x}" for number in range(RUNS)]
    assert (set(kept["verdict"]), set(kept["champion_key"])) == ({"promote"}, {CHAMPION})


@pytest.mark.slow
def test_worse_models_beside_a_better_one_are_refused_or_have_to_judge_again(
    client: mlflow.MlflowClient, tmp_path: Path
) -> None:
    ended = race(tmp_path, [0.5, 2.0, 2.0])
    assert ended[0][0] == 0, ended
    assert client.get_model_version_by_alias(NAME, "champion").tags["model_key"] == "0" * 16
    kept = LakeTable(str(tmp_path / "lake"), "promotions", LAKE_TABLES["promotions"].partition_by, "changed").read()
    assert kept.set_index("model_key")["verdict"].to_dict() == {
        "0" * 16: "promote",
        f"{1:016x}": "refuse",
        f"{2:016x}": "refuse",
    }
