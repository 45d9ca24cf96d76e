"""What all contracts share: how a model is configured, and the vocabularies of their columns."""

import pandera.pandas as pa

FIRST_YEAR = 1970
LAST_YEAR = 2100
"""No figure of this century's plans lies beyond it: a larger year is a misread number."""

MARKS = ("nd", "*", "+", "empty", "unreadable")
"""Why a cell has no value: not available, published only as an aggregate, the same for a few cultivars, blank; or text
that is no figure and was quarantined."""

UNITS = ("L", "kg", "USD")
FLOWS = ("producao", "processamento", "comercializacao", "importacao", "exportacao")
LEVELS = ("flow", "table", "group", "leaf")
SOURCES = ("sample", "embrapa", "api", "database")
SERIES_CLASSES = ("regular", "intermittent", "short", "inactive", "empty")
ITEM_KINDS = ("product", "cultivar", "country", "pseudo_country")
OUTCOMES = (
    "table_accepted",
    "table_refused",
    "table_not_fetched",
    "refusal",
    "failure",
    "row_quarantined",
    "cell_quarantined",
    "watch",
)
REVISIONS = (
    "compared",
    "first_vintage",
    "value_changed",
    "mark_filled",
    "value_gone",
    "row_new",
    "row_gone",
    "label_renamed",
)
STAGES = ("observations", "snapshot", "corrected", "panel")
VERDICTS = ("ok", "watch", "retrain", "stop", "skipped")


class Table(pa.DataFrameModel):
    """A table of the lake: exactly the columns of its contract, in any row order."""

    class Config:
        """Columns that a contract does not know are refused, not ignored."""

        strict = True
        coerce = False
