"""The figures of a page as compact JSON that nothing in it can break out of."""

import json
from collections.abc import Mapping
from typing import Any

from viticast.reporting.context import PageContext
from viticast.reporting.explained import UNEXPLAINED, Explained
from viticast.reporting.numbers import chart_locale, unit_name
from viticast.reporting.records import SeriesRecord
from viticast.reporting.text import attribution_line, watermark, words


def safe_json(value: Mapping[str, Any]) -> str:
    """JSON for a script element: no character of it can close the element or start a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def page_payload(
    records: Mapping[str, SeriesRecord],
    explanations: Explained,
    components: Mapping[str, list[Any]],
    context: PageContext,
) -> dict[str, Any]:
    """What the script of the page reads: every series in columns, figures rounded to the unit.

    Args:
        records: The series of the page.
        explanations: How their forecasts were made.
        components: Flow -> its first year, levels and yearly changes.
        context: Language of the page, and whether its figures were generated.
    """
    text = words(context.language)
    ordered = list(records.values())
    sources = sorted({attribution_line(r.attribution, context) for r in ordered})
    roots = list(dict.fromkeys(r.root_id for r in ordered))
    classes = sorted({r.series_class for r in ordered})
    units = sorted({r.unit for r in ordered})
    return {
        "language": context.language,
        "locale": chart_locale(context.language),
        "watermark": watermark(context),
        "text": {
            **text["explorer"],
            "marks": text["marks"],
            "classes": text["classes"],
            "explanation": text["explanation"],
        },
        "roots": [{"id": r, "name": root_name(r, context)} for r in roots],
        "sources": sources,
        "classes": classes,
        "units": [{"id": u, "name": unit_name(u)} for u in units],
        "explanations": explanations.distinct,
        "components": components,
        "series": [
            [
                r.series_id,
                list(r.path),
                units.index(r.unit),
                sources.index(attribution_line(r.attribution, context)),
                classes.index(r.series_class),
                r.first_year,
                [None if v is None else round(v) for v in r.values],
                [[year, mark] for year, mark in sorted(r.marks.items())],
                [[year, name] for year, name in sorted(r.corrections.items())],
                r.forecast_first_year,
                [[round(v) for v in row] for row in r.forecasts],
                *explanations.of_series.get(r.series_id, UNEXPLAINED),
            ]
            for r in ordered
        ],
    }


def root_name(root_id: str, context: PageContext) -> str:
    """A flow with its unit, as a reader calls it: Exportação (US$)."""
    flow, _, unit = root_id.rpartition("_")
    names = words(context.language)["flows"]
    printed = {"l": "L", "kg": "kg", "usd": "US$"}.get(unit, unit)
    return f"{names.get(flow, flow)} ({printed})"
