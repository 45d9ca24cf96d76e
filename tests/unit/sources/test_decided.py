import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viticast.contracts.receipts import IngestedTable, NotFetchedTable, RefusedTable
from viticast.sources.batch import check_and_read_all
from viticast.sources.decided import Decided, DecidedTable, in_order
from viticast.sources.error_record import ErrorRecord
from viticast.sources.errors import ImplausibleTableError, MissingFileError
from viticast.sources.fetched import NotFetched
from viticast.sources.files import fetch_folder
from viticast.sources.findings import Finding
from viticast.sources.intake import Accepted, Refused

names = st.sampled_from(["Producao", "Comercio", "ExpSuco"])
hashes = st.text("0123456789abcdef", min_size=64, max_size=64)
ids = st.text("0123456789abcdef", min_size=16, max_size=16)
texts = st.text(min_size=1, max_size=10)
entries = (
    st.builds(
        IngestedTable,
        table_name=names,
        vintage_id=ids,
        landing_id=ids,
        raw_sha256=hashes,
        address=texts,
        last_year=st.integers(1970, 2100),
        cells=st.integers(1, 10**6),
        repairs=st.lists(texts, max_size=2).map(tuple),
    )
    | st.builds(RefusedTable, table_name=names, address=texts, raw_sha256=hashes, reason=texts)
    | st.builds(NotFetchedTable, table_name=names, landing_id=ids, address=texts, reason=texts)
)
errors = st.builds(ErrorRecord, kind=st.just("HttpError"), reason=texts, remedy=texts)
some = st.builds(
    Decided,
    landing_id=ids,
    published_at=st.none() | st.dates(),
    entry=entries,
    errors=st.lists(errors, max_size=2).map(tuple),
)


@given(st.lists(some, max_size=4))
def test_what_was_decided_comes_back_as_it_was(decided):
    table = DecidedTable(decided=tuple(decided))
    assert DecidedTable.model_validate_json(table.model_dump_json()) == table


@pytest.fixture(scope="module")
def read(sample_vintages, registry):
    files = fetch_folder(sample_vintages["2025-04"], registry)
    [one] = check_and_read_all([file for file in files if file.table_name == "ImpSuco"], registry)
    return one


def test_what_was_accepted_has_its_entry_of_the_receipt(read):
    decided = Decided.of(Accepted(read.file, read.reading, "0" * 16, "1" * 16, date(2025, 4, 1), ()))
    assert (decided.landing_id, decided.published_at, decided.errors) == (read.file.landing_id, date(2025, 4, 1), ())
    assert isinstance(decided.entry, IngestedTable)
    assert (decided.entry.landing_id, decided.entry.cells) == ("1" * 16, len(read.reading.frame))
    assert (decided.table_name, decided.entry.raw_sha256) == ("ImpSuco", read.file.sha256)


def test_what_was_refused_keeps_every_reason_and_nothing_else_that_was_found(read):
    found = (
        Finding("watch", "a", "looks odd", "look"),
        Finding("refusal", "b", "is wrong", "mend", row_number=3),
        Finding("refusal", "c", "is wrong as well", "mend"),
    )
    decided = Decided.of(Refused(read.file, None, found))
    assert (decided.entry.reason, decided.landing_id) == ("is wrong", read.file.landing_id)
    told = [record.error() for record in decided.errors]
    assert [(type(error), error.place, error.reason) for error in told] == [
        (ImplausibleTableError, "ImpSuco, line 3", "is wrong"),
        (ImplausibleTableError, "ImpSuco", "is wrong as well"),
    ]


def test_what_did_not_come_keeps_its_errors():
    missing = NotFetched("ExpUva", "x", (MissingFileError("it is not there", remedy="put it", table="ExpUva"),))
    decided = Decided.of(missing)
    assert (decided.landing_id, decided.entry.landing_id) == (missing.landing_id,) * 2
    assert [str(record.error()) for record in decided.errors] == ["ExpUva: it is not there. Remedy: put it"]


def refused(table, published_at, landing):
    entry = RefusedTable(table_name=table, address="x", raw_sha256="0" * 64, reason="r")
    return Decided(landing_id=landing, published_at=published_at, entry=entry, errors=())


def missing(table, landing):
    entry = NotFetchedTable(table_name=table, landing_id="0" * 16, address="x", reason="r")
    return Decided(landing_id=landing, published_at=None, entry=entry, errors=())


@given(st.randoms(use_true_random=False))
def test_whoever_decided_first_the_order_is_that_of_one_process(chance: random.Random):
    ordered = [
        refused("Producao", date(2024, 4, 1), "d"),
        refused("Comercio", date(2025, 4, 1), "c"),
        refused("Producao", date(2025, 4, 1), "b"),
        # its date cannot be told
        refused("Comercio", None, "a"),
        missing("Producao", "z"),
        missing("Comercio", "y"),
    ]
    shuffled = list(ordered)
    chance.shuffle(shuffled)
    assert in_order(shuffled, ["z", "a", "y", "b", "c", "d"]) == tuple(ordered)
