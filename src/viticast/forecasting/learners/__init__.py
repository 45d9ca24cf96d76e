"""The learners: every module here with a `LEARNERS` tuple takes part, so adding one is adding one file."""

import importlib
import pkgutil

from viticast.forecasting.learners.base import Learner, Learnt


def _discover() -> dict[str, Learner]:
    found: dict[str, Learner] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        for learner in getattr(importlib.import_module(f"{__name__}.{module}"), "LEARNERS", ()):
            if learner.name in found:
                raise ValueError(f"two learners are named {learner.name!r}; the second is in {module}.py")
            found[learner.name] = learner
    return found


LEARNERS = _discover()
LEARNER_NAMES = tuple(LEARNERS)

__all__ = ["LEARNERS", "LEARNER_NAMES", "Learner", "Learnt"]
