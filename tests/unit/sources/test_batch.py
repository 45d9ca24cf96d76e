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


@pytest.fixture(scope="module")
def files(sample_vintages, registry):
    return {file.table_name: file for file in fetch_folder(sample_vintages["2025-04"], registry)}


def refused(files, registry):
    """table -> kinds of errors, of the files that were refused."""
    outcomes = check_and_read_all(files, registry)
    return {one.file.table_name: [type(error) for error in one.errors] for one in outcomes if type(one) is RefusedFile}


def test_all_files_are_read_in_their_order(files, registry):
    read = check_and_read_all(files.values(), registry)
    assert all(type(one) is ReadFile for one in read)
    assert [one.file.table_name for one in read] == list(registry.names)
    assert sum(len(one.reading.frame) for one in read) > 90_000


def test_a_broken_file_stops_no_other_and_keeps_its_place(files, registry):
    some = [files["ExpSuco"], replace(files["ExpUva"], content=b"<html>503</html>"), files["Producao"]]
    outcomes = check_and_read_all(some, registry)
    assert [type(one) for one in outcomes] == [ReadFile, RefusedFile, ReadFile]
    assert [one.file for one in outcomes] == some
    assert [(type(error), error.table) for error in outcomes[1].errors] == [(HtmlPageError, "ExpUva")]


def test_all_that_is_wrong_with_a_file_is_told(files, registry):
    nameless = replace(files["ExpUva"], content=b"Id;Pais;1970;1970\n1; ;5;5\n2;-;6;6\n")
    assert refused([nameless], registry) == {"ExpUva": [MissingLabelError, MissingLabelError]}


def test_two_tables_with_the_same_bytes_are_both_refused(files, registry):
    broken = files | {"ExpSuco": replace(files["ExpSuco"], content=files["ExpUva"].content)}
    assert refused(broken.values(), registry) == {"ExpUva": [SameBytesError], "ExpSuco": [SameBytesError]}
    [uva, suco] = [one for one in check_and_read_all(broken.values(), registry) if type(one) is RefusedFile]
    assert uva.errors[0].reason == f"{uva.file.address} has the same bytes as {suco.file.address} of ExpSuco"
    assert suco.errors[0].reason == f"{suco.file.address} has the same bytes as {uva.file.address} of ExpUva"
    assert uva.errors[0].table == "ExpUva"
    assert uva.errors[0].value == uva.file.sha256[:16]
    assert uva.errors[0].remedy.startswith("fetch both files again")


def test_the_bytes_of_another_kind_of_table_are_refused_for_both_reasons(files, registry):
    broken = [files["ExpUva"], replace(files["Producao"], content=files["ExpUva"].content)]
    assert refused(broken, registry) == {"ExpUva": [SameBytesError], "Producao": [SameBytesError, WrongTableError]}


@pytest.mark.parametrize(("content", "kind"), [(b"", EmptyFileError), (b"<html>503</html>", HtmlPageError)])
def test_the_same_page_for_two_tables_is_refused_for_what_it_is(files, registry, content, kind):
    broken = [replace(files[table], content=content) for table in ("ExpUva", "ExpSuco")]
    assert refused(broken, registry) == {"ExpUva": [kind], "ExpSuco": [kind]}


def test_one_table_may_come_twice_with_the_same_bytes(files, registry):
    outcomes = check_and_read_all([files["ExpUva"], files["ExpUva"]], registry)
    assert [type(one) for one in outcomes] == [ReadFile, ReadFile]


def test_an_unknown_table_is_refused_on_its_own(files, registry):
    broken = [replace(files["ExpUva"], table_name="Uva"), replace(files["ExpSuco"], content=b"<html>")]
    assert refused(broken, registry) == {"Uva": [UnknownTableError], "ExpSuco": [HtmlPageError]}


def test_files_may_come_from_a_generator(files, registry):
    assert len(check_and_read_all((file for file in files.values()), registry)) == 15
