"""The project's commands: Kedro's own `run`, whose errors come without a traceback, and some that run no pipeline."""

import click
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.cli.utils import LazyGroup

from viticast.commands.plain import PlainErrors


@click.group(
    name="viticast",
    cls=LazyGroup,
    # Loaded when they are called: a run needs none of them.
    lazy_subcommands={
        "champion": "viticast.commands.champion.champion",
        "dags": "viticast.commands.dags.dags",
        "probe": "viticast.commands.probe.probe",
        "revisions": "viticast.commands.revisions.revisions",
        "shared-run": "viticast.commands.shared_run.shared_run",
        "trace": "viticast.commands.trace.trace",
        "verdict": "viticast.commands.verdict.verdict",
    },
)
def cli() -> None:
    """Commands of the project."""


run = PlainErrors(name="run", callback=kedro_run.callback, params=kedro_run.params, help=kedro_run.help)
cli.add_command(run)
