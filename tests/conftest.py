from pathlib import Path
from typing import Any

import pytest
import yaml

from viticast.sources.tables import TableRegistry

pytest_plugins = ["tests.local_aws.fixtures"]

ROOT = Path(__file__).resolve().parents[1]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Shows what tests with the mark `printed` print: without -s pytest shows it of those that fail alone."""
    for report in terminalreporter.getreports("passed"):
        if "printed" in report.keywords and report.capstdout:
            terminalreporter.write_sep("-", report.nodeid)
            terminalreporter.write_line(report.capstdout.strip("\n"))


@pytest.fixture(scope="session")
def project_root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def registry(project_root: Path) -> TableRegistry:
    text = (project_root / "conf" / "base" / "tables.yml").read_text(encoding="utf-8")
    return TableRegistry.from_mapping(yaml.safe_load(text))


@pytest.fixture(scope="session")
def sample_vintages(project_root: Path) -> dict[str, Path]:
    folder = project_root / "data" / "00_sample"
    return {name: folder / name for name in ("2024-04", "2025-04")}


@pytest.fixture(scope="session")
def real_vintages(project_root: Path) -> dict[str, Path]:
    """The real figures, which are not part of the project."""
    folder = project_root.parent / "shared" / "vitibrasil"
    vintages = {name: folder / name for name in ("2024-04", "2025-04")}
    missing = [path.as_posix() for path in vintages.values() if not path.is_dir()]
    if missing:
        pytest.skip(f"THE REAL FIGURES ARE NOT HERE, this test checks nothing: {', '.join(missing)}")
    return vintages
