"""Commands whose expected errors say what to do, and come without their traceback."""

import os
from pathlib import Path
from typing import Any

import click
import duckdb
from kedro.io import DatasetError
from kedro.validation import DataValidationError, ParameterValidationError
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from viticast.contracts.declared import DeclarationError
from viticast.hooks import UnknownParameterError, UnknownSourceError
from viticast.lake.conformity import CatalogMismatchError
from viticast.monitoring.model_checks import StaleModelError
from viticast.panel.ledger import LedgerError
from viticast.panel.snapshot import SnapshotError
from viticast.pipeline_registry import UnknownPipelineError
from viticast.provenance.errors import ProvenanceError
from viticast.sources.errors import SourceError
from viticast.sources.vintage import DamagedVintageError

EXPECTED = (
    ProvenanceError,
    StaleModelError,
    UnknownPipelineError,
    UnknownParameterError,
    UnknownSourceError,
    SourceError,
    DeclarationError,
    # Files that are missing, unreadable or in use: what they say names the file.
    OSError,
    duckdb.Error,
    MlflowException,
    SQLAlchemyError,
    SnapshotError,
    LedgerError,
    DamagedVintageError,
    CatalogMismatchError,
    DatasetError,
    DataValidationError,
    ParameterValidationError,
)
TRACEBACK = "VITICAST_TRACEBACK"

FRAME = "Failed while "
"""So Kedro starts what it says of any error of a dataset that is not an error of datasets."""


class PlainErrors(click.Command):
    """A command whose expected errors end in one message and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - whatever the command returns
        """Runs the command."""
        root = getattr(ctx.obj, "project_path", None)
        if root is not None and Path.cwd() != Path(root):
            # The addresses of the MLflow store and of the sample are relative to the project.
            raise click.ClickException(f"run it in the project's folder: cd {root}")
        try:
            return super().invoke(ctx)
        except EXPECTED as error:
            if os.environ.get(TRACEBACK):
                raise
            known = _innermost(error)
            message = f"{type(known).__name__}: {known}\n(with its traceback: {TRACEBACK}=1)"
            raise click.ClickException(message) from error


def _innermost(error: Exception) -> Exception:
    """What went wrong with a dataset, without Kedro's words about it, if it is an error that says what to do."""
    cause: BaseException | None = error
    while isinstance(cause, DatasetError) and FRAME in str(cause):
        cause = cause.__cause__
    return cause if isinstance(cause, EXPECTED) else error
