"""The base of all declared models: nothing unknown is ignored, nothing changes after it was read."""

from pydantic import BaseModel, ConfigDict


class Declared(BaseModel):
    """A part of a connection file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
