import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from viticast.sources.batch import RefusedFile, check_and_read_all
from viticast.sources.connections import FILES, DatabaseConnection, read_connection
from viticast.sources.delivery import Delivery, Origin, hash_figures
from viticast.sources.delivery_record import ONLY_FOR_ASKING, DeliveryRecord
from viticast.sources.dispatch import fetch
from viticast.sources.errors import HttpError
from viticast.sources.fetched import FetchedFile, NotFetched
from viticast.sources.tables import TableRegistry

ORIGIN = Origin("sample", "data/00_sample", True, FILES.model_copy(), (("declarations", "sample"),))
names = st.sampled_from(["Producao", "Comercio", "ExpSuco", "ImpSuco"])
files = st.builds(
    FetchedFile,
    names,
    st.binary(max_size=3),
    st.text(max_size=10),
    st.datetimes(timezones=st.just(UTC)),
    st.none() | st.integers(100, 599),
    st.none() | st.dates(),
)
errors = st.builds(lambda reason: HttpError(reason, remedy="r", table="Producao"), st.text(max_size=10))
missing = st.builds(NotFetched, names, st.text(max_size=10), st.lists(errors, min_size=1, max_size=3).map(tuple))
deliveries = st.lists(files | missing, max_size=8).map(lambda fetched: Delivery(ORIGIN, tuple(fetched)))


def again(delivery, tables=None):
    """What another process has of a delivery."""
    record = DeliveryRecord.model_validate_json(DeliveryRecord.of(delivery).model_dump_json())
    wanted = record.tables if tables is None else tables
    contents = {one.sha256: one.content for one in delivery.fetched if isinstance(one, FetchedFile)}
    return record.delivery("a", wanted, contents)


def plain(one):
    """Errors are equal by what they say."""
    said = [(type(error), error.__dict__) for error in one.errors] if isinstance(one, NotFetched) else None
    return (one if said is None else (one.table_name, one.address, said), one.landing_id)


@given(deliveries)
def test_a_delivery_comes_back_as_it_was(delivery):
    other = again(delivery)
    assert list(map(plain, other.fetched)) == list(map(plain, delivery.fetched))
    assert other.wanted == other.fetched
    assert other.origin == ORIGIN
    assert other.origin.run_params == "source=sample,source_url=data/00_sample,declarations=sample"


@given(deliveries, st.sets(names))
def test_of_some_tables_comes_what_is_theirs_in_its_order_and_who_shares_bytes(delivery, tables):
    other = again(delivery, tables)
    assert list(map(plain, other.wanted)) == [plain(one) for one in delivery.fetched if one.table_name in tables]
    theirs = {one.content for one in other.wanted if isinstance(one, FetchedFile)}
    twins = [one for one in delivery.fetched if isinstance(one, FetchedFile) and one.content in theirs]
    assert [one for one in other.fetched if isinstance(one, FetchedFile)] == twins


@given(deliveries)
def test_every_table_has_its_landings(delivery):
    landings = DeliveryRecord.of(delivery).landings()
    assert [landing for theirs in landings.values() for landing in theirs] == [
        one.landing_id for table in landings for one in delivery.fetched if one.table_name == table
    ]


@pytest.mark.parametrize("name", ["files", "api", "api_columns_pages", "api_groups_basic", "api_wide", "database_long"])
def test_a_connection_is_kept_as_far_as_reading_needs_it(project_root, name):
    text = (project_root / "conf" / "base" / "connections" / f"{name}.yml").read_text(encoding="utf-8")
    connection = read_connection(yaml.safe_load(text))
    other = again(Delivery(replace(ORIGIN, connection=connection), ())).origin.connection
    assert type(other) is type(connection)
    kept = {field for field in type(connection).model_fields if field not in ONLY_FOR_ASKING}
    assert {field: getattr(other, field) for field in kept} == {field: getattr(connection, field) for field in kept}


def test_how_somebody_logs_in_is_not_kept():
    declared = {"kind": "files", "auth": {"kind": "basic"}, "requests": {"attempts": 7}}
    text = DeliveryRecord.of(Delivery(replace(ORIGIN, connection=read_connection(declared)), ())).model_dump_json()
    assert "basic" not in text
    assert "attempts" not in text


def test_two_tables_with_the_same_figures_in_other_bytes_find_each_other(countries, tmp_path):
    """Rows of a database name their table: their bytes differ whatever they say."""
    other = countries.model_copy(update={"name": "ImpTeste", "slug": "imp_teste", "database_table": "outra"})
    third = countries.model_copy(update={"name": "ExpMais", "slug": "exp_mais", "database_table": "terceira"})
    registry, connection = TableRegistry((countries, other, third)), DatabaseConnection(kind="database")
    with sqlite3.connect(tmp_path / "figures.db") as session:
        for table, figure in (("teste", 5), ("outra", 5), ("terceira", 6)):
            session.execute(f'create table {table} ("Id" integer, "País" text, "2000" real, "2000.1" real)')
            session.execute(f"insert into {table} values (1, 'Chile', {figure}, 7)")  # noqa: S608 - names of this test
    fetched = fetch(f"sqlite:///{tmp_path}/figures.db", registry, connection)
    figures = hash_figures(fetched, registry, connection)
    delivery = Delivery(replace(ORIGIN, connection=connection), fetched, figures=figures)
    whole = check_and_read_all(fetched, registry, connection)
    assert [type(one) is RefusedFile for one in whole] == [True, True, False]
    for table, count in (("ExpTeste", 2), ("ImpTeste", 2), ("ExpMais", 1)):
        alone = again(delivery, {table})
        assert len(alone.fetched) == count
        said = [one for one in check_and_read_all(alone.fetched, registry, connection) if one.file.table_name == table]
        assert list(map(reasons, said)) == [reasons(one) for one in whole if one.file.table_name == table]


def reasons(one):
    return [str(error) for error in one.errors] if isinstance(one, RefusedFile) else []


def test_a_date_and_a_moment_keep_their_types():
    file = FetchedFile("Producao", b"", "x", datetime(2026, 1, 2, 3, 4, 5, 6, UTC), 200, date(2025, 4, 1))
    [other] = again(Delivery(ORIGIN, (file,))).fetched
    assert (other, type(other.published_at)) == (file, date)
