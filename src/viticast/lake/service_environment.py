"""What a process does before it uses the services of an environment."""

import os

AWS = "aws"
"""Name of the environment, as in `kedro run --env aws`."""


def prepare_environment(env: str | None, source: str | None) -> None:
    """Checks the settings of the environment `aws`, and tells them to the SDK and MLflow; does nothing for any other.

    Args:
        env: Name of the environment, None for the default one.
        source: What `--params source` says, None if it says nothing.

    Raises:
        MissingSettingsError: Lists every setting that is missing or malformed, or each address in the place of AWS
            that could have a secret in it.
    """
    if env != AWS:
        return
    # Nothing of AWS is loaded by an embedded run.
    from viticast.lake.aws.endpoints import require_plain_endpoints  # noqa: PLC0415
    from viticast.lake.aws.settings import export_settings, require_settings  # noqa: PLC0415

    require_plain_endpoints(os.environ)
    export_settings(require_settings(source), os.environ)
