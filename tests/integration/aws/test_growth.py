"""Old vintages cost a run nothing but a longer list: what benchmarks/aws.py measures, on the sample."""

from pathlib import Path

import pytest
from benchmarks.aws import LISTING, OLD_TABLES, find_figures, growth, measure, months_before, with_another_figure

pytestmark = pytest.mark.aws

OLD = 6
# One of them has a correction: a declaration without any is none.
TABLES = ("ProcessaMesa", *OLD_TABLES)


@pytest.mark.slow
def test_with_old_vintages_only_lists_grow(aws_python: Path, project_root: Path) -> None:
    figures = find_figures(project_root / "data" / "00_sample")
    none, some = (measure(aws_python, figures, number, small=True, tables=TABLES) for number in (0, OLD))
    assert none.calls["s3", "PutObject"] > 0
    assert none.calls["glue", "BatchCreatePartition"] > 0
    assert none.calls["athena", "StartQueryExecution"] > 0
    grown = growth(none, some)
    assert {name: more for name, more in grown.items() if name not in LISTING} == {}
    # A page holds a thousand names.
    assert all(more <= 1 for more in grown.values())


def test_months_before_pass_a_year() -> None:
    assert months_before("2024-02", 3) == ["2024-01", "2023-12", "2023-11"]


def test_only_one_figure_is_another() -> None:
    changed = with_another_figure("Id;País;2022\n1;Chile;12\n2;Peru;4000\n3;Italia;5000\n", 7)
    assert changed == "Id;País;2022\n1;Chile;12\n2;Peru;4007\n3;Italia;5000\n"
