from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest

from viticast.contracts.observations import Observations
from viticast.sources.fetched import FetchedFile
from viticast.sources.reader import read_table
from viticast.sources.vintage import content_id, infer_published_at, observe

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


def observed(table, content, **changes):
    arguments = {
        "source": "embrapa",
        "is_synthetic": False,
        "raw_sha256": FetchedFile(table.name, content, "x", NOW).sha256,
        "published_at": date(2025, 4, 1),
        "fetched_at": NOW,
    }
    return observe(read_table(content, table), table, **(arguments | changes))


def test_observations_fulfil_their_contract(cultivars, countries, write):
    frames = [
        observed(cultivars, write(*LINES)),
        observed(countries, write("Id|País|2000|2000", "1|Chile|1|"), published_at=None, is_synthetic=True),
    ]
    frame = pd.concat(frames, ignore_index=True)
    Observations.validate(frame, lazy=True)
    assert frame["published_at"].dtype == "datetime64[us]"
    assert frame["year"].dtype == "int64"
    assert list(frame.columns) == list(Observations.to_schema().columns)


def test_a_declared_date_is_kept_and_a_missing_one_inferred(cultivars, write):
    declared = observed(cultivars, write(*LINES))
    assert set(declared["published_at"]) == {pd.Timestamp("2025-04-01")}
    assert not declared["is_published_at_inferred"].any()
    inferred = observed(cultivars, write(*LINES), published_at=None)
    assert set(inferred["published_at"]) == {pd.Timestamp("2002-12-31")}
    assert inferred["is_published_at_inferred"].all()


def test_an_unknown_source_is_refused(cultivars, write):
    with pytest.raises(ValueError, match="source must be one of sample, embrapa, api, database"):
        observed(cultivars, write(*LINES), source="ibge")
