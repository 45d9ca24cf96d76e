"""How a server is told who asks. The secrets themselves come from the environment or conf/local, never from here."""

from typing import Annotated, Literal

from pydantic import Field

from viticast.sources.connections.answers import Success
from viticast.sources.connections.paths import JsonPath
from viticast.sources.connections.strict import Declared


class NoAuth(Declared):
    """The server asks for no credentials."""

    kind: Literal["none"] = "none"


class BasicAuth(Declared):
    """HTTP Basic, with `username` and `password`."""

    kind: Literal["basic"]


class BearerAuth(Declared):
    """A token in the header `Authorization: Bearer …`: the given `token`, without a login."""

    kind: Literal["bearer"]


class LoginAuth(Declared):
    """A bearer token that a login answers with; a new one is fetched when the server refuses the old with 401.

    Attributes:
        path: Path of the login, below the source's address.
        body: How the fields are sent.
        username_field: Name of the field for the user's name.
        password_field: Name of the field for the password.
        extra_fields: Sent as they stand, e.g. `grant_type: password`; no secret belongs here.
        token: JMESPath of the token in the answer.
        lifetime_seconds: JMESPath of the token's life in seconds in the answer; null to wait for a 401.
        success: When the login counts as granted.
    """

    kind: Literal["login"]
    path: str
    body: Literal["form", "json"] = "json"
    username_field: str = "username"
    password_field: str = "password"  # noqa: S105 - the name of a field
    extra_fields: dict[str, str] = Field(default_factory=dict)
    token: JsonPath = "access_token"  # noqa: S105 - a path
    lifetime_seconds: JsonPath | None = None
    success: Success = Success()


Auth = Annotated[NoAuth | BasicAuth | BearerAuth | LoginAuth, Field(discriminator="kind")]
