"""The candidates: every module here with a `CANDIDATES` tuple takes part, so adding one is adding one file."""

import importlib
import pkgutil

from viticast.forecasting.candidates.base import Candidate


def _discover() -> dict[str, Candidate]:
    found: dict[str, Candidate] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        for candidate in getattr(importlib.import_module(f"{__name__}.{module}"), "CANDIDATES", ()):
            if candidate.name in found:
                raise ValueError(f"two candidates are named {candidate.name!r}; the second is in {module}.py")
            found[candidate.name] = candidate
    return found


REGISTRY = _discover()
NAMES = tuple(REGISTRY)

__all__ = ["NAMES", "REGISTRY", "Candidate"]
