"""The Vega-Lite charts of a total and its parts: figure and level, and the yearly change of the level."""

import altair as alt

from viticast.reporting.charts import GRAPE, LEAF, WINE, footed_axis, watermark_layer
from viticast.reporting.context import Language
from viticast.reporting.numbers import axis_expression
from viticast.reporting.text import words

HEIGHT = 200


def level_chart(*, source_line: str, language: Language, watermark: str | None) -> alt.LayerChart:
    """The published figures as points and their level as a line, from the named data `components`."""
    text = words(language)["chart"]
    x, y_axis = _years(source_line), _values(language)
    rows = alt.Chart(alt.NamedData("components"))
    tooltip = [alt.Tooltip("year:Q", title=text["year"], format="d")]
    tooltip += [alt.Tooltip(f"{c}:Q", title=text[c], format=",.0f") for c in ("value", "level", "irregular")]
    # no figure is below zero; a level that is, by a little, would double the height of the axis
    scale = alt.Scale(domainMin=0, nice=5)
    figure = alt.Y("value:Q", axis=y_axis, scale=scale)
    layers = [
        rows.mark_line(color=WINE, strokeWidth=0.8, opacity=0.35).encode(x=x, y=figure),
        rows.mark_line(color=LEAF, strokeWidth=2.2, strokeJoin="round", clip=True).encode(
            x=x, y=alt.Y("level:Q", axis=y_axis, scale=scale)
        ),
        rows.transform_filter("isValid(datum.value)")
        .mark_point(color=WINE, filled=True, size=18, opacity=1)
        .encode(x=x, y=figure, tooltip=tooltip),
    ]
    return _finished(layers, "level", language, watermark)


def trend_chart(*, source_line: str, language: Language, watermark: str | None) -> alt.LayerChart:
    """The change of the level in each year: growth in leaf green upwards, falls in wine downwards."""
    text = words(language)["chart"]
    bars = (
        alt.Chart(alt.NamedData("components"))
        .mark_bar(size=4)
        .encode(
            x=_years(source_line),
            y=alt.Y("trend:Q", axis=_values(language)).scale(nice=5),
            color=alt.condition("datum.trend > 0", alt.value(LEAF), alt.value(GRAPE)),
            tooltip=[
                alt.Tooltip("year:Q", title=text["year"], format="d"),
                alt.Tooltip("trend:Q", title=text["trend"], format="+,.0f"),
            ],
        )
    )
    return _finished([bars], "trend", language, watermark)


def _years(source_line: str) -> alt.X:
    x = alt.X("year:Q", axis=footed_axis(source_line, format="d", tickMinStep=1, grid=False, labelFlush=False))
    return x.scale(zero=False, nice=False, padding=6)


def _values(language: Language) -> alt.Axis:
    return alt.Axis(
        title=None, labelExpr=axis_expression(language), tickCount=5, domain=False, ticks=False, labelPadding=6
    )


def _finished(layers: list[alt.Chart], part: str, language: Language, watermark: str | None) -> alt.LayerChart:
    """With watermark, what the script of the page names picture and file after, and a title for it to fill."""
    text = words(language)
    told = text["decomposition"]
    if watermark is not None:
        layers = [*layers, watermark_layer(watermark, "container", HEIGHT)]
    return alt.LayerChart(layer=layers).properties(
        width="container",
        height=HEIGHT,
        title=alt.TitleParams(text="-", subtitle=told[part]),
        usermeta={"part": text["chart"][part], "chart_of": told[f"{part}_of"]},
    )
