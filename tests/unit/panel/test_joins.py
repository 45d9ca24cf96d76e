import pandas as pd
import pytest

from viticast.contracts.crosswalk import Crosswalk
from viticast.contracts.panel import CorrectionsApplied
from viticast.panel.crosswalk import new_labels
from viticast.panel.declarations import Aliases
from viticast.panel.joins import count_joins

SINGAPORE = {"to": "Cingapura", "labels": ["Singapura", "Singapore"], "reason": "Two spellings."}
GERMANY = {"to": "Alemanha", "labels": ["RDA"], "tables": ["ExpVinho"], "reason": "It is Germany."}


def country(label, value=1.0, year=2020, table="ExpVinho", unit="kg"):
    return {"table_name": table, "item_label": label, "unit": unit, "year": year, "value": value}


def joined(cells, tree, rows, *entries, known_aliases=None):
    frame = cells(*rows)
    aliases = Aliases.from_mapping({"aliases": list(entries)})
    crosswalk = new_labels(Crosswalk.empty(), frame, tree, known_aliases or aliases, "sample")
    return count_joins(frame, aliases, crosswalk)


def told(joins):
    return [tuple(row) for row in joins[["correction_id", "table_name", "status", "cells"]].to_numpy()]


def test_the_cells_that_took_another_name_are_counted_by_table(cells, tree):
    rows = [country("Cingapura"), country("Singapura", year=2021), country("Singapura", year=2022)]
    joins = joined(cells, tree, [*rows, country("Singapore", table="ExpSuco")], SINGAPORE)
    assert told(joins) == [
        ("alias_cingapura_expsuco", "ExpSuco", "applied", 1),
        ("alias_cingapura_expvinho", "ExpVinho", "applied", 2),
    ]


def test_the_outcome_fulfils_the_contract(cells, tree):
    joins = joined(cells, tree, [country("Singapura")], SINGAPORE, GERMANY).assign(snapshot_id="0" * 16)
    CorrectionsApplied.validate(joins.astype({"snapshot_id": "str"}), lazy=True)


def test_an_alias_without_a_label_in_the_snapshot_joins_nothing(cells, tree):
    assert told(joined(cells, tree, [country("Chile")], SINGAPORE, GERMANY)) == [
        ("alias_cingapura_all", "*", "not_applicable", 0),
        ("alias_alemanha_expvinho", "ExpVinho", "not_applicable", 0),
    ]


def test_an_alias_of_some_tables_joins_nothing_elsewhere(cells, tree):
    joins = joined(cells, tree, [country("RDA", table="ExpSuco")], GERMANY)
    assert joins["status"].tolist() == ["not_applicable"]


def test_labels_with_figures_in_one_year_are_pointed_out(cells, tree):
    rows = [country("Cingapura"), country("Singapura"), country("Singapura", year=2021)]
    [row] = joined(cells, tree, rows, SINGAPORE).to_dict("records")
    assert (row["status"], row["cells"], row["detail"]) == (
        "overlapping",
        2,
        "several of its labels have figures in 2020",
    )


@pytest.mark.parametrize(
    "other",
    [country("Singapura", value=0.0), country("Singapura", unit="USD"), country("Singapura", table="ExpSuco")],
    ids=["no figure", "another unit", "another table"],
)
def test_figures_that_are_not_added_up_do_not_overlap(cells, tree, other):
    joins = joined(cells, tree, [country("Cingapura"), other], SINGAPORE)
    assert joins["status"].tolist() == ["applied"]


def test_parts_that_are_to_be_summed_may_overlap(cells, tree):
    rows = [country("Cingapura"), country("Singapura")]
    joins = joined(cells, tree, rows, SINGAPORE | {"may_overlap": True})
    assert joins["status"].tolist() == ["applied"]


def test_a_label_that_had_its_series_before_the_alias_keeps_it(cells, tree):
    joins = joined(cells, tree, [country("Singapura")], SINGAPORE, known_aliases=Aliases())
    assert told(joins) == [("alias_cingapura_expvinho", "ExpVinho", "not_applicable", 0)]
    assert pd.notna(joins["detail"]).all()
