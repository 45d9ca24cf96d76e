"""The table of broken inputs, for a terminal and as docs/broken-inputs.md."""

import textwrap
from collections import Counter
from collections.abc import Sequence

from tests.faults.case import Case
from tests.faults.runner import Found

WIDTH = 150
HEAD = """# Broken inputs

What becomes of {count} kinds of broken input. `make faults` tries each of them: a lake that holds the sample of 2024-04
is given a vintage 2025-04 in which one thing is broken, or a setting or a stored file is, and ingestion, cataloging and
feature run through the command line. After every run it is checked that each file of the lake is byte for byte what it
was, that the delivered bytes are kept under their hash, that no unfinished file is left, and that the panel is of the
vintage before wherever the new one was not accepted; and after a refusal, that `--params allow_partial=true` goes on
with the other tables. The kinds are in `tests/faults/cases`; this page is printed by
`python -m tests.faults --markdown > docs/broken-inputs.md`.

| outcome | kinds | what it means |
|---|---|---|
"""
MEANING = {
    "refused table": "exit status 1; the table's last vintage stays, its bytes are kept",
    "table not fetched": "exit status 1; the table's last vintage stays, and the others come in",
    "named error": "exit status 1; what was served before is served on",
    "quarantined cell": "the cell is missing, with the mark `unreadable`, and listed in `findings`",
    "quarantined row": "the line is left out, and listed in `findings`",
    "watch": "the figures are taken in; a warning says what to look at",
    "accepted": "the figures are taken in, and nothing is amiss",
}


def as_text(cases: Sequence[Case], found: Sequence[Found]) -> str:
    """A table for a terminal: input, outcome, message."""
    lines: list[str] = []
    for group in dict.fromkeys(case.group for case in cases):
        lines += ["", group.upper()]
        for case, one in zip(cases, found, strict=True):
            if case.group == group:
                lines.append(f"  {case.name:<38} {one.outcome:<17} {case.text}")
                lines += [
                    textwrap.fill(text, WIDTH, initial_indent=" " * 41, subsequent_indent=" " * 43)
                    for text in one.message.splitlines()
                ]
    counts = Counter(one.outcome for one in found)
    summary = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
    seconds = sum(one.seconds for one in found)
    return "\n".join([*lines, "", f"{len(found)} kinds: {summary}; {seconds:.0f} seconds of runs", ""])


def as_markdown(cases: Sequence[Case], found: Sequence[Found]) -> str:
    """The document."""
    counts = Counter(one.outcome for one in found)
    lines = [f"| {outcome} | {counts[outcome]} | {meaning} |" for outcome, meaning in MEANING.items()]
    for group in dict.fromkeys(case.group for case in cases):
        lines += ["", f"## {group.capitalize()}", "", "| kind | input | outcome | message |", "|---|---|---|---|"]
        lines += [
            f"| `{case.name}` | {_cell(case.text)} | {one.outcome} | {_cell(one.message) or '—'} |"
            for case, one in zip(cases, found, strict=True)
            if case.group == group
        ]
    return HEAD.format(count=len(cases)) + "\n".join([*lines, ""])


def _cell(text: str) -> str:
    escaped = (
        text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")
    )
    return "<br>".join(escaped.splitlines())
