"""The table of what an API does wrong, for a terminal and as docs/broken-answers.md."""

import textwrap
from collections import Counter
from collections.abc import Sequence

from tests.connectors.case import Case
from tests.connectors.runner import Found

WIDTH = 150
HEAD = """# Broken answers

What becomes of {count} things that an API does wrong. `python -m tests.connectors` tries each of them: a real server
on loopback has a table of imports (quantity and value, `ImpSuco`) and one of grapes (groups and marks,
`ProcessaMesa`); it answers badly for the first, and both are fetched and read as an ingestion does; under "Figures"
the first is vetted too, with the vintage of 2024-04 as the one before. Each time it is checked that the other table
comes in as its CSV file would, cell by cell, that right figures are those of the file, and that no message and no log
has a password or a token; where a login fails or a server goes down, also that it is not asked again and again. The
cases are in `tests/connectors/cases`; this page is printed by `python -m tests.connectors --markdown >
docs/broken-answers.md`.

| outcome | cases | what it means |
|---|---|---|
"""
MEANING = {
    "right figures": "the figures come in, and are those of the file",
    "watch": "the figures come in; a warning says what to look at",
    "quarantined cell": "the cell is missing, with the mark `unreadable`, and listed in `findings`",
    "named error": "the table does not come in; its last vintage stays, and the others come in",
    "refused table": "the figures can be read and not be believed; the last vintage stays, the bytes are kept",
    "other figures": "figures come in that are not those of the file, and nothing tells so: what is open",
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
    return "\n".join([*lines, "", f"{len(found)} cases: {summary}; {seconds:.0f} seconds", ""])


def as_markdown(cases: Sequence[Case], found: Sequence[Found]) -> str:
    """The document."""
    counts = Counter(str(one.outcome) for one in found)
    lines = [f"| {outcome} | {counts[outcome]} | {meaning} |" for outcome, meaning in MEANING.items()]
    for group in dict.fromkeys(case.group for case in cases):
        lines += ["", f"## {group.capitalize()}", "", "| case | what the API does | outcome | message |"]
        lines += ["|---|---|---|---|"]
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
