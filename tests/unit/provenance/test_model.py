import pandas as pd
import pytest
from tests.unit.provenance.conftest import MODEL, OLDER_MODEL, SNAPSHOT

from viticast.provenance.model import model_origin, page_shows, versions_of

PARAMS = {"params_sha256": "d" * 64}


@pytest.fixture
def runs() -> pd.DataFrame:
    rows = [("r2", MODEL), ("r3", MODEL), ("r4", OLDER_MODEL)]
    frame = pd.DataFrame(rows, columns=["run_id", "model_key"])
    return frame.assign(panel_sha256="a" * 64, code_sha256="c" * 64, params_sha256=None)


def test_the_versions_of_a_model_come_in_their_order_with_their_aliases(versions: pd.DataFrame) -> None:
    first, second = versions_of(MODEL, versions)
    assert (first.version, first.run_id, first.aliases) == ("9", "r2", ())
    assert (second.version, second.run_id, second.aliases) == ("10", None, ("champion", "best"))


def test_runs_of_the_registry_and_of_the_store_are_named_once(versions: pd.DataFrame, runs: pd.DataFrame) -> None:
    assert model_origin(MODEL, None, versions, runs, is_on_page=False).run_ids == ("r2", "r3")


def test_the_receipt_of_a_model_goes_before_registry_and_runs(versions: pd.DataFrame, runs: pd.DataFrame) -> None:
    receipt = {"model_key": MODEL, "code_sha256": "e" * 64} | PARAMS
    origin = model_origin(MODEL, receipt, versions, runs, is_on_page=True)
    assert (origin.code_sha256, origin.params_sha256, origin.panel_sha256) == ("e" * 64, "d" * 64, "a" * 64)
    assert origin.is_on_page


def test_the_receipt_of_another_model_says_nothing(versions: pd.DataFrame, runs: pd.DataFrame) -> None:
    origin = model_origin(OLDER_MODEL, {"model_key": MODEL} | PARAMS, versions, runs, is_on_page=False)
    assert (origin.code_sha256, origin.params_sha256) == ("b" * 64, None)


def test_a_run_tells_what_no_version_does(versions: pd.DataFrame, runs: pd.DataFrame) -> None:
    assert model_origin(MODEL, None, versions.head(0), runs, is_on_page=False).code_sha256 == "c" * 64


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        (f"<dd>{SNAPSHOT}</dd><dd>{MODEL}</dd>", True),
        (f"<dd>{SNAPSHOT}</dd>", False),
        (f"{MODEL}", False),
        (None, False),
    ],
)
def test_a_page_shows_what_it_names(page: str | None, shown: bool) -> None:
    assert page_shows(page, SNAPSHOT, MODEL) is shown
