"""Everything that an API is made to do wrong, in the order of the document."""

from tests.connectors.cases import bodies, credentials, figures, pages, records, transport

CASES = tuple(
    case for module in (transport, bodies, credentials, pages, records, figures) for case in module.GROUP.cases
)
