import hashlib
import time
from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest

from viticast.contracts.observations import Observations
from viticast.sources.fetched import FetchedFile, landing_id
from viticast.sources.reader import read_table
from viticast.sources.vintage import (
    DamagedVintageError,
    content_id,
    infer_published_at,
    observe,
    require_content,
)

NOW = datetime(2025, 5, 1, 12, tzinfo=UTC)
LINES = ("id|control|cultivar|2000|2001", "1|TINTAS|TINTAS|3|3", "2|ti_A|A|1|nd", "3|ti_B|B|2|2,5")


def identity(table, content):
    return content_id(read_table(content, table).frame)


def test_the_id_is_that_of_the_content(cultivars, write):
    plain = identity(cultivars, write(*LINES))
    assert len(plain) == 16
    assert int(plain, 16) >= 0
    assert identity(cultivars, write(*LINES, delimiter="\t")) == plain
    assert identity(cultivars, write(*LINES[1:])) == plain
    assert identity(cultivars, write(LINES[0], LINES[1], "7|ti_B|B|2|2,5", "9|ti_A|A|1|nd")) == plain
    assert identity(cultivars, b"\xef\xbb\xbf" + write(*LINES, end="\r\n")) == plain


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("|1|nd", "|1|*"),
        ("|1|nd", "|1|0"),
        ("|1|nd", "|2|nd"),
        ("2,5", "2,51"),
        ("|B|", "|C|"),
        ("2001", "2001|2002"),
    ],
)
def test_any_other_figure_mark_or_label_is_another_vintage(cultivars, write, old, new):
    lines = [line.replace(old, new) for line in LINES]
    if "2002" in new:
        lines = [lines[0], *(f"{line}|0" for line in lines[1:])]
    assert identity(cultivars, write(*lines)) != identity(cultivars, write(*LINES))


def test_the_same_figures_under_another_row_are_another_vintage(cultivars, write):
    swapped = (LINES[0], LINES[1], "2|ti_A|A|2|2,5", "3|ti_B|B|1|nd")
    assert identity(cultivars, write(*swapped)) != identity(cultivars, write(*LINES))


@pytest.mark.parametrize(
    ("last_year", "fetched_at", "expected"),
    [
        (2022, datetime(2026, 1, 1, tzinfo=UTC), date(2023, 12, 31)),
        (2024, NOW, date(2025, 5, 1)),
        (2024, datetime(2025, 5, 1, 23, tzinfo=timezone(timedelta(hours=-3))), date(2025, 5, 2)),
        (2024, datetime(2025, 5, 1), date(2025, 5, 1)),
    ],
)
def test_nothing_is_published_after_it_was_fetched(last_year, fetched_at, expected):
    assert infer_published_at(last_year, fetched_at) == expected


def test_a_time_without_zone_is_utc_wherever_the_machine_stands(monkeypatch):
    monkeypatch.setenv("TZ", "America/Sao_Paulo")
    time.tzset()
    try:
        assert infer_published_at(2024, datetime(2025, 5, 1, 23)) == date(2025, 5, 1)
        assert infer_published_at(2024, datetime(2025, 5, 1, 1)) == date(2025, 5, 1)
        assert infer_published_at(2024, datetime(2025, 5, 1, 1, tzinfo=UTC)) == date(2025, 5, 1)
    finally:
        monkeypatch.undo()
        time.tzset()


def observed(table, content, **changes):
    arguments = {
        "source": "embrapa",
        "is_synthetic": False,
        "raw_sha256": FetchedFile(table.name, content, "x", NOW).sha256,
    }
    return observe(read_table(content, table), table, **(arguments | changes))


def test_observations_fulfil_their_contract(cultivars, countries, write):
    frames = [
        observed(cultivars, write(*LINES)),
        observed(countries, write("Id|País|2000|2000", "1|Chile|1|x"), is_synthetic=True),
    ]
    frame = pd.concat(frames, ignore_index=True)
    Observations.validate(frame, lazy=True)
    assert {frame[name].dtype for name in ("table_name", "vintage_id", "source", "raw_sha256")} == {frame["item"].dtype}
    assert list(frame["is_synthetic"]) == [False] * 6 + [True] * 2
    assert list(frame["mark"].dropna()) == ["nd", "unreadable"]
    assert set(frame["source"]) == {"embrapa"}
    assert set(frame["table_name"]) == {"ProcessaTeste", "ExpTeste"}
    assert frame.groupby("table_name")[["vintage_id", "raw_sha256"]].nunique().eq(1).all(axis=None)
    assert frame["year"].dtype == "int64"
    assert list(frame.columns) == list(Observations.to_schema().columns)


def test_an_observation_says_which_content_and_which_bytes_it_is_of(cultivars, write):
    frame = observed(cultivars, write(*LINES))
    assert set(frame["vintage_id"]) == {identity(cultivars, write(*LINES))}
    assert set(frame["raw_sha256"]) == {hashlib.sha256(write(*LINES)).hexdigest()}
    other = observed(cultivars, write(*LINES, delimiter="\t"))
    assert set(other["vintage_id"]) == set(frame["vintage_id"])
    assert set(other["raw_sha256"]) != set(frame["raw_sha256"])


def test_an_unreadable_cell_is_another_content_than_an_empty_one(cultivars, write):
    lines = [line.replace("|nd", "|n.d.") for line in LINES]
    others = [line.replace("|nd", "|") for line in LINES]
    assert len({identity(cultivars, write(*text)) for text in (LINES, lines, others)}) == 3


def test_ids_do_not_change_from_release_to_release(cultivars, write):
    """Every partition of a lake is named by them."""
    assert identity(cultivars, write(*LINES)) == "56f5ed62df156ff5"
    assert landing_id("ab" * 32, "http://x/A.csv", date(2025, 4, 1)) == "8e155c0238821540"
    assert landing_id("ab" * 32, "http://x/A.csv", None) == "838acc22bb31c734"


def test_a_landing_is_bytes_address_and_declared_date():
    landing = ("ab" * 32, "A.csv", date(2025, 4, 1))
    others = [("cd" * 32, *landing[1:]), (landing[0], "B.csv", landing[2]), (*landing[:2], None)]
    others.append((*landing[:2], date(2025, 4, 2)))
    assert landing_id(*landing) == landing_id(*landing)
    assert len({landing_id(*one) for one in (landing, *others)}) == 5


def test_an_unknown_source_is_refused(cultivars, write):
    with pytest.raises(ValueError, match="source must be one of sample, embrapa, api, database"):
        observed(cultivars, write(*LINES), source="ibge")


def kept(cultivars, write, *lines, table="ProcessaViniferas"):
    """Cells as the lake keeps them, under the id of their content."""
    reading = read_table(write(*(lines or LINES)), cultivars)
    return reading.frame.assign(table_name=table, vintage_id=content_id(reading.frame))


def test_cells_that_are_what_they_are_kept_as_are_passed(cultivars, write):
    two = [kept(cultivars, write), kept(cultivars, write, *LINES[:3], table="ProcessaMesa")]
    ids = [cells["vintage_id"].iloc[0] for cells in two]
    require_content(pd.concat(two, ignore_index=True).sample(frac=1, random_state=1), ids)


def test_the_catalog_is_asked_first_and_the_backup_only_then(cultivars, write):
    with pytest.raises(DamagedVintageError) as raised:
        require_content(kept(cultivars, write), ["0123456789abcdef"])
    first, then = str(raised.value).split("If this comes again")
    assert "in the same environment (with the same --env): kedro run --pipelines=ingestion,cataloging" in first
    assert "backup" not in first
    assert "backup" in then


def test_a_vintage_that_is_gone_is_named(cultivars, write):
    with pytest.raises(DamagedVintageError, match="vintage 0123456789abcdef are not"):
        require_content(kept(cultivars, write), ["0123456789abcdef"])


@pytest.mark.parametrize(
    "change",
    [
        lambda cells: cells.assign(value=cells["value"].where(cells.index != 1, 4.0)),
        lambda cells: cells.assign(mark=cells["mark"].where(cells["mark"] != "nd", "*")),
        lambda cells: cells.assign(item=cells["item"].replace("A", "C")),
        lambda cells: cells.iloc[1:],
        lambda cells: pd.concat([cells, cells.tail(1)]),
    ],
    ids=["a value", "a mark", "a label", "a cell is gone", "a cell stands twice"],
)
def test_cells_that_are_not_are_named_with_their_table(cultivars, write, change):
    sound, damaged = kept(cultivars, write, *LINES[:3], table="ProcessaMesa"), kept(cultivars, write)
    vintage = damaged["vintage_id"].iloc[0]
    with pytest.raises(DamagedVintageError, match=f"ProcessaViniferas, vintage {vintage}") as raised:
        require_content(pd.concat([sound, change(damaged)], ignore_index=True), [vintage])
    assert "ProcessaMesa" not in str(raised.value)
