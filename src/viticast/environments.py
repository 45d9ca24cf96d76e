"""The environments of a project's configuration: folders of `conf`, one of which overrides `base`."""

from pathlib import Path

DEFAULT = "local"
"""The one that a command reads to which none is named."""


class UnknownEnvironmentError(ValueError):
    """There is no such environment."""


def require_environment(conf_source: str | Path, env: str | None) -> None:
    """Refuses an environment that is no folder of the configuration.

    Args:
        conf_source: The folder of configuration. An archive, or an address, is left to Kedro.
        env: Name of the environment, None for the default one.

    Raises:
        UnknownEnvironmentError: Names the environments that there are.
    """
    conf, named = Path(conf_source), env or DEFAULT
    if not conf.is_dir():
        return
    # By their names: what leads to a folder elsewhere, such as `../..`, would have Kedro read whatever lies in there.
    known = sorted(path.name for path in conf.iterdir() if path.is_dir() and not path.name.startswith("."))
    if named not in known:
        raise UnknownEnvironmentError(
            f"environment '{named}' is unknown: {conf} has no folder of this name. Use one of: {', '.join(known)} "
            "(--env, or the variable KEDRO_ENV); or make the folder"
        )
