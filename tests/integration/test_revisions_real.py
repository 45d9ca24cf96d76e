"""What changed between the two real vintages, as ../shared/data-facts.md states it."""

import time

import pandas as pd
import pytest
import yaml

from viticast.panel.labels import fold
from viticast.panel.revisions import compare
from viticast.sources import fetch
from viticast.sources.reader import read_table

pytestmark = pytest.mark.real

NEW_ROWS = {
    "ExpVinho": 13,
    "ExpUva": 13,
    "ExpEspumantes": 6,
    "ExpSuco": 4,
    "ImpVinhos": 3,
    "ImpEspumantes": 2,
    "ImpPassas": 1,
    "ProcessaViniferas": 5,
    "ProcessaAmericanas": 2,
    "Comercio": 1,
}
SECONDS = 3.0


@pytest.fixture(scope="module")
def vintages(real_vintages, registry):
    def cells(folder):
        files = fetch(str(folder), registry)
        read = [
            read_table(file.content, registry[file.table_name]).frame.assign(
                table_name=file.table_name, vintage_id=file.sha256[:16]
            )
            for file in files
        ]
        return pd.concat(read, ignore_index=True)

    return cells(real_vintages["2024-04"]), cells(real_vintages["2025-04"])


@pytest.fixture(scope="module")
def crosswalk(vintages, project_root):
    """Each label under the name that the declared aliases keep for it."""
    declared = yaml.safe_load((project_root / "conf" / "base" / "aliases_embrapa.yml").read_text(encoding="utf-8"))
    kept = {fold(label): fold(alias["to"]) for alias in declared["aliases"] for label in alias["labels"]}
    labels = pd.concat(vintages)[["table_name", "group_label", "item", "unit", "row_kind"]].drop_duplicates()
    labels = labels[labels["row_kind"] == "leaf"]
    keyed = pd.DataFrame(
        {
            "table_name": labels["table_name"],
            "group_key": labels["group_label"].map(fold, na_action="ignore").fillna(""),
            "item_key": labels["item"].map(fold),
            "unit": labels["unit"],
        }
    ).drop_duplicates()
    names = keyed["item_key"].map(lambda key: kept.get(key, key))
    return keyed.assign(series_id=keyed["group_key"] + "/" + names + "/" + keyed["unit"])


@pytest.fixture(scope="module", params=["labels", "labels and series"])
def revisions(vintages, crosswalk, request):
    return compare(*vintages, crosswalk if request.param == "labels and series" else None)


def of(revisions, *kinds):
    return revisions[revisions["kind"].isin(kinds)]


def test_two_values_changed(revisions):
    changed = of(revisions, "value_changed")
    columns = ["table_name", "item", "year", "unit", "old_value", "new_value"]
    assert sorted(changed[columns].itertuples(index=False, name=None)) == [
        ("ImpSuco", "Estados Unidos", 2021, "USD", 16_742.0, 3_551.0),
        ("ImpSuco", "Estados Unidos", 2021, "kg", 25_693.0, 3_870.0),
    ]


def test_three_empty_cells_became_zero(revisions):
    filled = of(revisions, "mark_filled")
    assert filled["table_name"].tolist() == ["ImpVinhos"] * 3
    assert filled["old_mark"].tolist() == ["empty"] * 3
    assert filled["new_value"].tolist() == [0.0] * 3


def test_no_value_went_and_no_row_went(revisions):
    assert of(revisions, "value_gone", "row_gone").empty


def test_fifty_rows_are_new_after_folding(revisions):
    assert of(revisions, "row_new")["table_name"].value_counts().to_dict() == NEW_ROWS
    assert sum(count for table, count in NEW_ROWS.items() if table.startswith(("Exp", "Imp"))) == 42
    assert set(of(revisions, "row_new")["row_kind"]) == {"leaf"}


def test_renamed_labels_are_told_apart_and_differ_by_accents_and_case_only(revisions):
    renamed = of(revisions, "label_renamed")
    assert len(renamed) == 46
    assert (renamed["item"].map(fold) == renamed["old_item"].map(fold)).all()
    assert (renamed["item"] != renamed["old_item"]).all()


def test_every_cell_of_the_older_vintage_was_compared(revisions, vintages):
    compared = of(revisions, "compared")
    assert len(compared) == 15
    assert compared["cells"].sum() == len(vintages[0])


def test_looking_back_the_same_rows_went(revisions, vintages):
    back = compare(*vintages[::-1])
    assert of(back, "row_gone")["table_name"].value_counts().to_dict() == NEW_ROWS
    assert len(of(back, "value_changed")) == 2
    assert len(of(back, "value_gone")) == 3
    assert of(back, "row_new", "mark_filled").empty


@pytest.mark.parametrize("vintage", [0, 1])
def test_a_vintage_whose_rows_stand_in_another_order_was_not_revised(vintages, vintage):
    cells = vintages[vintage]
    last = cells.groupby("table_name")["row_number"].transform("max")
    assert set(compare(cells, cells.assign(row_number=last + 1 - cells["row_number"]))["kind"]) == {"compared"}


def test_both_vintages_are_compared_in_seconds(vintages, crosswalk):
    begin = time.process_time()
    compare(*vintages, crosswalk)
    assert time.process_time() - begin < SECONDS
