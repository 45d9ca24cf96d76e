"""Runs the pipelines from an installed package: `python -m viticast --pipelines=ingestion`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from kedro.framework.cli.utils import find_run_command
from kedro.framework.project import configure_project


def main(arguments: Sequence[str] | None = None) -> None:
    """The `run` command of this project, in the current folder."""
    package = Path(__file__).parent.name
    configure_project(package)
    run = find_run_command(package)
    run(args=list(arguments if arguments is not None else sys.argv[1:]), standalone_mode=True)


if __name__ == "__main__":
    main()
