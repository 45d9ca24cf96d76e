"""What made a model: hashes from the receipt, the registry and the runs, whichever still has them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from viticast.provenance.records import ModelOrigin, ModelVersion, rows_of

HASHES = ("panel_sha256", "code_sha256", "params_sha256")


def versions_of(model_key: str, versions: pd.DataFrame) -> tuple[ModelVersion, ...]:
    """The registered versions of a model, by name and version.

    Args:
        model_key: Its key.
        versions: As `registry.lookup.registered_versions` gives them.
    """
    rows = versions[versions["model_key"] == model_key]
    # As numbers: version 10 comes after version 9.
    rows = rows.assign(number=rows["version"].astype("int64")).sort_values(["name", "number"])
    return tuple(
        ModelVersion(
            name=str(row["name"]),
            version=str(row["version"]),
            run_id=None if pd.isna(row["run_id"]) else str(row["run_id"]),
            aliases=tuple(str(row["aliases"]).split(",")) if row["aliases"] else (),
        )
        for row in rows_of(rows)
    )


def model_origin(
    model_key: str, receipt: Mapping[str, Any] | None, versions: pd.DataFrame, runs: pd.DataFrame, *, is_on_page: bool
) -> ModelOrigin:
    """Brings together what is known of a model.

    Args:
        model_key: Its key.
        receipt: Of the last modeling; None if there is none. It counts only if it names this model.
        versions: As `registry.lookup.registered_versions` gives them.
        runs: As `registry.lookup.runs_of` gives them.
        is_on_page: True if the page shows the model.
    """
    named = receipt if receipt is not None and receipt.get("model_key") == model_key else {}
    of_model = [frame[frame["model_key"] == model_key] for frame in (versions, runs)]
    run_ids = [str(run_id) for frame in of_model for run_id in frame["run_id"].dropna()]
    panel, code, params = (_first(name, named, of_model) for name in HASHES)
    return ModelOrigin(
        model_key=model_key,
        panel_sha256=panel,
        code_sha256=code,
        params_sha256=params,
        run_ids=tuple(dict.fromkeys(run_ids)),
        versions=versions_of(model_key, versions),
        is_on_page=is_on_page,
    )


def page_shows(page: str | None, snapshot_id: str, model_key: str) -> bool:
    """True if the page was drawn from this snapshot and model: it prints both.

    Args:
        page: Its HTML, None if there is no page.
        snapshot_id: Of the forecasts.
        model_key: Of the forecasts.
    """
    return page is not None and snapshot_id in page and model_key in page


def _first(name: str, receipt: Mapping[str, Any], frames: list[pd.DataFrame]) -> str | None:
    known = [receipt.get(name), *(value for frame in frames for value in frame[name].dropna())]
    return next((str(value) for value in known if value), None)
