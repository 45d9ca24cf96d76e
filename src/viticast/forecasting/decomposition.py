"""What a series is made of: a level, its yearly change, and the rest, by statsmodels."""

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import numpy as np
import pandas as pd

from viticast.forecasting.arrays import Floats

SHORTEST = 10
"""Years with a value. Of fewer, three variances cannot be told apart."""

LAGS = 5
"""Years over which residuals are tested for autocorrelation, together."""

ITERATIONS = 500

NOTHING = pd.DataFrame({"ds": [0], "y": [0.0], "level": [0.0], "trend": [0.0], "irregular": [0.0]}).head(0)
"""The components of a series that was not fitted."""

Status = Literal["converged", "not_converged", "failed", "too_short", "constant"]


@dataclass(frozen=True)
class Diagnosis:
    """How well the model describes one series; NaN where that cannot be said.

    Attributes:
        status: Whether the variances were found: `failed` is a fit that broke off, `too_short` and `constant` are
            series that no model was fitted to.
        first_year: The first year with a value.
        last_year: The last year with a value.
        years: How many have one.
        ljung_box_lags: How many lags the Ljung-Box test looks at.
        level_share: Share of the shocks of the level in the sum of the three variances.
        trend_share: That of the shocks of its yearly change.
        irregular_share: That of what passes within the year.
        ljung_box_p: Of the hypothesis that the one-year-ahead errors are not autocorrelated.
        jarque_bera_p: Of the hypothesis that they are normal.
        heteroskedasticity_p: Of the hypothesis that their last third varies as much as their first.
    """

    status: Status
    first_year: int
    last_year: int
    years: int
    ljung_box_lags: int
    level_share: float = np.nan
    trend_share: float = np.nan
    irregular_share: float = np.nan
    ljung_box_p: float = np.nan
    jarque_bera_p: float = np.nan
    heteroskedasticity_p: float = np.nan


def decompose(panel: pd.DataFrame, ids: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Splits the series `ids` of `panel` (`unique_id, ds, y`; a missing `y` is NaN) into components that add up.

    The model is the local linear trend of UnobservedComponents: a level and a yearly change that both wander. ETS with
    a damped trend would name the same parts, but it cannot pass over years without a figure, and what it calls a
    level has not heard of later years. The three variances are estimated with an exact diffuse start, which needs no
    starting values; the components are smoothed, so that each year is told from all years. Nothing is drawn at random.
    The model is additive: `level + irregular` is the figure, in the unit of the series, and errors of a series that
    has grown grow with it, which its diagnosis then says.

    Returns:
        `unique_id, ds, y, level, trend, irregular`, a row for each year from the first to the last figure of each
        series that could be fitted; `trend` is the change of the level from that year to the next, `irregular` is NaN
        where `y` is. And `unique_id` with the fields of `Diagnosis`, a row for each series that has a figure.
    """
    components, diagnoses = [NOTHING.assign(unique_id="")], []
    for unique_id in ids:
        rows = panel[panel["unique_id"] == unique_id]
        y = rows.dropna(subset="y").set_index("ds")["y"].sort_index()
        if y.empty:
            continue
        y = y.reindex(range(int(y.index[0]), int(y.index[-1]) + 1))
        parts, diagnosis = _decompose(y)
        components.append(parts.assign(unique_id=unique_id))
        diagnoses.append({"unique_id": unique_id, **asdict(diagnosis)})
    told = ["unique_id", *(field.name for field in fields(Diagnosis))]
    return (
        pd.concat(components, ignore_index=True)[["unique_id", *NOTHING.columns]],
        pd.DataFrame(diagnoses, columns=told),
    )


def _decompose(y: pd.Series) -> tuple[pd.DataFrame, Diagnosis]:
    values: Floats = y.to_numpy(dtype=np.float64)
    seen = values[np.isfinite(values)]
    span = {"first_year": int(y.index[0]), "last_year": int(y.index[-1]), "years": len(seen), "ljung_box_lags": LAGS}
    if len(seen) < SHORTEST:
        return NOTHING, Diagnosis("too_short", **span)
    if np.ptp(seen) == 0:
        return NOTHING, Diagnosis("constant", **span)
    size = float(np.abs(seen).mean())
    try:
        fitted = _fit(values / size)
    except np.linalg.LinAlgError:
        return NOTHING, Diagnosis("failed", **span)
    level = size * np.asarray(fitted.level["smoothed"], dtype=np.float64)
    trend = size * np.asarray(fitted.trend["smoothed"], dtype=np.float64)
    parts = {"ds": y.index.to_numpy(dtype=np.int64), "y": values, "level": level, "trend": trend}
    status: Status = "converged" if fitted.mle_retvals["converged"] else "not_converged"
    frame = pd.DataFrame({**parts, "irregular": values - level})
    return frame, Diagnosis(status, **span, **_shares(fitted), **_tests(fitted, values))


def _fit(values: Floats) -> Any:  # noqa: ANN401 - statsmodels has no types
    from statsmodels.tools.sm_exceptions import ConvergenceWarning  # noqa: PLC0415 - slow to import
    from statsmodels.tsa.statespace.structural import UnobservedComponents  # noqa: PLC0415

    model = UnobservedComponents(values, "local linear trend", use_exact_diffuse=True)
    with warnings.catch_warnings():
        # the diagnosis says it
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(disp=0, maxiter=ITERATIONS)


def _shares(fitted: Any) -> dict[str, Any]:  # noqa: ANN401
    variances = dict(zip(fitted.model.param_names, np.asarray(fitted.params, dtype=float), strict=True))
    total = sum(variances.values())
    return {f"{name}_share": float(variances[f"sigma2.{name}"]) / total for name in ("level", "trend", "irregular")}


def _tests(fitted: Any, values: Floats) -> dict[str, Any]:  # noqa: ANN401
    """P-values of the standardised one-year-ahead errors, without the years that start the model or have no figure."""
    from statsmodels.stats.diagnostic import acorr_ljungbox  # noqa: PLC0415 - slow to import
    from statsmodels.stats.stattools import jarque_bera  # noqa: PLC0415
    from statsmodels.tsa.stattools import breakvar_heteroskedasticity_test  # noqa: PLC0415

    # a year without a figure has an error of zero in statsmodels, which would look like a good forecast
    errors = np.asarray(fitted.standardized_forecasts_error[0])[fitted.nobs_diffuse :]
    errors = errors[np.isfinite(values[fitted.nobs_diffuse :])]
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "ljung_box_p": float(acorr_ljungbox(errors, lags=[LAGS])["lb_pvalue"].iloc[0]),
            "jarque_bera_p": float(jarque_bera(errors)[1]),
            "heteroskedasticity_p": float(breakvar_heteroskedasticity_test(errors)[1]),
        }
