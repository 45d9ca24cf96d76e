"""Which route a class takes: the default one, unless the panel's own past clearly says otherwise."""

from dataclasses import dataclass, field

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.metrics import MASE_CAP
from viticast.forecasting.routes import Route

FEWEST_TRIALS = 30
"""Fewer series-origins than this cannot move a class off its default."""

NAIVE = "naive"

WINS_NEEDED = 2 / 3
"""Share of the origins at which another route must do better than the default."""


@dataclass
class Trial:
    """Losses of a route at origins before the one it is chosen for, one entry for each of them."""

    mase: list[float] = field(default_factory=list)
    count: list[int] = field(default_factory=list)
    missed: list[float] = field(default_factory=list)
    actual: list[float] = field(default_factory=list)

    def add(self, yhat: Floats, actual: Floats, scale: Floats) -> None:
        """Score forecasts (series, steps) of one origin against what came; NaN is not scored."""
        scored = np.isfinite(actual)
        error = np.where(scored, np.abs(actual - yhat), 0.0)
        usable = (scale > 0) & scored.any(axis=1)
        mean = error[usable].sum(axis=1) / scored[usable].sum(axis=1)
        self.mase.append(float(np.minimum(mean / scale[usable], MASE_CAP).sum()))
        self.count.append(int(usable.sum()))
        self.missed.append(float(error.sum()))
        self.actual.append(float(np.where(scored, np.abs(actual), 0.0).sum()))

    def at(self, index: int) -> "Trial":
        """The trial at one of its origins."""
        part = slice(index, index + 1)
        return Trial(self.mase[part], self.count[part], self.missed[part], self.actual[part])

    def losses(self) -> Floats:
        """Capped MASE and WAPE over all origins."""
        return np.array([sum(self.mase) / max(sum(self.count), 1), sum(self.missed) / max(sum(self.actual), 1e-300)])


@dataclass(frozen=True)
class Choice:
    """The route of a class, and why it was taken."""

    route: Route
    reason: str


def choose(trials: dict[Route, Trial], margin: float) -> Choice:
    """The default route, the first, or the best of those that save `margin` of its loss, at most origins.

    The loss is the mean of capped MASE and WAPE, each relative to that of the default. A route that did worse than
    naive in either of the two is no choice.
    """
    default, *others = trials
    count = sum(trials[default].count)
    if not others:
        return Choice(default, "the only route of the class")
    if count < FEWEST_TRIALS:
        return Choice(default, f"default of the class: only {count} past series-origins to judge by")
    naive = next((trial for route, trial in trials.items() if route.name == NAIVE), trials[default])
    sound = [route for route, trial in trials.items() if (trial.losses() <= naive.losses()).all()]
    if default in sound:
        return _best(default, [route for route in sound if route != default], trials, margin, count)
    relative = {route: _relative(trials[route], naive) for route in sound}
    best = min(relative, key=lambda route: relative[route])
    return Choice(
        best, f"{default.name!r} lost to naive over {count} past series-origins; this is the best that did not"
    )


def _best(default: Route, others: list[Route], trials: dict[Route, Trial], margin: float, count: int) -> Choice:
    reference = trials[default]
    relative = {route: _relative(trials[route], reference) for route in others}
    better = {
        route: loss
        for route, loss in relative.items()
        if loss < 1 - margin and _wins(trials[route], reference) >= WINS_NEEDED * len(reference.count)
    }
    if not better:
        return Choice(default, f"default of the class: no other route was clearly better over {count} series-origins")
    best = min(better, key=lambda route: better[route])
    saved = 100 * (1 - better[best])
    return Choice(best, f"saved {saved:.1f} % of the loss of {default.name!r} over {count} past series-origins")


def _relative(trial: Trial, reference: Trial) -> float:
    own, base = trial.losses(), reference.losses()
    return float(np.where(base > 0, own / np.where(base > 0, base, 1.0), 1.0).mean())


def _wins(trial: Trial, reference: Trial) -> int:
    """Origins at which the route has the smaller loss."""
    return sum(_relative(trial.at(at), reference.at(at)) < 1 for at in range(len(trial.count)))
