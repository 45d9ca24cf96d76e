"""The project's `kedro run`: Kedro's own, but an error that says what to do comes without its traceback."""

import click
from kedro.framework.cli.project import run as kedro_run

from viticast.commands.plain import PlainErrors
from viticast.commands.probe import probe
from viticast.commands.revisions import revisions
from viticast.commands.trace import trace


@click.group(name="viticast")
def cli() -> None:
    """Commands of the project."""


run = PlainErrors(name="run", callback=kedro_run.callback, params=kedro_run.params, help=kedro_run.help)
cli.add_command(run)
cli.add_command(probe)
cli.add_command(trace)
cli.add_command(revisions)
