import pytest

from viticast.sources.errors import CredentialsError, HttpError
from viticast.sources.web.address import Address


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "nonsense",
        "http://",
        "http:host",
        "//host",
        "ftp://host/s3cret",
        "http://host:port/s3cret",
        "http://host:65536/s3cret",
        "http://ho\nst/s3cret",
        "http://ana:s3cret@[::1/",
        "http://xn--/s3cret",
        "http://[v1.s3cret]/",
    ],
)
def test_what_is_no_address_is_not_repeated(url):
    with pytest.raises(HttpError, match="the address cannot be understood") as raised:
        Address(url)
    assert "s3cret" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("user", ["ana:s3cret", "ana", ":s3cret", "s3cret"])
def test_secrets_in_an_address_are_refused_and_not_repeated(user):
    with pytest.raises(
        CredentialsError, match=r"take everything before the @ out of refresh\.url, and set VITICAST_"
    ) as r:
        Address(f"https://{user}@example.org/api", "refresh.url")
    assert "s3cret" not in str(r.value)
    assert "ana" not in str(r.value)


def test_an_address_is_shown_without_its_own_query_and_fragment():
    address = Address("HTTPS://Example.org:8443/api/?key=s3cret#s3cret")
    assert address.shown("/a/{year}", {"b": "{digits}", "Senha": "s3cret"}) == (
        "https://example.org:8443/api/a/{year}?b={digits}&Senha=***"
    )
    assert str(address.of("a", {"b": "ç"})) == "https://example.org:8443/api/a?key=s3cret&b=%C3%A7"


def test_an_address_is_ascii_for_a_header_and_a_manifest():
    address = Address("http://viticultura.example/dados é/")
    assert address.shown("/Viníferas", {"a b": "ç d"}) == (
        "http://viticultura.example/dados%20%C3%A9/Vin%C3%ADferas?a%20b=%C3%A7%20d"
    )
