"""Prints what becomes of every kind of broken input: `python -m tests.faults [--markdown] [NAME ...]`."""

import argparse
import sys

from tests.faults.cases import CASES
from tests.faults.document import TABLE
from tests.faults.runner import Found, run_all


def main() -> int:
    """Runs the cases, prints the table, and says on stderr what is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", help="kinds to try; all of them without names")
    parser.add_argument("--markdown", action="store_true", help="print docs/broken-inputs.md")
    given = parser.parse_args()
    chosen = [case for case in CASES if not given.names or case.name in given.names]
    found = run_all(chosen, tell=_tell)
    sys.stdout.write(TABLE.as_markdown(chosen, found) if given.markdown else TABLE.as_text(chosen, found))
    return 1 if any(one.wrong for one in found) else 0


def _tell(one: Found) -> None:
    """Says on stderr how far it is, and what is not as it must be."""
    sys.stderr.write(f"{one.seconds:5.1f} s  {one.outcome:<17} {one.name}\n")
    for text in one.wrong:
        sys.stderr.write(f"         WRONG: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main())
