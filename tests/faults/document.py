"""The table of broken inputs, for a terminal and as docs/broken-inputs.md."""

from tests.fault_tables import FaultTable

HEAD = """# Broken inputs

What becomes of {count} kinds of broken input. `make faults` tries each of them: a lake that holds the sample of 2024-04
is given a vintage 2025-04 in which one thing is broken, or a setting or a stored file is, and ingestion, cataloging and
feature run through the command line. After every run it is checked that each file of the lake is byte for byte what it
was, that the delivered bytes are kept under their hash, that no unfinished file is left, and that the panel is of the
vintage before wherever the new one was not accepted; and after a refusal, that `--params allow_partial=true` goes on
with the other tables. The kinds are in `tests/faults/cases`; this page is printed by
`python -m tests.faults --markdown > docs/broken-inputs.md`.

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
TABLE = FaultTable(HEAD, MEANING, counted="kinds", columns=("kind", "input"), spent="seconds of runs")
