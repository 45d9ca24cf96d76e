"""How the suites that break things tell what becomes of each: a table for a terminal, and a page of docs."""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

WIDTH = 150


class Tried(Protocol):
    """What was broken."""

    @property
    def name(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def text(self) -> str: ...


class Became(Protocol):
    """What became of it."""

    @property
    def outcome(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def seconds(self) -> float: ...


@dataclass(frozen=True)
class FaultTable:
    """The table of a suite.

    Attributes:
        head: What the page begins with; may hold `{count}`.
        meaning: Outcome -> what it means.
        counted: What is counted, e.g. `cases`.
        columns: Headings of the name and of the text.
        spent: What the seconds are.
    """

    head: str
    meaning: Mapping[str, str]
    counted: str
    columns: tuple[str, str]
    spent: str

    def as_text(self, cases: Sequence[Tried], found: Sequence[Became]) -> str:
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
        return "\n".join([*lines, "", f"{len(found)} {self.counted}: {summary}; {seconds:.0f} {self.spent}", ""])

    def as_markdown(self, cases: Sequence[Tried], found: Sequence[Became]) -> str:
        """The page."""
        counts = Counter(one.outcome for one in found)
        lines = [f"| outcome | {self.counted} | what it means |", "|---|---|---|"]
        lines += [f"| {outcome} | {counts[outcome]} | {meaning} |" for outcome, meaning in self.meaning.items()]
        for group in dict.fromkeys(case.group for case in cases):
            lines += ["", f"## {group.capitalize()}", ""]
            lines += [f"| {self.columns[0]} | {self.columns[1]} | outcome | message |", "|---|---|---|---|"]
            lines += [
                f"| `{case.name}` | {_cell(case.text)} | {one.outcome} | {_cell(one.message) or '—'} |"
                for case, one in zip(cases, found, strict=True)
                if case.group == group
            ]
        return self.head.format(count=len(cases)) + "\n".join([*lines, ""])


def _cell(text: str) -> str:
    escaped = (
        text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")
    )
    return "<br>".join(escaped.splitlines())
