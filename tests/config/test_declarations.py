"""What is declared about the figures, against the registry of tables."""

from collections import Counter

import pytest
import yaml

from viticast.contracts.columns import FIRST_YEAR, LAST_YEAR
from viticast.panel.declarations import Aliases, Corrections
from viticast.panel.labels import fold

SOURCES = ("sample", "embrapa")


def read(root, name):
    return yaml.safe_load((root / "conf" / "base" / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def aliases(project_root):
    return Aliases.from_mapping(read(project_root, "aliases.yml"))


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


def test_every_source_that_has_an_address_is_known(project_root):
    settings = read(project_root, "globals.yml")
    assert settings["source"] == "sample"
    assert set(settings["source_urls"]) == set(SOURCES)
