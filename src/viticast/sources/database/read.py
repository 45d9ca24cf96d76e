"""From dumped rows to a reading, by the layout of the database."""

from viticast.sources.connections import DatabaseConnection
from viticast.sources.database.dump import load
from viticast.sources.database.long import read_long
from viticast.sources.database.wide import read_wide
from viticast.sources.errors import AnswerShapeError
from viticast.sources.reader import Reading
from viticast.sources.tables import TableSpec


def read_rows_dump(content: bytes, table: TableSpec, connection: DatabaseConnection) -> Reading:
    """Read the rows of a table as `dump` wrote them.

    Args:
        content: The bytes of `dump`.
        table: What they should hold.
        connection: The layout, and which column is what.

    Returns:
        The tidy cells, and what was repaired by rule or set aside.

    Raises:
        SourceError: The one thing that is wrong, or `SourceErrors` with all that is.
    """
    rows = load(content)
    if rows.table_name != table.name:
        raise AnswerShapeError(
            f"these are the rows of {rows.table_name}", remedy="read them as that table", table=table.name
        )
    if connection.layout == "wide":
        return read_wide(rows, table, connection)
    if table.name not in connection.long:
        raise AnswerShapeError(
            "the connection file does not name this table under `long`",
            remedy="give the connection file of this source: --params connection=<file>",
            table=table.name,
        )
    return read_long(rows, table, connection)
