"""The secrets of a source: they come from the environment or conf/local, and no text shows them."""

from pydantic import BaseModel, ConfigDict, SecretStr


class Credentials(BaseModel):
    """What a source may ask for; what it does not ask for stays empty.

    Attributes:
        username: For HTTP Basic and logins.
        password: For HTTP Basic and logins.
        token: A bearer token that needs no login.
        database_username: For a database; the one in the address where it is empty.
        database_password: For a database.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    username: str | None = None
    password: SecretStr | None = None
    token: SecretStr | None = None
    database_username: str | None = None
    database_password: SecretStr | None = None


NONE_GIVEN = Credentials()
