import pytest

from viticast.sources.credentials import Credentials
from viticast.sources.database.address import parse_address, shown
from viticast.sources.errors import CredentialsError, DatabaseError

SECRET = "Gr4pe-Secret"  # noqa: S105


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2", "postgresql+psycopg"])
def test_the_driver_is_chosen_here(scheme):
    assert parse_address(f"{scheme}://h/d", Credentials()).drivername == "postgresql+psycopg"


def test_credentials_are_added_and_never_shown():
    credentials = Credentials(database_username="lab", database_password=SECRET)
    address = parse_address("postgresql://other@h:5433/d?sslmode=require&application_name=x", credentials)
    assert (address.username, address.password) == ("lab", SECRET)
    assert shown(address) == "postgresql://h:5433/d"
    assert shown(address, "s.t") == "postgresql://h:5433/d#s.t"
    assert SECRET not in str(address)


def test_the_user_of_the_address_stands_where_no_other_is_given():
    assert parse_address("postgresql://lab@h/d", Credentials()).username == "lab"


@pytest.mark.parametrize(
    "url",
    [f"postgresql://lab:{SECRET}@h/d", f"postgresql://h/d?password={SECRET}", f"postgresql://h/d?sslpassword={SECRET}"],
)
def test_a_password_in_the_address_is_refused_and_not_repeated(url):
    with pytest.raises(CredentialsError, match="VITICAST_DATABASE_PASSWORD") as raised:
        parse_address(url, Credentials())
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("url", ["", "figures.db", f"postgresql://lab:{SECRET}@h:port/d", f"mysql://lab@h/{SECRET}"])
def test_an_address_that_is_none_is_not_repeated(url):
    with pytest.raises((DatabaseError, CredentialsError)) as raised:
        parse_address(url, Credentials())
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None


def test_another_database_is_refused_by_its_name():
    with pytest.raises(DatabaseError, match="'mysql' is neither sqlite nor postgresql"):
        parse_address("mysql://h/d", Credentials())


def test_the_path_of_a_file_is_shown():
    assert shown(parse_address("sqlite:////a/b c.db", Credentials()), "t") == "sqlite:////a/b c.db#t"
