"""Figures through whole runs, from wherever people have them: one panel, no secret told, and what fails is named."""

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, quote_plus

import mlflow
import pandas as pd
import pytest
import sqlalchemy as sa
import yaml
from tests.connectors.api_server import nobody_listens, serve_api
from tests.connectors.connection import connection_of
from tests.connectors.contract import PASSWORD, TOKEN, USERNAME, AuthKind, Contract
from tests.connectors.figures import NEWER, OLDER, ROOT, SAMPLE, figures_folder, is_real, registry
from tests.connectors.guard import LOGIN as LOGIN_PATH
from tests.connectors.replies import Fault, each_record, json_changed, says, status
from tests.integration.connector_runs import FEW, TO_THE_PANEL, Ended, Project
from tests.integration.connector_sources import site, write_long, write_wide
from tests.integration.leaks import leaks, written
from tests.integration.postgres import PASSWORD as DATABASE_PASSWORD
from tests.integration.postgres import PostgreSQL, running_postgresql
from tests.pipelines.project_runs import contents as contents_of

pytestmark = pytest.mark.slow

CONF = ROOT / "conf" / "base" / "connections"
DECLARATIONS = "embrapa" if is_real() else "sample"

LOGIN = Contract(auth="login_json")
"""What conf/base/connections/api.yml describes."""
GROUPS = Contract(
    shape="groups",
    path="",
    auth="basic",
    vocabulary="slug",
    suboption_in="path",
    year_in="path",
    numbers="texts",
    beyond="404",
    says_year=False,
    marks="null",
)
"""What api_groups_basic.yml describes, of a server that has null for every mark."""


@pytest.fixture(scope="module", autouse=True)
def no_store_of_another() -> Iterator[None]:
    yield
    mlflow.set_tracking_uri("")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    with running_postgresql() as running:
        yield running


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The credentials of every server, in the environment."""
    give(
        monkeypatch,
        {"username": USERNAME, "password": PASSWORD, "database_password": DATABASE_PASSWORD},
    )


def give(monkeypatch: pytest.MonkeyPatch, credentials: dict[str, str]) -> None:
    for name in ("username", "password", "token", "database_username", "database_password"):
        monkeypatch.delenv(f"VITICAST_{name.upper()}", raising=False)
    for name, value in credentials.items():
        monkeypatch.setenv(f"VITICAST_{name.upper()}", value)


# The same figures give the same panel


@pytest.fixture(scope="module")
def figures() -> Path:
    return figures_folder()


@pytest.fixture(scope="module")
def expected(figures: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The figures from a folder of CSV files."""
    project = Project(tmp_path_factory.mktemp("folder") / "project", declarations=DECLARATIONS)
    assert project.run("embrapa", str(figures)).status == 0
    return project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project", declarations=DECLARATIONS)


def assert_same_panel(project: Project, source: str, expected: Project) -> None:
    pd.testing.assert_frame_equal(project.panel(source), expected.panel("embrapa"), check_exact=True)


def test_a_site_that_serves_the_files_gives_the_same_panel(project: Project, expected: Project, figures: Path) -> None:
    with site(figures) as url:
        assert project.run("embrapa", url).status == 0
    assert_same_panel(project, "embrapa", expected)


@pytest.mark.usefixtures("known")
def test_an_api_with_a_login_gives_the_same_panel(project: Project, expected: Project, figures: Path) -> None:
    with serve_api(figures, LOGIN) as api:
        ended = project.run("api", api.url)
        assert ended.status == 0, ended.everything[-3000:]
        assert api.logins == 1
        assert len({request.year for request in api.requests}) > 54
    assert_same_panel(project, "api", expected)


@pytest.mark.usefixtures("known")
def test_an_api_of_groups_that_has_no_marks_gives_the_same_panel_but_for_them(
    project: Project, expected: Project, figures: Path
) -> None:
    with serve_api(figures, GROUPS) as api:
        ended = project.run("api", api.url, f"connection={CONF / 'api_groups_basic.yml'}")
    assert ended.status == 0, ended.everything[-3000:]
    found, wanted = project.panel("api"), expected.panel("embrapa")
    lost = wanted["mark"].isin(["nd", "*", "+"])
    assert lost.any()
    assert set(found["mark"][lost]) == {"empty"}
    pd.testing.assert_frame_equal(found, wanted.assign(mark=wanted["mark"].mask(lost, "empty")), check_exact=True)
    listed = project.findings("api", "marks_not_carried").set_index("table_name")["found"].astype(int).to_dict()
    cells = expected.lake("embrapa").table("observations")
    assert listed == cells[cells["mark"].notna()].groupby("table_name").size().to_dict()


def test_a_wide_database_gives_the_same_panel(
    project: Project, expected: Project, figures: Path, tmp_path: Path
) -> None:
    ended = project.run("database", write_wide(figures, tmp_path / "vitidata.db"))
    assert ended.status == 0, ended.everything[-3000:]
    assert_same_panel(project, "database", expected)


@pytest.mark.usefixtures("known")
def test_a_long_database_gives_the_same_panel(
    project: Project, expected: Project, figures: Path, postgresql: PostgreSQL
) -> None:
    url = write_long(figures, postgresql, declared("database_long"), "vitivinicultura")
    ended = project.run("database", url, f"connection={CONF / 'database_long.yml'}")
    assert ended.status == 0, ended.everything[-3000:]
    assert project.findings("database", "marks_not_carried").empty
    assert_same_panel(project, "database", expected)


def declared(name: str) -> dict[str, Any]:
    """A connection file of the project."""
    return dict(yaml.safe_load((CONF / f"{name}.yml").read_text(encoding="utf-8")))


# Credentials appear nowhere

DATABASE_USER, HIDDEN_PASSWORD = "leitora.do.banco", "b4nc0+&% ção"
WRONG, WRONG_TOKEN = "err4d0+&% ção", "t0k3n-err4d0"
SECRETS = (PASSWORD, TOKEN, HIDDEN_PASSWORD, WRONG, WRONG_TOKEN, USERNAME, DATABASE_USER, f"{USERNAME}:{PASSWORD}")
GIVEN = {
    "username": USERNAME,
    "password": PASSWORD,
    "token": TOKEN,
    "database_username": DATABASE_USER,
    "database_password": HIDDEN_PASSWORD,
}
KEPT = "conf/local/credentials.yml"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two tables, for all runs that are about credentials; whatever libraries log is looked at."""
    return Project(tmp_path_factory.mktemp("small") / "project", FEW, is_heard=True)


@pytest.fixture(scope="module")
def database(postgresql: PostgreSQL) -> str:
    """Two long tables that only a user with a secret name and password may read."""
    engine = sa.create_engine(postgresql.owner_url(), isolation_level="AUTOCOMMIT")
    with engine.connect() as owner:
        quoted = owner.dialect.identifier_preparer.quote_identifier(DATABASE_USER)
        owner.exec_driver_sql(f"CREATE ROLE {quoted} LOGIN PASSWORD '{HIDDEN_PASSWORD.replace('%', '%%')}'")
    engine.dispose()
    return write_long(SAMPLE / NEWER, postgresql, long_of(FEW), "segredos").replace("reader@", "")


def long_of(tables: Sequence[str]) -> dict[str, Any]:
    """database_long.yml with some of its tables."""
    whole = declared("database_long")
    return {**whole, "long": {name: whole["long"][name] for name in tables}}


@pytest.fixture
def credentials(
    request: pytest.FixtureRequest, small: Project, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[dict[str, str]], None]]:
    """Gives a project its credentials, one way or the other."""
    file = small.folder / KEPT

    def give_them(given: dict[str, str]) -> None:
        give(monkeypatch, given if request.param == "environment" else {})
        if request.param != "environment":
            file.write_text(yaml.safe_dump({"figure_source": given}, allow_unicode=True), encoding="utf-8")

    yield give_them
    file.unlink(missing_ok=True)


def contents(*folders: Path) -> dict[str, tuple[str, int]]:
    """Name -> hash and time of change of every file."""
    return contents_of(*map(str, folders))


def assert_nothing_told(project: Project, *ended: Ended) -> None:
    texts = [(name, text) for one in ended for name, text in one.texts]
    assert leaks([*texts, *written(project.folder, KEPT)], SECRETS) == []


def api_of(project: Project, contract: Contract, **changes: Any) -> str:
    """A connection file for a contract and two tables."""
    declaration = connection_of(contract, FEW, **changes)
    return project.connection(f"api_{contract.auth}", declaration.model_dump(mode="json"))


@pytest.mark.parametrize(
    ("credentials", "pipelines"),
    [("environment", TO_THE_PANEL), ("conf/local", "ingestion")],
    indirect=["credentials"],
)
def test_no_run_tells_a_credential(
    small: Project, database: str, credentials: Callable[[dict[str, str]], None], pipelines: str
) -> None:
    """Runs that go well, through every kind of credentials, with whatever libraries log at DEBUG."""
    credentials(GIVEN)
    ended = []
    for auth in ("login_json", "basic", "bearer"):
        contract = Contract(auth=auth)
        with serve_api(SAMPLE / NEWER, contract, tables=FEW) as api:
            ended.append(small.run("api", api.url, api_of(small, contract), pipelines=pipelines))
    of_two = small.connection("long", long_of(FEW))
    ended.append(small.run("database", database, of_two, pipelines=pipelines))
    assert [one.status for one in ended] == [0] * 4, [one.output for one in ended]
    assert all("httpcore" in one.records for one in ended[:3])
    assert_nothing_told(small, *ended)
    assert len(list((small.folder / "data" / "mlflow").rglob("mlflow.db"))) == 1


def echoes(auth: AuthKind) -> tuple[bytes, bytes, bytes]:
    """What a server says that repeats what it was told, in every form: JSON, JSON as it stands, and a page."""
    told = [TOKEN] if auth == "bearer" else [PASSWORD, f"{USERNAME}:{PASSWORD}"]
    coded = [base64.b64encode(text.encode()).decode() for text in told]
    text = "; ".join([*told, *map(quote, told), *map(quote_plus, told), *coded])
    in_json, as_it_stands = (json.dumps({"detail": text}, ensure_ascii=plain).encode() for plain in (True, False))
    return in_json, as_it_stands, f"<html><body><h1>Erro</h1>{text}</body></html>".encode()


@pytest.mark.parametrize(
    ("auth", "credentials"),
    [("login_json", "environment"), ("basic", "conf/local"), ("bearer", "environment")],
    indirect=["credentials"],
)
def test_no_failure_tells_a_credential(
    small: Project, credentials: Callable[[dict[str, str]], None], auth: AuthKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Credentials that are refused, servers that repeat them, and servers that are gone; with all tracebacks."""
    monkeypatch.setenv("VITICAST_TRACEBACK", "1")
    contract, says_why, ended = Contract(auth=auth), {"message": "detail"}, []
    login = {"kind": "login", "path": LOGIN_PATH, "body": "json", "success": says_why}
    wanted = api_of(small, contract, success=says_why, auth=login if auth == "login_json" else {"kind": auth})
    on: Literal["login", "figures"] = "login" if auth == "login_json" else "figures"
    in_json, as_it_stands, in_a_page = echoes(auth)
    spoils = [status(401, in_json), status(500, in_a_page), status(422, as_it_stands), says(in_a_page)]
    credentials(GIVEN)
    for spoil in spoils:
        with serve_api(SAMPLE / NEWER, contract, tables=FEW, faults=[Fault(spoil, on=on)]) as api:
            ended.append(small.run("api", api.url, wanted, pipelines="ingestion"))
    assert "***" in ended[2].everything
    credentials({**GIVEN, "password": WRONG, "token": WRONG_TOKEN})
    with serve_api(SAMPLE / NEWER, contract, tables=FEW) as api:
        ended.append(small.run("api", api.url, wanted, pipelines="ingestion"))
    ended.append(small.run("api", nobody_listens(), wanted, pipelines="ingestion"))
    assert [one.status for one in ended] == [1] * len(ended), [one.output for one in ended]
    assert all("Traceback" in one.chain for one in ended)
    assert_nothing_told(small, *ended)


@pytest.mark.parametrize("credentials", ["environment", "conf/local"], indirect=True)
def test_no_failure_of_a_database_tells_a_credential(
    small: Project, database: str, credentials: Callable[[dict[str, str]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VITICAST_TRACEBACK", "1")
    wanted = small.connection("long", long_of(FEW))
    credentials({**GIVEN, "database_password": WRONG})
    ended = [small.run("database", database, wanted, pipelines="ingestion")]
    closed = f"postgresql://127.0.0.1:{nobody_listens().rpartition(':')[2]}/segredos"
    ended.append(small.run("database", closed, wanted, pipelines="ingestion"))
    credentials(GIVEN)
    ended.append(small.run("database", database.replace("/segredos", "/another"), wanted, pipelines="ingestion"))
    of_another = long_of(FEW)
    of_another["long"]["ImpSuco"] = {"table": "outra"}
    ended.append(small.run("database", database, small.connection("other", of_another), pipelines="ingestion"))
    assert [one.status for one in ended] == [1] * len(ended), [one.output for one in ended]
    assert_nothing_told(small, *ended)


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("api", f"https://{quote(USERNAME)}:{quote(WRONG)}@127.0.0.1/api"),
        ("api", f"https://127.0.0.1/api?chave={quote_plus(WRONG)}"),
        ("embrapa", f"http://{WRONG_TOKEN}@127.0.0.1/download"),
        ("database", f"postgresql://{DATABASE_USER}:{quote(WRONG)}@127.0.0.1/vitidata"),
        ("database", f"postgresql://127.0.0.1/vitidata?password={quote(WRONG)}"),
    ],
)
def test_a_secret_in_the_address_is_refused_before_anything_is_recorded(
    small: Project, source: str, address: str
) -> None:
    before = contents(small.folder / "data")
    ended = small.run(source, address, pipelines="ingestion")
    probed = small.command("probe", f"--source={source}", f"--url={address}")
    assert (ended.status, probed.status) == (1, 1)
    for one in (ended, probed):
        assert "CredentialsError: the address of the source has" in one.output
        assert "conf/local/credentials.yml" in one.output
    assert contents(small.folder / "data") == before
    assert_nothing_told(small, ended, probed)


# What fails is named, and the rest comes in

WHOLE = Contract(all_years=True, shape="list")
"""One request for each table, so that all fifteen take a moment."""
GONE, MIXED_UP = "ExpUva", "ImpPassas"


@pytest.fixture
def partial(tmp_path: Path) -> Project:
    """All tables, with a vintage of each."""
    project = Project(tmp_path / "project")
    with serve_api(SAMPLE / OLDER, WHOLE) as api:
        assert project.run("api", api.url, whole(project, WHOLE), pipelines="ingestion").status == 0
    return project


def whole(project: Project, contract: Contract) -> str:
    declaration = connection_of(contract, registry().names)
    return project.connection("whole", declaration.model_dump(mode="json"))


def test_tables_that_fail_are_named_and_the_others_come_in(partial: Project) -> None:
    wanted = whole(partial, WHOLE)
    before = partial.partitions("api", "vintages")
    of_another_year = json_changed(each_record(lambda record: {**record, "ano": record["ano"] + 100}))
    faults = [Fault(status(500), GONE), Fault(of_another_year, MIXED_UP)]
    with serve_api(SAMPLE / NEWER, WHOLE, faults=faults) as api:
        ended = partial.run("api", api.url, wanted)
        assert ended.status == 1
        assert "Error: TablesLeftOutError: 1 not fetched and 1 refused of 15 tables" in ended.output
        for name in (GONE, MIXED_UP):
            assert f"{name}: http" in ended.output
            assert re.search(rf"kept: {name}: figures up to 202[23], fetched on ", ended.output)
        added = partial.partitions("api", "vintages") - before
        assert {name.split("/")[0].removeprefix("table_name=") for name in added} == (
            set(registry().names) - {GONE, MIXED_UP}
        )
        went_on = partial.run("api", api.url, wanted, "allow_partial=true")
    assert went_on.status == 0, went_on.everything[-3000:]
    receipt = partial.receipt("api")
    assert [one["table_name"] for one in receipt["not_fetched"]] == [GONE]
    assert [one["table_name"] for one in receipt["refused"]] == [MIXED_UP]
    assert len(receipt["tables"]) == 13
    findings = partial.lake("api").table("findings")
    left_out = findings[findings["outcome"].isin(["table_not_fetched", "table_refused"])]
    assert dict(zip(left_out["outcome"], left_out["table_name"], strict=True)) == {
        "table_not_fetched": GONE,
        "table_refused": MIXED_UP,
    }
    lasts = partial.receipt("api", "feature")["last_years"]
    assert max(lasts[GONE], lasts[MIXED_UP]) < lasts["ImpSuco"] == 2024
    assert not partial.panel("api").empty


def small_api(project: Project, contract: Contract, **changes: Any) -> str:
    return project.connection("small", connection_of(contract, FEW, **changes).model_dump(mode="json"))


def test_a_server_that_is_down_leaves_what_was_fetched_and_how_to_go_on(tmp_path: Path) -> None:
    project = Project(tmp_path / "project", FEW)
    wanted = small_api(project, WHOLE)
    first = project.run("api", nobody_listens(), wanted)
    assert first.status == 1
    assert "kept: ImpSuco: nothing yet" in first.output
    assert "There is nothing to go on with" in first.output
    with serve_api(SAMPLE / NEWER, WHOLE, tables=FEW) as api:
        assert project.run("api", api.url, wanted, pipelines="ingestion").status == 0
    down = project.run("api", nobody_listens(), wanted)
    assert down.status == 1
    assert "2 not fetched of 2 tables" in down.output
    for name, year in (("ImpSuco", 2024), ("ProcessaMesa", 2023)):
        assert f"kept: {name}: figures up to {year}, fetched on " in down.output
    [line] = re.findall(r"kedro run --pipelines=\S+ --params \"[^\"]*\"", down.output)
    on = project.typed(line)
    assert on.status == 0, on.everything[-3000:]
    assert not project.panel("api").empty
    assert not project.lake("api").table("forecasts").empty


def test_a_fetch_that_is_killed_leaves_nothing_half_done(tmp_path: Path) -> None:
    project = Project(tmp_path / "project", FEW)
    contract = Contract()
    wanted = small_api(project, contract)
    with serve_api(SAMPLE / NEWER, contract, tables=FEW, delay_seconds=0.3) as api:
        given = f"source=api,source_url={api.url},{wanted}"
        command = [sys.executable, "-m", "kedro", "run", "--pipelines=ingestion", "--params", given]
        with (tmp_path / "said").open("w") as said:
            process = subprocess.Popen(command, cwd=project.folder, stdout=said, stderr=said)
            try:
                while api.count() < 10:
                    assert process.poll() is None, (tmp_path / "said").read_text()[-2000:]
                    time.sleep(0.02)
            finally:
                process.kill()
                process.wait()
        assert api.count() < 100
        left = {path.relative_to(project.folder / "data").parts[0] for path in (project.folder / "data").rglob("*")}
        assert left == {"00_sample", "mlflow"}
        api.delay = 0
        ended = project.run("api", api.url, wanted)
    assert ended.status == 0, ended.everything[-3000:]
    assert len(project.partitions("api", "vintages")) == len(FEW)
    assert not project.panel("api").empty
    assert not list((project.folder / "data").rglob("*.tmp-*"))
    runs = mlflow.MlflowClient(f"sqlite:///{project.folder / 'data' / 'mlflow' / 'mlflow.db'}").search_runs(["1"])
    assert sorted(run.info.status for run in runs) == ["FINISHED", "KILLED"]


# Copies of another day


def test_an_old_copy_that_a_server_admits_is_watched(tmp_path: Path) -> None:
    project = Project(tmp_path / "project", FEW)
    contract = Contract(provenance="fonte")
    old = json_changed(lambda body: {**body, "fonte": "cache"})
    with serve_api(SAMPLE / NEWER, contract, tables=FEW, faults=[Fault(old, "ImpSuco", (2019, 2020))]) as api:
        ended = project.run("api", api.url, small_api(project, contract))
    assert ended.status == 0, ended.everything[-3000:]
    found = project.findings("api", "stale_answer")
    assert found[["table_name", "outcome"]].to_numpy().tolist() == [["ImpSuco", "watch"]]
    assert all(text in found["reason"][0] for text in ("cache", "2019", "2020"))
    assert "stale" in ended.records or "cache" in ended.records


def test_new_years_make_a_vintage_and_the_same_figures_none(tmp_path: Path) -> None:
    project = Project(tmp_path / "project", FEW)
    wanted = small_api(project, WHOLE)
    with serve_api(SAMPLE / OLDER, WHOLE, tables=FEW) as api:
        assert project.run("api", api.url, wanted).status == 0
    first = partitions(project)
    with serve_api(SAMPLE / NEWER, WHOLE, tables=FEW) as api:
        assert project.run("api", api.url, wanted).status == 0
        second = partitions(project)
        assert project.run("api", api.url, wanted).status == 0
    assert first < second
    assert {name: len(second[name]) for name in second} == {"observations": 4, "vintages": 4}
    assert partitions(project) == second
    assert project.receipt("api", "feature")["last_years"]["ImpSuco"] == 2024


def partitions(project: Project) -> "Partitions":
    return Partitions({name: project.partitions("api", name) for name in ("observations", "vintages")})


class Partitions(dict[str, set[str]]):
    """Of several tables."""

    def __lt__(self, other: "Partitions") -> bool:
        return all(self[name] < other[name] for name in self)


# A probe asks, and writes nothing


@pytest.fixture(scope="module")
def probing(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("probing") / "project", FEW)


def probe(project: Project, *arguments: str) -> Ended:
    """A probe, which leaves every file as it was."""
    before = contents(project.folder)
    ended = project.command("probe", *arguments)
    assert contents(project.folder) == before
    assert "Traceback" not in ended.output
    return ended


def test_a_probe_of_a_folder_and_of_a_site(probing: Project) -> None:
    folder = SAMPLE / NEWER
    with site(folder) as url:
        for address in (str(folder), url):
            ended = probe(probing, "--source=sample", f"--url={address}")
            assert ended.status == 0, ended.output
            assert "2 of 2 can be used" in ended.output
            assert "ImpSuco" in ended.output
            assert "would come in" in ended.output
    ended = probe(probing, "--source=sample", f"--url={nobody_listens()}")
    assert ended.status == 1
    assert "0 of 2 can be used" in ended.output


def test_a_probe_of_an_api(probing: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, {"username": USERNAME, "password": PASSWORD})
    contract = Contract(auth="login_json")
    given = small_api(probing, contract).replace("connection=", "--connection=")
    with serve_api(SAMPLE / NEWER, contract, tables=FEW, faults=[Fault(status(400), "ImpSuco", (2015,))]) as api:
        source = ("--source=api", f"--url={api.url}", given)
        few = probe(probing, *source)
        assert few.status == 0, few.output
        assert "2 of 2 can be used" in few.output
        assert api.count() < 12
        asked = len(api.requests)
        some = probe(probing, *source, "--years=2018-2019", "--table=ImpSuco")
        assert some.status == 0, some.output
        assert "1 of 1 can be used" in some.output
        assert "2018-2019" in some.output
        assert {request.year for request in api.requests[asked:] if request.table} == {2018, 2019}
        assert "ProcessaMesa" not in some.output
        failed = probe(probing, *source, "--years=2014-2016")
        assert failed.status == 1
        assert "was not fetched" in failed.output
        assert "1 of 2 can be used" in failed.output
        full = probe(probing, *source, "--full", "--table=ProcessaMesa")
        assert full.status == 0, full.output
        assert "would come in" in full.output
        assert "1970-2023" in full.output
    give(monkeypatch, {})
    with serve_api(SAMPLE / NEWER, contract, tables=FEW) as api:
        refused = probe(probing, "--source=api", f"--url={api.url}", given)
    assert refused.status == 1
    assert "VITICAST_USERNAME" in refused.output


def test_a_probe_of_databases(probing: Project, tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = write_wide(SAMPLE / NEWER, tmp_path / "wide.db")
    before = contents(tmp_path)
    ended = probe(probing, "--source=database", f"--url={url}")
    assert ended.status == 0, ended.output
    assert "2 of 2 can be used" in ended.output
    assert contents(tmp_path) == before
    long = probing.connection("long", long_of(FEW)).replace("connection=", "--connection=")
    give(monkeypatch, GIVEN)
    assert probe(probing, "--source=database", f"--url={database}", long).status == 0
    give(monkeypatch, {**GIVEN, "database_password": WRONG})
    refused = probe(probing, "--source=database", f"--url={database}", long)
    assert refused.status == 1
    assert "VITICAST_DATABASE_PASSWORD" in refused.output
    missing = probe(probing, "--source=database", f"--url=sqlite:///{tmp_path / 'missing.db'}")
    assert missing.status == 1
    assert not (tmp_path / "missing.db").exists()
