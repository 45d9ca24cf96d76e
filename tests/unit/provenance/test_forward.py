from collections.abc import Callable

import pandas as pd
import pytest
from tests.unit.provenance.conftest import (
    APRIL,
    EARLIER,
    EXPORTS,
    FETCHED,
    HASH,
    MODEL,
    OLDER_MODEL,
    SNAPSHOT,
    frame,
)

from viticast.provenance.forward import LakeFrames, trace_file
from viticast.provenance.records import FileTrace, RawFile

PAGE = f"<p>{SNAPSHOT} {MODEL}</p>"
Raw = Callable[[str], RawFile]


@pytest.fixture(scope="session")
def manifest(vintages: pd.DataFrame) -> pd.DataFrame:
    landed = vintages[["table_name", "raw_sha256", "landing_id", "address", "fetched_at"]]
    refused = landed.head(1).assign(raw_sha256=HASH["broken"], landing_id="9" * 16, address="figures/Broken.csv")
    both = pd.concat([landed, refused], ignore_index=True)
    # Only what came from an address has a status, and only what came from a folder a declared date.
    is_web = both["address"].str.startswith("http")
    return both.assign(
        status=pd.Series(200.0, index=both.index).where(is_web),
        declared_published_at=pd.Series(APRIL, index=both.index).mask(is_web),
        bytes=7,
    )


@pytest.fixture(scope="session")
def findings() -> pd.DataFrame:
    plain = {"address": "figures", "column_label": None, "found": None, "remedy": None, "column_number": 0}
    cell = {"column_number": 6, "column_label": "2024 USD", "found": "1O", "remedy": "Fetch it again"}
    return frame(
        [
            plain | {"raw_sha256": HASH["exports"], "outcome": "cell_quarantined", "row_number": 7} | cell,
            plain | {"raw_sha256": HASH["exports"], "outcome": "table_accepted", "row_number": 0},
            plain | {"raw_sha256": HASH["broken"], "outcome": "table_refused", "row_number": 0, "remedy": "Fetch"},
        ]
    ).assign(table_name="ExpVinho", rule="Rule", reason="why")


@pytest.fixture(scope="session")
def lake(
    manifest: pd.DataFrame,
    vintages: pd.DataFrame,
    findings: pd.DataFrame,
    snapshots: pd.DataFrame,
    series: pd.DataFrame,
    forecasts: pd.DataFrame,
    versions: pd.DataFrame,
) -> LakeFrames:
    return LakeFrames(manifest, vintages, findings, snapshots, series, forecasts, versions)


def traced(name: str, lake: LakeFrames, raw: Raw, page: str | None = PAGE) -> FileTrace:
    return trace_file(raw(HASH[name]), "sample", lake, page)


def test_a_file_leads_to_its_landings_vintages_and_findings(lake: LakeFrames, raw: Raw) -> None:
    trace = traced("exports", lake, raw)
    (entry,) = trace.landings
    assert (entry.address, entry.fetched_at, entry.status, entry.bytes) == ("figures/ExpVinho.csv", FETCHED, None, 7)
    assert entry.declared_published_at == APRIL
    (held,) = trace.vintages
    assert (held.vintage_id, held.cells, held.quarantined_cells) == (EXPORTS, 12, 1)
    assert [finding.outcome for finding in trace.findings] == ["table_accepted", "cell_quarantined"]
    assert [finding.found for finding in trace.findings] == [None, "1O"]


def test_every_snapshot_with_the_content_is_listed_and_models_with_their_counts(lake: LakeFrames, raw: Raw) -> None:
    earlier, current = traced("exports", lake, raw).snapshots
    assert (earlier.snapshot_id, earlier.models) == (EARLIER, ())
    assert (current.snapshot_id, current.names_file) == (SNAPSHOT, True)
    assert [model.model_key for model in current.models] == [MODEL, OLDER_MODEL]
    # Of the eight series three leaves and two sums rest on the exports.
    assert [(model.forecasts, model.forecasts_above_file) for model in current.models] == [(16, 10), (16, 10)]
    assert [len(model.versions) for model in current.models] == [2, 1]


def test_only_the_model_of_the_page_is_on_the_page(lake: LakeFrames, raw: Raw) -> None:
    trace = traced("exports", lake, raw)
    assert [model.is_on_page for use in trace.snapshots for model in use.models] == [True, False]
    assert trace.is_on_page
    assert not traced("exports", lake, raw, page=None).is_on_page


def test_other_bytes_of_the_same_content_rest_in_the_same_snapshots(lake: LakeFrames, raw: Raw) -> None:
    trace = traced("again", lake, raw)
    assert trace.file.state == "damaged"
    assert [use.snapshot_id for use in trace.snapshots] == [EARLIER, SNAPSHOT]
    assert not any(use.names_file for use in trace.snapshots)
    (entry,) = trace.landings
    assert (entry.status, entry.declared_published_at) == (200, None)


def test_a_refused_file_leads_to_its_findings_only(lake: LakeFrames, raw: Raw) -> None:
    trace = traced("broken", lake, raw)
    assert [finding.outcome for finding in trace.findings] == ["table_refused"]
    assert (trace.vintages, trace.snapshots, trace.is_on_page) == ((), (), False)
    assert len(trace.landings) == 1


def test_a_content_that_landed_twice_is_one_vintage_at_its_earliest_date(lake: LakeFrames, raw: Raw) -> None:
    later = lake.vintages[lake.vintages["raw_sha256"] == HASH["exports"]].assign(
        landing_id="0" * 16, published_at=APRIL + pd.Timedelta(days=9)
    )
    twice = pd.concat([later, lake.vintages], ignore_index=True)
    grown = LakeFrames(**{**vars(lake), "vintages": twice})
    (held,) = traced("exports", grown, raw).vintages
    assert held.published_at == APRIL
    assert len(traced("exports", grown, raw).snapshots) == 2
