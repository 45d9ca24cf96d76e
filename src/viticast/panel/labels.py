"""Labels as keys: two spellings of one name are equal once folded."""

import re
import unicodedata
from functools import lru_cache

_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")


# Tables repeat their labels in each cell; all labels of all tables are some two thousand.
@lru_cache(maxsize=16384)
def fold(label: str) -> str:
    """A label without case, accents and punctuation: `São Tomé e Príncipe` -> `sao tome e principe`."""
    plain = unicodedata.normalize("NFKD", label.lower())
    ascii_only = plain.encode("ascii", "ignore").decode("ascii")
    return _NOT_ALPHANUMERIC.sub(" ", ascii_only).strip()


def slug(label: str) -> str:
    """A folded label as one part of a series_id: `VINHO  FINO DE MESA` -> `vinho_fino_de_mesa`."""
    return fold(label).replace(" ", "_")
