"""Addresses may be logged and kept: no secret may stand in one."""

import re

from viticast.sources.errors import CredentialsError

_PASSWORD = re.compile(r"://[^/?#]*:[^/?#]*@")
_SECRET_PARAMETER = re.compile(r"[?&](password|passwd|pwd|token|access_token|api_?key|secret)=", re.IGNORECASE)


def require_no_secret(url: str) -> None:
    """Refuses an address with a password or a token in it, without repeating it.

    Raises:
        CredentialsError: Says where secrets belong.
    """
    found = "a password" if _PASSWORD.search(url) else "a secret" if _SECRET_PARAMETER.search(url) else None
    if found is not None:
        raise CredentialsError(
            f"the address of the source has {found} in it, which would be logged and kept with the figures",
            remedy="take it out, and set VITICAST_USERNAME, VITICAST_PASSWORD, VITICAST_TOKEN or "
            "VITICAST_DATABASE_PASSWORD in the environment, or in conf/local/credentials.yml",
        )
