import pytest

from viticast.contracts.declared import DeclarationError
from viticast.sources.connections import ApiConnection, DatabaseConnection, FilesConnection, read_connection

FIELDS = {"item": ["produto"], "quantity": ["quantidade"]}
TABLE = {"path": "/producao", "query": {"ano": "{year}"}}
API = {"kind": "api", "records": {"fields": FIELDS}, "tables": {"Producao": TABLE}}
LONG = {"kind": "database", "layout": "long", "fields": FIELDS, "long": {"Producao": {"table": "producao"}}}


@pytest.mark.parametrize(
    ("mapping", "kind"),
    [({"kind": "files"}, FilesConnection), (API, ApiConnection), ({"kind": "database"}, DatabaseConnection)],
)
def test_a_connection_is_of_its_kind(mapping, kind):
    assert type(read_connection(mapping)) is kind


def test_texts_that_entries_share_are_no_keys():
    assert read_connection({"_shared": {"a": 1}, "kind": "files"}) == read_connection({"kind": "files"})


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({}, "mine.yml has no `kind`. Remedy: begin it with kind: files"),
        ({"kind": "soap"}, "mine.yml has the kind 'soap'"),
        ({"kind": "files", "timeout": 3}, "mine.yml: timeout: Extra inputs are not permitted"),
        ({"kind": "files", "requests": {"concurrency": 0}}, "requests.concurrency: .*greater than or equal to 1"),
        (API | {"tables": {}}, "tables: .*at least 1 item"),
        (API | {"tables": {"Producao": {"path": "/todos"}}}, "neither the request has {year} nor the records a field"),
        (API | {"records": {"fields": FIELDS, "path": "a["}}, "records.path: 'a\\[' is no JMESPath expression"),
        (API | {"records": {"fields": FIELDS, "shape": "groups"}}, "needs `members` and `fields.group`"),
        (
            API
            | {
                "pages": {},
                "records": {"fields": FIELDS | {"group": ["g"]}, "shape": "groups", "members": "m"},
            },
            "Producao: pages of the shape 'groups' need `pages.total`",
        ),
        (API | {"numbers": {"thousands": ",", "decimal": ","}}, "thousands and decimal are both ','"),
        (API | {"auth": {"kind": "login"}}, "auth.login.path: Field required"),
        (API | {"auth": {"kind": "login", "path": "/l", "password": "x"}}, "auth.login.password: Extra inputs"),
        (["kind: api"], "is no mapping of names to entries"),
        ("kind: api", "is no mapping of names to entries"),
        ({"kind": "files", "requests": {"read_seconds": float("inf")}}, "requests.read_seconds: "),
        (API | {"years": {"first": 1900}}, "years.first: .*greater than or equal to 1970"),
        (LONG | {"fields": None}, "needs `long` and `fields` of Producao"),
        (LONG | {"long": {}}, "needs `long` and `fields`"),
    ],
)
def test_a_wrong_entry_is_named_by_its_place_in_the_file(mapping, message):
    with pytest.raises(DeclarationError, match=rf"^mine\.yml.*{message.removeprefix('mine.yml')}"):
        read_connection(mapping, "mine.yml")


def test_a_table_may_differ_from_the_others():
    own = {"shape": "wide", "fields": FIELDS}
    declared = read_connection(
        API | {"tables": {"Producao": TABLE, "Comercio": {"path": "/c", "records": own, "numbers": {"zero": ["-"]}}}}
    )
    assert isinstance(declared, ApiConnection)
    assert (declared.records_of("Producao").shape, declared.records_of("Comercio").shape) == ("list", "wide")
    assert (declared.numbers_of("Producao").zero, declared.numbers_of("Comercio").zero) == ((), ("-",))
    assert [table.is_by_year for table in declared.tables.values()] == [True, False]


def test_a_long_table_may_have_columns_of_its_own():
    own = {"item": ["pais"], "quantity": ["kg"], "year": ["ano"]}
    declared = read_connection(LONG | {"long": {"Producao": {"table": "p"}, "ImpSuco": {"table": "s", "fields": own}}})
    assert isinstance(declared, DatabaseConnection)
    assert declared.fields_of("Producao").item == ("produto",)
    assert declared.fields_of("ImpSuco").item == ("pais",)
