"""Asking servers on the web: patiently, politely, and without a secret in any message."""

from viticast.sources.web.client import Web
from viticast.sources.web.question import Check, Question

__all__ = ["Check", "Question", "Web"]
