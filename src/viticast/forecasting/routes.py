"""The few ways in which the candidates of a class can be combined, the default one first."""

from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.candidates import REGISTRY
from viticast.forecasting.classes import EMPTY, INACTIVE, REGULAR

LEARNER_SHARE = 1 / 3


@dataclass(frozen=True)
class Part:
    """Some members, how they are put together, and the share of the result in the whole."""

    share: float
    how: str
    members: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.share:.2f} {self.how}({', '.join(self.members)})"


@dataclass(frozen=True)
class Route:
    """A weighted mean of parts. Without parts it is zero."""

    name: str
    parts: tuple[Part, ...]

    def combine(self, forecasts: dict[str, Floats]) -> Floats:
        """Shares are those of the parts that have a forecast; without any, the last three years stand in."""
        shape = next(iter(forecasts.values())).shape
        if not self.parts:
            return np.zeros(shape)
        total, shares = np.zeros(shape), np.zeros(shape)
        for part in self.parts:
            value = _together(part, forecasts, shape)
            has_value = np.isfinite(value)
            total += np.where(has_value, part.share * value, 0.0)
            shares += np.where(has_value, part.share, 0.0)
        standing_in = forecasts.get("median3", forecasts["naive"])
        whole = np.where(shares > 0, total / np.where(shares > 0, shares, 1.0), standing_in)
        return np.nan_to_num(whole)


def routes_of_class(series_class: int, candidates: tuple[str, ...]) -> tuple[Route, ...]:
    """The routes of a class that the candidates allow. The first is what other panels showed to be best."""
    if series_class in (INACTIVE, EMPTY):
        return (Route("zero", ()),)
    flat, trended, learners = (
        tuple(name for name in candidates if REGISTRY[name].kind == kind) for kind in ("flat", "trended", "learner")
    )
    naive = Route("naive", (Part(1.0, "mean", ("naive",)),))
    if series_class == REGULAR:
        blend = Route("blend", (Part(0.5, "median", flat), Part(0.5, "median", trended)))
        flats, trends = Route("flat", (Part(1.0, "median", flat),)), Route("trended", (Part(1.0, "median", trended),))
        third = 1 / 3
        anchored = Route(
            "anchored",
            (Part(third, "mean", ("naive",)), Part(third, "median", flat), Part(third, "median", trended)),
        )
        plain = [route for route in (blend, anchored, flats, trends) if all(part.members for part in route.parts)]
        learned = [_with_learners(route, learners) for route in plain if learners]
        return (*plain, *learned, naive)
    smooth = tuple(name for name in flat if name.startswith("log_ses"))
    steady = tuple(name for name in flat if name == "median3")
    doubtful = tuple(name for name in ("naive", "log_ses", "median3") if name in candidates)
    growing = tuple(name for name in ("naive", "log_ses", "drift") if name in candidates)
    options = (
        Route("smoothed", (Part(1.0, "mean", smooth),)),
        Route("smoothed_and_median3", (Part(0.5, "mean", smooth), Part(0.5, "mean", steady))),
        Route("median3", (Part(1.0, "mean", steady),)),
        Route("middle_of_flat", (Part(1.0, "median", doubtful),)),
        Route("middle_with_drift", (Part(1.0, "median", growing),)),
    )
    return (*(route for route in options if all(part.members for part in route.parts)), naive)


def _with_learners(route: Route, learners: tuple[str, ...]) -> Route:
    kept = tuple(Part(part.share * (1 - LEARNER_SHARE), part.how, part.members) for part in route.parts)
    return Route(f"{route.name}_and_learners", (*kept, Part(LEARNER_SHARE, "mean", learners)))


def _together(part: Part, forecasts: dict[str, Floats], shape: tuple[int, ...]) -> Floats:
    present = [forecasts[name] for name in part.members if name in forecasts]
    if not present:
        return np.full(shape, np.nan)
    stack = np.stack(present)
    nowhere = np.isnan(stack).all(axis=0)
    # a column without a number would warn; its result is blanked below
    stack = np.where(nowhere, 0.0, stack)
    together = np.nanmean(stack, axis=0) if part.how == "mean" else np.nanmedian(stack, axis=0)
    return np.where(nowhere, np.nan, together)
