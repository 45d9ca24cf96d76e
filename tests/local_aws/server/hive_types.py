"""Types of columns as Parquet, the Glue catalog, DuckDB and Athena name them."""

import datetime as dt

import pyarrow as pa

WIDENING = ("tinyint", "smallint", "int", "bigint", "float", "double")
DUCKDB_NAMES = {
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "binary": "BLOB",
    "string": "VARCHAR",
}
ATHENA_NAMES = {
    "BOOLEAN": "boolean",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    # DuckDB's sum of integers; Trino's is a bigint.
    "HUGEINT": "bigint",
    "FLOAT": "float",
    "DOUBLE": "double",
    "DECIMAL": "decimal",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    "BLOB": "varbinary",
}
# What Trino reads from a Parquet file of another type: its type -> that of the table.
READABLE_AS = {
    "tinyint": {"smallint", "int", "bigint"},
    "smallint": {"int", "bigint"},
    "int": {"bigint"},
    "float": {"double"},
}


class UnknownTypeError(Exception):
    """A type that no table of the lake has, and that the local AWS does not know."""


def hive_of_arrow(kind: pa.DataType) -> str:
    """The type that a crawler gives to a column of Parquet."""
    if pa.types.is_dictionary(kind):
        return hive_of_arrow(kind.value_type)
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"array<{hive_of_arrow(kind.value_type)}>"
    tests = {
        "boolean": pa.types.is_boolean,
        "tinyint": pa.types.is_int8,
        "smallint": pa.types.is_int16,
        "int": pa.types.is_int32,
        "bigint": pa.types.is_int64,
        "float": pa.types.is_float32,
        "double": pa.types.is_float64,
        "timestamp": pa.types.is_timestamp,
        "date": pa.types.is_date,
        "binary": pa.types.is_binary,
        "string": lambda found: pa.types.is_string(found) or pa.types.is_large_string(found) or pa.types.is_null(found),
    }
    for name, test in tests.items():
        if test(kind):
            return name
    raise UnknownTypeError(f"Parquet type {kind}")


def duckdb_of_hive(kind: str) -> str:
    """The type in which DuckDB reads a column of the catalog."""
    kind = kind.strip().lower()
    if kind.startswith("array<"):
        return f"{duckdb_of_hive(kind[6:-1])}[]"
    if kind.startswith("decimal"):
        return kind.upper()
    if kind not in DUCKDB_NAMES:
        raise UnknownTypeError(f"catalog type {kind}")
    return DUCKDB_NAMES[kind]


def athena_of_duckdb(kind: object) -> str:
    """The type that Athena reports for a column of a result."""
    name = str(kind).upper()
    return "array" if name.endswith("[]") else ATHENA_NAMES.get(name.split("(")[0], "varchar")


def widen(one: str, other: str) -> str:
    """The type of a column that has two in two files; text if they have nothing in common."""
    if one == other:
        return one
    if one in WIDENING and other in WIDENING:
        return max(one, other, key=WIDENING.index)
    return "string"


def is_readable(in_file: str, in_table: str) -> bool:
    """Whether Trino reads a column of a file in the type of the table."""
    return in_file == in_table or in_table in READABLE_AS.get(in_file, set())


def as_text(value: object) -> str | None:
    """A value as Athena writes it in results; None for a null."""
    match value:
        case None:
            text = None
        case bool():
            text = str(value).lower()
        case dt.datetime():
            text = f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03}{' UTC' if value.tzinfo else ''}"
        case bytes():
            text = value.hex(" ")
        case float():
            text = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(repr(value), repr(value))
        case list():
            text = "[" + ", ".join(as_text(item) or "null" for item in value) + "]"
        case _:
            text = str(value)
    return text
