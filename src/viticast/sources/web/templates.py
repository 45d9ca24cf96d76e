"""Paths and queries with gaps: what a declaration says once for all tables and years."""

import re

from viticast.contracts.declared import REMEDY, DeclarationError
from viticast.sources.tables import TableSpec

_GAP = re.compile(r"\{([^{}]*)\}")


def fill(text: str, table: TableSpec, year: int | None = None, **more: str) -> str:
    """Fills the gaps of a path or of a parameter.

    The gaps are `{year}`, `{stem}` (ProcessaViniferas), `{option}` (opt_03), `{suboption}` (subopt_01), `{digits}`
    (01), `{slug}` (viniferas), `{label}` (Viníferas), `{database_table}`, and those of `more`.

    Args:
        text: With gaps, or without.
        table: The table that is asked for.
        year: The year that is asked for; None leaves `{year}` as it stands, for an address of all years.
        more: Gap -> text, e.g. `name`.

    Returns:
        The text, not escaped for an address.

    Raises:
        DeclarationError: A gap is unknown, or the table has nothing for it.
    """
    gaps = _gaps(table, year) | more

    def value(found: re.Match[str]) -> str:
        gap = found[1]
        if gap not in gaps:
            known = ", ".join(f"{{{name}}}" for name in gaps)
            raise DeclarationError(f"{table.name}: {text!r} has the unknown gap {{{gap}}}; known are {known}. {REMEDY}")
        if (filled := gaps[gap]) is None:
            raise DeclarationError(
                f"{table.name}: {text!r} has the gap {{{gap}}}, and this table has no suboption: declare a path and a "
                f"query without it for this table. {REMEDY}"
            )
        return filled

    if set(_GAP.sub("", text)) & set("{}"):
        raise DeclarationError(f"{table.name}: a brace of {text!r} has no other half. {REMEDY}")
    return _GAP.sub(value, text)


def _gaps(table: TableSpec, year: int | None) -> dict[str, str | None]:
    return {
        "year": "{year}" if year is None else str(year),
        "stem": table.name,
        "option": table.option,
        "suboption": table.suboption,
        "digits": table.suboption and table.suboption.removeprefix("subopt_"),
        "slug": table.suboption_slug,
        "label": table.suboption_label,
        "database_table": table.database_table,
    }
