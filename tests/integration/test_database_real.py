"""The real figures from databases: what a file says, its tables in SQLite and PostgreSQL say, cell by cell."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import pytest
import sqlalchemy as sa
from tests.integration.postgres import PASSWORD, PostgreSQL, running_postgresql

from viticast.sources.connections import DatabaseConnection
from viticast.sources.credentials import Credentials
from viticast.sources.database import fetch_database, read_rows_dump
from viticast.sources.fetched import FetchedFile
from viticast.sources.reader import read_table
from viticast.sources.vintage import content_id

pytestmark = [pytest.mark.real, pytest.mark.slow]

VINTAGES = ("2024-04", "2025-04")
READER = Credentials(database_password=PASSWORD)
WIDE = DatabaseConnection(kind="database")
POSITIONS = ["row_number", "column_number"]
"""Not carried by long tables: 2024-04 has a file without a header, and one without a control column."""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    with running_postgresql() as running:
        yield running


@pytest.fixture(scope="module", params=VINTAGES)
def vintage(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def files(vintage, real_vintages, registry) -> dict[str, bytes]:
    return {table.name: (real_vintages[vintage] / table.file_name).read_bytes() for table in registry}


@pytest.fixture(scope="module")
def expected(files, registry):
    return {name: read_table(content, registry[name]) for name, content in files.items()}


@pytest.fixture(scope="module")
def upstream(vintage, real_vintages, registry) -> dict[str, pd.DataFrame]:
    """Tables as the project's upstream makes them: pandas infers the types."""
    frames = {}
    for table in registry:
        path = real_vintages[vintage] / table.file_name
        text = path.read_text(encoding="utf-8")
        frames[table.database_table] = pd.read_csv(path, sep="\t" if text.count("\t") > text.count(";") else ";").copy()
    return frames


def read_all(url, registry, connection, credentials=Credentials()):  # noqa: B008 - frozen
    fetched = fetch_database(url, registry, connection, credentials)
    assert all(isinstance(file, FetchedFile) for file in fetched), fetched
    return {file.table_name: read_rows_dump(file.content, registry[file.table_name], connection) for file in fetched}


def assert_same(readings, expected, but=()):
    """The same cells in the same order; columns that cannot be carried are left out."""
    assert readings.keys() == expected.keys()
    for name, reading in readings.items():
        pd.testing.assert_frame_equal(
            reading.frame.drop(columns=list(but)), expected[name].frame.drop(columns=list(but)), check_exact=True
        )
        assert reading.rows == expected[name].rows
        assert not reading.quarantined


# Wide, as the upstream has it


@pytest.mark.parametrize("index", [False, True])
def test_a_wide_sqlite_database_says_what_the_files_say(upstream, expected, registry, tmp_path, index):
    path = tmp_path / "vitidata.db"
    with sqlite3.connect(path) as connection:
        for name, frame in upstream.items():
            frame.to_sql(name, connection, index=index)
    connection.close()
    readings = read_all(f"sqlite:///{path}", registry, WIDE)
    assert_same(readings, expected)
    for name, reading in readings.items():
        assert reading.repairs == expected[name].repairs
        rules = {notice.rule for notice in reading.notices}
        assert rules == ({"order_of_the_database"} if name == "ProcessaAmericanas" else set())


def test_the_types_are_those_that_pandas_infers(upstream, vintage):
    """The databases above are mixed as the upstream's are: else the tests that read them would show little."""
    types = {str(dtype) for frame in upstream.values() for dtype in frame.dtypes}
    assert {"int64", "str"} <= types
    if vintage == "2024-04":
        assert upstream["comercializacao"].columns[:3].tolist() == ["1", "VINHO DE MESA", "VINHO DE MESA.1"]
        assert upstream["importacao_sucos"].columns[-2:].tolist() == ["2021.2", "2021.3"]
        assert upstream["importacao_vinhos"]["2022"].dtype == "float64"
    else:
        assert "4108858,21" in set(upstream["processamento_viniferas"]["2023"])


@contextmanager
def writing(server, schema):
    """A transaction of the owner, with a schema of its own."""
    engine = sa.create_engine(server.owner_url())
    try:
        with engine.begin() as connection:
            connection.execute(sa.schema.CreateSchema(schema))
            yield connection
    finally:
        engine.dispose()


def test_a_wide_postgresql_database_says_what_the_files_say(server, upstream, expected, registry, vintage):
    schema = f"wide_{vintage.replace('-', '_')}"
    with writing(server, schema) as connection:
        for name, frame in upstream.items():
            frame.to_sql(name, connection, schema=schema, index=False)
    assert_same(read_all(server.url(), registry, WIDE.model_copy(update={"db_schema": schema}), READER), expected)


# Long, as others have it

NAMES = {"item": ["item"], "quantity": ["quantidade"], "value": ["valor"], "year": ["ano"]}


def long_frame(reading, *, marks: bool) -> pd.DataFrame:
    """A row for each label and year; figures are numbers, or texts that have the marks as well."""
    frame = reading.frame
    keys = ["row_number", "group_label", "item_label", "year"]
    figures = frame["value"]
    if marks:
        texts = frame["value"].map(lambda value: f"{value:.6f}".rstrip("0").rstrip(".").replace(".", ","))
        figures = texts.where(frame["mark"].isna(), frame["mark"].replace("empty", ""))
    wide = frame.assign(figure=figures).pivot(index=keys[0:1] + keys[3:], columns="measure", values="figure")
    labels = frame.drop_duplicates("row_number").set_index("row_number")[["group_label", "item_label"]]
    rows = wide.reset_index().join(labels, on="row_number").sort_values(["year", "row_number"])
    return pd.DataFrame(
        {
            "id": rows["row_number"],
            "grupo": rows["group_label"].astype(object).where(rows["group_label"].notna(), None),
            "item": rows["item_label"],
            "ano": rows["year"],
            "quantidade": rows["quantity"],
            "valor": rows.get("value"),
        }
    )


def connection_of(registry, schema: str, **more: object) -> DatabaseConnection:
    declared = {"kind": "database", "layout": "long", "db_schema": schema, "fields": NAMES, **more}
    return DatabaseConnection.model_validate(declared)


def test_a_table_for_each_file_with_numbers(server, expected, registry, vintage):
    """Numbers carry no marks: they are NULL, which is said. No column numbers the rows, so they come in any order."""
    schema = f"long_{vintage.replace('-', '_')}"
    with writing(server, schema) as connection:
        for name, reading in expected.items():
            frame = long_frame(reading, marks=False).drop(columns="id").sample(frac=1, random_state=1)
            types = {"quantidade": sa.Numeric(16, 2), "valor": sa.Double()}
            frame.to_sql(name.lower(), connection, schema=schema, index=False, dtype=types)
    long = {
        table.name: {
            "table": table.name,
            "fields": {**NAMES, "group": ["grupo"]} if table.layout == "grouped" else NAMES,
        }
        for table in registry
    }
    readings = read_all(server.url(), registry, connection_of(registry, schema, long=long), READER)
    for name, reading in readings.items():
        lost = int(expected[name].frame["mark"].notna().sum())
        found = {notice.rule: notice.found for notice in reading.notices}
        assert found == ({"marks_not_carried": str(lost)} if lost else {})
        frame = expected[name].frame
        assert content_id(reading.frame) == content_id(
            frame.assign(mark=frame["mark"].mask(frame["mark"].notna(), "empty"))
        )


def test_one_table_for_all_files_with_texts(server, expected, registry, vintage):
    """Texts carry every mark, and numbered rows their order."""
    schema = f"text_{vintage.replace('-', '_')}"
    frames = [long_frame(reading, marks=True).assign(tabela=name) for name, reading in expected.items()]
    with writing(server, schema) as connection:
        pd.concat(frames).sample(frac=1, random_state=1).to_sql("viti", connection, schema=schema, index=False)
    long = {table.name: {"table": "viti", "where": {"tabela": table.name}} for table in registry}
    connection = connection_of(registry, schema, long=long, fields={**NAMES, "group": ["grupo"]})
    readings = read_all(server.url(), registry, connection, READER)
    assert not any(reading.notices for reading in readings.values())
    assert_same(readings, expected, POSITIONS)
    for name, reading in readings.items():
        assert content_id(reading.frame) == content_id(expected[name].frame)


def test_the_same_database_gives_the_same_bytes(upstream, registry, tmp_path):
    path = tmp_path / "vitidata.db"
    with sqlite3.connect(path) as connection:
        for name, frame in upstream.items():
            frame.to_sql(name, connection, index=False)
    connection.close()
    one, other = (fetch_database(f"sqlite:///{path}", registry, WIDE, Credentials()) for _ in range(2))
    assert [file.sha256 for file in one] == [file.sha256 for file in other]
    assert len({file.sha256 for file in one}) == len(one) == 15
