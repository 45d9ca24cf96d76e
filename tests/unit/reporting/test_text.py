import json
import re
from importlib import import_module, resources
from pkgutil import iter_modules

import pytest

from viticast.contracts.columns import FLOWS, LEVELS, MARKS, OUTCOMES, REVISIONS, SERIES_CLASSES, SOURCES, VERDICTS
from viticast.contracts.decompositions import FITS
from viticast.contracts.reports import BASES
from viticast.forecasting.classes import CLASSES
from viticast.forecasting.learners import LEARNER_NAMES
from viticast.forecasting.members import NAMES
from viticast.forecasting.recipes import recipes_of_class
from viticast.monitoring.alarms import NAMES as ALARMS
from viticast.monitoring.bounds import ModelBounds
from viticast.reporting.decomposed import TESTS
from viticast.reporting.text import attribution_line, watermark, words
from viticast.sources import errors, vetting


def keys(tree, path=()):
    if isinstance(tree, dict):
        return {name for key, value in tree.items() for name in keys(value, (*path, key))}
    return {path}


def test_both_languages_say_the_same_things():
    assert keys(dict(words("pt"))) == keys(dict(words("en")))


@pytest.mark.parametrize("language", ["pt", "en"])
def test_every_word_of_the_contracts_has_a_name(language):
    text = words(language)
    assert set(text["flows"]) == set(text["scopes"]) == set(FLOWS)
    assert set(text["classes"]) == set(SERIES_CLASSES)
    assert set(text["levels"]) == set(LEVELS)
    assert set(text["marks"]) == {*MARKS, "corrected", "incomplete"}
    assert set(text["vintages"]["sources"]) == set(SOURCES)
    assert set(text["vintages"]["verdicts"]) == set(VERDICTS)
    assert set(text["revisions"]["counts"]) == set(REVISIONS) - {"compared", "first_vintage"}
    assert set(text["revisions"]["listings"]) == set(text["revisions"]["counts"])
    assert set(text["findings"]["statuses"]) == set(text["findings"]["said"]) == set(OUTCOMES) - {"table_accepted"}
    assert set(text["corrections"]["statuses"]) == {"applied", "stale", "overlapping", "not_applicable"}
    assert set(text["corrections"]["actions"]) == {"permute", "missing", "undetailed", "alias"}


@pytest.mark.parametrize("language", ["pt", "en"])
def test_every_part_of_a_forecast_has_a_name_of_its_own(language):
    text = words(language)["explanation"]
    members, recipes = text["members"], text["recipes"]
    assert set(members) == {*NAMES, *LEARNER_NAMES}
    known = {
        recipe.name
        for number in range(len(CLASSES))
        for learners in ((), LEARNER_NAMES)
        for recipe in recipes_of_class(number, learners)
    }
    assert set(recipes) == known
    assert len(set(members.values())) == len(members)
    assert len(set(recipes.values())) == len(recipes)
    assert set(text["basis"]) == set(BASES)
    assert set(text["classes"]) == set(SERIES_CLASSES) == set(CLASSES)


@pytest.mark.parametrize("language", ["pt", "en"])
def test_every_end_of_a_fit_and_every_test_has_its_words(language):
    text = words(language)["decomposition"]
    assert set(text["statuses"]) == set(FITS)
    assert set(text["readings"]) == set(TESTS)
    for reading in text["readings"].values():
        assert set(reading) == {"evidence", "no_evidence"}


def test_no_text_hides_behind_a_method_of_a_dict():
    for language in ("pt", "en"):
        raw = (resources.files("viticast.reporting") / "locales" / f"{language}.json").read_text(encoding="utf-8")
        names = {name for path in keys(json.loads(raw)) for name in path}
        assert names & set(dir(dict)) == {"items"}, "the template reads caveats['items'] by key"


def test_generated_figures_are_attributed_to_nobody_else(context, synthetic_context):
    published = "Fonte: UVIBRA. Elaboração: Embrapa Uva e Vinho."
    assert attribution_line(published, context) == published
    assert attribution_line("UVIBRA", context) == "Fonte: UVIBRA"
    assert "UVIBRA" not in attribution_line(published, synthetic_context)
    assert watermark(context) is None
    assert watermark(synthetic_context) == "DADOS SINTÉTICOS"


def test_every_rule_of_monitoring_has_its_words() -> None:
    checks = {
        *(f"{loss}_against_naive" for loss in ("capped_mase", "wape")),
        *(f"coverage_{level}" for level in ModelBounds().coverage()),
        *ALARMS,
        *(
            "forecasts_add_up",
            "champion_reproduces",
            "champion_code",
            "revisions",
            "findings",
            "freshness",
            "correction_guard",
        ),
        *("missing_tables", "totals_add_up", "repeated_year", "trained_on_all_years", "alias_overlap"),
        *(f"{what}_series" for what in ("vanished", "new", "renamed")),
        *(f"evidently_{report}" for report in ("summary", "drift", "regression")),
    }
    for language in ("pt", "en"):
        assert set(words(language)["vintages"]["rules"]) == checks


NOTICES = {"no_totals", "older_copy", "stale_answer", "marks_not_carried", "order_of_the_database"}
"""What connectors say of figures that they could read."""


def declared_rules() -> set[str]:
    """The names under which rules of vetting tell what they find."""
    modules = [import_module(f"{vetting.__name__}.{found.name}") for found in iter_modules(vetting.__path__)]
    is_name = re.compile(r"^[a-z]+(_[a-z]+)*$").match
    return {
        value
        for module in modules
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str) and is_name(value)
    }


def errors_of_a_file() -> set[str]:
    """The names of the errors that fetching or reading one table may end in."""
    elsewhere = {"UnknownTableError", "MissingFolderError"}
    several = {"SourceErrors", "TablesLeftOutError", "SourceError"}
    found = {
        name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.SourceError)
    }
    return found - elsewhere - several


def test_every_rule_and_error_that_may_be_found_in_a_file_has_its_words() -> None:
    assert len(declared_rules()) > 10
    for language in ("pt", "en"):
        assert set(words(language)["findings"]["rules"]) == {
            "intake",
            *NOTICES,
            *declared_rules(),
            *errors_of_a_file(),
        }
