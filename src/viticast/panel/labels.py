"""Labels as keys: two spellings of one name are equal once folded."""

import re
import unicodedata
from functools import lru_cache

import pandas as pd

_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")


# Tables repeat their labels in each cell; all labels of all tables are some two thousand.
@lru_cache(maxsize=16384)
def fold(label: str) -> str:
    """A label without case, accents and punctuation: `São Tomé e Príncipe` -> `sao tome e principe`."""
    plain = unicodedata.normalize("NFKD", label.lower())
    ascii_only = plain.encode("ascii", "ignore").decode("ascii")
    return _NOT_ALPHANUMERIC.sub(" ", ascii_only).strip()


def with_label_keys(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with `item_key` and `group_key`, its folded `item` and `group_label`; '' where there is no group."""
    return frame.assign(
        item_key=frame["item"].map(fold).astype("str"),
        group_key=frame["group_label"].map(fold, na_action="ignore").fillna("").astype("str"),
    )


def slug(label: str) -> str:
    """A folded label as one part of a series_id: `VINHO  FINO DE MESA` -> `vinho_fino_de_mesa`."""
    return fold(label).replace(" ", "_")
