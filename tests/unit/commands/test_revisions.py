import csv
import io
import json
from datetime import date

import pandas as pd
import pytest
from click.testing import CliRunner

from viticast.cli import cli
from viticast.commands import revisions as command
from viticast.commands.revisions import report_between, report_csv, report_json, report_text
from viticast.contracts.crosswalk import Crosswalk
from viticast.contracts.lake import LAKE_TABLES
from viticast.contracts.vintages import Vintages
from viticast.panel.snapshot import SnapshotError

FIRST, SECOND, THIRD = "1" * 16, "2" * 16, "3" * 16
EARLY, LATE = date(2024, 6, 1), date(2025, 6, 1)


def landing(vintage_id, published_at, table="ExpVinho", number=0, fetched_at="2026-01-01"):
    return {
        "table_name": table,
        "vintage_id": vintage_id,
        "landing_id": f"{number:016x}",
        "source": "embrapa",
        "is_synthetic": False,
        "raw_sha256": "f" * 64,
        "address": "folder/ExpVinho.csv",
        "fetched_at": pd.Timestamp(fetched_at),
        "published_at": pd.Timestamp(published_at),
        "is_published_at_inferred": False,
        "last_year": 2021,
        "file_lines": 3,
        "rows": 2,
        "quarantined_rows": 0,
        "cells": 4,
        "quarantined_cells": 0,
    }


def cells(vintage_id, rows, table="ExpVinho"):
    return [
        {
            "table_name": table,
            "vintage_id": vintage_id,
            "row_number": number,
            "group_label": None,
            "item": item,
            "row_kind": "leaf",
            "unit": "kg",
            "year": year,
            "value": None if isinstance(figure, str) else figure,
            "mark": figure if isinstance(figure, str) else None,
        }
        for number, (item, figures) in enumerate(rows.items(), start=2)
        for year, figure in enumerate(figures, start=2020)
    ]


class FakeLake:
    """Frames in the place of files."""

    source = "embrapa"

    def __init__(self, landings, observations):
        self.vintages = pd.DataFrame(landings) if landings else Vintages.empty()
        self.observations = pd.DataFrame(observations) if observations else LAKE_TABLES["observations"].model.empty()

    def table(self, name, **where):
        rows = {"vintages": self.vintages, "observations": self.observations}[name]
        for column, value in where.items():
            rows = rows[rows[column] == value]
        return rows.reset_index(drop=True)

    def crosswalk(self):
        return Crosswalk.empty()


OLD = {"Chile": (25693.0, "empty"), "Italia": (1.5, 2.0), "Cuba": (0.0, 0.0)}
NEW = {"Chile": (3870.0, 0.0, 5.0), "Itália": (1.5, "nd", 4.0), "Peru": (0.0, 0.0, 9.0)}


@pytest.fixture
def lake():
    landings = [landing(FIRST, "2024-04-01"), landing(SECOND, "2025-04-01")]
    return FakeLake(landings, [*cells(FIRST, OLD), *cells(SECOND, NEW)])


def test_the_vintages_that_the_two_dates_see_are_compared(lake):
    report = report_between(lake, EARLY, LATE)
    assert report.revisions["kind"].tolist() == [
        "compared",
        "value_changed",
        "mark_filled",
        "value_gone",
        "row_new",
        "row_gone",
        "label_renamed",
    ]
    assert set(report.revisions["old_vintage_id"]) == {FIRST}
    assert set(report.revisions["new_vintage_id"]) == {SECOND}


@pytest.mark.parametrize(("earlier", "later"), [(date(2024, 5, 1), EARLY), (LATE, LATE)])
def test_dates_that_see_one_vintage_find_nothing_revised(lake, earlier, later):
    text = report_text(report_between(lake, earlier, later))
    assert text.endswith("Nothing was revised.")


def test_a_date_before_the_lake_has_nothing_to_compare_with(lake):
    report = report_between(lake, date(2020, 1, 1), EARLY)
    assert report.revisions["kind"].tolist() == ["first_vintage"]
    assert "no vintage published by 2020-01-01: nothing to compare with" in report_text(report)


def test_a_table_that_came_later_is_a_first_vintage_beside_the_others(lake):
    landings = [*lake.vintages.to_dict("records"), landing(THIRD, "2025-01-01", table="ExpSuco")]
    observations = [*lake.observations.to_dict("records"), *cells(THIRD, OLD, table="ExpSuco")]
    report = report_between(FakeLake(landings, observations), EARLY, LATE)
    assert report.revisions["kind"].tolist()[:2] == ["first_vintage", "compared"]
    (line,) = [line for line in report_text(report).splitlines() if line.startswith("ExpSuco")]
    assert line.split() == ["ExpSuco", "-", "2025-01-01", *"0000000"]


def test_a_content_that_is_published_again_stands_again(lake):
    landings = [*lake.vintages.to_dict("records"), landing(FIRST, "2025-05-01", number=1)]
    report = report_between(FakeLake(landings, lake.observations.to_dict("records")), EARLY, LATE)
    assert report.snapshots[1]["vintage_id"].tolist() == [FIRST]


def test_of_two_vintages_of_one_day_the_one_fetched_last_stands():
    landings = [
        landing(SECOND, "2024-04-01", fetched_at="2026-01-01"),
        landing(FIRST, "2024-04-01", fetched_at="2026-01-02"),
    ]
    report = report_between(FakeLake(landings, [*cells(FIRST, OLD), *cells(SECOND, NEW)]), EARLY, EARLY)
    assert report.snapshots[1]["vintage_id"].tolist() == [FIRST]


def test_a_lake_that_begins_later_says_when(lake):
    with pytest.raises(SnapshotError, match=r"published by 2020-01-01; its first is of 2024-04-01: take a later --to"):
        report_between(lake, date(2019, 1, 1), date(2020, 1, 1))
    with pytest.raises(SnapshotError, match=r"has no vintage. Ingest one first: kedro run --params source=embrapa"):
        report_between(FakeLake([], []), EARLY, LATE)


def test_the_text_counts_each_table_and_tells_each_revision(lake):
    text = report_text(report_between(lake, EARLY, LATE))
    assert text.startswith("Revisions of 'embrapa' from 2024-06-01 to 2025-06-01\n")
    lines = text.splitlines()
    fields = [line.split() for line in lines]
    assert [
        "before",
        "after",
        "cells",
        "changed",
        "filled",
        "emptied",
        "new",
        "rows",
        "gone",
        "rows",
        "renamed",
    ] in fields
    assert ["ExpVinho", "2024-04-01", "2025-04-01", "4", *"111111"] in fields
    assert ["all", "-", "-", "4", *"111111"] in fields
    for told in (
        "  ExpVinho > Chile, 2020: 25,693 -> 3,870 kg",
        "  ExpVinho > Chile, 2021: [empty] -> 0 kg",
        "  ExpVinho > Itália, 2021: 2 -> [nd] kg",
        "  ExpVinho > Peru",
        "  ExpVinho > Cuba",
        "  ExpVinho > Itália (was: Italia)",
    ):
        assert told in lines


def test_a_line_names_the_category_of_a_leaf_and_says_what_is_a_total():
    def row(kind, **changes):
        return {**cells(FIRST, {"VINHO": (1.0,)})[0], "group_label": "VINHO", "row_kind": kind, **changes}

    def file(vintage_id, total, leaf):
        rows = [row("total", value=total), row("leaf", item="Tinto", row_number=3, value=leaf)]
        return [each | {"vintage_id": vintage_id} for each in rows]

    landings = [landing(FIRST, "2024-04-01"), landing(SECOND, "2025-04-01")]
    lake = FakeLake(landings, [*file(FIRST, 9.0, 9.0), *file(SECOND, 8.25, 1e7)])
    lines = report_text(report_between(lake, EARLY, LATE)).splitlines()
    assert "  ExpVinho > VINHO (published total), 2020: 9 -> 8.25 kg" in lines
    assert "  ExpVinho > VINHO > Tinto, 2020: 9 -> 10,000,000 kg" in lines


def test_csv_and_json_have_every_row_and_column(lake):
    report = report_between(lake, EARLY, LATE)
    rows = list(csv.DictReader(io.StringIO(report_csv(report))))
    objects = json.loads(report_json(report))
    assert len(rows) == len(objects) == len(report.revisions)
    assert list(rows[0]) == list(objects[0]) == list(report.revisions.columns)
    changed = next(each for each in objects if each["kind"] == "value_changed")
    assert (changed["old_value"], changed["new_value"], changed["group_label"]) == (25693.0, 3870.0, None)
    assert next(row for row in rows if row["kind"] == "label_renamed")["item"] == "Itália"


@pytest.fixture
def asked(lake, monkeypatch):
    """The command on a lake of frames, and what it was opened with."""
    opened = []
    monkeypatch.setattr(command, "open_lake", lambda source, env: opened.append((source, env)) or lake)
    return lambda *arguments: (CliRunner().invoke(cli, ["revisions", *arguments]), opened)


def test_the_command_opens_the_lake_that_was_asked_for(asked):
    result, opened = asked("--from", "2024-06-01", "--to", "2025-06-01", "--source", "embrapa", "--env", "aws")
    assert (result.exit_code, opened) == (0, [("embrapa", "aws")])
    assert "Chile, 2020: 25,693 -> 3,870 kg" in result.output


@pytest.mark.parametrize(("form", "start"), [("csv", "table_name,"), ("json", "[")])
def test_the_command_writes_nothing_but_the_data(asked, form, start):
    result, _ = asked("--from", "2024-06-01", "--to", "2025-06-01", "--format", form)
    assert result.exit_code == 0
    assert result.output.startswith(start)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--from", "2025-06-01", "--to", "2024-06-01"], 2, "swap them"),
        (["--from", "2024-06-01"], 2, "--to"),
        (["--from", "yesterday", "--to", "2024-06-01"], 2, "yesterday"),
        (["--from", "2019-06-01", "--to", "2020-06-01"], 1, "take a later --to"),
    ],
)
def test_what_cannot_be_answered_is_said_plainly(asked, arguments, status, words):
    result, _ = asked(*arguments)
    assert result.exit_code == status
    assert words in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [([], "kedro run --params source=embrapa"), (["--env", "aws"], "kedro run --env aws --params source=embrapa")],
)
def test_an_empty_lake_is_filled_in_the_environment_that_was_asked_for(monkeypatch, arguments, remedy):
    monkeypatch.setattr(command, "open_lake", lambda source, env: FakeLake([], []))
    given = ["revisions", "--from", "2024-06-01", "--to", "2025-06-01", *arguments]
    result = CliRunner().invoke(cli, given)
    assert result.exit_code == 1
    assert f"has no vintage. Ingest one first: {remedy}\n" in result.output
