"""Write the sample: `python -m viticast.sources.sample OUT_FOLDER --seed N`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from viticast.sources.sample.vintages import write_vintages

DEFAULT_SEED = 2025


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and write both vintages."""
    parser = argparse.ArgumentParser(prog="python -m viticast.sources.sample", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the folders of the two vintages are made")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another seed gives other figures")
    options = parser.parse_args(arguments)
    files = write_vintages(options.seed)
    for path, content in files.items():
        target = options.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    size = sum(len(content) for content in files.values())
    print(f"wrote {len(files)} synthetic files ({size:,} bytes) below {options.folder}")


if __name__ == "__main__":
    main()
