"""Prints what `mutmut run` found: for each module, how many changes of it the tests noticed.

Ends with 1 if any module stays below what `docs/mutation.md` promises.
"""

import json
import sys
from collections import Counter
from pathlib import Path

SURVIVED = frozenset({0, 5, 33})
"""Exit codes: the tests passed, or there was none to run."""
NOT_RUN = None
PROMISED = 0.80


def main() -> int:
    """One line for each module, one for all, one for those that stay below."""
    total: Counter[bool] = Counter()
    low = []
    for path in sorted(Path("mutants/src").rglob("*.py.meta")):
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].values()
        noticed = Counter(code not in SURVIVED for code in codes if code is not NOT_RUN)
        if noticed:
            total += noticed
            name = path.relative_to("mutants/src/viticast").with_suffix("").as_posix()
            if _print(name, noticed) < PROMISED:
                low.append(name)
    if not total:
        print("no mutant was tried: run make mutation")
        return 1
    _print("all", total)
    if low:
        print(f"below {PROMISED:.0%}: {', '.join(low)}")
    return 1 if low else 0


def _print(name: str, noticed: "Counter[bool]") -> float:
    score = noticed[True] / noticed.total()
    print(f"{name:40} {noticed.total():5d} mutants {noticed[False]:4d} survive  {score:6.1%}")
    return score


if __name__ == "__main__":
    sys.exit(main())
