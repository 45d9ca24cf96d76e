"""What is published together belongs to one model."""

from types import SimpleNamespace

import pandas as pd
import pytest

from viticast.contracts.receipts import ModelReceipt
from viticast.registry.champion import ChampionRecord, Opponent
from viticast.registry.publication import (
    NothingPublishedError,
    OtherChampionError,
    backtests_of,
    champion_forecaster,
    receipt_of,
    require_published,
)

RECEIPT = {
    "source": "sample",
    "is_synthetic": True,
    "model_key": "c" * 16,
    "snapshot_id": "5" * 16,
    "target_year": 2029,
    "panel_sha256": "b" * 64,
    "params_sha256": "c" * 64,
    "code_sha256": "d" * 64,
}
CHAMPION = ChampionRecord("c" * 16, "1", {name: str(value) for name, value in RECEIPT.items()} | {"verdict": "promote"})
OURS = ChampionRecord("a" * 16, "2")
THIRD = ChampionRecord("e" * 16, "3")
ROWS = pd.DataFrame({"y": [1.0]})


def known():
    """What the lake knows: it must not read what is not asked for."""

    def fail():
        raise AssertionError

    return {("5" * 16, "c" * 16): lambda: ROWS, ("6" * 16, "c" * 16): fail, ("5" * 16, "d" * 16): fail}


def test_backtests_are_those_of_model_and_snapshot():
    assert backtests_of(CHAMPION, known()) is ROWS


@pytest.mark.parametrize("champion", [None, OURS, ChampionRecord("c" * 16, "none")])
def test_backtests_that_are_not_there_have_no_row(champion):
    assert backtests_of(champion, known()).empty


def test_the_receipt_of_a_version_is_that_of_its_run():
    assert receipt_of(CHAMPION) == RECEIPT == ModelReceipt.model_validate(RECEIPT).model_dump()


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        (
            {"target_year": "2029"},
            "it has no source, is_synthetic, snapshot_id, panel_sha256, params_sha256, code_sha256",
        ),
        ({**CHAMPION.tags, "target_year": "soon"}, "target_year: Input should be a valid integer"),
        ({**CHAMPION.tags, "panel_sha256": ""}, "panel_sha256: String should match"),
    ],
)
def test_a_version_whose_tags_no_run_wrote_is_named_with_a_remedy(tags, told):
    champion = ChampionRecord("c" * 16, "7", tags, "viticast-sample")
    with pytest.raises(NothingPublishedError, match=rf"version 7 of 'viticast-sample' .*{told}.*promote=force"):
        require_published(champion, Opponent(CHAMPION), {"model_key": "a" * 16}, ROWS)


@pytest.mark.parametrize("champion", [CHAMPION, OURS])
def test_either_model_of_a_run_may_be_in_use(champion):
    assert require_published(champion, Opponent(CHAMPION), {"model_key": "a" * 16}, ROWS) is champion


@pytest.mark.parametrize(
    ("champion", "backtests", "message"),
    [
        (None, ROWS, "no model is champion.*kedro run --pipelines=modeling"),
        (THIRD, ROWS, f"{'e' * 16} is champion by now.*kedro run --pipelines=modeling"),
        (CHAMPION, ROWS.head(0), "backtests of snapshot 5555555555555555 are not in the lake.*promote=force"),
    ],
)
def test_nothing_is_published_that_does_not_belong_together(champion, backtests, message):
    with pytest.raises(NothingPublishedError, match=message):
        require_published(champion, Opponent(CHAMPION), {"model_key": "a" * 16}, backtests)


def loaded(model_key, python_model):
    return SimpleNamespace(
        metadata=SimpleNamespace(metadata={"model_key": model_key}), unwrap_python_model=lambda: python_model
    )


def test_the_forecaster_is_the_one_inside_of_the_model():
    assert champion_forecaster(loaded("c" * 16, SimpleNamespace(fitted="it")), "c" * 16) == "it"


def test_a_forecaster_of_another_model_is_refused():
    with pytest.raises(OtherChampionError, match="--params promote=never"):
        champion_forecaster(loaded("e" * 16, SimpleNamespace(fitted="it")), "c" * 16)


def test_a_model_of_an_older_version_is_to_be_replaced():
    with pytest.raises(OtherChampionError, match="--params promote=force"):
        champion_forecaster(loaded("c" * 16, SimpleNamespace(_fitted="it")), "c" * 16)
