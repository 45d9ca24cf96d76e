"""What the datasets of the registry share: looking for versions, and who is champion."""

from typing import Any

from viticast.contracts.promotions import NONE
from viticast.registry.champion import CHAMPION, LAST_CHAMPION, ChampionRecord, Standing


def find_version(client: Any, model_name: str, model_key: str) -> ChampionRecord | None:  # noqa: ANN401 - mlflow's
    """The version of a model key; None if it is not registered."""
    found = client.search_model_versions(f"name = '{model_name}' and tags.model_key = '{model_key}'")
    return _record(found[0]) if found else None


def find_standing(client: Any, model_name: str) -> Standing:  # noqa: ANN401 - mlflow's, imported late
    """The champion, and whom it was judged against."""
    models = client.search_registered_models(f"name = '{model_name}'")
    if not models:
        return Standing(None)
    version = models[0].aliases.get(CHAMPION)
    if version is None:
        return Standing(None, had_champion=LAST_CHAMPION in models[0].tags)
    champion = _record(client.get_model_version(model_name, str(version)))
    before = champion.tags.get("judged_against", NONE)
    if before == NONE:
        return Standing(champion, had_champion=champion.tags.get("rule") == "alias_gone")
    known = find_version(client, model_name, before)
    return Standing(champion, known or ChampionRecord(before, NONE), had_champion=True)


def _record(version: Any) -> ChampionRecord:  # noqa: ANN401
    return ChampionRecord(str(version.tags["model_key"]), str(version.version), dict(version.tags))
