"""Figures from a relational database: one wide table for each file of Embrapa, or long tables. It is only read."""

from viticast.sources.database.dump import is_dump
from viticast.sources.database.fetch import fetch_database
from viticast.sources.database.read import read_rows_dump

__all__ = ["fetch_database", "is_dump", "read_rows_dump"]
