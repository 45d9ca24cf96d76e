from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pandas as pd
import pytest
import yaml

from viticast.contracts.findings import Findings
from viticast.contracts.vintages import Vintages
from viticast.panel.labels import fold
from viticast.sources.batch import check_and_read_all
from viticast.sources.files import fetch_folder
from viticast.sources.intake import Accepted, KnownVintages, Refused, finding_rows, take_in
from viticast.sources.reader import COLUMNS
from viticast.sources.vetting import Expectations, VettingBounds

NOTHING_KNOWN = (Vintages.empty(), {})


@pytest.fixture(scope="module")
def suco(sample_vintages, registry):
    """ImpSuco of both vintages of the sample, the older first."""
    files = [file for folder in sorted(sample_vintages.values()) for file in fetch_folder(folder, registry)]
    return [file for file in files if file.table_name == "ImpSuco"]


@pytest.fixture(scope="module")
def decide(registry, project_root):
    text = (project_root / "conf" / "base" / "expectations_sample.yml").read_text(encoding="utf-8")
    expectations = Expectations.from_mapping(yaml.safe_load(text))

    def run(*files, known=NOTHING_KNOWN):
        return take_in(
            check_and_read_all(files, registry),
            registry,
            KnownVintages(*known),
            expectations,
            VettingBounds(),
            lambda table, item: fold(item),
        )

    return run


def in_the_lake(*accepted):
    """What the lake holds after files were accepted."""
    vintages = pd.DataFrame(
        [
            {
                "table_name": one.file.table_name,
                "vintage_id": one.vintage_id,
                "landing_id": one.landing_id,
                "published_at": pd.Timestamp(one.published_at),
                "fetched_at": pd.Timestamp("2026-01-01"),
                "last_year": one.reading.last_year,
            }
            for one in accepted
        ]
    )
    return vintages, {("ImpSuco", one.vintage_id): partial(_rows, one) for one in accepted}


def _rows(one):
    return one.reading.frame.assign(table_name="ImpSuco", vintage_id=one.vintage_id)


def test_files_are_decided_in_the_order_of_their_publication(decide, suco):
    decisions = decide(*reversed(suco))
    assert [one.published_at for one in decisions] == [date(2024, 4, 1), date(2025, 4, 1)]
    assert [type(one) for one in decisions] == [Accepted, Accepted]


def test_a_file_without_a_declared_date_is_taken_as_published_when_its_last_year_lets_it(decide, suco):
    [one] = decide(replace(suco[1], published_at=None, fetched_at=datetime(2030, 1, 1, tzinfo=UTC)))
    assert one.published_at == date(2025, 12, 31)


def test_a_cell_that_cannot_be_read_is_set_aside_and_the_file_accepted(decide, suco):
    [one] = decide(_spoilt(suco[1]))
    assert isinstance(one, Accepted)
    [finding] = [finding for finding in one.findings if finding.outcome == "cell_quarantined"]
    assert "x" in finding.found
    assert finding.row_number > 1
    assert (one.reading.frame["mark"] == "unreadable").sum() == 1


def _spoilt(file):
    """The file with an x in the last figure of its second line."""
    lines = file.content.split(b"\n")
    lines[1] += b"x"
    return replace(file, content=b"\n".join(lines))


def test_a_file_that_cannot_be_read_is_refused_with_every_reason(decide, suco):
    [one] = decide(replace(suco[1], content=b"<html>503</html>"))
    assert isinstance(one, Refused)
    assert [finding.rule for finding in one.findings] == ["HtmlPageError"]
    [error] = one.errors()
    assert error.table == "ImpSuco"
    assert "web page" in str(error)
    assert "Remedy" in str(error)


def test_a_file_is_compared_with_the_one_accepted_before_it_in_the_run(decide, suco):
    half = replace(suco[1], content=b"\n".join(suco[1].content.split(b"\n")[:15]) + b"\n")
    older, newer = decide(suco[0], half)
    assert (type(older), type(newer)) == (Accepted, Refused)


def test_a_file_is_compared_with_the_lake(decide, suco):
    half = replace(suco[1], content=b"\n".join(suco[1].content.split(b"\n")[:15]) + b"\n")
    [older] = decide(suco[0])
    rules = {finding.rule for finding in decide(half, known=in_the_lake(older))[0].findings}
    assert rules - {finding.rule for finding in decide(half)[0].findings} == {"vanished_rows"}


def test_a_refused_file_is_no_vintage_that_others_are_compared_with(decide, suco):
    page = replace(suco[0], content=b"<html>")
    assert [type(one) for one in decide(page, suco[1])] == [Refused, Accepted]


def test_a_mended_file_of_the_same_day_is_compared_with_the_one_it_mends(decide, suco):
    [first] = decide(suco[1])
    known = KnownVintages(*in_the_lake(first))
    before = known.before("ImpSuco", "another", first.published_at)
    pd.testing.assert_frame_equal(before.reset_index(drop=True), first.reading.frame[list(COLUMNS)])


@pytest.mark.parametrize("published", [date(2024, 3, 31), date(2025, 3, 31)])
def test_the_vintage_before_is_the_newest_published_by_then(decide, suco, published):
    older, newer = decide(*suco)
    before = KnownVintages(*in_the_lake(older, newer)).before("ImpSuco", "another", published)
    if published < date(2024, 4, 1):
        assert before is None
    else:
        assert before["year"].max() == older.reading.last_year


def test_of_the_vintages_of_the_lake_only_the_one_compared_with_is_read(decide, suco):
    older, newer = decide(*suco)
    vintages, observations = in_the_lake(older, newer)
    read = []

    def noting(key):
        read.append(key)
        return observations[key]()

    known = KnownVintages(vintages, {key: partial(noting, key) for key in observations})
    assert read == []
    known.before("ImpSuco", "another", date(2030, 1, 1))
    assert read == [("ImpSuco", newer.vintage_id)]


def test_a_vintage_that_is_listed_without_its_figures_is_compared_with_nothing(decide, suco):
    [one] = decide(suco[1])
    vintages, _ = in_the_lake(one)
    assert KnownVintages(vintages, {}).before("ImpSuco", "another", date(2030, 1, 1)) is None


def test_a_vintage_is_not_compared_with_itself(decide, suco):
    [one] = decide(suco[1])
    assert KnownVintages(*in_the_lake(one)).before("ImpSuco", one.vintage_id, date(2030, 1, 1)) is None


def test_a_content_counts_from_each_of_its_landings(decide, suco):
    [early] = decide(suco[0])
    [late] = decide(replace(suco[0], published_at=date(2024, 8, 1)))
    known = KnownVintages(*NOTHING_KNOWN)
    known.add(late)
    assert known.before("ImpSuco", "another", date(2024, 5, 1)) is None
    known.add(early)
    assert known.before("ImpSuco", "another", date(2024, 5, 1)) is not None


def fetched(file, day):
    return replace(file, fetched_at=datetime(2026, 1, day, tzinfo=UTC))


def test_a_file_that_takes_its_place_again_lands_again(decide, suco):
    """A, then the mended B of the same date, then A again: the last of them stands."""
    first, mended = fetched(suco[1], 1), replace(_spoilt(fetched(suco[1], 2)), address="elsewhere")
    known = KnownVintages(*NOTHING_KNOWN)
    landed = []
    for file in (first, mended, fetched(suco[1], 3)):
        [one] = decide(file)
        place = known.landing_id(file, one.vintage_id, one.published_at)
        landed.append(replace(one, landing_id=place))
        known.add(landed[-1])
    assert landed[0].landing_id == first.landing_id
    assert len({one.landing_id for one in landed}) == 3
    again = fetched(suco[1], 4)
    assert known.landing_id(again, landed[2].vintage_id, landed[2].published_at) == again.landing_id


def test_a_file_that_stands_already_lands_no_second_time(decide, suco):
    known = KnownVintages(*NOTHING_KNOWN)
    [one] = decide(suco[1])
    known.add(one)
    assert known.landing_id(suco[1], one.vintage_id, one.published_at) == suco[1].landing_id


def test_every_decision_has_its_rows(decide, suco):
    decisions = [*decide(suco[0], _spoilt(suco[1])), *decide(replace(suco[1], content=b"<html>"))]
    frame = pd.DataFrame([row for one in decisions for row in finding_rows(one)])
    frame = frame.assign(source="sample", is_synthetic=True)
    types = {name: str(kind) for name, kind in Findings.empty().dtypes.items()}
    Findings.validate(frame.astype(types)[list(types)], lazy=True)
    assert frame["outcome"].tolist() == [
        "table_accepted",
        "table_accepted",
        "cell_quarantined",
        "table_refused",
        "refusal",
    ]
    assert "1 cells quarantined" in frame["reason"].iloc[1]


def test_figures_that_end_earlier_than_those_of_the_lake_are_watched(decide, suco):
    [newer] = decide(suco[1])
    lake = in_the_lake(newer)
    [undated] = decide(replace(suco[0], published_at=None), known=lake)
    [found] = [finding for finding in undated.findings if finding.rule == "older_copy"]
    assert isinstance(undated, Accepted)
    assert found.outcome == "watch"
    assert "end in 2022, those of the lake in 2024" in found.reason
    for file, known in ((suco[0], lake), (replace(suco[1], published_at=None), lake), (suco[0], NOTHING_KNOWN)):
        [other] = decide(file, known=known)
        assert [finding for finding in other.findings if finding.rule == "older_copy"] == []
