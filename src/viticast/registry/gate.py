"""The gate: whether a model takes the champion's place, by what both did on identical windows of the past."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from viticast.contracts.bounds import COVERAGE, TIE
from viticast.registry.comparison import AgainstNaive, Comparison, Resampling, compare, compare_with_naive

Promotion = Literal["promote", "keep", "refuse"]
Mode = Literal["never", "gate", "force"]

FORCE = "kedro run --pipelines=modeling --params promote=force"


class GateParams(BaseModel):
    """How a model is judged against the champion.

    Attributes:
        promote: Whether a model may take the champion's place: never, as the gate says, or whatever it says (force).
        samples: How many samples of the series give the interval of the ratio of losses.
        seed: Of the samples.
        margin: How far that interval may reach above one where the model knows newer figures or is of other code; one
            that lies beyond it is of a worse model.
        table_bound: No table's capped MASE may be more than this many times the champion's.
        table_series_origins: A table with fewer series and origins is not judged by itself.
        fewest_series: With fewer series in common nothing is compared: samples of a few have next to no width.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    promote: Mode
    samples: int = Field(ge=100, le=100_000)
    seed: int = Field(ge=0, lt=2**32)
    margin: float = Field(ge=0, le=1)
    table_bound: float = Field(gt=1)
    table_series_origins: int = Field(ge=1)
    fewest_series: int = Field(ge=1)


@dataclass(frozen=True)
class Contest:
    """Whom a model is judged against.

    Attributes:
        champion_key: Key of the champion, None if there is none.
        champion_version: Its version in the registry, None if there is none.
        had_champion: True if there was one once.
        is_same_figures: True if both were fitted on the same panel.
        is_same_code: True if both were made by the same forecaster; the installed one can forecast as no other did.
        mode: What the run asks for.
    """

    champion_key: str | None
    champion_version: str | None
    had_champion: bool
    is_same_figures: bool
    is_same_code: bool
    mode: Mode


@dataclass(frozen=True)
class GateVerdict:
    """The gate's answer.

    Attributes:
        verdict: What becomes of the model.
        gate_verdict: What the gate says by itself.
        rule: What that rests on, one of `contracts.promotions.RULES`.
        reason: The numbers in words.
        comparison: The numbers; None where nothing could be compared.
        naive: Those against naive; None likewise.
    """

    verdict: Promotion
    gate_verdict: Promotion
    rule: str
    reason: str
    comparison: Comparison | None = None
    naive: AgainstNaive | None = None


@dataclass(frozen=True)
class _Finding:
    verdict: Promotion
    rule: str
    reason: str


def judge(
    challenger: pd.DataFrame, champion: pd.DataFrame, series: pd.DataFrame, contest: Contest, params: GateParams
) -> GateVerdict:
    """Judges a model against the champion.

    Args:
        challenger: Its backtests, as `contracts.forecasts.Backtests` describes.
        champion: The champion's; no row where they are not known.
        series: The dimension of the challenger's snapshot.
        contest: Whom it is judged against.
        params: The bounds.
    """
    finding = _before_numbers(champion, contest)
    if finding is not None:
        return _verdict(finding, contest.mode)
    resampling = Resampling(params.samples, params.seed, params.table_series_origins)
    comparison = compare(challenger, champion, series, resampling)
    if comparison is None or comparison.series < params.fewest_series:
        shared = "no window" if comparison is None else f"windows of {comparison.series} series only"
        reason = f"the backtests of this model and of the champion {contest.champion_key} share {shared}"
        return _verdict(_Finding("keep", "no_common_window", f"{reason}; to replace it: {FORCE}"), contest.mode)
    naive = compare_with_naive(challenger, series)
    finding = _refusal(comparison, naive, params) or _standing(comparison, contest, params)
    told = _Finding(finding.verdict, finding.rule, f"{finding.reason} ({_numbers(comparison)})")
    return _verdict(told, contest.mode, comparison, naive)


def _before_numbers(champion: pd.DataFrame, contest: Contest) -> _Finding | None:
    """What is decided without a comparison."""
    if contest.champion_key is None and contest.had_champion:
        return _Finding("promote", "alias_gone", "no version has the alias champion any more, so there is none to beat")
    if contest.champion_key is None:
        return _Finding("promote", "first_model", "the first model: there is no champion to beat")
    if champion.empty:
        reason = f"the backtests of the champion {contest.champion_key} are not in the lake: nothing can be compared"
        return _Finding("keep", "no_backtests", f"{reason}; to replace it: {FORCE}")
    return None


def _refusal(comparison: Comparison, naive: AgainstNaive, params: GateParams) -> _Finding | None:
    """Why the model must not be used, the gravest reason; None if there is none."""
    if naive.capped_mase_ratio > TIE and naive.wape_ratio > TIE:
        return _Finding(
            "refuse",
            "loses_to_naive",
            f"loses to naive: capped MASE {naive.capped_mase_ratio:.3f} times and WAPE {naive.wape_ratio:.3f} times "
            f"that of naive, where {TIE:g} is a tie",
        )
    for level, bounds in COVERAGE.items():
        ours, theirs = comparison.coverage[level], comparison.champion_coverage[level]
        if _beyond(ours, bounds) > max(0.0, _beyond(theirs, bounds)):
            return _Finding(
                "refuse",
                "coverage",
                f"its {level} % intervals hold {ours:.1%} of the actuals, the champion's {theirs:.1%}; "
                f"{bounds[0]:.0%} to {bounds[1]:.0%} are asked for",
            )
    # Two models of one code differ by next to nothing, and by that in nearly every series: sure is not much.
    if comparison.capped_mase_ratio_low > 1 + params.margin:
        return _Finding("refuse", "worse", f"worse than the champion by more than {params.margin:.0%}")
    if comparison.worst_table_ratio is not None and comparison.worst_table_ratio > params.table_bound:
        return _Finding(
            "refuse",
            "table_worse",
            f"worse than the champion in {comparison.worst_table}: capped MASE {comparison.worst_table_ratio:.3f} "
            f"times, where {params.table_bound:g} is the most",
        )
    return None


def _standing(comparison: Comparison, contest: Contest, params: GateParams) -> _Finding:
    """What becomes of a model that may be used."""
    if comparison.capped_mase_ratio_high < 1:
        return _Finding("promote", "better", "better than the champion")
    if contest.is_same_figures and contest.is_same_code:
        return _Finding("keep", "not_better", "not better than the champion on the same figures")
    other = "was made by other code than" if contest.is_same_figures else "knows other figures than"
    if comparison.capped_mase_ratio_high <= 1 + params.margin:
        why = f"{other} the champion, and is not worse by more than {params.margin:.0%}"
        return _Finding("promote", "not_worse_but_newer", why)
    return _Finding(
        "keep", "newer_but_worse", f"{other} the champion, but may be worse by more than {params.margin:.0%}"
    )


def _verdict(
    finding: _Finding, mode: Mode, comparison: Comparison | None = None, naive: AgainstNaive | None = None
) -> GateVerdict:
    verdict, reason = finding.verdict, finding.reason
    if mode != "gate":
        verdict = "promote" if mode == "force" else "keep"
        reason = f"asked for by promote={mode}; the gate would {finding.verdict}: {finding.reason}"
    return GateVerdict(verdict, finding.verdict, finding.rule, reason, comparison, naive)


def _beyond(share: float, bounds: tuple[float, float]) -> float:
    """How far a share lies outside of its bounds; negative inside."""
    return max(bounds[0] - share, share - bounds[1])


def _numbers(comparison: Comparison) -> str:
    left_out = f", {comparison.left_out_series} series only one of both has" if comparison.left_out_series else ""
    return (
        f"capped MASE {comparison.capped_mase_ratio:.3f} times the champion's, 95 % interval "
        f"{comparison.capped_mase_ratio_low:.3f} to {comparison.capped_mase_ratio_high:.3f}; "
        f"WAPE {comparison.wape_ratio:.3f} times; {comparison.series_origins} series-origins of "
        f"{comparison.series} series{left_out}"
    )
