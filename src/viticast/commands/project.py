"""The project's configuration, for commands that run no pipeline."""

import os
from pathlib import Path

import click
from kedro.config import OmegaConfigLoader
from kedro.framework.project import settings

from viticast.contracts.columns import SOURCES
from viticast.environments import require_environment
from viticast.lake.lake import Lake
from viticast.lake.service_environment import prepare_environment


def open_lake(source: str | None = None, env: str | None = None) -> Lake:
    """The lake of a source as the catalog of an environment places it.

    Args:
        source: sample, embrapa, api or database; the configured one without it.
        env: Folder of conf that overrides `base`; `local` without it.

    Raises:
        click.ClickException: The current folder is no project, or it has no such source.
    """
    loader = configuration(source, env)
    return lake_of(loader, str(source or loader["globals"]["source"]))


def lake_of(loader: OmegaConfigLoader, source: str) -> Lake:
    """The lake of a source as a configuration places it."""
    catalog = loader["catalog"]
    return Lake(
        source=source,
        root=str(catalog["observations"]["path"]),
        raw=str(catalog["raw_manifest"]["path"]),
        primary=str(catalog["crosswalk"]["path"]),
    )


def configuration(source: str | None, env: str | None, **params: str | None) -> OmegaConfigLoader:
    """The configuration of the project in the current folder.

    Args:
        source: sample, embrapa, api or database; the configured one without it.
        env: Folder of conf that overrides `base`; without it what KEDRO_ENV names, else `local`.
        params: What `kedro run --params` would be given; None for what is not given.

    Raises:
        click.ClickException: The current folder is no project, or it has no such source.
        UnknownEnvironmentError: There is no such environment.
        MissingSettingsError: The environment is `aws`; lists every setting that is missing or malformed.
    """
    if not (Path.cwd() / "conf" / "base").is_dir():
        raise click.ClickException(f"{Path.cwd()} is no viticast project: run the command in the project's folder")
    chosen = env or os.environ.get("KEDRO_ENV")
    conf = Path.cwd() / "conf"
    require_environment(conf, chosen)
    prepare_environment(chosen, source)
    given = {name: value for name, value in {"source": source, **params}.items() if value is not None}
    loader = OmegaConfigLoader(conf_source=conf, env=chosen, runtime_params=given, **settings.CONFIG_LOADER_ARGS)
    if (configured := source or loader["globals"]["source"]) not in SOURCES:
        raise click.ClickException(f"source '{configured}' is unknown. Use one of: {', '.join(SOURCES)}")
    return loader
