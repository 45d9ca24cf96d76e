"""Which tables the lake has, what partitions them and which contract they fulfil."""

from dataclasses import dataclass

from viticast.contracts.columns import Table
from viticast.contracts.findings import Findings
from viticast.contracts.forecasts import Backtests, Forecasts
from viticast.contracts.ledger import ForecastLedger, Ledger
from viticast.contracts.monitoring import MonitoringVerdicts
from viticast.contracts.observations import Observations
from viticast.contracts.panel import CorrectionsApplied, Panel, SeriesDimension
from viticast.contracts.promotions import Promotions
from viticast.contracts.revisions import Revisions
from viticast.contracts.scores import Scores
from viticast.contracts.snapshots import Snapshots
from viticast.contracts.vintages import Vintages


@dataclass(frozen=True)
class LakeTableContract:
    """A table of the lake.

    Attributes:
        model: Columns and rules of its rows.
        partition_by: Columns that name its folders, in their order; as text in every engine.
        may_be_empty: True if a lake may have no row of it; it is queryable all the same.
    """

    model: type[Table]
    partition_by: tuple[str, ...]
    may_be_empty: bool = False


LAKE_TABLES = {
    "observations": LakeTableContract(Observations, ("table_name", "vintage_id")),
    "vintages": LakeTableContract(Vintages, ("table_name", "vintage_id", "landing_id")),
    "findings": LakeTableContract(Findings, ("table_name", "raw_sha256", "landing_id")),
    "snapshots": LakeTableContract(Snapshots, ("snapshot_id",)),
    "series": LakeTableContract(SeriesDimension, ("snapshot_id",)),
    "panel": LakeTableContract(Panel, ("snapshot_id",)),
    "corrections_applied": LakeTableContract(CorrectionsApplied, ("snapshot_id",)),
    "ledger": LakeTableContract(Ledger, ("snapshot_id",)),
    "revisions": LakeTableContract(Revisions, ("snapshot_id",)),
    "forecasts": LakeTableContract(Forecasts, ("snapshot_id", "model_key")),
    "backtests": LakeTableContract(Backtests, ("snapshot_id", "model_key")),
    "promotions": LakeTableContract(Promotions, ("snapshot_id", "model_key", "champion_key")),
    "forecast_ledger": LakeTableContract(ForecastLedger, ("snapshot_id", "model_key")),
    "scores": LakeTableContract(Scores, ("snapshot_id", "model_key"), may_be_empty=True),
    "monitoring": LakeTableContract(MonitoringVerdicts, ("snapshot_id", "model_key")),
}
