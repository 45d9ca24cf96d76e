"""What a page says about where its numbers come from."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["pt", "en"]


class PageContext(BaseModel):
    """The provenance of a page and the language that it is written in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Literal["sample", "embrapa", "api", "database"]
    is_synthetic: bool
    source_address: str
    snapshot_id: str
    model_key: str
    code_version: str
    language: Language = "pt"
