"""Whatever an API does wrong ends in the right figures, a warning, or an error that names it: see tests/connectors."""

import re
from collections import Counter
from pathlib import Path

import pytest
from tests.connectors.case import Case
from tests.connectors.cases import CASES
from tests.connectors.runner import run

UNSEEN = {"quantity_and_value_swapped_in_the_last_year"}
"""What nothing tells yet: one that is added to `tests/connectors/cases` must be added here too."""

QUICK = [case for case in CASES if not case.is_vetted]
VETTED = [case for case in CASES if case.is_vetted]


def _name(case: Case) -> str:
    return case.name


@pytest.mark.slow
@pytest.mark.parametrize("case", QUICK, ids=_name)
def test_what_an_api_does_wrong(case: Case) -> None:
    assert run(case).wrong == ()


@pytest.mark.slow
@pytest.mark.parametrize("case", VETTED, ids=_name)
def test_what_only_the_figures_show(case: Case) -> None:
    assert run(case).wrong == ()


def test_names_are_unique_and_what_is_not_seen_is_listed() -> None:
    assert max(Counter(case.name for case in CASES).values()) == 1
    assert {case.name for case in CASES if case.outcome == "other figures"} == UNSEEN


def test_the_document_tells_of_the_same_cases(project_root: Path) -> None:
    document = (project_root / "docs" / "broken-answers.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| .+ \| ([a-z ]+) \| .+ \|$", document, flags=re.MULTILINE)
    assert rows == [(case.name, case.outcome) for case in CASES]
