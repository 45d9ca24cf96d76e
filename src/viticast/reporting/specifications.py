"""The chart specifications of the page: shared by every single series or total, or one for each comparison."""

from collections.abc import Sequence
from math import isnan
from typing import Any

from viticast.reporting.charts import accuracy_chart, configured, growth_chart, series_chart
from viticast.reporting.context import PageContext
from viticast.reporting.decomposition_charts import level_chart, trend_chart
from viticast.reporting.growth import Ranking
from viticast.reporting.payload import root_name
from viticast.reporting.scorecard import Scorecard
from viticast.reporting.text import attribution_line, watermark, words

SOURCE_SLOT = "{source}"
"""Where the script of the page writes the source of the series that it draws."""


def page_specifications(
    ranked: Sequence[Ranking], scores: Scorecard | None, context: PageContext
) -> dict[str, dict[str, Any]]:
    """Vega-Lite specifications by the id of the element that they are drawn in."""
    found = {"chart-series": _series(context, 230), "chart-explorer": _series(context, 340)}
    for ranking in ranked:
        found[f"chart-growth-{ranking.root_id}"] = _growth(ranking, context)
    for part, chart in (("level", level_chart), ("trend", trend_chart)):
        drawn = chart(source_line=SOURCE_SLOT, language=context.language, watermark=watermark(context))
        found[f"chart-{part}"] = configured(drawn)
    if scores is not None:
        found["chart-accuracy"] = _accuracy(scores, context)
    return found


def _series(context: PageContext, height: int) -> dict[str, Any]:
    chart = series_chart(
        source_line=SOURCE_SLOT,
        language=context.language,
        watermark=watermark(context),
        title="-",
        height=height,
    )
    return configured(chart)


def _growth(ranking: Ranking, context: PageContext) -> dict[str, Any]:
    columns = ["base", "yhat", "change", "is_clear"]
    labels = _chart_labels(ranking.absolute["path"].tolist())
    text = words(context.language)["growth"]
    chart = growth_chart(
        ranking.absolute[columns].assign(label=labels).to_dict("records"),
        source_line=attribution_line(ranking.attribution, context),
        unit=ranking.unit,
        language=context.language,
        watermark=watermark(context),
        title=f"{root_name(ranking.root_id, context)}: {text['change'].lower()}",
    )
    return configured(chart)


def _chart_labels(paths: list[tuple[str, ...]]) -> list[str]:
    """Each item with what it lies in, Branco (Vinho de mesa), or all of the path where that is not yet unique."""
    near = [f"{path[-1]} ({path[-2]})" if len(path) > 1 else path[-1] for path in paths]
    return [" › ".join(path) if near.count(name) > 1 else name for path, name in zip(paths, near, strict=True)]


def _accuracy(scores: Scorecard, context: PageContext) -> dict[str, Any]:
    text = words(context.language)
    rows = [
        {"horizon": int(row.name), "method": text["chart"][method], "mase": mase}
        for row in scores.horizon
        for method, mase in (("ours", row.mase), ("naive", row.mase_naive))
        if not isnan(mase)
    ]
    line = text["synthetic"]["attribution"] if context.is_synthetic else text["accuracy"]["chart_source"]
    return configured(
        accuracy_chart(
            rows,
            source_line=line,
            language=context.language,
            watermark=watermark(context),
            title=text["accuracy"]["chart"],
        )
    )
