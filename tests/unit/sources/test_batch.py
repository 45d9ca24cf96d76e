from dataclasses import replace

import pytest

from viticast.sources.batch import check_and_read_all
from viticast.sources.errors import (
    HtmlPageError,
    NotANumberError,
    SameBytesError,
    SourceErrors,
    UnknownTableError,
)
from viticast.sources.files import fetch_folder


@pytest.fixture(scope="module")
def files(sample_vintages, registry):
    return {file.table_name: file for file in fetch_folder(sample_vintages["2025-04"], registry)}


def test_all_files_are_read_in_their_order(files, registry):
    read = check_and_read_all(files.values(), registry)
    assert [one.file.table_name for one in read] == list(registry.names)
    assert sum(len(one.reading.frame) for one in read) > 90_000


def test_one_run_names_every_broken_table(files, registry):
    broken = files | {
        "ExpUva": replace(files["ExpUva"], content=b"<html>503</html>"),
        "Comercio": replace(files["Comercio"], content=files["Comercio"].content.replace(b";0\n", b";zero\n", 1)),
    }
    with pytest.raises(SourceErrors) as raised:
        check_and_read_all(broken.values(), registry)
    assert {(error.table, type(error)) for error in raised.value.errors} == {
        ("ExpUva", HtmlPageError),
        ("Comercio", NotANumberError),
    }


def test_two_tables_with_the_same_bytes(files, registry):
    broken = files | {"ExpSuco": replace(files["ExpSuco"], content=files["ExpUva"].content)}
    with pytest.raises(SameBytesError, match=r"ExpSuco: .*ExpSuco.csv has the same bytes as .*ExpUva.csv of ExpUva"):
        check_and_read_all(broken.values(), registry)


def test_one_table_may_come_twice_with_the_same_bytes(files, registry):
    assert len(check_and_read_all([files["ExpUva"], files["ExpUva"]], registry)) == 2


def test_an_unknown_table_does_not_hide_the_others(files, registry):
    broken = [replace(files["ExpUva"], table_name="Uva"), replace(files["ExpSuco"], content=b"<html>")]
    with pytest.raises(SourceErrors) as raised:
        check_and_read_all(broken, registry)
    assert {type(error) for error in raised.value.errors} == {UnknownTableError, HtmlPageError}
