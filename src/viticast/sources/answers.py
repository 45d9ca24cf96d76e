"""The raw form of a table that came in many answers: each body as it came, with its address, in one file."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

FORMAT = "viticast.answers"
VERSION = 1


@dataclass(frozen=True)
class Answer:
    """One answer of a server.

    Attributes:
        address: Address without credentials.
        status: HTTP status.
        content: The body, untouched.
        year: Year that was asked for, None where the answer holds all.
        page: Number of the page, the first being 1.
    """

    address: str
    status: int
    content: bytes
    year: int | None = None
    page: int = 1


def pack(table_name: str, answers: Iterable[Answer]) -> bytes:
    """Writes answers as JSON lines: the same answers give the same bytes, whenever they came.

    Args:
        table_name: File stem of the VitiBrasil table.
        answers: In the order of years and pages.
    """
    head = {"format": FORMAT, "version": VERSION, "table": table_name}
    lines = [head, *(_line(answer) for answer in answers)]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def is_packed(content: bytes) -> bool:
    """Tells packed answers by their beginning."""
    return content.startswith(f'{{"format": "{FORMAT}"'.encode())


def unpack(content: bytes) -> tuple[Answer, ...]:
    """The answers of `pack`, byte for byte."""
    # A body may hold any line separator of Unicode but a line feed, which JSON escapes.
    _, *lines = content.decode().split("\n")
    return tuple(_answer(json.loads(line)) for line in lines if line)


def _line(answer: Answer) -> dict[str, Any]:
    line: dict[str, Any] = {
        "address": answer.address,
        "year": answer.year,
        "page": answer.page,
        "status": answer.status,
    }
    try:
        return {**line, "body": answer.content.decode()}
    except UnicodeDecodeError:
        return {**line, "base64": base64.b64encode(answer.content).decode("ascii")}


def _answer(line: dict[str, Any]) -> Answer:
    content = line["body"].encode() if "body" in line else base64.b64decode(line["base64"])
    return Answer(line["address"], line["status"], content, line["year"], line["page"])
