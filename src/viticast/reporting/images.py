"""The picture for the README: totals of the flows with their forecasts, as PNG, without a browser."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from viticast.reporting.charts import configured, series_chart
from viticast.reporting.context import PageContext
from viticast.reporting.numbers import chart_locale
from viticast.reporting.payload import root_name
from viticast.reporting.records import SeriesRecord, chart_datasets, series_records
from viticast.reporting.text import attribution_line, watermark, words

SPACING, AXIS = 24, 55
"""Pixels between two plots of a row, and of the labels beside each."""


def render_totals(*, panel: pd.DataFrame, series: pd.DataFrame, forecasts: pd.DataFrame, context: PageContext) -> bytes:
    """A PNG with a plot of every flow.

    Args:
        panel: Panel of one snapshot.
        series: SeriesDimension of the snapshot.
        forecasts: Forecasts of one model.
        context: Provenance; generated figures carry a watermark in every plot.
    """
    roots = series["series_id"][series["level"] == "flow"]
    records = series_records(
        panel[panel["series_id"].isin(roots)],
        series[series["series_id"].isin(roots)],
        forecasts[forecasts["series_id"].isin(roots)],
    )
    return _png(_overview([record for record in records.values() if record.history], context), context)


def _single(record: SeriesRecord, context: PageContext, width: int, height: int) -> alt.LayerChart:
    chart = series_chart(
        source_line=attribution_line(record.attribution, context),
        language=context.language,
        watermark=watermark(context),
        title=root_name(record.root_id, context),
        width=width,
        height=height,
    )
    return _with_data(chart, chart_datasets(record))


def _with_data(chart: alt.LayerChart, datasets: Mapping[str, list[dict[str, Any]]]) -> alt.LayerChart:
    """Each layer with its own rows: charts side by side would otherwise share the named data."""
    chart = chart.copy(deep=True)
    for layer in chart.layer:
        if isinstance(layer.data, alt.NamedData):
            layer.data = alt.InlineData(values=datasets[str(layer.data.name)])
    return chart


def _overview(records: list[SeriesRecord], context: PageContext) -> alt.VConcatChart:
    text = words(context.language)["images"]
    title = alt.TitleParams(
        text=text["title"], subtitle=_subtitle(context), fontSize=18, subtitleFontSize=12, offset=16
    )
    rows = [
        alt.hconcat(
            *(_single(r, context, width=(1056 - SPACING * (len(row) - 1)) // len(row) - AXIS, height=190) for r in row),
            spacing=SPACING,
        )
        for row in _rows(records)
    ]
    return alt.vconcat(*rows, spacing=28).properties(title=title, padding=16)


def _rows(records: list[SeriesRecord]) -> list[list[SeriesRecord]]:
    """Flows of one unit together, then one row for each flow that is counted in kilograms and in US$."""
    by_flow: dict[str, list[SeriesRecord]] = {}
    for record in records:
        by_flow.setdefault(record.root_id.rpartition("_")[0], []).append(record)
    single = [row[0] for row in by_flow.values() if len(row) == 1]
    several = [row for row in by_flow.values() if len(row) > 1]
    return ([single] if single else []) + several


def _subtitle(context: PageContext) -> list[str]:
    text = words(context.language)
    lines = [text["images"]["subtitle"]]
    return [text["synthetic"]["banner"], *lines] if context.is_synthetic else lines


def _png(chart: alt.LayerChart | alt.VConcatChart, context: PageContext) -> bytes:
    png: bytes = vl_convert.vegalite_to_png(configured(chart), scale=1.5, format_locale=chart_locale(context.language))
    return png
