"""The words of the page, one JSON file for each language."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from viticast.reporting.context import Language, PageContext


@cache
def words(language: Language) -> Mapping[str, Any]:
    """Every text of the page in one language, as a tree of strings."""
    path = resources.files("viticast.reporting") / "locales" / f"{language}.json"
    tree: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return tree


def watermark(context: PageContext) -> str | None:
    """What stands across every chart of generated figures; None for figures that were published."""
    return str(words(context.language)["synthetic"]["watermark"]) if context.is_synthetic else None


def attribution_line(attribution: str, context: PageContext) -> str:
    """The source that stands under a picture. Generated figures are never attributed to a public body."""
    text = words(context.language)
    if context.is_synthetic:
        return str(text["synthetic"]["attribution"])
    name = attribution.strip().removeprefix("Fonte:").strip()
    return f"{text['attribution']}: {name}"
