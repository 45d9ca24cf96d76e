"""A server renews its copy before it is read: the upstream's API, as `database_upstream.yml` declares it."""

from pathlib import Path

import pytest
import yaml
from tests.connectors.api_server import serve_api
from tests.connectors.connection import CREDENTIALS, QUICK, connection_of, only
from tests.connectors.contract import SECRETS, Contract
from tests.connectors.figures import figures_folder, registry
from tests.connectors.replies import Fault, says, status

from viticast.sources.api import fetch_api
from viticast.sources.connections import DatabaseConnection, read_connection
from viticast.sources.connections.refresh import Refresh
from viticast.sources.errors import RefreshError
from viticast.sources.fetched import FetchedFile, NotFetched
from viticast.sources.web.refresh import refresh_tables

UPSTREAM = Contract(auth="login_json", has_code=True, login_under="result")
FAILED = b'{"code":"500","message":"Erro ao atualizar a tabela"}'
FEW = ("ImpSuco", "ProcessaMesa")


@pytest.fixture(scope="module")
def upstream(project_root: Path) -> Refresh:
    """What the connection file of the upstream's database says of its API."""
    path = project_root / "conf" / "base" / "connections" / "database_upstream.yml"
    connection = read_connection(yaml.safe_load(path.read_text(encoding="utf-8")), path.name)
    assert isinstance(connection, DatabaseConnection)
    assert connection.refresh is not None
    return connection.refresh.model_copy(
        update={"url": None, "requests": connection.refresh.requests.model_copy(update={"backoff_seconds": 0.01})}
    )


def test_every_table_is_renewed_one_after_the_other_with_one_login(upstream: Refresh) -> None:
    with serve_api(figures_folder(), UPSTREAM) as api:
        assert refresh_tables(upstream, api.url, registry(), CREDENTIALS) == {}
    assert api.logins == api.most_at_once == 1
    assert [request.target for request in api.requests if request.method == "GET"] == [
        f"/api/vitidata/update/table/{table.database_table}" for table in registry()
    ]


def test_a_table_that_the_server_cannot_renew_stops_no_other(upstream: Refresh) -> None:
    with serve_api(figures_folder(), UPSTREAM, faults=[Fault(says(FAILED), "ImpSuco", on="refresh")]) as api:
        failed = refresh_tables(upstream, api.url, registry(), CREDENTIALS)
    assert set(failed) == {"ImpSuco"}
    message = failed["ImpSuco"].message
    assert isinstance(failed["ImpSuco"], RefreshError)
    assert "Erro ao atualizar a tabela" in message
    assert "ImpSuco" in message
    assert not any(secret in message for secret in SECRETS)


@pytest.mark.parametrize("is_required", [True, False])
def test_an_api_is_read_after_its_refresh(upstream: Refresh, is_required: bool) -> None:
    refresh = {
        **upstream.model_dump(exclude={"url"}),
        "requests": dict(QUICK),
        "required": is_required,
    }
    faults = [Fault(status(503), "ImpSuco", on="refresh")]
    with serve_api(figures_folder(), UPSTREAM, faults=faults, tables=FEW) as api:
        connection = connection_of(UPSTREAM, FEW, refresh=refresh, years={"first": 2020})
        connection = connection.model_copy(
            update={"auth": connection.auth.model_copy(update={"path": "/api/vitidata/auth/login"})}
        )
        fetched = {one.table_name: one for one in fetch_api(api.url, only(FEW), connection, CREDENTIALS)}
    assert isinstance(fetched["ProcessaMesa"], FetchedFile)
    assert isinstance(fetched["ImpSuco"], NotFetched if is_required else FetchedFile)
    assert (api.count("ImpSuco") > 0) is not is_required
    asked = [request.target for request in api.requests if request.method == "GET"]
    are_refreshes = ["/update/" in target for target in asked]
    assert are_refreshes == sorted(are_refreshes, reverse=True)
