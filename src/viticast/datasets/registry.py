"""What the datasets of the registry share: looking for versions, and who is champion."""

from typing import Any

from kedro.io import DatasetError

from viticast.contracts.promotions import NONE
from viticast.registry.champion import CHAMPION, LAST_CHAMPION, ChampionRecord, Standing


def find_version(client: Any, model_name: str, model_key: str) -> ChampionRecord | None:  # noqa: ANN401 - mlflow's
    """The version of a model key; None if it is not registered."""
    found = client.search_model_versions(f"name = '{model_name}' and tags.model_key = '{model_key}'")
    return _record(found[0]) if found else None


def find_standing(client: Any, model_name: str) -> Standing:  # noqa: ANN401 - mlflow's, imported late
    """The champion, and whom it was judged against.

    Raises:
        DatasetError: The champion was not registered by viticast.
    """
    models = client.search_registered_models(f"name = '{model_name}'")
    if not models:
        return Standing(None)
    version = models[0].aliases.get(CHAMPION)
    if version is None:
        return Standing(None, had_champion=LAST_CHAMPION in models[0].tags)
    found = client.get_model_version(model_name, str(version))
    if "model_key" not in found.tags:
        raise DatasetError(
            f"version {version} of '{model_name}' is {CHAMPION}, and has no tag model_key: viticast did not "
            f"register it. Give the alias back to a version that it registered, or delete it (mlflow ui, Models); "
            "then: kedro run --pipelines=modeling"
        )
    champion = _record(found)
    before = champion.tags.get("judged_against", NONE)
    if before == NONE:
        return Standing(champion, had_champion=champion.tags.get("rule") == "alias_gone")
    known = find_version(client, model_name, before)
    return Standing(champion, known or ChampionRecord(before, NONE), had_champion=True)


def _record(version: Any) -> ChampionRecord:  # noqa: ANN401
    return ChampionRecord(str(version.tags["model_key"]), str(version.version), dict(version.tags), str(version.name))
