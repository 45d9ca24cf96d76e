"""Every kind of broken input has the outcome that it must have, and loses nothing."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.faults.cases import CASES
from tests.faults.runner import Found, run_all


@pytest.fixture(scope="module")
def found(request: pytest.FixtureRequest) -> Mapping[str, Found]:
    """What became of each of the cases that were asked for."""
    asked = {item.callspec.params["name"] for item in request.session.items if _is_case(item)}
    return {one.name: one for one in run_all([case for case in CASES if case.name in asked])}


def _is_case(item: pytest.Item) -> bool:
    return item.fspath == Path(__file__) and hasattr(item, "callspec")


@pytest.mark.slow
@pytest.mark.parametrize("name", [case.name for case in CASES])
def test_broken_input(found: Mapping[str, Found], name: str) -> None:
    assert found[name].wrong == ()


def test_names_are_unique_and_at_least_sixty_five() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names) >= 65


def test_the_document_tells_of_the_same_kinds(project_root: Path) -> None:
    document = (project_root / "docs" / "broken-inputs.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| .+ \| ([a-z ]+) \| .+ \|$", document, flags=re.MULTILINE)
    assert rows == [(case.name, case.outcome) for case in CASES]
