import pytest

from viticast.lake.masking import masked


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://user:pass@mlflow.example/a", "https://***@mlflow.example/a"),
        ("https://token@mlflow.example", "https://***@mlflow.example"),
        ("http://user:p?s#s/w@rd@host:5000/a", "http://***@host:5000/a"),
        ("https://host/a?key=1&b=2#c", "https://host/a?***"),
        ("https://host/#key", "https://host/#***"),
        ("postgresql+psycopg2://user:pass@host/db?password=x", "postgresql+psycopg2://***@host/db?***"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("sqlite:///data/a@b?c.db", "sqlite:///data/a@b?c.db"),
        ("sqlite+pysqlite:///data/a@b.db", "sqlite+pysqlite:///data/a@b.db"),
        ("s3://bucket/a@b", "s3://bucket/a@b"),
        ("data/mlruns", "data/mlruns"),
    ],
)
def test_users_and_queries_of_addresses_are_masked(address, shown):
    assert masked(address) == shown
    assert (
        masked(f'Could not connect to "{address}" and "{address}"!') == f'Could not connect to "{shown}" and "{shown}"!'
    )
