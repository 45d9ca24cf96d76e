"""Figures that can be read and not be believed."""

from collections.abc import Callable

from tests.faults.case import Group
from tests.faults.workspace import Workspace

GROUP = Group("figures")


def _each(workspace: Workspace, table: str, change: Callable[[int, int, str], str]) -> None:
    """Changes the figures above 0 of a table: change(line, column, text)."""
    first = {"Producao": 3, "ProcessaViniferas": 3}.get(table, 2)

    def line(fields: list[str]) -> list[str]:
        if not fields[0].isdecimal():
            return fields
        row = int(fields[0]) + 1
        return [
            change(row, position + 1, text) if position >= first and text.isdecimal() and int(text) else text
            for position, text in enumerate(fields)
        ]

    workspace.change_rows(table, line)


@GROUP.refused("ImpSuco", said=("multiplied by 1,000",))
def thousandfold(workspace: Workspace) -> None:
    """The figures of ImpSuco are in grams and thousandths of dollars."""
    _each(workspace, "ImpSuco", lambda _row, _column, text: f"{text}000" if len(text) < 5 else text)


@GROUP.refused("ImpSuco", said=("known figures differ", "are not those of the vintage before"))
def kilograms_and_dollars_exchanged(workspace: Workspace) -> None:
    """Kilograms and US$ have changed places in ImpSuco."""

    def exchange(fields: list[str]) -> list[str]:
        pairs = [fields[start : start + 2] for start in range(2, len(fields), 2)]
        return [*fields[:2], *(text for pair in pairs for text in reversed(pair))]

    workspace.change_rows("ImpSuco", exchange)


@GROUP.refused("ExpVinho", said=("US$",))
def dollars_tenfold(workspace: Workspace) -> None:
    """The US$ of ExpVinho have a digit too many in the years from 2000 on."""
    _each(workspace, "ExpVinho", lambda _row, column, text: f"{text}0" if column > 62 and column % 2 == 0 else text)


@GROUP.watch("Producao", "2023", "Remedy: ")
def total_off_in_one_year(workspace: Workspace) -> None:
    """A total of Producao is 10,000 L above its parts in one year."""
    _each(
        workspace, "Producao", lambda row, column, text: str(int(text) + 10_000) if (row, column) == (2, 57) else text
    )


@GROUP.refused("Producao", said=("VINHO DE MESA",))
def total_off_in_many_years(workspace: Workspace) -> None:
    """A total of Producao is 10,000 L above its parts in every year."""
    _each(workspace, "Producao", lambda row, _column, text: str(int(text) + 10_000) if row == 2 else text)


@GROUP.accepted()
def one_figure_revised(workspace: Workspace) -> None:
    """One figure of ImpSuco is not that of the vintage before: a revision."""
    _each(workspace, "ImpSuco", lambda row, column, text: str(int(text) + 7) if (row, column) == (3, 33) else text)


@GROUP.watch("ImpSuco", "are not those of the vintage before", "kedro revisions")
def some_figures_revised(workspace: Workspace) -> None:
    """About 5 % of the figures of ImpSuco are not those of the vintage before."""
    _each(workspace, "ImpSuco", lambda row, column, text: str(int(text) + 7) if (row + column) % 20 == 0 else text)


@GROUP.refused("ImpSuco", said=("are not those of the vintage before",))
def many_figures_changed(workspace: Workspace) -> None:
    """Every seventh figure of ImpSuco is not that of the vintage before."""
    _each(workspace, "ImpSuco", lambda row, column, text: str(int(text) + 7) if (row + column) % 7 == 0 else text)


@GROUP.watch("ImpSuco", "have become marks", "Remedy: ")
def some_figures_became_marks(workspace: Workspace) -> None:
    """About 2.5 % of the figures of ImpSuco have become "nd"."""
    _each(workspace, "ImpSuco", lambda row, column, text: "nd" if (row + (column + 1) // 2) % 40 == 0 else text)


@GROUP.error("LedgerError", "ImpSuco", "figures of past years", "are gone", remedy="accept it once", is_late=True)
def more_figures_became_marks(workspace: Workspace) -> None:
    """About 5 % of the figures of ImpSuco have become "nd": what is left of the past is compared with what was."""
    _each(workspace, "ImpSuco", lambda row, column, text: "nd" if (row + (column + 1) // 2) % 20 == 0 else text)


@GROUP.refused("ImpSuco", said=("have become marks",))
def many_figures_became_marks(workspace: Workspace) -> None:
    """Every seventh figure of ImpSuco has become "nd"."""
    _each(workspace, "ImpSuco", lambda row, column, text: "nd" if (row + column) % 7 == 0 else text)


@GROUP.refused("ImpSuco", said=("cells is above zero",))
def marks_only(workspace: Workspace) -> None:
    """Every figure of ImpSuco is "*"."""
    workspace.change_rows(
        "ImpSuco", lambda fields: [*fields[:2], *("*" * (fields[0] != "Id") or text for text in fields[2:])]
    )


@GROUP.refused("ImpSuco", said=("cells is above zero",))
def zeros_only(workspace: Workspace) -> None:
    """Every figure of ImpSuco is 0."""
    _each(workspace, "ImpSuco", lambda _row, _column, _text: "0")


@GROUP.watch("ImpSuco", "1 of 5 known figures differ", "Remedy: ")
def known_figure_revised(workspace: Workspace) -> None:
    """A figure of ImpSuco by which the table is known has changed."""
    workspace.change("ImpSuco", lambda text: text.replace(";150211;", ";150212;"))
