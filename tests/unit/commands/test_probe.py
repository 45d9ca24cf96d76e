"""What `kedro probe` refuses before it asks anybody, and a probe of a folder; servers: tests/integration."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from viticast.cli import cli

API = """
kind: api
records: {fields: {item: [produto], quantity: [quantidade]}}
tables: {Producao: {path: /producao, query: {ano: "{year}"}}}
"""
SECRET = "gehe1m"  # noqa: S105

Probe = Callable[..., Result]


@pytest.fixture
def probe(project_root: Path, monkeypatch: pytest.MonkeyPatch) -> Probe:
    monkeypatch.chdir(project_root)
    return lambda *arguments: CliRunner().invoke(cli, ["probe", *arguments])


@pytest.fixture
def connection(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        file = tmp_path / "connection.yml"
        file.write_text(text, encoding="utf-8")
        return f"--connection={file}"

    return write


def error(ended: Result, status: int = 1) -> str:
    assert ended.exit_code == status, ended.output
    assert "Traceback" not in ended.output
    return ended.output


def test_its_help_says_that_nothing_is_written(probe: Probe) -> None:
    ended = probe("--help")
    assert ended.exit_code == 0
    assert "nothing is written" in ended.output
    assert all(
        option in ended.output for option in ("--source", "--url", "--connection", "--table", "--years", "--full")
    )


@pytest.mark.parametrize("years", ["2019", "2019-", "19-20", "2023-2019", "1900-1950", "2019-2023x", "all"])
def test_years_are_two_years_in_order(probe: Probe, years: str) -> None:
    assert f"'{years}' is no span of years such as 2019-2023" in error(probe(f"--years={years}"), 2)


def test_all_years_and_some_years_exclude_each_other(probe: Probe) -> None:
    assert "--full asks for all years: leave out --years" in error(probe("--full", "--years=2019-2023"), 2)


def test_an_unknown_source_is_refused_with_those_there_are(probe: Probe) -> None:
    said = error(probe("--source=imaginary"), 2)
    assert all(f"'{source}'" in said for source in ("sample", "embrapa", "api", "database"))


def test_an_unknown_table_is_refused_by_name(probe: Probe) -> None:
    said = error(probe("--source=sample", "--table=Vinhos"))
    assert "DeclarationError: --table: no table is named Vinhos" in said


def test_a_table_that_the_api_does_not_have_is_refused(probe: Probe, connection: Callable[[str], str]) -> None:
    said = error(probe("--source=api", "--url=http://127.0.0.1:1", connection(API), "--table=ImpSuco"))
    assert "ImpSuco" in said


@pytest.mark.parametrize("source", ["api", "database"])
def test_a_source_without_a_usual_address_asks_for_one(probe: Probe, source: str) -> None:
    assert f"source '{source}' has no usual address. Give one: " in error(probe(f"--source={source}"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: files\n", "is for a source of the kind files, not api"),
        ("kind: [api\n", "is no YAML"),
        ("kind: ftp\n", "kind"),
        (f"{API}recrods: {{}}\n", "recrods"),
        (API.replace("Producao", "Vinhos"), "no table is named Vinhos"),
    ],
)
def test_a_wrong_connection_file_is_named_with_what_is_wrong(
    probe: Probe, connection: Callable[[str], str], text: str, said: str
) -> None:
    message = error(probe("--source=api", "--url=http://127.0.0.1:1", connection(text)))
    assert "DeclarationError: " in message
    assert said in message


def test_a_connection_file_that_is_not_there_is_named(probe: Probe) -> None:
    message = error(probe("--source=api", "--url=http://127.0.0.1:1", "--connection=no/such/file.yml"))
    assert "no/such/file.yml" in message
    assert "conf/base/connections" in message


@pytest.mark.parametrize("url", [f"http://ana:{SECRET}@127.0.0.1:1", f"http://127.0.0.1:1/?token={SECRET}"])
def test_a_secret_in_the_address_is_refused_and_not_repeated(probe: Probe, url: str) -> None:
    said = error(probe("--source=api", f"--url={url}"))
    assert "CredentialsError" in said
    assert SECRET not in said


def test_a_folder_is_judged_as_ingestion_would(probe: Probe, sample_vintages: dict[str, Path]) -> None:
    ended = probe("--source=sample", f"--url={sample_vintages['2025-04']}", "--table=ImpSuco")
    assert ended.exit_code == 0, ended.output
    assert "SYNTHETIC" in ended.output
    assert "would come in" in ended.output
    assert "1 of 1 can be used; judged as ingestion would judge them. Nothing was written." in ended.output


def test_a_folder_that_is_not_there_is_an_error(probe: Probe) -> None:
    assert "MissingFolderError" in error(probe("--source=embrapa", "--url=no/such/folder"))


def test_it_is_run_in_the_folder_of_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(cli, ["probe"])
    assert "is no viticast project" in error(ended)
