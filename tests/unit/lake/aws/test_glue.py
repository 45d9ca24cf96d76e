"""The catalog in the local AWS: what Glue and Athena know after a run, and after half of one."""

import pytest
from tests.local_aws.faults import DENIED, THROTTLED, CutAnswer
from tests.unit.lake.aws.cataloged_lake import (
    CRAWLER,
    DATABASE,
    crawled,
    engine,
    lake,
    locations,
    named,
    write,
)

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.aws.crawler import EVERYTHING
from viticast.lake.aws.database import GlueDatabase
from viticast.lake.conformity import CatalogMismatchError, check_catalog
from viticast.lake.errors import AccessDeniedError, CrawlFailedError, ServiceError, TableMissingError

pytestmark = pytest.mark.aws

FIRST = {"snapshot_id": "0123456789abcdef"}
SECOND = {"snapshot_id": "fedcba9876543210"}
ODD = {"snapshot_id": "a/b=c %41 'ü"}
MODEL = {**FIRST, "model_key": "1111111111111111"}


@pytest.fixture(autouse=True)
def glue(aws):
    return aws.client("glue")


def athena(sql):
    return engine().query(sql, {}).frame


def snapshots(table="series"):
    return sorted(athena(f"SELECT DISTINCT snapshot_id FROM {table}")["snapshot_id"])  # noqa: S608


def described(catalog):
    return [(table.name, table.partitions, table.rows) for table in catalog.describe()]


def test_what_a_crawler_finds_fulfils_the_contracts(aws):
    vintage = {"table_name": "Producao", "vintage_id": "0000000000000001"}
    landing = {"table_name": "Producao", "vintage_id": "0000000000000001", "landing_id": "0000000000000002"}
    finding = {"table_name": "Producao", "raw_sha256": "00", "landing_id": "0000000000000002"}
    partitions = {
        "observations": [write(aws, "observations", **vintage)],
        "vintages": [write(aws, "vintages", **landing)],
        "findings": [write(aws, "findings", **finding)],
    }
    catalog = crawled(aws, *partitions)
    catalog.register(partitions)
    found = [table.__dict__ for table in catalog.describe()]
    record = check_catalog(found, list(partitions))
    assert described(catalog) == [("findings", 1, 1), ("observations", 1, 1), ("vintages", 1, 1)]
    assert set(record.loc[record["is_partition"], "engine_type"]) == {"string"}


@pytest.mark.parametrize("name", sorted(LAKE_TABLES))
def test_a_named_table_is_what_a_crawler_makes_of_the_same_files(aws, glue, name):
    partition = dict.fromkeys(LAKE_TABLES[name].partition_by, "0123456789abcdef")
    write(aws, name, **partition)
    crawled(aws, name).register({name: [partition]})
    by_crawler = glue.get_table(DatabaseName=DATABASE, Name=name)["Table"]
    places = locations(aws, name)
    glue.delete_table(DatabaseName=DATABASE, Name=name)
    named(aws, name).register({name: [partition]})
    by_name = glue.get_table(DatabaseName=DATABASE, Name=name)["Table"]

    def shown(table):
        storage = {key: value for key, value in table["StorageDescriptor"].items() if key != "Columns"}
        storage["SerdeInfo"] = {**storage["SerdeInfo"], "Name": None}
        columns = sorted((column["Name"], column["Type"]) for column in table["StorageDescriptor"]["Columns"])
        keys = [(key["Name"], key["Type"]) for key in table["PartitionKeys"]]
        return storage, columns, keys, table["Parameters"]["classification"], table["TableType"]

    assert shown(by_name) == shown(by_crawler)
    assert locations(aws, name) == places
    assert described(named(aws, name)) == [(name, 1, 1)]


def test_a_second_crawl_finds_the_new_partitions_and_keeps_the_old(aws):
    catalog = crawled(aws, "series")
    catalog.register({"series": [write(aws, "series", **FIRST)]})
    catalog.register({"series": [write(aws, "series", **SECOND)]})
    assert snapshots() == [FIRST["snapshot_id"], SECOND["snapshot_id"]]


def test_a_table_that_was_deleted_comes_back_with_all_its_partitions(aws, glue):
    """A crawl of new folders makes no table."""
    catalog = crawled(aws, "series")
    catalog.register({"series": [write(aws, "series", **FIRST)]})
    catalog.register({"series": [write(aws, "series", **SECOND)]})
    glue.delete_table(DatabaseName=DATABASE, Name="series")
    catalog.register({"series": [SECOND]})
    assert snapshots() == [FIRST["snapshot_id"], SECOND["snapshot_id"]]


def test_a_partition_that_the_crawl_of_new_folders_leaves_out_is_found_by_one_of_everything(aws, glue):
    catalog = crawled(aws, "series")
    catalog.register({"series": [write(aws, "series", **FIRST)]})
    glue.delete_partition(DatabaseName=DATABASE, TableName="series", PartitionValues=[FIRST["snapshot_id"]])
    aws.through.clear()
    catalog.register({"series": [FIRST]})
    asked = [call.request.get("RecrawlPolicy") for call in aws.through.calls("glue", "UpdateCrawler")]
    assert asked == [{"RecrawlBehavior": EVERYTHING}]
    assert snapshots() == [FIRST["snapshot_id"]]


def test_a_partition_that_no_crawl_finds_is_named(aws):
    write(aws, "series", **FIRST)
    with pytest.raises(CrawlFailedError, match=f"{CRAWLER} left out series .*{SECOND['snapshot_id']}"):
        crawled(aws, "series").register({"series": [FIRST, SECOND]})


def test_a_table_that_no_crawl_finds_is_named(aws):
    write(aws, "series", **FIRST)
    with pytest.raises(CrawlFailedError, match="left out the table panel"):
        crawled(aws, "series", "panel").register({"series": None, "panel": None})


def test_partitions_lie_where_they_were_written_whatever_they_are_called(aws):
    catalog = named(aws, "series")
    catalog.register({"series": [write(aws, "series", **ODD)]})
    (location,) = locations(aws, "series").values()
    (key,) = aws.keys("viticast/sample/02_lake/series/")
    assert f"s3://{aws.bucket}/{key}" == f"{location}part-0.parquet"
    assert athena("SELECT snapshot_id FROM series")["snapshot_id"].tolist() == [ODD["snapshot_id"]]


def test_only_partitions_that_are_named_become_visible(aws):
    """A run that was killed after it wrote, and before it registered, has shown nothing; the next one shows it."""
    catalog = named(aws, "forecasts")
    catalog.register({"forecasts": [write(aws, "forecasts", **MODEL)]})
    written = write(aws, "forecasts", **{**MODEL, "model_key": "2222222222222222"})
    assert athena("SELECT model_key FROM forecasts")["model_key"].tolist() == [MODEL["model_key"]]
    catalog.register({"forecasts": [written]})
    assert sorted(athena("SELECT model_key FROM forecasts")["model_key"]) == ["1" * 16, "2" * 16]


def test_partitions_that_are_registered_twice_are_there_once(aws):
    catalog = named(aws, "series")
    partition = write(aws, "series", **FIRST)
    catalog.register({"series": [partition]})
    catalog.register({"series": [partition]})
    assert described(catalog) == [("series", 1, 1)]


def test_hundreds_of_partitions_take_a_request_for_each_hundred(aws):
    partitions = [{"snapshot_id": f"{number:016x}"} for number in range(250)]
    aws.through.clear()
    named(aws, "series").register({"series": partitions})
    assert aws.through.count("glue", "BatchCreatePartition") == 3
    database = GlueDatabase(DATABASE, lake(aws))
    assert database.count_partitions("series") == 250
    assert database.missing_partitions("series", [*partitions, FIRST]) == [FIRST]


def test_registering_asks_as_often_whatever_is_registered_already(aws):
    catalog = named(aws, "series")
    with aws.through.counting() as few:
        catalog.register({"series": [{"snapshot_id": "0" * 16}]})
        catalog.register({"series": [FIRST]})
    catalog.register({"series": [{"snapshot_id": f"{number:016x}"} for number in range(300)]})
    with aws.through.counting() as many:
        catalog.register({"series": [SECOND]})
        catalog.register({"series": [FIRST]})
    assert sum(many.values()) <= sum(few.values())


def test_what_else_is_in_the_database_is_left_alone(aws, glue):
    GlueDatabase(DATABASE, lake(aws)).ensure()
    foreign = {"Name": "winery", "StorageDescriptor": {"Location": "s3://winery/", "Columns": []}}
    glue.create_table(DatabaseName=DATABASE, TableInput=foreign)
    catalog = crawled(aws, "series")
    catalog.register({"series": [write(aws, "series", **FIRST)]})
    assert described(catalog) == [("series", 1, 1)]
    assert (
        glue.get_table(DatabaseName=DATABASE, Name="winery")["Table"]["StorageDescriptor"]["Location"] == "s3://winery/"
    )


@pytest.mark.parametrize("catalog", [crawled, named])
def test_a_table_of_our_name_and_other_files_is_named(aws, glue, catalog):
    GlueDatabase(DATABASE, lake(aws)).ensure()
    foreign = {"Name": "series", "StorageDescriptor": {"Location": "s3://winery/series", "Columns": []}}
    glue.create_table(DatabaseName=DATABASE, TableInput=foreign)
    for act in (lambda: catalog(aws, "series").register({"series": [FIRST]}), catalog(aws, "series").describe):
        with pytest.raises(CatalogMismatchError, match="s3://winery/series") as caught:
            act()
        assert "VITICAST_AWS_DATABASE" in str(caught.value)


@pytest.mark.parametrize("act", ["register", "describe"])
def test_a_table_that_is_not_as_its_contract_says_is_named_before_it_is_asked(aws, glue, act):
    catalog = named(aws, "series")
    catalog.register({"series": [write(aws, "series", **FIRST)]})
    table = glue.get_table(DatabaseName=DATABASE, Name="series")["Table"]
    keys = ("Name", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")
    changed = {key: table[key] for key in keys}
    changed["StorageDescriptor"]["Columns"][0]["Type"] = "int"
    glue.update_table(DatabaseName=DATABASE, TableInput=changed)
    aws.through.clear()
    with pytest.raises(CatalogMismatchError, match=r"series: column .* is int, not") as caught:
        catalog.register({"series": [SECOND]}) if act == "register" else catalog.describe()
    assert f"aws glue delete-table --database-name {DATABASE} --name series" in str(caught.value)
    assert "Delete the table's folder" not in str(caught.value)
    assert aws.through.count("athena") == aws.through.count("glue", "BatchCreatePartition") == 0


def test_permissions_and_places_of_a_new_database_are_the_accounts_own(aws):
    named(aws, "series").register({"series": []})
    (call,) = aws.through.calls("glue", "CreateDatabase")
    assert set(call.request["DatabaseInput"]) == {"Name", "Description"}


def test_a_database_that_is_there_is_not_made(aws, glue):
    glue.create_database(DatabaseInput={"Name": DATABASE})
    named(aws, "series").register({"series": []})
    assert aws.through.count("glue", "CreateDatabase") == 0


def test_a_catalog_that_was_never_registered_describes_nothing(aws):
    assert named(aws, "series").describe() == []
    with pytest.raises(TableMissingError):
        snapshots()


def test_a_lost_answer_does_no_harm(aws):
    partition = write(aws, "series", **FIRST)
    for action in ("CreateDatabase", "CreateTable", "BatchCreatePartition"):
        aws.through.fail(CutAnswer(), "glue", action)
    named(aws, "series").register({"series": [partition]})
    assert snapshots() == [FIRST["snapshot_id"]]


def test_a_throttled_request_is_repeated(aws):
    partition = write(aws, "series", **FIRST)
    aws.through.fail(THROTTLED, "glue", "BatchCreatePartition", times=2)
    named(aws, "series").register({"series": [partition]})
    assert snapshots() == [FIRST["snapshot_id"]]


@pytest.mark.parametrize(
    "action", ["GetDatabase", "CreateDatabase", "GetTables", "CreateTable", "BatchCreatePartition"]
)
def test_an_action_of_registering_that_is_not_allowed_is_named(aws, action):
    aws.through.fail(DENIED, "glue", action)
    with pytest.raises(AccessDeniedError, match=f"Allow glue:{action} to the credentials") as caught:
        named(aws, "series").register({"series": [FIRST]})
    assert DATABASE in str(caught.value)


def test_partitions_that_may_not_be_looked_up_are_named(aws):
    partition = write(aws, "series", **FIRST)
    aws.through.fail(DENIED, "glue", "BatchGetPartition")
    with pytest.raises(AccessDeniedError, match="Allow glue:BatchGetPartition to the credentials"):
        crawled(aws, "series").register({"series": [partition]})


def test_partitions_that_may_not_be_counted_are_named(aws):
    catalog = named(aws, "series")
    catalog.register({"series": [write(aws, "series", **FIRST)]})
    aws.through.fail(DENIED, "glue", "GetPartitions")
    with pytest.raises(AccessDeniedError, match="Allow glue:GetPartitions to the credentials"):
        catalog.describe()


def test_a_partition_that_glue_refuses_is_named(aws):
    named(aws, "series").register({"series": []})
    with pytest.raises(ServiceError, match="could not make"):
        named(aws, "series").register({"series": [{"snapshot_id": ""}]})


def test_partitions_must_be_named_in_full(aws):
    with pytest.raises(ValueError, match="named by"):
        named(aws, "forecasts").register({"forecasts": [FIRST]})
    with pytest.raises(ValueError, match="must be named"):
        named(aws, "forecasts").register({"forecasts": None})


def test_a_catalog_answers_for_its_own_tables_only(aws):
    with pytest.raises(ValueError, match="panel"):
        named(aws, "series").register({"panel": [FIRST]})
    with pytest.raises(ValueError, match="winery"):
        named(aws, "winery")
