"""Finds secrets in files and texts, in whatever form a program may have written them."""

import base64
import gzip
import html
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pandas as pd

SHORTEST = 6
"""Shorter beginnings of a secret's base64 stand in many a text."""


def forms(secret: str) -> set[str]:
    """A secret as it stands, in an address, in JSON, in HTML, in Python's words, and within something in base64."""
    plain = {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        quote(secret, safe="").lower(),
        json.dumps(secret)[1:-1],
        html.escape(secret),
        repr(secret)[1:-1],
        str(secret.encode())[2:-1],
        secret.encode().hex(),
    }
    return plain | set(_within_base64(secret.encode()))


def _within_base64(secret: bytes) -> Iterator[str]:
    """What base64 makes of it wherever it begins, without the signs at both ends that its neighbours change."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + secret).decode().rstrip("=")
        middle = coded[-(-before * 8 // 6) : -1]
        if len(middle) >= SHORTEST:
            yield middle
            yield middle.translate(str.maketrans("+/", "-_"))


def leaks(texts: Iterable[tuple[str, str]], secrets: Iterable[str]) -> list[str]:
    """Where secrets stand: name of the text, the form, and what is around it."""
    wanted = {form for secret in secrets for form in forms(secret)}
    return [
        f"{name}: {form!r} in {text[max(0, text.index(form) - 80) : text.index(form) + 80]!r}"
        for name, text in texts
        for form in sorted(wanted)
        if form in text
    ]


def written(folder: Path, *but: str) -> Iterator[tuple[str, str]]:
    """Every file below a folder, as text; what is compressed is unfolded."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        yield "names of files", name
        if path.is_file() and name not in but:
            yield name, _text(path)


def _text(path: Path) -> str:
    content = path.read_bytes()
    if path.suffix == ".parquet":
        # Not its partitions: a column of its own is what is read here.
        frame = pd.read_parquet(path, partitioning=None)
        texts = [str(one) for name in frame.select_dtypes(exclude="number") for one in frame[name].unique()]
        return "\n".join([*texts, content.decode("utf-8", "replace")])
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    return content.decode("utf-8", "replace")
