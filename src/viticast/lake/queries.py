"""The statements of the project, one file each, in the common subset of DuckDB's and Athena's SQL."""

from importlib.resources import files


def statement(name: str) -> str:
    """The text of `lake/sql/<name>.sql`.

    Raises:
        FileNotFoundError: There is no such file.
    """
    return files("viticast.lake").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
