"""Addresses that answer in the place of AWS: the SDK repeats them in its errors, so no secret may stand in one."""

import re
from collections.abc import Mapping

from viticast.lake.aws.settings import MissingSettingsError

_NAMES = ("AWS_ENDPOINT_URL", "MLFLOW_S3_ENDPOINT_URL")
"""How variables with such an address begin: the SDK has one for all services, and one for each."""

_PLAIN = re.compile(r"https?://[^\s@?#]+")


def require_plain_endpoints(environ: Mapping[str, str]) -> None:
    """Refuses addresses that are none, or that have a user, a password, a query or a fragment.

    Args:
        environ: Environment variables.

    Raises:
        MissingSettingsError: Lists the variables, without what they say.
    """
    wrong = [name for name, text in environ.items() if name.startswith(_NAMES) and text and not _PLAIN.fullmatch(text)]
    if wrong:
        raise MissingSettingsError(
            f"{', '.join(sorted(wrong))}: malformed. An address in the place of AWS is http:// or https:// with host, "
            "port and path, without user, password, query and fragment: it would be logged. Credentials are found by "
            "the SDK's own chain, as AWS_PROFILE."
        )
