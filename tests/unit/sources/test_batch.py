from dataclasses import replace

import pytest

from viticast.sources.batch import ReadFile, RefusedFile, check_and_read_all
from viticast.sources.errors import (
    EmptyFileError,
    HtmlPageError,
    MissingLabelError,
    SameBytesError,
    UnknownTableError,
    WrongTableError,
)
from viticast.sources.files import fetch_folder

SMALL = ("ProcessaMesa", "ImpFrescas", "ImpSuco")


@pytest.fixture(scope="module")
def folder(sample_vintages, registry):
    return fetch_folder(sample_vintages["2025-04"], registry)


@pytest.fixture(scope="module")
def files(folder):
    """Files of two kinds that are small, and so read in no time."""
    return {file.table_name: file for file in folder if file.table_name in SMALL}


def refused(files, registry):
    """table -> kinds of errors, of the files that were refused."""
    outcomes = check_and_read_all(files, registry)
    return {one.file.table_name: [type(error) for error in one.errors] for one in outcomes if type(one) is RefusedFile}


def test_all_files_are_read_in_their_order(folder, registry):
    read = check_and_read_all(folder, registry)
    assert all(type(one) is ReadFile for one in read)
    assert [one.file.table_name for one in read] == list(registry.names)
    assert sum(len(one.reading.frame) for one in read) > 90_000


def test_a_broken_file_stops_no_other_and_keeps_its_place(files, registry):
    some = [files["ImpSuco"], replace(files["ImpFrescas"], content=b"<html>503</html>"), files["ProcessaMesa"]]
    outcomes = check_and_read_all(some, registry)
    assert [type(one) for one in outcomes] == [ReadFile, RefusedFile, ReadFile]
    assert [one.file for one in outcomes] == some
    assert [(type(error), error.table) for error in outcomes[1].errors] == [(HtmlPageError, "ImpFrescas")]


def test_all_that_is_wrong_with_a_file_is_told(files, registry):
    nameless = replace(files["ImpFrescas"], content=b"Id;Pais;1970;1970\n1; ;5;5\n2;-;6;6\n")
    assert refused([nameless], registry) == {"ImpFrescas": [MissingLabelError, MissingLabelError]}


def test_two_tables_with_the_same_bytes_are_both_refused(files, registry):
    broken = files | {"ImpSuco": replace(files["ImpSuco"], content=files["ImpFrescas"].content)}
    assert refused(broken.values(), registry) == {"ImpFrescas": [SameBytesError], "ImpSuco": [SameBytesError]}
    [uva, suco] = [one for one in check_and_read_all(broken.values(), registry) if type(one) is RefusedFile]
    assert uva.errors[0].reason == f"{uva.file.address} has the same bytes as {suco.file.address} of ImpSuco"
    assert suco.errors[0].reason == f"{suco.file.address} has the same bytes as {uva.file.address} of ImpFrescas"
    assert uva.errors[0].table == "ImpFrescas"
    assert uva.errors[0].value == uva.file.sha256[:16]
    assert uva.errors[0].remedy.startswith("fetch both again")


def test_the_bytes_of_another_kind_of_table_are_refused_for_both_reasons(files, registry):
    broken = [files["ImpFrescas"], replace(files["ProcessaMesa"], content=files["ImpFrescas"].content)]
    assert refused(broken, registry) == {
        "ImpFrescas": [SameBytesError],
        "ProcessaMesa": [SameBytesError, WrongTableError],
    }


@pytest.mark.parametrize(("content", "kind"), [(b"", EmptyFileError), (b"<html>503</html>", HtmlPageError)])
def test_the_same_page_for_two_tables_is_refused_for_what_it_is(files, registry, content, kind):
    broken = [replace(files[table], content=content) for table in ("ImpFrescas", "ImpSuco")]
    assert refused(broken, registry) == {"ImpFrescas": [kind], "ImpSuco": [kind]}


def test_one_table_may_come_twice_with_the_same_bytes(files, registry):
    outcomes = check_and_read_all([files["ImpFrescas"], files["ImpFrescas"]], registry)
    assert [type(one) for one in outcomes] == [ReadFile, ReadFile]


def test_an_unknown_table_is_refused_on_its_own(files, registry):
    broken = [replace(files["ImpFrescas"], table_name="Uva"), replace(files["ImpSuco"], content=b"<html>")]
    assert refused(broken, registry) == {"Uva": [UnknownTableError], "ImpSuco": [HtmlPageError]}


def test_files_may_come_from_a_generator(files, registry):
    assert len(check_and_read_all((file for file in files.values()), registry)) == 3
