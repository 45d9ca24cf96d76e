"""The statements of the project, one file each, in the common subset of DuckDB's and Athena's SQL."""

import re
from importlib.resources import files

_COMMENT = re.compile(r"^\s*--.*\n", re.MULTILINE)


def statement(name: str) -> str:
    """The text of `lake/sql/<name>.sql` without its lines of comment.

    An engine tells a SELECT by its first word, and a comment may have what looks like a placeholder.

    Raises:
        FileNotFoundError: There is no such file.
    """
    text = files("viticast.lake").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    return _COMMENT.sub("", text).strip()
