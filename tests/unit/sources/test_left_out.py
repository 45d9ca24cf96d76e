import pandas as pd
import pytest

from viticast.contracts.vintages import Vintages
from viticast.sources.batch import check_and_read_all
from viticast.sources.connections import FILES
from viticast.sources.decided import Decided, Decisions
from viticast.sources.delivery import Origin
from viticast.sources.errors import MissingFileError, TablesLeftOutError
from viticast.sources.fetched import NotFetched
from viticast.sources.files import fetch_folder
from viticast.sources.findings import Finding
from viticast.sources.intake import Accepted, Refused
from viticast.sources.left_out import left_out

ORIGIN = Origin("embrapa", "x", False, FILES)
PARAMS = "source=embrapa,source_url=x"


def decisions(*decided, delivery=None):
    return Decisions(ORIGIN, tuple(map(Decided.of, decided)), delivery)


@pytest.fixture(scope="module")
def accepted(sample_vintages, registry):
    files = fetch_folder(sample_vintages["2025-04"], registry)
    [read] = check_and_read_all([file for file in files if file.table_name == "ImpSuco"], registry)
    return Accepted(read.file, read.reading, "0" * 16, "1" * 16, read.file.published_at, ())


@pytest.fixture
def refused(accepted):
    finding = Finding("refusal", "anchors", "the anchor is another", "fetch it again")
    return Refused(accepted.file, None, (finding,))


MISSING = NotFetched("ExpUva", "x/ExpUva.csv", (MissingFileError("it is not there", remedy="put it", table="ExpUva"),))
KNOWN = pd.DataFrame(
    {
        "table_name": ["ExpUva", "ExpUva"],
        "published_at": pd.to_datetime(["2025-04-01", "2024-04-01"]),
        "fetched_at": pd.to_datetime(["2025-05-02", "2025-06-01"]),
        "last_year": [2024, 2022],
    }
)


def test_tables_that_did_not_come_are_named_with_what_stays_and_how_to_go_on(accepted):
    error = left_out(decisions(accepted, MISSING), KNOWN)
    assert isinstance(error, TablesLeftOutError)
    first, reason, kept = str(error).splitlines()
    assert first.startswith("1 not fetched of 2 tables; their last vintages stay as they were. Remedy: do what each")
    assert first.endswith(f'kedro run --params "{PARAMS},allow_partial=true"')
    assert reason == "  ExpUva: it is not there. Remedy: put it"
    assert kept == "  kept: ExpUva: figures up to 2024, fetched on 2025-05-02"


def test_of_a_delivery_the_step_that_goes_on_is_its_publication(accepted):
    first = str(left_out(decisions(accepted, MISSING, delivery="monday"), KNOWN)).splitlines()[0]
    chosen = "source=embrapa,delivery=monday,allow_partial=true"
    assert first.endswith(f'kedro run --pipelines=ingestion --tags publish --params "{chosen}"')


def test_refused_tables_are_counted_apart(refused):
    text = str(left_out(decisions(refused, MISSING), KNOWN))
    assert text.startswith("1 not fetched and 1 refused of 2 tables")
    assert "ImpSuco: the anchor is another. Remedy: fetch it again" in text
    assert "kept: ImpSuco: nothing yet" in text


def test_where_nothing_came_the_run_goes_on_with_what_the_lake_keeps():
    text = str(left_out(decisions(MISSING), KNOWN))
    assert f'kedro run --pipelines=cataloging,feature,modeling,monitoring --params "{PARAMS}"' in text


def test_a_lake_without_figures_has_nothing_to_go_on_with():
    text = str(left_out(decisions(MISSING), Vintages.empty()))
    assert "There is nothing to go on with" in text
    assert "kedro run" not in text
