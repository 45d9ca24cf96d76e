"""Athena asked through PyAthena, in the local AWS: types, values, ends of queries, and how often AWS is called."""

import json
import time
from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.local_aws.faults import DENIED, EXPIRED, THROTTLED, CutAnswer
from tests.unit.lake.aws.twin_lakes import on_aws, on_duckdb, options, sample

from viticast.datasets.lake_query import LakeQuery
from viticast.lake.aws.athena import AthenaEngine
from viticast.lake.errors import (
    AccessDeniedError,
    BucketMissingError,
    CredentialsError,
    QueryCancelledError,
    QueryFailedError,
    QueryTimeoutError,
    TableMissingError,
    ThrottledError,
    UnreachableError,
)
from viticast.lake.queries import statement
from viticast.lake.storage import DamagedFileError

pytestmark = pytest.mark.aws

ATTEMPTS = 5
VALUES = {
    "table_name": ["Producao", "Producao", "Comercio", "Comercio"],
    "vintage_id": ["a", "a", "a", "b"],
    "row_number": [2, 3, 2, 9],
    "column_number": [3, 1, 3, 9],
    "group_label": ["VINHO", None, "", "d'água"],
    "item_label": ["Tinto ç", "?", ":name", "x"],
    "row_kind": ["leaf", "total", "leaf", "leaf"],
    "year": [1970, 1971, 2024, 2025],
    "value": [0.1, None, 1e15, 0.0],
    "mark": [None, "nd", None, None],
}
PARAMETERS = {
    "counts": {"vintage_ids": ["a", "b"]},
    "panel": {"vintage_ids": ["a", "b"]},
    "vintages": {},
    "known_vintages": {},
    "findings": {"raw_hashes": ["r1", "r3"], "landing_ids": ["l1"]},
}


def frames():
    observations = sample("observations", **VALUES)
    vintages = sample("vintages", table_name=["Producao", "Comercio"], vintage_id=["a", "b"], landing_id=["l1", "l2"])
    found = {"table_name": ["Producao", "Comercio"], "raw_sha256": ["r1", "r2"], "landing_id": ["l1", "l3"]}
    return {"observations": observations, "vintages": vintages, "findings": sample("findings", **found)}


@pytest.fixture
def engine(aws):
    return on_aws(aws, frames())


@pytest.fixture
def embedded(tmp_path):
    return on_duckdb(tmp_path / "lake", frames())


def happen(aws, **happening):
    aws.server.post("/_local/happenings", json.dumps({"what": "query", **happening}).encode())


def asked(name, engine, parameters, order_by):
    return LakeQuery(name, statement(name), engine, order_by)(**parameters)


@pytest.mark.parametrize("unload", [True, False])
@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_a_statement_finds_the_same_as_in_duckdb(aws, embedded, name, unload):
    engine = on_aws(aws, frames(), unload=unload)
    order_by = {"counts": ["table_name", "unit"]}.get(name, ["table_name"])
    keys = {"panel": ["table_name", "vintage_id", "row_number"]}.get(name, order_by)
    mine, other = (asked(name, each, PARAMETERS[name], keys) for each in (engine, embedded))
    assert len(other)
    assert_frame_equal(mine, other, check_exact=True)


@pytest.mark.parametrize("name", ["counts", "panel", "findings"])
def test_no_rows_have_the_types_of_duckdb(engine, embedded, name):
    parameters = {key: ["none"] for key in PARAMETERS[name]}
    mine, other = (asked(name, each, parameters, []) for each in (engine, embedded))
    assert mine.empty
    assert_frame_equal(mine, other)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=texts | st.sampled_from(["'", "''", "?", "a' OR '1'='1", ":name", "--", "/*", "a\nb", "\\'", '"', "%s", "{}"]),
    whole=st.integers(-(2**63), 2**63 - 1),
    real=st.floats(allow_nan=False, allow_infinity=False),
    day=st.dates(min_value=date(1600, 1, 1)),
    # Athena shows a moment to the millisecond.
    moment=st.datetimes(min_value=datetime(1600, 1, 1)).map(
        lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    ),
)
def test_a_value_arrives_as_it_is(single, text, whole, real, day, moment):
    sql = "SELECT :text AS text, :whole AS whole, :real AS real, :day AS day, :moment AS moment"
    given_values = {"text": text, "whole": whole, "real": real, "day": day, "moment": moment}
    row = single.query(sql, given_values).frame.iloc[0]
    assert row["text"] == text
    assert row["whole"] == whole
    assert row["real"] == real
    assert pd.Timestamp(row["day"]).date() == day
    assert pd.Timestamp(row["moment"]).to_pydatetime() == moment


@pytest.fixture
def single(aws):
    return on_aws(aws, {}, unload=False)


def test_text_of_a_parameter_stays_a_value(engine):
    found = engine.query("SELECT * FROM observations WHERE item_label IN (:labels)", {"labels": ["?", "' OR '1'='1"]})
    assert found.frame["item_label"].tolist() == ["?"]
    assert engine.query("SELECT * FROM observations WHERE item_label = :label", {"label": "x' OR 'a'='a"}).frame.empty


def test_parameters_of_each_type_are_compared_as_such(engine):
    sql = "SELECT year FROM observations WHERE year > :year AND value >= :value AND is_synthetic = :flag"
    sql += " AND source = :source"
    given_values = {"year": 1969, "value": 0.1, "flag": True, "source": "text"}
    assert sorted(engine.query(sql, given_values).frame["year"]) == [1970, 2024]
    sql = "SELECT cells FROM vintages WHERE published_at > :day AND published_at < :moment"
    given_values = {"day": date(2024, 4, 1), "moment": datetime(2024, 4, 1, 12, 30, 1)}
    assert len(engine.query(sql, given_values).frame) == 2


def test_a_query_says_what_it_cost(aws, engine):
    answer = engine.query(statement("panel"), PARAMETERS["panel"])
    execution = aws.client("athena").get_query_execution(QueryExecutionId=answer.statistics.query_id)["QueryExecution"]
    assert execution["Query"].strip().startswith("UNLOAD")
    assert execution["QueryExecutionContext"]["Database"] == "small"
    assert answer.statistics.bytes_scanned == execution["Statistics"]["DataScannedInBytes"] > 0
    assert answer.statistics.seconds == execution["Statistics"]["TotalExecutionTimeInMillis"] / 1000


def test_an_answer_lies_in_the_staging_place_only(aws, engine):
    before = set(aws.keys())
    engine.query(statement("panel"), PARAMETERS["panel"])
    made = set(aws.keys()) - before
    assert made
    assert [key for key in made if not key.startswith("staging/")] == []


def test_a_query_that_takes_too_long_is_cancelled(aws):
    engine = on_aws(aws, frames(), timeout_seconds=0.3)
    happen(aws, outcome="never ends")
    began = time.monotonic()
    with pytest.raises(QueryTimeoutError, match=r"did not end within 0\.3 seconds and was cancelled"):
        engine.query(statement("panel"), PARAMETERS["panel"])
    assert time.monotonic() - began < 10
    athena = aws.client("athena")
    [query_id] = athena.list_query_executions()["QueryExecutionIds"]
    state = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]["State"]
    assert state == "CANCELLED"


def test_a_query_that_somebody_stops_is_no_failure(aws, engine):
    happen(aws, outcome="is cancelled", message="Query cancelled by user")
    with pytest.raises(QueryCancelledError, match="was cancelled: Query cancelled by user"):
        engine.query(statement("panel"), PARAMETERS["panel"])


def test_a_query_that_scans_more_than_its_work_group_allows_says_so(aws, engine):
    happen(aws, outcome="is cancelled", message="Bytes scanned limit was exceeded")
    with pytest.raises(QueryCancelledError, match=r"Bytes scanned limit was exceeded.*raise that limit"):
        engine.query(statement("panel"), PARAMETERS["panel"])


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ("GENERIC_INTERNAL_ERROR: no more", QueryFailedError, "GENERIC_INTERNAL_ERROR: no more"),
        ("HIVE_BAD_DATA: Malformed Parquet file", DamagedFileError, "HIVE_BAD_DATA: Malformed Parquet file"),
        ("PERMISSION_DENIED: Access denied when writing output", AccessDeniedError, "deploy/aws has the policy"),
        ("HIVE_CANNOT_OPEN_SPLIT: Access Denied (Service: Amazon S3; Status Code: 403)", AccessDeniedError, "lake"),
        ("HIVE_CURSOR_ERROR: Please reduce your request rate. (SlowDown)", ThrottledError, "Wait some minutes"),
    ],
)
def test_a_failure_has_the_words_of_athena_and_the_id_of_the_query(aws, engine, words, error, message):
    happen(aws, outcome="fails", message=words)
    with pytest.raises(error, match=rf"Athena's query [0-9a-f-]{{36}} failed: .*{message}"):
        engine.query(statement("panel"), PARAMETERS["panel"])


def test_a_table_that_the_catalog_does_not_know_is_named(aws):
    engine = on_aws(aws, {})
    with pytest.raises(TableMissingError, match=r"observations.*kedro run --env=aws --pipelines=ingestion,cataloging"):
        engine.query(statement("panel"), PARAMETERS["panel"])


def test_so_is_a_database(aws):
    with pytest.raises(TableMissingError, match=r"small.*kedro run --env=aws"):
        AthenaEngine(options(aws)).query(statement("panel"), PARAMETERS["panel"])


def test_a_statement_that_is_none_is_refused(engine):
    with pytest.raises(QueryFailedError, match="Athena could not run a query"):
        engine.query("SELECT FROM WHERE", {})


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"work_group": "none"}, QueryFailedError, r"WorkGroup none is not found.*VITICAST_AWS_WORK_GROUP"),
        ({"staging": "s3://no-such-bucket/here"}, BucketMissingError, "VITICAST_AWS_STAGING"),
    ],
)
def test_a_wrong_setting_is_named(aws, settings, error, message):
    with pytest.raises(error, match=message):
        on_aws(aws, frames(), **settings).query(statement("panel"), PARAMETERS["panel"])


@pytest.mark.parametrize(
    ("action", "service"),
    [("StartQueryExecution", "athena"), ("GetQueryExecution", "athena"), ("GetObject", "s3")],
)
def test_a_throttled_call_is_repeated_a_bounded_number_of_times(aws, engine, action, service):
    aws.proxy.fail(THROTTLED, service=service, action=action, times=None)
    began = time.monotonic()
    with pytest.raises(ThrottledError, match=action):
        engine.query(statement("panel"), PARAMETERS["panel"])
    assert aws.proxy.count(service, action) == ATTEMPTS
    assert time.monotonic() - began < 60


def test_a_call_that_is_throttled_once_does_no_harm(aws, engine, embedded):
    for action in ("StartQueryExecution", "GetQueryExecution", "GetObject"):
        aws.proxy.fail(THROTTLED, action=action, times=2)
    keys = ["table_name", "vintage_id", "row_number"]
    mine, other = (asked("panel", each, PARAMETERS["panel"], keys) for each in (engine, embedded))
    assert_frame_equal(mine, other)


def test_a_query_that_can_no_longer_be_watched_is_cancelled(aws, engine):
    happen(aws, outcome="never ends")
    aws.proxy.fail(DENIED, action="GetQueryExecution", times=None)
    with pytest.raises(AccessDeniedError, match="athena:GetQueryExecution"):
        engine.query(statement("panel"), PARAMETERS["panel"])
    athena = aws.client("athena")
    [query_id] = athena.list_query_executions()["QueryExecutionIds"]
    assert athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]["State"] == "CANCELLED"


@pytest.mark.parametrize(
    ("fault", "action", "error", "message"),
    [
        (DENIED, "StartQueryExecution", AccessDeniedError, "athena:StartQueryExecution"),
        (DENIED, "GetObject", AccessDeniedError, "s3:GetObject"),
        (EXPIRED, "StartQueryExecution", CredentialsError, "Log in anew"),
        (EXPIRED, "GetQueryExecution", CredentialsError, "Log in anew"),
        (EXPIRED, "GetObject", CredentialsError, "Log in anew"),
        (CutAnswer(), "GetQueryExecution", UnreachableError, "Look at the network"),
    ],
)
def test_a_fault_of_a_service_has_its_name(aws, engine, fault, action, error, message):
    aws.proxy.fail(fault, action=action, times=None)
    with pytest.raises(error, match=message) as raised:
        engine.query(statement("panel"), PARAMETERS["panel"])
    if error is CredentialsError:
        assert raised.value.__suppress_context__
