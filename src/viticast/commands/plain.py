"""Commands whose expected errors say what to do, and come without their traceback."""

import os
from pathlib import Path
from typing import Any

import click

TRACEBACK = "VITICAST_TRACEBACK"

FRAME = "Failed while "
"""So Kedro starts what it says of any error of a dataset that is not an error of datasets."""


def expected() -> tuple[type[Exception], ...]:
    """The errors that say what to do.

    They are looked up once an error is there: what they are defined with weighs tens of megabytes that most runs never
    need.
    """
    import duckdb  # noqa: PLC0415
    from kedro.io import DatasetError  # noqa: PLC0415
    from kedro.validation import DataValidationError, ParameterValidationError  # noqa: PLC0415
    from mlflow.exceptions import MlflowException  # noqa: PLC0415
    from omegaconf.errors import OmegaConfBaseException  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from viticast.contracts.declared import DeclarationError  # noqa: PLC0415
    from viticast.datasets.mlflow_shared_run import SharedRunError  # noqa: PLC0415
    from viticast.datasets.webhook import WebhookError  # noqa: PLC0415
    from viticast.environments import UnknownEnvironmentError  # noqa: PLC0415
    from viticast.hooks import UnknownParameterError, UnknownSourceError  # noqa: PLC0415
    from viticast.lake.conformity import CatalogMismatchError  # noqa: PLC0415
    from viticast.lake.errors import ServiceError  # noqa: PLC0415
    from viticast.monitoring.model_checks import StaleModelError  # noqa: PLC0415
    from viticast.orchestration.tasks import UnfitPipelineError  # noqa: PLC0415
    from viticast.panel.ledger import LedgerError  # noqa: PLC0415
    from viticast.panel.snapshot import SnapshotError  # noqa: PLC0415
    from viticast.pipeline_registry import UnknownPipelineError  # noqa: PLC0415
    from viticast.provenance.errors import ProvenanceError  # noqa: PLC0415
    from viticast.registry.publication import NothingPublishedError, OtherChampionError  # noqa: PLC0415
    from viticast.sources.errors import SourceError  # noqa: PLC0415
    from viticast.sources.vintage import DamagedVintageError  # noqa: PLC0415

    return (
        ProvenanceError,
        StaleModelError,
        NothingPublishedError,
        OtherChampionError,
        UnknownPipelineError,
        UnfitPipelineError,
        UnknownParameterError,
        UnknownSourceError,
        UnknownEnvironmentError,
        SourceError,
        ServiceError,
        DeclarationError,
        # Files that are missing, unreadable or in use: what they say names the file.
        OSError,
        duckdb.Error,
        MlflowException,
        SQLAlchemyError,
        SnapshotError,
        LedgerError,
        SharedRunError,
        WebhookError,
        DamagedVintageError,
        CatalogMismatchError,
        DatasetError,
        OmegaConfBaseException,
        DataValidationError,
        ParameterValidationError,
    )


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
        except expected() as error:
            if os.environ.get(TRACEBACK):
                raise
            known = _innermost(error)
            message = f"{type(known).__name__}: {known}\n(with its traceback: {TRACEBACK}=1)"
            raise click.ClickException(message) from error


def _innermost(error: Exception) -> Exception:
    """What went wrong with a dataset or a setting, without the words of Kedro and OmegaConf around it.

    Only if that is an error that says what to do.
    """
    from kedro.io import DatasetError  # noqa: PLC0415
    from omegaconf.errors import OmegaConfBaseException  # noqa: PLC0415

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, DatasetError) and FRAME in str(cause):
            cause = cause.__cause__
        elif isinstance(cause, OmegaConfBaseException):
            # It names no cause, unless OC_CAUSE asks for it; Python keeps the one that it answered.
            cause = cause.__cause__ or cause.__context__
        else:
            break
    return cause if isinstance(cause, expected()) else error
