"""The table of what an API does wrong, for a terminal and as docs/broken-answers.md."""

from tests.fault_tables import FaultTable

HEAD = """# Broken answers

What becomes of {count} things that an API does wrong. `python -m tests.connectors` tries each of them: a real server
on loopback has a table of imports (quantity and value, `ImpSuco`) and one of grapes (groups and marks,
`ProcessaMesa`); it answers badly for the first, and both are fetched and read as an ingestion does; under "Figures"
the first is vetted too, with the vintage of 2024-04 as the one before. Each time it is checked that the other table
comes in as its CSV file would, cell by cell, that right figures are those of the file, and that no message and no log
has a password or a token; where a login fails or a server goes down, also that it is not asked again and again. The
cases are in `tests/connectors/cases`; this page is printed by `python -m tests.connectors --markdown >
docs/broken-answers.md`.

"""
MEANING = {
    "right figures": "the figures come in, and are those of the file",
    "watch": "the figures come in; a warning says what to look at",
    "quarantined cell": "the cell is missing, with the mark `unreadable`, and listed in `findings`",
    "named error": "the table does not come in; its last vintage stays, and the others come in",
    "refused table": "the figures can be read and not be believed; the last vintage stays, the bytes are kept",
    "other figures": "figures come in that are not those of the file, and nothing tells so: what is open",
}
TABLE = FaultTable(HEAD, MEANING, counted="cases", columns=("case", "what the API does"), spent="seconds")
