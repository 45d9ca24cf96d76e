"""The local AWS: ministack (S3, Glue's catalog, Athena, IAM, STS over HTTP) with a crawler and a query engine.

It runs in an environment of its own, whose packages requirements.lock names, and ends when its standard input does.
"""

import importlib.metadata
import logging
import os
import sys
import threading

import ministack.app
from tests.local_aws.server import crawls, partitions, permissions, queries
from tests.local_aws.server.control import controlled

PROVEN = "1.5.33"


def end_with_parent() -> None:
    """Ends the process when whoever started it is gone, in whatever way."""
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """Serves until the end."""
    if importlib.metadata.version("ministack") != PROVEN:
        raise SystemExit(
            f"The local AWS replaces private functions of ministack {PROVEN}; another version needs a look"
        )
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    crawls.install()
    partitions.install()
    permissions.install()
    queries.install()
    ministack.app.app = controlled(ministack.app.app)
    threading.Thread(target=end_with_parent, daemon=True).start()
    ministack.app.main()


main()
