"""From bytes to text: what is not a UTF-8 table is refused before anything is read from it."""

import re

from viticast.sources.errors import EmptyFileError, HtmlPageError, MojibakeError

_BLANK = b" \t\r\n\x00\xef\xbb\xbf"
_TAG = re.compile(rb"<\s*(!--|[!?/]?[a-z])", re.IGNORECASE)
_FIELDS = re.compile(rb";[^;]*;|\t[^\t]*\t")
_FETCH_AGAIN = "fetch the file again; it must be the CSV that the site offers for download"

_TWICE_ENCODED = re.compile("[\u00c2\u00c3][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|\ufffd")
"""What UTF-8 becomes when it is decoded as Latin-1 or Windows-1252 and encoded again: "ç" turns to "Ã§"."""


def decode(content: bytes, table: str) -> str:
    r"""Decode strictly as UTF-8, with or without a byte order mark; line ends become `\n`.

    Raises:
        SourceError: EmptyFileError, HtmlPageError or MojibakeError.
    """
    if not content.strip(_BLANK):
        raise EmptyFileError("the file is empty", remedy=_FETCH_AGAIN, table=table)
    if _is_web_page(content):
        raise HtmlPageError(
            "the file is a web page, not a table: the site answers errors with a page",
            remedy=_FETCH_AGAIN,
            table=table,
            row=1,
            value=content[:60].decode("utf-8", errors="replace"),
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise MojibakeError(
            f"byte {error.start + 1} is not UTF-8",
            remedy="save the file as UTF-8, or download its bytes without converting them",
            table=table,
            row=row,
            value=repr(content[max(0, error.start - 10) : error.start + 10]),
        ) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    refuse_twice_encoded(text, table)
    return text


def _is_web_page(content: bytes) -> bool:
    """Tell whether a tag starts the text or one of its lines before the first line of fields.

    What stands in a label is no page, whatever it is.
    """
    text = content.lstrip(_BLANK)
    if text.startswith(b"<"):
        return True
    for line in text.splitlines():
        if _TAG.match(line.lstrip(_BLANK)):
            return True
        if _FIELDS.search(line):
            return False
    return False


def refuse_twice_encoded(text: str, table: str) -> None:
    """Refuse text that was decoded as something else on its way.

    Raises:
        MojibakeError: Names the line of the text.
    """
    found = _TWICE_ENCODED.search(text)
    if found:
        row = text.count("\n", 0, found.start()) + 1
        around = text[max(0, found.start() - 15) : found.end() + 15].replace("\n", " ")
        raise MojibakeError(
            f"{around!r} is mojibake: UTF-8 that was decoded as Latin-1 and encoded again",
            remedy="download the bytes without converting them (a client that guesses the charset does this)",
            table=table,
            row=row,
            value=around,
        )
