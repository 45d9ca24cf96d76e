"""What is declared about the figures, against the registry of tables."""

from collections import Counter

import pytest
import yaml

from viticast.contracts.columns import FIRST_YEAR, LAST_YEAR
from viticast.contracts.columns import SOURCES as ALL
from viticast.panel.declarations import Aliases, Corrections
from viticast.panel.labels import fold
from viticast.sources.vetting import RULES, Expectations

SOURCES = ("sample", "embrapa")


def read(root, name):
    return yaml.safe_load((root / "conf" / "base" / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=SOURCES)
def aliases(request, project_root):
    return Aliases.from_mapping(read(project_root, f"aliases_{request.param}.yml"))


@pytest.fixture(scope="module", params=SOURCES)
def expectations(request, project_root):
    return Expectations.from_mapping(read(project_root, f"expectations_{request.param}.yml"))


@pytest.mark.parametrize("source", SOURCES)
def test_a_correction_is_about_a_table_and_years_that_there_are(project_root, registry, source):
    corrections = Corrections.from_mapping(read(project_root, f"corrections_{source}.yml")).corrections
    for correction in corrections:
        assert correction.table in registry.names, correction.id
        assert FIRST_YEAR <= correction.years[0] <= correction.years[1] <= LAST_YEAR, correction.id
        assert any(correction.years[0] <= guard.year <= correction.years[1] for guard in correction.expect)


def test_an_alias_is_about_tables_that_there_are(aliases, registry):
    named = {table for alias in aliases.aliases for table in alias.tables or ()}
    assert named <= set(registry.names)


def test_a_label_has_one_name(aliases, registry):
    for table in registry.names:
        holds = [alias for alias in aliases.aliases if alias.tables is None or table in alias.tables]
        labels = Counter(folded for alias in holds for folded in {fold(label) for label in alias.labels})
        assert [label for label, count in labels.items() if count > 1] == [], table


def test_a_name_is_not_itself_an_alias(aliases, registry):
    for table in registry.names:
        for alias in aliases.aliases:
            if alias.tables is None or table in alias.tables:
                assert fold(aliases.resolve(table, alias.to)) == fold(alias.to), alias.to


def test_labels_are_not_the_folded_name_itself(aliases):
    for alias in aliases.aliases:
        assert fold(alias.to) not in {fold(label) for label in alias.labels}, alias.to


def test_the_sample_knows_no_alias_that_the_figures_do_not_have(project_root):
    declared = {
        source: {(alias["to"], *alias["labels"]) for alias in read(project_root, f"aliases_{source}.yml")["aliases"]}
        for source in SOURCES
    }
    assert declared["sample"] < declared["embrapa"]


def test_every_table_can_be_told_by_three_cells(expectations, registry):
    count = Counter(anchor.table for anchor in expectations.anchors)
    assert set(count) == set(registry.names)
    assert min(count.values()) >= 3


def test_what_is_expected_is_about_tables_that_there_are(expectations, registry):
    for entry in (*expectations.total_gaps, *expectations.unit_values, *expectations.accepted):
        assert entry.table in registry.names
    assert {entry.rule for entry in expectations.accepted} <= {rule.__name__ for rule in RULES}


def test_tables_of_kg_and_dollars_have_a_range_of_unit_values(expectations, registry):
    of_two = {table.name for table in registry if len(table.measures) == 2}
    assert {entry.table for entry in expectations.unit_values} == of_two


def test_whatever_is_declared_has_a_reason(aliases, expectations, project_root):
    corrections = [one for source in SOURCES for one in read(project_root, f"corrections_{source}.yml")["corrections"]]
    reasons = [entry.reason for entry in (*aliases.aliases, *expectations.total_gaps, *expectations.accepted)]
    assert min(len(reason.split()) for reason in [*reasons, *(one["reason"] for one in corrections)]) >= 2


def test_every_source_that_has_an_address_is_known(project_root):
    settings = read(project_root, "globals.yml")
    assert settings["source"] == "sample"
    assert set(settings["source_urls"]) == set(settings["connections"]) == set(settings["declarations"]) == set(ALL)
    assert set(settings["declarations"].values()) == set(SOURCES)
