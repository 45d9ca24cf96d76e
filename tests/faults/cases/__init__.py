"""All kinds of broken input, in the order of the document."""

from tests.faults.cases import addresses, cells, encoding, figures, header, lake, lines, rows, settings, tables

CASES = tuple(
    case
    for module in (encoding, lines, header, tables, rows, cells, figures, addresses, settings, lake)
    for case in module.GROUP.cases
)
