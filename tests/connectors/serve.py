"""Serves figures from an API until it is stopped: `python -m tests.connectors.serve FOLDER [--delay SECONDS] …`."""

import argparse
import sys
import threading
from pathlib import Path

from tests.connectors.api_server import serve_api
from tests.connectors.contract import PASSWORD, USERNAME
from tests.connectors.figures import figures_folder


def main() -> None:
    """Prints the address on the first line, then waits."""
    parser = argparse.ArgumentParser(prog="python -m tests.connectors.serve", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=figures_folder(), help="CSV files of one vintage")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--shape", default="list")
    parser.add_argument("--auth", default="login_json")
    given = parser.parse_args()
    with serve_api(
        given.folder.resolve(), shape=given.shape, auth=given.auth, delay_seconds=given.delay, is_warm=True
    ) as api:
        sys.stdout.write(f"{api.url}\n")
        sys.stdout.write(f"VITICAST_USERNAME={USERNAME!r} VITICAST_PASSWORD={PASSWORD!r}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
