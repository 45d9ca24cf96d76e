import pandas as pd
import pytest

from viticast.contracts.crosswalk import Crosswalk
from viticast.contracts.ledger import Ledger
from viticast.panel.corrections import apply_corrections
from viticast.panel.crosswalk import identify, new_labels
from viticast.panel.declarations import Aliases, Corrections
from viticast.panel.ledger import LedgerError, keep_ledger

CANADA = Aliases.from_mapping({"aliases": [{"to": "Canadá", "labels": ["Canuck"], "reason": "Two names."}]})
MISSING = {
    "id": "one",
    "table": "Producao",
    "years": [2020, 2020],
    "action": {"kind": "missing"},
    "expect": [{"item": "Tinto", "year": 2020, "value": 5}],
    "reason": "It cannot be.",
}


def cell(row, item, value, table="Producao", unit="L", mark=None, year=2020):
    return {
        "table_name": table,
        "row_number": row,
        "column_number": year,
        "item_label": item,
        "unit": unit,
        "value": value,
        "mark": mark,
        "year": year,
    }


@pytest.fixture
def stages(cells, tree):
    """Everything that the ledger looks at, of two tables, one correction and two labels of one series."""

    def make():
        frame = cells(
            cell(2, "Tinto", 5.0),
            cell(2, "Tinto", 7.0, year=2021),
            cell(3, "Branco", 1.0, year=2021),
            cell(2, "Canadá", 3.0, "ExpVinho", "kg"),
            cell(3, "Canuck", None, "ExpVinho", "kg", mark="nd"),
            cell(4, "Chile", 4.0, "ExpVinho", "kg"),
        )
        snapshot = pd.DataFrame(
            {
                "snapshot_id": "0" * 16,
                "table_name": ["Producao", "ExpVinho"],
                "published_at": pd.Timestamp("2025-04-01"),
            }
        )
        corrected = apply_corrections(frame, Corrections.from_mapping({"corrections": [MISSING]}), snapshot).cells
        crosswalk = new_labels(Crosswalk.empty(), corrected, tree, CANADA, "sample")
        by = frame.groupby(["table_name", "unit"])
        written = pd.DataFrame(
            {
                "rows": by["row_number"].nunique(),
                "cells": by.size(),
                "known": by["value"].count(),
                "total": by["value"].sum(),
            }
        ).reset_index()
        return {
            "written": written,
            "cells": frame,
            "corrected": corrected,
            "crosswalk": crosswalk,
            "panel": identify(corrected, crosswalk),
        }

    return make


def test_every_stage_is_counted_and_every_difference_explained(stages):
    ledger = keep_ledger(**stages()).set_index(["table_name", "stage"])
    assert ledger.loc["Producao", ["rows", "cells", "known", "total", "explained"]].to_dict("index") == {
        "observations": {"rows": 2, "cells": 3, "known": 3, "total": 13.0, "explained": 0.0},
        "snapshot": {"rows": 2, "cells": 3, "known": 3, "total": 13.0, "explained": 0.0},
        "corrected": {"rows": 2, "cells": 3, "known": 2, "total": 8.0, "explained": -5.0},
        "panel": {"rows": 2, "cells": 3, "known": 2, "total": 8.0, "explained": 0.0},
    }
    assert ledger.loc[("ExpVinho", "panel"), ["rows", "total", "explained"]].tolist() == [2, 4.0, -3.0]


def test_the_ledger_fulfils_its_contract(stages):
    stamp = {"snapshot_id": "0" * 16, "source": "sample", "is_synthetic": True}
    Ledger.validate(keep_ledger(**stages()).assign(**stamp).astype({"snapshot_id": "str", "source": "str"}), lazy=True)


def without_a_row(frame):
    return frame.iloc[1:].reset_index(drop=True)


def with_a_changed_value(frame):
    return frame.assign(value=frame["value"].where(frame["item"] != "Chile", 5.0))


@pytest.mark.parametrize(
    ("stage", "change", "said"),
    [
        pytest.param("cells", without_a_row, r"Producao \(L\): 3 cells were written, the query gave 2", id="query"),
        pytest.param("corrected", without_a_row, "Producao: 1 cells changed or vanished", id="corrections lose a row"),
        pytest.param("corrected", with_a_changed_value, "ExpVinho: 1 cells changed", id="a change nobody declared"),
        pytest.param("panel", without_a_row, r"ExpVinho \(kg\), stage panel", id="the panel loses a cell"),
        pytest.param("panel", lambda frame: pd.concat([frame, frame.tail(1)]), "stage panel", id="a cell stands twice"),
        pytest.param("crosswalk", without_a_row, "have no series", id="a label has no series"),
    ],
)
def test_whatever_is_lost_is_named(stages, stage, change, said):
    given = stages()
    with pytest.raises(LedgerError, match=said):
        keep_ledger(**given | {stage: change(given[stage])})
