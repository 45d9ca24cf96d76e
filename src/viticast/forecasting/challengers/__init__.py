"""The challengers: peers that a backtest tracks and no forecast is made of, one module each with `CHALLENGERS`."""

import importlib
import pkgutil

from viticast.forecasting.members.base import Member


def _discover() -> dict[str, Member]:
    found: dict[str, Member] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        for challenger in getattr(importlib.import_module(f"{__name__}.{module}"), "CHALLENGERS", ()):
            found[challenger.name] = challenger
    return found


CHALLENGERS = _discover()

__all__ = ["CHALLENGERS"]
