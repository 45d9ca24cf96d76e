"""The catalog's dataset with the engine `glue`, as conf/aws has it, in the local AWS."""

import pytest
from kedro.io import DatasetError
from tests.unit.lake.aws.cataloged_lake import CRAWLER, DATABASE, ROLE, lake, settings, write

from viticast.datasets.lake_catalog import LakeCatalogDataset

ATHENA = {
    "type": "athena",
    "database": DATABASE,
    "work_group": "primary",
    "staging": "s3://viticast-test/viticast-athena",
    "timeout_seconds": 60,
}
BY_NAME = {"type": "glue", "mechanism": "partitions", "database": DATABASE, "athena": ATHENA}
BY_CRAWLER = {
    **BY_NAME,
    "mechanism": "crawler",
    "crawler": CRAWLER,
    "role": ROLE,
    "crawl_timeout_seconds": 60,
    "tables": ["series"],
}
FIRST = {"snapshot_id": "0123456789abcdef"}


@pytest.mark.aws
@pytest.mark.parametrize("engine", [BY_NAME, BY_CRAWLER])
def test_partitions_are_registered_and_their_tables_described(aws, engine):
    dataset = LakeCatalogDataset(path=lake(aws), engine=engine)
    dataset.save({"tables": {"series": [write(aws, "series", **FIRST)]}})
    [table] = dataset.load()
    assert (table["name"], table["rows"], table["partitions"]) == ("series", 1, 1)
    assert table["columns"]["snapshot_id"] == "string"
    assert table["partition_columns"] == ("snapshot_id",)


@pytest.mark.aws
def test_the_crawler_has_a_target_for_each_table_and_no_other(aws):
    engine = {**BY_CRAWLER, "tables": ["series", "panel"]}
    LakeCatalogDataset(path=f"{lake(aws)}/", engine=engine).save(
        {"tables": {"series": [write(aws, "series", **FIRST)], "panel": [write(aws, "panel", **FIRST)]}}
    )
    targets = [target["Path"] for target in settings(aws)["Targets"]["S3Targets"]]
    assert targets == [f"{lake(aws)}/series/", f"{lake(aws)}/panel/"]


@pytest.mark.aws
def test_rows_are_counted_without_a_file_of_the_answer(aws):
    dataset = LakeCatalogDataset(path=lake(aws), engine=BY_NAME)
    dataset.save({"tables": {"series": [write(aws, "series", **FIRST)]}})
    aws.through.clear()
    dataset.load()
    (call,) = aws.through.calls("athena", "StartQueryExecution")
    assert not str(call.request["QueryString"]).startswith("UNLOAD")


def test_an_unknown_mechanism_is_refused():
    with pytest.raises(DatasetError, match="'magic' of a catalog is unknown"):
        LakeCatalogDataset(path="s3://b/lake", engine={**BY_NAME, "mechanism": "magic"}).load()
