"""The real vintages are passed without a finding, and the thresholds leave slack beyond what they show."""

from datetime import UTC, date, datetime

import pytest
import yaml

from viticast.panel.declarations import Aliases
from viticast.panel.labels import fold
from viticast.sources.reader import read_table
from viticast.sources.vetting import Expectations, VettingBounds, vet

pytestmark = pytest.mark.real

OLDER, NEWER = "2024-04", "2025-04"
STRICTER = {
    "total_rounding": 2.0,
    "new_gap_years": 0,
    "usual_share_of_years_with_figures": 0.5,
    "repeated_year_share": 0.11,
    "changed_share_watched": 0.0042,
    "changed_share": 0.0042,
    "marked_share": 0.0,
    "one_sided_share": 0.0102,
    "unit_value_years": 0,
    "unreadable_share": 0.0,
}
"""Just what the two vintages need: the thresholds lie beyond it."""


@pytest.fixture(scope="module")
def contents(real_vintages, registry):
    """(vintage, table) -> bytes of the file."""
    return {
        (vintage, table.name): (folder / table.file_name).read_bytes()
        for vintage, folder in real_vintages.items()
        for table in registry
    }


@pytest.fixture(scope="module")
def cells(contents, registry):
    """(vintage, table) -> its cells."""
    return {key: read_table(content, registry[key[1]]).frame for key, content in contents.items()}


@pytest.fixture(scope="module")
def expectations(project_root):
    path = project_root / "conf" / "base" / "expectations_embrapa.yml"
    return Expectations.from_mapping(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def ask(project_root, registry, expectations):
    """ask(table, cells, vintage=..., previous=...) -> findings."""
    path = project_root / "conf" / "base" / "aliases_embrapa.yml"
    aliases = Aliases.from_mapping(yaml.safe_load(path.read_text(encoding="utf-8")))

    def _ask(table, frame, *, vintage=NEWER, previous=None, bounds=None):
        return vet(
            frame,
            registry[table],
            published_at=date.fromisoformat(f"{vintage}-01"),
            fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
            previous=previous,
            expectations=expectations,
            bounds=bounds or VettingBounds(),
            same_label=lambda name, label: fold(aliases.resolve(name, label)),
            raw_sha256="0" * 64,
        )

    return _ask


@pytest.mark.parametrize("bounds", [VettingBounds(), VettingBounds(**STRICTER)], ids=["as set", "without slack"])
@pytest.mark.parametrize(("vintage", "after"), [(OLDER, None), (NEWER, None), (NEWER, OLDER)])
def test_the_vintages_have_no_refusal_and_no_watch(cells, ask, registry, vintage, after, bounds):
    for table in registry.names:
        previous = None if after is None else cells[after, table]
        assert ask(table, cells[vintage, table], vintage=vintage, previous=previous, bounds=bounds) == ()


def test_the_one_revision_would_be_seen_by_a_narrower_bound(cells, ask):
    bounds = VettingBounds(changed_share_watched=0.0041)
    [finding] = ask("ImpSuco", cells[NEWER, "ImpSuco"], previous=cells[OLDER, "ImpSuco"], bounds=bounds)
    assert (finding.outcome, finding.rule) == ("watch", "changed_values")
    assert "2 of 486 figures" in finding.reason
    assert "is 3,870, not 25,693" in finding.reason


def test_one_sided_trades_are_as_many_as_is_known(cells, ask, registry):
    bounds = VettingBounds(one_sided_share=0.0)
    found = {}
    for table in registry.names:
        for finding in ask(table, cells[NEWER, table], bounds=bounds):
            found[table] = int(finding.found)
    assert found == {"ImpVinhos": 9, "ImpEspumantes": 1, "ImpPassas": 3, "ExpVinho": 1, "ExpEspumantes": 2}


def test_the_published_totals_break_in_as_many_years_as_is_known(cells, ask, registry, expectations):
    """Comercio 94, Mesa 11, Producao 2, Viniferas 1, Americanas 2 group-years at a tolerance of half a unit."""
    bare = expectations.model_copy(update={"total_gaps": ()})
    broken = {}
    for table in registry.names:
        findings = vet(
            cells[NEWER, table],
            registry[table],
            published_at=date(2025, 4, 1),
            fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
            previous=None,
            expectations=bare,
            bounds=VettingBounds(total_rounding=0.5),
            same_label=lambda _, label: fold(label),
            raw_sha256="0" * 64,
        )
        years = [int(finding.reason.split(" leaves in ")[1].split()[0]) for finding in findings]
        if years:
            broken[table] = sum(years)
    assert broken == {
        "Comercio": 94,
        "ProcessaMesa": 11,
        "Producao": 2,
        "ProcessaViniferas": 1,
        "ProcessaAmericanas": 2,
    }


def test_every_table_has_anchors_that_hold_in_both_vintages(cells, expectations, registry):
    for table in registry.names:
        anchors = expectations.of(table).anchors
        assert len(anchors) >= 3
        for vintage in (OLDER, NEWER):
            frame = cells[vintage, table]
            for anchor in anchors:
                same = frame[(frame["item"].map(fold) == fold(anchor.item)) & (frame["year"] == anchor.year)]
                assert (same.loc[same["measure"] == anchor.measure, "value"] == anchor.value).any()


def test_a_file_without_its_last_row_is_refused(cells, ask, registry):
    for table in registry.names:
        for vintage in (OLDER, NEWER):
            frame = cells[vintage, table]
            cut = frame[frame["row_number"] < frame["row_number"].max()]
            if cut.empty:
                continue
            findings = ask(table, cut, vintage=vintage)
            assert "anchors" in {finding.rule for finding in findings if finding.outcome == "refusal"}, table


def test_the_older_vintage_is_refused_as_a_newer_one(cells, ask, registry):
    for table in registry.names:
        findings = ask(table, cells[OLDER, table], previous=cells[NEWER, table])
        assert "lost_years" in {finding.rule for finding in findings if finding.outcome == "refusal"}
