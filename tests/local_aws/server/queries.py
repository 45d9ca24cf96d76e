"""The calls of Athena that start, run and stop a query: ministack's, with an engine behind them."""

import asyncio
import logging
import re
import time
from collections.abc import Sequence
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import athena
from tests.local_aws.server import happenings
from tests.local_aws.server.crawls import Request, Response
from tests.local_aws.server.engine import Engine, QueryError
from tests.local_aws.server.hive_types import UnknownTypeError
from tests.local_aws.server.objects import ObjectError, as_folder, bucket_exists, split_address, write_object
from tests.local_aws.server.statements import Result, bind, check, run

log = logging.getLogger(__name__)
_running: dict[str, Engine] = {}
_start_query_execution = athena._start_query_execution
_stop_query_execution = athena._stop_query_execution
_detect_statement_type = athena._detect_statement_type


def start_query_execution(data: Request) -> Response:
    """StartQueryExecution; refuses what Athena refuses before it runs."""
    name = data.get("WorkGroup", "primary")
    group = athena._workgroups.get(name)
    if group is None:
        return _refuse(f"WorkGroup {name} is not found.")
    if group.get("State") == "DISABLED":
        return _refuse(f"WorkGroup {name} is disabled.")
    _settle_location(data, group)
    location = data["ResultConfiguration"].get("OutputLocation")
    if location and not bucket_exists(split_address(location)[0]):
        return _refuse(f"Unable to verify/create output bucket {split_address(location)[0]}")
    try:
        data["QueryString"] = bind(data["QueryString"], data.get("ExecutionParameters") or [])
        check(data["QueryString"])
    except QueryError as error:
        return _refuse(str(error))
    response: Response = _start_query_execution(data)
    return response


def stop_query_execution(data: Request) -> Response:
    """StopQueryExecution, of a query that really runs."""
    response: Response = _stop_query_execution(data)
    engine = _running.get(data["QueryExecutionId"])
    if engine is not None:
        engine.interrupt()
    return response


async def execute_query(query_id: str, sql: str, database: str | None, ddl: object, catalog: str | None = None) -> None:
    """Runs a query, and says how it ended.

    Args:
        query_id: of the execution that ministack made.
        sql: with its parameters.
        database: that tables without one belong to.
        ddl: what ministack makes of a CREATE or DROP; the engine refuses both.
        catalog: of Athena; there is one.
    """
    execution = athena._executions[query_id]
    status = execution["Status"]
    status["State"] = "RUNNING"
    began = time.monotonic()
    failure = "GENERIC_INTERNAL_ERROR: see the log of the local AWS"
    try:
        failure = await _happen(execution, sql) or ""
        if not failure and status["State"] == "RUNNING":
            result = await asyncio.to_thread(_run, query_id, (database or "default").lower(), sql)
            await asyncio.to_thread(_deliver, execution, result)
    except (QueryError, ObjectError, UnknownTypeError) as error:
        failure = str(error)
    finally:
        _end(execution, failure, time.monotonic() - began)


def _run(query_id: str, database: str, sql: str) -> Result:
    with Engine(database) as engine:
        _running[query_id] = engine
        try:
            return run(engine, sql)
        finally:
            del _running[query_id]


async def _happen(execution: Request, sql: str) -> str | None:
    """Waits as long as a test asks for; gives the failure that it asks for."""
    happening = happenings.take("query", sql)
    end = time.monotonic() + happening.seconds
    while execution["Status"]["State"] == "RUNNING" and (happening.outcome == "never ends" or time.monotonic() < end):
        if athena._executions.get(execution["QueryExecutionId"]) is not execution:
            return "forgotten by a reset"
        await asyncio.sleep(0.02)
    if happening.outcome == "is cancelled":
        execution["Status"].update(State="CANCELLED", StateChangeReason=happening.message)
    return happening.message if happening.outcome == "fails" else None


def _deliver(execution: Request, result: Result) -> None:
    """Writes the result as Athena does: CSV, or the manifest of what was unloaded."""
    execution["_results"], execution["_column_types"] = {"columns": result.columns, "rows": result.rows}, result.types
    execution["Statistics"]["DataScannedInBytes"] = result.scanned
    if result.scanned > _cutoff(execution):
        execution["Status"].update(State="CANCELLED", StateChangeReason="Bytes scanned limit was exceeded")
        return
    bucket, key = split_address(execution["ResultConfiguration"]["OutputLocation"])
    if result.written is not None:
        manifest = f"{key.removesuffix('.csv')}-manifest.csv"
        write_object(bucket, manifest, "".join(f"{address}\n" for address in result.written).encode(), "text/csv")
        execution["Statistics"]["DataManifestLocation"] = f"s3://{bucket}/{manifest}"
        return
    write_object(bucket, key, _as_csv(result).encode(), "text/csv")
    write_object(bucket, f"{key}.metadata", b"")


def _as_csv(result: Result) -> str:
    """Values in quotation marks, nulls without: so Athena tells a null from an empty text."""
    lines: list[Sequence[str | None]] = [result.columns, *result.rows]
    return "".join(",".join(_quoted(value) for value in line) + "\n" for line in lines)


def _quoted(value: str | None) -> str:
    if value is None:
        return ""
    doubled = value.replace('"', '""')
    return f'"{doubled}"'


def _end(execution: Request, failure: str, seconds: float) -> None:
    status = execution["Status"]
    milliseconds = int(seconds * 1000)
    execution["Statistics"].update(EngineExecutionTimeInMillis=milliseconds, TotalExecutionTimeInMillis=milliseconds)
    status["CompletionDateTime"] = int(time.time())
    if status["State"] != "RUNNING":
        return
    if not failure:
        status["State"] = "SUCCEEDED"
        return
    log.info("query failed: %s", failure)
    cause = {"ErrorCategory": 2, "ErrorType": 1006, "Retryable": False, "ErrorMessage": failure[:500]}
    status.update(State="FAILED", StateChangeReason=failure[:1500], AthenaError=cause)


def _settle_location(data: Request, group: dict[str, Any]) -> None:
    """Where the results go: the work group's word counts if it is enforced, or if there is no other."""
    configuration = group.get("Configuration") or {}
    of_group = (configuration.get("ResultConfiguration") or {}).get("OutputLocation")
    given = data.get("ResultConfiguration") or {}
    if configuration.get("EnforceWorkGroupConfiguration") and of_group:
        given = {"OutputLocation": of_group}
    location = given.get("OutputLocation") or of_group
    data["ResultConfiguration"] = given | ({"OutputLocation": as_folder(location)} if location else {})


def _cutoff(execution: Request) -> float:
    group = athena._workgroups.get(execution["WorkGroup"]) or {}
    cutoff = (group.get("Configuration") or {}).get("BytesScannedCutoffPerQuery")
    return float(cutoff) if cutoff else float("inf")


def _refuse(message: str) -> Response:
    code = {"AthenaErrorCode": "INVALID_INPUT" if "bucket" in message else "MALFORMED_QUERY"}
    response: Response = error_response_json("InvalidRequestException", message, 400, extra=code)
    return response


def detect_statement_type(sql: str) -> str:
    """Athena counts an UNLOAD as DML."""
    found: str = "DML" if re.match(r"\s*UNLOAD\b", sql, re.IGNORECASE) else _detect_statement_type(sql)
    return found


def install() -> None:
    """Lets ministack answer with the functions of this module."""
    athena._start_query_execution, athena._stop_query_execution = start_query_execution, stop_query_execution
    athena._execute_query, athena._detect_statement_type = execute_query, detect_statement_type
