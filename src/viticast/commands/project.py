"""The project's configuration, for commands that run no pipeline."""

from pathlib import Path

import click
from kedro.config import OmegaConfigLoader
from kedro.framework.project import settings

from viticast.contracts.columns import SOURCES
from viticast.lake.lake import Lake


def open_lake(source: str | None = None, env: str | None = None) -> Lake:
    """The lake of a source as the catalog of an environment places it.

    Args:
        source: sample, embrapa, api or database; the configured one without it.
        env: Folder of conf that overrides `base`; `local` without it.

    Raises:
        click.ClickException: The current folder is no project, or it has no such source.
    """
    if not (Path.cwd() / "conf" / "base").is_dir():
        raise click.ClickException(f"{Path.cwd()} is no viticast project: run the command in the project's folder")
    loader = configuration(source, env)
    if (configured := source or loader["globals"]["source"]) not in SOURCES:
        raise click.ClickException(f"source '{configured}' is unknown. Use one of: {', '.join(SOURCES)}")
    catalog = loader["catalog"]
    return Lake(
        source=str(configured),
        root=str(catalog["observations"]["path"]),
        raw=str(catalog["raw_manifest"]["path"]),
        primary=str(catalog["crosswalk"]["path"]),
    )


def configuration(source: str | None, env: str | None) -> OmegaConfigLoader:
    """The configuration of the project in the current folder.

    Args:
        source: sample, embrapa, api or database; the configured one without it.
        env: Folder of conf that overrides `base`; `local` without it.
    """
    parameters = {} if source is None else {"source": source}
    return OmegaConfigLoader(
        conf_source=str(Path.cwd() / "conf"), env=env, runtime_params=parameters, **settings.CONFIG_LOADER_ARGS
    )
