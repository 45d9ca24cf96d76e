"""The real figures up to corrected leaves and sums, without a pipeline."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import yaml

from viticast.contracts.crosswalk import Crosswalk
from viticast.panel.corrections import Corrected, apply_corrections
from viticast.panel.crosswalk import identify, new_labels
from viticast.panel.declarations import Aliases, Corrections
from viticast.panel.hierarchy import aggregate
from viticast.panel.tree import TableNode, TableTree
from viticast.sources import TableRegistry, check_and_read_all, fetch


@dataclass(frozen=True)
class RealPanel:
    """One vintage: its cells, what the corrections made of them, and the series."""

    cells: pd.DataFrame
    corrected: Corrected
    tree: TableTree
    leaves: pd.DataFrame
    sums: pd.DataFrame


def read_real_panel(vintage: Path, registry: TableRegistry, conf: Path) -> RealPanel:
    """Reads a folder of the 15 files with the declarations of the source embrapa."""
    read = check_and_read_all(fetch(str(vintage), registry), registry)
    frames = [item.reading.frame.assign(table_name=item.file.table_name, vintage_id="0" * 16) for item in read]
    cells = pd.concat(frames, ignore_index=True)
    published = pd.Timestamp(datetime.now(UTC).date())
    snapshot = pd.DataFrame({"snapshot_id": "0" * 16, "table_name": list(registry.names), "published_at": published})
    corrected = apply_corrections(cells, Corrections.from_mapping(_yaml(conf / "corrections_embrapa.yml")), snapshot)
    tree = TableTree(
        [TableNode(spec.name, spec.slug, spec.flow, spec.label, spec.item_kind, spec.attribution) for spec in registry]
    )
    leaves = corrected.cells[corrected.cells["row_kind"] == "leaf"].reset_index(drop=True)
    aliases = Aliases.from_mapping(_yaml(conf / "aliases_embrapa.yml"))
    identified = identify(leaves, new_labels(Crosswalk.empty(), leaves, tree, aliases, "embrapa"))
    return RealPanel(cells, corrected, tree, identified, aggregate(identified))


def _yaml(path: Path) -> dict[str, object]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))
