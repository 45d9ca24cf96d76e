"""A wrong declaration is named by its file, its place and what the entry is called."""

import pytest
from pydantic import BaseModel, ConfigDict

from viticast.contracts.declared import DeclarationError, read_declared


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    years: tuple[int, int]


class Entries(BaseModel):
    model_config = ConfigDict(extra="forbid")

    entries: tuple[Entry, ...]


def test_a_right_file_becomes_the_model():
    assert read_declared(Entries, {"entries": [{"id": "a", "years": [1, 2]}]}, "a.yml").entries[0].years == (1, 2)


def test_every_wrong_entry_is_named():
    content = {"entries": [{"id": "first", "years": [1, 2], "colour": "red"}, {"id": "second", "years": [1]}]}
    with pytest.raises(DeclarationError) as raised:
        read_declared(Entries, content, "a.yml")
    message = str(raised.value)
    assert message.startswith(
        "a.yml: entries.0.colour (first): Extra inputs are not permitted; entries.1.years.1 (second)"
    )
    assert "Remedy: " in message


@pytest.mark.parametrize("content", [None, [], "text"])
def test_a_file_without_a_mapping_is_named(content):
    with pytest.raises(DeclarationError, match=r"a\.yml is empty, or is no mapping"):
        read_declared(Entries, content, "a.yml")


def test_a_section_that_is_unknown_has_no_entry_to_name():
    with pytest.raises(DeclarationError, match=r"a\.yml: entries: Field required; entires: Extra inputs"):
        read_declared(Entries, {"entires": []}, "a.yml")
