import pytest

from viticast.sources.addresses import require_no_secret
from viticast.sources.errors import CredentialsError

SECRET = "gehe1m"  # noqa: S105


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ana:{SECRET}@host/db",
        f"postgresql://ana:a/{SECRET}@host/db",
        f"postgresql://ana:{SECRET}?#@host/db",
        f"postgresql://:{SECRET}@host/db",
        f"postgresql://ana@host/db?password={SECRET}",
        f"postgresql://ana@host/db?sslmode=require&sslpassword={SECRET}",
        f"https://ana:{SECRET}@host/api",
        f"https://{SECRET}@host/api",
        f"HTTPS://{SECRET}@host/api",
        f"https://host:8080/api?chave={SECRET}",
        f"https://host/api?lang=pt&X-Api-Key={SECRET}",
        f"https://host/api?access_token={SECRET}",
        f"https://host/api?senha={SECRET}",
        f"https://host/api?code={SECRET}",
    ],
)
def test_an_address_with_a_secret_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(CredentialsError) as raised:
        require_no_secret(url)
    assert SECRET not in str(raised.value)
    assert "VITICAST_TOKEN" in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "data/00_sample",
        "C:\\data\\2025-04",
        "http://vitibrasil.cnpuv.embrapa.br/download",
        "https://host:8080/a@b",
        "https://host/people@work/x",
        "sqlite:////data/a:b@c.db",
        "postgresql://ana@host:5432/db?sslmode=require&sslkey=/etc/key.pem&require_auth=scram-sha-256",
        "postgresql://host/db",
    ],
)
def test_other_addresses_are_let_through(url: str) -> None:
    require_no_secret(url)
