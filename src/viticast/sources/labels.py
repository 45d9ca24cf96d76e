"""The names of products, cultivars and countries: cleaned by rule, never by list."""

import re

_BLANKS = re.compile(r"\s+")
_FOOTNOTE_IN_BRACKETS = re.compile(r"\s*\([0-9]\)$|[¹²³]+$")
_FOOTNOTE_AFTER_WORD = re.compile(r"(?<=[^\W\d_]{4})[0-9]$")
_CONTROL_CODE = re.compile(r"[a-z]{2}_")


def clean_item(label: str) -> str:
    """Drop blanks around and doubled inside, and the footnote mark at the end.

    A footnote is one digit in brackets ("Outras(3)"), a raised digit, or one digit glued to a word of four letters or
    more ("Outras1"). A digit after a blank ("Couderc 13", "Seibel 2") or after fewer letters ("Moscato Bianco R2")
    belongs to the name.
    """
    collapsed = _BLANKS.sub(" ", label).strip()
    without_brackets = _FOOTNOTE_IN_BRACKETS.sub("", collapsed)
    return _FOOTNOTE_AFTER_WORD.sub("", without_brackets).strip()


def is_category(label: str, control: str | None) -> bool:
    """Tell whether a row is a category: its label is in capitals and its control is not the code of a child.

    "IAC" is a cultivar in capitals, and its control `br_IAC` says so.
    """
    letters = [letter for letter in label if letter.isalpha()]
    in_capitals = bool(letters) and all(letter.isupper() for letter in letters)
    return in_capitals and not (control and _CONTROL_CODE.match(control.strip()))
