"""What was found in the files: what was refused, what was set aside, and what is unlikely."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from viticast.reporting.context import PageContext
from viticast.reporting.listing import Listing, listing
from viticast.reporting.numbers import number
from viticast.reporting.text import words

GRAVEST_FIRST = (
    "table_refused",
    "table_not_fetched",
    "refusal",
    "failure",
    "cell_quarantined",
    "row_quarantined",
    "watch",
)
COUNTED = ("table_accepted", *GRAVEST_FIRST)


@dataclass(frozen=True)
class FindingSection:
    """What the page says of the files.

    Attributes:
        counts: Files, cells, lines and things to watch, in words.
        listing: One row for each thing found: outcome, table_name, place, found, words, reason.
    """

    counts: str
    listing: Listing


def finding_section(findings: pd.DataFrame, context: PageContext) -> FindingSection:
    """Says in the language of the page where something was found and what it is.

    Args:
        findings: As `contracts.findings.Findings` describes, those of the files that the page is about.
        context: Language of the page.
    """
    text = words(context.language)["findings"]
    counts = {name: number(int((findings["outcome"] == name).sum()), context.language) for name in COUNTED}
    shown = findings[findings["outcome"].isin(GRAVEST_FIRST)]
    rank = shown["outcome"].map(GRAVEST_FIRST.index).astype("int64")
    shown = shown.assign(rank=rank).sort_values(["rank", "table_name", "row_number", "column_number"], kind="stable")
    found = listing(shown)
    rows = [
        {name: row[name] for name in ("outcome", "table_name", "found", "reason")}
        | {"place": _place(row, text["places"]), "words": text["rules"].get(row["rule"], text["said"][row["outcome"]])}
        for row in found.rows
    ]
    return FindingSection(text["counts"].format(**counts), Listing(rows, found.more))


def _place(row: dict[str, Any], places: dict[str, str]) -> str:
    """Line and column as a reader finds them in the file."""
    has_row, has_column = row["row_number"] > 0, row["column_number"] > 0
    label = row["column_label"]
    if not has_row:
        return places["file"] if label is None else places["column"].format(label=label)
    name = "labelled" if label is not None else "cell" if has_column else "row"
    return places[name].format(row=row["row_number"], column=row["column_number"], label=label)
