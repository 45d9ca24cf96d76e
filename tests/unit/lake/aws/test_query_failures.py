import pytest

from viticast.lake.aws.query_failures import name_failure
from viticast.lake.errors import AccessDeniedError, QueryFailedError, ThrottledError
from viticast.lake.storage import DamagedFileError

OBJECT = "s3://bucket/viticast/sample/02_lake/observations/table_name=ImpSuco/vintage_id=ab%20c/part-0.parquet"


@pytest.mark.parametrize(
    "words",
    [
        f"HIVE_BAD_DATA: Malformed Parquet file. Field year's type BINARY in parquet file {OBJECT} is incompatible",
        f"HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split {OBJECT} (offset=0, length=9): Incorrect file size",
        f"HIVE_CURSOR_ERROR: Failed to read Parquet file: {OBJECT}.",
        f"Invalid data in [{OBJECT}]: no page",
        f"HIVE_BAD_DATA: Not valid Parquet file: {OBJECT}, expected magic number: PAR1",
    ],
)
def test_an_object_that_cannot_be_read_is_named_with_the_query_and_the_way_back(words):
    error = name_failure("FAILED", words, "1-2-3")
    assert type(error) is DamagedFileError
    assert str(error).startswith(f"{OBJECT} is damaged: Athena's query 1-2-3 failed: {words}. ")
    assert "list-object-versions" in str(error)
    assert str(error).endswith("kedro run --env=aws --pipelines=ingestion,cataloging")


def test_an_object_that_athena_does_not_name_is_damaged_all_the_same():
    error = name_failure("FAILED", "HIVE_CURSOR_ERROR: Failed to read Parquet file", "1-2-3")
    assert type(error) is DamagedFileError
    assert str(error).startswith("an object of the lake is damaged: Athena's query 1-2-3")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (f"HIVE_CANNOT_OPEN_SPLIT: Error opening {OBJECT}: Access Denied (Status Code: 403)", AccessDeniedError),
        (f"HIVE_CURSOR_ERROR: {OBJECT}: Please reduce your request rate (SlowDown)", ThrottledError),
        ("GENERIC_INTERNAL_ERROR: no more", QueryFailedError),
    ],
)
def test_what_is_no_damage_is_called_what_it_is(words, kind):
    assert type(name_failure("FAILED", words, "1-2-3")) is kind
