"""The page: one HTML file that needs no network, no server and no other file."""

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

import altair
import pandas as pd
import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from viticast.reporting.context import PageContext
from viticast.reporting.decomposed import component_columns, decomposition_section
from viticast.reporting.explained import explained
from viticast.reporting.found import finding_section
from viticast.reporting.growth import MINIMUM_SHARE, Ranking, growth_frame, rankings
from viticast.reporting.headline import Headline, headlines, target_year
from viticast.reporting.numbers import amount, compact, direction, interval, number, percent, unit_name
from viticast.reporting.payload import page_payload, root_name, safe_json
from viticast.reporting.records import SeriesRecord, series_records
from viticast.reporting.revised import revision_section
from viticast.reporting.scorecard import scorecard
from viticast.reporting.specifications import page_specifications
from viticast.reporting.text import attribution_line, watermark, words

SECTIONS = (
    "headline",
    "growth",
    "explorer",
    "decomposition",
    "accuracy",
    "corrections",
    "revisions",
    "findings",
    "vintages",
    "caveats",
)


def render_page(
    *,
    panel: pd.DataFrame,
    series: pd.DataFrame,
    forecasts: pd.DataFrame,
    backtests: pd.DataFrame,
    explanations: pd.DataFrame,
    components: pd.DataFrame,
    diagnostics: pd.DataFrame,
    corrections_applied: pd.DataFrame,
    snapshot: pd.DataFrame,
    monitoring: pd.DataFrame | None,
    revisions: pd.DataFrame,
    findings: pd.DataFrame,
    context: PageContext,
) -> str:
    """The whole page as HTML. The same frames give the same text: nothing in it depends on the clock.

    Args:
        panel: Panel of one snapshot.
        series: SeriesDimension of the snapshot.
        forecasts: Forecasts of one model, with the flows (level == 'flow') among them.
        backtests: Backtests of the same model; may be empty.
        explanations: Explanations of the forecasts.
        components: Components of the totals.
        diagnostics: Diagnostics of the same totals.
        corrections_applied: CorrectionsApplied; may be empty.
        snapshot: Snapshots, the vintage of each table.
        monitoring: MonitoringVerdicts, or None before monitoring has run.
        revisions: Revisions of the snapshot.
        findings: Findings of the snapshot's files, and of files that were refused since.
        context: Provenance and language.

    Raises:
        ValueError: No flow has a forecast, or the frames mix generated and published figures.
    """
    _refuse_mixed(context, panel, series, forecasts, backtests, revisions, findings)
    records = series_records(panel, series, forecasts)
    year = target_year(records)
    leaves = set(series["series_id"][series["level"] == "leaf"])
    ranked = rankings(growth_frame(records, leaves, year), records)
    scores = scorecard(backtests, series, context)
    payload = page_payload(records, explained(explanations), component_columns(components), context)
    bundle, script = _bundle(), _asset("page.js")
    text = words(context.language)
    return (
        _environment(context)
        .get_template("page.html.j2")
        .render(
            t=text,
            context=context,
            title=text["title"].format(year=year),
            stamp=watermark(context),
            policy=_policy(bundle, script),
            css=Markup(_asset("page.css")),  # noqa: S704 - a file of the package
            sections=SECTIONS,
            year=year,
            groups=_grouped(headlines(records, year)),
            rankings=[_ranking_rows(ranking) for ranking in ranked],
            minimum_share=MINIMUM_SHARE,
            series_count=len(records),
            decomposition=decomposition_section(components, diagnostics, records, context),
            accuracy=scores,
            corrections=_rows(_worst_first(corrections_applied[~_is_plain_join(corrections_applied)])),
            joins=_rows(_worst_first(corrections_applied[_is_plain_join(corrections_applied)])),
            revisions=revision_section(revisions),
            findings=finding_section(findings, context),
            snapshot=_rows(snapshot.sort_values("table_name")),
            monitoring=[] if monitoring is None else _rows(monitoring),
            sources=_sources(records, context),
            figures=Markup(safe_json(payload)),  # noqa: S704 - escaped by safe_json
            charts=Markup(safe_json(page_specifications(ranked, scores, context))),  # noqa: S704 - the same
            bundle=Markup(bundle),  # noqa: S704 - the libraries, from vl-convert
            script=Markup(script),  # noqa: S704 - a file of the package
        )
    )


def _refuse_mixed(context: PageContext, *frames: pd.DataFrame) -> None:
    for frame in frames:
        if (frame["is_synthetic"] != context.is_synthetic).any():
            raise ValueError(
                f"the page is for {'generated' if context.is_synthetic else 'published'} figures, "
                "but a frame holds the other kind: render each source on its own page"
            )


def _environment(context: PageContext) -> Environment:
    language = context.language
    environment = Environment(
        loader=PackageLoader("viticast.reporting"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {
        "fill": lambda text, **values: text.format(**values),
        "root_name": lambda root_id: root_name(root_id, context),
        "source_line": lambda attribution: attribution_line(attribution, context),
        "unit_name": unit_name,
        "amount": lambda value, unit: amount(value, unit, language),
        "compact": lambda value: compact(value, language),
        "interval": lambda bounds: interval(bounds[0], bounds[1], language),
        "direction": direction,
        "whole": lambda value: number(value, language),
        "exact": lambda value: number(value, language, 0 if value is None or value == round(value) else 2),
        "fixed": lambda value, decimals: number(value, language, decimals),
        "share": lambda value, decimals: percent(value, language, decimals),
        "signed": lambda value: percent(value, language, signed=True),
        "day": lambda value: value.strftime("%d/%m/%Y" if language == "pt" else "%Y-%m-%d"),
    }
    return environment


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _is_plain_join(corrections: pd.DataFrame) -> "pd.Series[bool]":
    """Aliases that ask for nothing are many: they are listed apart, folded."""
    return (corrections["action"] == "alias") & (corrections["status"] != "overlapping")


def _worst_first(corrections: pd.DataFrame) -> pd.DataFrame:
    """What asks for a look, then what was done, then what this snapshot does not need."""
    order = ("stale", "overlapping", "applied", "not_applicable")
    rank = corrections["status"].map(order.index)
    return corrections.assign(rank=rank).sort_values(["rank", "correction_id"]).drop(columns="rank")


def _ranking_rows(ranking: Ranking) -> dict[str, Any]:
    tables = {"absolute": _rows(ranking.absolute), "relative": _rows(ranking.relative)}
    return {**vars(ranking), **tables}


def _grouped(found: list[Headline]) -> list[tuple[str, list[Headline]]]:
    """Rio Grande do Sul and the trade of Brazil apart: their figures are not of one territory."""
    trade = [h for h in found if h.record.root_id.startswith(("importacao", "exportacao"))]
    state = [h for h in found if h not in trade]
    return [(name, shown) for name, shown in (("state", state), ("trade", trade)) if shown]


def _sources(records: dict[str, SeriesRecord], context: PageContext) -> list[tuple[str, str]]:
    """Each flow with the sources of its series, once each."""
    lines: dict[str, dict[str, None]] = {}
    for record in records.values():
        lines.setdefault(record.root_id, {})[attribution_line(record.attribution, context)] = None
    return [(root_name(root_id, context), "; ".join(found)) for root_id, found in lines.items()]


@cache
def _bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, in the version that Altair writes for."""
    version = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    bundle: str = vl_convert.javascript_bundle(snippet="window.vegaEmbed = vegaEmbed;", vl_version=version)
    return bundle.replace("</script", "<\\/script")


def _asset(name: str) -> str:
    return (resources.files("viticast.reporting") / "templates" / name).read_text(encoding="utf-8")


def _policy(*scripts: str) -> str:
    """A policy by which the browser runs these scripts only and opens no connection. Vega compiles expressions."""
    digests = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed} 'unsafe-eval'; style-src 'unsafe-inline'; "
        "img-src data: blob:; form-action 'none'; base-uri 'none'"
    )
