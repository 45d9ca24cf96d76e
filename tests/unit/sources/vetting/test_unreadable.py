import pytest
from tests.unit.sources.vetting.conftest import leaves_of

from viticast.sources.vetting.unreadable import check_unreadable


@pytest.mark.parametrize(("cells", "found"), [(0, 0), (2, 0), (3, 1)])
def test_unreadable_cells_are_refused_beyond_the_bound(ask, cells, found):
    findings = ask(check_unreadable, leaves_of({"A": [1] * 50, "B": ["unreadable"] * cells + [1] * (50 - cells)}))
    assert [finding.outcome for finding in findings] == ["refusal"] * found
    for finding in findings:
        assert "3 of 100 cells (3.0%)" in finding.reason
        assert "line 3" in finding.reason
        assert "unreadable_share" in finding.remedy


def test_other_marks_are_readable(ask):
    assert ask(check_unreadable, leaves_of({"A": ["nd", "*", "+", "empty"]})) == []
