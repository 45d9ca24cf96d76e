"""What people declare in YAML: an entry that is wrong is named by its place, and by what it says of itself."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)

NAMES = ("id", "name", "to", "item", "group", "table")
"""Keys by which a reader knows an entry, the most telling first."""

REMEDY = "Remedy: correct the file, whose comments say what each key means"


class DeclarationError(ValueError):
    """A file of declarations that cannot be understood."""


def read_declared(model: type[Model], content: object, file: str) -> Model:
    """Builds a model from parsed YAML.

    Args:
        model: What the file declares.
        content: As parsed.
        file: How a reader knows the file.

    Raises:
        DeclarationError: Names every wrong entry.
    """
    if not isinstance(content, Mapping):
        raise DeclarationError(f"{file} is empty, or is no mapping of names to entries. {REMEDY}")
    try:
        return model.model_validate(dict(content))
    except ValidationError as error:
        found = "; ".join(_problem(problem["loc"], problem["msg"], content) for problem in error.errors())
        # pydantic's own words repeat what was given, and that may be a secret.
        raise DeclarationError(f"{file}: {found}. {REMEDY}") from None


def _problem(place: Sequence[str | int], message: str, content: Mapping[str, Any]) -> str:
    named = _named(place, content)
    where = ".".join(map(str, place)) or "all"
    return f"{where}{f' ({named})' if named else ''}: {message.removeprefix('Value error, ')}"


def _named(place: Sequence[str | int], content: object) -> str | None:
    """What the innermost entry on the way to a place is called."""
    called: str | None = None
    for step in place:
        try:
            content = content[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(content, Mapping):
            called = next((str(content[key]) for key in NAMES if key in content), called)
    return called


def require_known(named: Iterable[str], known: Iterable[str], file: str, what: str) -> None:
    """Refuses names that nothing has: an entry about them would be passed over.

    Args:
        named: As a file has them.
        known: Those that there are.
        file: How a reader knows the file.
        what: What they name.

    Raises:
        DeclarationError: Lists the unknown ones, and all that are known.
    """
    there = sorted(set(known))
    if unknown := sorted(set(named) - set(there)):
        raise DeclarationError(f"{file}: no {what} is named {', '.join(unknown)}. There are: {', '.join(there)}")
