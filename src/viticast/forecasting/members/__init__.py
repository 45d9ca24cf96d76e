"""The members: every module here with a `MEMBERS` tuple takes part, so adding one is adding one file."""

import importlib
import pkgutil

from viticast.forecasting.members.base import Member


def _discover() -> dict[str, Member]:
    found: dict[str, Member] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        for member in getattr(importlib.import_module(f"{__name__}.{module}"), "MEMBERS", ()):
            if member.name in found:
                raise ValueError(f"two members are named {member.name!r}; the second is in {module}.py")
            found[member.name] = member
    return found


REGISTRY = _discover()
NAMES = tuple(REGISTRY)

__all__ = ["NAMES", "REGISTRY", "Member"]
