"""The alias `champion` of MLflow's registry as Kedro datasets: one that says who has it, one that moves it."""

import logging
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from viticast.datasets.mlflow_store import store_lock
from viticast.datasets.registry import find_standing
from viticast.registry.champion import CHAMPION, LAST_CHAMPION, AliasMove, ChampionRecord, Standing

MODELING = "kedro run --pipelines=modeling"

logger = logging.getLogger(__name__)


class ChampionMovedError(DatasetError):
    """The champion is another than the one that a model was judged against."""


class ChampionDataset(AbstractDataset[None, Standing]):
    """Who is champion, and whom it was judged against.

    Args:
        model_name: Name in the registry.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, model_name: str, metadata: dict[str, Any] | None = None) -> None:
        self._model_name = model_name
        self.metadata = metadata

    def load(self) -> Standing:
        """The champion as the registry has it."""
        import mlflow  # noqa: PLC0415 - six seconds that only a run that loads should pay

        return find_standing(mlflow.MlflowClient(), self._model_name)

    def save(self, data: None) -> None:
        """The alias moves by a verdict, through another dataset."""
        raise DatasetError("the champion is only read here")

    def _describe(self) -> dict[str, Any]:
        return {"model_name": self._model_name, "alias": CHAMPION}


class ChampionAliasDataset(AbstractDataset[AliasMove, ChampionRecord | None]):
    """Moves the alias by a verdict, if the champion is still the one that the verdict is about.

    Runs that end at the same time take their turns: the second finds another champion, and fails. A registry that is a
    server has no lock that runs could share, and a second verdict may come between the look and the move.

    Args:
        model_name: Name in the registry.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, model_name: str, metadata: dict[str, Any] | None = None) -> None:
        self._model_name = model_name
        self.metadata = metadata

    def save(self, data: AliasMove) -> None:
        """Tags the version with its verdict, and moves the alias if it is promoted.

        Raises:
            ChampionMovedError: Another run, or somebody, moved the alias since the model was judged.
            DatasetError: MLflow refuses.
        """
        import mlflow  # noqa: PLC0415
        from mlflow.exceptions import MlflowException  # noqa: PLC0415

        with store_lock(mlflow.get_registry_uri(), f"judge model {data.model_key}"):
            client = mlflow.MlflowClient()
            champion = find_standing(client, self._model_name).champion
            self._require_expected(champion, data)
            try:
                self._tag(client, data)
                if data.is_promoted and (champion is None or champion.model_key != data.model_key):
                    client.set_registered_model_alias(self._model_name, CHAMPION, data.version)
                    logger.info("%s version %s is champion", self._model_name, data.version)
                if data.is_promoted:
                    client.set_registered_model_tag(self._model_name, LAST_CHAMPION, data.version)
            except MlflowException as error:
                raise DatasetError(
                    f"MLflow refuses to make the verdict on {self._model_name} version {data.version} known "
                    f"({error.message}). The verdict is in the lake; the alias stays. When MLflow takes it: {MODELING}"
                ) from error

    def load(self) -> ChampionRecord | None:
        """The champion as it is now; None if there is none."""
        import mlflow  # noqa: PLC0415

        return find_standing(mlflow.MlflowClient(), self._model_name).champion

    def _require_expected(self, champion: ChampionRecord | None, data: AliasMove) -> None:
        found = "none" if champion is None else champion.model_key
        if found not in (data.expected, data.model_key):
            raise ChampionMovedError(
                f"model {data.model_key} was judged against the champion {data.expected}, and {found} is champion of "
                f"{self._model_name} by now: the alias stays. Judge again: {MODELING}"
            )

    def _tag(self, client: Any, data: AliasMove) -> None:  # noqa: ANN401 - mlflow's, imported late
        known = client.get_model_version(self._model_name, data.version).tags
        for name, value in data.tags.items():
            if known.get(name) != value:
                client.set_model_version_tag(self._model_name, data.version, name, value)

    def _describe(self) -> dict[str, Any]:
        return {"model_name": self._model_name, "alias": CHAMPION}
