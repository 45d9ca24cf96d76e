"""Addresses may be logged and kept: no secret may stand in one."""

import re

from viticast.sources.errors import CredentialsError

_WEB = re.compile(r"https?://", re.IGNORECASE)
_USER_OF_WEB = re.compile(r"//[^/?#]*@")
_PASSWORD = re.compile(r"//[^/?#:]*:(?![0-9]+(?:[/?#]|$))[^@]*@")
"""`//user:password@`, where a password may hold any sign; `//host:8080/a@b` has none."""
_SECRET_PARAMETER = re.compile(r"[?&][^=&#]*(passw|passphrase|pwd|senha|token|secret)[^=&#]*=", re.IGNORECASE)
"""A database has parameters such as sslkey and require_auth, whose values are no secrets."""


def require_no_secret(url: str) -> None:
    """Refuses an address with a password or a token in it, without repeating it.

    Raises:
        CredentialsError: Says where secrets belong.
    """
    if (found := _secret_in(url)) is not None:
        raise CredentialsError(
            f"the address of the source has {found} in it, which would be logged and kept with the figures",
            remedy="take it out, and set VITICAST_USERNAME, VITICAST_PASSWORD, VITICAST_TOKEN or "
            "VITICAST_DATABASE_PASSWORD in the environment, or in conf/local/credentials.yml; parameters that are no "
            "secrets belong under `query` of the connection file",
        )


def _secret_in(url: str) -> str | None:
    """What kind of secret stands in an address, None for none."""
    if _PASSWORD.search(url):
        return "a password"
    if _WEB.match(url) and _USER_OF_WEB.search(url):
        return "a user or a token"
    if _WEB.match(url):
        # Nobody can tell a key by the name of its parameter.
        return "a query" if "?" in url else None
    return "a secret" if _SECRET_PARAMETER.search(url) else None
