"""A REST API as a source: what it answers is kept as it came, and read as its declaration says."""

from viticast.sources.api.fetch import fetch_api
from viticast.sources.api.read import read_answers

__all__ = ["fetch_api", "read_answers"]
