from viticast.reporting.revised import revision_section

from .conftest import CELL, make_revisions


def test_each_table_has_its_own_counts_and_all_have_their_sums():
    changed = {"kind": "value_changed", **CELL, "old_value": 1.0, "new_value": 2.0}
    rows = [{"cells": 40}, changed, {**changed, "year": 2020}, {"table_name": "ExpVinho", "cells": 60}]
    section = revision_section(make_revisions("embrapa", rows))
    assert [(table.name, table.cells, table.counts["value_changed"]) for table in section.tables] == [
        ("ExpVinho", 60, 0),
        ("Producao", 40, 2),
    ]
    assert (section.total.cells, section.total.counts["value_changed"], section.total.counts["row_new"]) == (100, 2, 0)


def test_kinds_that_did_not_occur_are_not_listed():
    section = revision_section(make_revisions("embrapa", [{"cells": 40}]))
    assert (section.cells, section.rows) == ({}, {})


def test_changes_are_listed_by_row_and_year():
    changed = {"kind": "value_changed", **CELL, "old_value": 1.0, "new_value": 2.0}
    rows = [{"cells": 40}, *({**changed, "item": item, "year": year} for item in ("B", "A") for year in (2021, 2020))]
    found = revision_section(make_revisions("embrapa", rows)).cells["value_changed"].rows
    assert [(row["item"], row["year"]) for row in found] == [("A", 2020), ("A", 2021), ("B", 2020), ("B", 2021)]


def test_without_a_vintage_before_there_is_no_sum():
    first = {"kind": "first_vintage", "old_vintage_id": None, "cells": 0}
    section = revision_section(make_revisions("embrapa", [first]))
    assert section.total is None
    assert [table.old_vintage_id for table in section.tables] == [None]
