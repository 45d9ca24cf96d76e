"""Authorization with `AUTH=true`: the resources that AWS checks for Glue and Athena, and the role a crawler is given.

ministack names one resource for each request, and of Glue and Athena not the one that AWS documents: a crawler is a
table there, a query belongs to no work group, and nobody asks whether a role may be passed. What is checked here is
what the Service Authorization Reference lists. Not checked, as nothing is asked for it over HTTP: what Athena reads,
writes and looks up in the name of whoever asks, and what the crawler's role may do.
"""

import json
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import athena

PASSED_TO = {"iam:PassedToService": "glue.amazonaws.com"}


@dataclass(frozen=True)
class Check:
    """One thing that the caller must be allowed to do.

    Attributes:
        action: As a policy names it; that of the request if empty.
        resource: ARN, or `*` if the action knows no resource.
        context: Condition keys.
    """

    resource: str
    action: str = ""
    context: Mapping[str, str] = field(default_factory=dict)


_pending: ContextVar[tuple[Check, ...]] = ContextVar("pending", default=())
_refused: ContextVar[Check | None] = ContextVar("refused", default=None)


def checks_of(operation: str, asked: Mapping[str, Any], region: str, account: str) -> list[Check]:
    """What a request to Glue or Athena needs.

    Args:
        operation: `glue:GetTables`, as a policy names it.
        asked: Body of the request.
        region: Of the request.
        account: Of the caller.
    """
    service, name = operation.split(":")
    if service == "athena":
        return [Check(f"arn:aws:athena:{region}:{account}:workgroup/{_work_group(asked)}")]
    start = f"arn:aws:glue:{region}:{account}"
    passing = [Check(_role(asked["Role"], account), "iam:PassRole", PASSED_TO)] if "Role" in asked else []
    if name == "CreateCrawler":
        return [Check("*"), *passing]
    if name.endswith("Crawler"):
        return [Check(f"{start}:crawler/{asked['Name']}"), *passing]
    return [Check(resource) for resource in _of_catalog(name, asked, start)]


def _of_catalog(name: str, asked: Mapping[str, Any], start: str) -> list[str]:
    """Whoever may do something with a table may do it with its database and the catalog."""
    if name in {"TagResource", "UntagResource", "GetTags"}:
        return [asked["ResourceArn"]]
    database = asked.get("DatabaseName") or asked.get("Name") or asked.get("DatabaseInput", {}).get("Name", "*")
    resources = [f"{start}:catalog", f"{start}:database/{database}"]
    if "DatabaseName" in asked:
        table = asked.get("TableName") or asked.get("Name") or asked.get("TableInput", {}).get("Name", "*")
        resources.append(f"{start}:table/{database}/{table}")
    return resources


def _work_group(asked: Mapping[str, Any]) -> str:
    known = athena._executions.get(asked.get("QueryExecutionId", ""), {})
    return str(asked.get("WorkGroup") or known.get("WorkGroup") or "primary")


def _role(name: str, account: str) -> str:
    return name if name.startswith("arn:") else f"arn:aws:iam::{account}:role/{name}"


def _asked(service: str, body: bytes) -> dict[str, Any] | None:
    if service not in {"glue", "athena"}:
        return None
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


_resource_arn = iam_actions.extract_resource_arn
_enforce = iam_evaluator.enforce
_denied_response = iam_actions.access_denied_response


def extract_resource_arn(
    service: str,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    query_params: dict[str, Any],
    region: str,
    account_id: str,
) -> str:
    """The first resource of a request; the others wait for `enforce`."""
    _pending.set(())
    _refused.set(None)
    asked = _asked(service, body)
    if asked is None:
        found: str = _resource_arn(service, method, path, headers, body, query_params, region, account_id)
        return found
    operation = f"{service}:{headers.get('x-amz-target', '').rsplit('.', 1)[-1]}"
    first, *others = checks_of(operation, asked, region, account_id)
    _pending.set(tuple(others))
    return first.resource


def enforce(
    access_key_id: str,
    iam_action: str,
    service: str,
    region: str,
    resource_arn: str = "*",
    service_context: dict[str, Any] | None = None,
) -> Any:
    """What speaks against a request, or None: the first check is ministack's own, the others follow."""
    denied = _enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
    others: Sequence[Check] = _pending.get()
    _pending.set(())
    for check in others:
        if denied:
            break
        action = check.action or iam_action
        context = {**(service_context or {}), **check.context}
        denied = _enforce(access_key_id, action, action.split(":", maxsplit=1)[0], region, check.resource, context)
        if denied:
            _refused.set(Check(check.resource, action))
    return denied


def access_denied_response(service: str, action: str, principal_arn: str, request_id: str, **more: Any) -> Any:
    """The answer to a caller who was denied, with the action that was."""
    refused = _refused.get()
    named = refused.action if refused else action
    return _denied_response(service, named, principal_arn, request_id, **more)


def install() -> None:
    """Puts the checks in place; the server looks these functions up at each request."""
    iam_actions.extract_resource_arn = extract_resource_arn
    iam_actions.access_denied_response = access_denied_response
    iam_evaluator.enforce = enforce
