"""The Vega-Lite charts: one series with its forecast, the largest changes, and past accuracy."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import altair as alt

from viticast.reporting.context import Language
from viticast.reporting.numbers import axis_expression, unit_name
from viticast.reporting.text import words

WINE, GRAPE, LEAF, EARTH, INK = "#4a1535", "#8c2f5f", "#3f6b4a", "#b07d2b", "#5c5560"
FONT = "Liberation Sans, Helvetica Neue, Helvetica, Arial, sans-serif"

FOOT_WIDTH = 58
"""Characters of a line of the source, so that it fits under a chart on a telephone. Also in `templates/page.js`."""

LABEL_WIDTH, BAR_STEP = 185, 30
"""Pixels for the names beside the bars, and from bar to bar."""

Width = int | str


def configured(chart: alt.LayerChart | alt.VConcatChart) -> dict[str, Any]:
    """The chart as a Vega-Lite specification with the style of the page."""
    styled = (
        chart.configure(font=FONT, background="#ffffff")
        .configure_view(stroke=None)
        .configure_axis(gridColor="#ece8eb", domainColor="#a79fa6", tickColor="#a79fa6", labelColor=INK, titleColor=INK)
        .configure_title(anchor="start", color=WINE, subtitleColor=INK, fontSize=14, subtitleFontSize=11)
        .configure_legend(labelColor=INK, titleColor=INK)
    )
    specification: dict[str, Any] = styled.to_dict()
    return specification


def watermark_layer(text: str, width: Width, height: int) -> alt.Chart:
    """Words across the whole plot, part of the specification, so that an exported picture keeps them.

    The signal `width` stands for what the browser decides; charts side by side have no such signal, and give a number.
    """
    w, h = "width" if isinstance(width, str) else str(width), str(height)
    mark: alt.Chart = alt.Chart(alt.InlineData(values=[{}])).mark_text(
        text=text,
        x=alt.ExprRef(f"{w} / 2"),
        y=alt.ExprRef(f"{h} / 2"),
        angle=alt.ExprRef(f"-150 * atan2({h}, {w}) / PI"),
        fontSize=alt.ExprRef(f"clamp({w} / 13, 16, 48)"),
        fontWeight="bold",
        color="#b3001b",
        opacity=0.22,
        tooltip=None,
    )
    return mark


def footed_axis(source_line: str, **options: Any) -> alt.Axis:  # noqa: ANN401
    """A horizontal axis whose title is the source of the figures, so that the picture never loses it."""
    return alt.Axis(
        title=wrap(source_line, FOOT_WIDTH, break_on_hyphens=False) or [source_line],
        titleAnchor="start",
        titleFontSize=10,
        titleFontWeight="normal",
        titlePadding=8,
        **options,
    )


def series_chart(
    *,
    source_line: str,
    language: Language,
    watermark: str | None,
    title: str = "",
    width: Width = "container",
    height: int = 240,
) -> alt.LayerChart:
    """History, forecast and intervals of one series, from the named data `history`, `gaps` and `forecast`."""
    text = words(language)["chart"]
    x = alt.X("year:Q", axis=footed_axis(source_line, format="d", tickMinStep=1, grid=False, labelFlush=False))
    x = x.scale(zero=False, nice=False)
    y_axis = alt.Axis(
        title=None, labelExpr=axis_expression(language), tickCount=5, domain=False, ticks=False, labelPadding=6
    )
    future = alt.Chart(alt.NamedData("forecast")).transform_filter("datum.yhat != null")
    past = alt.Chart(alt.NamedData("history"))

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", axis=y_axis).scale(zero=True, nice=5)

    def exact(column: str, label: str) -> alt.Tooltip:
        return alt.Tooltip(f"{column}:Q", title=label, format=",.0f")

    year = alt.Tooltip("year:Q", title=text["year"], format="d")
    bounds = [exact(c, text[c]) for c in ("yhat", "lo80", "hi80", "lo95", "hi95")]
    layers = [
        future.mark_area(color=GRAPE, opacity=0.16).encode(x=x, y=y("lo95"), y2="hi95:Q"),
        future.mark_area(color=GRAPE, opacity=0.30).encode(x=x, y=y("lo80"), y2="hi80:Q"),
        past.mark_line(color=WINE, strokeWidth=1.8, strokeJoin="round").encode(x=x, y=y("value")),
        past.transform_filter("isValid(datum.value)")
        .mark_point(color=WINE, filled=True, size=14, opacity=1)
        .encode(x=x, y=y("value"), tooltip=[year, exact("value", text["value"])]),
        future.mark_line(color=GRAPE, strokeWidth=1.8, strokeDash=[5, 3]).encode(x=x, y=y("yhat")),
        future.transform_filter("!datum.actual")
        .mark_point(color=GRAPE, filled=True, size=26, opacity=1)
        .encode(x=x, y=y("yhat"), tooltip=[year, *bounds]),
        past.transform_filter("isValid(datum.correction)")
        .mark_point(color=EARTH, size=70, strokeWidth=1.8, opacity=1)
        .encode(
            x=x,
            y=y("value"),
            tooltip=[
                year,
                exact("value", text["value"]),
                alt.Tooltip("correction:N", title=text["correction"]),
            ],
        ),
        alt.Chart(alt.NamedData("gaps"))
        .mark_text(text="×", color=EARTH, fontSize=13, fontWeight="bold", y=height - 6)
        .encode(x=x, tooltip=[year, alt.Tooltip("mark:N", title=text["mark"])]),
    ]
    if watermark is not None:
        layers.append(watermark_layer(watermark, width, height))
    return alt.LayerChart(layer=layers).properties(width=width, height=height, title=title)


def growth_chart(
    rows: Sequence[Mapping[Any, Any]],
    *,
    source_line: str,
    unit: str,
    language: Language,
    watermark: str | None,
    title: str = "",
    width: Width = "container",
) -> alt.LayerChart:
    """Bars of the largest changes of one flow: growth in leaf green to the right, falls in wine to the left."""
    text = words(language)["chart"]
    height = BAR_STEP * len(rows)
    data = alt.InlineData(values=[dict(row) for row in rows])
    order = [str(row["label"]) for row in rows]
    bars = (
        alt.Chart(data)
        .mark_bar(height=18)
        .encode(
            x=alt.X(
                "change:Q",
                axis=footed_axis(
                    source_line,
                    labelExpr=axis_expression(language),
                    tickCount=4,
                    labelSeparation=8,
                    titleX=-LABEL_WIDTH,
                    titleAlign="left",
                ),
            ),
            y=alt.Y(
                "label:N",
                sort=order,
                axis=alt.Axis(
                    title=None,
                    labelLimit=LABEL_WIDTH - 8,
                    minExtent=LABEL_WIDTH,
                    maxExtent=LABEL_WIDTH,
                    ticks=False,
                    domain=False,
                    labelFontSize=11,
                ),
            ),
            color=alt.condition("datum.change > 0", alt.value(LEAF), alt.value(GRAPE)),
            opacity=alt.condition("datum.is_clear", alt.value(1), alt.value(0.45)),
            tooltip=[
                alt.Tooltip("label:N", title=text["series"]),
                alt.Tooltip("base:Q", title=text["base"], format=",.0f"),
                alt.Tooltip("yhat:Q", title=text["yhat"], format=",.0f"),
                alt.Tooltip("change:Q", title=f"{text['change']} ({unit_name(unit)})", format="+,.0f"),
            ],
        )
    )
    layers = [bars]
    if watermark is not None:
        layers.append(watermark_layer(watermark, width, height))
    return alt.LayerChart(layer=layers).properties(width=width, height=height, title=title)


def accuracy_chart(
    rows: Sequence[Mapping[Any, Any]],
    *,
    source_line: str,
    language: Language,
    watermark: str | None,
    title: str = "",
    width: Width = "container",
) -> alt.LayerChart:
    """Capped MASE by horizon: the published forecasts against naive."""
    text = words(language)["chart"]
    names = [text["ours"], text["naive"]]
    base = alt.Chart(alt.InlineData(values=[dict(row) for row in rows])).encode(
        x=alt.X(
            "horizon:O", axis=footed_axis(source_line, labelAngle=0, labelExpr=f"datum.label + ' {text['ahead']}'")
        ),
        y=alt.Y("mase:Q", title=text["mase"], axis=alt.Axis(tickCount=5, domain=False)).scale(zero=True),
        color=alt.Color("method:N", title=None).scale(domain=names, range=[GRAPE, "#9a9199"]).legend(orient="top"),
        tooltip=[
            alt.Tooltip("method:N", title=text["method"]),
            alt.Tooltip("horizon:O", title=text["horizon"]),
            alt.Tooltip("mase:Q", title=text["mase"], format=",.3f"),
        ],
    )
    layers = [base.mark_line(strokeWidth=2), base.mark_point(filled=True, size=50, opacity=1)]
    if watermark is not None:
        layers.append(watermark_layer(watermark, width, 220))
    return alt.LayerChart(layer=layers).properties(width=width, height=220, title=title)
