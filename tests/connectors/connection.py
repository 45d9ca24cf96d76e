"""How a contract is declared: the mapping that a YAML file would hold, made for any contract."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr
from tests.connectors.contract import PASSWORD, TOKEN, USERNAME, Contract, names_of
from tests.connectors.figures import registry
from tests.connectors.guard import LOGIN
from tests.connectors.routes import SUBOPTION

from viticast.sources.connections import ApiConnection, read_connection
from viticast.sources.credentials import Credentials
from viticast.sources.tables import TableRegistry, TableSpec

QUICK: Mapping[str, Any] = {
    "concurrency": 4,
    "attempts": 3,
    "backoff_seconds": 0.01,
    "longest_pause_seconds": 1.5,
    "connect_seconds": 2.0,
    "read_seconds": 1.0,
    "answer_seconds": 1.5,
}
"""Patience for a server on loopback."""

CREDENTIALS = Credentials(username=USERNAME, password=SecretStr(PASSWORD), token=SecretStr(TOKEN))
PLACEHOLDERS = {
    "suboption": "{suboption}",
    "stem": "{stem}",
    "slug": "{slug}",
    "label": "{label}",
    "digits": "{digits}",
}


def connection_of(
    contract: Contract,
    tables: Sequence[str],
    *,
    of_tables: Mapping[str, Mapping[str, Any]] | None = None,
    **changes: Any,
) -> ApiConnection:
    """The declaration of a contract.

    Args:
        contract: How the server answers.
        tables: Those that are declared.
        of_tables: Table -> keys of its entry that differ.
        changes: Keys of the connection file that differ.
    """
    mapping: dict[str, Any] = {
        "kind": "api",
        "requests": {**QUICK, **changes.pop("requests", {})},
        "auth": _auth(contract),
        "success": _success(contract),
        "pages": _pages(contract),
        "records": _records(contract, registry()[tables[0]]),
        "numbers": {"thousands": ".", "zero": ["-"]} if contract.numbers == "texts" else {"zero": ["-"]},
        "provenance": {"path": contract.provenance, "live": ["embrapa"]} if contract.provenance else None,
        "years": {"missing": [404] if contract.beyond == "404" else [], **changes.pop("years", {})},
        "tables": {name: {**_table(contract, registry()[name]), **(of_tables or {}).get(name, {})} for name in tables},
    }
    connection = read_connection({**mapping, **changes}, "a connection of a test")
    if not isinstance(connection, ApiConnection):
        msg = "no API"
        raise TypeError(msg)
    return connection


def only(tables: Sequence[str]) -> TableRegistry:
    """The registry, cut to some tables."""
    return TableRegistry(tuple(registry()[name] for name in tables))


def _auth(contract: Contract) -> dict[str, Any]:
    if not contract.auth.startswith("login"):
        return {"kind": contract.auth}
    login: dict[str, Any] = {
        "kind": "login",
        "path": LOGIN,
        "body": contract.auth.removeprefix("login_"),
        "token": f"{contract.login_under}.access_token".removeprefix("."),
    }
    return {**login, "success": _success(contract)} if contract.has_code else login


def _success(contract: Contract) -> dict[str, Any]:
    statuses = {} if contract.status == 200 else {"statuses": [contract.status]}
    return {**statuses, "code": "code", "message": "message"} if contract.has_code else statuses


def _pages(contract: Contract) -> dict[str, Any] | None:
    if not contract.pages:
        return None
    total = {"total": "total"} if contract.says_total else {}
    if contract.pages == "page":
        return {"kind": "page", "offset": "page", "first": 1, "size": contract.page_size, **total}
    return {"kind": "offset", "size": contract.page_size, **total}


def _records(contract: Contract, spec: TableSpec) -> dict[str, Any]:
    names, shape = names_of(contract, spec), contract.shape_of(spec)
    grouped = spec.layout == "grouped"
    fields: dict[str, Any] = {"item": [names.item], "quantity": [names.quantity], "value": [names.value]}
    if contract.says_year and shape not in {"by_label", "wide"}:
        fields["year"] = [names.year]
    if grouped and (contract.rows_named_by == "category" or shape == "groups") and shape != "by_label":
        fields["group"] = [names.category]
    if grouped and contract.rows_named_by == "control" and shape != "by_label":
        fields["control"] = [names.control]
    records: dict[str, Any] = {"shape": shape, "path": contract.path or "@", "fields": fields}
    if shape == "groups":
        records |= {"members": names.members, "total": names.total}
    if shape == "table":
        records |= {"headers": names.headers, "rows": names.rows}
    if shape == "wide" and contract.by_year:
        records["by_year"] = contract.by_year
    if contract.drops_zeros:
        records["absent"] = "zero"
    return records


def _table(contract: Contract, spec: TableSpec) -> dict[str, Any]:
    path, query = f"/{spec.flow}", {}
    placeholder = PLACEHOLDERS[contract.vocabulary]
    if spec.suboption is not None and contract.suboption_in == "path":
        path += f"/{placeholder}"
    elif spec.suboption is not None:
        query[SUBOPTION] = placeholder
    if not contract.is_whole and contract.year_in == "path":
        path += "/{year}"
    elif not contract.is_whole:
        query[contract.year_name] = "{year}"
    return {"path": path, "query": query, "records": _records(contract, spec)}
