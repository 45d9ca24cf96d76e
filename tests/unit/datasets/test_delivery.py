import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from kedro.io import DatasetError

from viticast.contracts.receipts import RefusedTable
from viticast.datasets.decisions import DecisionsDataset
from viticast.datasets.delivery import DeliveryDataset
from viticast.datasets.raw_store import RawStoreDataset
from viticast.sources.connections import FILES
from viticast.sources.decided import Decided, Decisions
from viticast.sources.delivery import Delivery, Origin
from viticast.sources.errors import MissingFileError
from viticast.sources.fetched import FetchedFile, NotFetched

NAME = "manual__2026-11-23T23:00:00+00:00"
ORIGIN = Origin("sample", "data/00_sample", True, FILES)
MOMENT = datetime(2026, 11, 23, tzinfo=UTC)


def file(table, content):
    return FetchedFile(table, content, f"data/00_sample/{table}.csv", MOMENT)


MISSING = NotFetched("ImpSuco", "x", (MissingFileError("it is not there", remedy="put it", table="ImpSuco"),))
FILES_OF = {"Producao": file("Producao", b"a"), "Comercio": file("Comercio", b"b"), "ExpSuco": file("ExpSuco", b"b")}
DELIVERY = Delivery(ORIGIN, (*FILES_OF.values(), MISSING), NAME)


@pytest.fixture
def root(tmp_path):
    return tmp_path / "sample" / "01_raw"


@pytest.fixture
def deliveries(root):
    """A dataset of deliveries; keywords change it."""

    def make(**more):
        arguments = {"path": f"{root}/deliveries", "raw": {"path": f"{root}/files"}, "source": "sample", "name": NAME}
        return DeliveryDataset(**{**arguments, **more})

    return make


@pytest.fixture
def decisions(root):
    return lambda name=NAME: DecisionsDataset(path=f"{root}/deliveries", source="sample", name=name)


@pytest.fixture
def signed(root, deliveries):
    """The delivery is signed, and its raw files are kept."""
    contents = {one.sha256: one.content for one in FILES_OF.values()}
    RawStoreDataset(path=f"{root}/files").save(contents)
    deliveries().save(DELIVERY)
    return root


def refused(one, reason="it is wrong"):
    if isinstance(one, NotFetched):
        return Decided.of(one)
    entry = RefusedTable(table_name=one.table_name, address=one.address, raw_sha256=one.sha256, reason=reason)
    return Decided(landing_id=one.landing_id, published_at=None, entry=entry, errors=())


def decide(dataset, *fetched):
    dataset.save(Decisions(ORIGIN, tuple(map(refused, fetched)), NAME))


def test_without_a_name_it_stays_in_memory(root, deliveries, decisions):
    delivery, decided = deliveries(name=None), decisions(name=None)
    assert not delivery.exists()
    unnamed = replace(DELIVERY, name=None)
    delivery.save(unnamed)
    decided.save(Decisions(ORIGIN, (refused(MISSING),)))
    assert delivery.exists()
    assert decided.exists()
    assert delivery.load() is unnamed
    assert decided.load().decided == (refused(MISSING),)
    assert not root.exists()
    for dataset in (delivery, decided):
        dataset.release()
        assert not dataset.exists()


def test_with_a_name_another_process_has_it(signed, deliveries):
    other = deliveries().load()
    assert other.fetched[:3] == DELIVERY.fetched[:3]
    assert str(other.fetched[3].errors[0]) == str(MISSING.errors[0])
    assert (other.origin, other.name) == (ORIGIN, NAME)
    assert deliveries().exists()
    assert not deliveries(name="other").exists()


def test_what_is_written_is_plain_json_in_one_folder_of_the_delivery(signed, decisions):
    decide(decisions(), *DELIVERY.fetched)
    folder = signed / "deliveries"
    assert [path.name for path in folder.iterdir()] == ["manual__2026-11-23T23~00~00+00~00"]
    written = [path for path in folder.rglob("*") if path.is_file()]
    tables = ("Producao", "Comercio", "ExpSuco", "ImpSuco")
    assert {path.name for path in written} == {"fetched.json", *(f"{name}.json" for name in tables)}
    for path in written:
        assert isinstance(json.loads(path.read_text(encoding="utf-8")), dict)


def test_only_the_bytes_of_wanted_tables_and_of_their_twins_are_read(signed, deliveries):
    (signed / "files" / hashlib.sha256(b"b").hexdigest()).write_bytes(b"damaged")
    alone = deliveries(tables="Producao").load()
    assert alone.fetched == alone.wanted == (FILES_OF["Producao"],)
    with pytest.raises(DatasetError, match="is damaged: its bytes have another hash than its name says"):
        deliveries(tables="Comercio Producao").load()


def test_a_table_comes_with_the_others_of_the_same_bytes(signed, deliveries):
    alone = deliveries(tables="Comercio").load()
    assert alone.fetched == (FILES_OF["Comercio"], FILES_OF["ExpSuco"])
    assert alone.wanted == (FILES_OF["Comercio"],)


def test_saving_the_same_again_changes_no_file(signed, deliveries, decisions):
    decide(decisions(), *DELIVERY.fetched)
    before = {path: path.stat().st_mtime_ns for path in (signed / "deliveries").rglob("*")}
    deliveries().save(DELIVERY)
    decide(decisions(), MISSING)
    assert {path: path.stat().st_mtime_ns for path in (signed / "deliveries").rglob("*")} == before


def test_a_raw_file_that_is_missing_is_named_with_what_to_do(signed, deliveries):
    lost = signed / "files" / FILES_OF["Producao"].sha256
    lost.unlink()
    with pytest.raises(DatasetError) as raised:
        deliveries(tables="Producao").load()
    assert lost.name in str(raised.value)
    again = f"source=sample,delivery={NAME},source_url=data/00_sample"
    assert f'--tags fetch --params "{again}"' in str(raised.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": None}, r"nothing says which delivery is taken in\. Name .*--tags intake .*delivery=<name>"),
        ({"name": "other"}, r"there is no delivery 'other' of source sample: .*fetched\.json is missing.*--tags fetch"),
        ({"source": "api", "path": "nowhere"}, "there is no delivery '.*' of source api"),
        ({"tables": "Producao Vinhos"}, r"has no table Vinhos\. There are: Producao, Comercio, ExpSuco, ImpSuco"),
        ({"tables": " "}, "tables names no table"),
        (
            {"given": {"source_url": "elsewhere"}},
            "was fetched with source_url=data/00_sample, .* with source_url=else",
        ),
        ({"given": {"declarations": "embrapa"}}, "was fetched without declarations, .* taken in with declarations=emb"),
    ],
)
def test_what_is_asked_for_wrongly_is_told(signed, deliveries, change, said):
    with pytest.raises(DatasetError, match=said):
        deliveries(**change).load()


def test_declarations_of_the_fetch_must_be_given_to_the_others(signed, deliveries):
    deliveries().save(replace(DELIVERY, origin=replace(ORIGIN, given=(("declarations", "embrapa"),))))
    with pytest.raises(DatasetError, match=r"was fetched with declarations=embrapa, .* without it"):
        deliveries().load()
    assert deliveries(given={"declarations": "embrapa", "source_url": None}).load().wanted


def test_tables_are_of_a_delivery(deliveries):
    dataset = deliveries(name=None, tables="Producao")
    dataset.save(DELIVERY)
    with pytest.raises(DatasetError, match="give delivery=<name> as well"):
        dataset.load()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"origin": 1, "fetched": []}', '{"fetched": []}'])
def test_a_damaged_delivery_is_named(signed, deliveries, decisions, text):
    path = signed / "deliveries" / "manual__2026-11-23T23~00~00+00~00" / "fetched.json"
    path.write_text(text)
    for dataset in (deliveries(), decisions()):
        with pytest.raises(DatasetError, match=r"fetched\.json is damaged .*Write it anew: .*--tags fetch"):
            dataset.load()


@pytest.mark.parametrize("name", ["../x", "..", "a/b", ""])
def test_no_name_leads_out_of_the_folder(deliveries, decisions, name):
    with pytest.raises(ValueError, match="is no name of a delivery"):
        deliveries(name=name)
    with pytest.raises(ValueError, match="is no name of a delivery"):
        decisions(name=name)


def test_decisions_of_several_processes_come_in_the_order_of_one(signed, decisions):
    for one in reversed(DELIVERY.fetched):
        decide(decisions(), one)
    loaded = decisions().load()
    assert [one.table_name for one in loaded.decided] == ["Comercio", "ExpSuco", "Producao", "ImpSuco"]
    assert (loaded.origin, loaded.delivery) == (ORIGIN, NAME)


def test_tables_that_were_not_taken_in_are_named_with_the_command_that_does(signed, decisions):
    decide(decisions(), FILES_OF["Comercio"])
    with pytest.raises(DatasetError) as raised:
        decisions().load()
    assert "Producao, ExpSuco, ImpSuco of 4 tables were not taken in" in str(raised.value)
    chosen = f"source=sample,delivery={NAME},tables=Producao ExpSuco ImpSuco"
    assert f'kedro run --pipelines=ingestion --tags intake --params "{chosen}"' in str(raised.value)


def test_a_table_that_was_fetched_otherwise_since_is_taken_in_again(signed, deliveries, decisions):
    decide(decisions(), *DELIVERY.fetched)
    later = replace(FILES_OF["Producao"], fetched_at=datetime(2026, 11, 24, tzinfo=UTC))
    deliveries().save(replace(DELIVERY, fetched=(later, *DELIVERY.fetched[1:])))
    assert len(decisions().load().decided) == 4
    other = file("Producao", b"other")
    deliveries().save(replace(DELIVERY, fetched=(other, *DELIVERY.fetched[1:])))
    with pytest.raises(DatasetError, match="Producao of 4 tables was not taken in since the last fetch"):
        decisions().load()


def test_decisions_that_are_damaged_are_named(signed, decisions):
    decide(decisions(), *DELIVERY.fetched)
    path = signed / "deliveries" / "manual__2026-11-23T23~00~00+00~00" / "decided" / "Producao.json"
    path.write_text(path.read_text().replace(FILES_OF["Producao"].sha256, "short"))
    with pytest.raises(DatasetError, match=r"decided/Producao\.json is damaged .*--tags intake .*tables=Producao"):
        decisions().load()


def test_decisions_of_no_delivery_and_of_an_unknown_one(decisions):
    with pytest.raises(DatasetError, match=r"nothing says which delivery is published\. .*--tags publish"):
        decisions(name=None).load()
    with pytest.raises(DatasetError, match="there is no delivery"):
        decisions().load()
