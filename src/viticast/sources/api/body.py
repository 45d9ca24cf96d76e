"""From the body of an answer to JSON: strictly, as a figure that is lost here is lost without a trace."""

import json
import re
from collections.abc import Mapping
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from viticast.sources.answers import Answer
from viticast.sources.decoding import decode
from viticast.sources.errors import (
    AnswerShapeError,
    EmptyFileError,
    HtmlPageError,
    MojibakeError,
    NotJsonError,
    SourceError,
)

JsonObject = Mapping[str, Any]
_ASK_AGAIN = "ask again; if it stays, look at what the address answers"
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_CORRECT_PATH = "correct the path in the connection file: it is a JMESPath expression"


class _RepeatedKeyError(ValueError):
    """A key that stands twice in one object: JSON would keep the last and lose the others."""


_REMEDIES: Mapping[type[SourceError], str] = {
    MojibakeError: "ask whoever runs the server to encode its answers as UTF-8, once",
    HtmlPageError: "check the address and the path in the connection file, and ask again",
    EmptyFileError: "ask again; if the year has no figures, name the status under `years.missing`",
}


def parse_body(answer: Answer, table: str) -> object:
    """Read the body of an answer as JSON.

    Python writes NaN and Infinity, which JSON does not have: they are read as null.

    Raises:
        SourceError: EmptyFileError, HtmlPageError or MojibakeError where it is no UTF-8 text; NotJsonError where it is
            no JSON; AnswerShapeError where a key stands twice in one object.
    """
    place = place_of(answer)
    try:
        text = decode(answer.content, table)
    except SourceError as error:
        raise placed(error, place, table) from None
    try:
        body: object = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except _RepeatedKeyError as error:
        raise AnswerShapeError(
            f"{place}: the key {str(error)!r} stands twice in one object, so that one of its figures is lost",
            remedy="ask for a shape that can hold a label twice, such as a list of records",
            table=table,
            value=str(error),
        ) from None
    except (ValueError, RecursionError):
        raise NotJsonError(
            f"{place}: the answer of {len(answer.content)} bytes is no JSON, or not to its end",
            remedy=_ASK_AGAIN,
            table=table,
        ) from None
    if _HALF_CHARACTER.search(text):
        _refuse_half_characters(body, place, table)
    return body


def search(path: str, body: object, place: str, table: str) -> object:
    """What stands at a JMESPath of a body, None where nothing does.

    Raises:
        AnswerShapeError: The expression does not suit the body, e.g. the length of a number.
    """
    try:
        return jmespath.search(path, body)
    except JMESPathError as error:
        raise AnswerShapeError(
            f"{place}: {path!r} does not suit the answer: {error}", remedy=_CORRECT_PATH, table=table, value=path
        ) from error


def records_at(path: str, body: object, place: str, table: str) -> object:
    """What stands where the records should.

    Raises:
        AnswerShapeError: Nothing stands there.
    """
    found = search(path, body, place, table)
    if found is None:
        raise AnswerShapeError(
            f"{place}: nothing stands at {path!r}; the answer is {shown_keys(body)}",
            remedy=_CORRECT_PATH,
            table=table,
            value=path,
        )
    return found


def place_of(answer: Answer) -> str:
    """Where an answer came from, for a message."""
    year = "" if answer.year is None else f", {answer.year}"
    page = "" if answer.page == 1 else f", page {answer.page}"
    return f"{answer.address}{year}{page}"


def placed(error: SourceError, place: str, table: str) -> SourceError:
    """The same error with the place in an answer, where lines have no meaning, and for whom nothing is a file."""
    remedy = _REMEDIES.get(type(error), error.remedy)
    return type(error)(f"{place}: {error.reason}", remedy=remedy, table=table, value=error.value)


def shown_keys(body: object) -> str:
    """What kind of JSON it is, with the first names of an object."""
    if isinstance(body, Mapping):
        names = ", ".join(repr(str(name)[:40]) for name in list(body)[:8])
        return f"an object of {names or 'nothing'}{', …' if len(body) > 8 else ''}"
    if isinstance(body, list):
        return f"a list of {len(body)}"
    # Its text is not shown: a server may repeat what it was told.
    return f"a text of {len(body)} characters" if isinstance(body, str) else f"{str(body)[:40]!r}"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _RepeatedKeyError(next(name for name in names if names.count(name) > 1))
    return found


def _refuse_half_characters(body: object, place: str, table: str) -> None:
    """JSON can escape half of a character, which is no text: it could not be written anywhere."""
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise MojibakeError(
            f"{place}: {error.object[max(0, error.start - 15) : error.start]!r} is followed by half a character",
            remedy="look at how the server encodes its texts",
            table=table,
        ) from None


def _no_number(_: str) -> None:
    return None
