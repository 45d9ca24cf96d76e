"""Years that are missing, doubled or in disorder."""

from tests.faults.case import Group
from tests.faults.workspace import Workspace

GROUP = Group("header and years")


def _of(year: int) -> slice:
    """The fields of a year in a table of countries."""
    start = 2 + 2 * (year - 1970)
    return slice(start, start + 2)


def _without(fields: list[str], gone: slice) -> list[str]:
    return [*fields[: gone.start], *fields[gone.stop :]]


@GROUP.refused("Producao", said=("line 1", "56 fields where the others have 57"))
def header_name_missing(workspace: Workspace) -> None:
    """The header of Producao lacks one of its years."""
    workspace.change_line("Producao", 1, lambda line: line.replace(";1999", ""))


@GROUP.accepted("Producao", "no header line: years counted from 1970")
def header_missing(workspace: Workspace) -> None:
    """Producao has no header: its years are counted from 1970."""
    workspace.change_lines("Producao", lambda lines: lines[1:])


@GROUP.refused("ImpSuco", said=("the header stands a second time", "line 16"))
def header_twice(workspace: Workspace) -> None:
    """The header of ImpSuco stands a second time among its rows."""
    workspace.change_lines("ImpSuco", lambda lines: [*lines[:15], lines[0], *lines[15:]])


@GROUP.refused("Producao", said=("line 1, column 33", "the year 1998 stands twice"))
def year_twice(workspace: Workspace) -> None:
    """The header of Producao calls 1999 1998 again."""
    workspace.change_line("Producao", 1, lambda line: line.replace("1999", "1998"))


@GROUP.refused("ImpSuco", said=("line 1, column 61", "the year 2000 stands where 1999 is due"))
def year_gone(workspace: Workspace) -> None:
    """ImpSuco lacks the year 1999."""
    workspace.change_rows("ImpSuco", lambda fields: _without(fields, _of(1999)))


@GROUP.refused("Producao", said=("line 1, column 4", "the year 2023 stands where 1970 is due"))
def years_reversed(workspace: Workspace) -> None:
    """The years of Producao run backwards."""
    workspace.change_rows("Producao", lambda fields: [*fields[:3], *reversed(fields[3:])])


@GROUP.refused("Producao", said=("line 1, column 4", "the year 1971 stands where 1970 is due"))
def years_start_late(workspace: Workspace) -> None:
    """Producao starts in 1971."""
    workspace.change_rows("Producao", lambda fields: [*fields[:3], *fields[4:]])


@GROUP.refused("ExpVinho", said=("known figures differ", "are not those of the vintage before"))
def years_shifted(workspace: Workspace) -> None:
    """Every figure of ExpVinho stands under the year after its own."""
    workspace.change_lines(
        "ExpVinho",
        lambda lines: [
            lines[0],
            *("\t".join([*line.split("\t")[:2], "0", "0", *line.split("\t")[2:-2]]) for line in lines[1:]),
        ],
    )


def _add_year(workspace: Workspace, year: int) -> None:
    def add(line: str) -> str:
        fields = line.split(";")
        more = [str(int(text) + 1) if text.isdecimal() and int(text) else text for text in fields[-2:]]
        return ";".join([*fields, *([str(year)] * 2 if fields[0] == "Id" else more)])

    workspace.change_lines("ImpSuco", lambda lines: [add(line) for line in lines])


@GROUP.refused("ImpSuco", said=("the file goes to 2026, which lies in the future",))
def future_year(workspace: Workspace) -> None:
    """ImpSuco, published in 2025, has figures of 2026."""
    _add_year(workspace, 2025)
    _add_year(workspace, 2026)


@GROUP.watch("ImpSuco", "the file goes to 2025, which was not over", "Remedy: ")
def unfinished_year(workspace: Workspace) -> None:
    """ImpSuco, published in 2025, has figures of 2025."""
    _add_year(workspace, 2025)


@GROUP.refused("ExpVinho", said=("the file has the years 1970 to 2020, the vintage before had 1970 to 2022",))
def fewer_years(workspace: Workspace) -> None:
    """ExpVinho ends in 2020, and ended in 2022 before."""
    workspace.change_rows("ExpVinho", lambda fields: fields[: _of(2020).stop])


def _last_year(workspace: Workspace, text: str) -> None:
    def fill(fields: list[str]) -> list[str]:
        return fields if fields[0] == "Id" else [*fields[:-2], text, text]

    workspace.change_rows("ExpVinho", fill)


@GROUP.refused("ExpVinho", said=("2024 has no quantity above zero",))
def last_year_zero(workspace: Workspace) -> None:
    """All figures of the last year of ExpVinho are 0."""
    _last_year(workspace, "0")


@GROUP.refused("ExpVinho", said=("2024 has no quantity above zero",))
def last_year_blank(workspace: Workspace) -> None:
    """All cells of the last year of ExpVinho are blank."""
    _last_year(workspace, "")


@GROUP.accepted()
def last_year_not_published(workspace: Workspace) -> None:
    """All cells of the last year of ExpVinho say "nd", which is how Embrapa says that a year is not published."""
    _last_year(workspace, "nd")


@GROUP.refused("ExpVinho", said=("2012", "2011"))
def year_repeated_in_figures(workspace: Workspace) -> None:
    """The figures of 2012 in ExpVinho are those of 2011."""

    def repeat(fields: list[str]) -> list[str]:
        if fields[0] == "Id":
            return fields
        return [*fields[: _of(2012).start], *fields[_of(2011)], *fields[_of(2012).stop :]]

    workspace.change_rows("ExpVinho", repeat)
